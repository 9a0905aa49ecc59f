"""A relation or a part state, and what witnesses saw -> whether it is so, with a chance: by cues and by the layout.

The two ends are looked for first; of every pair that may be meant the cues that the ontology declares for the predicate
are tested on the boxes and the joints, and what the layout of the boxes tells is added where that is known. A claim is
about some pair: the best one counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nesy.geometry import Box
from nesy.grounding.measured import chance, log_odds
from nesy.grounding.opinion import Opinion, listed
from nesy.grounding.seen_entities import CONTRADICTED, PLAIN, SUPPORTED
from nesy.grounding.seen_statures import fit
from nesy.grounding.sightings import PRIOR, Sightings
from nesy.observations import Keypoints
from nesy.ontology import Ontology
from nesy.scene import Entity, PartState, Relation, Scene
from nesy.verdict import Status
from nesy.witness.cues import pair
from nesy.witness.layout import layout_chance
from nesy.witness.showing import Cue, Showing, Shown, Way, shown

ABSENT = 0.8
"""The chance that something holds of a thing that nobody is sure to see, if it is there: who names it, names it for
what it does. By hand."""
WEIGHTS: Mapping[Way, tuple[str, str]] = {
    "telling": ("seen", "missed"),
    "hinting": ("hinted", "unhinted"),
    "needed": ("met", "wanting"),
}
"""How a cue shows something -> the names of what it weighs where it is there, and where it is not."""
PLAINLY_MISSED = 0.1
"""Degree of a cue up to which it is plainly missed: only then it may contradict."""


@dataclass(frozen=True)
class Place:
    """Where an end of a relation may be."""

    box: Box | None
    """None: nothing of the kind is seen, and the claim says no box."""
    there: float
    """The chance that such a thing is there, and is who is meant; 1 where nobody looked for its kind and the claim says
    where it is."""
    name: str | None
    """Of what was seen there; None: nothing was."""
    joints: Keypoints | None = None
    trust: float = 1.0
    """The chance that it is this that is meant; a glimpse may be of something else."""


@dataclass(frozen=True)
class Weighed:
    """What is thought of one pair."""

    one: Place
    other: Place | None
    shown: tuple[Shown, ...]
    holds: float
    """The chance that the relation holds, both ends being there."""

    @property
    def chance(self) -> float:
        """The chance that it holds, and both ends are there."""
        return self.holds * self.one.there * (1.0 if self.other is None else self.other.there)

    @property
    def names(self) -> tuple[str, ...]:
        """What was seen of the two ends, sorted."""
        ends = (self.one, self.other)
        return tuple(sorted({end.name for end in ends if end is not None and end.name is not None}))

    @property
    def is_seen(self) -> bool:
        """Whether both ends were."""
        return self.one.name is not None and (self.other is None or self.other.name is not None)


def judge_relation(claim: Relation, scene: Scene, of_entity: Mapping[str, Opinion], sight: Sightings) -> Opinion:
    """Tell whether two things stand so."""
    cues = _showing(sight.words.ontology).of_predicate(claim.predicate)
    return _judged(
        scene.entity(claim.subject), scene.entity(claim.object), claim.predicate, cues, scene, of_entity, sight
    )


def judge_part_state(claim: PartState, scene: Scene, of_entity: Mapping[str, Opinion], sight: Sightings) -> Opinion:
    """Tell whether a body part is in a state."""
    showing = _showing(sight.words.ontology)
    thing = None if claim.object is None else scene.entity(claim.object)
    cues = showing.of_state(claim.part, claim.state)
    if thing is None:
        cues = (*cues, *(cue for cue in showing.of_part_alone(claim.part, claim.state) if cue not in cues))
    return _judged(scene.entity(claim.entity), thing, claim.state, cues, scene, of_entity, sight)


def _judged(
    subject: Entity,
    thing: Entity | None,
    doing: str,
    cues: Sequence[Cue],
    scene: Scene,
    of_entity: Mapping[str, Opinion],
    sight: Sightings,
) -> Opinion:
    for end in (subject, thing):
        if end is not None and of_entity[end.id].status == "contradicted":
            gone = of_entity[end.id]
            return Opinion("contradicted", gone.reason, gone.evidence, chance=_half(gone.chance))
    ones = _places(subject, scene, of_entity[subject.id], sight)
    others = [None] if thing is None else _places(thing, scene, of_entity[thing.id], sight)
    pairs = [(one, other) for one in ones for other in others if not _is_one(one, other)]
    weighed = [_weighed(subject, one, thing, other, doing, cues, sight) for one, other in pairs]
    told = [pair for pair in weighed if pair is not None]
    if not told:
        return Opinion("unknown", "Nothing that was seen tells.")
    best = max(told, key=lambda pair: pair.chance)
    status: Status = "unknown"
    if best.is_seen and best.chance >= SUPPORTED and _speaks_for(best, cues):
        status = "supported"
    elif _all_against(told, subject, thing, sight):
        status = "contradicted"
    return Opinion(status, _reason(best), best.names, chance=best.chance)


def _places(entity: Entity, scene: Scene, existence: Opinion, sight: Sightings) -> list[Place]:
    """Return where an entity may be: at its box; else where something is seen that may be it; else nowhere."""
    maybe = sight.possible(entity.category)
    if entity.box is not None:
        seen = sight.at(entity.box, maybe)
        there = 1.0
        joints = sight.joints_at(entity.box) if seen is None else seen.joints
        return [Place(entity.box, there, None if seen is None else seen.name, joints)]
    if maybe:
        showing = _showing(sight.words.ontology)
        return [
            Place(one.box, one.right * fit(entity, one, scene, sight, showing), one.name, one.joints) for one in maybe
        ]
    there = PRIOR if existence.chance is None else existence.chance
    glimpsed = [Place(one.box, there, None, trust=one.right) for one in sight.glimpses(entity.category)]
    return glimpsed or [Place(None, there if sight.category(entity.category) is not None else 1.0, None)]


def _is_one(one: Place, other: Place | None) -> bool:
    """Tell whether both ends are one thing that was seen."""
    return other is not None and one.name is not None and one.name == other.name


def _weighed(
    subject: Entity,
    one: Place,
    thing: Entity | None,
    other: Place | None,
    doing: str,
    cues: Sequence[Cue],
    sight: Sightings,
) -> Weighed | None:
    """Weigh one pair; None where nothing is known of it."""
    if one.box is None or (other is not None and other.box is None):
        return _half_seen(subject, one, thing, other, doing, sight)
    told = shown(
        cues,
        pair(one.box, one.box if other is None else other.box or one.box, one.joints, sight.aspect),
        alone=other is None,
    )
    layout = None
    if thing is not None and other is not None:
        ends = (entity.model_copy(update={"box": box}) for entity, box in ((subject, one.box), (thing, other.box)))
        layout = layout_chance(next(ends), doing, next(ends), ontology=sight.words.ontology)
    if not told and layout is None:
        return _unseen(subject, one, thing, other, sight)
    trust = one.trust * (1.0 if other is None else other.trust)
    so = holds(told, layout, sight.measured.relation)
    return Weighed(one, other, told, trust * so + (1 - trust) * ABSENT)


def _half_seen(
    subject: Entity, one: Place, thing: Entity | None, other: Place | None, doing: str, sight: Sightings
) -> Weighed | None:
    """Weigh a pair of which one end is nowhere: by how the first is held, and by whether the ends are there at all."""
    if one.box is not None:
        bearing = _showing(sight.words.ontology).of_bearing(doing)
        told = shown(bearing, pair(one.box, one.box, one.joints, sight.aspect), alone=True)
        if told:
            so = holds(told, None, sight.measured.relation)
            return Weighed(one, other, told, one.trust * so + (1 - one.trust) * ABSENT)
    return _unseen(subject, one, thing, other, sight)


def _unseen(subject: Entity, one: Place, thing: Entity | None, other: Place | None, sight: Sightings) -> Weighed | None:
    """Weigh a pair of which nothing is known but that an end was looked for and is not seen; None otherwise."""
    missing = [
        end
        for end, place in ((subject, one), (thing, other))
        if end is not None and place is not None and place.name is None and sight.category(end.category) is not None
    ]
    return Weighed(one, other, (), ABSENT) if missing else None


def holds(told: Sequence[Shown], layout: float | None, weights: Mapping[str, float]) -> float:
    """Return the chance that something holds: a sum of log-odds. A cue that is taken away always lowers it.

    Args:
        told: what the cues say, of those that could be tested.
        layout: the chance by the two boxes and categories; None: nothing is known.
        weights: all of them above nought but `prior`.
    """
    odds = weights["prior"]
    for one in told:
        there, not_there = WEIGHTS[one.cue.way]
        odds += weights[there] * one.degree - weights[not_there] * (1 - one.degree)
    if layout is not None:
        odds += weights["layout"] * (log_odds(layout) - weights["usual"])
    return chance(odds)


def _speaks_for(best: Weighed, cues: Sequence[Cue]) -> bool:
    """Tell whether what shows it could be looked for, where anything is known to, and nothing is plainly missed."""
    telling = [cue for cue in cues if cue.way == "telling"]
    looked_for = not telling or any(one.cue in telling for one in best.shown)
    return looked_for and all(one.degree > PLAINLY_MISSED for one in best.shown)


def _all_against(told: Sequence[Weighed], subject: Entity, thing: Entity | None, sight: Sightings) -> bool:
    """Tell whether every pair that may be meant is seen, and something is plainly missed in each."""
    for end in (subject, thing):
        if end is not None and end.box is None and not _is_complete(end.category, sight):
            return False
    return all(
        one.is_seen and one.holds < CONTRADICTED and any(cue.degree <= PLAINLY_MISSED for cue in one.shown)
        for one in told
    )


def _is_complete(word: str, sight: Sightings) -> bool:
    """Tell whether hardly any thing of a word can be there beside those that are seen."""
    return sight.category(word) is not None and sight.recall(word) >= PLAIN and sight.glimpse(word) is None


def _reason(best: Weighed) -> str:
    ends = listed(best.names) if best.names else "the two"
    if not best.shown:
        return f"Of {ends} the boxes alone tell." if best.is_seen else "One of the two is not seen."
    if best.names and any(end is not None and end.trust < 1.0 for end in (best.one, best.other)):
        ends += " and a glimpse of the other"
    for_it = [one.cue.seen for one in best.shown if one.degree >= PRIOR]
    against = [one.cue.missed for one in best.shown if one.degree < PRIOR]
    says = listed([*against, *for_it] if best.holds < PRIOR else [*for_it, *against], most=4)
    return f"Of {ends}: {says}."


def _half(value: float | None) -> float | None:
    return None if value is None else value * PRIOR


@lru_cache(maxsize=4)
def _showing(ontology: Ontology) -> Showing:
    return Showing(ontology)
