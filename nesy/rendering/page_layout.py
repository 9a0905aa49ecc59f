"""The size of an image and the rows of its panel -> where the panel goes, beside or below, and in which columns.

What is left empty counts against a layout, and a page that is very long or very wide.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log2

from nesy.rendering.panel import Row
from nesy.rendering.panel_sheet import Sheet, sheet_of

LEAST_SIDE_PX, MOST_ENLARGED_PX, MOST_SIDE_PX = 768, 1080, 1600
"""The longer side of the drawn image: small ones are enlarged, up to the panel's height; large ones are reduced."""
_LEAST_ROOM_PX = (320, 240)
"""The scene has at least this room, or the names of its things would have none in a narrow picture."""
_COLUMN_PX, _NARROW_PX, _WIDE_PX = 460, 360, 620
_MOST_BESIDE = 3
_BELOW, _COLUMN, _NARROW, _LONG = 0.12, 0.03, 0.02, 0.2
"""What counts as much as this share of the page left empty: the panel below, one more column beside, narrow ones there,
and a page twice as long as it should be."""


@dataclass(frozen=True)
class Layout:
    """A page: the picture in the left top corner, and the panel beside it or below."""

    longer_px: int
    """Of the picture."""
    picture_px: tuple[int, int]
    room_px: tuple[int, int]
    """Of the part of the page that the picture stands in the middle of."""
    sheet: Sheet
    below: bool

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the page."""
        (width, height), (more, high) = self.room_px, self.sheet.size_px
        return (max(width, more), height + high) if self.below else (width + more, max(height, high))

    @property
    def empty(self) -> float:
        """The share of the page where there is neither picture nor text, in [0, 1)."""
        width, height = self.size_px
        told = self.sheet.column_px * sum(self.sheet.heights) + self.picture_px[0] * self.picture_px[1]
        return 1 - told / (width * height)

    @property
    def cost(self) -> float:
        """The less, the better."""
        long = log2(max(self.size_px) / min(self.size_px) / 1.8)
        columns = _BELOW if self.below else _COLUMN * (len(self.sheet.columns) - 1)
        return self.empty + columns + _NARROW * (self.sheet.column_px < _COLUMN_PX) + _LONG * max(0.0, long)


def best_layout(size_px: tuple[int, int], rows: Sequence[Row]) -> Layout:
    """Return the layout that costs least.

    Args:
        size_px: of the image.
        rows: of the panel.
    """
    return min(_layouts(size_px, rows), key=lambda layout: layout.cost)


def _layouts(size_px: tuple[int, int], rows: Sequence[Row]) -> Iterator[Layout]:
    for column_px in (_COLUMN_PX, _NARROW_PX):
        for columns in range(1, _MOST_BESIDE + 1):
            sheet = sheet_of(rows, column_px, columns)
            # A small image is enlarged to the height of the panel; a large one keeps what it shows.
            as_high = round(sheet.size_px[1] * max(size_px) / size_px[1])
            yield _layout(size_px, max(LEAST_SIDE_PX, as_high), sheet)
    width = _layout(size_px, MOST_ENLARGED_PX, sheet_of(rows, _COLUMN_PX), below=True).room_px[0]
    for columns in range(-(-width // _WIDE_PX), max(1, width // _NARROW_PX) + 1):
        yield _layout(size_px, MOST_ENLARGED_PX, sheet_of(rows, width // columns, columns), below=True)


def _layout(size_px: tuple[int, int], wanted_px: int, sheet: Sheet, *, below: bool = False) -> Layout:
    longer = min(max(wanted_px, *size_px), max(MOST_ENLARGED_PX, *size_px), MOST_SIDE_PX)
    width, height = reduced(size_px, longer)
    room = max(width, _LEAST_ROOM_PX[0]), max(height, _LEAST_ROOM_PX[1])
    return Layout(longer, (width, height), room, sheet, below)


def reduced(size_px: tuple[int, int], longer_px: int) -> tuple[int, int]:
    """Return the size with this longer side, and the same shape."""
    longer = max(size_px)
    return max(1, round(size_px[0] * longer_px / longer)), max(1, round(size_px[1] * longer_px / longer))
