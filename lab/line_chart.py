"""Lines of numbers -> a picture as SVG: panels side by side with one legend; every line has its own mark."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from nesy.rendering.palette import INK, PAPER, QUIET, RULE, Colour, category_colours

PANEL_PX = (330, 250)
"""Width and height of the field of a panel."""
_LEFT, _TOP, _GAP, _BELOW, _LEGEND = 52, 46, 70, 46, 20
_FONT = "font-family='DejaVu Sans, Verdana, sans-serif'"
_TICKS = 5

Point = tuple[float, float]


@dataclass(frozen=True)
class Panel:
    """One field: its lines by name, each a sequence of (x, y)."""

    title: str
    x: str
    y: str
    lines: Mapping[str, Sequence[Point]]
    dashed: frozenset[str] = frozenset()
    """Names of lines that are drawn broken."""


def line_chart(panels: Sequence[Panel], title: str) -> str:
    """Draw panels side by side as SVG; a name has the same colour and mark in all of them.

    A mark that a pointer rests on tells name, x and y. Zero is drawn as a line of its own where y goes below it.

    Raises:
        ValueError: a panel has no point.
    """
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    colours = category_colours(names)
    across, down = PANEL_PX
    legend_rows = -(-len(names) // 3)
    width = _LEFT + len(panels) * (across + _GAP)
    height = _TOP + down + _BELOW + legend_rows * _LEGEND + 8
    size = f"width='{width}' height='{height}' viewBox='0 0 {width} {height}'"
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' role='img' {size}>",
        f"<title>{escape(title)}</title>",
        f"<rect width='100%' height='100%' fill='{_hex(PAPER)}'/>",
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, _LEFT + number * (across + _GAP), _TOP, colours, names)
    for place, name in enumerate(names):
        x = _LEFT + (place % 3) * (width - _LEFT) / 3
        y = _TOP + down + _BELOW + (place // 3) * _LEGEND + 8
        broken = any(name in panel.dashed for panel in panels)
        parts.append(_line([(x, y - 4), (x + 24, y - 4)], colours[name], broken))
        parts.append(_mark(x + 12, y - 4, place, colours[name], name))
        parts.append(_text(x + 30, y, name, INK))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(panel: Panel, left: float, top: float, colours: Mapping[str, Colour], names: Sequence[str]) -> list[str]:
    points = [point for line in panel.lines.values() for point in line]
    if not points:
        raise ValueError(f"panel {panel.title!r} has no point")
    across, down = PANEL_PX
    xs, ys = (_range([point[axis] for point in points]) for axis in (0, 1))

    def at(point: Point) -> Point:
        x = left + across * (point[0] - xs[0]) / (xs[1] - xs[0])
        return x, top + down * (1 - (point[1] - ys[0]) / (ys[1] - ys[0]))

    parts = [_text(left, top - 26, panel.title, INK, size=13, weight="bold")]
    for tick in range(_TICKS):
        share = tick / (_TICKS - 1)
        x, y = xs[0] + share * (xs[1] - xs[0]), ys[0] + share * (ys[1] - ys[0])
        (px, _), (_, py) = at((x, ys[0])), at((xs[0], y))
        parts.append(_line([(left, py), (left + across, py)], RULE, thin=True))
        parts.append(_text(left - 6, py + 4, f"{y:.3g}", QUIET, anchor="end", size=10))
        parts.append(_text(px, top + down + 15, f"{x:.3g}", QUIET, anchor="middle", size=10))
    if ys[0] < 0 < ys[1]:
        parts.append(_line([at((xs[0], 0.0)), at((xs[1], 0.0))], QUIET, thin=True))
    parts.append(_text(left + across / 2, top + down + 31, panel.x, INK, anchor="middle"))
    parts.append(_text(left, top - 10, panel.y, QUIET, size=10))
    for name, line in panel.lines.items():
        parts.append(_line([at(point) for point in line], colours[name], name in panel.dashed))
        for point in line:
            told = f"{name}: {panel.x} {point[0]:.3g}, {panel.y} {point[1]:.3g}"
            parts.append(_mark(*at(point), names.index(name), colours[name], told))
    return parts


def _range(values: Sequence[float]) -> Point:
    """Return the ends of an axis that holds the values, such that its ticks are round numbers.

    >>> _range([-0.144, 0.073]), _range([0, 0.3, 1]), _range([2, 2])
    ((-0.2, 0.2), (0.0, 1.0), (2.0, 2.0004))
    """
    low, high = min(values), max(values)
    for power in range(-4, 16):
        for digit in (1, 2, 2.5, 5):
            step = digit * 10.0**power
            start = math.floor(low / step + 1e-9) * step
            if start + (_TICKS - 1) * step >= high - 1e-9 * step:
                return round(start, 10), round(start + (_TICKS - 1) * step, 10)
    raise ValueError(f"numbers from {low} to {high} cannot be drawn")


def _line(points: Sequence[Point], colour: Colour, dashed: bool = False, *, thin: bool = False) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = " stroke-dasharray='5 4'" if dashed else ""
    return f"<polyline points='{path}' fill='none' stroke='{_hex(colour)}' stroke-width='{1 if thin else 2}'{dash}/>"


def _mark(x: float, y: float, number: int, colour: Colour, told: str) -> str:
    """Draw one of four marks, so that lines are told apart without colour, too."""
    shape = (
        f"<circle cx='{x:.1f}' cy='{y:.1f}' r='4'",
        f"<rect x='{x - 3.5:.1f}' y='{y - 3.5:.1f}' width='7' height='7'",
        f"<path d='M{x:.1f},{y - 5:.1f} l5,9 l-10,0 z'",
        f"<path d='M{x:.1f},{y - 5:.1f} l5,5 l-5,5 l-5,-5 z'",
    )[number % 4]
    tag = shape[1 : shape.index(" ")]
    return f"{shape} fill='{_hex(colour)}'><title>{escape(told)}</title></{tag}>"


def _text(
    x: float, y: float, text: str, colour: Colour, *, size: int = 11, anchor: str = "start", weight: str = "normal"
) -> str:
    style = f"font-size='{size}' font-weight='{weight}' text-anchor='{anchor}' fill='{_hex(colour)}'"
    return f"<text x='{x:.1f}' y='{y:.1f}' {_FONT} {style}>{escape(text)}</text>"


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
