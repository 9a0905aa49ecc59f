"""People and things that were seen -> what the people do with the things, by layout and pose, and who of several."""

from collections import Counter
from collections.abc import Iterator, Sequence

from nesy.geometry import area
from nesy.grounding.sight import supported
from nesy.grounding.sightings import Seen, Sightings, entity_of
from nesy.ontology import Ontology
from nesy.scene import Entity, Relation, Scene
from nesy.witness.layout import actions_seen, layout_chances, verbs
from nesy.witness.showing import Showing

USUAL = 0.5
"""Chance by the layout from which an interaction may be said at all: it is what such boxes mostly mean."""
ALSO = 0.7
"""Chance from which a second interaction of the same two is said beside the likeliest."""
_GAZE = frozenset({"look_at", "watch"})
"""People look at nearly everything that is before them, and a photograph hardly shows at what."""
_BEARING = frozenset({"hips_over", "body_on", "lying", "inside", "borne"})
"""Cues of where the whole body is: it is at one thing only."""
_HANDS = {"hold": 2, "carry": 2}
"""So many things one person does this with; of all else one."""


def doings(there: Sequence[Seen], sight: Sightings) -> tuple[Relation, ...]:
    """Return the interactions that are plain, the likeliest first; their ids are all different.

    None is likelier than the layout has it, than the cues have it, or than either end is.

    Args:
        there: the things that may take part.
        sight: what was seen.
    """
    entities = {seen.name: entity_of(seen) for seen in there}
    right = {seen.name: seen.right for seen in there}
    may_be = [
        (entities[one.name], verb, entities[other.name])
        for one in there
        if sight.words.covers("person", one.category)
        for other in there
        if not sight.words.covers("person", other.category)
        for verb in _shown_verbs(sight.words.ontology)
        if actions_seen(verb, other.category, ontology=sight.words.ontology)
    ]
    chances = layout_chances(may_be, ontology=sight.words.ontology)
    asked = [
        Relation(
            id=f"may_be_{number}",
            subject=one.id,
            predicate=verb,
            object=other.id,
            confidence=min(chance, right[one.id], right[other.id]),
        )
        for number, ((one, verb, other), chance) in enumerate(zip(may_be, chances, strict=True))
        if chance is not None and chance >= USUAL
    ]
    found = supported(Scene(entities=tuple(entities.values()), relations=tuple(asked)), sight).relations
    ordered = sorted(found, key=lambda relation: -(relation.confidence or 0.0))
    return tuple(_compatible(ordered, entities, sight.words.ontology))


def _shown_verbs(ontology: Ontology) -> tuple[str, ...]:
    """Return the verbs that may be said: something shows them, and no verb before tells of the same actions."""
    showing = Showing(ontology)
    plainest = {verb.actions: name for name, verb in reversed(list(verbs().items()))}
    return tuple(
        name
        for name in plainest.values()
        if name not in _GAZE and any(cue.way == "telling" for cue in showing.of_predicate(name))
    )


def _compatible(ordered: Sequence[Relation], entities: dict[str, Entity], ontology: Ontology) -> Iterator[Relation]:
    """Yield the interactions that may all be so, the likeliest first.

    A small thing is handled by one person; a person does one thing with one thing, but for what two hands hold, and is
    borne by one thing; of two verbs that the same actions tell of, the likelier is said.
    """
    showing = Showing(ontology)
    taken: set[tuple[str, ...]] = set()
    done, paired = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    borne: dict[str, str] = {}
    for relation in ordered:
        one, verb, other = relation.subject, relation.predicate, relation.object
        bearing = any(cue.name in _BEARING for cue in showing.of_predicate(verb) if cue.way == "telling")
        actions = (one, other, *actions_seen(verb, entities[other].category, ontology=ontology))
        handled = (verb, other)
        if (
            actions in taken
            or (handled in taken and _is_small(entities[other], entities[one]))
            or done[one, verb] >= _HANDS.get(verb, 1)
            or (paired[one, other] and (relation.confidence or 0.0) < ALSO)
            or (bearing and borne.get(one, other) != other)
        ):
            continue
        taken |= {actions, handled}
        done[one, verb] += 1
        paired[one, other] += 1
        if bearing:
            borne[one] = other
        yield relation


def _is_small(thing: Entity, person: Entity) -> bool:
    return thing.box is not None and person.box is not None and area(thing.box) < area(person.box)
