"""A relation that is said, and the evidence -> that it cannot be: by postures, by what one does once, by the rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nesy.grounding.evidence import Evidence, Known
from nesy.grounding.hypothesis import SAID, Trial
from nesy.grounding.opinion import Opinion, contradicted
from nesy.scene import Entity, term
from nesy.verdict import Objection, named

_MOST_TRIALS = 64
"""Pairs that are tried against the rules; where there are more, the evidence does not tell."""

_REVERSED = ("InteractionBothWays", "SpatialAsymmetry", "OppositeOfInverse")
"""Rules against what is told of a pair with its two ends exchanged: the dog that bites the man, for the man."""


@dataclass(frozen=True)
class _Reason:
    """Why something is excluded of one subject."""

    objection: Objection
    sentence: str
    claims: frozenset[str]
    """Ids of the claims of the evidence, in its source."""


def excluded(
    predicate: str,
    subject: Entity,
    thing: Entity,
    subjects: Sequence[Known],
    things: Sequence[Known],
    evidence: Evidence,
    trial: Trial,
) -> Opinion | None:
    """Return that it cannot be, where the evidence excludes it of every subject that may be meant; else None.

    Args:
        subject: as it is said, like `thing`.
        subjects: of the evidence, that may be meant, like `things`.
    """
    some = Entity(id=f"{SAID}_thing", category=thing.category)
    for i in range(len(evidence.sources)):
        ones, others = ([k for k in found if k.source == i] for found in (subjects, things))
        if not ones or len(ones) * max(1, len(others)) > _MOST_TRIALS or evidence.left(subject.category, ones) != 0:
            continue
        tests: list[Callable[[Known], _Reason | None]] = [
            partial(_by_posture, predicate, evidence),
            partial(_by_kind, predicate, thing, evidence),
            partial(_by_rule, predicate, [some], evidence, trial),  # whatever the thing is
        ]
        if others and evidence.left(thing.category, others) == 0:
            tests.append(partial(_by_rule, predicate, [k.entity for k in others], evidence, trial))
        for test in tests:
            reasons = [test(one) for one in ones]
            told = [reason for reason in reasons if reason is not None]
            if len(told) == len(ones):
                names = {evidence.name(i, claim) for reason in told for claim in reason.claims}
                return contradicted(told[0].objection, told[0].sentence, names)
    return None


def _by_posture(predicate: str, evidence: Evidence, one: Known) -> _Reason | None:
    """Who sits on a bridge stands on no pier."""
    words, first = evidence.words, _first(predicate)
    if words.dimension(first) != "posture" or not words.ontology.is_a(one.entity.category, "agent"):
        return None
    others = [quality for quality in evidence.qualities(one) if words.dimension(quality) == "posture"]
    if not others or not all(words.clash(first, other) for other in others):
        return None
    relations = evidence.sources[one.source].relations
    telling = [
        r.id for r in relations if r.subject == one.entity.id and words.dimension(_first(r.predicate)) == "posture"
    ]
    sentence = f"The evidence says otherwise: {words.attribute(others[0])}."
    return _Reason(words.posture_of(one.entity.category), sentence, frozenset(telling or [one.entity.id]))


def _by_kind(predicate: str, thing: Entity, evidence: Evidence, one: Known) -> _Reason | None:
    """Who wears a helmet wears no cap."""
    words = evidence.words
    divisions = [d for d in words.divisions(thing.category) if words.predicate(predicate) in words.one_under(d)]
    if not divisions:
        return None
    source = evidence.sources[one.source]
    for relation in source.relations:
        if relation.subject != one.entity.id or not words.entails(relation.predicate, predicate):
            continue
        known = source.entity(relation.object)
        if evidence.excludes(thing.category, Known(one.source, known)):
            sentence = f"The evidence names {known.category.replace('_', ' ')} instead."
            return _Reason("worn_kind", sentence, frozenset([relation.id]))
    return None


def _by_rule(predicate: str, things: Sequence[Entity], evidence: Evidence, trial: Trial, one: Known) -> _Reason | None:
    """Return the first rule that is broken, where one is with each of the things."""
    source = evidence.sources[one.source]
    pairs = [thing for thing in things if thing.id != one.entity.id]
    broken = [trial.relation(source, one.entity, predicate, thing) for thing in pairs]
    found = [finding for finding in broken if finding is not None]
    if not found or len(found) < len(pairs):
        return None
    claims = {claim for finding in found for claim in finding.claims if not claim.startswith(f"{SAID}_")}
    kind: Objection = "reversed" if named(found[0].rule, _REVERSED) else "rule"
    return _Reason(kind, f"With the evidence it breaks a rule: {found[0].name}.", frozenset(claims))


def _first(predicate: str) -> str:
    return term(predicate).split("_", 1)[0]
