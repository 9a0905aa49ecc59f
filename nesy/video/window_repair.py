"""A timeline that is odd -> the same, mended by what most frames of a window say; nothing that no frame said is added.

A window is a frame and so many on either side, of those that show the things in question. In it a claim votes with its
confidence (0.75 where it has none), and a frame that does not make it with a half against it:

- a flicker is filled where more speaks for the claim than against it,
- what is said of one frame alone, a thing or a claim, is withdrawn where more speaks against it,
- somebody who is in two places at once keeps the claim that more speaks for,
- a thing that moves too fast is two things from there on: that it is one was a guess of the tracking.

What the model answered when it was asked about a frame is one vote more. No edit is made that has a frame break more
rules than before.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from nesy.ontology import Ontology
from nesy.scene import Claim, Entity, Scene
from nesy.settings import VideoSettings
from nesy.verdict import Verdict
from nesy.video.frame_questions import with_claims
from nesy.video.oddities import Oddities, oddities, recounted, short_name
from nesy.video.temporal_check import TemporalFinding
from nesy.video.timeline import Timeline, TimelineFrame, Track
from nesy.video.timeline_building import Statement, names_by_frame, said, statement_of, timeline_of
from nesy.video.video_analysis import WindowEdit

_UNTOLD, _AGAINST, _ANSWER = 0.75, 0.5, 1.0
_ROUNDS = 4
"""What is withdrawn may leave something else alone; so often the repair looks again at most."""

Answered = Mapping[int, Mapping[Statement | str, bool]]
"""Frame -> what the model was asked about there, and whether it says so."""
Check = Callable[[int, Scene], Verdict]
"""Index of a frame, and a scene of it -> what the rules of scenes say."""
OverTime = Callable[[Timeline], Sequence[TemporalFinding]]


@dataclass(frozen=True)
class Mended:
    """A timeline after the repair."""

    timeline: Timeline
    edits: tuple[WindowEdit, ...]
    findings: tuple[TemporalFinding, ...]


def mend(
    timeline: Timeline,
    findings: Sequence[TemporalFinding],
    answered: Answered,
    check: Check,
    over_time: OverTime,
    ontology: Ontology,
    settings: VideoSettings,
) -> Mended:
    """Mend a timeline.

    Args:
        timeline: what is claimed.
        findings: what rules over time say of it.
        answered: what the model was asked about.
        check: what the rules of scenes say of a frame.
        over_time: what rules over time say of a timeline.
        ontology: says which words mean the same.
        settings: how many frames have a say.
    """
    edits: list[WindowEdit] = []
    for _ in range(_ROUNDS):
        made = _Work(timeline, answered, check, ontology, settings).done(findings)
        if not made.edits:
            break
        edits += made.edits
        timeline = timeline_of(timeline.name, timeline.duration_s, made.frames, made.tracks, ontology)
        findings = over_time(timeline)
    return Mended(timeline, tuple(edits), tuple(findings))


class _Work:
    """One pass over what is odd."""

    def __init__(
        self, timeline: Timeline, answered: Answered, check: Check, ontology: Ontology, settings: VideoSettings
    ) -> None:
        self._timeline, self._answered, self._check = timeline, answered, check
        self._ontology, self._settings = ontology, settings
        self._said = said(timeline, ontology)
        self._names = names_by_frame(timeline.tracks, len(timeline.frames))
        self.frames: list[TimelineFrame] = list(timeline.frames)
        self.tracks: list[Track] = list(timeline.tracks)
        self.edits: list[WindowEdit] = []

    def done(self, findings: Sequence[TemporalFinding]) -> "_Work":
        for finding in findings:
            if short_name(finding.rule) == "Teleports" and finding.claims:
                self._cut(finding)
        for frame, odd in oddities(self._timeline, findings, self._ontology).items():
            self._mend(frame, odd)
        return self

    def _mend(self, frame: int, odd: Oddities) -> None:
        """Withdraw first: what stands alone may be what stands in the place of what is missing."""
        for finding, claims in odd.present:
            name = short_name(finding.rule)
            if name in ("SaidOnce", "SeenOnce") and self._for(frame, claims[0]) <= 0:
                self._withdraw(frame, claims[0], finding)
            elif name == "TwoPlacesAtOnce":
                self._withdraw(frame, min(claims, key=lambda claim: (self._for(frame, claim), claim)), finding)
        for missing in odd.missing:
            if self._votes(missing.statement, frame) > 0:
                after = with_claims(self.frames[frame].scene, [missing.claim])
                self._replace(frame, after, missing.finding, "add", missing.claim.id, None, missing.claim)

    def _for(self, frame: int, claim_id: str) -> float:
        """Return what speaks for a claim of a frame, less what speaks against it."""
        claim = next((one for one in self.frames[frame].scene.claims() if one.id == claim_id), None)
        if claim is None:
            return 0.0
        statement = statement_of(claim, self._names[frame], self._ontology)
        if isinstance(claim, Entity):
            around = self._around(frame, range(len(self.frames)))
            return _weight(claim) - _AGAINST * (len(around) - 1) + self._answer(frame, claim_id)
        return self._votes(statement, frame) if statement else 0.0

    def _votes(self, statement: Statement, frame: int) -> float:
        ends = [self._timeline.track(end).frames for end in (statement[1], statement[-1]) if end]
        shown = sorted(set(ends[0]).intersection(*ends))
        claims = self._said.get(statement, {})
        votes = sum(_weight(claims[f]) if f in claims else -_AGAINST for f in self._around(frame, shown))
        return votes + self._answer(frame, statement)

    def _answer(self, frame: int, what: Statement | str) -> float:
        """Return the vote of the model's answer; 0 where it was not asked."""
        said = self._answered.get(frame, {}).get(what)
        return 0.0 if said is None else _ANSWER if said else -_ANSWER

    def _around(self, frame: int, shown: Sequence[int]) -> Sequence[int]:
        place = list(shown).index(frame)
        return shown[max(0, place - self._settings.window) : place + self._settings.window + 1]

    def _withdraw(self, frame: int, claim_id: str, finding: TemporalFinding) -> None:
        scene = self.frames[frame].scene
        claim = next((one for one in scene.claims() if one.id == claim_id), None)
        if claim is not None:
            after = recounted(scene.without(frozenset({claim_id})), scene, self._ontology)
            self._replace(frame, after, finding, "withdraw", claim_id, claim, None)

    def _replace(
        self,
        frame: int,
        after: Scene,
        finding: TemporalFinding,
        op: str,
        claim_id: str,
        was: Claim | None,
        now: Claim | None,
    ) -> None:
        before = self.frames[frame].scene
        if self._check(frame, after).number("violation") > self._check(frame, before).number("violation"):
            return
        self.frames[frame] = self.frames[frame].model_copy(update={"scene": after})
        left = {entity.id for entity in after.entities}
        self.tracks = [kept for track in self.tracks if (kept := _without(track, frame, left)) is not None]
        told = {"frame": frame, "claim": claim_id, "op": op, "rule": finding.rule, "reason": finding.message}
        self.edits.append(WindowEdit.model_validate({**told, "was": was, "now": now}))

    def _cut(self, finding: TemporalFinding) -> None:
        """Make two tracks of one, between the two sightings that are too far apart."""
        begin = finding.claims[-1]
        for place, track in enumerate(self.tracks):
            here = track.in_frame(begin.frame)
            if here is None or here.entity != begin.claim:
                continue
            before = tuple(one for one in track.sightings if one.frame < begin.frame)
            if not before:
                return
            after = tuple(one for one in track.sightings if one.frame >= begin.frame)
            self.tracks[place] = track.model_copy(update={"sightings": before})
            self.tracks.append(track.model_copy(update={"id": self._new_name(track.id), "sightings": after}))
            entity = self.frames[begin.frame].scene.entity(begin.claim)
            self.edits.append(
                WindowEdit(
                    frame=begin.frame,
                    claim=begin.claim,
                    op="cut",
                    rule=finding.rule,
                    reason=finding.message,
                    was=entity,
                    now=entity,
                )
            )
            return

    def _new_name(self, track_id: str) -> str:
        taken, stem = {track.id for track in self.tracks}, track_id.rsplit("_", 1)[0]
        return next(name for n in range(1, len(taken) + 2) if (name := f"{stem}_{n}") not in taken)


def _without(track: Track, frame: int, left: set[str]) -> Track | None:
    """Return a track without its sighting in a frame whose entity is gone; None where nothing is left of it."""
    kept = tuple(one for one in track.sightings if one.frame != frame or one.entity in left)
    if len(kept) == len(track.sightings):
        return track
    return track.model_copy(update={"sightings": kept}) if kept else None


def _weight(claim: Claim) -> float:
    return _UNTOLD if claim.confidence is None else claim.confidence
