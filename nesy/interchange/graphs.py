"""Scenes as one graph of networkx, in GraphML, GEXF or node-link JSON, with everything that they say.

Every scene is a node of kind `scene`, which knows the picture; its entities and counts are nodes, its relations and
part states edges. A node's name is the number of its scene and the claim's id: `1/person_1`. What `Scene.to_networkx`
makes, one scene alone, is read as well.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nesy.errors import InputError, first_line
from nesy.interchange.claim_rows import CLAIM_COLUMNS, Row, claim_row, filled, scene_of, whole
from nesy.interchange.content import json_of
from nesy.interchange.graph_xml import directed
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.xml_files import fitting
from nesy.scene import Count, Entity, Scene

if TYPE_CHECKING:
    import networkx

_SCENE = "scene"
_OURS = (_SCENE, "position", "alone", "label")
_UNDIRECTED = "edges without a direction, which are read from source to target"
_ENDS = ("id", "text", "subject", "object")
"""What a graph says by its nodes and ends."""


def write_graphml(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write GraphML."""
    import networkx

    lost: Counter[str] = Counter()
    networkx.write_graphml_xml(_graph(fitting(scene, lost) for scene in scenes), path, named_key_ids=True)
    return losses(lost)


def write_gexf(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write GEXF 1.2, as Gephi reads it."""
    import networkx

    lost: Counter[str] = Counter()
    graph = _graph(fitting(scene, lost) for scene in scenes)
    for *_, key, data in graph.edges(keys=True, data=True):
        data["id"] = key  # a graph without parallel edges is read back without keys
    networkx.write_gexf(graph, path, version="1.2draft")
    return losses(lost)


def write_node_link(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write what `networkx.node_link_graph` reads."""
    import networkx

    data = networkx.node_link_data(_graph(scenes), edges="edges")
    path.write_text(
        json.dumps(data, ensure_ascii=False, allow_nan=False, indent=1) + "\n", encoding="utf-8", newline="\n"
    )
    return ()


def _graph(scenes: Iterable[Scene]) -> "networkx.MultiDiGraph[str]":
    import networkx

    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph()

    def told(number: int, place: int, row: Row) -> dict[str, Any]:
        said = {name: value for name, value in filled(row).items() if name not in _ENDS}
        return {_SCENE: number, "position": place, **said}

    for number, scene in enumerate(scenes, start=1):
        image = {} if scene.image is None else {"picture": scene.image.name, **scene.image.model_dump(exclude={"name"})}
        known = {name: value for name, value in image.items() if value is not None}
        graph.add_node(
            str(number),
            **{_SCENE: number, "kind": _SCENE, **known},
        )
        for place, claim in enumerate(scene.claims()):
            row = claim_row(claim)
            if isinstance(claim, Entity | Count):
                graph.add_node(f"{number}/{claim.id}", **told(number, place, row))
                continue
            start, end = row["subject"], row["object"] or row["subject"]
            alone = {} if row["object"] else {"alone": True}
            graph.add_edge(
                f"{number}/{start}", f"{number}/{end}", key=f"{number}/{claim.id}", **told(number, place, row), **alone
            )
    return graph


def fits_node_link(start: object) -> bool:
    """Tell whether it is a graph of nodes and links."""
    return isinstance(start, dict) and isinstance(start.get("nodes"), list) and bool({"edges", "links"} & start.keys())


def read_graphml(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a graph.

    Raises:
        InputError: it is no GraphML, has a document type, or a node or edge is no claim; names it.
    """
    import networkx

    yield from _of_xml(path, "GraphML", lambda file: networkx.read_graphml(file, force_multigraph=True))


def read_gexf(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a graph.

    Raises:
        InputError: it is no GEXF, has a document type, or a node or edge is no claim; names it.
    """
    import networkx

    yield from _of_xml(path, "GEXF", lambda file: networkx.read_gexf(file, version="1.2draft"))


def read_node_link(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a graph.

    Raises:
        InputError: it is no graph of nodes and links, or one of them is no claim; names it.
    """
    import networkx

    data = json_of(path)
    if not fits_node_link(data):
        raise InputError(f"{path}: has no nodes and edges; what networkx.node_link_data returns would be right")
    edges = "edges" if "edges" in data else "links"
    graph = {**data, "directed": True}  # else it is not known which end stood first
    yield from _scenes(_parsed(path, "a graph in JSON", lambda: networkx.node_link_graph(graph, edges=edges)), path)
    if data.get("directed") is False and data[edges]:
        yield Lost(_UNDIRECTED, len(data[edges]))


def _of_xml(path: Path, what: str, read: Callable[[BytesIO], Any]) -> Iterator[Scene | Lost]:
    file, undirected = _parsed(path, what, lambda: directed(path))
    yield from _scenes(_parsed(path, what, lambda: read(file)), path)
    if undirected:
        yield Lost(_UNDIRECTED, undirected)


def _parsed(path: Path, what: str, parse: Callable[[], Any]) -> Any:
    try:
        return parse()
    except InputError:
        raise
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    # The readers of networkx raise whatever they stumble over: ParseError, NetworkXError, KeyError, TypeError ...
    except Exception as error:  # noqa: BLE001  told in one line
        raise InputError(f"{path}: is not {what} ({type(error).__name__}: {first_line(error)[:120]})") from None


def _scenes(graph: Any, path: Path) -> Iterator[Scene | Lost]:
    lost: Counter[str] = Counter()
    pictures: dict[int, Mapping[str, Any] | None] = {}
    claims: dict[int, list[tuple[int, str, Row]]] = defaultdict(list)
    for node, data in graph.nodes(data=True):
        place = f"{path}: node {node}"
        number = whole(data, _SCENE, place) or 1
        if data.get("kind") == _SCENE:
            pictures[number] = _picture(data)
            continue
        named = {"kind": "entity", **data, "id": _own(node, number)}
        claims[number].append((whole(data, "position", place) or 0, place, _known(named, "category", lost)))
    edges = (
        graph.edges(keys=True, data=True)
        if graph.is_multigraph()
        else ((*e[:2], None, e[2]) for e in graph.edges(data=True))
    )
    for start, end, key, data in edges:
        place = f"{path}: edge {start} -> {end}"
        number = whole(data, _SCENE, place) or 1
        name = data.get("id") if key is None else key
        ends = {"subject": _own(start, number), "object": _own(end, number)}
        row = {"kind": "relation", **data, **ends, "id": _own(name, number) if isinstance(name, str) else None}
        if row["kind"] == "part_state" and (data.get("alone") or (_SCENE not in data and start == end)):
            row["object"] = None
        claims[number].append((whole(data, "position", place) or 0, place, _known(row, "predicate", lost)))
    if "counts" in graph.graph:
        lost["counts, which Scene.to_networkx writes as words"] += len(str(graph.graph["counts"]).split(", "))
    for number in sorted(pictures.keys() | claims.keys()):
        placed = sorted(claims[number], key=lambda claim: claim[0])
        rows = [(place, row) for _, place, row in placed]
        yield scene_of(rows, pictures.get(number), f"{path}: scene {number}")
    yield from losses(lost)


def _known(row: Row, word: str, lost: Counter[str]) -> Row:
    """Return what is said of a node or edge; of those that Gephi or yEd drew the label is its word."""
    known = {name: value for name, value in row.items() if name in CLAIM_COLUMNS}
    label = row.get("label")
    if word not in known and row["kind"] in ("entity", "relation"):
        known |= {word: label.strip()} if isinstance(label, str) and label.strip() else {}
    of = "nodes" if word == "category" else "edges"
    count_unread({name: value for name, value in row.items() if name not in _OURS}, CLAIM_COLUMNS, of, lost)
    return known


def _picture(data: Row) -> Mapping[str, Any] | None:
    names = {"picture": "name", "width_px": "width_px", "height_px": "height_px", "sha256": "sha256"}
    found = {field: data[name] for name, field in names.items() if name in data}
    return {"name": "", **found} if found else None


def _own(name: object, number: int) -> str:
    """Return a claim's id without the number of its scene."""
    return str(name).removeprefix(f"{number}/")
