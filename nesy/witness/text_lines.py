"""Readings of one picture -> each line once, in the order in which people read them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from math import atan2, cos, sin

import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.float64]
"""(4, 2): the corners of a line of text, x and y in pixels, in order around it."""

_CORE = 0.65
"""Share of a found line's height that is letters; the rest is margin. By hand."""
_ALIKE, _LIKE_PLACE, _SAME_PLACE = 0.5, 0.2, 0.5
"""Two readings are of one line where they share so much of the smaller core: `_LIKE_PLACE` if so many of their letters
are the same, `_SAME_PLACE` whatever they say."""
_SHORT = 1.0
"""What a reading of one letter loses when the surest is chosen; one of ten loses a tenth of it."""
_TILT, _TALLER, _APART, _BELOW, _ON_LINE = 0.35, 2.2, 1.0, 1.8, 0.6
"""Two lines are of one text where the sine of the angle between them is less, the higher is not so many times as high,
and they are less than so many heights apart along and across; on one line where less than `_ON_LINE` across."""


@dataclass(frozen=True)
class Reading:
    """What was read in one look at one line."""

    text: str
    score: float
    corners: Corners

    @cached_property
    def letters(self) -> str:
        """As `letters` gives it."""
        return letters(self.text)

    @cached_property
    def lie(self) -> "Lie":
        """How it lies."""
        return Lie.of(self.corners)


@dataclass(frozen=True)
class Lie:
    """How a line lies in the picture: its middle, its length and height in pixels, and the angle of its longer side."""

    middle: NDArray[np.float64]
    length: float
    height: float
    angle: float
    """In radians, clockwise; of what is higher than long as if it were turned to lie."""

    @staticmethod
    def of(corners: Corners) -> "Lie":
        """Return how a line with these corners lies."""
        along, down = corners[1] - corners[0], corners[3] - corners[0]
        length, height = (float(np.hypot(*side)) for side in (along, down))
        if height >= 1.5 * length:
            along, length, height = down, height, length
        return Lie(corners.mean(axis=0), length, height, atan2(along[1], along[0]))

    @property
    def axes(self) -> NDArray[np.float64]:
        """(2, 2): the directions along the line, and across it."""
        return np.array([[cos(self.angle), sin(self.angle)], [-sin(self.angle), cos(self.angle)]])

    @property
    def core(self) -> Corners:
        """The corners of the letters themselves."""
        margin = (1 - _CORE) * self.height
        half = np.array([max(self.length - margin, self.length / 2), _CORE * self.height]) / 2
        return self.middle + (np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half) @ self.axes


def letters(text: str) -> str:
    """Return what a reading is compared by: its letters and digits, case apart.

    >>> letters("Greenwich St.")
    'greenwichst'
    """
    return "".join(one for one in text.casefold() if one.isalnum())


def one_of_each(readings: Sequence[Reading]) -> list[Reading]:
    """Return every line once, as it was read best: the surest, the longer of two that are about as sure.

    >>> place = np.array([[0, 0], [99, 0], [99, 9], [0, 9]])
    >>> [one.text for one in one_of_each([Reading("ST0P", 0.6, place), Reading("STOP", 0.9, place + 1)])]
    ['STOP']
    """
    kept: list[Reading] = []
    for one in sorted(readings, key=lambda one: _SHORT / len(one.letters) - one.score):
        if not any(_is_same(one, other) for other in kept):
            kept.append(one)
    return kept


def in_reading_order(readings: Sequence[Reading]) -> list[Reading]:
    """Return lines text by text, from the top of the picture down, each text's lines one below the other.

    >>> def line(text, x, y):
    ...     return Reading(text, 1, np.array([[x, y], [x + 80, y], [x + 80, y + 20], [x, y + 20]]))
    >>> [one.text for one in in_reading_order([line("BY", 100, 22), line("EXIT", 400, 10), line("DAY", 10, 24),
    ...     line("MON", 10, 0)])]
    ['MON', 'DAY', 'BY', 'EXIT']
    """
    texts = [_by_lines(text) for text in _texts(readings)]
    return [
        one for text in sorted(texts, key=lambda text: min(one.corners[:, 1].min() for one in text)) for one in text
    ]


def _is_same(one: Reading, other: Reading) -> bool:
    shared = _shared(one.lie.core, other.lie.core)
    if shared < _LIKE_PLACE:
        return False
    a, b = one.letters, other.letters
    return shared >= _SAME_PLACE or a in b or b in a or SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE


def _shared(one: Corners, other: Corners) -> float:
    """Return the area that two convex quadrangles share, of the smaller one."""
    import cv2

    a, b = one.astype(np.float32), other.astype(np.float32)
    smaller = min(cv2.contourArea(a), cv2.contourArea(b))
    return cv2.intersectConvexConvex(a, b)[0] / smaller if smaller > 0 else 0.0


def _texts(readings: Sequence[Reading]) -> list[list[Reading]]:
    """Return the lines that belong together."""
    text_of = list(range(len(readings)))
    for place, one in enumerate(readings):
        for before in range(place):
            if text_of[before] != text_of[place] and _is_one_text(one.lie, readings[before].lie):
                old, new = text_of[place], text_of[before]
                text_of = [new if text == old else text for text in text_of]
    texts = defaultdict(list)
    for text, one in zip(text_of, readings, strict=True):
        texts[text].append(one)
    return list(texts.values())


def _is_one_text(one: Lie, other: Lie) -> bool:
    heights = one.height, other.height
    if abs(sin(one.angle - other.angle)) > _TILT or max(heights) > _TALLER * min(heights):
        return False
    along, across = np.abs(one.axes @ (other.middle - one.middle)) / (sum(heights) / 2)
    between = along - (one.length + other.length) / sum(heights)
    return bool(across < _BELOW and between < _APART)


def _by_lines(text: Sequence[Reading]) -> list[Reading]:
    """Return the lines of one text from its top down, and on one line from its start on."""
    longest = max(text, key=lambda one: one.lie.length).lie
    places = {id(one): longest.axes @ one.lie.middle for one in text}
    rows: list[list[Reading]] = []
    for one in sorted(text, key=lambda one: places[id(one)][1]):
        same = rows and places[id(one)][1] - places[id(rows[-1][0])][1] < _ON_LINE * longest.height
        rows[-1].append(one) if same else rows.append([one])
    return [one for row in rows for one in sorted(row, key=lambda one: places[id(one)][0])]
