"""Query text -> parsed query whose patterns follow the joins; in rdflib's own order large scenes multiply out."""

from collections.abc import Iterable
from functools import lru_cache

from rdflib import Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query

_BOUND_BEFORE = frozenset({Variable("this")})
"""SHACL binds $this before a query runs."""

Pattern = tuple[object, object, object]


@lru_cache(maxsize=1024)
def prepared(text: str) -> Query:
    """Parse and plan a query once; later calls with the same text are free."""
    query = prepareQuery(text)
    _plan(query.algebra, _BOUND_BEFORE)
    return query


def ordered(patterns: Iterable[Pattern], known: frozenset[Variable]) -> list[Pattern]:
    """Return the patterns so that each one, where possible, shares a variable with those before it.

    Of the patterns at hand the one with the fewest unknown variables comes next, connected ones first; ties go by
    text, so that the order does not depend on chance. The answer of a query does not depend on it either.
    """
    waiting = sorted(patterns, key=str)
    bound = set(known)
    done: list[Pattern] = []
    while waiting:
        best = min(waiting, key=lambda pattern: _cost(pattern, bound))
        waiting.remove(best)
        bound |= _variables(best)
        done.append(best)
    return done


def _variables(pattern: Pattern) -> set[Variable]:
    return {term for term in pattern if isinstance(term, Variable)}


def _cost(pattern: Pattern, bound: set[Variable]) -> tuple[bool, int, int]:
    """Return what a pattern costs: unconnected, unknown variables, and how little beside $this it is held by."""
    variables = _variables(pattern)
    held = variables & bound
    return bool(variables) and not held, len(variables - bound), -len(held - _BOUND_BEFORE)


def _plan(node: object, known: frozenset[Variable]) -> frozenset[Variable]:
    """Order every group of patterns below `node`; return the variables known after it."""
    if isinstance(node, (list, tuple)):
        for item in node:
            _plan(item, known)
        return known
    if not isinstance(node, CompValue):
        return known
    if node.name == "BGP":
        node["triples"] = ordered(node["triples"], known)
        return known | {variable for pattern in node["triples"] for variable in _variables(pattern)}
    for part in ("p", "p1", "p2"):  # operands in the order in which they are evaluated
        if part in node:
            known = _plan(node[part], known)
    for part, value in node.items():
        if part not in ("p", "p1", "p2"):
            _plan(value, known)
    return known | {node["var"]} if node.name == "Extend" else known
