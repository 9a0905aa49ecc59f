"""A text with lists, tables, headings and labels in, its layout out: what describes nothing, what is an item.

Where a program or a person writes lists, the ends of lines and the marks say what the words do not: that the next thing
begins. Who speaks ("ASSISTANT:"), what is asked and what a list is called ("Objects:") describe nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from nesy.language.layout_words import Vocabulary
from nesy.language.speakers import asked_and_labels

Span = tuple[int, int]

_COURTESY = re.compile(r"^[ \t]*(?:sure|certainly|of course|absolutely|okay|ok)\b(?: thing)?[!.,][ \t]*", re.I | re.M)
_MARKS = re.compile(r"\*\*|__|~~|`")
_BULLET = re.compile(r"[ \t]*(?:>+[ \t]*)?(?:[-*+•‣◦▪●○·–—]|\(?\d{1,3}[.)]|[a-zA-Z]\))(?:[ \t]+\[[ xX]\])?[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]*#{1,6}[ \t]+")
_NUMBERED = re.compile(r"(?<!\S)\(?(\d{1,2})[.)][ \t]+(?=\S)")
_DOTTED = re.compile(r"[ \t]*[•‣◦▪●○][ \t]*")
_BLOCK_TAG = re.compile(r"</?(?:li|ul|ol|br|p|tr|td|th|div|h[1-6]|dt|dd)\b[^<>]{0,500}>", re.IGNORECASE)
_LEAD = re.compile(r"([^\W\d_][^:.!?;()\[\]|\n]{0,120}?)\s*:(?=\s|$)\s*")
_KEY = re.compile(r"\s*([^\W\d_][^:.!?,;()\[\]|\n]{0,60}?)\s*:(?=\s|$)\s*")
_DASHED = re.compile(r"\s*([^\W\d_][^:.!?,;()\[\]|\n]{0,60}?)\s+[-–—]\s+")
_IN_BRACKETS = re.compile(r"\s*\(([^()]{1,80})\)\s*$")
_TIMES_AFTER = re.compile(r"\s+x\s?(\d{1,3})\s*$|\s*×\s?(\d{1,3})\s*$|\s*[:=]\s?(\d{1,3})\s*$")
_NUMBERS_LISTED = re.compile(r"[:=]\s?\d{1,3}\s*[,;]")
_LATER_KEY = re.compile(r"(?<=[.!?])\s+([^\W\d_][^:.!?,;()\[\]|\n]{0,60}?)\s*:(?=\s|$)")
_TIMES_BEFORE = re.compile(r"\s*\d{1,3}\s?([x×])\s+(?=\S)")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$")
_INK = re.compile(r"[^\n]")
_LONGEST_LINE = 2000
"""Longer lines are prose; nothing is looked for in them, which keeps the time linear."""


@dataclass(frozen=True)
class Layout:
    """How a text is laid out; all places are characters of the text.

    Args:
        blanks: what describes nothing: labels, turns of who asks, marks of lists.
        breaks: where a passage begins that is read by itself.
        values: the breaks whose passages tell of the item before them: the 2 of "dog: 2".
        labels: the breaks whose passages may be but the name of what follows: the person of "Person: a man in red".
        items: the breaks whose passages are items of a list.
    """

    blanks: tuple[Span, ...] = ()
    breaks: frozenset[int] = frozenset()
    values: frozenset[int] = frozenset()
    labels: frozenset[int] = frozenset()
    items: frozenset[int] = frozenset()


def layout(text: str, words: Vocabulary) -> Layout:
    """Return how a text is laid out.

    Args:
        text: as it was given, its curly quotes made straight.
        words: what a list may name, and what a label is called.
    """
    if not re.search(r"[!\n:,;|•‣◦▪●○·×<\[(/]|\d[.)x]|^\s*[-*+#>]", text):
        return Layout()  # a caption
    reader = _Reader(text, words)
    reader.read()
    return Layout(
        tuple(reader.blanks),
        frozenset(reader.breaks),
        frozenset(reader.values),
        frozenset(reader.labels),
        frozenset(reader.items),
    )


@dataclass
class _Reader:
    text: str
    words: Vocabulary
    blanks: list[Span] = field(default_factory=list)
    breaks: set[int] = field(default_factory=set)
    values: set[int] = field(default_factory=set)
    labels: set[int] = field(default_factory=set)
    items: set[int] = field(default_factory=set)
    indent: int = 0
    """Of the bullet above."""

    def read(self) -> None:
        blanks, starts = asked_and_labels(self.text)
        self.blanks += blanks
        self.breaks |= starts
        self.blanks += [found.span() for found in _COURTESY.finditer(self.text)]
        seen = without(_MARKS.sub(lambda found: " " * len(found.group()), self.text), blanks)
        self.breaks |= {found.end() for found in _BLOCK_TAG.finditer(seen)}
        seen = _BLOCK_TAG.sub(lambda found: " " * len(found.group()), seen)
        self.text = seen
        lines = list(_lines(seen))
        named = False  # whether a label has just announced a list
        at = 0
        while at < len(lines):
            start, end = lines[at]
            line = seen[start:end]
            if not line.strip():
                at += 1
                continue
            below = seen[slice(*lines[at + 1])] if at + 1 < len(lines) else ""
            if _is_row(line) or ("|" in line and "|" in below and _RULE.match(below)):
                stop = at
                while stop < len(lines) and "|" in seen[slice(*lines[stop])]:
                    stop += 1
                self._table(lines[at:stop])
                at, named = stop, False
                continue
            heading, bullet = _HEADING.match(line), _BULLET.match(line)
            if heading:
                named = self._heading(start + heading.end(), end, any(seen[a:b].strip() for a, b in lines[at + 1 :]))
                at += 1
                continue
            if bullet:
                self._bulleted(start, start + bullet.end(), end)
                at, named = at + 1, False
                continue
            stop = at
            while stop < len(lines) and self._is_bare(seen[slice(*lines[stop])], named):
                stop += 1
            if stop - at > 1 or (named and stop > at):
                for one in lines[at:stop]:
                    self._content(*one, item=True)
                at, named = stop, False
                continue
            named = self._content(start, end, item=named)
            at += 1

    def _is_bare(self, line: str, named: bool) -> bool:
        """Tell whether a line without a mark is an item where its neighbours are too."""
        if _BULLET.match(line) or _HEADING.match(line) or ":" in line or not line.strip() or "|" in line:
            return False
        return self.words.is_item(line.strip().rstrip(",;"), named)

    def _heading(self, start: int, end: int, more: bool) -> bool:
        """Read a heading; return whether it may announce a list."""
        self.breaks.add(start)
        stop = start + len(self.text[start:end].rstrip().rstrip(":#"))
        name = self.text[start:stop]
        if self.words.is_label(name):
            self.blanks.append((start, end))
            return True
        if more and self.words.is_key(name):
            self.labels.add(start)
        return False

    def _bulleted(self, start: int, first: int, end: int) -> None:
        self.blanks.append((start, first))
        if any(self._enumerated(start, end)):  # "1. a dog 2. a cat"
            self._content(start, end, item=True)
            return
        line = self.text[start:first]
        deep = len(line) - len(line.lstrip())
        if deep > self.indent and self.words.tells_on(self.text[first:end]):  # of the item above
            self._value(first, end)
            return
        self.indent = deep
        self._content(first, end, item=True)

    # --- one line or item ---

    def _content(self, start: int, end: int, item: bool) -> bool:
        """Read a line or an item; return whether it is a label and no more, so that a list may follow."""
        start, end = self._stripped(start, end)
        if start >= end:
            return False
        if item:
            self.breaks.add(start)
        if end - start > _LONGEST_LINE:
            return False
        line = self.text[start:end]
        inner = [*self._enumerated(start, end)]
        if inner:
            self._content(start, inner[0][0], item=False)
            for mark, first, last in inner:
                self.blanks.append((mark, first))
                self._content(first, last, item=True)
            return False
        if _NUMBERS_LISTED.search(line) and self._enumeration(start, end, lenient=True):  # "dogs: 2, cats: 1"
            return False
        for found in _LATER_KEY.finditer(line):
            if self.words.is_label(found[1]):
                self._content(start, start + found.start(), item)
                return self._content(start + found.start(1), end, item=False)
        key = self._key(line, item)
        if key is not None:
            return self._keyed(start, start + key.end(1), start + key.end(), end)
        if item:
            self.items.add(start)
            self._item(start, end)
        else:
            self._enumeration(start, end, lenient=False)
        return line.endswith(":")

    def _key(self, line: str, item: bool) -> re.Match[str] | None:
        lead = _LEAD.match(line)
        if lead is not None and self.words.is_label(lead[1]):
            return lead
        key = _KEY.match(line)
        if key is not None and self.words.is_key(key[1]):
            return key
        dashed = _DASHED.match(line)
        if dashed is not None and (self.words.is_label(dashed[1]) or (item and self.words.is_key(dashed[1]))):
            return dashed
        return None

    def _keyed(self, start: int, key_end: int, rest: int, end: int) -> bool:
        """Read "key: value"."""
        key = self.text[start:key_end]
        if self.words.is_label(key):
            self.blanks.append((start, rest))
            if rest < end and self.words.is_no(self.text[rest:end]):
                self.blanks.append((rest, end))
            elif rest < end:
                self.breaks.add(rest)
                if self.words.is_item(self.text[rest:end].strip(), named=True):  # and no sentences: "Caption: ..."
                    self.items.add(rest)
                self._enumeration(rest, end, lenient=True)
            return rest >= end
        self.blanks.append((key_end, rest))
        self.breaks.add(start)
        self.items.add(start)
        if rest >= end:
            self.labels.add(start)
            return True
        if self.words.tells_on(self.text[rest:end]):
            return False  # "man: wearing a hat" is read as one
        self.labels.add(start)
        self._value(rest, end)
        return False

    def _value(self, start: int, end: int) -> None:
        """Read what is said of the item before."""
        if self.words.is_yes(self.text[start:end]):
            self.blanks.append((start, end))
            return
        bracket = _IN_BRACKETS.search(self.text[start:end])
        if bracket and bracket.start():  # "1 (brown)"
            self.blanks += [(start + bracket.start(), start + bracket.start(1)), (start + bracket.end(1), end)]
            self._value(start + bracket.start(1), start + bracket.end(1))
            end = start + bracket.start()
        self.breaks.add(start)
        pieces = self._enumeration(start, end, lenient=True)
        self.values |= {start, *(first for first, _ in pieces)}

    def _item(self, start: int, end: int) -> None:
        """Read an item: "2x dogs", "chair x2", "car (red)", "dog:1", or several in one."""
        if self._enumeration(start, end, lenient=False):
            return
        self._tail(start, end)

    def _tail(self, start: int, end: int) -> None:
        times = _TIMES_BEFORE.match(self.text, start, end)
        if times:
            self.blanks.append(times.span(1))
        line = self.text[start:end]
        after = _TIMES_AFTER.search(line)
        if after and after.start():
            at = start + after.start(after.lastindex or 0)
            self.blanks.append((start + after.start(), at))
            self.breaks.add(at)
            self.values.add(at)
            return
        bracket = _IN_BRACKETS.search(line)
        if bracket is None or not bracket.start():
            return
        first, last = start + bracket.start(1), start + bracket.end(1)
        if times := re.match(r"[x×]\s?(?=\d+$)", bracket[1]):
            first += times.end()
        self.blanks += [(start + bracket.start(), first), (last, end)]
        if not self.words.tells_on(bracket[1]):
            self._value(first, last)

    def _enumerated(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Yield the items of "1. a dog 2. a cat" or "• a dog • a cat": where the mark is, where the item is."""
        line = self.text[start:end]
        marks = list(_NUMBERED.finditer(line))
        if [int(found[1]) for found in marks] != list(range(1, len(marks) + 1)) or len(marks) < 2:
            marks = list(_DOTTED.finditer(line))
        if not marks:
            return
        stops = [found.start() for found in marks[1:]] + [len(line)]
        for found, stop in zip(marks, stops, strict=True):
            yield start + found.start(), start + found.end(), start + stop

    def _enumeration(self, start: int, end: int, lenient: bool) -> list[Span]:
        """Part "person, dog, red car" into its items, where it is that, and return them."""
        pieces = [(start + a, start + b) for a, b in self.words.enumeration(self.text[start:end], lenient)]
        if len(pieces) < 2:
            return []
        self.items.add(start)
        for before, (first, _) in pairwise(pieces):
            self.blanks.append((before[1], first))
            self.breaks.add(first)
            self.items.add(first)
        for piece in pieces:
            self._tail(*piece)
        return pieces

    def _stripped(self, start: int, end: int) -> Span:
        while start < end and self.text[start].isspace():
            start += 1
        while start < end and (self.text[end - 1].isspace() or self.text[end - 1] in ",;"):
            end -= 1
        return start, end

    # --- tables ---

    def _table(self, lines: list[Span]) -> None:
        rows = [self._cells(*line) for line in lines]
        rule = next((n for n, line in enumerate(lines) if _RULE.match(self.text[slice(*line)])), None)
        header: list[str] = []
        if rule is not None:
            header = [self.text[slice(*cell)].strip().lower() for row in rows[:rule] for cell in row]
        elif rows and all(self.words.is_label(self.text[slice(*cell)]) for cell in rows[0]):
            rule = 0
            header = [self.text[slice(*cell)].strip().lower() for cell in rows[0]]
        for number, (line, cells) in enumerate(zip(lines, rows, strict=True)):
            if rule is not None and number <= rule:
                self.blanks.append(line)
            elif rule is None and len(lines) == 1:  # "person | dog | car"
                for cell in cells:
                    self._content(*cell, item=True)
            else:
                self._row(cells, header)

    def _row(self, cells: list[Span], header: list[str]) -> None:
        told = self.words.columns(header, [self.text[slice(*cell)].strip() for cell in cells])
        first = True
        for cell, use in zip(cells, told, strict=True):
            start, end = self._stripped(*cell)
            if start >= end:
                continue
            match use:
                case "item":
                    if first:
                        self.breaks.add(start)
                        self.items.add(start)
                        first = False
                case "value":
                    self._value(start, end)
                case "":
                    self.blanks.append((start, end))

    def _cells(self, start: int, end: int) -> list[Span]:
        cuts = [start - 1, *(start + n for n, one in enumerate(self.text[start:end]) if one == "|"), end]
        cells = [(a + 1, b) for a, b in pairwise(cuts)]
        return [cell for cell in cells if self.text[slice(*cell)].strip()]


def without(text: str, spans: Iterable[Span]) -> str:
    """Return a text with blanks for some places, which may overlap; its lines stay."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(spans):
        parts += [text[at:start], _INK.sub(" ", text[max(at, start) : end])]
        at = max(at, end)
    return "".join([*parts, text[at:]])


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _is_row(line: str) -> bool:
    return line.count("|") > 1
