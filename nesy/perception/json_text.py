"""Text with some JSON in it -> its objects with character positions; forgiving, bounded, never recursive beyond 24.

A model's reply is seldom strict JSON: fences and chatter around it, trailing commas, single quotes, comments, a row cut
off by the token limit. Whatever is dropped or read differently is reported; a comment says nothing and is stepped over.

Written by hand, because a claim's confidence is that of the tokens its characters came from, and no reader at hand
tells where a value stood. Of one reply of 3,800 characters, whole, fenced, with single quotes, with a trailing comma,
with a comment, with a comma too few, and cut in half, `json` and `ijson` read the first alone; `json5` four of them, in
50 ms each, where this takes 1.5; `json_repair` all, but it takes the row that was cut off for a whole one, and does not
say what it changed or where.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

MAX_DEPTH = 24
MAX_CHARS = 400_000
"""Characters of a reply that are read; a longer one is reported and cut."""
_MAX_CANDIDATES = 24

_LINE_COMMENT = r"//[^\n]*+|\#[^\n]*+"
_COMMENT = rf"{_LINE_COMMENT}|/\*.*?\*/"
_BLANK = re.compile(rf"(?:[\s\ufeff\u200b]++|{_COMMENT})*+", re.DOTALL)
_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*+)'", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_WORD = re.compile(r"[+-]?[A-Za-z_]\w*+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LITERALS: dict[str, bool | float | None] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
    "NaN": float("nan"),
    "nan": float("nan"),
    "Infinity": float("inf"),
    "-Infinity": float("-inf"),
}


@dataclass(frozen=True)
class Leaf:
    """A string, number, boolean or null, and where its characters lie: `text[start:end]`, quotes left out."""

    value: str | int | float | bool | None
    start: int
    end: int


@dataclass
class Rows:
    """A JSON array; `lost` tells what was dropped from it, one line each."""

    items: list["Node"] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass
class Fields:
    """A JSON object: its first value per key; `lost` tells what was dropped from it, one line each."""

    items: dict[str, "Node"] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    start: int = 0
    """Of an object that stands in the text itself, not in another: the place of its bracket."""


Node = Leaf | Rows | Fields


class _Broken(Exception):
    """The text stops being JSON at `at`."""

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(problem)
        self.at = at
        self.problem = problem


def objects(text: str) -> Iterator[Fields]:
    """Yield the JSON objects in `text` from left to right, at most 24 tries; a broken one with what could be saved."""
    text = text[:MAX_CHARS]
    at = 0
    for _ in range(_MAX_CANDIDATES):
        at = text.find("{", at)
        if at < 0:
            return
        reader = _Reader(text)
        found, end, whole = reader.salvage(at)
        found.start = at
        yield found
        # What was saved of a broken object is not read twice; behind that, the break may hide a whole one.
        at = end if whole else max(at + 1, reader.saved_to)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.saved_to = 0
        """Where the last row ends that stays whatever comes behind it."""
        self._last_end = text.rfind("*/")
        """Behind it no `/*` is a comment, and none is looked for: each would be sought to the end of the text."""

    def salvage(self, at: int) -> tuple[Fields, int, bool]:
        """Read the object at `at`; return it, where it ends, and whether it was whole."""
        found = Fields()
        try:
            return found, self._fields(at, found, 0, saving=True), True
        except _Broken as broken:
            found.lost.append(broken.problem)
            return found, broken.at, False

    def _blank(self, at: int) -> int:
        match = _BLANK.match(self.text, at)
        return match.end() if match else at

    def _value(self, at: int, depth: int) -> tuple[Node, int]:
        here = self.text[at : at + 1]
        if here == "{":
            inner = Fields()
            return inner, self._fields(at, inner, depth, saving=False)
        if here == "[":
            rows = Rows()
            return rows, self._rows(at, rows, depth, saving=False)
        return self._leaf(at)

    def _leaf(self, at: int) -> tuple[Leaf, int]:
        for pattern in (_STRING, _QUOTED):
            if match := pattern.match(self.text, at):
                return Leaf(_unescape(match[1]), match.start(1), match.end(1)), match.end()
        if match := _NUMBER.match(self.text, at):
            return Leaf(_number(match[0]), at, match.end()), match.end()
        if (match := _WORD.match(self.text, at)) and match[0] in _LITERALS:
            return Leaf(_LITERALS[match[0]], at, match.end()), match.end()
        raise _Broken(at, self._stopped(at))

    def _stopped(self, at: int) -> str:
        if at >= len(self.text):
            return "the reply ends in the middle of its JSON"
        if self.text[at] in "\"'" and self.text.find(self.text[at], at + 1) < 0:
            return "the reply ends in the middle of a string"
        return f"no JSON at character {at}: {self.text[at : at + 20]!r}"

    def _fields(self, at: int, into: Fields, depth: int, saving: bool) -> int:
        """Read the object at `at` into `into`; with `saving`, what was read before a break stays there."""
        if depth > MAX_DEPTH:
            raise _Broken(at, f"nested deeper than {MAX_DEPTH} at character {at}")
        at = self._blank(at + 1)
        while self.text[at : at + 1] != "}":
            key, at = self._key(at)
            at = self._blank(at)
            if self.text[at : at + 1] != ":":
                raise _Broken(at, self._stopped(at))
            at = self._blank(at + 1)
            here = self.text[at : at + 1]
            if saving and here == "{":
                inner = Fields()
                self._keep(into, key, inner)  # before it is read: what a break leaves of it stays
                at = self._fields(at, inner, depth + 1, saving)
            elif saving and here == "[":
                rows = Rows()
                self._keep(into, key, rows)
                at = self._rows(at, rows, depth + 1, saving)
            else:
                value, at = self._value(at, depth + 1)
                self._keep(into, key, value)
            at = self._after(at, "}")
        return at + 1

    def _keep(self, into: Fields, key: str, value: Node) -> None:
        if key in into.items:
            into.lost.append(f"the key {key[:60]!r} appears twice; the first is kept")
        else:
            into.items[key] = value

    def _key(self, at: int) -> tuple[str, int]:
        for pattern in (_STRING, _QUOTED):
            if match := pattern.match(self.text, at):
                return _unescape(match[1]), match.end()
        if match := _WORD.match(self.text, at) or _NUMBER.match(self.text, at):
            return match[0], match.end()
        raise _Broken(at, self._stopped(at))

    def _after(self, at: int, closing: str) -> int:
        """Step over the comma behind a value (a missing one before a further row or key is forgiven)."""
        at = self._blank(at)
        here = self.text[at : at + 1]
        if here == ",":
            return self._blank(at + 1)
        if here == closing or here in ("{", '"'):
            return at
        raise _Broken(at, self._stopped(at))

    def _rows(self, at: int, into: Rows, depth: int, saving: bool) -> int:
        if depth > MAX_DEPTH:
            raise _Broken(at, f"nested deeper than {MAX_DEPTH} at character {at}")
        at = self._blank(at + 1)
        while self.text[at : at + 1] != "]":
            start = at
            try:
                value, at = self._value(at, depth + 1)
            except _Broken as broken:
                if not saving or self.text[start : start + 1] != "{":
                    raise
                into.lost.append(f"a row was dropped ({broken.problem}): {self.text[start : start + 60]!r}")
                end = self._end_of_row(start)
                if end is None:
                    raise
                at = end
            else:
                into.items.append(value)
                if saving:
                    self.saved_to = at
            at = self._after(at, "]")
        return at + 1

    def _end_of_row(self, at: int) -> int | None:
        """Return where the brackets that open at `at` are closed again, strings left aside; None when never."""
        depth = 0
        while match := (_BRACKETS if at < self._last_end else _PLAIN_BRACKETS).search(self.text, at):
            at = match.end()
            if match[0] in ("{", "["):
                depth += 1
            elif match[0] in ("}", "]"):
                depth -= 1
                if depth == 0:
                    return match.end()
        return None


_BRACKETS = re.compile(rf'"(?:[^"\\]|\\.)*+"|{_COMMENT}|[{{}}\[\]]', re.DOTALL)
_PLAIN_BRACKETS = re.compile(rf'"(?:[^"\\]|\\.)*+"|{_LINE_COMMENT}|[{{}}\[\]]', re.DOTALL)


def _number(digits: str) -> int | float:
    """Read a number; one too long for exact arithmetic becomes a float, possibly infinite."""
    if re.fullmatch(r"[+-]?\d{1,18}", digits):
        return int(digits)
    return float(digits)


def _unescape(raw: str) -> str:
    """Resolve JSON escapes; an unknown escape stands for its character."""
    if "\\" not in raw:
        return raw

    def resolve(match: re.Match[str]) -> str:
        high, low, other = match[1], match[2], match[3]
        if high is None:
            return _ESCAPES.get(other, other)
        first = int(high, 16)
        if low is not None and 0xD800 <= first < 0xDC00:
            return chr(0x10000 + ((first - 0xD800) << 10) + (int(low, 16) - 0xDC00))
        return chr(first) + (chr(int(low, 16)) if low is not None else "")

    return _ESCAPE.sub(resolve, raw)
