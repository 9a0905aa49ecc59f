"""Frames + tracks -> Timeline: claims of frames that say the same become one claim with an interval."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nesy.ontology import Ontology
from nesy.scene import Claim, Count, PartState, Relation
from nesy.video.timeline import (
    CountOverTime,
    Event,
    TimedPartState,
    TimedRelation,
    Timeline,
    TimelineFrame,
    Track,
)

Statement = tuple[str, ...]
"""What a claim says of tracks, in words by which they are compared: kind, subject, words, object."""
Said = Mapping[Statement, Mapping[int, Claim]]
"""Statement -> frame -> the claim that says so there; the surest, where several do."""


def timeline_of(
    name: str,
    duration_s: float,
    frames: Sequence[TimelineFrame],
    tracks: Sequence[Track],
    ontology: Ontology | None = None,
) -> Timeline:
    """Return what frames and tracks say over time.

    Args:
        name: of the clip.
        duration_s: in seconds.
        frames: by their times.
        tracks: what was followed through them.
        ontology: says which words mean the same; the shipped one if None.
    """
    known = ontology or Ontology.default()
    bare = Timeline(name=name, duration_s=duration_s, frames=tuple(frames), tracks=tuple(tracks))
    spans = [
        _Span(statement, run, claims)
        for statement, claims in said(bare, known).items()
        for run in runs(sorted(claims), _shown(bare, statement))
    ]
    spans.sort(key=lambda span: (span.run[0], span.run[-1], span.statement))
    relations = [span for span in spans if span.statement[0] == "relation"]
    states = [span for span in spans if span.statement[0] == "part_state"]
    return bare.model_copy(
        update={
            "relations": tuple(_relation(bare, span, f"r{n}") for n, span in enumerate(relations, 1)),
            "part_states": tuple(_part_state(bare, span, f"p{n}") for n, span in enumerate(states, 1)),
            "events": _events(bare),
            "counts": _counts(bare, known),
        }
    )


def said(timeline: Timeline, ontology: Ontology) -> Said:
    """Return what is said between tracks, frame by frame; what names a thing that is not followed is left out."""
    found: dict[Statement, dict[int, Claim]] = defaultdict(dict)
    names = names_by_frame(timeline.tracks, len(timeline.frames))
    for frame, own in zip(timeline.frames, names, strict=True):
        claims: tuple[Claim, ...] = (*frame.scene.relations, *frame.scene.part_states)
        for claim in claims:
            statement = statement_of(claim, own, ontology)
            if statement is not None:
                there = found[statement].get(frame.index)
                if there is None or _sure(claim) > _sure(there):
                    found[statement][frame.index] = claim
    return found


def statement_of(claim: Claim, names: Mapping[str, str], ontology: Ontology) -> Statement | None:
    """Return what a claim of a frame says of tracks; None where it names none, or a thing that is not followed.

    Args:
        claim: of a frame.
        names: entity of that frame -> track.
        ontology: says which words mean the same.
    """
    match claim:
        case Relation() if claim.subject in names and claim.object in names:
            word = ontology.canonical("predicate", claim.predicate)
            return ("relation", names[claim.subject], word, names[claim.object])
        case PartState() if claim.entity in names and (claim.object is None or claim.object in names):
            part, state = ontology.canonical("part", claim.part), ontology.canonical("state", claim.state)
            return ("part_state", names[claim.entity], part, state, names[claim.object] if claim.object else "")
    return None


def names_by_frame(tracks: Iterable[Track], frames: int) -> list[dict[str, str]]:
    """Return for each frame: entity -> track."""
    names: list[dict[str, str]] = [{} for _ in range(frames)]
    for track in tracks:
        for sighting in track.sightings:
            names[sighting.frame][sighting.entity] = track.id
    return names


@dataclass(frozen=True)
class _Span:
    statement: Statement
    run: tuple[int, ...]
    claims: Mapping[int, Claim]


def _shown(timeline: Timeline, statement: Statement) -> frozenset[int]:
    """Return the frames in which all tracks of a statement are seen."""
    ends = (statement[1], statement[-1]) if statement[-1] else (statement[1],)
    return frozenset.intersection(*(frozenset(timeline.track(end).frames) for end in ends))


def runs(frames: Sequence[int], shown: frozenset[int]) -> list[tuple[int, ...]]:
    """Cut frames where one between them shows both things and does not say so."""
    found: list[tuple[int, ...]] = []
    for frame in frames:
        if found and not any(between in shown for between in range(found[-1][-1] + 1, frame)):
            found[-1] = (*found[-1], frame)
        else:
            found.append((frame,))
    return found


def _lasting(timeline: Timeline, span: _Span, name: str) -> dict[str, object]:
    sure = [claim.confidence for claim in (span.claims[f] for f in span.run) if claim.confidence is not None]
    return {
        "id": name,
        "start_s": timeline.frames[span.run[0]].time_s,
        "end_s": timeline.until_s(span.run[-1]),
        "frames": span.run,
        "claims": tuple(span.claims[frame].id for frame in span.run),
        "confidence": round(sum(sure) / len(sure), 6) if sure else None,
    }


def _relation(timeline: Timeline, span: _Span, name: str) -> TimedRelation:
    _, subject, _, target = span.statement
    words = [claim.predicate for frame in span.run if isinstance(claim := span.claims[frame], Relation)]
    told = {"subject": subject, "predicate": _mostly(words), "object": target}
    return TimedRelation.model_validate({**_lasting(timeline, span, name), **told})


def _part_state(timeline: Timeline, span: _Span, name: str) -> TimedPartState:
    _, entity, _, _, target = span.statement
    claims = [claim for frame in span.run if isinstance(claim := span.claims[frame], PartState)]
    told = {
        "entity": entity,
        "part": _mostly([claim.part for claim in claims]),
        "state": _mostly([claim.state for claim in claims]),
        "object": target or None,
    }
    return TimedPartState.model_validate({**_lasting(timeline, span, name), **told})


def _mostly(words: Sequence[str]) -> str:
    """Return the word that stands most often; of several the first in the alphabet."""
    counted = Counter(words)
    return min(counted, key=lambda word: (-counted[word], word))


def _sure(claim: Claim) -> float:
    return 0.5 if claim.confidence is None else claim.confidence


def _events(timeline: Timeline) -> tuple[Event, ...]:
    found = []
    for track in timeline.tracks:
        first, after = track.frames[0], track.frames[-1] + 1
        if first > 0:
            found.append(Event(kind="appear", track=track.id, frame=first, time_s=timeline.frames[first].time_s))
        if after < len(timeline.frames):
            found.append(Event(kind="vanish", track=track.id, frame=after, time_s=timeline.frames[after].time_s))
    return tuple(sorted(found, key=lambda event: (event.frame, event.kind, event.track)))


def _counts(timeline: Timeline, ontology: Ontology) -> tuple[CountOverTime, ...]:
    """Return the counts that frames claim."""
    found: dict[str, dict[int, Count]] = defaultdict(dict)
    for frame in timeline.frames:
        for count in frame.scene.counts:
            found[ontology.canonical("category", count.category)].setdefault(frame.index, count)
    return tuple(
        CountOverTime(
            category=_mostly([count.category for count in by_frame.values()]),
            values=tuple(by_frame[f].value if f in by_frame else None for f in range(len(timeline.frames))),
        )
        for _, by_frame in sorted(found.items())
    )
