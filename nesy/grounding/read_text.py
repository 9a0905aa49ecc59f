"""Words that are said to be written on a thing, and the lines that were read -> whether they are written there.

What was read supports what it says. That nothing, or something else, was read contradicts nothing by itself: much is
written on a bus, and most of it cannot be read. Only where another text is read clearly in that very box, and fills it,
is it what the thing says.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from nesy.geometry import Box, area, intersection
from nesy.grounding.measured import silent
from nesy.grounding.opinion import Opinion, listed
from nesy.grounding.sightings import PRIOR
from nesy.observations import TextLine
from nesy.witness.text_lines import letters

CLEAR = 0.9
"""Score from which a line was read clearly."""
READ = 0.8
"""Similarity from which what was read may be what is said: a letter in five may be another."""
FOUND = 0.5
"""Share of the strings in photographs that are found (`results/witness.json`): that others are read says little."""
_OTHER = 0.5
"""Similarity below which a text is another one."""
_FILLS = 0.5
"""Share of a box's width or height that a text takes up which is what the thing says."""
_LEAST = 3
"""Letters from which a line is a text, and from which words may stand within another word."""
_MOST_LINES = 6
"""A text that is said may be broken over so many lines."""
_SAYS = re.compile(
    r"(?:says?|reads?|saying|reading|labell?ed|marked)\W*[\"'\u201c\u2018](?P<text>.+)[\"'\u201d\u2019]", re.I
)


def said_text(attribute: str) -> str | None:
    """Return what an attribute tells to be written on a thing; None where it tells no such thing.

    >>> said_text('says "STOP"'), said_text("red")
    ('STOP', None)
    """
    said = _SAYS.search(attribute)
    return None if said is None else said["text"]


def judge_text(text: str, box: Box | None, lines: Sequence[TextLine]) -> Opinion:
    """Hold a text that is said to be on a thing against the lines that were read.

    Args:
        text: what is said to be written.
        box: the thing's, where one is given; None: it may be anywhere.
        lines: of the whole picture, in reading order.
    """
    there = _there(box, lines)
    if not there:
        return Opinion("unknown", "No text was read there.")
    told = f"What was read is {listed([repr(line.text) for line in there])}."
    likeness, sure, words = _best(text, there)
    if _is_said(likeness, sure):
        return Opinion("supported", f"What was read is {words!r}.", chance=sure * likeness)
    if box is not None and likeness < _OTHER and _is_all(box, there):
        return Opinion("contradicted", told, chance=PRIOR * likeness * (1 - min(line.score for line in there)))
    return Opinion("unknown", told, chance=max(PRIOR * likeness, silent(FOUND, PRIOR)))


def reading_of(text: str, box: Box | None, lines: Sequence[TextLine]) -> str | None:
    """Return what was read that bears out a text, said to be at a box or anywhere; None where nothing does."""
    there = _there(box, lines)
    likeness, sure, words = _best(text, there) if there else (0.0, 0.0, "")
    return words if _is_said(likeness, sure) else None


def is_on(line: TextLine, box: Box) -> bool:
    """Tell whether most of a line of text lies in a box."""
    return intersection(line.box, box) >= PRIOR * area(line.box)


def alike(said: str, read: str) -> float:
    """Return how much two strings of letters are alike, in [0, 1]; of digits none may be another.

    >>> alike("savory", "saory") > 0.9, alike("13", "18"), alike("stop", "busstop")
    (True, 0.0, 1.0)
    """
    if not said or not read:
        return 0.0
    if said == read or (len(said) > _LEAST and said in read and not said.isdigit()):
        return 1.0
    if [one for one in said if one.isdigit()] != [one for one in read if one.isdigit()]:
        return 0.0
    return min(0.99, SequenceMatcher(None, said, read, autojunk=False).ratio())


def _there(box: Box | None, lines: Sequence[TextLine]) -> Sequence[TextLine]:
    return lines if box is None else [line for line in lines if is_on(line, box)]


def _best(text: str, lines: Sequence[TextLine]) -> tuple[float, float, str]:
    """Return how much the likest lines on end are like a text, their least score, and what they say."""
    found = ((likeness, min(line.score for line in some), some) for likeness, some in _likenesses(text, lines))
    likeness, sure, some = max(found, key=lambda one: one[:2])
    return likeness, sure, " ".join(line.text for line in some)


def _is_said(likeness: float, sure: float) -> bool:
    return likeness == 1.0 or (likeness >= READ and sure < CLEAR)


def _likenesses(text: str, lines: Sequence[TextLine]) -> Iterator[tuple[float, Sequence[TextLine]]]:
    """Yield how much every few lines on end are like a text, whole or some of their words."""
    wanted = letters(text)
    for first in range(len(lines)):
        for last in range(first + 1, min(first + _MOST_LINES, len(lines)) + 1):
            some = lines[first:last]
            words = [letters(word) for line in some for word in line.text.split()]
            yield alike(wanted, "".join(words)), some
            if any("".join(words[a:b]) == wanted for a in range(len(words)) for b in range(a + 1, len(words) + 1)):
                yield 1.0, some


def _is_all(box: Box, lines: Sequence[TextLine]) -> bool:
    """Tell whether these lines are all that the thing says: clearly read, words, and together as large as its box."""
    edges = list(zip(*(line.box for line in lines), strict=True))
    width, height = max(edges[2]) - min(edges[0]), max(edges[3]) - min(edges[1])
    fills = width >= _FILLS * (box[2] - box[0]) or height >= _FILLS * (box[3] - box[1])
    return fills and all(line.score >= CLEAR and len(letters(line.text)) >= _LEAST for line in lines)
