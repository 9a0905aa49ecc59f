"""Labels and what is taken already -> where each label goes, in pixels: it touches its own and hides no other."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from nesy.rendering.taken_room import Floats, Rect, TakenRoom, areas, meeting

Point = tuple[float, float]
Size = tuple[float, float]
"""Width and height in pixels."""

_GAP = 2.0
_SEEN = 44.0
"""So much of a curve is seen beside the name that lies on it."""
_SOME = 32
"""So many places are looked at together."""
_HIDES = 25.0
"""A label that hides the whole of an entity is as bad as one this many places further down its list."""


def overlap(a: Rect, b: Rect) -> float:
    """Return the area two rectangles share, in square pixels."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def distance(a: Rect, b: Rect) -> float:
    """Return how far apart two rectangles are, in pixels; 0 where they touch."""
    across, down = max(a[0] - b[2], b[0] - a[2], 0.0), max(a[1] - b[3], b[1] - a[3], 0.0)
    return float((across**2 + down**2) ** 0.5)


@dataclass
class Page:
    """The room that labels have, and what of it is taken."""

    within: Rect
    _taken: TakenRoom = field(init=False)
    _none_for: list[Size] = field(default_factory=list)
    """Sizes of labels that have no room any more."""

    def __post_init__(self) -> None:
        self._taken = TakenRoom(self.within)

    @property
    def taken(self) -> list[Rect]:
        """Where no label may lie, in the order in which it was taken."""
        return self._taken.rects()

    def take(self, room: Rect) -> None:
        """Let no label lie there: on a label that is placed, on the end of an arrow."""
        self._taken.add(room)

    def place(self, size: Size, corners: Iterable[Point], entities: Sequence[Rect] | Floats = ()) -> Rect:
        """Take the best free place, or where none of them is free the nearest free one to the first, and return it.

        Where the page is full, it is the place that hides least of other labels.

        Args:
            size: of the label.
            corners: left top corners to try, the best first; each is moved inside the page.
            entities: boxes of which a label had better hide little.
        """
        spots = self._moved_inside(np.array(list(corners), dtype=float).reshape(-1, 2), size)
        if not len(spots):
            raise ValueError("no corner to try; give at least one")
        first = self._first_free(spots)
        if first is not None:
            some = spots[first : first + (int(_HIDES) + 1 if len(entities) else 1)]  # no later one can be better
            some = some[free := self._taken.free(some)]
            best = some[np.argmin(np.flatnonzero(free) + _HIDES * _hidden(some, entities))]
        elif (elsewhere := self._nearest_free(size, spots[0])) is not None:
            best = elsewhere
        else:
            best = spots[np.argmin(self._taken.shared(spots))]
        left, top, right, bottom = (float(side) for side in best)
        self.take((left, top, right, bottom))
        return left, top, right, bottom

    def _moved_inside(self, corners: Floats, size: Size) -> Floats:
        least, most = np.array(self.within[:2]), np.array(self.within[2:]) - size
        corners = np.minimum(np.maximum(corners, least), np.maximum(most, least))
        return np.hstack([corners, corners + size])

    def _nearest_free(self, size: Size, near: Floats) -> Floats | None:
        """Return the free place that is nearest to another one; None where the page has none for a label so large."""
        if any(size[0] >= width and size[1] >= height for width, height in self._none_for):
            return None
        left, top, right, bottom = self.within
        x, y = np.meshgrid(np.arange(left, right, max(8.0, size[0] / 3)), np.arange(top, bottom, size[1] / 2))
        corners = np.column_stack([x.ravel(), y.ravel()])
        away = np.hypot(corners[:, 0] - near[0], corners[:, 1] - near[1])
        spots = self._moved_inside(corners[np.argsort(away, kind="stable")], size)
        first = self._first_free(spots)
        if first is None:
            self._none_for.append(size)
            return None
        return np.asarray(spots[first])

    def _first_free(self, spots: Floats) -> int | None:
        hopeful = np.flatnonzero(~self._taken.surely_on(spots))
        for start in range(0, len(hopeful), _SOME):
            some = hopeful[start : start + _SOME]
            if (free := self._taken.free(spots[some])).any():
                return int(some[np.argmax(free)])
        return None


def _hidden(spots: Floats, entities: Sequence[Rect] | Floats) -> Floats:
    """Return for each spot what share it hides of the entity that it hides most."""
    boxes = meeting(np.array(entities, dtype=float).reshape(-1, 4), spots)
    if not len(boxes):
        return np.zeros(len(spots))
    sizes = np.maximum(1.0, (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
    return np.asarray((areas(spots, boxes) / sizes).max(axis=1))


def around_box(box: Rect, size: Size) -> Iterator[Point]:
    """Yield places that touch a box: above its top edge, below, inside, at its sides, then anywhere along them."""
    left, top, right, bottom = box
    width, height = size
    rows = (top - height, top, bottom, bottom - height)
    for x in (left, right - width):
        for y in rows:
            yield x, y
    steps = max(1, round((right - left) / max(width / 2, 12)))
    for step in range(1, steps):
        for y in rows:
            yield left + (right - left - width) * step / steps, y
    steps = max(1, round((bottom - top) / height))
    for step in range(steps + 1):
        y = top + (bottom - top - height) * step / steps
        for x in (left - width, right, left, right - width):
            yield x, y
    for y in rows:
        yield left - width + height, y
        yield right - height, y


def along_curve(curve: Sequence[Point], size: Size) -> Iterator[Point]:
    """Yield places that touch a curve: on its middle, then towards its ends, then at either side of it.

    A short curve, of which too little would be seen under its name, has the places at its sides first.
    """
    width, height = size
    count = len(curve)
    across, down = abs(curve[-1][0] - curve[0][0]), abs(curve[-1][1] - curve[0][1])
    long = across > width + _SEEN or down > height + _SEEN
    for beside in (0.0, 1.0, -1.0) if long else (1.0, -1.0, 0.0):
        for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82, 0.1, 0.9):
            at = min(count - 2, int(share * count))
            (x, y), (x1, y1) = curve[at], curve[at + 1]
            length = ((x1 - x) ** 2 + (y1 - y) ** 2) ** 0.5 or 1.0
            across, down = -(y1 - y) / length * beside, (x1 - x) / length * beside
            # as far to the side as brings its edge to the line
            reach = abs(across) * width / 2 + abs(down) * height / 2 + _GAP
            yield x - width / 2 + across * reach, y - height / 2 + down * reach


def leader(label: Rect, to: Rect) -> tuple[Point, Point] | None:
    """Return the line that leads from a label to what it names; None where it touches that."""
    if distance(label, to) <= 2 * _GAP:
        return None
    start = _nearest(label, _centre(to))
    end = _nearest(to, start)
    return _nearest(label, end), end


def _nearest(box: Rect, point: Point) -> Point:
    return min(max(point[0], box[0]), box[2]), min(max(point[1], box[1]), box[3])


def _centre(box: Rect) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
