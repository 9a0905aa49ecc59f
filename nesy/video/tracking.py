"""Scenes of frames -> tracks: which entities of one frame are those of the frames before.

Frame by frame, the things that are followed and the entities of the frame are paired so that all pairs together cost
least (`pairing`): the further a box has moved, the less it overlaps, and the less a category and a colour agree, the
more a pair costs. A thing that is not there is waited for a few frames. Nothing hangs on the ids of entities, nor on
their order: a frame that lists the same in another order is followed alike.

A thing that was there in the frame just before is found again however far it moved, if its category is the same: that
it moved too far is for a rule to say (`rules/time.ttl`), which can be asked about and taken back. After a gap it has to
be near.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from nesy.geometry import Box, centre, iou
from nesy.observations import Observations
from nesy.ontology import Ontology
from nesy.scene import Entity, Scene, term
from nesy.video.pairing import cheapest_pairs
from nesy.video.timeline import Sighting, Track

_NEVER = 100.0
"""What a pair costs that cannot be."""
_NEAR = 0.35
"""After a gap a thing is found again within this distance, in shares of the picture, of where it was last."""
_COLOUR, _KIND, _UNPLACED = 0.3, 0.25, 0.6
"""What counts like so much distance: attributes that differ, a category that is only a kind of the other, no box."""
_NO_NAME = re.compile(r"[^\w.\-]+")


def tracked(
    scenes: Sequence[Scene],
    ontology: Ontology | None = None,
    gap: int = 2,
    seen: Sequence[Observations | None] = (),
) -> tuple[Track, ...]:
    """Return the things that go through the frames, in the order in which they are first seen, from left to right.

    >>> cup = '{"entities": [{"category": "cup", "box": [0.1, 0.1, 0.3, 0.3]}]}'
    >>> [(track.id, track.frames) for track in tracked([Scene.from_json(cup)] * 3)]
    [('cup_1', (0, 1, 2))]

    Args:
        scenes: of the frames, by their times.
        ontology: says which categories may be one thing; the shipped one if None.
        gap: for so many frames a thing that is not there is waited for.
        seen: what witnesses saw in the frames; what they saw of a thing that no claim names keeps it waited for.
    """
    known = ontology or Ontology.default()
    alive: list[_Thing] = []
    every: list[_Thing] = []
    for index, scene in enumerate(scenes):
        entities = sorted(scene.entities, key=_place)
        costs = [[_cost(thing, entity, index, known) for entity in entities] for thing in alive]
        found = {e: t for t, e in cheapest_pairs(costs) if costs[t][e] < _NEVER} if entities else {}
        for place, entity in enumerate(entities):
            if place in found:
                alive[found[place]].add(index, entity)
            else:
                every.append(_Thing([(index, entity)], index, entity.box))
                alive.append(every[-1])
        if index < len(seen):
            _look(alive, index, seen[index], known)
        alive = sorted((thing for thing in alive if index - thing.last <= gap), key=lambda thing: _place(thing.entity))
    return _named(every, known)


@dataclass
class _Thing:
    """A track under construction."""

    seen: list[tuple[int, Entity]]
    last: int
    """The frame in which it was last there, claimed or seen by a witness."""
    box: Box | None
    """Where it was then."""

    @property
    def entity(self) -> Entity:
        return self.seen[-1][1]

    def add(self, index: int, entity: Entity) -> None:
        self.seen.append((index, entity))
        self.last, self.box = index, entity.box or self.box


def _place(entity: Entity) -> tuple[object, ...]:
    """Return what entities are ordered by: where they are and what they are; the id only where all else is the same."""
    return (entity.box or (2.0,) * 4, term(entity.category), sorted(map(term, entity.attributes)), entity.id)


def _cost(thing: _Thing, entity: Entity, index: int, known: Ontology) -> float:
    mine, its = thing.entity.category, entity.category
    said, now = known.canonical("category", mine), known.canonical("category", its)
    kind = 0.0
    if said != now:
        if not (known.is_a(mine, its) or known.is_a(its, mine)):
            return _NEVER
        kind = _KIND
    attributes = {term(one) for one in thing.entity.attributes}, {term(one) for one in entity.attributes}
    colour = 0.0
    if any(attributes) and not attributes[0] & attributes[1]:
        colour = _COLOUR if all(attributes) else _COLOUR / 2
    if thing.box is None or entity.box is None:
        return _UNPLACED + kind + colour
    (x0, y0), (x1, y1) = centre(thing.box), centre(entity.box)
    far = float(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5)
    waited = index - thing.seen[-1][0] > 1
    if waited and far > _NEAR:
        return _NEVER
    return far + (1.0 - iou(thing.box, entity.box)) * 0.5 + kind + colour + 0.1 * waited


def _look(alive: Sequence[_Thing], index: int, seen: Observations | None, known: Ontology) -> None:
    """Keep what a witness saw near where it was last, though no claim of this frame names it."""
    for thing in alive:
        if thing.last == index or thing.box is None or seen is None:
            continue
        places = [one.box for one in seen.things if known.is_a(one.category, thing.entity.category)]
        if known.is_a(thing.entity.category, "person"):
            places += [person.box for person in seen.people]
        overlaps = [(iou(place, thing.box), place) for place in places]
        if overlaps and max(overlaps)[0] >= 0.3:
            thing.last, thing.box = index, max(overlaps)[1]


def _named(things: Sequence[_Thing], known: Ontology) -> tuple[Track, ...]:
    numbers: Mapping[str, count[int]] = {}
    tracks = []
    for thing in sorted(things, key=lambda one: (one.seen[0][0], _place(one.seen[0][1]))):
        category = _mostly(thing, known)
        stem = _NO_NAME.sub("_", term(category))[:80].strip("._-") or "thing"
        numbers = {stem: count(1), **numbers}
        tracks.append(
            Track(
                id=f"{stem}_{next(numbers[stem])}",
                category=category,
                sightings=tuple(Sighting(frame=index, entity=one.id, box=one.box) for index, one in thing.seen),
            )
        )
    return tuple(tracks)


def _mostly(thing: _Thing, known: Ontology) -> str:
    """Return the category that is said most often; of as many the one that is said more surely."""
    votes: Counter[str] = Counter()
    sure: Counter[str] = Counter()
    for _, entity in thing.seen:
        votes[entity.category] += 1
        sure[entity.category] += round(1000 * (0.5 if entity.confidence is None else entity.confidence))
    return min(votes, key=lambda word: (-votes[word], -sure[word], known.canonical("category", word), word))
