"""Timeline + a question about a clip -> what the timeline lists as its answer, without a model."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from nesy.answering.listed_answer import NOT_LISTED, listed, of_scene
from nesy.errors import InputError
from nesy.ontology import Ontology
from nesy.question import Question
from nesy.scene import Scene
from nesy.video.clip_question import ClipQuestion
from nesy.video.spells import Spell, deeds, spells, together_s
from nesy.video.timeline import Timeline

_NEXT_S = 1e-6
"""What begins so little before another thing ends begins after it: both are times of one frame."""


@dataclass(frozen=True)
class Listed:
    """What a timeline says of a question."""

    answer: str
    spells: tuple[Spell, ...]
    """What the answer rests on, with its times."""
    frames: frozenset[int]
    """The frames of which is asked."""

    @property
    def known(self) -> bool:
        """Whether the timeline says anything of it."""
        return self.answer != NOT_LISTED


def of_timeline(question: ClipQuestion, timeline: Timeline, scenes: Sequence[Scene], ontology: Ontology) -> Listed:
    """Return what a timeline says of a question that a list can answer.

    Args:
        question: a listable one.
        timeline: what is so, and when.
        scenes: its frames, as `spells.frame_scenes` gives them.
        ontology: of its words.

    Raises:
        InputError: the time that is asked of is not within the clip, or no list can answer the question.
    """
    if not question.listable:
        raise InputError(
            f"{question.text!r}: no list can answer this; ask the clip: `nesy ask CLIP QUESTION` with --model"
        )
    return _Reader(question, timeline, scenes, ontology).read()


def when_words(some: Sequence[Spell]) -> str:
    """Say spells by their times, with the thing's name where they are of several.

    >>> when_words([Spell(("person_1",), (0, 1), 0.0, 2.0), Spell(("person_1",), (4,), 4.0, 5.0)])
    'from 0 s to 2 s, from 4 s to 5 s'
    """
    return _named(some, [f"from {one.start_s:g} s to {one.end_s:g} s" for one in some])


def _named(some: Sequence[Spell], told: Sequence[str]) -> str:
    """Say what is told of each spell, with who does it, or to what, where that is not the same in all."""
    places = zip(*(one.things for one in some), strict=False)
    names = next((names for names in places if len(set(names)) > 1), None)
    return _joined(told if names is None else (f"{name} {words}" for name, words in zip(names, told, strict=True)))


class _Reader:
    def __init__(self, question: ClipQuestion, timeline: Timeline, scenes: Sequence[Scene], ontology: Ontology) -> None:
        self._q, self._timeline, self._scenes, self._ontology = question, timeline, scenes, ontology
        self._all = frozenset(range(len(scenes)))

    def read(self) -> Listed:
        q = self._q
        match q.kind:
            case "when" | "how_long" | "how_often":
                some = self._spells(q.asked)
                return Listed(self._times(some), some, self._all)
            case "at":
                return self._over({self._shown_at(q.at_s or 0.0)})
            case "while":
                frames = {frame for one in self._spells(q.other) for frame in one.frames}
                return self._over(frames) if frames else Listed(NOT_LISTED, (), self._all)
            case "order":
                return self._order()
            case "always":
                return self._always()
            case "ever":
                return self._over(self._all)
            case _ if q.asked.kind in ("doing", "which"):
                return self._nearest()
            case _:
                return self._over(self._one_frame())

    # --- times ---

    def _spells(self, question: Question | None) -> tuple[Spell, ...]:
        assert question is not None, "a question that tells its time by another thing has one"
        return spells(question, self._timeline, self._scenes, self._ontology)

    def _times(self, some: Sequence[Spell]) -> str:
        if self._q.kind == "how_long":
            return f"{together_s(some):g} s"
        if self._q.kind == "how_often":
            return str(len(some))
        if not some:
            return "never"
        if self._q.edge == "start":
            return _named(some, [f"at {one.start_s:g} s" for one in some])
        if self._q.edge == "end":
            last = self._timeline.duration_s
            return _named(
                some, ["not before the clip ends" if one.end_s >= last else f"at {one.end_s:g} s" for one in some]
            )
        return when_words(some)

    def _shown_at(self, at_s: float) -> int:
        """Return the frame that is shown at a time; infinite: the last."""
        frames, last = self._timeline.frames, self._timeline.duration_s
        if not frames:
            raise InputError(f"{self._timeline.name}: this timeline has no frames")
        if at_s != float("inf") and at_s > last:
            raise InputError(f"{self._q.text!r}: asks for {at_s:g} s, and the clip lasts {last:g} s")
        return max((frame.index for frame in frames if frame.time_s <= at_s), default=0)

    # --- answers over frames ---

    def _over(self, frames: Collection[int]) -> Listed:
        """Answer a question over some frames: what any of them says, in the order of their times."""
        asked, places = self._q.asked, sorted(frames)
        if asked.kind == "how_many":
            counted = {one.id for place in places for one, _ in listed(asked, self._scenes[place], self._ontology)}
            return Listed(str(len(counted)), (), frozenset(places))
        told = [of_scene(asked, self._scenes[place], self._ontology) for place in places]
        some = tuple(one for one in self._rested_on(asked) if set(one.frames) & set(places))
        if asked.kind == "yes_no":
            return Listed("yes" if "yes" in told else "no", some, frozenset(places))
        if asked.kind == "doing" and self._q.kind == "while":  # what else, beside what the question names
            itself = {claim for one in self._spells(self._q.other) for claim in one.claims}
            some = tuple(one for one in some if not itself & set(one.claims))
            return Listed(self._words(some) or "nothing", some, frozenset(places))
        empty = "nothing" if asked.kind == "which" else NOT_LISTED
        words = _joined(word for answer in told if answer != empty for word in answer.split(", "))
        return Listed(words or empty, some, frozenset(places))

    def _rested_on(self, asked: Question) -> tuple[Spell, ...]:
        if asked.kind == "doing":
            return deeds(asked.subject, self._timeline, self._scenes, self._ontology)
        return self._spells(asked) if asked.kind in ("yes_no", "which") else ()

    def _one_frame(self) -> Collection[int]:
        """Return the frame that is meant by first, last, before or after, of those that show what is asked of."""
        q = self._q
        frames = self._timeline.frames
        if q.other is not None:
            told_from = self._told_from()
            if told_from is None:
                return ()
            if q.kind == "after":
                later = [frame.index for frame in frames if frame.time_s >= told_from - _NEXT_S]
                return later[:1]
            return [frame.index for frame in frames if frame.time_s < told_from - _NEXT_S][-1:]
        return [0] if q.kind == "first" else [len(frames) - 1]

    def _told_from(self) -> float | None:
        """Return the time from which `before` and `after` are told; None where that is never so."""
        some = self._spells(self._q.other)
        if not some:
            return None
        ends = self._q.edge == "end" or (self._q.edge == "" and self._q.kind == "after")
        return some[0].end_s if ends else some[0].start_s

    # --- what comes first ---

    def _nearest(self) -> Listed:
        q = self._q
        some = list(
            deeds(q.asked.subject, self._timeline, self._scenes, self._ontology)
            if q.asked.kind == "doing"
            else self._spells(q.asked)
        )
        if q.other is not None:
            told_from = self._told_from()
            if told_from is None:
                return Listed(NOT_LISTED, (), self._all)
            itself = {claim for one in self._spells(q.other) for claim in one.claims}
            some = [one for one in some if not itself & set(one.claims)]
            some = _after(some, told_from) if q.kind == "after" else _before(some, told_from)
        elif some:
            edge = some[0].start_s if q.kind == "first" else max(one.start_s for one in some)
            some = [one for one in some if one.start_s == edge]
        return Listed(self._words(some) or "nothing", tuple(some), self._all)

    def _words(self, some: Sequence[Spell]) -> str:
        if self._q.asked.kind == "doing":
            who = {one.things[0] for one in some}
            return _joined(f"{one.things[0]} {one.says}" if len(who) > 1 else one.says for one in some)
        place = 0 if self._q.asked.hole == "subject" else -1
        return _joined(self._timeline.track(one.things[place]).category for one in some)

    def _order(self) -> Listed:
        ours, theirs = self._spells(self._q.asked), self._spells(self._q.other)
        if not theirs:
            return Listed(NOT_LISTED, (), self._all)
        told_from = theirs[0].end_s if self._q.edge == "end" else theirs[0].start_s
        if self._q.later:
            fits = [
                one for one in ours if one.start_s > told_from or (self._q.edge == "end" and one.start_s == told_from)
            ]
        else:
            fits = [one for one in ours if one.start_s < told_from]
        return Listed("yes" if fits else "no", (*(fits or ours), *theirs), self._all)

    def _always(self) -> Listed:
        """Answer yes where every frame that shows who is asked of says so."""
        asked = self._q.asked
        bare = Question("yes_no", asked.text, asked.subject)
        shown = {frame for one in self._spells(bare) for frame in one.frames}
        said = {frame for one in self._spells(asked) for frame in one.frames}
        wanted = shown if asked.predicate or asked.attribute else self._all
        return Listed("yes" if wanted and wanted <= said else "no", self._spells(asked), frozenset(wanted))


def _after(some: Sequence[Spell], at_s: float) -> list[Spell]:
    """Return what begins next from a time on; where nothing does, what is still going on then."""
    begins = [one for one in some if one.start_s >= at_s - _NEXT_S]
    if begins:
        return [one for one in begins if one.start_s == min(other.start_s for other in begins)]
    return [one for one in some if one.end_s > at_s + _NEXT_S]


def _before(some: Sequence[Spell], at_s: float) -> list[Spell]:
    """Return what ended last before a time; where nothing had, what was going on then."""
    ended = [one for one in some if one.end_s <= at_s + _NEXT_S]
    if ended:
        return [one for one in ended if one.end_s == max(other.end_s for other in ended)]
    return [one for one in some if one.start_s < at_s - _NEXT_S]


def _joined(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))
