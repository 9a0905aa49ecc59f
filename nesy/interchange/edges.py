"""What other tools draw -> boxes in [0, 1]: what lies beyond the picture is cut off, a turned box is boxed upright."""

import math

from nesy.geometry import Box

_DIGITS = 12
"""Shares are kept to so many: percent and pixels there and back give the same box."""


def box_within(left: float, top: float, right: float, bottom: float) -> tuple[Box, bool]:
    """Return a box in shares of the picture, cut at its edges, and whether anything was cut off.

    >>> box_within(0.1, 0.2, 1.5, 0.9)
    ((0.1, 0.2, 1.0, 0.9), True)

    Raises:
        ValueError: it is turned inside out.
    """
    given = tuple(round(side, _DIGITS) for side in (left, top, right, bottom))
    if given[0] > given[2] or given[1] > given[3]:
        raise ValueError(
            f"the box {[left, top, right, bottom]} is turned inside out; left is less than right, top than bottom"
        )
    a, b, c, d = (min(1.0, max(0.0, side)) for side in given)
    return (a, b, c, d), (a, b, c, d) != given


def is_upright(box: Box) -> bool:
    """Tell whether a box has a width and a height, if only of 0, and is not turned inside out."""
    return box[0] <= box[2] and box[1] <= box[3]


def around(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the smallest upright box around points."""
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across), min(down), max(across), max(down)


def turned(
    left: float, top: float, width: float, height: float, degrees: float, about: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Return the upright box around a box that was turned clockwise, in the same units (square ones: pixels).

    `about` is the point that stays where it is; the y axis points down.

    >>> [round(side, 6) for side in turned(0, 0, 4, 2, 90, about=(0, 0))]
    [-2.0, 0.0, 0.0, 4.0]
    """
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    corners = [(x - about[0], y - about[1]) for x in (left, left + width) for y in (top, top + height)]
    return around([(about[0] + x * cosine - y * sine, about[1] + x * sine + y * cosine) for x, y in corners])
