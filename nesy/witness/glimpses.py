"""Candidates of a detector, and what it is sure of -> glimpses: what may be there, and shows nothing by itself."""

from collections.abc import Sequence

import numpy as np

from nesy.geometry import iou
from nesy.observations import Thing
from nesy.witness.overlap import without_overlap

FROM = 0.1
"""Score from which a glimpse is listed. On photographs with truth 99 % of the categories that are there reach it
somewhere, and 18 % of those that are not; what a detector says from 0.35 on finds 69 % of them."""
MOST = 5
"""Glimpses of one category that are listed, the best ones."""
_OVERLAP = 0.5


def glimpses(candidates: Sequence[Thing], sure: Sequence[Thing]) -> tuple[Thing, ...]:
    """Return the best candidates of each category that are no sure thing of that category, the best first.

    Args:
        candidates: from `FROM` on, however many for one thing.
        sure: what the witness says that it sees.
    """
    kept: list[Thing] = []
    for category in sorted({thing.category for thing in candidates}):
        here = [thing for thing in candidates if thing.category == category and thing.score >= FROM]
        known = [thing.box for thing in sure if thing.category == category]
        free = [thing for thing in here if all(iou(thing.box, box) < _OVERLAP for box in known)]
        if free:
            boxes, scores = np.array([t.box for t in free], np.float32), np.array([t.score for t in free], np.float32)
            chosen = without_overlap(boxes, scores, _OVERLAP)
            kept += [free[int(i)] for i in list(chosen)[:MOST]]
    return tuple(sorted(kept, key=lambda thing: -thing.score))
