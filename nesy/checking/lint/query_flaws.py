"""The queries of a rule file -> words that nothing declares, a query that does not select $this, unbound variables."""

from collections.abc import Iterator
from typing import TypeVar

from rdflib import RDF, SH, XSD, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from nesy.checking.compiler import read
from nesy.checking.lint.mistake import At, Flaw, nearest
from nesy.checking.lint.scene_words import SceneWords
from nesy.checking.lint.shacl_terms import near_namespace, spelled
from nesy.checking.lint.shape_flaws import no_decimal
from nesy.checking.lint.text_flaws import text_in_pattern
from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.ontology.turtle import DIGITS
from nesy.sparql.tree import Call, Filter, Iri, Link, Literal, Pattern, Query, Span, Variable
from nesy.sparql.variable_scope import bound_by, every_part, everything, parts

T = TypeVar("T")

_GIVEN = frozenset({"this", "PATH", "shapesGraph", "currentShape", "value"})
_ASKS = frozenset({"BOUND", "COALESCE", "IF", "||", "!", "&&"})
_QUERIES = (SH.select, SH.ask, SH.construct)


def query_flaws(graph: Graph, prefixes: Prefixes, words: SceneWords) -> Iterator[Flaw]:
    """Yield the flaws of all queries of one file; a text that is no query is told elsewhere.

    Args:
        prefixes: those of all files.
    """
    for kind in _QUERIES:
        for node, text in graph.subject_objects(kind):
            try:
                source = with_prefixes(str(text), prefixes.known(node))
                query = read(str(text), source)
            except ValueError:
                continue
            ahead = len(source) - len(str(text))
            for flaw, span in _flaws(graph, kind, query, words):
                line = 1 + str(text).count("\n", 0, max(0, span.start - ahead))
                yield Flaw(node, At(str(kind), None, str(text), line), *flaw)


def _flaws(
    graph: Graph, kind: Node, query: Query, words: SceneWords
) -> Iterator[tuple[tuple[str, str, str, bool], Span]]:
    """Yield term, problem, what was meant and whether it is grave, with its place in the text."""
    parameters = {
        str(path).rsplit("#", 1)[-1].rsplit("/", 1)[-1]
        for parameter in graph.objects(None, SH.parameter)
        for path in graph.objects(parameter, SH.path)
    }
    if kind == SH.select and query.form == "SELECT" and "this" not in {name for name, _ in query.selected}:
        yield ("sh:select", "the query does not select $this", "SELECT $this", True), query.span
    elif kind == SH.select and "value" not in {name for name, _ in query.selected}:
        told = "the query has no ?value: what it finds is told, and nothing is asked or repaired"
        yield ("sh:select", told, "", False), query.span
    for iri, span, is_type, is_link in _iris(query):
        told = spelled(graph, URIRef(iri))
        near = near_namespace(iri)
        problem = words.no_property(iri) if is_link and kind != SH.construct else words.no_word(iri)
        if is_type and not problem and _of_nesy(iri):
            problem = words.no_class(iri)
        if near is not None:
            yield (f"<{iri}>", "is of no namespace of a known vocabulary", f"<{near}>", True), span
        elif problem:
            yield (told, problem, words.meant(graph, iri, words.classes if is_type else words.words), True), span
    for pattern in _parts_of(query, Pattern):
        text = text_in_pattern(pattern, graph, words)
        if text is not None:
            yield text
    for literal in _parts_of(query, Literal):
        if literal.datatype == str(XSD.decimal) and no_decimal(RdfLiteral(literal.text, datatype=XSD.decimal).value):
            yield (f'"{literal.text}"', "is no xsd:decimal", "", True), literal.span
        if len(literal.text) > DIGITS and literal.text.lstrip("+-").isdigit():
            told = f"a number of {len(literal.text)} digits; at most {DIGITS} are read"
            yield (literal.text[:10] + "...", told, "", True), literal.span
    bound = _bound(query) | _GIVEN | parameters
    for variable in _read_in_vain(query, bound):
        meant = nearest(variable.name, bound - _GIVEN)
        told = "is bound nowhere in the query, so that the condition never holds"
        yield (f"?{variable.name}", told, f"?{meant}" if meant else "", True), variable.span
    for name, value in query.selected:
        if isinstance(value, Variable) and name not in bound and value.name == name:
            meant = nearest(name, bound - _GIVEN)
            yield (f"?{name}", "is selected and bound nowhere", f"?{meant}" if meant else "", False), query.span


def _of_nesy(iri: str) -> bool:
    return iri.startswith("https://w3id.org/nesy/ontology#")


def _iris(query: Query) -> Iterator[tuple[str, Span, bool, bool]]:
    """Yield every IRI, where it stands, whether it is the type of something, and whether it is a predicate."""
    kinds = {
        id(one.object)
        for one in _parts_of(query, Pattern)
        if isinstance(one.path, Link) and one.path.iri == str(RDF.type) and isinstance(one.object, Iri)
    }
    for part in every_part(query):
        match part:
            case Iri(value):
                yield value, part.span, id(part) in kinds, False
            case Link(iri):
                yield iri, part.span, False, True
            case Literal():
                yield part.datatype, part.span, False, False
            case Call(name) if name.startswith("<"):
                yield name.strip("<>"), part.span, False, False
            case _:
                pass


def _bound(query: Query) -> set[str]:
    """Return every variable that something in the query can bind."""
    found = set(query.values.names) if query.values is not None else set()
    for part in everything(query):
        if isinstance(part, Query):
            found |= {name for name, value in part.selected if not (isinstance(value, Variable) and value.name == name)}
            found |= {key.name for key in part.keys if not isinstance(key.expression, Variable)}
        else:
            found |= bound_by(part)
    return found


def _read_in_vain(query: Query, bound: set[str]) -> Iterator[Variable]:
    """Yield the variables that conditions read though nothing binds them; not where a query asks whether they are."""
    for part in everything(query):
        if isinstance(part, Filter):
            inner = parts(part.expression)
            if not any(isinstance(one, Call) and one.name.upper() in _ASKS for one in inner):
                yield from (one for one in inner if isinstance(one, Variable) and one.name not in bound)


def _parts_of(query: Query, kind: type[T]) -> Iterator[T]:
    return (part for part in every_part(query) if isinstance(part, kind))
