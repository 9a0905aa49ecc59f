"""Labels and what is taken already -> where each label goes, in pixels, so that none hides another."""

from collections.abc import Iterable, Iterator, Sequence

Point = tuple[float, float]
Rect = tuple[float, float, float, float]
"""(left, top, right, bottom) in pixels."""


def overlap(a: Rect, b: Rect) -> float:
    """Return the area two rectangles share, in square pixels."""
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return width * height if width > 0 and height > 0 else 0.0


def placed(size: tuple[float, float], corners: Iterable[Point], taken: Sequence[Rect], within: Rect) -> Rect:
    """Return the first place without overlap, or else the one that overlaps least; always inside `within`.

    Args:
        size: width and height of the label.
        corners: left top corners to try, the best first; each is moved inside `within`.
    """
    width, height = size
    best, least = None, float("inf")
    for left, top in corners:
        x = min(max(left, within[0]), max(within[0], within[2] - width))
        y = min(max(top, within[1]), max(within[1], within[3] - height))
        spot = (x, y, x + width, y + height)
        covered = sum(overlap(spot, other) for other in taken)
        if covered < least:
            best, least = spot, covered
        if not covered:
            break
    if best is None:
        raise ValueError("no corner to try; give at least one")
    return best


def around_box(box: Rect, size: tuple[float, float]) -> Iterator[Point]:
    """Yield places for a box's name: above its top edge, inside, below, then further down inside."""
    left, top, right, bottom = box
    width, height = size
    for x in (left, right - width):
        yield x, top - height
        yield x, top
        yield x, bottom
        yield x, bottom - height
    y = top + height
    while y < bottom - height:
        yield left, y
        yield right - width, y
        y += height


def along_curve(curve: Sequence[Point], size: tuple[float, float]) -> Iterator[Point]:
    """Yield places for an arrow's name: centred on the curve's middle, then towards its ends, then beside it."""
    width, height = size
    count = len(curve)
    for beside in (0.0, -1.1, 1.1, -2.2, 2.2, -3.3, 3.3):
        for share in (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74):
            x, y = curve[min(count - 1, int(share * count))]
            yield x - width / 2, y - height / 2 + beside * height


def bow(start: Point, end: Point, steps: int = 40) -> list[Point]:
    """Return the points of a curve from start to end that bows to its left; the way back bows to the other side.

    The bow keeps apart what lies between the same two boxes, and shows an arrow between boxes whose centres
    coincide.
    """
    (x0, y0), (x1, y1) = start, end
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    if length < 24:
        x0, x1, length = x0 - 24, x1 + 24, 48.0
    reach = max(0.16 * length, 30.0)
    away = ((y1 - y0) / length * reach, -(x1 - x0) / length * reach)
    bend = ((x0 + x1) / 2 + 2 * away[0], (y0 + y1) / 2 + 2 * away[1])

    def at(t: float) -> Point:
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        return a * x0 + b * bend[0] + c * x1, a * y0 + b * bend[1] + c * y1

    return [at(step / steps) for step in range(steps + 1)]


def outside(curve: Sequence[Point], start: Rect, end: Rect, least: int = 8) -> list[Point]:
    """Return the part of a curve between two boxes, from edge to edge; the whole curve where the boxes overlap."""
    if overlap(start, end):
        return list(curve)
    between = [point for point in curve if not _inside(point, start) and not _inside(point, end)]
    return between if len(between) >= least else list(curve)


def _inside(point: Point, box: Rect) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
