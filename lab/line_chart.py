"""Lines of numbers -> a picture as SVG, by matplotlib: panels side by side with one legend, the same each time."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import matplotlib
from matplotlib.figure import Figure

_PANEL_IN = (4.4, 3.4)
"""Width and height of a panel in inches."""
_LEGEND_ROW_IN = 0.22
_MARKS = "os^Dv<>P"
_STYLE: dict[Any, Any] = {
    # Text stays text, so that it can be searched, read aloud and compared line by line.
    "svg.fonttype": "none",
    # Ids would else be drawn at random.
    "svg.hashsalt": "nesy",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.prop_cycle": matplotlib.rcParamsDefault["axes.prop_cycle"],
    "axes.spines.top": False,
    "axes.spines.right": False,
}

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
    """Draw panels side by side as SVG; a name has the same colour and mark in all of them, told apart without colour.

    Raises:
        ValueError: a panel has no point.
    """
    for panel in panels:
        if not any(panel.lines.values()):
            raise ValueError(f"panel {panel.title!r} has no point")
    names = list(dict.fromkeys(name for panel in panels for name in panel.lines))
    looks = {
        name: (f"C{place % 10}", mark) for place, (name, mark) in enumerate(zip(names, cycle(_MARKS), strict=False))
    }
    below = (len(names) + 2) // 3 * _LEGEND_ROW_IN
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(len(panels) * _PANEL_IN[0], _PANEL_IN[1] + below), layout="constrained")
        fields = figure.subplots(1, len(panels), squeeze=False)[0]
        drawn = {}
        for field, panel in zip(fields, panels, strict=True):
            field.set_title(panel.title, loc="left", fontweight="bold")
            field.set(xlabel=panel.x, ylabel=panel.y)
            field.grid(color="0.9")
            for name, line in panel.lines.items():
                colour, mark = looks[name]
                dash = "--" if name in panel.dashed else "-"
                (drawn[name],) = field.plot(*zip(*line, strict=True), dash, color=colour, marker=mark, markersize=4)
            if field.get_ylim()[0] < 0 < field.get_ylim()[1]:
                field.axhline(0, color="0.5", linewidth=0.8)
        figure.legend(drawn.values(), drawn, loc="outside lower center", ncols=3, frameon=False)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    return written.getvalue()
