"""Casts of XPath that SPARQL knows, on nodes: xsd:integer(...), xsd:date(...); what cannot be cast raises TypeError."""

import re
from calendar import monthrange
from collections.abc import Callable
from decimal import Decimal

from nesy.checking.loops.floating_point import Floating, floating
from nesy.checking.loops.nodes import BOOLEAN, FALSE, TRUE, Node, Undecided, typed
from nesy.checking.loops.string_functions import spelled, truth_node
from nesy.sparql.tree import XSD

_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_DATE = r"-?(?P<year>[1-9]\d{3,}|0\d{3})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_WHEN = {
    "date": re.compile(_DATE + _ZONE, re.A),
    "time": re.compile(_TIME + _ZONE, re.A),
    "dateTime": re.compile(f"{_DATE}T{_TIME}{_ZONE}", re.A),
}


def _to_text(node: Node) -> Node:
    return '"' + spelled(node)


def _to_integer(node: Node) -> Node:
    if type(node) is tuple:
        return _finite(node[0]), "integer"
    return _of_text(node, "integer", lambda truth: (int(truth), "integer"))


def _to_decimal(node: Node) -> Node:
    if type(node) is tuple:
        value = node[0]
        if isinstance(value, Floating):
            _finite(value)
            return Decimal(repr(value.value)), "decimal"
        return Decimal(value), "decimal"
    return _of_text(node, "decimal", lambda truth: (Decimal(int(truth)), "decimal"))


def _finite(value: int | Decimal | Floating) -> int:
    try:
        return int(value.value if isinstance(value, Floating) else value)
    except (ValueError, OverflowError) as error:  # NaN, INF
        raise TypeError("no whole number") from error


def _to_floating(kind: str) -> Callable[[Node], Node]:
    def cast(node: Node) -> Node:
        if type(node) is tuple:
            value = node[0]
            return floating(value.value if isinstance(value, Floating) else float(value), kind), kind
        return _of_text(node, kind, lambda truth: (floating(float(truth), kind), kind))

    return cast


def _to_boolean(node: Node) -> Node:
    if type(node) is tuple:
        return truth_node(bool(node[0]))
    return _of_text(node, "boolean", truth_node)


def _of_text(node: Node | None, kind: str, of_truth: Callable[[bool], Node]) -> Node:
    """Cast a plain text, or true and false."""
    if node in (TRUE, FALSE):
        return of_truth(node == TRUE)
    if type(node) is str and node[0] == '"':
        found = typed(node[1:], XSD + kind)
        if type(found) is tuple or (type(found) is str and found.startswith(BOOLEAN) and found in (TRUE, FALSE)):
            return found
        raise TypeError(f"no {kind}")
    raise _without_value(node)


def _to_time(kind: str) -> Callable[[Node], Node]:
    def cast(node: Node) -> Node:
        datatype = f"^{XSD}{kind}^"
        if type(node) is not str or node[0] not in '"^':
            raise TypeError(f"no {kind}")
        if node[0] == "^" and not node.startswith(datatype):
            raise _without_value(node)
        text = node[1:] if node[0] == '"' else node[len(datatype) :]
        found = _WHEN[kind].fullmatch(text)
        if found is None or ("day" in found.groupdict() and not _is_day(found)):
            raise TypeError(f"no {kind}")
        if "T24" in text or text.startswith("24"):
            raise Undecided(node)  # midnight, which is written as 00:00:00 of the day after
        return datatype + text

    return cast


def _is_day(found: re.Match[str]) -> bool:
    year = int(found["year"]) % 400 + 400  # the calendar comes again after 400 years
    return int(found["day"]) <= monthrange(year, int(found["month"]))[1]


def _without_value(node: Node | None) -> Exception:
    is_other = type(node) is str and node[0] == "^" and node[1] != "@"
    return Undecided(node) if is_other else TypeError("a node of another kind")


CASTS: dict[str, Callable[[Node], Node]] = {
    f"<{XSD}{name}>": cast
    for name, cast in (
        ("string", _to_text),
        ("integer", _to_integer),
        ("decimal", _to_decimal),
        ("double", _to_floating("double")),
        ("float", _to_floating("float")),
        ("boolean", _to_boolean),
        ("date", _to_time("date")),
        ("time", _to_time("time")),
        ("dateTime", _to_time("dateTime")),
    )
}
