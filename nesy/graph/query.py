"""A SPARQL 1.1 query and an Oxigraph store or a file -> rows, a graph, or yes and no.

A query only reads, and asks nobody but the store: `nesy.sparql.local_query` refuses all else before any engine sees it.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import DCTERMS, PROV, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.encoding import encoding_of, read_text
from nesy.errors import InputError
from nesy.graph.scene_triples import OA
from nesy.graph.terms import TripleTerm, ill_typed_allowed, to_node
from nesy.ontology.namespaces import LABEL, RULES, VOCABULARY
from nesy.sparql import FORMS, SparqlError, first_word, is_foreign, local_query, written

PREFIXES = {
    "nesy": str(VOCABULARY),
    "rules": str(RULES),
    "label": str(LABEL),
    "prov": str(PROV),
    "oa": str(OA),
    "dcterms": str(DCTERMS),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "xsd": str(XSD),
}
"""What every query may write without declaring it."""

FILES = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
}
"""The files that can be asked, by the end of their names."""

_WRITES = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")


@dataclass(frozen=True)
class Rows:
    """The answer to a SELECT: one value per variable in each row, None where a variable is not bound."""

    variables: tuple[str, ...]
    rows: tuple[tuple[Node | None, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple[Node | None, ...]]:
        return iter(self.rows)

    def to_json(self, indent: int | None = None) -> str:
        """Return the rows as SPARQL 1.1 Query Results JSON (W3C Recommendation 21 March 2013)."""
        bindings = [
            {name: _record(value) for name, value in zip(self.variables, row, strict=True) if value is not None}
            for row in self.rows
        ]
        shown = {"head": {"vars": list(self.variables)}, "results": {"bindings": bindings}}
        return json.dumps(shown, ensure_ascii=False, indent=indent)


Found = Rows | Graph | bool
"""What a query gives: rows (SELECT), a graph (CONSTRUCT, DESCRIBE), or yes and no (ASK)."""


def ask_store(store: ox.Store, query: str) -> Found:
    """Put a query to an Oxigraph store; everything is read before it returns.

    Raises:
        InputError: the query cannot be read (with line and column), would write, or asks another server.
    """
    query_form(query)
    try:
        found = store.query(to_be_run(query, PREFIXES, sources=True))
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        with ill_typed_allowed():
            if isinstance(found, ox.QueryTriples):
                return graph_of((to_node(one.subject), to_node(one.predicate), to_node(one.object)) for one in found)
            variables = tuple(variable.value for variable in found.variables)
            rows = tuple(tuple(None if value is None else to_node(value) for value in row) for row in found)
    # what the parser passes and the engine does not: a relation of SPARQL that it has a narrower reading of
    except (OSError, RuntimeError, SyntaxError) as error:
        raise InputError(f"the query cannot be answered: {_on_one_line(error)}") from None
    return Rows(variables, rows)


def graph_of(triples: Iterable[tuple[Node, Node, Node]]) -> Graph:
    """Return the triples as a graph that knows the prefixes.

    Raises:
        InputError: one of them is about a triple (RDF 1.2), which a graph of rdflib cannot hold.
    """
    graph = Graph(bind_namespaces="none")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    for triple in triples:
        if any(isinstance(part, TripleTerm) for part in triple):
            raise InputError(f"the answer holds a triple about a triple, which only SELECT can show: {triple[2]}")
        graph.add(triple)
    return graph


def read_file(path: Path) -> ox.Store:
    """Read a file of RDF into a store in memory; its default graph holds what all graphs hold.

    Raises:
        InputError: the file is missing, of another kind, or no RDF (with line and column).
    """
    form = FILES.get(path.suffix.lower())
    if form is None:
        raise InputError(f"{path}: cannot be asked; a store, {', '.join(FILES)} or http(s)://... would be right")
    store = ox.Store()
    base = path.resolve().as_uri()
    try:
        with path.open("rb") as file:
            in_utf8 = encoding_of(file.read(4)) == "utf-8"
        if in_utf8:
            store.bulk_load(path=path, format=form, base_iri=base)  # read bit by bit, however long it is
        else:
            store.bulk_load(read_text(path).encode(), format=form, base_iri=base)
    except SyntaxError as error:
        read_text(path)  # where it is no text, that is the reason
        raise InputError(f"{path}: {_on_one_line(error)}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or _on_one_line(error)})") from None
    store.update("INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }")
    return store


def query_form(query: str) -> str:
    """Return `SELECT`, `ASK`, `CONSTRUCT` or `DESCRIBE`; InputError for what would write, or is no query."""
    word, at = first_word(query)
    for form in FORMS:
        if word.startswith(form):
            return form
    if word in _WRITES:
        raise InputError(f"{word} is refused: a query only reads ({', '.join(FORMS)})")
    place = _position(query, at)
    raise InputError(f"the query begins with {query[at : at + 20]!r} at {place}; {', '.join(FORMS)} would be right")


def to_be_run(query: str, prefixes: Mapping[str, str], *, sources: bool) -> str:
    """Return a query as engines are given it: read once, and written anew.

    Args:
        query: SPARQL 1.1.
        prefixes: those that it may use without declaring them.
        sources: whether FROM is taken.

    Raises:
        InputError: it is none, with its place, or asks elsewhere.
    """
    try:
        return written(local_query(query, prefixes, sources=sources))
    except SparqlError as error:
        if is_foreign(error):
            raise InputError(error.reason) from None
        rest = " ".join(query[error.place : error.place + 20].split())
        before = f"before {rest!r}" if rest else "its end"
        told = f"line {error.line}, column {error.column}, {before}: {error.reason}"
        raise InputError(f"the query cannot be read at {told}") from None
    except ValueError as error:  # no IRI
        raise InputError(f"the query cannot be read: {error}") from None


def _position(query: str, at: int) -> str:
    line = query.count("\n", 0, at) + 1
    return f"line {line}, column {at - query.rfind(chr(10), 0, at)}"


def _on_one_line(what: object) -> str:
    return " ".join(str(what).split())


def _record(value: Node) -> dict[str, Any]:
    if isinstance(value, TripleTerm):  # as SPARQL 1.2 Query Results JSON has it
        parts = {"subject": value.subject, "predicate": value.predicate, "object": value.object}
        return {"type": "triple", "value": {name: _record(part) for name, part in parts.items()}}
    if isinstance(value, URIRef):
        return {"type": "uri", "value": str(value)}
    if isinstance(value, BNode):
        return {"type": "bnode", "value": str(value)}
    assert isinstance(value, Literal), f"no term of RDF: {value!r}"
    told = {"type": "literal", "value": str(value)}
    if value.language:
        told["xml:lang"] = value.language
    elif value.datatype is not None:
        told["datatype"] = str(value.datatype)
    return told
