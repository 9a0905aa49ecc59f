"""Scenes as RDF: Turtle, N-Triples and JSON-LD hold them side by side, TriG and N-Quads each in a graph of its own.

JSON-LD is written with the context of `ontologies/context.jsonld` and read with nothing fetched: a context that lies
elsewhere is refused, but for this one, whose address is known.
"""

import json
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nesy import assets
from nesy.errors import InputError, KnowledgeError, first_line
from nesy.interchange.content import json_of
from nesy.interchange.losses import Lost
from nesy.scene import Scene

if TYPE_CHECKING:
    from rdflib import Dataset, Graph

CONTEXT = "https://w3id.org/nesy/context.jsonld"
"""The address of the shipped context, which is not fetched from there."""
_SCENES = "https://w3id.org/nesy/scene/"
_NAMES = {"turtle": "Turtle", "nt": "N-Triples", "json-ld": "JSON-LD", "trig": "TriG", "nquads": "N-Quads"}


def context() -> Any:
    """Return the context that scenes are written with as JSON-LD."""
    return json.loads((assets.ontologies() / "context.jsonld").read_text(encoding="utf-8"))["@context"]


def write_turtle(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one graph of all scenes."""
    return _written(_one_graph(scenes).serialize(format="turtle"), path)


def write_ntriples(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one graph of all scenes, a triple a line, sorted."""
    return _written(_sorted(_one_graph(scenes).serialize(format="nt")), path)


def write_json_ld(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one graph of all scenes, with the context written out."""
    return _written(_one_graph(scenes).serialize(format="json-ld", context=context(), indent=1) + "\n", path)


def write_trig(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write a named graph a scene."""
    with _quiet():
        return _written(_dataset(scenes).serialize(format="trig"), path)


def write_nquads(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write a named graph a scene, a quad a line, sorted."""
    with _quiet():
        return _written(_sorted(_dataset(scenes).serialize(format="nquads")), path)


def _written(text: str, path: Path) -> Sequence[Lost]:
    path.write_text(text, encoding="utf-8", newline="\n")
    return ()


def _sorted(text: str) -> str:
    return "".join(f"{line}\n" for line in sorted(line for line in text.split("\n") if line.strip()))


def _one_graph(scenes: Iterable[Scene]) -> "Graph":
    from rdflib import Graph

    from nesy.graph.triples import bind, to_rdf

    graph = Graph(bind_namespaces="none")
    bind(graph)
    for number, scene in enumerate(scenes, start=1):
        for triple in to_rdf(scene, f"{_SCENES}{number}#"):
            graph.add(triple)
    return graph


def _dataset(scenes: Iterable[Scene]) -> "Dataset":
    from rdflib import URIRef

    from nesy.graph.local_dataset import LocalDataset
    from nesy.graph.triples import bind, to_rdf

    dataset = LocalDataset()
    bind(dataset)
    for number, scene in enumerate(scenes, start=1):
        graph = dataset.graph(URIRef(f"{_SCENES}{number}"))
        for triple in to_rdf(scene, f"{_SCENES}{number}#"):
            graph.add(triple)
    return dataset


def fits_json_ld(start: object) -> bool:
    """Tell whether it is JSON-LD: it has a context or a graph, or is a list of nodes written out."""
    first = start[0] if isinstance(start, list) and start else start
    return isinstance(first, dict) and bool({"@context", "@graph", "@id", "@type"} & first.keys())


def read_turtle(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a graph, by their names, in which numbers count as numbers.

    Raises:
        InputError: it cannot be read, says something and holds no scene, or one that cannot be used.
    """
    return _read(path, "turtle")


def read_ntriples(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a graph; see `read_turtle`."""
    return _read(path, "nt")


def read_trig(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a dataset, graph by graph; of analyses the final scenes.

    Raises:
        InputError: it cannot be read, says something and holds no scene, or one that cannot be used.
    """
    return _read(path, "trig")


def read_nquads(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a dataset; see `read_trig`."""
    return _read(path, "nquads")


def read_json_ld(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a graph or a dataset; see `read_trig`."""
    return _read(path, "json-ld")


def _read(path: Path, syntax: str) -> Iterator[Scene | Lost]:
    from nesy.graph.reader import in_number_order, read_scene, scene_nodes
    from nesy.ontology.namespaces import NESY

    dataset = _parsed(path, syntax)
    with _quiet():
        graphs = sorted(dataset.graphs(), key=lambda graph: in_number_order(graph.identifier))
        finals = {final for _, _, final, _ in dataset.quads((None, NESY.final, None, None))}
    holding = [(graph, node) for graph in graphs for node in scene_nodes(graph)]
    kept = [(graph, node) for graph, node in holding if not finals or graph.identifier in finals]
    if not kept and len(dataset):
        raise InputError(f"{path}: holds no scene, a node of type nesy:Scene (<{NESY.Scene}>)")
    if len(kept) < len(holding):
        yield Lost("scenes of rounds, beside the final ones", len(holding) - len(kept))
    for graph, node in kept:
        try:
            yield read_scene(graph, node)
        except InputError as error:
            raise InputError(f"{path}: {node}: {error}") from None


def _parsed(path: Path, syntax: str) -> "Dataset":
    from nesy.encoding import read_text
    from nesy.graph.local_dataset import LocalDataset
    from nesy.ontology.turtle import refuse_long_numbers

    text = _local(path) if syntax == "json-ld" else read_text(path)
    try:
        refuse_long_numbers(text, path)
    except KnowledgeError as error:
        raise InputError(str(error)) from None
    dataset = LocalDataset()
    try:
        with _quiet():
            dataset.parse(data=text, format=syntax, publicID=path.resolve().as_uri())
    except RecursionError:
        raise InputError(f"{path}: is nested deeper than any file of this kind") from None
    # The parsers of rdflib raise whatever they stumble over: BadSyntax, ParserError, AttributeError, KeyError ...
    except Exception as error:  # noqa: BLE001  told in one line
        line = getattr(error, "lines", None)
        where = f"{path}:{line + 1}" if isinstance(line, int) else str(path)
        said = " ".join(str(getattr(error, "_why", "")).split()) or first_line(error)
        raise InputError(f"{where}: is not {_NAMES[syntax]} ({said[:160]})") from None
    if syntax == "json-ld" and not len(dataset) and not _is_empty(json.loads(text)):
        raise InputError(f"{path}: says nothing: its context, {CONTEXT} for one, must tell what its keys mean")
    return dataset


def _local(path: Path) -> str:
    """Return JSON-LD that needs nothing fetched."""
    from nesy.ontology.remote_contexts import remote_contexts

    data = _with_ours(json_of(path), context())
    elsewhere = next(remote_contexts(data), None)
    if elsewhere is not None:
        raise InputError(
            f"{path}: the context {elsewhere!r} lies elsewhere and nothing is fetched; write it out in the file "
            f"({CONTEXT} alone is known)"
        )
    return json.dumps(data)


def _is_empty(data: Any) -> bool:
    """Tell whether JSON-LD says nothing on purpose, rather than in words that its context does not know."""
    rest = [one for key, one in data.items() if key != "@context"] if isinstance(data, dict) else data
    return not any(rest) if isinstance(rest, list) else False


def _with_ours(value: Any, ours: Any) -> Any:
    """Return a value of JSON-LD with the shipped context in place of its address."""
    if isinstance(value, list):
        return [_with_ours(one, ours) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _with_ours(one, ours) for key, one in value.items()}
    if (named := value.get("@context")) is not None:
        found["@context"] = (
            [ours if one == CONTEXT else one for one in named]
            if isinstance(named, list)
            else ours
            if named == CONTEXT
            else named
        )
    return found


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib's warnings of its own old calls, and its tracebacks for ill-typed literals, from the terminal."""
    from nesy.ontology.turtle import silent

    with warnings.catch_warnings(), silent():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
