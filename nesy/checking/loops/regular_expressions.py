"""Regular expression of XPath, with its flags -> one of Python's that means the same, where that is sure."""

import re
from functools import lru_cache

_ESCAPES = frozenset("nrt\\|.?*+(){}-[]^$dDsSwW")
_QUANTITY = re.compile(r"\{\d+(,\d*)?\}", re.A)


class Unlike(ValueError):
    """A regular expression that Python may read otherwise, or not at all; itself, or its flags."""


@lru_cache(maxsize=4096)
def compiled(pattern: str, flags: str = "") -> re.Pattern[str]:
    """Return the regular expression for `search`.

    Raises:
        Unlike: it holds what only XPath, or only Python, knows: lookahead, back references, classes of Unicode.
        re.error: it is none.
    """
    if set(flags) - set("imsxq"):
        raise Unlike(f"flags {flags}")
    options = re.NOFLAG
    for letter, option in (("i", re.IGNORECASE), ("m", re.MULTILINE), ("s", re.DOTALL)):
        options |= option if letter in flags else re.NOFLAG
    if "q" in flags:
        return re.compile(re.escape(pattern), options & re.IGNORECASE)
    return re.compile(_translated(pattern, flags), options)


def _translated(pattern: str, flags: str) -> str:
    found: list[str] = []
    at, quantified = 0, False
    while at < len(pattern):
        sign = pattern[at]
        if sign == "[":
            end = _class_end(pattern, at)
            found.append(_class(pattern[at:end], flags))
            at, quantified = end, False
            continue
        quantity = _QUANTITY.match(pattern, at)
        if sign == "\\":
            if pattern[at + 1 : at + 2] not in _ESCAPES or at + 1 == len(pattern):
                raise Unlike(pattern)
            found.append(pattern[at : at + 2])
            at += 2
            quantified = False
            continue
        if quantity or sign in "*+?":
            if quantified and sign != "?":
                raise Unlike(pattern)  # a++ is possessive to Python alone
            found.append(quantity[0] if quantity else sign)
            at, quantified = at + len(found[-1]), True
            continue
        if sign in "{}]" or (sign == "#" and "x" in flags):
            raise Unlike(pattern)
        if sign == "(" and pattern[at + 1 : at + 2] == "?" and pattern[at + 2 : at + 3] != ":":
            raise Unlike(pattern)
        if sign == "(" and pattern[at + 1 : at + 3] == "?:":
            found.append("(?:")
            at, quantified = at + 3, False
            continue
        at += 1
        quantified = False
        if sign in " \t\n\r" and "x" in flags:
            continue
        found.append(r"\Z" if sign == "$" and "m" not in flags else sign)
    return "".join(found)


def _class_end(pattern: str, at: int) -> int:
    """Return the place behind a class in square brackets."""
    place = at + 1
    while place < len(pattern) and pattern[place] != "]":
        place += 2 if pattern[place] == "\\" else 1
    if place >= len(pattern):
        raise Unlike(pattern)
    return place + 1


def _class(written: str, flags: str) -> str:
    inside = written[1:-1].removeprefix("^")
    escapes = re.findall(r"\\(.)", inside, re.DOTALL)
    plain = re.sub(r"\\.", "", inside, flags=re.DOTALL)
    doubled = any(sign * 2 in inside for sign in "-&~|")
    spaced = "x" in flags and set(plain) & set(" \t\n\r#")
    if not inside or "[" in plain or doubled or spaced or not set(escapes) <= _ESCAPES:
        raise Unlike(written)
    return written


@lru_cache(maxsize=4096)
def replacement(text: str) -> str:
    """Return a replacement of XPath, in which `$1` stands for a group, as Python writes it.

    Raises:
        Unlike: it holds a backslash, or a number of several digits.
    """
    if "\\" in text or re.search(r"\$(?!\d(?![\w{]))", text):
        raise Unlike(text)
    return re.sub(r"\$(\d)", r"\\g<\1>", text)
