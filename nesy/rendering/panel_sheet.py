"""The rows of a panel -> a sheet of one or more columns, and the picture of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.rendering.palette import PAPER, QUIET, RULE
from nesy.rendering.panel import Row

_MARGIN, _INDENT, _CONFIDENCE_PX = 22, 20, 56
_SIZES = {"title": 24, "status": 17, "heading": 14, "claim": 17, "note": 15, "gone": 16}
_ABOVE = {"title": 0, "status": 10, "heading": 20, "claim": 6, "note": 5, "gone": 6}

Font = PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont
Laid = tuple[Row, tuple[str, ...]]
"""A row and the lines that its text is broken into."""


@dataclass(frozen=True)
class Sheet:
    """Rows in columns; all columns are equally wide."""

    columns: tuple[tuple[Laid, ...], ...]
    column_px: int

    @cached_property
    def heights(self) -> tuple[int, ...]:
        """How high the text of each column is, with the margins above and below it."""
        return tuple(2 * _MARGIN + sum(map(_height, column)) for column in self.columns)

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the sheet; it is as high as it must be."""
        return self.column_px * len(self.columns), max(self.heights)

    def drawn(self) -> PIL.Image.Image:
        """Draw the sheet."""
        sheet = PIL.Image.new("RGB", self.size_px, PAPER)
        pen = PIL.ImageDraw.Draw(sheet)
        for index, column in enumerate(self.columns):
            y = _MARGIN
            for row, lines in column:
                y += _ABOVE[row.style]
                _draw(pen, row, lines, (index * self.column_px, y), self.column_px)
                y += len(lines) * _line_px(row)
        return sheet


def sheet_of(rows: Sequence[Row], column_px: int, columns: int = 1) -> Sheet:
    """Break the rows into lines and columns; a heading stays with what it heads, a reason with what it is told of.

    Args:
        rows: from top to bottom.
        column_px: width of a column.
        columns: how many there are at most; all are about equally high.
    """
    blocks = _blocks([(row, _wrapped(row, column_px)) for row in rows])
    heights = [sum(map(_height, block)) for block in blocks]
    most = max(max(heights), -(-sum(heights) // columns))
    while len(filled := _filled(heights, most)) > columns:
        most += 8
    ends = [sum(filled[: index + 1]) for index in range(len(filled))]
    parts = [blocks[end - count : end] for end, count in zip(ends, filled, strict=True)]
    return Sheet(tuple(tuple(laid for block in part for laid in block) for part in parts), column_px)


def _blocks(laid: Sequence[Laid]) -> list[list[Laid]]:
    blocks: list[list[Laid]] = []
    for row, lines in laid:
        before = blocks[-1][-1][0].style if blocks else None
        heads = len(blocks) == 1 and row.style in ("note", "status")  # of the whole sheet
        if before is not None and (heads or before == "heading" or (before == "gone" and row.style == "note")):
            blocks[-1].append((row, lines))
        else:
            blocks.append([(row, lines)])
    return blocks


def _filled(heights: Sequence[int], most: int) -> list[int]:
    """Return how many blocks each column takes when none is higher than so much."""
    counts, height = [0], 0
    for one in heights:
        if counts[-1] and height + one > most:
            counts.append(0)
            height = 0
        counts[-1] += 1
        height += one
    return counts


def _height(laid: Laid) -> int:
    return _ABOVE[laid[0].style] + len(laid[1]) * _line_px(laid[0])


@lru_cache
def _font_of(size: int) -> Font:
    return PIL.ImageFont.load_default(size)


def _font(row: Row) -> Font:
    return _font_of(_SIZES[row.style])


def _line_px(row: Row) -> int:
    return round(_SIZES[row.style] * 1.35)


def _left(row: Row) -> int:
    return _MARGIN + (_INDENT if row.swatch is not None else 0)


@lru_cache(maxsize=4096)
def _wrapped(row: Row, width_px: int) -> tuple[str, ...]:
    """Break a row's text into lines that fit; of the status, what stands beside the badge or, without room, below."""
    room = width_px - _left(row) - _MARGIN
    if row.style == "status":
        note = _font_of(_SIZES["note"])
        beside = _badge_px(row) + 12 + note.getlength(row.right) <= room
        return (row.right,) if beside else ("", *_lines(row.right, room, note))
    return tuple(_lines(row.text, room - (_CONFIDENCE_PX if row.right else 0), _font(row)))


def _lines(text: str, room: float, font: Font) -> list[str]:
    """Break a text between words or, where one word is too long, inside it."""
    lines = [""]
    for word in _words_that_fit(text, room, font):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _words_that_fit(text: str, room: float, font: Font) -> Iterable[str]:
    for word in text.split():
        rest = word
        while font.getlength(rest) > room:
            cut = next(n for n in range(len(rest) - 1, 0, -1) if n == 1 or font.getlength(rest[:n]) <= room)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _draw(pen: PIL.ImageDraw.ImageDraw, row: Row, lines: Sequence[str], corner: tuple[int, int], width_px: int) -> None:
    """Draw a row whose left top corner, with its margin, is there."""
    font, step, left, top = _font(row), _line_px(row), corner[0] + _left(row), corner[1]
    begin, end = corner[0] + _MARGIN, corner[0] + width_px - _MARGIN
    if row.style == "status":
        _draw_status(pen, row, lines, top, begin)
        return
    if row.style == "heading":
        pen.line((begin, top - 7, end, top - 7), fill=RULE)
    if row.swatch is not None:
        middle = top + step / 2
        pen.rounded_rectangle((begin, middle - 6, begin + 12, middle + 6), radius=3, fill=row.swatch)
    for index, line in enumerate(lines):
        y = top + index * step + step / 2
        pen.text((left, y), line, font=font, fill=row.colour, anchor="lm")
        if row.style == "gone":
            pen.line((left, y + 1, left + font.getlength(line), y + 1), fill=QUIET, width=2)
    if row.right:
        pen.text((end, top + step / 2), row.right, font=font, fill=QUIET, anchor="rm")


def _draw_status(pen: PIL.ImageDraw.ImageDraw, row: Row, lines: Sequence[str], top: int, begin: int) -> None:
    step = _line_px(row)
    middle, right = top + step / 2, begin + _badge_px(row)
    pen.rounded_rectangle((begin, middle - 14, right, middle + 14), radius=14, fill=row.colour)
    pen.text((begin + 12, middle), row.text, font=_font(row), fill=PAPER, anchor="lm")
    note = _font_of(_SIZES["note"])
    pen.text((right + 12, middle), lines[0], font=note, fill=QUIET, anchor="lm")
    for index, line in enumerate(lines[1:]):
        pen.text((begin, middle + 28 + index * step), line, font=note, fill=QUIET, anchor="lm")


def _badge_px(row: Row) -> float:
    return _font(row).getlength(row.text) + 24
