"""Query text -> parsed query whose patterns follow the joins; in rdflib's own order large scenes multiply out."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from rdflib import Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import BNode

from nesy.sparql import local_query, written

_BOUND_BEFORE: frozenset[object] = frozenset({Variable("this")})
"""SHACL binds $this before a query runs."""
_OPERANDS = ("p", "p1", "p2")
"""Parts of an operator in the order in which they are evaluated."""

Pattern = tuple[object, object, object]


@lru_cache(maxsize=1024)
def prepared(text: str) -> Query:
    """Parse and plan a query once; later calls with the same text are free.

    Raises:
        SparqlError: it is none, or asks elsewhere than in the data; rdflib would fetch what it names.
        ValueError: it names what is no IRI.
    """
    query = prepareQuery(written(local_query(text)))
    _plan(query.algebra, _BOUND_BEFORE)
    return query


def ordered(patterns: Iterable[Pattern], known: frozenset[object]) -> list[Pattern]:
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


def blocks(patterns: Iterable[Pattern], known: frozenset[object]) -> list[list[Pattern]]:
    """Cut an order into blocks that rdflib leaves as they are.

    It sorts the patterns of a block by how many of their variables are unknown where the block begins, so a block
    ends where that number would fall.
    """
    found: list[list[Pattern]] = []
    start, bound, last = set(known), set(known), 0
    for pattern in patterns:
        unknown = len([term for term in pattern if isinstance(term, (Variable, BNode)) and term not in start])
        if not found or unknown < last:
            found.append([])
            start = set(bound)
            unknown = len([term for term in pattern if isinstance(term, (Variable, BNode)) and term not in start])
        found[-1].append(pattern)
        bound |= _variables(pattern)
        last = unknown
    return found


def _variables(pattern: Pattern) -> set[object]:
    return {term for term in pattern if isinstance(term, (Variable, BNode))}


def _cost(pattern: Pattern, bound: set[object]) -> tuple[bool, int, int]:
    """Return what a pattern costs: unconnected, unknown variables, and how little beside $this it is held by."""
    variables = _variables(pattern)
    held = variables & bound
    return bool(variables) and not held, len(variables - bound), -len(held - _BOUND_BEFORE)


def _plan(node: object, known: frozenset[object]) -> frozenset[object]:
    """Order every group of patterns at and below `node`, in place; return the variables known after it."""
    if isinstance(node, (list, tuple)):
        for item in node:
            _plan(item, known)
        return known
    if not isinstance(node, CompValue):
        return known
    if node.name == "BGP":
        patterns = ordered(node["triples"], known)
        _chain(node, blocks(patterns, known))
        return known.union(*map(_variables, patterns))
    for part in _OPERANDS:
        if part in node:
            known = _plan(node[part], known)
    for value in _others(node):
        _plan(value, known)
    return known | {node["var"]} if node.name == "Extend" else known


def _others(node: CompValue) -> Iterator[object]:
    """Yield the parts that are no operands; what EXISTS runs is an attribute, its item of that name only the parse."""
    for part, value in node.items():
        if part not in _OPERANDS:
            yield vars(node).get(part, value)


def _chain(node: CompValue, parts: list[list[Pattern]]) -> None:
    """Turn a group of patterns into joins of its blocks, each run with what the blocks before it have found."""
    if len(parts) <= 1:
        node["triples"] = parts[0] if parts else []
        return
    variables = dict(node).get("_vars", set())  # CompValue.get means something else
    first: CompValue = CompValue("BGP", triples=parts[0], _vars=variables)
    for block in parts[1:-1]:
        following = CompValue("BGP", triples=block, _vars=variables)
        first = CompValue("Join", p1=first, p2=following, lazy=True, _vars=variables)
    del node["triples"]
    node.name = "Join"
    node["p1"], node["p2"] = first, CompValue("BGP", triples=parts[-1], _vars=variables)
    node["lazy"] = True
