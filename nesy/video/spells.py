"""Timeline + a question of yes and no -> the spells of time in which it is answered yes; frames as scenes of tracks."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from nesy.answering.listed_answer import listed
from nesy.ontology import Ontology
from nesy.ontology.reference import fits, named, supporting
from nesy.question import Question, Thing
from nesy.scene import Entity, PartState, Relation, Scene
from nesy.video.timed_life import lastings
from nesy.video.timeline import TimedRelation, Timeline
from nesy.video.timeline_building import names_by_frame, runs


@dataclass(frozen=True)
class Spell:
    """From when to when something is so without a pause, of which things."""

    things: tuple[str, ...]
    """Tracks: of a deed who does it and to what; else the thing."""
    frames: tuple[int, ...]
    """The frames that say so."""
    start_s: float
    end_s: float
    claims: tuple[str, ...] = ()
    """What the timeline lists of it: ids of claims with an interval, or of tracks."""
    predicate: str = ""
    """What is done; empty of how a thing is, and that it is there."""
    says: str = ""
    """A deed in words, without who does it: `ride bicycle`."""


def frame_scenes(timeline: Timeline) -> tuple[Scene, ...]:
    """Return each frame as a scene of what is followed: things by their tracks, claims by those of the timeline.

    What is not followed, and counts of things, are left out.
    """
    of_claim = {
        (frame, claim): one.id
        for one in lastings(timeline)
        for frame, claim in zip(one.frames, one.claims, strict=True)
    }
    category = {track.id: track.category for track in timeline.tracks}
    found = []
    for frame, names in zip(timeline.frames, names_by_frame(timeline.tracks, len(timeline.frames)), strict=True):
        scene = frame.scene
        entities = [
            entity.model_copy(update={"id": names[entity.id], "category": category[names[entity.id]], "spans": ()})
            for entity in scene.entities
            if entity.id in names
        ]
        relations = [
            one.model_copy(update={"id": new, "subject": names[one.subject], "object": names[one.object], "spans": ()})
            for one in scene.relations
            if (new := of_claim.get((frame.index, one.id)))
        ]
        states = [
            one.model_copy(
                update={
                    "id": new,
                    "entity": names[one.entity],
                    "object": names[one.object] if one.object else None,
                    "spans": (),
                }
            )
            for one in scene.part_states
            if (new := of_claim.get((frame.index, one.id)))
        ]
        found.append(
            Scene(image=scene.image, entities=tuple(entities), relations=tuple(relations), part_states=tuple(states))
        )
    return tuple(found)


def merged(scenes: Sequence[Scene], frames: Collection[int]) -> Scene:
    """Return some frames as one scene: what is there in any of them, like most of them say, and all that is done.

    Where things are is left out where there are several frames: what moves is at no one place.
    """
    if len(frames) == 1:
        return scenes[next(iter(frames))]
    seen: dict[str, list[Entity]] = {}
    relations: dict[str, Relation] = {}
    states: dict[str, PartState] = {}
    for place in sorted(frames):
        for entity in scenes[place].entities:
            seen.setdefault(entity.id, []).append(entity)
        relations |= {one.id: one for one in scenes[place].relations}
        states |= {one.id: one for one in scenes[place].part_states}
    entities = []
    for some in seen.values():
        told = Counter(attribute for one in some for attribute in one.attributes)
        mostly = tuple(attribute for attribute, n in told.items() if 2 * n >= len(some))
        entities.append(some[0].model_copy(update={"box": None, "attributes": mostly, "confidence": None}))
    return Scene(entities=tuple(entities), relations=tuple(relations.values()), part_states=tuple(states.values()))


def spells(question: Question, timeline: Timeline, scenes: Sequence[Scene], ontology: Ontology) -> tuple[Spell, ...]:
    """Return when what a question of yes and no asks is so, by beginning: a spell for each pair of things.

    A frame in which one of the things is not seen ends nothing; how a thing is, or where it is, is so for the time of
    the frames that say so, and one that shows it otherwise ends it. That a thing is there is one spell.
    """
    by_things: dict[tuple[str, ...], dict[int, tuple[str, ...]]] = {}
    for place, scene in enumerate(scenes):
        for things, claims in _so(question, scene, ontology).items():
            by_things.setdefault(things, {})[place] = claims
    found = []
    for things, by_frame in by_things.items():
        shown = frozenset.intersection(*(frozenset(timeline.track(one).frames) for one in things))
        there = not (question.predicate or question.attribute)
        for run in runs(sorted(by_frame), frozenset() if there else shown):
            told = tuple(dict.fromkeys(claim for place in run for claim in by_frame[place]))
            start_s, end_s = timeline.frames[run[0]].time_s, timeline.until_s(run[-1])
            found.append(Spell(things, run, start_s, end_s, told, question.predicate))
    return tuple(sorted(found, key=lambda spell: (spell.start_s, spell.end_s, spell.things)))


def deeds(who: Thing | None, timeline: Timeline, scenes: Sequence[Scene], ontology: Ontology) -> tuple[Spell, ...]:
    """Return what somebody does, by beginning; where things are is no deed. Anybody's for a thing without a name."""
    doers = {entity.id for scene in scenes for entity in named(who, scene, ontology)}
    found = []
    for one in lastings(timeline):
        subject, word = (one.subject, one.predicate) if isinstance(one, TimedRelation) else (one.entity, one.state)
        target = one.object
        if subject not in doers or ontology.canonical("predicate", word) in ontology.spatial:
            continue
        things = (subject,) if target is None else (subject, target)
        words = word if target is None else f"{word} {timeline.track(target).category}"
        found.append(Spell(things, one.frames, one.start_s, one.end_s, (one.id,), word, words.replace("_", " ")))
    return tuple(sorted(found, key=lambda spell: (spell.start_s, spell.end_s)))


def _so(question: Question, scene: Scene, ontology: Ontology) -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """Return the things of which a question is answered yes in a frame, with the claims that say so."""
    if question.attribute:
        has = [one for one in named(question.subject, scene, ontology) if fits(question.attribute, one, ontology)]
        return {(one.id,): (one.id,) for one in has}
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for one, other in listed(question, scene, ontology):
        if other is None:
            found[one.id,] = (one.id,)
        else:
            found[one.id, other.id] = supporting(one.id, question.predicate, other.id, scene, ontology)
    return found


def together_s(some: Sequence[Spell]) -> float:
    """Return how many seconds some spells take, those that overlap counted once."""
    total, until = 0.0, -1.0
    for one in sorted(some, key=lambda spell: spell.start_s):
        total += max(0.0, one.end_s - max(one.start_s, until))
        until = max(until, one.end_s)
    return round(total, 3)
