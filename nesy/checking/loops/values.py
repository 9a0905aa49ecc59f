"""What expressions of SPARQL do, on nodes: comparisons, arithmetic, texts; what has no value raises TypeError."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import cache

from nesy.checking.loops.index import Index
from nesy.checking.loops.tree import FALSE, TRUE, Link, Node, Number, Path, Repeated, Steps, Undecided, Ways, links

NO_VALUE = (TypeError, ArithmeticError)
"""What an expression without a value raises."""
_KINDS: dict[type, str] = {int: "integer", Decimal: "decimal", float: "double"}


def number(node: Node | None) -> Number:
    """Return the value of a number."""
    if type(node) is tuple:
        return node[0]
    raise _without_value(node)


def numeric(value: Number) -> Node:
    """Return a number as a node."""
    return value, _KINDS[type(value)]


def bound(node: Node | None) -> Node:
    """Return the value of a variable that has one."""
    if node is None:
        raise TypeError("unbound")
    return node


def text(node: Node | None) -> str:
    """Return a plain text; of nothing else."""
    if type(node) is str and node[0] == '"':
        return node[1:]
    raise _without_value(node)


def spelled(node: Node | None) -> str:
    """Return what STR gives, of an IRI or a plain text; how a number was written is not known."""
    if type(node) is str:
        if node[0] == "<":
            return node[1:-1]
        if node[0] == '"':
            return node[1:]
    if type(node) is tuple:
        raise Undecided(node)
    raise _without_value(node)


def truth(node: Node | None) -> bool:
    """Return the truth of a node, as FILTER takes it."""
    if node in (TRUE, FALSE):
        return node == TRUE
    return bool(node[0]) if type(node) is tuple else bool(text(node))


def same(a: Node | None, b: Node | None) -> bool:
    """Tell whether `=` holds."""
    if a is None or b is None:
        raise TypeError("unbound")
    if a == b:
        if type(a) is str and a[0] == "^" and a[1] != "@" and a not in (TRUE, FALSE):
            raise Undecided(a)  # NaN is not equal to itself
        return True
    if type(a) is tuple and type(b) is tuple:
        return a[0] == b[0]
    if not (_is_literal(a) and _is_literal(b)):
        return False
    if type(a) is str and type(b) is str and a[0] == b[0] == '"':
        return False
    raise Undecided((a, b))


def less(a: Node | None, b: Node | None) -> bool:
    """Tell whether `a < b`: of two numbers, or two texts."""
    if type(a) is tuple and type(b) is tuple:
        return a[0] < b[0]
    _comparable(a, b)
    return text(a) < text(b)


def less_or_same(a: Node | None, b: Node | None) -> bool:
    """Tell whether `a <= b`: of two numbers, or two texts."""
    if type(a) is tuple and type(b) is tuple:
        return a[0] <= b[0]
    _comparable(a, b)
    return text(a) <= text(b)


def _comparable(a: Node | None, b: Node | None) -> None:
    for node in (a, b):
        if type(node) is str and node[0] == "^":
            raise Undecided(node)
    if type(a) is type(b) is str and a[0] == b[0] == "<":
        raise Undecided((a, b))  # not by SPARQL, but some engines order IRIs


def _without_value(node: Node | None) -> Exception:
    """Return what is raised for a node of another kind than is wanted."""
    is_other = type(node) is str and node[0] == "^"
    return Undecided(node) if is_other else TypeError("a node of another kind")


def either(*ways: Callable[[], bool]) -> bool:
    """Return `||`: true if one is, whatever else has no value."""
    lacking = False
    for way in ways:
        try:
            if way():
                return True
        except NO_VALUE:
            lacking = True
    if lacking:
        raise TypeError("no value")
    return False


def each(*ways: Callable[[], bool]) -> bool:
    """Return `&&`: false if one is, whatever else has no value."""
    return not either(*(_negated(way) for way in ways))


def first(*ways: Callable[[], Node]) -> Node:
    """Return COALESCE: the first that has a value."""
    for way in ways:
        try:
            return way()
        except NO_VALUE:
            continue
    raise TypeError("no value")


def divided(a: Number, b: Number) -> Number:
    """Return `a / b`; of whole numbers a decimal."""
    return Decimal(a) / Decimal(b) if isinstance(a, int) and isinstance(b, int) else a / b  # type: ignore[operator]


def is_kind(node: Node | None, kinds: str) -> bool:
    """Tell whether a node begins as one of the kinds does: `<`, `_`, or `"` for all literals."""
    if node is None:
        raise TypeError("unbound")
    return ('"' if _is_literal(node) else str(node[0])) in kinds


def _is_literal(node: Node) -> bool:
    return type(node) is tuple or node[0] not in "<_"  # type: ignore[operator]


def _negated(way: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: not way()


# --- aggregates: of the values that are bound ---


def total(values: Iterable[Node | None]) -> Node:
    """Return SUM."""
    found: Number = 0
    for value in values:
        if value is not None:
            found = found + number(value)  # type: ignore[operator]
    return numeric(found)


def largest(values: Iterable[Node | None]) -> Node:
    """Return MAX, of numbers."""
    return numeric(max(map(_ordered, values)))


def smallest(values: Iterable[Node | None]) -> Node:
    """Return MIN, of numbers."""
    return numeric(min(map(_ordered, values)))


def _ordered(node: Node | None) -> Number:
    """Return the value of a number; how other things are ordered is left to a store."""
    if type(node) is tuple:
        return node[0]
    raise Undecided(node)


def joined(values: Iterable[Node | None], separator: str) -> Node:
    """Return GROUP_CONCAT."""
    return '"' + separator.join(spelled(value) for value in values if value is not None)


def distinct(values: Iterable[Node | None]) -> Sequence[Node | None]:
    """Return every value once."""
    return list(dict.fromkeys(values))


# --- paths ---

Walk = Callable[[Index, Node], Sequence[Node]]


@cache
def walk(path: Path) -> Walk:
    """Return what finds the ends of a path from its start; as often as there are ways, but for repeated paths."""
    match path:
        case Link(predicate, inverse):
            if inverse:
                return lambda index, start: index.backward[predicate].get(start, ())
            return lambda index, start: index.forward[predicate].get(start, ())
        case Ways(paths):
            walks = [walk(one) for one in paths]
            return lambda index, start: [end for one in walks for end in one(index, start)]
        case Steps(paths):
            return _one_after_the_other([walk(one) for one in paths])
        case Repeated(inner, least, once):
            return _again(walk(inner), links(inner), least, once)


def _one_after_the_other(walks: Sequence[Walk]) -> Walk:
    def along(index: Index, start: Node) -> Sequence[Node]:
        reached: Sequence[Node] = (start,)
        for one in walks:
            reached = [end for node in reached for end in one(index, node)]
        return reached

    return along


def _again(inner: Walk, predicates: frozenset[str], least: int, once: bool) -> Walk:
    def along(index: Index, start: Node) -> Sequence[Node]:
        held = index.walked.get(way)
        if held is None:
            held = index.walked[way] = {}
        known = held.get(start)
        if known is not None:
            return known
        found: dict[Node, None] = {} if least else {start: None}
        waiting = [start]
        while waiting:
            for end in inner(index, waiting.pop()):
                if end not in found:
                    found[end] = None
                    if not once:
                        waiting.append(end)
        known = held[start] = tuple(found)
        return known

    way = along, predicates
    return along
