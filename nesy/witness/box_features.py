"""Boxes of people and of things -> the numbers that tell how a thing lies to a person.

Offsets and sizes are taken in widths and heights of the person, so a picture may be cut, scaled or (all but one number,
the person's shape) stretched, as boxes in [0, 1] of a picture of unknown shape are. Left and right are not told apart.
"""

import numpy as np
from numpy.typing import NDArray

FEATURES = (
    "across", "down", "distance", "area", "shape", "of_object", "of_person", "iou", "gap_across", "gap_down", "gap",
    "top", "bottom", "across_covered", "down_covered", "across_shared", "down_shared", "apart", "across²", "down²",
    "across·down", "area²", "area·across", "area·down", "shape²", "shape·across", "shape·down", "area·shape",
    "upright", "upright²", "upright·across", "upright·down", "upright·area", "upright·wide", "out_of_reach",
)  # fmt: skip
"""What the columns are. Lengths are log(1 + length), with their sign; `area` and `shape` are logs of ratios, thing over
person, of the areas and of width over height; `of_object` and `of_person` are shares of the area that both boxes share,
`across_covered` and `down_covered` of the thing's sides, `across_shared` and `down_shared` of the person's; `upright`
is log(width / height) of the person, `wide` of the thing; `out_of_reach` is the gap beyond half a person, as it is."""
BY_CATEGORY = tuple(FEATURES.index(name) for name in ("across", "down", "area", "of_object", "down_shared"))
"""The columns that may weigh otherwise for one category than for another: skis are below, a horse is around."""
FARTHEST = 4.0
"""Offsets beyond so many widths or heights of the person count as that."""
_REACH = 0.5
_MOST_LOG = 5.0

Numbers = NDArray[np.float64]


def box_features(people: Numbers, objects: Numbers) -> Numbers:
    """Return one row a pair, a column for each of `FEATURES`.

    Args:
        people: (n, 4), left, top, right, bottom in any unit; of positive width and height.
        objects: likewise, each of the thing beside the person of the same row.
    """
    left, top, right, bottom = people.T
    other_left, other_top, other_right, other_bottom = objects.T
    width, height = right - left, bottom - top
    other_width, other_height = other_right - other_left, other_bottom - other_top

    across = _length(np.abs(other_left + other_right - left - right) / 2 / width)
    down = _length((other_top + other_bottom - top - bottom) / 2 / height)
    gap_across = _length(np.maximum(0, np.maximum(other_left - right, left - other_right)) / width)
    gap_down = _length(np.maximum(0, np.maximum(other_top - bottom, top - other_bottom)) / height)
    wider, higher = _log(other_width / width), _log(other_height / height)
    area, shape = wider + higher, wider - higher
    upright = np.clip(np.log(width / height), -2.0, 2.0)
    shared_across = np.maximum(0, np.minimum(right, other_right) - np.maximum(left, other_left))
    shared_down = np.maximum(0, np.minimum(bottom, other_bottom) - np.maximum(top, other_top))
    across_covered, down_covered = shared_across / other_width, shared_down / other_height
    across_shared, down_shared = shared_across / width, shared_down / height
    of_object, of_person = across_covered * down_covered, across_shared * down_shared
    # Both shares are 0 together: then nothing is shared.
    shared = np.where(of_object > 0, of_object, 1.0), np.where(of_person > 0, of_person, 1.0)
    iou = np.where(of_object * of_person > 0, 1 / (1 / shared[0] + 1 / shared[1] - 1), 0.0)

    def log(length: Numbers) -> Numbers:
        return np.sign(length) * np.log1p(np.abs(length))

    dx, dy = log(across), log(down)
    return np.column_stack([
        dx, dy, log(np.hypot(across, down)), area, shape, of_object, of_person, iou, log(gap_across), log(gap_down),
        log(np.hypot(gap_across, gap_down)), log(_length((other_top - top) / height)),
        log(_length((other_bottom - bottom) / height)), across_covered, down_covered, across_shared, down_shared,
        (gap_across + gap_down > 0).astype(np.float64), dx * dx, dy * dy, dx * dy, area * area, area * dx, area * dy,
        shape * shape, shape * dx, shape * dy, area * shape, upright, upright * upright, upright * dx, upright * dy,
        upright * area, upright * (upright + shape),
        np.maximum(0.0, np.hypot(gap_across, gap_down) - _REACH),
    ])  # fmt: skip


def _length(length: Numbers) -> Numbers:
    return np.clip(length, -FARTHEST, FARTHEST)


def _log(ratio: Numbers) -> Numbers:
    return np.clip(np.log(ratio), -_MOST_LOG, _MOST_LOG)
