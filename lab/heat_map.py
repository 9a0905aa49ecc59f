"""A table of numbers -> a heat map as SVG: one blue, light to dark, every number written in its cell."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from nesy.rendering.palette import GROUND, INK, PAPER, QUIET, Colour, ink_on

_LIGHT: Colour = (222, 235, 247)
_DARK: Colour = (8, 48, 107)
CELL_PX = (34, 24)
"""Width and height of a cell."""
_LETTER_PX = 6.4
_FONT = "font-family='DejaVu Sans, Verdana, sans-serif'"


@dataclass(frozen=True)
class HeatMap:
    """A drawn table; a notebook shows it as a picture."""

    svg: str

    def _repr_svg_(self) -> str:
        return self.svg


def heat_map(
    table: Mapping[str, Mapping[str, float]], title: str, columns: Sequence[str] = (), decimals: int = 0
) -> HeatMap:
    """Draw a table of numbers of 0 and more; a cell without a number, or with 0, stays grey with a dot.

    Shades go by the logarithm, so that small numbers can be told from none. Colour is never the only sign: the number
    stands in the cell, and a pointer resting on it is told row, column and number.

    Args:
        table: for every row, its numbers by column.
        title: said above, and to screen readers.
        columns: which columns, in this order; all of them, largest sum first, if empty.
        decimals: of the numbers.
    """
    rows = list(table)
    shown = list(columns) or largest_columns(table)
    top = max((value for row in table.values() for value in row.values()), default=0.0)
    left = 12 + _LETTER_PX * max((len(row) for row in rows), default=0)
    slanted = 0.75 * _LETTER_PX * max((len(column) for column in shown), default=0)
    above, (across, down) = 34 + slanted, CELL_PX
    width = max(left + across * len(shown) + slanted, 16 + 1.4 * _LETTER_PX * len(title))
    height = above + down * len(rows) + 12
    size = f"width='{width:.0f}' height='{height:.0f}' viewBox='0 0 {width:.0f} {height:.0f}'"
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' role='img' {size}>",
        f"<title>{escape(title)}</title>",
        f"<rect width='100%' height='100%' fill='{_hex(PAPER)}'/>",
        _text(8, 18, title, INK, size=13, weight="bold"),
    ]
    for i, column in enumerate(shown):
        x, y = left + across * (i + 0.6), above - 6
        parts.append(_text(x, y, column, INK, turned=True))
    for k, row in enumerate(rows):
        y = above + down * k
        parts.append(_text(left - 6, y + down * 0.66, row, INK, anchor="end"))
        for i, column in enumerate(shown):
            value = table[row].get(column, 0.0)
            parts.append(_cell(left + across * i, y, value, top, f"{row}, {column}", decimals))
    return HeatMap("\n".join([*parts, "</svg>"]))


def largest_columns(table: Mapping[str, Mapping[str, float]], most: int | None = None) -> list[str]:
    """Return the columns by their sum, largest first; the first `most` of them.

    >>> largest_columns({"a": {"x": 1, "y": 5}, "b": {"x": 2}})
    ['y', 'x']
    """
    sums: dict[str, float] = {}
    for row in table.values():
        for column, value in row.items():
            sums[column] = sums.get(column, 0.0) + value
    return sorted(sums, key=lambda column: (-sums[column], column))[:most]


def _cell(x: float, y: float, value: float, top: float, where: str, decimals: int) -> str:
    across, down = CELL_PX
    fill = _shade(value, top)
    told = _short(value, decimals) if value else "·"
    middle = _text(x + across / 2, y + down * 0.66, told, ink_on(fill) if value else QUIET, anchor="middle", size=9)
    hover = f"<title>{escape(where)}: {value:,.{decimals}f}</title>"
    box = f"<rect x='{x:.1f}' y='{y:.1f}' width='{across - 1}' height='{down - 1}' fill='{_hex(fill)}'>{hover}</rect>"
    return box + middle


def _shade(value: float, top: float) -> Colour:
    if value <= 0 or top <= 0:
        return GROUND
    share = math.log1p(value) / math.log1p(top)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(_LIGHT, _DARK, strict=True))
    return red, green, blue


def _short(value: float, decimals: int) -> str:
    """Write a number in at most four signs.

    >>> _short(950, 0), _short(12_345, 0), _short(0.25, 2)
    ('950', '12k', '0.25')
    """
    if value >= 10_000:
        return f"{value / 1000:.0f}k"
    return f"{value / 1000:.1f}k" if value >= 1000 else f"{value:.{decimals}f}"


def _text(
    x: float,
    y: float,
    text: str,
    colour: Colour,
    *,
    size: int = 11,
    anchor: str = "start",
    weight: str = "normal",
    turned: bool = False,
) -> str:
    turn = f" transform='rotate(-48 {x:.1f} {y:.1f})'" if turned else ""
    style = f"font-size='{size}' font-weight='{weight}' text-anchor='{anchor}' fill='{_hex(colour)}'"
    return f"<text x='{x:.1f}' y='{y:.1f}' {_FONT} {style}{turn}>{escape(text)}</text>"


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
