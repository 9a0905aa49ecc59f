"""A relation or a part state, and the evidence -> whether the two things stand so: as told, by boxes, by the rules."""

from collections.abc import Iterator, Mapping

from rdflib import URIRef

from nesy.geometry import Box, centre, iou
from nesy.grounding.entities import SAME_PLACE
from nesy.grounding.evidence import Evidence, Known
from nesy.grounding.exclusion import excluded
from nesy.grounding.hypothesis import Trial
from nesy.grounding.opinion import Opinion, contradicted, listed, supported, unknown
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.scene import Entity, PartState, Relation, Scene

CLEAR = 0.05
"""So far apart, as a share of the image, two centres must be for a box to lie left of or above another. By hand."""
_WAYS: Mapping[URIRef, tuple[int, int]] = {
    VOCABULARY["direction_left"]: (0, -1),
    VOCABULARY["direction_right"]: (0, 1),
    VOCABULARY["direction_up"]: (1, -1),
    VOCABULARY["direction_down"]: (1, 1),
}
"""Direction -> axis (0 across, 1 down) and sign of the way from the second thing to the first."""
_TOUCHING = frozenset({"on", "on_top_of"})
"""They have a direction, which does not say that they hold."""


def judge_relation(
    claim: Relation, scene: Scene, of_entity: Mapping[str, Opinion], evidence: Evidence, trial: Trial
) -> Opinion:
    """Tell whether the two things stand so."""
    gone = _missing((claim.subject, claim.object), scene, of_entity, evidence)
    if gone is not None:
        return gone
    subject, thing = scene.entity(claim.subject), scene.entity(claim.object)
    crowded = _too_many(subject, thing, evidence)
    if crowded is not None:
        return crowded
    subjects, things = (_placed(e, evidence.possible(e.category)) for e in (subject, thing))
    told = [evidence.name(*place) for place in _told(claim.predicate, subjects, things, evidence)]
    if told:
        return supported(f"The evidence says so: {listed(told)}.", told)
    for one, other in _pairs(subjects, things):
        if _shown(claim.predicate, one.entity.box, other.entity.box, evidence):
            names = evidence.names((one, other))
            return supported(f"The boxes of {listed(names)} lie so.", names)
    subjects, things = (_placed(e, evidence.meant(e.category)) for e in (subject, thing))
    says = f"{subject.category} {claim.predicate} {thing.category}".replace("_", " ")
    return excluded(claim.predicate, subject, thing, subjects, things, evidence, trial) or unknown(
        f"The evidence does not tell whether this holds: {says}."
    )


def _too_many(subject: Entity, thing: Entity, evidence: Evidence) -> Opinion | None:
    """A dog that chases another dog makes two: more than there are?"""
    number = evidence.number(thing.category)
    if subject.id == thing.id or number is None or not evidence.words.covers(thing.category, subject.category):
        return None
    there, which = number
    said = sum(2 if evidence.is_plural(entity) else 1 for entity in (subject, thing))
    if said <= there:
        return None
    return contradicted(
        "too_many", f"It speaks of {said} at least, and the evidence has {there}.", evidence.names(which)
    )


def judge_part_state(claim: PartState, scene: Scene, of_entity: Mapping[str, Opinion], evidence: Evidence) -> Opinion:
    """Tell whether a body part is in the state."""
    ends = (claim.entity,) if claim.object is None else (claim.entity, claim.object)
    gone = _missing(ends, scene, of_entity, evidence)
    if gone is not None:
        return gone
    word = evidence.words.ontology.canonical
    body = scene.entity(claim.entity)
    bodies = {(k.source, k.entity.id) for k in _placed(body, evidence.possible(body.category))}
    thing = None if claim.object is None else scene.entity(claim.object)
    things = None if thing is None else _places(_placed(thing, evidence.possible(thing.category)))
    told = [
        evidence.name(i, state.id)
        for i, source in enumerate(evidence.sources)
        for state in source.part_states
        if (i, state.entity) in bodies
        and word("part", state.part) == word("part", claim.part)
        and word("state", state.state) == word("state", claim.state)
        and (things is None or (i, state.object) in things)
    ]
    if told:
        return supported(f"The evidence says so: {listed(told)}.", told)
    return unknown(f"The evidence does not tell of the {claim.part}.")


def _missing(
    ends: tuple[str, ...], scene: Scene, of_entity: Mapping[str, Opinion], evidence: Evidence
) -> Opinion | None:
    for end in ends:
        word, opinion = scene.entity(end).category, of_entity[end]
        if opinion.status == "contradicted" and not evidence.others(word):
            return opinion
    return None


def _placed(entity: Entity, found: list[Known]) -> list[Known]:
    """Return those that are at the same place, where boxes tell."""
    if entity.box is None:
        return found
    return [k for k in found if k.entity.box is None or iou(entity.box, k.entity.box) >= SAME_PLACE]


def _told(predicate: str, subjects: list[Known], things: list[Known], evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Yield (source, id) of the relations of the evidence that say it."""
    words = evidence.words
    ones, others = _places(subjects), _places(things)
    for i, source in enumerate(evidence.sources):
        for relation in source.relations:
            subject, thing = (i, relation.subject), (i, relation.object)
            turned = words.turned(relation.predicate)
            straight = subject in ones and thing in others and words.entails(relation.predicate, predicate)
            if straight or (
                turned is not None and subject in others and thing in ones and words.entails(turned, predicate)
            ):
                yield i, relation.id


def _places(found: list[Known]) -> set[tuple[int, str]]:
    return {(k.source, k.entity.id) for k in found}


def _pairs(subjects: list[Known], things: list[Known]) -> Iterator[tuple[Known, Known]]:
    return ((a, b) for a in subjects for b in things if a.source == b.source and a.entity.id != b.entity.id)


def _shown(predicate: str, one: Box | None, other: Box | None, evidence: Evidence) -> bool:
    """Tell whether boxes alone show it: left, right, above, below, by a clear difference of their centres."""
    ontology = evidence.words.ontology
    iri = ontology.iri("predicate", predicate)
    if one is None or other is None or iri is None or ontology.canonical("predicate", predicate) in _TOUCHING:
        return False
    way = next((_WAYS[d] for d in ontology.graph.objects(iri, NESY.direction) if isinstance(d, URIRef)), None)
    if way is None:
        return False
    axis, sign = way
    return (centre(one)[axis] - centre(other)[axis]) * sign >= CLEAR
