"""A text as people and programs write it in, its plain words out, and where each character of them stood.

Tags, scripts, addresses, Markdown's marks, emoji, control characters, labels and what somebody only asks are left out,
runs of blanks are one.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from nesy.language.layout_words import vocabulary
from nesy.language.text_layout import Layout, layout, without

LONGEST = 8_000
"""Characters of the longest text that is read at once."""
WINDOW = 4_000
"""Characters of a part of a longer one: enough that sentences keep their neighbours, few enough for any memory."""

_NO_LANGUAGE = re.compile(
    r"<!--.{0,2000}?-->"
    r"|</?[a-zA-Z!][^<>]{0,500}>"
    r"|&(?:[a-zA-Z]{2,10}|#\d{1,7}|#x[0-9a-fA-F]{1,6});"
    r"|(?:https?://|www\.)\S{1,2000}"
    r"|!?\[(?=[^\[\]\n]{0,200}\]\()|(?<=\])\([^()\s]{0,500}\)"
    r"|^[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+|^[ \t]*#{1,6}[ \t]+|[*_`~|#^\\]+"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff]+"
    r"|[\u2190-\u245f\u2500-\u2bff\U0001f000-\U0001f0ff\U0001f10d-\U0001faff\U000e0000-\U000e007f]+",
    re.MULTILINE | re.DOTALL,
)
_UNSEEN = re.compile(r"<(script|style|template)\b[^<>]{0,500}>", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style", "template")}
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u2028": "\n", "\u2029": "\n"})
_BLANKS = re.compile(r"\s+")
SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s|[。！？]")
"""Where a text may be cut."""


@dataclass(frozen=True)
class Quotation:
    """Words that a text quotes from something: `a sign that says "STOP"`.

    Args:
        place: where the name of what bears them ends, in characters of the original.
        said: the quality that this is: `says "STOP"`.
    """

    place: int
    said: str


@dataclass(frozen=True)
class Plain:
    """The words of a text.

    Args:
        text: without what is no language.
        places: for each character of `text`, which one of the original it stands for.
        breaks: where in `text` a passage begins that is read by itself: a line of its own, an item of a list.
        layout: the breaks whose passages tell of others or name them, and the items of lists; places in `text`.
        quoted: what the text quotes; no part of `text`.
    """

    text: str
    places: "array[int]"
    breaks: tuple[int, ...]
    layout: Layout = field(default_factory=Layout)
    quoted: tuple[Quotation, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the word of characters [start, end) stood in the original."""
        return self.places[start], self.places[end - 1] + 1

    def put(self, text: str, places: "array[int]", moved: Callable[[int], int]) -> "Plain":
        """Return the words put in another way.

        Args:
            text: as they now read.
            places: for each character of it, which one of `self.text` it stands for.
            moved: where a passage begins in it that began at a place of `self.text`.
        """
        laid = self.layout
        layout_of = Layout(
            values=frozenset(map(moved, laid.values)),
            labels=frozenset(map(moved, laid.labels)),
            items=frozenset(map(moved, laid.items)),
        )
        breaks = tuple(sorted({moved(one) for one in self.breaks} - {0, len(text)}))
        given = array("L", (self.places[i] for i in places))
        return replace(self, text=text, places=given, breaks=breaks, layout=layout_of)


def plain(text: str, language: str = "en") -> Plain:
    r"""Return the words of a text that may describe something.

    >>> plain("A <b>red</b>\n car 🚗").text
    'A red car '
    >>> plain("Objects:\n- dog").text
    'dog'
    """
    written = _seen(text.translate(_QUOTES))
    laid = layout(written, vocabulary(language))
    blanked = without(_NO_LANGUAGE.sub(_blank, written), laid.blanks)
    parts: list[str] = []
    places = array("L")
    breaks: dict[int, int] = {}  # place in the text as it was given -> place in the words
    wanted = sorted(laid.breaks)
    start = 0
    for run in _BLANKS.finditer(blanked):
        if run.start() > start or places:
            parts += (blanked[start : run.start()], " ")
            places.extend(range(start, run.start() + 1))
        at = bisect_left(wanted, run.start())
        inside = wanted[at : bisect_right(wanted, run.end())]
        if _is_break(blanked, run):
            inside.append(run.end())
        breaks |= {one: len(places) for one in inside}
        start = run.end()
    parts.append(blanked[start:])
    places.extend(range(start, len(blanked)))

    def moved(given: frozenset[int]) -> frozenset[int]:
        return frozenset(breaks.get(one, 0) for one in given)

    passages_of = Layout(values=moved(laid.values), labels=moved(laid.labels), items=moved(laid.items))
    return Plain("".join(parts), places, tuple(sorted({*breaks.values()} - {0, len(places)})), passages_of)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def has_words(text: str) -> bool:
    """Tell whether a text holds words, though they may describe nothing."""
    return any(character.isalpha() for character in _NO_LANGUAGE.sub(_blank, _seen(text.translate(_QUOTES))))


def _seen(text: str) -> str:
    """Return a text with blanks for what a page holds and does not show: scripts and styles, as long as they are."""
    parts: list[str] = []
    at = 0
    open_ended: set[str] = set()  # a name that is never closed again is looked for once: the time stays linear
    for found in _UNSEEN.finditer(text):
        name = found[1].lower()
        end = None if found.start() < at or name in open_ended else _ENDS[name].search(text, found.end())
        if end is not None:
            parts += (text[at : found.start()], " " * (end.end() - found.start()))
            at = end.end()
        elif found.start() >= at:
            open_ended.add(name)
    return "".join([*parts, text[at:]])


def _is_break(text: str, run: re.Match[str]) -> bool:
    """Tell whether a line ends a sentence or is a heading; the lines of wrapped text do not."""
    if "\n" not in run.group() or run.end() == len(text):
        return False
    return run.group().count("\n") > 1 or text[run.start() - 1] in ".!?:" or not text[run.end()].islower()


def windows(words: Plain) -> Iterator[Plain]:
    """Yield a text in parts of about `WINDOW` characters that end where passages or sentences do, all of it.

    What tells of the item before it stays with it.
    """
    if len(words.text) <= LONGEST:
        yield words
        return
    laid = words.layout
    values, labels, items = sorted(laid.values), sorted(laid.labels), sorted(laid.items)
    ends = [one.place for one in words.quoted]
    start = 0
    free = [one for one in words.breaks if one not in laid.values]
    while start < len(words.text):
        end = _cut(words.text, start, free)

        def within(places: Sequence[int], start: int = start, end: int = end) -> list[int]:
            return [one - start for one in places[bisect_left(places, start) : bisect_left(places, end)]]

        layout_of = Layout(
            values=frozenset(within(values)), labels=frozenset(within(labels)), items=frozenset(within(items))
        )
        breaks = tuple(one for one in within(words.breaks) if one)
        places = words.places[start:end]
        quoted = words.quoted[bisect_right(ends, places[0]) : bisect_right(ends, places[-1] + 1)]
        yield Plain(words.text[start:end], places, breaks, layout_of, quoted)
        start = end


def _cut(text: str, start: int, free: Sequence[int]) -> int:
    """Return where a window from `start` on ends: with a passage, else with a sentence, else with a word."""
    end = start + WINDOW
    if end >= len(text):
        return len(text)
    last = free[bisect_right(free, end) - 1] if free and free[0] <= end else 0
    if last > start + WINDOW // 2:
        return last
    ends = [found.end() for found in SENTENCE_END.finditer(text, start + WINDOW // 2, end)]
    return (ends[-1] if ends else text.rfind(" ", start + WINDOW // 2, end) + 1) or end


def passages(words: Plain) -> Iterator[str]:
    """Yield the words of a text line by line; put together they are all."""
    for first, last in pairwise((0, *words.breaks, len(words.text))):
        yield words.text[first:last]
