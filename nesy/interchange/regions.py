"""What is segmented in a picture, as COCO writes it -> the box around it.

A region is a list of polygons, each x, y, x, y ... in pixels, or runs of pixels: `size` (height and width) and
`counts`, the lengths of runs down the columns, one outside the region and one inside by turns. They are a list of
numbers, or a text: each number in groups of five bits from the lowest on, a letter each from `0` (48) on, with 32 added
where more follow and 16 in the last where it is negative; from the fourth number on it is the difference to that two
before.

Source: github.com/cocodataset/cocoapi, `common/maskApi.c` and `PythonAPI/pycocotools/mask.py`.
"""

from itertools import accumulate, pairwise
from typing import Any

from nesy.interchange.edges import around
from nesy.interchange.instances import Pixels
from nesy.interchange.pixels import is_length

_LONGEST = 1 << 32
"""Pixels of one run."""


def box_around(region: Any) -> Pixels | None:
    """Return left, top, right and bottom in pixels; None where the region is empty.

    >>> box_around([[3, 2, 7, 2, 7, 5]])
    (3.0, 2.0, 7.0, 5.0)
    >>> box_around({"size": [8, 10], "counts": [26, 3, 5, 3, 43]}), box_around({"size": [8, 10], "counts": "j0350V1"})
    ((3.0, 2.0, 5.0, 5.0), (3.0, 2.0, 5.0, 5.0))

    Raises:
        ValueError: it is no region.
    """
    if not region:
        return None
    if isinstance(region, dict):
        return _of_runs(region)
    if not isinstance(region, list):
        raise TypeError(f"segmentation: polygons, or runs of pixels, are expected, got {region!r:.80}")
    points: list[tuple[float, float]] = []
    for polygon in region:
        if not isinstance(polygon, list) or len(polygon) < 6 or len(polygon) % 2 or not all(map(is_length, polygon)):
            raise ValueError(
                f"segmentation: polygons of three points or more (x, y, x, y ...) are expected, got {polygon!r:.80}"
            )
        points += zip(map(float, polygon[::2]), map(float, polygon[1::2]), strict=True)
    return around(points)


def _of_runs(region: dict[str, Any]) -> Pixels | None:
    size, counts = region["size"], region["counts"]
    if not isinstance(size, list) or len(size) != 2 or not all(_is_whole(side) and side > 0 for side in size):
        raise ValueError(f"segmentation.size: height and width in pixels are expected, got {size!r:.80}")
    runs = _unpacked(counts) if isinstance(counts, str) else counts
    if not isinstance(runs, list) or not all(_is_whole(run) and 0 <= run < _LONGEST for run in runs):
        raise ValueError(f"segmentation.counts: lengths of runs of pixels are expected, got {counts!r:.80}")
    height, width = size
    ends = [0, *accumulate(runs)]
    if ends[-1] != height * width:
        raise ValueError(f"segmentation: the runs are of {ends[-1]} pixels, and the picture of {height * width}")
    inside = [(start, end - 1) for start, end in list(pairwise(ends))[1::2] if end > start]
    if not inside:
        return None
    columns = [place // height for run in inside for place in run]
    rows = [place % height for run in inside for place in run]
    if any(first // height != last // height for first, last in inside):  # from one column into the next
        rows += [0, height - 1]
    return float(min(columns)), float(min(rows)), float(max(columns) + 1), float(max(rows) + 1)


def _unpacked(text: str) -> list[int]:
    runs: list[int] = []
    value = shift = 0
    for letter in text:
        group = ord(letter) - 48
        if not 0 <= group < 64 or shift > 60:
            raise ValueError(f"segmentation.counts: {text[:40]!r} are no runs of pixels")
        value |= (group & 31) << shift
        shift += 5
        if group & 32:
            continue
        if group & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError(f"segmentation.counts: {text[:40]!r} breaks off")
    return runs


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
