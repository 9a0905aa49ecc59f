"""Boxes in [0, 1] and pure functions on them; origin top left, of the upright image.

>>> upper_half: Box = (0.0, 0.0, 1.0, 0.5)
>>> area(upper_half)
0.5
"""

from typing import Annotated

from pydantic import Field

Coordinate = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]

Box = tuple[Coordinate, Coordinate, Coordinate, Coordinate]
"""(left, top, right, bottom), each in [0, 1]."""


def area(box: Box) -> float:
    """Return the share of the image that `box` covers; 0 for a box turned inside out.

    >>> area((0.0, 0.0, 0.5, 0.5))
    0.25
    """
    left, top, right, bottom = box
    return max(0.0, right - left) * max(0.0, bottom - top)


def intersection(a: Box, b: Box) -> float:
    """Return the area that two boxes share."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def iou(a: Box, b: Box) -> float:
    """Return intersection over union, in [0, 1]; 0 when both boxes are empty.

    >>> iou((0, 0, 1, 1), (0, 0, 0.5, 1))
    0.5
    """
    shared = intersection(a, b)
    union = area(a) + area(b) - shared
    return shared / union if union > 0 else 0.0


def centre(box: Box) -> tuple[float, float]:
    """Return the middle (x, y) of `box`."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def gap(a: Box, b: Box) -> float:
    """Return the Euclidean distance between the nearest points of two boxes; 0 when they touch.

    >>> gap((0, 0, 0.2, 1), (0.5, 0, 1, 1))
    0.3
    """
    across = max(a[0] - b[2], b[0] - a[2], 0.0)
    down = max(a[1] - b[3], b[1] - a[3], 0.0)
    return round(float((across**2 + down**2) ** 0.5), 12)


def union_box(boxes: tuple[Box, ...]) -> Box:
    """Return the smallest box around all `boxes` (at least one)."""
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def share(value: float) -> float:
    """Return a number of a network within [0, 1], with four digits: as far as a pixel of a large picture is told.

    >>> share(1.00001), share(0.123456)
    (1.0, 0.1235)
    """
    return round(min(1.0, max(0.0, float(value))), 4)
