"""Boxes and who is related to whom -> a curve for each arrow, from the edge of the one to the edge of the other.

Many curves between two edges are weighed, and the cheapest is taken: short, but long enough to be seen, ending on no
third entity, leading through few of them, and apart from the ends of arrows that are there already.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from nesy.rendering.label_placement import Point
from nesy.rendering.taken_room import Floats, Rect

_LEAST_PX = 72.0
"""An arrow had better be so long that its line is seen beside its head."""
_APART_PX = 30.0
_EDGE_PX = 10.0
_BENDS = (0.12, -0.12, 0.32, -0.32, 0.7, -0.7)
"""How far a curve bows to its left, in shares of the distance between its ends."""
_KEPT = 32
"""So many pairs of ends, the best of a pair of boxes, are looked at with every bend."""
_STEPS = 32
_ONES = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).sum(axis=1, dtype=np.uint8)
"""How many bits of a byte are set."""


def routes(
    boxes: Mapping[str, Rect], pairs: Iterable[tuple[str, str]], size: tuple[int, int]
) -> dict[tuple[str, str], list[Point]]:
    """Return the points of a curve for each pair; it begins on an edge of the first box and ends on one of the second.

    Args:
        boxes: in pixels, of all entities that are drawn.
        pairs: (from, to), of those; the two may be one.
        size: of the picture.
    """
    names = list(boxes)
    sides = np.array([boxes[name] for name in names], dtype=float).reshape(-1, 4)
    of = {name: number for number, name in enumerate(names)}
    on = Stacked(sides)
    edges: dict[str, tuple[Floats, Floats]] = {}
    pairs = list(pairs)
    used = np.empty((2 * len(pairs), 2))
    found: dict[tuple[str, str], list[Point]] = {}
    for number, pair in enumerate(pairs):
        for name in pair:
            if name not in edges:
                points = _edge_points(boxes[name])
                others = np.delete(sides, of[name], axis=0)
                edges[name] = points, _standing(points, others, size)
        own = sides[[of[name] for name in dict.fromkeys(pair)]]
        curve = _route(edges[pair[0]], edges[pair[1]], own, on, used[: 2 * number], size)
        found[pair] = curve
        used[2 * number : 2 * number + 2] = curve[0], curve[-1]
    return found


class Stacked:
    """Boxes that lie over each other, by bits: in which columns and in which rows between their edges each lies.

    So a point is not compared with every box: its column and its row are looked up, and what lies in both is counted.
    """

    def __init__(self, boxes: Floats) -> None:
        self._axes = [_slabs(boxes[:, side], boxes[:, side + 2]) for side in (0, 1)]

    def on(self, points: Floats) -> npt.NDArray[np.int64]:
        """Return in how many boxes each point lies; the shape of the points without its last axis."""
        across, down = (
            bits[2 * (below := np.searchsorted(edges, at)) + (edges.take(below, mode="clip") == at)]
            for (edges, bits), at in zip(self._axes, np.moveaxis(points, -1, 0), strict=True)
        )
        return np.asarray(_ONES[across & down].sum(axis=-1, dtype=np.int64))


def _slabs(least: Floats, most: Floats) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """Return the edges of some intervals in order, and a row of bits for each place among them: who has it inside.

    Places count twice the edges below them, and once that on which they stand.
    """
    edges = np.unique(np.concatenate([least, most]))
    place = np.arange(2 * len(edges) + 1)[:, None]
    inside = (place > 2 * np.searchsorted(edges, least) + 1) & (place < 2 * np.searchsorted(edges, most) + 1)
    return edges, np.packbits(inside, axis=1)


def curve_between(start: Point, end: Point, bend: float, steps: int = _STEPS) -> list[Point]:
    """Return the points of a curve that bows to its left by a share of its length; the way back, to the other side."""
    x, y = _curves(np.array([[start, end]], dtype=float), (bend,), steps)[0].T
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _edge_points(box: Rect) -> Floats:
    """Return points on the four edges of a box, of shape (points, 2); none is a corner."""
    left, top, right, bottom = box
    across = _shares(right - left) * (right - left) + left
    down = _shares(bottom - top) * (bottom - top) + top
    return np.vstack(
        [
            *(np.column_stack([across, np.full(len(across), y)]) for y in (top, bottom)),
            *(np.column_stack([np.full(len(down), x), down]) for x in (left, right)),
        ]
    )


def _shares(length: float) -> Floats:
    count = int(min(11, max(3, length // 36)))
    return (np.arange(count) + 0.5) / count


def _standing(points: Floats, others: Floats, size: tuple[int, int]) -> Floats:
    """Return what it costs to end at each of the points: on how many others, and how near to the picture's edge."""
    on = _inside(points[:, None, :], others[None, :, :], margin=5.0).sum(axis=1)
    room = np.minimum(points, np.array(size) - 1 - points).min(axis=1)
    return np.asarray(260.0 * on + np.where(room < _EDGE_PX, 120.0, 0.0))


def _inside(points: Floats, boxes: Floats, margin: float = 0.0) -> npt.NDArray[np.bool_]:
    """Tell which points lie in which boxes, or within so many pixels of them; numpy broadcasts the shapes."""
    x, y = points[..., 0], points[..., 1]
    across = (x > boxes[..., 0] - margin) & (x < boxes[..., 2] + margin)
    return np.asarray(across & (y > boxes[..., 1] - margin) & (y < boxes[..., 3] + margin))


def _route(
    tails: tuple[Floats, Floats],
    heads: tuple[Floats, Floats],
    own: Floats,
    every: Stacked,
    used: Floats,
    size: tuple[int, int],
) -> list[Point]:
    apart = np.hypot(*np.moveaxis(tails[0][:, None, :] - heads[0][None, :, :], -1, 0))
    cost = 0.6 * (tails[1] + _crowded(tails[0], used))[:, None] + (heads[1] + _crowded(heads[0], used))[None, :]
    cost = cost + apart + 5.0 * np.clip(_LEAST_PX - apart, 0, None)
    tail, head = np.unravel_index(np.argsort(cost, axis=None, kind="stable")[:_KEPT], cost.shape)
    ends = np.stack([tails[0][tail], heads[0][head]], axis=1)
    curves = _curves(ends, _BENDS, _STEPS)
    inner = curves[:, 2:-2:3]
    lengths = np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0)).sum(axis=1)
    home = _inside(inner[:, :, None, :], own[None, None, :, :])
    through = (every.on(inner) - home.sum(axis=2)).mean(axis=1)
    at_home = home.any(axis=2).mean(axis=1)
    at_edge = (curves < 3) | (np.array(size) - 1 - curves < 3)
    out = (at_edge[..., 0] | at_edge[..., 1]).mean(axis=1)
    weighed = np.repeat(cost[tail, head], len(_BENDS)) - np.repeat(apart[tail, head], len(_BENDS))
    weighed += lengths + 0.8 * lengths * through + (0.5 + (len(own) == 1)) * lengths * at_home + 3000.0 * out
    x, y = curves[int(np.argmin(weighed))].T
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _crowded(points: Floats, used: Floats) -> Floats:
    """Return what it costs to end so near to the ends of other arrows."""
    close = (used > points.min(axis=0) - _APART_PX) & (used < points.max(axis=0) + _APART_PX)
    ends = used[close.all(axis=1)]
    if not len(ends):
        return np.zeros(len(points))
    near = np.hypot(*np.moveaxis(points[:, None, :] - ends[None, :, :], -1, 0)).min(axis=1)
    return np.asarray(5.0 * np.clip(_APART_PX - near, 0, None))


def _curves(ends: Floats, bends: Sequence[float], steps: int) -> Floats:
    """Return a quadratic curve for each pair of ends and each bend, of shape (pairs * bends, steps + 1, 2)."""
    start, end = ends[:, None, None, 0, :], ends[:, None, None, 1, :]
    ahead = end - start
    left = np.stack([ahead[..., 1], -ahead[..., 0]], axis=-1)
    reach = np.array(bends)[None, :, None, None]
    middle = (start + end) / 2 + 2 * reach * left
    t = np.linspace(0, 1, steps + 1)[None, None, :, None]
    curves = (1 - t) ** 2 * start + 2 * t * (1 - t) * middle + t * t * end
    return np.asarray(curves.reshape(-1, steps + 1, 2))
