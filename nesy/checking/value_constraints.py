"""One constraint on single values -> SPARQL expressions, true where a value breaks it, and never an error."""

import re
from collections.abc import Callable

from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import BNode, Node

from nesy.checking.loops.regular_expressions import Unlike, compiled
from nesy.checking.written_terms import written_term
from nesy.sparql import literal_text

_TYPE_PATH = f"{RDF.type.n3()}/{RDFS.subClassOf.n3()}*"
_NUMERIC = frozenset({XSD.integer, XSD.decimal, XSD.float, XSD.double})
_CAST = frozenset({XSD.boolean, XSD.date, XSD.time, XSD.dateTime})
_ANY_TEXT = frozenset({XSD.string, RDF.langString, XSD.anyURI})
_KINDS: dict[Node, tuple[str, ...]] = {
    SH.IRI: ("isIRI",),
    SH.BlankNode: ("isBlank",),
    SH.Literal: ("isLiteral",),
    SH.BlankNodeOrIRI: ("isBlank", "isIRI"),
    SH.BlankNodeOrLiteral: ("isBlank", "isLiteral"),
    SH.IRIOrLiteral: ("isIRI", "isLiteral"),
}
_SIGNS: dict[Node, str] = {
    SH.minInclusive: ">=",
    SH.minExclusive: ">",
    SH.maxInclusive: "<=",
    SH.maxExclusive: "<",
}


class Unknown(ValueError):
    """A construct of SHACL that is not compiled; its name."""


def value_tests(graph: Graph, shape: Node, predicate: Node, variable: str) -> list[str] | None:
    """Return what makes a value in `variable` break the constraints that `predicate` states; None for other kinds.

    Raises:
        Unknown: this value of the constraint is not compiled.
        ValueError: the constraint is ill-formed.
    """
    write = _WRITERS.get(predicate)
    if predicate in _SIGNS:
        return [
            _compared(value, _SIGNS[predicate], variable) for value in sorted(graph.objects(shape, predicate), key=str)
        ]
    return None if write is None else write(graph, shape, variable)


def constant(node: Node) -> str:
    """Return a term of the shapes graph as SPARQL writes it."""
    if isinstance(node, BNode):
        raise Unknown("a blank node as a value")
    return written_term(node)


def _classes(graph: Graph, shape: Node, variable: str) -> list[str]:
    wanted = [constant(kind) for kind in sorted(graph.objects(shape, SH["class"]), key=str)]
    return [f"NOT EXISTS {{ {variable} {_TYPE_PATH} {kind} }}" for kind in wanted]


def _datatype(graph: Graph, shape: Node, variable: str) -> list[str]:
    wanted = _only(graph, shape, SH.datatype)
    is_typed = f"COALESCE(DATATYPE({variable}) = {constant(wanted)}, false)"
    if wanted == RDFS.Literal:
        return [f"!isLiteral({variable})"]
    if wanted in _NUMERIC:
        return [f"!({is_typed} && isNumeric({variable}))"]
    if wanted in _CAST:
        return [f'!({is_typed} && COALESCE(STR({constant(wanted)}(STR({variable}))) != "", false))']
    if wanted in _ANY_TEXT or not str(wanted).startswith((str(XSD), str(RDF), str(RDFS))):
        return [f"!{is_typed}"]
    raise Unknown(f"sh:datatype {wanted}")


def _node_kind(graph: Graph, shape: Node, variable: str) -> list[str]:
    wanted = _only(graph, shape, SH.nodeKind)
    if wanted not in _KINDS:
        raise ValueError(f"{wanted} is no kind of node")
    return [f"!({' || '.join(f'{test}({variable})' for test in _KINDS[wanted])})"]


def _min_length(graph: Graph, shape: Node, variable: str) -> list[str]:
    least = _length(graph, shape, SH.minLength)
    return [f"isBlank({variable}) || STRLEN(STR({variable})) < {least}"] if least else []


def _max_length(graph: Graph, shape: Node, variable: str) -> list[str]:
    return [f"isBlank({variable}) || STRLEN(STR({variable})) > {_length(graph, shape, SH.maxLength)}"]


def _pattern(graph: Graph, shape: Node, variable: str) -> list[str]:
    flags = sorted({*str(graph.value(shape, SH.flags) or "")})
    if set(flags) - {"i", "m"}:
        raise Unknown(f"sh:flags {''.join(flags)}")
    tests = []
    for pattern in sorted(graph.objects(shape, SH.pattern), key=str):
        written = f"{literal_text(str(pattern))}, {literal_text(''.join(flags))}"
        try:
            compiled(str(pattern), "".join(flags))
        except (Unlike, re.error) as error:
            raise Unknown(f"sh:pattern {pattern}") from error
        tests.append(f"isBlank({variable}) || !REGEX(STR({variable}), {written})")
    return tests


def _in(graph: Graph, shape: Node, variable: str) -> list[str]:
    nodes = list(graph.items(_only(graph, shape, SH["in"])))
    iris = ", ".join(constant(node) for node in nodes if isinstance(node, URIRef))
    tests = [f"(isIRI({variable}) && {variable} IN ({iris}))"] if iris else []
    tests += [f"sameTerm({variable}, {constant(node)})" for node in nodes if not isinstance(node, URIRef)]
    return [f"!({' || '.join(tests)})" if tests else "true"]


def _compared(bound: Node, sign: str, variable: str) -> str:
    if not isinstance(bound, Literal):
        raise ValueError(f"{bound} is no value to compare with")
    return f"!COALESCE({variable} {sign} {constant(bound)}, false)"


def _length(graph: Graph, shape: Node, predicate: Node) -> int:
    number = getattr(_only(graph, shape, predicate), "value", None)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError("sh:minLength and sh:maxLength need a whole number")
    return number


def _only(graph: Graph, shape: Node, predicate: Node) -> Node:
    values = list(graph.objects(shape, predicate))
    if len(values) != 1:
        raise ValueError(f"sh:{str(predicate).removeprefix(str(SH))} may stand only once in a shape")
    return values[0]


_WRITERS: dict[Node, Callable[[Graph, Node, str], list[str]]] = {
    SH["class"]: _classes,
    SH.datatype: _datatype,
    SH.nodeKind: _node_kind,
    SH.minLength: _min_length,
    SH.maxLength: _max_length,
    SH.pattern: _pattern,
    SH["in"]: _in,
}
