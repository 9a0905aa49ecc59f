"""Findings over time -> what is odd about each frame: claims that stand alone, and claims that are missing there."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nesy.ontology import Ontology
from nesy.ontology.alternatives import listed
from nesy.scene import Claim, Entity, PartState, Relation, Scene
from nesy.verdict import Finding
from nesy.video.temporal_check import TemporalFinding
from nesy.video.timeline import Timeline
from nesy.video.timeline_building import Statement, names_by_frame, said, statement_of

FLICKERS = ("RelationFlickers", "StateFlickers")
_LATER = ("Teleports", "LeftBehind")
"""Rules whose findings are about two frames; the later one is looked at."""


@dataclass(frozen=True)
class Missing:
    """What frames around a frame say, and it does not, though it shows both things."""

    statement: Statement
    claim: Claim
    """As a claim of the frame, with an id that is free there."""
    finding: TemporalFinding


@dataclass
class Oddities:
    """What is odd about one frame."""

    present: list[tuple[TemporalFinding, tuple[str, ...]]] = field(default_factory=list)
    """Findings, each with the ids of the claims of this frame that it names."""
    missing: list[Missing] = field(default_factory=list)


def short_name(rule: str) -> str:
    """Return the last part of the IRI of a rule."""
    return re.split("[#/]", rule)[-1]


def oddities(timeline: Timeline, findings: Sequence[TemporalFinding], ontology: Ontology) -> dict[int, Oddities]:
    """Return what is odd about the frames, by their index."""
    found: dict[int, Oddities] = defaultdict(Oddities)
    names = names_by_frame(timeline.tracks, len(timeline.frames))
    every = said(timeline, ontology)
    free = [_Free(frame.scene) for frame in timeline.frames]
    for finding in findings:
        if finding.severity == "info" or not finding.claims:
            continue
        if short_name(finding.rule) in FLICKERS:
            for frame, missing in _missing(timeline, finding, names, every, free, ontology):
                if missing.statement not in {one.statement for one in found[frame].missing}:
                    found[frame].missing.append(missing)
            continue
        later = finding.frames[-1]
        frames = (later,) if short_name(finding.rule) in _LATER else finding.frames
        for frame in frames:
            claims = tuple(one.claim for one in finding.claims if one.frame == frame)
            found[frame].present.append((finding, claims))
    return {frame: odd for frame, odd in sorted(found.items()) if odd.present or odd.missing}


def _missing(
    timeline: Timeline,
    finding: TemporalFinding,
    names: Sequence[Mapping[str, str]],
    every: Mapping[Statement, Mapping[int, Claim]],
    free: Sequence["_Free"],
    ontology: Ontology,
) -> list[tuple[int, Missing]]:
    first, last = finding.claims[0], finding.claims[-1]
    model = _claim(timeline.frames[first.frame].scene, first.claim)
    statement = statement_of(model, names[first.frame], ontology)
    if statement is None:
        return []
    sure = [
        one.confidence
        for frame, one in every[statement].items()
        if frame in (first.frame, last.frame) and one.confidence is not None
    ]
    filled = []
    for frame in range(first.frame + 1, last.frame):
        entities = {track: entity for entity, track in names[frame].items()}
        if frame in every[statement] or any(one and one not in entities for one in (statement[1], statement[-1])):
            continue
        told = {"confidence": sum(sure) / len(sure) if sure else None, "spans": ()}
        match model:
            case Relation():
                ends: dict[str, str | None] = {"subject": entities[statement[1]], "object": entities[statement[-1]]}
                claim: Claim = model.model_copy(update={"id": free[frame].next("r"), **ends, **told})
            case PartState():
                towards = entities[statement[-1]] if statement[-1] else None
                ends = {"entity": entities[statement[1]], "object": towards}
                claim = model.model_copy(update={"id": free[frame].next("p"), **ends, **told})
            case _:
                continue
        filled.append((frame, Missing(statement, claim, finding)))
    return filled


class _Free:
    """Ids that are not taken in a scene."""

    def __init__(self, scene: Scene) -> None:
        self._taken = {claim.id for claim in scene.claims()}

    def next(self, prefix: str) -> str:
        number = 1
        while f"{prefix}{number}" in self._taken:
            number += 1
        self._taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"


def _claim(scene: Scene, claim_id: str) -> Claim:
    return next(claim for claim in scene.claims() if claim.id == claim_id)


def as_finding(finding: TemporalFinding, claims: Sequence[str], names: Mapping[str, str], scene: Scene) -> Finding:
    """Return a finding over time as one of a frame, in the frame's own names of things.

    Args:
        finding: what a rule says.
        claims: ids of the frame's claims that it is about.
        names: entity of the frame -> track.
        scene: of the frame.
    """
    own = {track: entity for entity, track in names.items()}
    message = finding.message
    if own:
        tracks = "|".join(sorted(map(re.escape, own), key=len, reverse=True))
        message = re.sub(rf"(?<![\w.-])({tracks})(?![\w-])", lambda track: own[track[0]], message)
    entities = {entity.id for entity in scene.entities}
    about = next((one.id for one in scene.claims() if one.id in claims and isinstance(one, Entity)), "")
    focus = about or next((one for one in claims if one in entities), claims[0])
    return Finding(
        rule=finding.rule,
        name=finding.name,
        severity=finding.severity,
        focus=focus,
        claims=tuple(sorted(claims)),
        message=message,
    )


def recounted(scene: Scene, before: Scene, ontology: Ontology) -> Scene:
    """Return a scene with the counts of `before`; those that agreed with its list follow the list."""
    counts = []
    for count in before.counts:
        right = count.value == len(listed(before, count.category, ontology))
        value = len(listed(scene, count.category, ontology)) if right else count.value
        counts.append(count.model_copy(update={"value": value}))
    return scene.model_copy(update={"counts": tuple(counts)})
