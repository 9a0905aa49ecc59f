"""Boxes in pixels, as data sets have them, <-> boxes in [0, 1]; the sizes of pictures that a file does not tell."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.geometry import Box
from nesy.interchange.instances import Pixels

SizeOf = Callable[[str], tuple[int, int] | None]
"""Returns width and height of a picture in pixels by its name; None where that is not known."""
SLACK_PX = 0.5
"""A box may be so much larger than its picture by rounding; by more, its annotator went beyond it."""
GUESSED = "sizes of pictures, which the file does not tell (boxes are shares of the extent of all boxes; see --images)"
"""What is lost where nothing tells a size."""
_FARTHEST_PX = 1e9
_DIGITS = 6


def no_size(_name: str) -> None:
    """Know no picture's size."""


def sizes_in(folder: Path) -> SizeOf:
    """Return what finds the pictures of a folder, or of its `images/`, and reads their sizes.

    Raises:
        InputError: there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder")

    def size(name: str) -> tuple[int, int] | None:
        from nesy.image import Image

        inside = Path(name)
        if inside.is_absolute() or ".." in inside.parts or "\0" in name:
            return None
        for place in (folder / inside, folder / "images" / inside, folder / inside.name):
            if place.is_file():
                return Image.open(place).size_px
        return None

    return size


def four_numbers(value: Any, field: str, meant: str) -> tuple[float, float, float, float]:
    """Return the four numbers of a box; ValueError where they are none, or beyond any picture."""
    if not isinstance(value, list) or len(value) != 4 or not all(map(is_length, value)):
        raise ValueError(f"{field}: {meant} in pixels are expected, got {value!r:.200}")
    left, top, right, bottom = map(float, value)
    return left, top, right, bottom


def from_corners(value: Any, field: str = "bbox") -> Pixels:
    """Return a box of left, top, right and bottom; ValueError where it is none, or turned inside out."""
    box = four_numbers(value, field, "left, top, right and bottom")
    if box[0] > box[2] or box[1] > box[3]:
        raise ValueError(f"{field}: {value!r} is turned inside out; left, top, right and bottom are expected")
    return box


def from_corner_and_size(value: Any, field: str = "bbox") -> Pixels:
    """Return a box of left, top, width and height; ValueError where it is none, or of a negative size."""
    left, top, width, height = four_numbers(value, field, "left, top, width and height")
    if width < 0 or height < 0:
        raise ValueError(f"{field}: {value!r} is turned inside out; left, top, width and height are expected")
    return left, top, left + width, top + height


def is_length(value: object) -> bool:
    """Tell whether it is a number of pixels that a picture may have."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and abs(value) < _FARTHEST_PX


def side(row: dict[str, Any], field: str) -> int:
    """Return the width or height of a picture; ValueError where it is not above 0."""
    value = row[field]
    if not is_length(value) or value < 1:
        raise ValueError(f"{field}: pixels, at least 1, are expected, got {value!r}")
    return int(value)


def shares(box: Pixels, size: tuple[float, float]) -> tuple[Box, bool]:
    """Return a box in [0, 1], to a millionth of a side, and whether more than `SLACK_PX` of it had to be cut off."""
    width, height = size
    beyond = max(-box[0], -box[1], box[2] - width, box[3] - height) > SLACK_PX

    def share(value: float, whole: float) -> float:
        return round(min(1.0, max(0.0, value / whole)), _DIGITS)

    return (share(box[0], width), share(box[1], height), share(box[2], width), share(box[3], height)), beyond


def corners(box: Box, size: tuple[int, int]) -> list[float]:
    """Return left, top, right and bottom of a box in pixels."""
    width, height = size
    return [_px(box[0] * width), _px(box[1] * height), _px(box[2] * width), _px(box[3] * height)]


def corner_and_size(box: Box, size: tuple[int, int]) -> list[float]:
    """Return left, top, width and height of a box in pixels."""
    left, top, right, bottom = corners(box, size)
    return [left, top, _px(right - left), _px(bottom - top)]


def extent(boxes: Sequence[Pixels]) -> tuple[float, float]:
    """Return what stands in for the size of a picture that is not known: how far its boxes reach."""
    return max((box[2] for box in boxes), default=1.0) or 1.0, max((box[3] for box in boxes), default=1.0) or 1.0


def _px(value: float) -> float:
    rounded = round(float(value), _DIGITS)
    return int(rounded) if rounded.is_integer() else rounded
