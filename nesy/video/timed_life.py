"""VideoAnalysis + a track or a claim with an interval -> its life: from when to when, what was asked and mended."""

from collections.abc import Iterator

from nesy.analysis.rounds import Frozen
from nesy.errors import InputError
from nesy.scene import in_words
from nesy.video.timeline import TimedPartState, TimedRelation, Timeline, Track
from nesy.video.video_analysis import FrameQuestion, VideoAnalysis, WindowEdit

Lasting = TimedRelation | TimedPartState


class TimedLife(Frozen):
    """What became of a track, or of a claim with an interval.

    >>> print(TimedLife(claim="r1", says="person_1 ride horse_1", sentences=("It is so from 2 s to 4.5 s.",)))
    r1: person_1 ride horse_1
      It is so from 2 s to 4.5 s.
    """

    claim: str
    """Its id in the timeline."""
    says: str
    """What it says, in words."""
    sentences: tuple[str, ...]
    """What became of it, in order."""

    def __str__(self) -> str:
        return "\n".join((f"{self.claim}: {self.says}", *(f"  {sentence}" for sentence in self.sentences)))

    def to_json(self, indent: int | None = None) -> str:
        """Return it as JSON.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(indent=indent)


def timed_life(analysis: VideoAnalysis, claim: str) -> TimedLife:
    """Return the life of a track, or of a claim with an interval, by its id in the final timeline.

    Raises:
        InputError: the timeline has none of that id.
    """
    timeline = analysis.timeline
    track = next((one for one in timeline.tracks if one.id == claim), None)
    if track is not None:
        places = {(one.frame, one.entity) for one in track.sightings}
        sentences = (*_of_track(timeline, track), *_done(analysis, places), *_found(analysis, places))
        return TimedLife(claim=claim, says=f"{track.id} is a {track.category}", sentences=sentences)
    lasting = next((one for one in lastings(timeline) if one.id == claim), None)
    if lasting is None:
        known = ", ".join(one.id for one in (*timeline.tracks, *lastings(timeline)))
        raise InputError(f"no claim {claim!r} in this timeline; it has: {known or 'none'}")
    places = set(zip(lasting.frames, lasting.claims, strict=True))
    told = (f"It is so {span(lasting)}.", *_done(analysis, places), *_found(analysis, places))
    return TimedLife(claim=claim, says=says(lasting), sentences=told)


def lives_over_time(analysis: VideoAnalysis) -> list[TimedLife]:
    """Return the lives of all claims with an interval that were asked about or mended."""
    every = (timed_life(analysis, one.id) for one in lastings(analysis.timeline))
    return [life for life in every if len(life.sentences) > 1]


def lastings(timeline: Timeline) -> tuple[Lasting, ...]:
    """Return all claims with an interval: relations, then part states."""
    return (*timeline.relations, *timeline.part_states)


def says(lasting: Lasting) -> str:
    """Say a claim with an interval in words, without its time.

    >>> says(TimedRelation(id="r1", subject="person_1", predicate="ride", object="horse_1", start_s=2.0, end_s=4.5,
    ...     frames=(4,), claims=("r1",)))
    'person_1 ride horse_1'
    """
    if isinstance(lasting, TimedRelation):
        return f"{lasting.subject} {lasting.predicate} {lasting.object}"
    return " ".join(filter(None, (lasting.entity, lasting.part, lasting.state, lasting.object)))


def span(lasting: Lasting) -> str:
    """Say when: `from 2 s to 4.5 s`."""
    return f"from {lasting.start_s:g} s to {lasting.end_s:g} s"


def _of_track(timeline: Timeline, track: Track) -> Iterator[str]:
    first, last = track.frames[0], track.frames[-1]
    yield f"It is seen from {timeline.frames[first].time_s:g} s to {timeline.until_s(last):g} s, {frames_words(track)}."
    missed = [frame for frame in range(first, last) if track.in_frame(frame) is None]
    if missed:
        yield f"It is not seen at {', '.join(f'{timeline.frames[frame].time_s:g} s' for frame in missed)}."
    for one in lastings(timeline):
        ends = (one.subject, one.object) if isinstance(one, TimedRelation) else (one.entity, one.object)
        if track.id in ends:
            yield f"{says(one)} {span(one)} ({one.id})."


def frames_words(track: Track) -> str:
    """Say in how many frames a thing is seen: `in 3 frames`."""
    return f"in {len(track.sightings)} frame{'' if len(track.sightings) == 1 else 's'}"


def _done(analysis: VideoAnalysis, places: set[tuple[int, str]]) -> Iterator[str]:
    """Tell what was asked and mended of some claims of frames."""
    for question in analysis.questions:
        yield from _asked(analysis, question, places)
    for edit in analysis.edits:
        if (edit.frame, edit.claim) in places:
            yield f"At {when(analysis, edit.frame)} {_mended(edit)}: {edit.reason}"


def _asked(analysis: VideoAnalysis, question: FrameQuestion, places: set[tuple[int, str]]) -> Iterator[str]:
    proposed = {claim.id for claim in question.proposed}
    answers = {answer.claim: answer.answer for answer in question.round.answers}
    for asked in question.round.asked:
        if (question.frame, asked.claim) not in places:
            continue
        around = asked.claim in proposed
        how = "frames around it say so, and the model was asked" if around else "the model was asked again"
        why = " ".join(question.round.notes_about(asked.claim))
        answer = answers.get(asked.claim, "nothing") + not_taken(question, asked.claim)
        yield f"At {when(analysis, question.frame)} {how} ({why}); it answered {answer}."


def not_taken(question: FrameQuestion, claim: str) -> str:
    """Say that an answer was not taken, where it was not: it would have mended nothing."""
    return ", which was not taken" if claim in question.round.refused else ""


def _found(analysis: VideoAnalysis, places: set[tuple[int, str]]) -> Iterator[str]:
    for finding in analysis.findings:
        if places & {(one.frame, one.claim) for one in finding.claims}:
            yield f"Still, a rule says ({finding.severity}): {finding.message}"


def _mended(edit: WindowEdit) -> str:
    match edit.op:
        case "add":
            return "it was filled in from the frames around it"
        case "withdraw":
            return "it was withdrawn"
        case _:
            return "it begins as another thing"


def edit_words(edit: WindowEdit) -> str:
    """Say what an edit changed: `+ person_1 ride horse_1`, `- ...`, `another thing from here: ...`."""
    claim = edit.now or edit.was
    told = "" if claim is None else in_words(claim)
    return {"add": f"+ {told}", "withdraw": f"- {told}", "cut": f"another thing from here on: {edit.claim}"}[edit.op]


def when(analysis: VideoAnalysis, frame: int) -> str:
    """Say when a frame is shown."""
    return f"{analysis.timeline.frames[frame].time_s:g} s"
