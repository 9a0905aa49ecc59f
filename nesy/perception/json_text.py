"""Text with some JSON in it -> its objects with character positions; forgiving, bounded, never recursive beyond 24.

A model's reply is seldom strict JSON: fences and chatter around it, trailing commas, single quotes, comments, a row cut
off by the token limit. Whatever is dropped or read differently is reported, once; a comment says nothing and is stepped
over, and where one never ends, what stands behind its sign is read.

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
MAX_CHARS = 100_000
"""Characters of a reply that are read; a longer one is reported and cut."""
MAX_OBJECTS, MAX_BROKEN = 500, 24
"""Objects of a reply that are looked at, and those of them that break off."""
_MOST_GAPS = 8
"""Breaks between the keys of an object that are stepped over."""
_MOST_READ = 2
"""So many times the reply's length is read in all: what is broken is looked into for whole objects once more."""

_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*+)'", re.DOTALL)
_NUMBER = re.compile(r"[+-]?(?:\d++\.?\d*+|\.\d++)(?:[eE][+-]?\d++)?")
_WORD = re.compile(r"[+-]?[A-Za-z_]\w*+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_OPENING = re.compile(r"\{(?=\s*+[\w\"'}/#+-])")
"""A bracket that may begin an object."""
_OF_LISTS = r"""\{\s*+(["']?)[A-Za-z_]\w*+\1\s*+:\s*+(?:\[\s*+)?\{"""
_ANOTHER = re.compile(_OF_LISTS)
"""An object that begins with a list of objects, or with an object: no row."""
_ROW_ENDS = re.compile(rf"\}}(?=\s*+(?:,?\s*+\{{|,?\s*+\]\s*+(?:,\s*+[\"']|\}})))|(?={_OF_LISTS})")
"""Where another row begins, its list ends, or another object begins."""
_ROW_OR_END = re.compile(r"[{\]]")
_LIST_AHEAD = re.compile(r"""(?<![{\w"'])(["']?)[A-Za-z_]\w*+\1\s*+:\s*+[\[{]""")
"""A key with a list or an object."""
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
    """The place of its bracket."""


Node = Leaf | Rows | Fields


class _Broken(Exception):
    """The text stops being JSON at `at`; `deep`: it may be some, but nobody reads it."""

    def __init__(self, at: int, problem: str, *, deep: bool = False) -> None:
        super().__init__(problem)
        self.at, self.problem, self.deep = at, problem, deep


def objects(text: str) -> Iterator[Fields]:
    """Yield the JSON objects in `text` from left to right; a broken one with what could be saved of it.

    At most 500 are looked for, 24 broken ones among them, and the text is read little more than twice in all. Where
    more may be left, the last object says so.
    """
    text = text[:MAX_CHARS]
    reader = _Reader(text)
    at = looked = broken = 0
    while opening := _OPENING.search(text, at):
        at = opening.start()
        if looked == MAX_OBJECTS or broken == MAX_BROKEN or reader.left <= 0:
            yield Fields(lost=[f"no further JSON object is looked for behind character {at}"], start=at)
            return
        found, end, whole = reader.salvage(at)
        if at not in reader.dropped:
            yield found
        looked += 1
        broken += not whole
        reader.left -= end - at
        # What was saved of a broken object is not read twice; behind that, the break may hide a whole one.
        at = end if whole else max(at + 1, reader.saved_to)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.left = _MOST_READ * len(text)
        """Characters that may still be read."""
        self.saved_to = 0
        """Where the last row ends that stays whatever comes behind it."""
        self.dropped: set[int] = set()
        """Where the rows begin that are dropped and told."""
        self._told: set[int] = set()
        """Where the text is known to break; an object inside a broken one breaks there again."""
        self._row_end = 0
        """The first end of a row behind all that was sought so far; -1: there is none."""
        # Behind these no comment ends, and none is looked for: each would be sought to the end of the text.
        self._last_line, self._last_block = text.rfind("\n"), text.rfind("*/")

    def salvage(self, at: int) -> tuple[Fields, int, bool]:
        """Read the object at `at`; return it, where it ends, and whether it was whole."""
        found = Fields(start=at)
        try:
            return found, self._fields(at, found, 0, saving=True), True
        except _Broken as broken:
            self._tell(broken, found.lost)
            return found, broken.at, False

    def _tell(self, broken: _Broken, lost: list[str], row: int | None = None) -> None:
        """Note a break, unless it is told already; `row` is where the row begins that is dropped for it."""
        if row is not None:
            self.dropped.add(row)
            lost.append(f"a row was dropped ({broken.problem}): {self.text[row : row + 60]!r}")
        elif broken.at not in self._told:
            lost.append(broken.problem)
        self._told.add(broken.at)

    def _blank(self, at: int) -> int:
        match = _BLANKS[at < self._last_line, at < self._last_block].match(self.text, at)
        return match.end() if match else at

    def _value(self, at: int, depth: int) -> tuple[Node, int]:
        here = self.text[at : at + 1]
        if here == "{":
            inner = Fields(start=at)
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
            raise _Broken(at, f"nested deeper than {MAX_DEPTH} at character {at}", deep=True)
        at = self._blank(at + 1)
        gaps = _MOST_GAPS if saving else 0
        while self.text[at : at + 1] != "}":
            begin = at
            try:
                at = self._field(at, into, depth, saving)
                at = self._after(at, "}")
            except _Broken as broken:
                ahead = _LIST_AHEAD.search(self.text, broken.at) if gaps and not broken.deep else None
                another = ahead and _ANOTHER.search(self.text, begin)
                if ahead is None or (another and another.start() < ahead.start()):
                    raise
                gaps -= 1
                self._tell(broken, into.lost)
                at = ahead.start()
        return at + 1

    def _field(self, at: int, into: Fields, depth: int, saving: bool) -> int:
        """Read a key and its value; return where they end."""
        key, at = self._key(at)
        at = self._blank(at)
        if self.text[at : at + 1] != ":":
            raise _Broken(at, self._stopped(at))
        at = self._blank(at + 1)
        here = self.text[at : at + 1]
        if not saving or here not in ("{", "["):
            value, at = self._value(at, depth + 1)
            if key in into.items:
                into.lost.append(f"the key {key[:60]!r} appears twice; the first is kept")
            into.items.setdefault(key, value)
            return at
        inner: Fields | Rows = Fields(start=at) if here == "{" else Rows()
        known = into.items.setdefault(key, inner)  # before it is read: what a break leaves of it stays
        try:
            if isinstance(inner, Fields):
                return self._fields(at, inner, depth + 1, saving)
            return self._rows(at, inner, depth + 1, saving)
        finally:
            if known is not inner:
                lost = f"; {len(inner.items) + len(inner.lost)} of the other left out"
                into.lost.append(f"the key {key[:60]!r} appears twice; the first is kept{lost}")

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
        if here == closing or here in ("{", '"', "'"):
            return at
        raise _Broken(at, self._stopped(at))

    def _rows(self, at: int, into: Rows, depth: int, saving: bool) -> int:
        if depth > MAX_DEPTH:
            raise _Broken(at, f"nested deeper than {MAX_DEPTH} at character {at}", deep=True)
        at = self._blank(at + 1)
        while self.text[at : at + 1] != "]":
            start, whole = at, False
            if saving and _ANOTHER.match(self.text, at) and not self._is_row(at, depth):
                raise _Broken(at, f"the list has no end; another object begins at character {at}")
            if saving and _LIST_AHEAD.match(self.text, at):
                into.lost.append(f"the list has no end; the next one begins at character {at}")
                return at
            try:
                value, at = self._value(at, depth + 1)
                into.items.append(value)
                whole = True
                if saving:
                    self.saved_to = at
                at = self._after(at, "]")
            except _Broken as broken:
                if not saving:
                    raise
                row = not whole and self.text[start : start + 1] == "{"
                at = self._behind(broken, start, row, into)
        return at + 1

    def _is_row(self, at: int, depth: int) -> bool:
        """Tell whether what begins like another object is a row: whole, in its list, with more in it than lists."""
        try:
            value, end = self._value(at, depth + 1)
        except _Broken as broken:
            self.left -= broken.at - at
            return False
        self.left -= end - at
        end = self._blank(end)
        is_closed = self.text[end : end + 1] in (",", "]")
        if not is_closed or not isinstance(value, Fields):
            return False
        # A scene's lists hold objects, a row's words and numbers.
        held = (one.items[:1] if isinstance(one, Rows) else [one] for one in value.items.values())
        return any(isinstance(one, Leaf) for some in held for one in some)

    def _behind(self, broken: _Broken, start: int, row: bool, into: Rows) -> int:
        """Return where a list goes on behind a break in the row at `start`, or in something else that begins there."""
        self._tell(broken, into.lost, start if row else None)
        if row:
            end = self._end_of_row(start)
            if end is None:
                raise broken
            self.saved_to = end
            try:
                return self._after(end, "]")
            except _Broken as further:
                self._tell(further, into.lost)
                broken = further
        ahead = _ROW_OR_END.search(self.text, broken.at)
        if ahead is None:
            raise broken
        return ahead.start()

    def _end_of_row(self, at: int) -> int | None:
        """Return where the broken row at `at` ends; None when it is the last thing in the text.

        Where its brackets are closed again, strings left aside; but not behind the end of a row that is seen in the
        text alone, for a quote too many or too few turns what is a string into what is none.
        """
        if 0 <= self._row_end <= at:
            match = _ROW_ENDS.search(self.text, at + 1)
            self._row_end = -1 if match is None else match.end()
        seen = self._row_end
        until = min(len(self.text) if seen < 0 else seen, at + max(0, self.left))
        open_brackets: list[str] = []
        place = at
        while found := _BRACKETS[place < self._last_line, place < self._last_block].search(self.text, place, until):
            place = found.end()
            if found[0] == "{" and open_brackets[-1:] == ["{"] and not self._is_value(found.start()):
                return found.start()  # the row has no end, and here begins the next
            if found[0] in ("{", "["):
                open_brackets.append(found[0])
            elif found[0] == "]" and open_brackets[-1:] == ["["]:
                open_brackets.pop()
            elif found[0] == "}":
                while open_brackets.pop() != "{":
                    pass
            elif found[0] == "]":  # of the list: the row has no bracket of its own
                return found.start()
            if not open_brackets:
                return place
        self.left -= until - at
        return None if seen < 0 else seen

    def _is_value(self, at: int) -> bool:
        return self.text[max(0, at - 20) : at].rstrip().endswith(":")


def _with_comments(pattern: str) -> dict[tuple[bool, bool], re.Pattern[str]]:
    """Return a pattern that steps over comments too: by whether one of a line, or one in `/* */`, can still end."""
    line, block = r"//[^\n]*+\n|\#[^\n]*+\n", r"/\*.*?\*/"
    return {
        (lines, blocks): re.compile(
            pattern % "".join(f"|{c}" for c, on in ((line, lines), (block, blocks)) if on), re.S
        )
        for lines in (False, True)
        for blocks in (False, True)
    }


_BLANKS = _with_comments(r"(?:[\s\ufeff\u200b]++%s)*+")
_BRACKETS = _with_comments(r""" "(?:[^"\\]|\\.)*+"%s|[{}\[\]]""".lstrip())


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
