"""A text as people and programs write it in, its plain words out, and where each character of them stood.

Tags, scripts, addresses, Markdown's marks, emoji and control characters are left out, runs of blanks are one.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

LONGEST = 20_000
"""Characters that are read at once: longer texts are cut where a sentence or a word ends."""

_NO_LANGUAGE = re.compile(
    r"<!--.{0,2000}?-->"
    r"|</?[a-zA-Z!][^<>]{0,500}>"
    r"|&(?:[a-zA-Z]{2,10}|#\d{1,7}|#x[0-9a-fA-F]{1,6});"
    r"|(?:https?://|www\.)\S{1,2000}"
    r"|!?\[(?=[^\[\]\n]{0,200}\]\()|(?<=\])\([^()\s]{0,500}\)"
    r"|^[ \t]*(?:[-*+•]|\d{1,2}[.)])[ \t]+|^[ \t]*#{1,6}[ \t]+|[*_`~|#^\\]+"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff]+"
    r"|[\u2190-\u2bff\U0001f000-\U0001faff\U000e0000-\U000e007f]+",
    re.MULTILINE | re.DOTALL,
)
_UNSEEN = re.compile(r"<(script|style|template)\b[^<>]{0,500}>", re.IGNORECASE)
_ENDS = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in ("script", "style", "template")}
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u2028": "\n", "\u2029": "\n"})
_BLANKS = re.compile(r"\s+")
_END = re.compile(r"[.!?][\"')\]]*\s")


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
        breaks: where in `text` a line of its own begins.
        quoted: what the text quotes; no part of `text`.
    """

    text: str
    places: "array[int]"
    breaks: tuple[int, ...]
    quoted: tuple[Quotation, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the word of characters [start, end) stood in the original."""
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> Plain:
    r"""Return the words of a text.

    >>> plain("A <b>red</b>\n car 🚗").text
    'A red car '
    """
    blanked = _NO_LANGUAGE.sub(lambda found: " " * len(found.group()), _seen(text.translate(_QUOTES)))
    parts: list[str] = []
    places = array("L")
    breaks: list[int] = []
    start = 0
    for run in _BLANKS.finditer(blanked):
        if run.start() > start or places:
            parts += (blanked[start : run.start()], " ")
            places.extend(range(start, run.start() + 1))
            if _is_break(blanked, run):
                breaks.append(len(places))
        start = run.end()
    parts.append(blanked[start:])
    places.extend(range(start, len(blanked)))
    return Plain("".join(parts), places, tuple(breaks))


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


def passages(words: Plain) -> Iterator[str]:
    """Yield the words of a text line by line, at most `LONGEST` characters at once; put together they are all."""
    for first, last in pairwise((0, *words.breaks, len(words.text))):
        start = first
        while last - start > LONGEST:
            end = start + LONGEST
            half = start + LONGEST // 2
            ends = [found.end() for found in _END.finditer(words.text, half, end)]
            cut = (ends[-1] if ends else words.text.rfind(" ", half, end) + 1) or end
            yield words.text[start:cut]
            start = cut
        yield words.text[start:last]
