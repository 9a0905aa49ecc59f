"""A timeline -> a plot: tracks, relations and part states as bars over seconds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.rendering.palette import GROUND, INK, PAPER, QUIET, RULE, Colour, category_colours
from nesy.rendering.plain import drawable
from nesy.scene import term
from nesy.video.timed_life import lastings, says
from nesy.video.timeline import TimedRelation, Timeline

_ROW_PX, _BAR_PX, _NAMES_PX, _SIDE_PX, _TOP_PX = 26, 14, 330, 960, 34
_STEPS_S = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0)
_MOST_ROWS = 120
"""A plot is no higher; what does not fit is counted in its last line."""


@dataclass(frozen=True)
class _Row:
    name: str
    bars: tuple[tuple[float, float], ...]
    """Start and end of each, in seconds."""
    colour: Colour
    heading: bool = False


def timeline_plot(timeline: Timeline) -> PIL.Image.Image:
    """Draw a timeline: a row a track, with bars where it is seen, then a row a statement, while it is so."""
    rows = _rows(timeline)
    untold = len(rows) - _MOST_ROWS
    if untold > 0:
        rows = [*rows[:_MOST_ROWS], _Row(f"and {untold} more", (), QUIET)]
    height = _TOP_PX + _ROW_PX * len(rows) + 12
    page = PIL.Image.new("RGB", (_NAMES_PX + _SIDE_PX + 24, height), PAPER)
    pen = PIL.ImageDraw.Draw(page)
    long_s = max(timeline.duration_s, 0.001)

    def x(seconds: float) -> float:
        return _NAMES_PX + _SIDE_PX * min(seconds, long_s) / long_s

    step = next((one for one in _STEPS_S if long_s / one <= 16), long_s)
    for number in range(math.floor(long_s / step + 1e-6) + 1):
        at = x(number * step)
        pen.line((at, _TOP_PX - 6, at, height - 12), fill=RULE)
        pen.text((at, _TOP_PX - 18), f"{number * step:g} s", font=_font(13), fill=QUIET, anchor="mm")
    for frame in timeline.frames:  # when the frames that were looked at are shown
        pen.line((x(frame.time_s), _TOP_PX - 6, x(frame.time_s), _TOP_PX - 1), fill=INK, width=2)
    for place, row in enumerate(rows):
        middle = _TOP_PX + _ROW_PX * place + _ROW_PX / 2
        if row.heading:
            pen.rectangle((0, middle - _ROW_PX / 2, page.width, middle + _ROW_PX / 2), fill=GROUND)
        size, ink = (13, QUIET) if row.heading else (15, INK)
        pen.text((14, middle), _shortened(drawable(row.name), size), font=_font(size), fill=ink, anchor="lm")
        for start, end in row.bars:
            left, right = x(start), max(x(end), x(start) + 3)
            pen.rounded_rectangle((left, middle - _BAR_PX / 2, right, middle + _BAR_PX / 2), radius=4, fill=row.colour)
    return page


def _rows(timeline: Timeline) -> list[_Row]:
    colours = category_colours(term(track.category) for track in timeline.tracks)
    of = {track.id: colours[term(track.category)] for track in timeline.tracks}
    rows = [_Row("what is followed", (), QUIET, heading=True)] if timeline.tracks else []
    for track in timeline.tracks:
        spans = [(timeline.frames[frame].time_s, timeline.until_s(frame)) for frame in track.frames]
        rows.append(_Row(track.id, tuple(_joined(spans)), of[track.id]))
    told: dict[str, list[tuple[float, float]]] = {}
    colour_of: dict[str, Colour] = {}
    for lasting in lastings(timeline):
        words = says(lasting)
        told.setdefault(words, []).append((lasting.start_s, lasting.end_s))
        colour_of[words] = of[lasting.subject if isinstance(lasting, TimedRelation) else lasting.entity]
    if told:
        rows.append(_Row("what is so", (), QUIET, heading=True))
    rows += [_Row(words, tuple(spans), colour_of[words]) for words, spans in told.items()]
    return rows


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and abs(joined[-1][1] - start) < 1e-9:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


@lru_cache
def _font(size: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.load_default(size)


def _shortened(text: str, size: int) -> str:
    room = _NAMES_PX - 28
    if _font(size).getlength(text) <= room:
        return text
    return next(short for n in range(len(text) - 1, -1, -1) if _font(size).getlength(short := text[:n] + "...") <= room)
