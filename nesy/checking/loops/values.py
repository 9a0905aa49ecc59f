"""What expressions of SPARQL do, on nodes: comparisons, arithmetic, the order of terms; no value: TypeError."""

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from math import ceil, floor, isfinite
from typing import TypeVar

from nesy.checking.budget import limit_number
from nesy.checking.loops.floating_point import Floating, Number, floating
from nesy.checking.loops.nodes import BOOLEAN, FALSE, TRUE, Node, Undecided

T = TypeVar("T")
NO_VALUE = (TypeError, ArithmeticError)
"""What an expression without a value raises."""
_KINDS: dict[type, str] = {int: "integer", Decimal: "decimal"}


def number(node: Node | None) -> Number:
    """Return the value of a number."""
    if type(node) is tuple:
        return node[0]
    raise TypeError("no number")


def numeric(value: Number) -> Node:
    """Return a number as a node."""
    if isinstance(value, int):
        limit_number(value)
    return value, (value.kind if isinstance(value, Floating) else _KINDS[type(value)])


def bound(node: Node | None) -> Node:
    """Return the value of a variable that has one."""
    if node is None:
        raise TypeError("unbound")
    return node


def truth(node: Node | None) -> bool:
    """Return the truth of a node, as FILTER takes it."""
    if type(node) is tuple:
        return bool(node[0])
    if node in (TRUE, FALSE):
        return node == TRUE
    if type(node) is str and node[0] == '"':
        return node != '"'
    raise TypeError("neither true nor false")


def same(a: Node | None, b: Node | None) -> bool:
    """Tell whether `=` holds."""
    if a is None or b is None:
        raise TypeError("unbound")
    if type(a) is tuple and type(b) is tuple:
        return bool(a[0] == b[0])
    if a == b:
        return True
    if is_literal(a) and is_literal(b):
        for one, other in ((a, b), (b, a)):
            if _is_strange(one):  # of two dates, or of types that nobody knows, it depends
                if type(other) is str and _is_strange(other) and _kind(one) == _kind(other):
                    raise Undecided((a, b))
                raise TypeError("literals of types that are not compared")
    return False


def _is_strange(node: Node) -> bool:
    """Tell whether a node is a literal that is neither text nor number nor truth."""
    return type(node) is str and node[0] == "^" and node[1] != "@" and node not in (TRUE, FALSE)


def _kind(node: Node) -> str:
    return str(node)[1:].partition("^")[0]


def less(a: Node | None, b: Node | None) -> bool:
    """Tell whether `a < b`: of two numbers, two texts, or false and true."""
    if type(a) is tuple and type(b) is tuple:
        return bool(a[0] < b[0])
    one, other = _comparable(a, b)
    return one < other


def less_or_same(a: Node | None, b: Node | None) -> bool:
    """Tell whether `a <= b`: of two numbers, two texts, or false and true."""
    if type(a) is tuple and type(b) is tuple:
        return bool(a[0] <= b[0])
    if a is not None and a == b and not isinstance(a, tuple) and a[0] != '"':
        raise Undecided(a)  # SPARQL orders no nodes, but to some engines all are as great as they are
    one, other = _comparable(a, b)
    return one <= other


def _comparable(a: Node | None, b: Node | None) -> tuple[str, str]:
    if type(a) is str and type(b) is str:
        if a[0] == b[0] == '"':
            return a[1:], b[1:]
        if a[0] == b[0] == "^" and (_kind(a) == _kind(b) or (_is_strange(a) and _is_strange(b))):
            raise Undecided((a, b))  # of texts in one language, dates, true and false engines say different things
    raise TypeError("nodes that have no order")


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


def _negated(way: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: not way()


def first(*ways: Callable[[], Node]) -> Node:
    """Return COALESCE: the first that has a value."""
    for way in ways:
        try:
            return way()
        except NO_VALUE:
            continue
    raise TypeError("no value")


# --- numbers ---


def divided(a: Number, b: Number) -> Number:
    """Return `a / b`; of whole numbers a decimal."""
    if isinstance(a, Floating):
        return a / b
    return Decimal(a) / (b if isinstance(b, Floating) else Decimal(b))


def rounded(value: Number | None) -> Number:
    """Return ROUND: of two numbers that are as near, the greater."""
    if isinstance(value, Floating):
        if not isfinite(value.value):
            return value
        below = floor(value.value)  # adding a half first would make 1 of what is next below it
        return floating(float(below + (value.value - below >= 0.5)), value.kind)
    return value if isinstance(value, int) else (_exact(value) + Decimal("0.5")).to_integral_value(ROUND_FLOOR)


def raised(value: Number | None) -> Number:
    """Return CEIL."""
    if isinstance(value, Floating):
        return floating(float(ceil(value.value)), value.kind) if isfinite(value.value) else value
    return value if isinstance(value, int) else _exact(value).to_integral_value(ROUND_CEILING)


def lowered(value: Number | None) -> Number:
    """Return FLOOR."""
    if isinstance(value, Floating):
        return floating(float(floor(value.value)), value.kind) if isfinite(value.value) else value
    return value if isinstance(value, int) else _exact(value).to_integral_value(ROUND_FLOOR)


def _exact(value: Decimal | None) -> Decimal:
    """Return a decimal; the value of a variable that is no number is kept as None."""
    if value is None:
        raise TypeError("no number")
    return value


# --- kinds and order ---


def is_kind(node: Node | None, kinds: str) -> bool:
    """Tell whether a node begins as one of the kinds does: `<`, `_`, or `"` for all literals."""
    if node is None:
        raise TypeError("unbound")
    return ('"' if is_literal(node) else str(node[0])) in kinds


def is_numeric(node: Node | None) -> bool:
    """Tell whether a node is a number that its type allows."""
    return type(bound(node)) is tuple


def is_literal(node: Node) -> bool:
    """Tell whether a node is a literal."""
    return type(node) is tuple or node[0] not in "<_"  # type: ignore[operator]


def order_key(node: Node | None) -> tuple[int, object]:
    """Return a key for ORDER BY: nothing, blank nodes, IRIs, literals; of these, numbers and texts by their value."""
    if node is None:
        return 0, ""
    if type(node) is tuple:
        return 3, node[0]
    kind = str(node[0])
    if kind == "^":
        if not node.startswith((BOOLEAN, "^@")):  # type: ignore[union-attr]
            raise Undecided(node)
        return 5, node
    return {"_": (1, node), "<": (2, node), '"': (4, node)}[kind]


def in_order(rows: list[tuple[tuple[tuple[int, object], ...], T]], descending: tuple[bool, ...]) -> list[T]:
    """Return rows in the order of their keys, the first of which counts most."""
    for place, turned in reversed(list(enumerate(descending))):
        rows.sort(key=lambda row: row[0][place], reverse=turned)
    return [row for _, row in rows]
