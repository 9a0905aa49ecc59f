"""A text as people and programs write it in, its plain words out, and where each character of them stood.

Tags, addresses, Markdown's marks, emoji and control characters are left out, runs of blanks are one.
"""

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

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
_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\u2028": "\n", "\u2029": "\n"})
_BLANKS = re.compile(r"\s+")
_END = re.compile(r"[.!?][\"')\]]*\s|\n")


@dataclass(frozen=True)
class Plain:
    """The words of a text.

    Args:
        text: without what is no language.
        places: for each character of `text`, which one of the original it is.
    """

    text: str
    places: "array[int]"

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where characters [start, end) stood in the original."""
        return self.places[start], self.places[end - 1] + 1


def plain(text: str) -> Plain:
    r"""Return the words of a text.

    >>> plain("A <b>red</b>\n car 🚗").text
    'A red car '
    """
    blanked = _NO_LANGUAGE.sub(lambda found: " " * len(found.group()), text.translate(_QUOTES))
    parts: list[str] = []
    places = array("L")
    start = 0
    for run in _BLANKS.finditer(blanked):
        parts.append(blanked[start : run.start()])
        places.extend(range(start, run.start()))
        start = run.end()
        if parts != [""]:
            parts.append(_blank(blanked, run))
            places.append(run.start())
        else:
            parts.clear()
    parts.append(blanked[start:])
    places.extend(range(start, len(blanked)))
    return Plain("".join(parts), places)


def _blank(text: str, run: re.Match[str]) -> str:
    """Return what a run of blanks is: a new line where a sentence or a heading may end, not in wrapped text."""
    if "\n" not in run.group() or run.end() == len(text):
        return " "
    wrapped = run.group().count("\n") == 1 and text[run.start() - 1] not in ".!?:" and text[run.end()].islower()
    return " " if wrapped else "\n"


def passages(text: str) -> Iterator[str]:
    """Yield a text in passages of at most `LONGEST` characters; put together they are the text again."""
    start = 0
    while len(text) - start > LONGEST:
        end = start + LONGEST
        half = start + LONGEST // 2
        ends = [found.end() for found in _END.finditer(text, half, end)]
        cut = ends[-1] if ends else text.rfind(" ", half, end) + 1
        yield text[start : cut or end]
        start = cut or end
    yield text[start:]
