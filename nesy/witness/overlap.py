"""Boxes as arrays: how far they overlap, and which of several that show one thing is kept."""

import numpy as np
from numpy.typing import NDArray

from nesy.witness.network import Floats


def pairwise_iou(some: Floats, others: Floats) -> Floats:
    """Return intersection over union of every pair, (n, 4) and (m, 4) -> (n, m); 0 for two empty boxes."""
    shared = _shared(some, others)
    union = _areas(some)[:, None] + _areas(others)[None] - shared
    return _ratio(shared, union)


def pairwise_share(some: Floats, others: Floats) -> Floats:
    """Return the share of each of `some` that lies in each of `others`, (n, 4) and (m, 4) -> (n, m); 0 if empty."""
    shared = _shared(some, others)
    return _ratio(shared, np.broadcast_to(_areas(some)[:, None], shared.shape))


def without_overlap(boxes: Floats, scores: Floats, most: float) -> NDArray[np.intp]:
    """Return the places of the boxes that stay, best first: one that overlaps a better one by more than `most` goes.

    Args:
        boxes: (n, 4).
        scores: (n,).
        most: intersection over union, in [0, 1].
    """
    order = np.argsort(-scores, kind="stable")
    overlap = pairwise_iou(boxes[order], boxes[order]) > most
    stays: list[int] = []
    for place in range(len(order)):
        if not overlap[place, stays].any():
            stays.append(place)
    return order[stays]


def _areas(boxes: Floats) -> Floats:
    sides = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None)
    return np.asarray(sides[:, 0] * sides[:, 1], dtype=np.float32)


def _shared(some: Floats, others: Floats) -> Floats:
    corner = np.maximum(some[:, None, :2], others[None, :, :2])
    other_corner = np.minimum(some[:, None, 2:], others[None, :, 2:])
    sides = np.clip(other_corner - corner, 0, None)
    return np.asarray(sides[..., 0] * sides[..., 1], dtype=np.float32)


def _ratio(parts: Floats, wholes: Floats) -> Floats:
    """Return parts over wholes; 0 where there is no whole."""
    ratio: Floats = np.divide(parts, wholes, out=np.zeros_like(parts), where=wholes > 0)
    return ratio
