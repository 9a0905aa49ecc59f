"""An analysis -> what stands in its picture's panel: claims with confidence, findings, withdrawn claims struck out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nesy.analysis import Analysis
from nesy.rendering.palette import BAD, GONE, GOOD, INK, QUIET, WARNING, Colour
from nesy.rendering.plain import drawable
from nesy.scene import Claim, Entity, Scene, in_words, term
from nesy.verdict import Finding, Standing

MOST_ROWS = 40
"""Rows of one section that are shown; the rest is counted."""


@dataclass(frozen=True)
class Row:
    """One entry of the panel. `style` says how it is set; `swatch` is the colour of an entity's box."""

    text: str
    style: Literal["title", "status", "heading", "claim", "note", "gone"]
    colour: Colour = INK
    right: str = ""
    swatch: Colour | None = None


_BADGES: Mapping[Standing, tuple[str, Colour]] = {
    "consistent": ("CONSISTENT", GOOD),
    "unknown": ("UNKNOWN", WARNING),
    "inconsistent": ("STILL INCONSISTENT", BAD),
}


def rows(analysis: Analysis, colours: Mapping[str, Colour]) -> list[Row]:
    """Say what stands in the panel, from top to bottom."""
    scene, verdict = analysis.scene, analysis.verdict
    number = len(analysis.rounds)
    status, badge = _BADGES[verdict.status]
    if verdict.status == "unknown" and not verdict.why_unknown:
        status = "NOT DECIDED"
    reason = analysis.stop_reason.replace("_", " ")
    asked = f"{number} round{'s' if number > 1 else ''}" + ("" if reason == "consistent" else f", stopped: {reason}")
    entities = [_entity(e, colours) for e in scene.entities]
    told = [Row(drawable(analysis.image.name), "title"), Row(drawable(analysis.model.id), "note", QUIET)]
    if analysis.observations is not None:
        who = ", ".join(witness.name for witness in analysis.observations.witnesses)
        told.append(Row(drawable(f"beside it a witness: {who}"), "note", QUIET))
    told.append(Row(status, "status", badge, right=asked))
    if verdict.why_unknown:
        told.append(Row(drawable(verdict.why_unknown), "note", WARNING))
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
