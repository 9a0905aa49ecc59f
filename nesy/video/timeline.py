"""Timeline: what is claimed of a clip, and when: frames, tracks, intervals, events, as `nesy.timeline/1`."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nesy.analysis.rounds import Frozen
from nesy.geometry import Box
from nesy.scene import Confidence, Id, Label, Scene, read_json

Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Place = Annotated[int, Field(ge=0)]


class TimelineFrame(Frozen):
    """One picture of the clip, at its time, and what is claimed of it.

    >>> TimelineFrame(index=0, time_s=0.0, scene=Scene(entities=())).time_s
    0.0
    """

    index: Place
    """Its place among the frames that were looked at, from 0."""
    time_s: Seconds
    """When it is shown: seconds from the beginning of the clip."""
    source: Place | None = None
    """Its place among all frames of the clip, from 0, where that is known."""
    scene: Scene
    """What is claimed of it; its entities are named anew in every frame."""


class Sighting(Frozen):
    """A thing that is followed, in one frame.

    >>> Sighting(frame=2, entity="person_1", box=(0.1, 0.2, 0.3, 0.9)).frame
    2
    """

    frame: Place
    """Index of the frame."""
    entity: Id
    """Id of the entity in the scene of that frame."""
    box: Box | None = None
    """Where it is in that frame."""


class Track(Frozen):
    """One thing, followed through the frames.

    >>> Track(id="person_1", category="person", sightings=(Sighting(frame=0, entity="person_1"),)).frames
    (0,)
    """

    id: Id
    """The thing's name in everything that is said over time."""
    category: Label
    """What most of its sightings say it is; of as many, the surer ones."""
    sightings: tuple[Sighting, ...] = Field(min_length=1)
    """In the order of the frames, at most one a frame."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        frames = self.frames
        if list(frames) != sorted(set(frames)):
            raise ValueError(f"the sightings of {self.id} do not stand in the order of the frames, each once")
        return self

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames in which it is seen."""
        return tuple(sighting.frame for sighting in self.sightings)

    def in_frame(self, frame: int) -> Sighting | None:
        """Return where it is in a frame; None where it is not seen.

        Args:
            frame: index of the frame.
        """
        return next((one for one in self.sightings if one.frame == frame), None)


class _Lasting(Frozen):
    id: Id
    """`r1`, `r2` ... for relations, `p1`, `p2` ... for part states; by their beginning."""
    start_s: Seconds
    """When the first of its frames is shown."""
    end_s: Seconds
    """When the frame after its last one is shown; at the end of the clip, when that ends."""
    frames: tuple[Place, ...] = Field(min_length=1)
    """The frames that say so, in order; frames between them do not show both things."""
    claims: tuple[Id, ...] = Field(min_length=1)
    """The claim in the scene of each of these frames."""
    confidence: Confidence | None = None
    """The mean of those of the claims that have one."""

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        if self.end_s < self.start_s or len(self.frames) != len(self.claims):
            raise ValueError(f"{self.id} ends before it begins, or has not one claim a frame")
        return self


class TimedRelation(_Lasting):
    """Subject, predicate, object, from when to when; what begins again after a pause is another one.

    >>> TimedRelation(id="r1", subject="person_1", predicate="ride", object="horse_1", start_s=2.0, end_s=4.5,
    ...     frames=(4, 5, 6, 7, 8), claims=("r1", "r1", "r2", "r1", "r1")).end_s
    4.5
    """

    subject: Id
    """Id of a track."""
    predicate: Label
    """A verb or a position, as most of the claims write it."""
    object: Id
    """Id of a track."""


class TimedPartState(_Lasting):
    """A body part in a state, from when to when.

    >>> TimedPartState(id="p1", entity="person_1", part="hip", state="sit on", object="bench_1", start_s=0, end_s=1,
    ...     frames=(0,), claims=("p1",)).state
    'sit on'
    """

    entity: Id
    """Id of a track."""
    part: Label
    """A body part."""
    state: Label
    """What it does or is."""
    object: Id | None = None
    """Id of a track."""


class Event(Frozen):
    """A thing that is followed appears or vanishes; what is there in the first frame has not appeared.

    >>> Event(kind="vanish", track="horse_1", frame=6, time_s=3.0).kind
    'vanish'
    """

    kind: Literal["appear", "vanish"]
    """Which of the two."""
    track: Id
    """Id of the track."""
    frame: Place
    """The first frame with it, or the first without it."""
    time_s: Seconds
    """When that frame is shown."""


class CountOverTime(Frozen):
    """How many there are said to be of a category, frame by frame.

    >>> CountOverTime(category="person", values=(1, 2, None)).values
    (1, 2, None)
    """

    category: Label
    """What is counted."""
    values: tuple[Annotated[int, Field(ge=0)] | None, ...]
    """One a frame; None for a frame that does not count it."""


class Timeline(Frozen):
    """What is claimed of a clip over time: a temporal scene graph.

    >>> frame = TimelineFrame(index=0, time_s=0.0, scene=Scene.from_json('{"entities": [{"category": "cup"}]}'))
    >>> cup = Track(id="cup_1", category="cup", sightings=(Sighting(frame=0, entity="cup_1"),))
    >>> timeline = Timeline(name="tea.gif", duration_s=1.0, frames=(frame,), tracks=(cup,))
    >>> Timeline.from_json(timeline.to_json()) == timeline
    True
    """

    schema_: Literal["nesy.timeline/1"] = Field(default="nesy.timeline/1", alias="schema")
    name: str
    """File name of the clip, or name of the folder of its frames."""
    duration_s: Seconds
    """How long the clip is shown, in seconds."""
    frames: tuple[TimelineFrame, ...]
    """Those that were looked at, by their times."""
    tracks: tuple[Track, ...] = ()
    """The things that are followed."""
    relations: tuple[TimedRelation, ...] = ()
    """What things do to each other and where they are, by beginning."""
    part_states: tuple[TimedPartState, ...] = ()
    """What body parts do, by beginning."""
    events: tuple[Event, ...] = ()
    """What appears and vanishes, by frame."""
    counts: tuple[CountOverTime, ...] = ()
    """How many there are said to be, by category."""

    @model_validator(mode="after")
    def _all_names_resolve(self) -> Self:
        for place, frame in enumerate(self.frames):
            if frame.index != place or (place and frame.time_s <= self.frames[place - 1].time_s):
                raise ValueError(
                    f"frames.{place} has index {frame.index} at {frame.time_s} s; frames stand by their times"
                )
        lasting: tuple[_Lasting, ...] = (*self.relations, *self.part_states)
        names: tuple[Track | _Lasting, ...] = (*self.tracks, *lasting)
        twice = [name for name, n in Counter(one.id for one in names).items() if n > 1]
        if twice:
            raise ValueError(f"duplicate id {twice[0]!r}; every track and claim needs an id of its own")
        tracks = {track.id for track in self.tracks}
        for what, name in self._names():
            if name not in tracks:
                raise ValueError(f"{what} names {name!r}, which is no track of this timeline")
        for what, index, claim in self._claims():
            if index >= len(self.frames) or claim not in {one.id for one in self.frames[index].scene.claims()}:
                raise ValueError(f"{what} names {claim!r}, which is no claim of frame {index}")
        return self

    def _names(self) -> Iterator[tuple[str, str]]:
        for relation in self.relations:
            yield relation.id, relation.subject
            yield relation.id, relation.object
        for state in self.part_states:
            yield state.id, state.entity
            if state.object is not None:
                yield state.id, state.object
        for event in self.events:
            yield f"an event at {event.time_s} s", event.track

    def _claims(self) -> Iterator[tuple[str, int, str]]:
        for track in self.tracks:
            yield from ((track.id, one.frame, one.entity) for one in track.sightings)
        for lasting in (*self.relations, *self.part_states):
            yield from ((lasting.id, *place) for place in zip(lasting.frames, lasting.claims, strict=True))

    def __repr__(self) -> str:
        """Tell the timeline in one line; `to_json` tells all of it."""
        return (
            f"<Timeline of {self.name!r}: {self.duration_s:g} s, {len(self.frames)} frames, {len(self.tracks)} tracks, "
            f"{len(self.relations)} relations, {len(self.part_states)} part states>"
        )

    __str__ = __repr__

    def track(self, track_id: str) -> Track:
        """Return the track with this id.

        Raises:
            KeyError: there is none.
        """
        for track in self.tracks:
            if track.id == track_id:
                return track
        raise KeyError(track_id)

    def until_s(self, frame: int) -> float:
        """Return when a frame is shown no more, in seconds: when the next one is shown, or when the clip ends.

        Args:
            frame: index of the frame.
        """
        return self.frames[frame + 1].time_s if frame + 1 < len(self.frames) else self.duration_s

    def to_json(self, indent: int | None = None) -> str:
        """Return the timeline as `nesy.timeline/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        # a count that a frame does not give is null in its list, so nulls of fields alone are left out
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "timeline") -> "Timeline":
        """Read `nesy.timeline/1` JSON.

        Raises:
            InputError: it is no JSON or no timeline; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source, written_by_hand=True)
