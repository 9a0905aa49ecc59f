"""A text in, the numbers that it tells of kinds out: "Number of people: 3", "the number of chairs is 4"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nesy.language.layout_words import Vocabulary

Span = tuple[int, int]

_TALLY = re.compile(
    r"(?:^|(?<=[,;.]\s))(?P<lead>[ \t]*(?:[-*•][ \t]+)?(?:the\s+)?(?:(?:total|overall|estimated)\s+)?"
    r"(?:numbers?|counts?|amount|quantity)\s+of\s+)(?P<noun>[^\W\d_][^:=.,;|\n]{0,60}?)"
    r"(?P<joint>\s*[:=]\s*|\s+(?:is|are)\s+)(?P<value>\d{1,4}|[a-z]{2,9})(?=\s*(?:[.,;\n]|$))",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Tally:
    """A number that is told of a kind; all places are characters of the text.

    Args:
        lead: the words before the kind: "Number of".
        noun: where the kind begins.
        joint: what stands between the kind and its number: ":" or "is".
        value: where the number begins.
        end: one past the number.
    """

    lead: Span
    noun: int
    joint: Span
    value: int
    end: int


def tallies(text: str, words: Vocabulary) -> Iterator[Tally]:
    """Yield the numbers that a text tells of kinds, in order."""
    for found in _TALLY.finditer(text):
        if words.number(found["value"].lower()) is not None and not words.is_label(found["noun"]):
            yield Tally(found.span("lead"), found.start("noun"), found.span("joint"), found.start("value"), found.end())
