"""What of a page is taken -> which of many places are free, without comparing every place with all that is taken.

A raster knows the cells that are taken from edge to edge: a place on one of them is not free, and that is known at
once. Only the others are compared, and with no more than stands near them; what is found is the same.
"""

import numpy as np
import numpy.typing as npt

Rect = tuple[float, float, float, float]
"""(left, top, right, bottom) in pixels."""
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_CELL_PX = 8.0
"""A label is two cells high at least."""


class TakenRoom:
    """The rectangles of a page that are taken.

    Args:
        within: the page.
    """

    def __init__(self, within: Rect) -> None:
        self._corner = np.array(within[:2])
        across, down = (max(1, int(np.ceil((within[i + 2] - within[i]) / _CELL_PX))) for i in (0, 1))
        self._full = np.zeros((down, across), dtype=np.int32)
        self._sums: npt.NDArray[np.int32] | None = None
        self._rects = np.empty((64, 4))
        self._count = 0

    def add(self, rect: Rect) -> None:
        """Take one more rectangle."""
        if self._count == len(self._rects):
            self._rects = np.concatenate([self._rects, np.empty_like(self._rects)])
        self._rects[self._count] = rect
        self._count += 1
        left, top, right, bottom = self._cells(np.array([rect], dtype=float), inner=True)[0]
        self._full[top:bottom, left:right] = 1
        self._sums = None

    def rects(self) -> list[Rect]:
        """Return all that is taken, in order."""
        return [(left, top, right, bottom) for left, top, right, bottom in self._rects[: self._count].tolist()]

    def free(self, spots: Floats) -> Flags:
        """Tell of each of some places, of shape (places, 4), whether nothing that is taken shares room with it."""
        rects = meeting(self._rects[: self._count], spots)
        on = (spots[:, None, :2] < rects[None, :, 2:]) & (spots[:, None, 2:] > rects[None, :, :2])
        return np.asarray(~(on[..., 0] & on[..., 1]).any(axis=1))

    def surely_on(self, spots: Floats) -> Flags:
        """Tell of each place whether it lies on a cell that is taken from edge to edge; none such is free."""
        if self._sums is None:
            self._sums = np.zeros((self._full.shape[0] + 1, self._full.shape[1] + 1), dtype=np.int32)
            self._sums[1:, 1:] = self._full.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
        left, top, right, bottom = self._cells(spots, inner=False).T
        on = self._sums[bottom, right] - self._sums[top, right] - self._sums[bottom, left] + self._sums[top, left]
        return np.asarray(on > 0)

    def shared(self, spots: Floats) -> Floats:
        """Return for each place the room that it shares with all that is taken, in square pixels."""
        return np.asarray(areas(spots, meeting(self._rects[: self._count], spots)).sum(axis=1))

    def _cells(self, rects: Floats, *, inner: bool) -> npt.NDArray[np.int64]:
        """Return (left, top, right, bottom) in cells: of those within each rectangle, or of those that it touches."""
        least, most = ((rects[:, side] - self._corner) / _CELL_PX for side in (slice(0, 2), slice(2, 4)))
        bounds = (np.ceil(least), np.floor(most)) if inner else (np.floor(least), np.ceil(most))
        ends = np.array(self._full.shape[::-1])
        low, high = (np.clip(one, 0, ends).astype(np.int64) for one in bounds)
        return np.hstack([low, np.maximum(low, high)])


def meeting(rects: Floats, spots: Floats) -> Floats:
    """Return the rectangles that may share room with some of the places: those that reach into the hull of them all."""
    if not len(spots):
        return rects[:0]
    least, most = spots[:, :2].min(axis=0), spots[:, 2:].max(axis=0)
    return np.asarray(rects[((rects[:, :2] < most) & (rects[:, 2:] > least)).all(axis=1)])


def areas(spots: Floats, rects: Floats) -> Floats:
    """Return the shared area of each place with each of the rectangles, of shape (places, rectangles)."""
    width, height = (
        np.minimum(spots[:, None, side + 2], rects[None, :, side + 2])
        - np.maximum(spots[:, None, side], rects[None, :, side])
        for side in (0, 1)
    )
    return np.asarray(np.clip(width, 0, None) * np.clip(height, 0, None))
