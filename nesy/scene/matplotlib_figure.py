"""Scenes, findings, measures -> figures of matplotlib, which no other module knows; it is loaded when it is wanted.

It stands on the ground floor, so that whatever can be plotted finds it below itself. Files are the same each time they
are written. Colours are those of Okabe and Ito (2008), told apart also by who sees red and green alike; and whatever a
colour tells, a mark, a dash or a word tells too.
"""

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from nesy.errors import InputError
from nesy.scene.claim import Entity, Relation
from nesy.scene.exports import without_controls
from nesy.scene.html_table import on_one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure
else:  # whoever has a field or a figure to hand on names its type without loading matplotlib
    Axes = Figure = Any

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKS = "osD^vP*X"
GONE = "#b3201a"
_FIELD_IN = (8.0, 5.5)
"""Of a field by itself: as wide as a notebook's column, so that names of a crowded picture stand apart."""
NEEDS = "pip install 'nesy[plot]'"
_STYLE: Mapping[str, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be searched and read aloud
    "svg.hashsalt": "nesy",  # ids would else be drawn at random
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


@contextmanager
def style() -> Iterator[None]:
    """Have figures look alike while they are made and written.

    Raises:
        InputError: matplotlib is not installed.
    """
    with _matplotlib("matplotlib").rc_context(dict(_STYLE)):
        yield


def figure(width_in: float, height_in: float) -> Figure:
    """Return an empty figure that belongs to no window; sizes in inches.

    Raises:
        InputError: matplotlib is not installed.
    """
    made: Figure = _matplotlib("matplotlib.figure").Figure(figsize=(width_in, height_in), layout="constrained")
    return made


def written(drawn: Figure, kind: Literal["svg", "png"], title: str) -> bytes:
    """Return a figure as a file; the same figure gives the same bytes.

    Args:
        drawn: the figure.
        kind: of file.
        title: told in the file.
    """
    data = io.BytesIO()
    no_date: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a letter that the font lacks is a box; in SVG it is text
        drawn.savefig(data, format=kind, dpi=160, metadata={**no_date, "Title": title})
    return data.getvalue()


def figure_text(text: str, most: int = 60) -> str:
    r"""Return a text as a figure can hold it: short, on one line, and nothing in it that no file of SVG may hold.

    >>> figure_text("on top of" + chr(0)), figure_text("very " * 20, 12)
    ('on top of\\u0000', 'very very...')

    Args:
        text: any.
        most: so many characters; of a longer one the end is left out.
    """
    told = str(without_controls(on_one_line(text)))
    return told if len(told) <= most else f"{told[: most - 3].rstrip()}..."


def axes(given: Axes | None) -> Axes:
    """Return the field that is given, or one of a new figure that a notebook shows.

    Raises:
        InputError: matplotlib is not installed.
    """
    if given is not None:
        return given
    made: Axes = _matplotlib("matplotlib.pyplot").subplots(figsize=_FIELD_IN, layout="constrained")[1]
    return made


def draw_scene(
    entities: Sequence[Entity],
    relations: Sequence[Relation],
    image: object | None,
    on: Axes,
    gone: frozenset[str] = frozenset(),
) -> Axes:
    """Draw boxes and arrows, over a picture where one is given; what has no box is left out.

    Args:
        entities: whose boxes are drawn.
        relations: between them.
        image: a picture of Pillow, its pixels as an array, or what has them as `pixels` (`nesy.Image`).
        on: where they are drawn.
        gone: ids of those that were withdrawn; they are drawn broken and red.
    """
    pixels = getattr(image, "pixels", image)
    width, height = (1.0, 1.0) if pixels is None else _size(pixels)
    if pixels is not None:
        on.imshow(_array(pixels), extent=(0, width, height, 0))
    else:
        on.set(xlim=(0, 1), ylim=(1, 0), aspect="equal")
    kinds = list(dict.fromkeys(entity.category for entity in entities))
    middle: dict[str, tuple[float, float]] = {}
    for entity in entities:
        if entity.box is None:
            continue
        left, top, right, bottom = entity.box
        x, y = left * width, top * height
        middle[entity.id] = ((left + right) / 2 * width, (top + bottom) / 2 * height)
        lost = entity.id in gone
        colour = GONE if lost else COLOURS[kinds.index(entity.category) % len(COLOURS)]
        sides = ((x, right * width, right * width, x, x), (y, y, bottom * height, bottom * height, y))
        on.plot(*sides, color=colour, linewidth=2, linestyle="--" if lost else "-")
        ground = {"facecolor": "white", "edgecolor": colour, "boxstyle": "round,pad=0.2"}
        on.text(
            x, y, entity.id, color=GONE if lost else "black", fontsize=8, va="bottom", bbox=ground, parse_math=False
        )
    for one in relations:
        if one.subject in middle and one.object in middle and one.subject != one.object:
            lost = one.id in gone
            arrow = {"arrowstyle": "->", "color": GONE if lost else "black", "linestyle": "--" if lost else "-"}
            (x0, y0), (x1, y1) = middle[one.subject], middle[one.object]
            on.annotate("", (x1, y1), (x0, y0), arrowprops={**arrow, "linewidth": 1.5})
            label = {"facecolor": "white", "edgecolor": arrow["color"], "alpha": 0.85, "boxstyle": "round,pad=0.2"}
            word = figure_text(one.predicate.replace("_", " ")) + (" (gone)" if lost else "")
            at = (x0 + x1) / 2, (y0 + y1) / 2
            on.text(*at, word, fontsize=8, ha="center", color=arrow["color"], bbox=label, parse_math=False)
    on.set_axis_off()
    return on


def draw_bars(names: Sequence[str], parts: Mapping[str, Sequence[float]], on: Axes, what: str) -> Axes:
    """Draw bars side by side in rows, each put together of parts that a colour and a hatch tell apart.

    Args:
        names: of the rows, from top to bottom.
        parts: name of a part -> its length in each row.
        on: where they are drawn.
        what: is counted.
    """
    starts = [0.0] * len(names)
    hatches = ("", "///", "...", "xx")
    for place, (part, lengths) in enumerate(parts.items()):
        colour = COLOURS[(1, 4, 5, 0)[place % 4]]
        on.barh(
            range(len(names)),
            lengths,
            left=starts,
            color=colour,
            hatch=hatches[place % 4],
            edgecolor="white",
            label=part,
        )
        starts = [start + length for start, length in zip(starts, lengths, strict=True)]
    on.set_yticks(range(len(names)), [figure_text(name) for name in names], parse_math=False)
    on.set(xlabel=what, ylim=(max(1, len(names)) - 0.5, -0.5))
    if names:
        on.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=len(parts))  # over no bar
    return on


def _size(pixels: Any) -> tuple[float, float]:
    """Return width and height of a picture of Pillow or of an array."""
    width, height = (pixels.shape[1], pixels.shape[0]) if hasattr(pixels, "shape") else pixels.size
    return float(width), float(height)


def _array(pixels: Any) -> Any:
    import numpy as np

    return np.asarray(pixels)


def _matplotlib(module: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise InputError(f"matplotlib is not installed; `{NEEDS}` mends that") from None
