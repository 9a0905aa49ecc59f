"""A scene, trusted scenes -> what these say of every claim: supported, contradicted or unknown, and why."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from nesy.checking.check import check
from nesy.checking.rules import Rules
from nesy.grounding.entities import judge_count, judge_entity
from nesy.grounding.evidence import Evidence
from nesy.grounding.hypothesis import Trial
from nesy.grounding.objection_weights import Weights, shipped
from nesy.grounding.opinion import Opinion
from nesy.grounding.properties import judge_attribute
from nesy.grounding.read_text import said_text
from nesy.grounding.relations import judge_part_state, judge_relation
from nesy.grounding.seen_entities import CONTRADICTED
from nesy.grounding.sight import Source, both, divided, seen_opinions
from nesy.grounding.sightings import PRIOR, Sightings
from nesy.grounding.word_match import Words
from nesy.observations import Witness
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, in_words
from nesy.verdict import GroundedVerdict, Judgement
from nesy.witness.embedded import NAME


def ground(
    scene: Scene,
    evidence: Source | Sequence[Source],
    *,
    closed: Collection[str] | None = None,
    witness: Witness | str = NAME,
    ontology: Ontology | None = None,
    rules: Rules | None = None,
) -> tuple[Judgement, ...]:
    """Return what evidence says of every claim of a scene, and of every attribute, in the scene's order.

    Claims are held against the evidence one by one, and each is judged supported where the evidence says it or what
    entails it of any entity that may be meant; contradicted where what it names is absent, or the evidence excludes it
    for every entity that may be meant; unknown otherwise. A claim that hangs on an absent entity is contradicted.

    Trusted scenes decide; where they do not tell, what a witness saw does, with a chance. That a witness finds nothing
    contradicts nothing by itself: it weighs by the share of such things that are found.

    >>> import nesy
    >>> said = nesy.Scene.from_json('{"entities": [{"category": "puppy"}, {"category": "cat"}]}')
    >>> seen = nesy.Scene(entities=[nesy.Entity(id="dog_1", category="dog")])
    >>> [(one.says, one.status) for one in nesy.ground(said, seen, closed=["cat", "dog"])]
    [('puppy_1 is a puppy', 'unknown'), ('cat_1 is a cat', 'contradicted')]

    Args:
        scene: whose claims are judged; of a text, a model or anything else.
        evidence: scenes that are trusted (boxes, annotations, captions of people), what witnesses saw, or the picture
            itself, at which the witness then looks; one, or several of the same picture.
        closed: the words of which the evidence names every thing there is, such as the 80 categories that a detector
            knows (`Ontology.categories`): what it does not name of these is absent. None: nothing is closed. For
            scenes alone.
        witness: who looks at a picture, or its name as `--witness` takes it.
        ontology: the shipped one if None.
        rules: that say what excludes what; the shipped ones if None.

    >>> from nesy.observations import Observations
    >>> cup = Observations.from_json('''{"witnesses": [{"name": "w", "categories": ["cup"]}], "things": [
    ...     {"category": "cup", "box": [0.1, 0.2, 0.3, 0.4], "score": 0.9, "witness": "w"}]}''')
    >>> said = nesy.Scene.from_json('{"entities": [{"category": "drinking vessel"}]}')
    >>> [(one.status, one.reason) for one in nesy.ground(said, cup)]
    [('supported', 'The witness sees cup_1.')]

    Raises:
        InputError: there is no evidence, or it is of different pictures; or no witness is called so.
        KnowledgeError: a shipped rule or ontology file cannot be used.
        ModelError: the witness cannot look.
    """
    known = Ontology.default() if ontology is None else ontology
    return judged(scene, evidence, shipped(), closed=closed, witness=witness, ontology=known, rules=rules)


def judged(
    scene: Scene,
    evidence: Source | Sequence[Source],
    weights: Weights,
    *,
    closed: Collection[str] | None = None,
    witness: Witness | str = NAME,
    ontology: Ontology | None = None,
    rules: Rules | None = None,
) -> tuple[Judgement, ...]:
    """Return what evidence says of every claim, with other weights of the objections; the rest is as of `ground`."""
    known = Ontology.default() if ontology is None else ontology
    scenes, sight = divided(evidence, witness, _words(known), of=scene.image, of_text=_of_text(scene))
    trusted = Evidence(scenes, closed or (), _words(known))
    trial = Trial(Rules.load() if rules is None else rules, known)
    return tuple(_judged(scene, trusted, trial, weights, sight))


def check_against(
    scene: Scene,
    evidence: Source | Sequence[Source],
    *,
    closed: Collection[str] | None = None,
    witness: Witness | str = NAME,
    ontology: Ontology | None = None,
    rules: Rules | None = None,
) -> GroundedVerdict:
    """Return what the rules say of a scene, and what evidence says of its claims; arguments as of `ground`.

    It is consistent where it breaks no rule that forbids, and none of its claims is contradicted.
    """
    verdict = check(scene, rules, ontology)
    judgements = ground(scene, evidence, closed=closed, witness=witness, ontology=ontology, rules=rules)
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


def _of_text(scene: Scene) -> bool:
    return any(said_text(attribute) is not None for entity in scene.entities for attribute in entity.attributes)


@lru_cache(maxsize=4)
def _words(ontology: Ontology) -> Words:
    return Words(ontology)


def _judged(
    scene: Scene, evidence: Evidence, trial: Trial, weights: Weights, sight: Sightings | None
) -> Iterator[Judgement]:
    """Yield what is said of every claim: by the scenes, by the sightings, or by both."""
    by_sight = seen_opinions(scene, sight) if sight is not None else None
    if not evidence.sources and by_sight is not None:
        yield from (_said(claim, opinion, weights, attribute) for claim, attribute, opinion in by_sight)
        return
    for claim, attribute, found in _by_scenes(scene, evidence, trial, weights):
        opinion = weighed(found, weights)
        of_both = opinion if by_sight is None else both(opinion, next(by_sight)[2])
        yield _said(claim, of_both, weights, attribute)


def _by_scenes(
    scene: Scene, evidence: Evidence, trial: Trial, weights: Weights
) -> Iterator[tuple[Claim, str | None, Opinion]]:
    of_entity = {entity.id: weighed(judge_entity(entity, evidence), weights) for entity in scene.entities}
    for claim in scene.claims():
        match claim:
            case Entity():
                yield claim, None, of_entity[claim.id]
                for attribute in claim.attributes:
                    opinion = judge_attribute(claim, attribute, of_entity[claim.id], scene, evidence, trial)
                    yield claim, attribute, opinion
            case PartState():
                yield claim, None, judge_part_state(claim, scene, of_entity, evidence)
            case Relation():
                yield claim, None, judge_relation(claim, scene, of_entity, evidence, trial)
            case Count():
                yield claim, None, judge_count(claim, evidence)


def weighed(opinion: Opinion, weights: Weights) -> Opinion:
    """Return an opinion as it is, or as unknown where its objection is of a kind that is right too seldom."""
    if opinion.status != "contradicted" or opinion.objection is None:
        return opinion
    weight = weights.of(opinion.objection)
    return opinion if weight.counts else replace(opinion, status="unknown", reason=f"{opinion.reason} {weight.told}")


def _said(claim: Claim, opinion: Opinion, weights: Weights, attribute: str | None = None) -> Judgement:
    verb = "" if attribute is None or said_text(attribute) is not None else "is "
    says = in_words(claim) if attribute is None else f"{claim.id} {verb}{attribute}"
    return Judgement(
        claim=claim.id,
        attribute=attribute,
        says=says,
        status=opinion.status,
        chance=_told_chance(opinion, weights),
        spans=claim.spans,
        evidence=tuple(sorted(set(opinion.evidence))),
        reason=opinion.reason,
        objection=opinion.objection,
    )


def _told_chance(opinion: Opinion, weights: Weights) -> float | None:
    """Return the chance of a claim: what was weighed, or what such an objection leaves it; 1 where it is supported.

    What is unknown is told to be no less likely than what is contradicted, for nothing that was seen decides: its
    chances below even are drawn together to between `CONTRADICTED` and even, and keep their order.
    """
    if opinion.chance is not None:
        drawn = opinion.chance
        if opinion.status == "unknown" and drawn < PRIOR:
            drawn = CONTRADICTED + drawn * (PRIOR - CONTRADICTED) / PRIOR
        return round(drawn, 4)
    if opinion.objection is not None:
        false = weights.of(opinion.objection).chance
        return None if false is None else round(1.0 - false, 4)
    return 1.0 if opinion.status == "supported" else None
