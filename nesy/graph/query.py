"""A SPARQL 1.1 query and an Oxigraph store or a file -> rows, a graph, or yes and no.

A query only reads. Nothing is fetched that the user did not name: a `SERVICE` clause is refused before a query runs.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import DCTERMS, PROV, RDF, RDFS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.errors import InputError
from nesy.graph.scene_triples import OA
from nesy.graph.terms import TripleTerm, ill_typed_allowed, to_node
from nesy.ontology.namespaces import LABEL, RULES, VOCABULARY
from nesy.sparql import FORMS, SparqlError, first_word, parse_with
from nesy.sparql.tree import Named
from nesy.sparql.variable_scope import everything

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
# A parser that undoes \u escapes before it reads would see the word in them too.
_SERVICE = re.compile("".join(rf"(?:{c}|\\u00{ord(c):X}|\\u00{ord(c) + 32:X})" for c in "SERVICE"), re.IGNORECASE)
_NO_SERVICE = "a SERVICE clause is refused: a query asks nobody but the store it is put to"
_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
# Of all that the parser says it expected, only whole sentences tell a reader something.
_SENTENCE = re.compile(r"(?:one of |, |expected )([A-Z][A-Za-z]*(?: [A-Za-z]+){2,})(?=,|$)")


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
    _refuse_services(query)
    try:
        found = store.query(query, prefixes=PREFIXES)
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        with ill_typed_allowed():
            if isinstance(found, ox.QueryTriples):
                return graph_of((to_node(one.subject), to_node(one.predicate), to_node(one.object)) for one in found)
            variables = tuple(variable.value for variable in found.variables)
            rows = tuple(tuple(None if value is None else to_node(value) for value in row) for row in found)
    except SyntaxError as error:
        raise InputError(_told(error, query)) from None
    except (OSError, RuntimeError) as error:
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
    try:
        store.bulk_load(path=path, format=form, base_iri=path.resolve().as_uri())
    except SyntaxError as error:
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


def _refuse_services(query: str) -> None:
    """Refuse a query that would ask another server.

    A query in which the word is nowhere has no such clause, and one whose tree holds the clause is refused. Of all
    others the parser that will run it has the last word, for what counts is how it reads the text: it is given the
    query with the word changed. A text and a name may be changed so, a keyword may not.
    """
    if _SERVICE.search(query) is None:
        return
    try:
        found = list(everything(parse_with(query, PREFIXES)))
    except SparqlError:
        found = []
    if any(isinstance(one, Named) and one.keyword == "SERVICE" for one in found):
        raise InputError(_NO_SERVICE)
    changed = _SERVICE.sub(lambda found: "X" * len(found[0]), query)
    try:
        ox.Store().query(changed, prefixes=PREFIXES)
    except SyntaxError as error:
        told = _PLACE.match(str(error))
        at = _offset(query, int(told[1]), int(told[2])) if told else 0
        if any(word.start() <= at <= word.end() + 1 for word in _SERVICE.finditer(query)):
            raise InputError(_NO_SERVICE) from None
        raise InputError(_told(error, query)) from None


def _told(error: SyntaxError, query: str) -> str:
    """Say in one line where a query cannot be read, and why where that is known."""
    found = _PLACE.match(str(error))
    if found is None:
        return f"the query cannot be read: {_on_one_line(error)}"
    at = _offset(query, int(found[1]), int(found[2]))
    rest = " ".join(query[at : at + 20].split())
    place = f"line {found[1]}, column {found[2]}"
    why = "; ".join(f"{one[0].lower()}{one[1:]}" for one in _SENTENCE.findall(" ".join(found[3].split())))
    told = f"the query cannot be read at {place}, {f'before {rest!r}' if rest else 'its end'}"
    return ": ".join(filter(None, (told, _undeclared(query, at) or why)))


def _undeclared(query: str, at: int) -> str:
    """Name the prefix of the word that ends at a place, when nothing declares it."""
    word = re.search(r"(?<![\w.-])([\w.-]*):[\w.%-]*\s*$", query[:at])
    if word is None or word[1] in PREFIXES or re.search(rf"PREFIX\s+{re.escape(word[1])}:", query, re.IGNORECASE):
        return ""
    return f"the prefix {word[1]}: is not declared"


def _position(query: str, at: int) -> str:
    line = query.count("\n", 0, at) + 1
    return f"line {line}, column {at - query.rfind(chr(10), 0, at)}"


def _offset(query: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = query.find("\n", start) + 1
    return start + column - 1


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
