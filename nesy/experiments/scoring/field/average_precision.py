"""Right and wrong in the order of rank -> average precision, in the two ways that PASCAL VOC counted it.

`eleven_points`: the mean of the highest precision from recall 0, 0.1 ... 1 on (VOC 2007), which HICO-DET uses.
`area`: the area under the precision that is made to fall with recall (VOC 2010 and later), which V-COCO uses.
Source: Everingham et al., The PASCAL Visual Object Classes Challenge, IJCV 2010 and 2015.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class _Point:
    recall: float
    precision: float


def eleven_points(hits: Sequence[bool], positives: int) -> float:
    """Return the mean of eleven precisions, in [0, 1].

    >>> round(eleven_points([True, False, True], 2), 4)  # 6 points at 1, 5 at 2/3
    0.8485

    Args:
        hits: whether each prediction is right, the surest first.
        positives: how many there are to find, at least 1.
    """
    points = _points(hits, positives)
    return sum(max((p.precision for p in points if p.recall >= at / 10), default=0.0) for at in range(11)) / 11


def area(hits: Sequence[bool], positives: int) -> float:
    """Return the area under the falling precision, in [0, 1].

    >>> round(area([True, False, True], 2), 4)  # half of the recall at 1, half at 2/3
    0.8333

    Args:
        hits: whether each prediction is right, the surest first.
        positives: how many there are to find, at least 1.
    """
    points = [_Point(0.0, 0.0), *_points(hits, positives)]
    found, highest = 0.0, 0.0
    for before, point in reversed(list(pairwise(points))):
        highest = max(highest, point.precision)
        found += (point.recall - before.recall) * highest
    return found


def _points(hits: Sequence[bool], positives: int) -> list[_Point]:
    points, right = [], 0
    for made, hit in enumerate(hits, start=1):
        right += hit
        points.append(_Point(right / positives, right / made))
    return points
