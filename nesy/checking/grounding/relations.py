"""A relation or a part state, and the evidence -> whether the two things stand so: as told, by boxes, by the rules."""

from collections.abc import Iterator, Mapping

from rdflib import URIRef

from nesy.checking.grounding.entities import SAME_PLACE
from nesy.checking.grounding.evidence import Evidence, Known
from nesy.checking.grounding.opinion import Opinion, contradicted, listed, supported, unknown
from nesy.checking.grounding.trial import SAID, Trial
from nesy.finding import Finding
from nesy.geometry import Box, centre, iou
from nesy.ontology_names import NESY, VOCABULARY
from nesy.scene import Entity, PartState, Relation, Scene

CLEAR = 0.05
"""So far apart, as a share of the image, two centres must be for a box to lie left of or above another. By hand."""
_MOST_TRIALS = 64
"""Pairs that are tried against the rules; where there are more, the evidence does not tell."""
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
    subjects, things = _meant(subject, evidence), _meant(thing, evidence)
    told = [evidence.name(*place) for place in _told(claim.predicate, subjects, things, evidence)]
    if told:
        return supported(f"The evidence says so: {listed(told)}.", told)
    for one, other in _pairs(subjects, things):
        if _shown(claim.predicate, one.entity.box, other.entity.box, evidence):
            names = evidence.names((one, other))
            return supported(f"The boxes of {listed(names)} lie so.", names)
    says = f"{subject.category} {claim.predicate} {thing.category}".replace("_", " ")
    return _excluded(claim, thing, subjects, things, evidence, trial) or unknown(
        f"The evidence does not tell whether this holds: {says}."
    )


def judge_part_state(claim: PartState, scene: Scene, of_entity: Mapping[str, Opinion], evidence: Evidence) -> Opinion:
    """Tell whether a body part is in the state."""
    ends = (claim.entity,) if claim.object is None else (claim.entity, claim.object)
    gone = _missing(ends, scene, of_entity, evidence)
    if gone is not None:
        return gone
    word = evidence.words.ontology.canonical
    bodies = {(k.source, k.entity.id) for k in _meant(scene.entity(claim.entity), evidence)}
    objects = None if claim.object is None else _meant(scene.entity(claim.object), evidence)
    things = None if objects is None else {(k.source, k.entity.id) for k in objects}
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


def _meant(entity: Entity, evidence: Evidence) -> list[Known]:
    """Return the entities that may be meant: of that word, and at the same place where boxes tell."""
    found = evidence.meant(entity.category)
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


def _excluded(
    claim: Relation, thing: Entity, subjects: list[Known], things: list[Known], evidence: Evidence, trial: Trial
) -> Opinion | None:
    """Return that it cannot be, where the rules exclude it of every subject that there is."""
    for i, source in enumerate(evidence.sources):
        ones, others = ([k for k in found if k.source == i] for found in (subjects, things))
        if not ones or len(ones) * max(1, len(others)) > _MOST_TRIALS or not _few_left(ones, evidence):
            continue
        some = Entity(id=f"{SAID}_thing", category=thing.category)
        broken = _broken(claim, source, ones, [some], trial)  # whatever the thing is
        if len(broken) < len(ones) and others and _few_left(others, evidence):
            broken = _broken(claim, source, ones, [k.entity for k in others], trial)
        if broken and len(broken) == len(ones):
            names = {evidence.name(i, c) for f in broken for c in f.claims if not c.startswith(f"{SAID}_")}
            return contradicted(f"With the evidence it breaks a rule: {broken[0].name}.", names)
    return None


def _few_left(found: list[Known], evidence: Evidence) -> bool:
    """Tell whether there are no others than these that may be meant."""
    return all(evidence.left(k.entity.category, found) in (0, -1) for k in found)


def _broken(claim: Relation, source: Scene, ones: list[Known], things: list[Entity], trial: Trial) -> list[Finding]:
    """Return a broken rule for every subject that can do it with none of the things."""
    found = []
    for one in ones:
        pairs = [thing for thing in things if thing.id != one.entity.id]
        rules = [trial.relation(source, one.entity, claim.predicate, thing) for thing in pairs]
        if rules and rules[0] is not None and all(rules):
            found.append(rules[0])
    return found
