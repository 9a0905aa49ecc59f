"""One SHACL Core shape -> SPARQL patterns, each of which finds the nodes that break one of its constraints."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking.property_paths import required, sparql_path
from nesy.checking.rule_graph import DESCRIBING, SEVERITIES, custom_components
from nesy.checking.value_constraints import Unknown, constant, value_tests
from nesy.checking.written_terms import written_term
from nesy.ontology.languages import ENGLISH, in_language
from nesy.verdict import Severity

_CLAUSES = 3
"""Up to so many values are told apart by patterns; beyond, they are counted."""
_SAYS_NOTHING = frozenset(
    {SH.path, SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf}
    | {SH.name, SH.description, SH.message, SH.severity, SH.order, SH.group, SH.defaultValue, SH.deactivated}
    | {SH.flags, SH.prefixes, SH.declare, *DESCRIBING}
)
"""Properties of a shape that constrain nothing by themselves."""


@dataclass(frozen=True)
class Branch:
    """One way to break a shape: a pattern that begins at a bound variable, and what its solutions mean."""

    pattern: str
    focus: str
    """The variable of the node in focus, with its question mark."""
    value: str | None
    """The variable of sh:value; None where a result has no value."""
    shape: Node
    path: Node | None
    needs: frozenset[str]
    """IRIs without which the pattern has no solution."""
    severity: Severity | None = None
    """That which the shape states; None: it states none."""
    message: str = ""
    """That of the shape, if it lies within the rule and has one."""


class Patterns:
    """Writes the patterns of the shapes of one graph."""

    def __init__(self, graph: Graph, language: str = ENGLISH) -> None:
        self._graph = graph
        self._language = language
        self._variables = 0
        self._open: list[Node] = []
        self._custom = {
            path
            for component in custom_components(graph)
            for parameter in graph.objects(component, SH.parameter)
            for path in graph.objects(parameter, SH.path)
        }

    def broken(self, shape: Node, focus: str, rule: bool = False) -> list[Branch]:
        """Return the ways in which the node `focus` (a variable that is bound) breaks the shape.

        Args:
            rule: whether the shape is a rule itself; its sh:sparql is then left to others.

        Raises:
            Unknown: a construct that is not compiled.
            ValueError: the shape is ill-formed.
        """
        if self._deactivated(shape):
            return []
        if shape in self._open:
            raise Unknown("a shape that refers to itself")
        self._open.append(shape)
        try:
            return self._broken(shape, focus, rule)
        finally:
            self._open.pop()

    def conforms(self, shape: Node, variable: str) -> str:
        """Return an expression: does the node in this variable conform to the shape?"""
        return " && ".join(f"NOT EXISTS {{ {b.pattern} }}" for b in self.broken(shape, variable)) or "true"

    # --- the constraints of one shape ---

    def _broken(self, shape: Node, focus: str, rule: bool) -> list[Branch]:
        graph, path = self._graph, self._path(shape)
        value, step, needs = focus, "", frozenset[str]()
        if path is not None:
            value = self._fresh()
            step, needs = f"{focus} {sparql_path(graph, path)} {value} . ", required(graph, path)
        severity = SEVERITIES.get(graph.value(shape, SH.severity) or shape)
        message = "" if rule else in_language(graph.objects(shape, SH.message), self._language)
        plain = Branch(step, focus, value, shape, path, needs, severity, message)
        found: list[Branch] = []
        for predicate in sorted(set(graph.predicates(shape)), key=str):
            if predicate in self._custom:
                raise Unknown(str(predicate))
            if predicate in _SAYS_NOTHING or not str(predicate).startswith(str(SH)):
                continue
            if rule and predicate == SH.sparql:
                continue
            given = sorted(graph.objects(shape, predicate), key=str)
            tests = value_tests(graph, shape, predicate, value)
            if tests is None and predicate in _LOGICAL:
                tests = [_LOGICAL[predicate](self, one, value) for one in given]
            if tests is not None:
                found += [replace(plain, pattern=f"{step}FILTER ({test})") for test in tests]
            elif predicate == SH.property:
                found += [branch for one in given for branch in self._property(plain, one)]
            elif predicate in _ON_SETS:
                for one in given:
                    found += _ON_SETS[predicate](self, plain, one)
            else:
                raise Unknown(_spelled(predicate))
        return found

    def _path(self, shape: Node) -> Node | None:
        paths = list(self._graph.objects(shape, SH.path))
        typed = set(self._graph.objects(shape, RDF.type))
        if len(paths) > 1:
            raise ValueError("a property shape has one sh:path, not several")
        if paths and SH.NodeShape in typed:
            raise ValueError("a node shape has no sh:path")
        if not paths and SH.PropertyShape in typed:
            raise ValueError("a property shape needs a sh:path")
        return paths[0] if paths else None

    def _property(self, plain: Branch, inner: Node) -> Iterable[Branch]:
        if self._path(inner) is None:
            raise ValueError("the value of sh:property needs a sh:path")
        assert plain.value is not None, "every shape begins with its values"
        for branch in self.broken(inner, plain.value):
            yield replace(branch, pattern=plain.pattern + branch.pattern, needs=plain.needs | branch.needs)

    # --- constraints on the set of values ---

    def _min_count(self, plain: Branch, bound: Node) -> list[Branch]:
        least = _count(bound, plain)
        if least == 0:
            return []
        return [self._none(plain, f"FILTER NOT EXISTS {{ {self._at_least(plain, least)} }}")]

    def _max_count(self, plain: Branch, bound: Node) -> list[Branch]:
        most = _count(bound, plain)
        branch = self._none(plain, f"FILTER EXISTS {{ {self._at_least(plain, most + 1)} }}")
        return [replace(branch, needs=plain.needs)]

    def _at_least(self, plain: Branch, number: int) -> str:
        """Return a pattern that has a solution when the focus has so many values, as terms."""
        assert plain.path is not None, "counted are the values of a path"
        path = sparql_path(self._graph, plain.path)
        if number > _CLAUSES:
            each, many = self._fresh(), self._fresh()
            return (
                f"{{ SELECT {plain.focus} (COUNT(DISTINCT {each}) AS {many}) WHERE {{ {plain.focus} {path} {each} }}"
                f" GROUP BY {plain.focus} }} FILTER ({many} >= {number})"
            )
        values = [self._fresh() for _ in range(number)]
        patterns = " ".join(f"{plain.focus} {path} {value} ." for value in values)
        apart = " ".join(f"FILTER (!sameTerm({a}, {b}))" for a, b in combinations(values, 2))
        return f"{patterns} {apart}"

    def _has_value(self, plain: Branch, node: Node) -> list[Branch]:
        wanted = constant(node)
        if plain.path is None:
            return [replace(plain, pattern=f"FILTER (!sameTerm({plain.focus}, {wanted}))", value=None)]
        path = sparql_path(self._graph, plain.path)
        return [self._none(plain, f"FILTER NOT EXISTS {{ {plain.focus} {path} {wanted} }}")]

    def _equals(self, plain: Branch, other: Node) -> list[Branch]:
        predicate, extra = _predicate(other), self._fresh()
        lacking = f"{plain.pattern}FILTER NOT EXISTS {{ {plain.focus} {predicate} {plain.value} }}"
        if plain.path is None:
            absent = f"FILTER (!sameTerm({plain.focus}, {extra}))"
        else:
            absent = f"FILTER NOT EXISTS {{ {plain.focus} {sparql_path(self._graph, plain.path)} {extra} }}"
        more = f"{plain.focus} {predicate} {extra} . {absent}"
        return [
            replace(plain, pattern=lacking),
            replace(plain, pattern=more, value=extra, needs=frozenset({str(other)})),
        ]

    def _disjoint(self, plain: Branch, other: Node) -> list[Branch]:
        pattern = f"{plain.pattern}{plain.focus} {_predicate(other)} {plain.value} ."
        return [replace(plain, pattern=pattern, needs=plain.needs | {str(other)})]

    def _less_than(self, plain: Branch, other: Node) -> list[Branch]:
        return self._compared(plain, other, "<")

    def _less_than_or_equals(self, plain: Branch, other: Node) -> list[Branch]:
        return self._compared(plain, other, "<=")

    def _compared(self, plain: Branch, other: Node, sign: str) -> list[Branch]:
        if plain.path is None:
            raise ValueError("sh:lessThan and sh:lessThanOrEquals need a sh:path beside them")
        bound = self._fresh()
        pattern = (
            f"{plain.pattern}{plain.focus} {_predicate(other)} {bound} . "
            f"FILTER (!COALESCE({plain.value} {sign} {bound}, false))"
        )
        return [replace(plain, pattern=pattern, needs=plain.needs | {str(other)})]

    def _none(self, plain: Branch, pattern: str) -> Branch:
        return replace(plain, pattern=pattern, value=None, needs=frozenset())

    # --- shapes within shapes ---

    def _not(self, inner: Node, variable: str) -> str:
        return self.conforms(inner, variable)

    def _node(self, inner: Node, variable: str) -> str:
        if self._path(inner) is not None:
            raise ValueError("the value of sh:node must be a node shape")
        return f"!({self.conforms(inner, variable)})"

    def _and(self, shapes: Node, variable: str) -> str:
        return f"!({' && '.join(self._each(shapes, variable))})"

    def _or(self, shapes: Node, variable: str) -> str:
        return f"!({' || '.join(self._each(shapes, variable))})"

    def _xone(self, shapes: Node, variable: str) -> str:
        return f"{' + '.join(f'IF({one}, 1, 0)' for one in self._each(shapes, variable))} != 1"

    def _each(self, shapes: Node, variable: str) -> list[str]:
        inner = list(self._graph.items(shapes))
        if not inner:
            raise ValueError("sh:and, sh:or and sh:xone need a list of shapes")
        return [f"({self.conforms(shape, variable)})" for shape in inner]

    # --- small things ---

    def _deactivated(self, shape: Node) -> bool:
        found = self._graph.value(shape, SH.deactivated)
        return found is not None and bool(found.toPython())  # type: ignore[attr-defined]  # of every literal

    def _fresh(self) -> str:
        self._variables += 1
        return f"?v{self._variables}"


def _count(bound: Node, plain: Branch) -> int:
    if plain.path is None:
        raise ValueError("sh:minCount and sh:maxCount need a sh:path beside them")
    number = getattr(bound, "value", None)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"{bound} is no number of values")
    return number


def _predicate(node: Node) -> str:
    if not isinstance(node, URIRef):
        raise ValueError(f"{node} is no property to compare with")
    return written_term(node)


def _spelled(predicate: Node) -> str:
    return "sh:" + str(predicate).removeprefix(str(SH))


_LOGICAL: dict[Node, Callable[[Patterns, Node, str], str]] = {
    SH["not"]: Patterns._not,
    SH["and"]: Patterns._and,
    SH["or"]: Patterns._or,
    SH.xone: Patterns._xone,
    SH.node: Patterns._node,
}
_ON_SETS: dict[Node, Callable[[Patterns, Branch, Node], list[Branch]]] = {
    SH.minCount: Patterns._min_count,
    SH.maxCount: Patterns._max_count,
    SH.hasValue: Patterns._has_value,
    SH.equals: Patterns._equals,
    SH.disjoint: Patterns._disjoint,
    SH.lessThan: Patterns._less_than,
    SH.lessThanOrEquals: Patterns._less_than_or_equals,
}
