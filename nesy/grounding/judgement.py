"""A scene, trusted scenes -> what these say of every claim: supported, contradicted or unknown, and why."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from nesy.checking.check import check
from nesy.checking.rules import Rules
from nesy.grounding.entities import judge_count, judge_entity
from nesy.grounding.evidence import Evidence
from nesy.grounding.hypothesis import Trial
from nesy.grounding.opinion import Opinion
from nesy.grounding.properties import judge_attribute
from nesy.grounding.relations import judge_part_state, judge_relation
from nesy.grounding.weights import Weights, shipped
from nesy.grounding.word_match import Words
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, in_words
from nesy.verdict import GroundedVerdict, Judgement


def ground(
    scene: Scene,
    evidence: Scene | Sequence[Scene],
    *,
    closed: Collection[str] | None = None,
    ontology: Ontology | None = None,
    rules: Rules | None = None,
) -> tuple[Judgement, ...]:
    """Return what evidence says of every claim of a scene, and of every attribute, in the scene's order.

    Claims are held against the evidence one by one, and each is judged supported where the evidence says it or what
    entails it of any entity that may be meant; contradicted where what it names is absent, or the evidence excludes it
    for every entity that may be meant; unknown otherwise. A claim that hangs on an absent entity is contradicted.

    >>> import nesy
    >>> said = nesy.Scene.from_json('{"entities": [{"category": "puppy"}, {"category": "cat"}]}')
    >>> seen = nesy.Scene(entities=[nesy.Entity(id="dog_1", category="dog")])
    >>> [(one.says, one.status) for one in nesy.ground(said, seen, closed=["cat", "dog"])]
    [('puppy_1 is a puppy', 'unknown'), ('cat_1 is a cat', 'contradicted')]

    Args:
        scene: whose claims are judged; of a text, a model or anything else.
        evidence: trusted: boxes, annotations, a detector's output; one scene, or several of the same image.
        closed: the words of which the evidence names every thing there is, such as the 80 categories that a detector
            knows (`Ontology.categories`): what it does not name of these is absent. None: nothing is closed.
        ontology: the shipped one if None.
        rules: that say what excludes what; the shipped ones if None.

    Raises:
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    known = Ontology.default() if ontology is None else ontology
    return judged(scene, evidence, shipped(), closed=closed, ontology=known, rules=rules)


def judged(
    scene: Scene,
    evidence: Scene | Sequence[Scene],
    weights: Weights,
    *,
    closed: Collection[str] | None = None,
    ontology: Ontology | None = None,
    rules: Rules | None = None,
) -> tuple[Judgement, ...]:
    """Return what evidence says of every claim, with other weights of the objections; the rest is as of `ground`."""
    known = Ontology.default() if ontology is None else ontology
    trusted = Evidence((evidence,) if isinstance(evidence, Scene) else evidence, closed or (), _words(known))
    trial = Trial(Rules.load() if rules is None else rules, known)
    return tuple(_judged(scene, trusted, trial, weights))


def check_against(
    scene: Scene,
    evidence: Scene | Sequence[Scene],
    *,
    closed: Collection[str] | None = None,
    ontology: Ontology | None = None,
    rules: Rules | None = None,
) -> GroundedVerdict:
    """Return what the rules say of a scene, and what evidence says of its claims; arguments as of `ground`.

    It is consistent where it breaks no rule that forbids, and none of its claims is contradicted.
    """
    verdict = check(scene, rules, ontology)
    judgements = ground(scene, evidence, closed=closed, ontology=ontology, rules=rules)
    grounded = GroundedVerdict(
        consistent=(verdict.consistent or bool(verdict.why_unknown))
        and all(judgement.status != "contradicted" for judgement in judgements),
        findings=verdict.findings,
        more=verdict.more,
        undecided=verdict.undecided,
        unknown_labels=verdict.unknown_labels,
        judgements=judgements,
    )
    return grounded.doubted(verdict.why_unknown)


@lru_cache(maxsize=4)
def _words(ontology: Ontology) -> Words:
    return Words(ontology)


def _judged(scene: Scene, evidence: Evidence, trial: Trial, weights: Weights) -> Iterator[Judgement]:
    of_entity = {entity.id: weighed(judge_entity(entity, evidence), weights) for entity in scene.entities}
    for claim in scene.claims():
        match claim:
            case Entity():
                yield _said(claim, of_entity[claim.id], weights)
                for attribute in claim.attributes:
                    opinion = judge_attribute(claim, attribute, of_entity[claim.id], scene, evidence, trial)
                    yield _said(claim, opinion, weights, attribute)
            case PartState():
                yield _said(claim, judge_part_state(claim, scene, of_entity, evidence), weights)
            case Relation():
                yield _said(claim, judge_relation(claim, scene, of_entity, evidence, trial), weights)
            case Count():
                yield _said(claim, judge_count(claim, evidence), weights)


def weighed(opinion: Opinion, weights: Weights) -> Opinion:
    """Return an opinion as it is, or as unknown where its objection is of a kind that is right too seldom."""
    if opinion.status != "contradicted" or opinion.objection is None:
        return opinion
    weight = weights.of(opinion.objection)
    return opinion if weight.counts else replace(opinion, status="unknown", reason=f"{opinion.reason} {weight.told}")


def _said(claim: Claim, found: Opinion, weights: Weights, attribute: str | None = None) -> Judgement:
    opinion = weighed(found, weights)
    chance = None if opinion.objection is None else weights.of(opinion.objection).chance
    says = in_words(claim) if attribute is None else f"{claim.id} is {attribute}"
    return Judgement(
        claim=claim.id,
        attribute=attribute,
        says=says,
        status=opinion.status,
        spans=claim.spans,
        evidence=tuple(sorted(set(opinion.evidence))),
        reason=opinion.reason,
        objection=opinion.objection,
        chance=None if chance is None else round(1 - chance, 4),
    )
