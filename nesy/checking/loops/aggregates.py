"""Aggregates of SPARQL over the values of a group's rows, on nodes; None is a row without a value."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from nesy.checking.budget import limit_text
from nesy.checking.loops.floating_point import Number
from nesy.checking.loops.nodes import Node, Undecided
from nesy.checking.loops.string_functions import spelled
from nesy.checking.loops.values import divided, number, numeric


def distinct(values: Iterable[Node | None]) -> Sequence[Node | None]:
    """Return every value once."""
    return list(dict.fromkeys(values))


def total(values: Iterable[Node | None]) -> Node:
    """Return SUM; none where one row has no number."""
    found: Number = 0
    for value in values:
        found = found + number(value)
    return numeric(found)


def mean(values: Sequence[Node | None]) -> Node:
    """Return AVG; of no rows 0."""
    return numeric(divided(number(total(values)), len(values))) if values else (0, "integer")


def largest(values: Iterable[Node | None]) -> Node:
    """Return MAX, of numbers or of texts."""
    found = list(values)
    return numeric(max(map(_number, found))) if _are_numbers(found) else '"' + max(map(_text, found))


def smallest(values: Iterable[Node | None]) -> Node:
    """Return MIN, of numbers or of texts."""
    found = list(values)
    return numeric(min(map(_number, found))) if _are_numbers(found) else '"' + min(map(_text, found))


def _are_numbers(values: Sequence[Node | None]) -> bool:
    return bool(values) and type(values[0]) is tuple


def _number(node: Node | None) -> Number:
    """Return the value of a number; how it stands to other things is not sure."""
    if type(node) is not tuple or (not isinstance(node[0], (int, Decimal)) and node[0].value != node[0].value):
        raise Undecided(node)
    return node[0]


def _text(node: Node | None) -> str:
    if type(node) is not str or node[0] != '"':
        raise Undecided(node)
    return node[1:]


def sample(values: Sequence[Node | None]) -> Node:
    """Return SAMPLE: the first that has a value."""
    for value in values:
        if value is not None:
            return value
    raise TypeError("no value")


def concatenated(values: Iterable[Node | None], separator: str) -> Node:
    """Return GROUP_CONCAT."""
    texts: list[str] = []
    size = 0
    for value in values:
        if value is not None:
            texts.append(spelled(value))
            size += len(texts[-1]) + len(separator)
            limit_text(size)
    return '"' + separator.join(texts)
