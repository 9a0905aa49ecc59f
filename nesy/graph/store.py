"""Analyses -> an Oxigraph store on disk that collects them, each whole or not at all, and answers SPARQL.

In the store, every round and the final scene of an analysis keep their named graphs, and its provenance has one of its
own (`.../provenance`). The default graph holds what all of them hold.
"""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import pyoxigraph as ox
from rdflib import DCTERMS, RDF, Dataset, Graph, URIRef

from nesy.errors import InputError
from nesy.graph.limits import Limits, within
from nesy.graph.provenance import WrittenQuad, analysis_iri
from nesy.graph.query import Found, ask_store
from nesy.graph.scene_triples import Written
from nesy.graph.terms import named, to_node, typed
from nesy.graph.triples import beside, lexical
from nesy.ontology.namespaces import NESY

_TYPE, _ANALYSIS, _PART = named(str(RDF.type)), named(str(NESY.Analysis)), named(str(DCTERMS.hasPart))
# The files of a database that was being made: RocksDB takes up again what it left behind when it was killed.
_UNFINISHED = re.compile(r"LOCK|LOG(\.old\.\d+)?|IDENTITY|MANIFEST-\d+|OPTIONS-\d+|\d+\.(log|dbtmp)|OPTIONS-\d+\.dbtmp")
_PAUSE_S = 0.02
_HELD = 300_000
"""So many quads are kept in memory before they are written to files: some hundred analyses and MiB.

Every few files, the store merges them with all that it holds: fewer and larger ones are merged fewer times.
"""


class Described(Protocol):
    """What can be added to a store: an analysis, or what is the same in several, known by the base of its names."""

    @property
    def base(self) -> str:
        """What the ids are appended to: `.../IMAGE/ANALYSIS#`."""

    def quads(self) -> Iterator[WrittenQuad]:
        """Yield its rounds, its final scene and its provenance as plain quads."""


class Store:
    """A folder of analyses that SPARQL can be put to; one process at a time has it open.

    An analysis is added in one transaction: whoever opens the store finds whole analyses only, even when the process
    that wrote was killed. What is written is safe from a power cut once the store is closed.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> analysis = nesy.Pipeline(ScriptedModel(['{"entities": [{"id": "cup_1"}]}'])).analyze("examples/images/tea.png")
    >>> with tempfile.TemporaryDirectory() as folder, nesy.Store(folder) as store:
    ...     name = store.add(analysis)
    ...     len(store), name in store, store.query("ASK { ?thing a nesy:Cup }")
    (1, True, True)

    Args:
        path: the folder.
        create: whether to make a new store where there is none (the folder is missing or empty).
        wait_s: how long to wait while another process has the store open.

    Raises:
        InputError: the folder holds no store, cannot be used, or another process has it open.
    """

    def __init__(self, path: str | Path, *, create: bool = True, wait_s: float = 0.0) -> None:
        self.path = Path(path)
        _refuse_no_store(self.path, create)
        if create:
            _make(self.path)
        self._open: ox.Store | None = _opened(self.path, wait_s)
        self._unflushed = 0
        _remove_old_diaries(self.path)

    def add(self, analysis: Described) -> str:
        """Add an analysis and return its name, the IRI of its `nesy:Analysis`; one that is there is left as it is.

        Numbers keep at most 18 digits after the point, which is what the store counts with. Many analyses are added
        in a third of the time by `add_many`.

        Raises:
            InputError: the store is closed, an IRI is none, or the disk is full or fails; nothing of the analysis is
                kept then.
        """
        name = str(analysis_iri(analysis.base))
        if name in self:
            return name
        found = _quads(analysis)
        with self._written():
            self._store.extend(found)  # one transaction
            self._unflushed += len(found)
            if self._unflushed > _HELD:
                self._store.flush()  # or what was added stays in memory up to a GiB
                self._unflushed = 0
        return name

    def add_many(self, analyses: Iterable[Described]) -> tuple[str, ...]:
        """Add analyses, some hundred at a time, and return their names in order; those that are there are left.

        What is written at once is there whole or not at all. What is read lazily is read as it is wanted: as many
        analyses as there are fit in memory. A store that has doubled is put in order before this returns, or the
        queries after it would read many files, and wait until they are merged.

        >>> import tempfile
        >>> import nesy
        >>> from nesy.models.scripted import ScriptedModel
        >>> model = ScriptedModel(['{"entities": [{"id": "cup_1"}]}', '{"entities": []}'])
        >>> analyses = map(nesy.Pipeline(model).analyze, ["examples/images/tea.png", "examples/images/dog.png"])
        >>> with tempfile.TemporaryDirectory() as folder, nesy.Store(folder) as store:
        ...     len(store.add_many(analyses)), len(store)
        (2, 2)

        Raises:
            InputError: as `add`; what was written before stays.
        """
        names: list[str] = []
        held: list[ox.Quad] = []
        waiting: set[str] = set()
        files = added = 0
        for analysis in analyses:
            name = str(analysis_iri(analysis.base))
            names.append(name)
            if name in waiting or name in self:
                continue
            waiting.add(name)
            held += _quads(analysis)
            added += 1
            if len(held) > _HELD:
                self._load(held)
                held, waiting = [], set()
                files += 1
        self._load(held)
        if files and 2 * added > len(self):  # so seldom that all of it is little for each
            with self._written():
                self._store.optimize()
        return tuple(names)

    def names(self) -> tuple[str, ...]:
        """Return the names of all analyses, in alphabetical order.

        Raises:
            InputError: the store is closed.
        """
        return tuple(sorted(self._names()))

    def query(self, sparql: str, *, timeout_s: float | None = None, memory_mib: float | None = None) -> Found:
        """Put a SPARQL 1.1 query: rows for SELECT, an rdflib graph for CONSTRUCT and DESCRIBE, a bool for ASK.

        The prefixes of `nesy.graph.query.PREFIXES` are known. Without `GRAPH` or `FROM` a query sees all graphs as one.

        Args:
            sparql: the query.
            timeout_s: how long it may take, by the clock; it then runs in a process of its own.
            memory_mib: how much memory it may take; likewise, and on Linux alone.

        Raises:
            InputError: the query cannot be read (with line and column), would write, has a `SERVICE` clause, or passes
                a limit.
        """
        limits = Limits(timeout_s, memory_mib)
        if not limits:
            return ask_store(self._store, sparql)
        self._store.flush()
        return within(limits, partial(_ask_folder, str(self.path), sparql))

    def dataset(self, name: str) -> Dataset:
        """Return one analysis as `Analysis.graph` gives it: a graph per round, provenance in the default graph.

        Raises:
            InputError: no analysis has this name.
        """
        if name not in self:
            raise InputError(f"{self.path}: holds no analysis {name!r}")
        parts = self._store.quads_for_pattern(ox.NamedNode(name), _PART, None, ox.DefaultGraph())
        found = Dataset()
        self._fill(found.default_graph, _provenance(name))
        for part in parts:
            assert isinstance(part.object, ox.NamedNode), "graphs are named by IRIs"
            self._fill(found.graph(URIRef(part.object.value)), part.object)
        return found

    def close(self) -> None:
        """Write everything to the disk and let go of the folder; a closed store may be closed again."""
        if self._open is not None:
            self._open.flush()
            self._open = None

    def __len__(self) -> int:
        return sum(1 for _ in self._names())

    def __bool__(self) -> bool:
        return True  # a store without an analysis is a store

    def __contains__(self, name: object) -> bool:
        try:
            return isinstance(name, str) and ox.Quad(ox.NamedNode(name), _TYPE, _ANALYSIS) in self._store
        except ValueError:  # no IRI
            return False

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _store(self) -> ox.Store:
        if self._open is None:
            raise InputError(f"{self.path}: the store is closed")
        return self._open

    def _load(self, held: list[ox.Quad]) -> None:
        if held:
            with self._written():
                self._store.bulk_extend(held)  # files of their own, taken in at once

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except (OSError, RuntimeError) as error:
            raise InputError(f"{self.path}: cannot be written to ({_on_one_line(error)})") from None

    def _names(self) -> Iterator[str]:
        found = self._store.quads_for_pattern(None, _TYPE, _ANALYSIS, ox.DefaultGraph())
        return (quad.subject.value for quad in found if isinstance(quad.subject, ox.NamedNode))

    def _fill(self, graph: Graph, name: ox.NamedNode) -> None:
        for quad in self._store.quads_for_pattern(None, None, None, name):
            graph.add((to_node(quad.subject), to_node(quad.predicate), to_node(quad.object)))


def _ask_folder(path: str, sparql: str) -> Found:
    return ask_store(ox.Store.read_only(path), sparql)  # the process that writes to it waits meanwhile


def _quads(analysis: Described) -> list[ox.Quad]:
    """Return each triple twice: in the graph it belongs to, and once in the default graph, where all are together.

    Oxigraph can take the named graphs for one as it answers, but then says what stands in three of them three times.

    Raises:
        InputError: an IRI of a rule is none.
    """
    base = analysis.base
    graphs: dict[str, ox.NamedNode] = {"": _provenance(str(analysis_iri(base)))}
    together: set[tuple[str, str, Written]] = set()
    found: list[ox.Quad] = []
    for graph, triple in analysis.quads():
        try:
            subject, predicate, value = _resource(triple[0]), _resource(triple[1]), _term(triple[2])
        except ValueError as error:
            raise InputError(f"{analysis_iri(base)}: cannot be written as RDF ({_on_one_line(error)})") from None
        if graph not in graphs:
            graphs[graph] = _resource(graph)
        if triple not in together:
            together.add(triple)
            found.append(ox.Quad(subject, predicate, value))
        found.append(ox.Quad(subject, predicate, value, graphs[graph]))
    return found


def _resource(node: str) -> ox.NamedNode:
    return named(node[1:-1])


def _term(value: Written) -> ox.NamedNode | ox.Literal:
    if isinstance(value, tuple):
        return typed(lexical(value), value[1])
    return _resource(value) if value[0] == "<" else ox.Literal(value[1:])


def _provenance(name: str) -> ox.NamedNode:
    return ox.NamedNode(str(beside(name.removesuffix("analysis"), "provenance")))


def _refuse_no_store(path: Path, create: bool) -> None:
    """Tell what is at the path before RocksDB does: it would make a database in any folder."""
    try:
        names = {entry.name for entry in path.iterdir()}
    except FileNotFoundError:
        if create:
            return
        raise InputError(f"{path}: no such store") from None
    except NotADirectoryError:
        raise InputError(f"{path}: a file; a store is a folder") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be opened ({_on_one_line(error)})") from None
    if "CURRENT" in names or (names and all(_UNFINISHED.fullmatch(name) for name in names)):
        return
    if names or not create:
        what = "other files" if names else "nothing"
        raise InputError(f"{path}: a folder that holds {what}, and no store; a new or empty folder would be right")


def _make(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{path}: cannot be made ({error.strerror})") from None


def _opened(path: Path, wait_s: float) -> ox.Store:
    until = time.monotonic() + wait_s
    while True:
        try:
            return ox.Store(path)
        except (OSError, RuntimeError) as error:
            told = _on_one_line(error)
            if "lock hold by current process" in told:
                raise InputError(f"{path}: this process has the store open already") from None
            if "While lock file" not in told:
                raise InputError(f"{path}: cannot be opened as a store ({told})") from None
            if time.monotonic() >= until:
                raise InputError(f"{path}: another process has the store open; try again when it is done") from None
        time.sleep(_PAUSE_S)


def _remove_old_diaries(path: Path) -> None:
    """Remove the diaries that RocksDB, which is told to keep none, begins and leaves empty each time it is opened."""
    for diary in path.glob("LOG.old.*"):
        with suppress(OSError):  # one that stays does no harm
            diary.unlink()


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
