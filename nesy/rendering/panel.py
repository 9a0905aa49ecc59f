"""An analysis -> the panel beside its picture: claims with their confidence, findings, withdrawn claims struck out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.analysis import Analysis
from nesy.rendering.palette import BAD, GONE, GOOD, INK, PAPER, QUIET, RULE, WARNING, Colour
from nesy.rendering.plain import drawable
from nesy.scene import Claim, Entity, Scene, in_words, term
from nesy.verdict import Finding

MOST_ROWS = 40
"""Rows of one section that are shown; the rest is counted."""
_MARGIN, _INDENT, _CONFIDENCE_PX = 22, 20, 56


@dataclass(frozen=True)
class Row:
    """One entry of the panel. `style` says how it is set; `swatch` is the colour of an entity's box."""

    text: str
    style: Literal["title", "status", "heading", "claim", "note", "gone"]
    colour: Colour = INK
    right: str = ""
    swatch: Colour | None = None


_SIZES = {"title": 24, "status": 17, "heading": 14, "claim": 17, "note": 15, "gone": 16}
_ABOVE = {"title": 0, "status": 10, "heading": 20, "claim": 6, "note": 5, "gone": 6}


def panel(analysis: Analysis, colours: Mapping[str, Colour], *, width_px: int) -> PIL.Image.Image:
    """Draw the panel, as high as it must be.

    Args:
        colours: of the categories, as `term` gives them.
    """
    laid = [(row, _wrapped(row, width_px)) for row in rows(analysis, colours)]
    height = 2 * _MARGIN + sum(_ABOVE[row.style] + len(lines) * _line_px(row) for row, lines in laid)
    sheet = PIL.Image.new("RGB", (width_px, height), PAPER)
    pen = PIL.ImageDraw.Draw(sheet)
    y = _MARGIN
    for row, lines in laid:
        y += _ABOVE[row.style]
        _draw(pen, row, lines, y, width_px)
        y += len(lines) * _line_px(row)
    return sheet


def rows(analysis: Analysis, colours: Mapping[str, Colour]) -> list[Row]:
    """Say what stands in the panel, from top to bottom."""
    scene, verdict = analysis.scene, analysis.verdict
    number = len(analysis.rounds)
    not_known = verdict.undecided and not verdict.number("violation")
    status = "CONSISTENT" if analysis.consistent else "NOT DECIDED" if not_known else "STILL INCONSISTENT"
    reason = analysis.stop_reason.replace("_", " ")
    asked = f"{number} round{'s' if number > 1 else ''}" + ("" if reason == "consistent" else f", stopped: {reason}")
    entities = [_entity(e, colours) for e in scene.entities]
    told = [Row(drawable(analysis.image.name), "title"), Row(drawable(analysis.model.id), "note", QUIET)]
    told.append(Row(status, "status", GOOD if analysis.consistent else BAD, right=asked))
    told += _section("Entities", entities)
    told += _section("Part states", [_claim(claim) for claim in scene.part_states])
    told += _section("Relations", [_claim(claim) for claim in scene.relations])
    told += _section("Counts", _counts(scene))
    told += _section("Findings", [_finding(finding) for finding in verdict.findings])
    told_of = {finding.message for finding in verdict.findings}
    for turn in analysis.rounds:
        settled = [f for f in turn.verdict.findings if f.message not in told_of]
        told_of |= {finding.message for finding in settled}
        told += _section(f"Found in round {turn.index}, settled since", [_finding(f, INK) for f in settled])
    withdrawn: list[Row] = []
    for gone in analysis.withdrawn:
        withdrawn.append(Row(_words(gone.was), "gone", GONE, right=_sure(gone.was)))
        withdrawn.append(Row(f"by the {gone.by}, round {gone.round}: {drawable(gone.reason)}", "note", QUIET))
    return told + _section("Withdrawn", withdrawn)


def _section(name: str, entries: list[Row]) -> list[Row]:
    if not entries:
        return []
    shown = entries[:MOST_ROWS]
    if len(entries) > MOST_ROWS:
        shown.append(Row(f"and {len(entries) - MOST_ROWS} more", "note", QUIET))
    return [Row(name.upper(), "heading", QUIET), *shown]


def _entity(entity: Entity, colours: Mapping[str, Colour]) -> Row:
    more = list(entity.attributes)
    if not entity.id.startswith(term(entity.category)):
        more.insert(0, entity.category)
    if entity.box is None:
        more.append("no box")
    return Row(
        drawable(", ".join((entity.id, *more))), "claim", right=_sure(entity), swatch=colours[term(entity.category)]
    )


def _claim(claim: Claim) -> Row:
    return Row(_words(claim), "claim", right=_sure(claim))


def _counts(scene: Scene) -> list[Row]:
    """All counts in one row: they are short, and the picture shows what they count."""
    return [Row(drawable(", ".join(in_words(count) for count in scene.counts)), "claim")] if scene.counts else []


def _words(claim: Claim) -> str:
    return drawable(in_words(claim))


def _finding(finding: Finding, colour: Colour | None = None) -> Row:
    severe = {"violation": BAD, "warning": WARNING, "info": QUIET}[finding.severity]
    return Row(drawable(finding.message), "note", colour or severe)


def _sure(claim: Claim) -> str:
    return "" if claim.confidence is None else f"{claim.confidence:.0%}"


def _font(row: Row) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.load_default(_SIZES[row.style])


def _line_px(row: Row) -> int:
    return round(_SIZES[row.style] * 1.35)


def _left(row: Row) -> int:
    return _MARGIN + (_INDENT if row.swatch is not None else 0)


def _wrapped(row: Row, width_px: int) -> list[str]:
    """Break a row's text into lines that fit, between words or, where one word is too long, inside it."""
    room = width_px - _left(row) - _MARGIN - (_CONFIDENCE_PX if row.right and row.style != "status" else 0)
    font = _font(row)
    lines = [""]
    for word in _words_that_fit(row.text, room, row):
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _words_that_fit(text: str, room: float, row: Row) -> Iterable[str]:
    font = _font(row)
    for word in text.split():
        rest = word
        while font.getlength(rest) > room:
            cut = next(n for n in range(len(rest) - 1, 0, -1) if n == 1 or font.getlength(rest[:n]) <= room)
            yield rest[:cut]
            rest = rest[cut:]
        yield rest


def _draw(pen: PIL.ImageDraw.ImageDraw, row: Row, lines: list[str], top: int, width_px: int) -> None:
    font, step, left = _font(row), _line_px(row), _left(row)
    if row.style == "status":
        _draw_status(pen, row, top, width_px)
        return
    if row.style == "heading":
        pen.line((_MARGIN, top - 7, width_px - _MARGIN, top - 7), fill=RULE)
    if row.swatch is not None:
        middle = top + step / 2
        pen.rounded_rectangle((_MARGIN, middle - 6, _MARGIN + 12, middle + 6), radius=3, fill=row.swatch)
    for index, line in enumerate(lines):
        y = top + index * step + step / 2
        pen.text((left, y), line, font=font, fill=row.colour, anchor="lm")
        if row.style == "gone":
            pen.line((left, y + 1, left + font.getlength(line), y + 1), fill=QUIET, width=2)
    if row.right:
        pen.text((width_px - _MARGIN, top + step / 2), row.right, font=font, fill=QUIET, anchor="rm")


def _draw_status(pen: PIL.ImageDraw.ImageDraw, row: Row, top: int, width_px: int) -> None:
    font, middle = _font(row), top + _line_px(row) / 2
    small = PIL.ImageFont.load_default(_SIZES["note"])
    right = _MARGIN + font.getlength(row.text) + 24
    pen.rounded_rectangle((_MARGIN, middle - 14, right, middle + 14), radius=14, fill=row.colour)
    pen.text((_MARGIN + 12, middle), row.text, font=font, fill=PAPER, anchor="lm")
    fits = right + 12 + small.getlength(row.right) <= width_px - _MARGIN
    if fits:
        pen.text((right + 12, middle), row.right, font=small, fill=QUIET, anchor="lm")
