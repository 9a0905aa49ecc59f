"""What an analysis teaches -> questions about its claims with yes or no: as many that survived as that were given up.

A claim that was given up is asked about where its things are still there, and where nothing that stayed says the same
or entails it; so no answer contradicts the scene that is taught beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from nesy.geometry import BoxForm
from nesy.grounding.opinion import article
from nesy.grounding.read_text import said_text
from nesy.interchange.spoken_scene import asked, by_box, counted, plain, told_relation, told_state
from nesy.interchange.taught import Taught
from nesy.ontology import Ontology
from nesy.perception.reply_format import write_box
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, term

YES, NO = "Yes", "No"


@dataclass(frozen=True)
class Question:
    """One question about a claim, and whether what it asks is so."""

    text: str
    answer: str
    claim: str
    """Id of the claim."""


def questions(lesson: Taught, seed: int, form: BoxForm | None) -> tuple[Question, ...]:
    """Return questions about the claims that were given up, and as many about claims that stayed, mixed.

    Of those that stayed, claims that were in dispute come first, then others of the same kinds.

    Args:
        lesson: what the analysis teaches.
        seed: the same gives the same questions.
        form: how boxes are written that tell things apart; None: not at all.
    """
    scene, ontology = lesson.final, lesson.ontology
    rng = Random(f"nesy questions {seed} {lesson.analysis.image.name} {lesson.analysis.image.sha256}")
    holds = _holding(scene, ontology)
    gone = []
    for one in lesson.changes:
        if one.was is not None:
            gone += [Question(text, NO, one.claim) for text in _denied(one.was, one.now, scene, holds, ontology, form)]
    kinds = {type(one.was) for one in lesson.changes}
    disputed = _disputed(lesson)
    claims = list(scene.claims())
    rng.shuffle(claims)
    claims.sort(key=lambda claim: (claim.id not in disputed, type(claim) not in kinds))
    stayed = [Question(text, YES, claim.id) for claim in claims for text in _asked(claim, scene, ontology, form)]
    gone = list({one.text: one for one in gone}.values())
    stayed = list({one.text: one for one in stayed if one.text not in {no.text for no in gone}}.values())
    number = min(len(gone), len(stayed))
    mixed = [*rng.sample(gone, number), *stayed[:number]]
    rng.shuffle(mixed)
    return tuple(mixed)


def _disputed(lesson: Taught) -> frozenset[str]:
    """Return the ids of claims that a finding named, that the model was asked about or that were looked at."""
    found: set[str] = set()
    for turn in lesson.analysis.rounds:
        found |= {claim for finding in turn.verdict.findings for claim in finding.claims}
        found |= {one.claim for one in turn.asked} | {one.claim for one in turn.evidence}
    return frozenset(found)


def _asked(claim: Claim, scene: Scene, ontology: Ontology, form: BoxForm | None) -> Iterator[str]:
    """Yield the questions whether a claim is so, of an entity one for each attribute; none where it cannot be told."""
    names = by_box(scene.entities, form)
    match claim:
        case Entity():
            yield from _there(claim, scene, form)
            for like in claim.attributes:
                yield from _of_quality(claim, like, scene, form)
        case Relation():
            if {claim.subject, claim.object} <= names.keys():
                yield asked(*told_relation(claim, names, ontology))
        case PartState():
            if {claim.entity, claim.object or claim.entity} <= names.keys():
                yield asked(*told_state(claim, names, ontology))
        case Count():
            verb, what = counted(claim).split(" ", 1)
            yield f"{verb.capitalize()} there exactly {what} in this image?"


def _there(entity: Entity, scene: Scene, form: BoxForm | None) -> Iterator[str]:
    """Yield the question whether a thing is there: by its kind where it is the only one, else by its box."""
    kind = article(plain(entity.category))
    if sum(term(other.category) == term(entity.category) for other in scene.entities) <= 1:
        yield f"Is there {kind} in this image?"
    elif entity.box is not None and form is not None:
        yield f"Is there {kind} at {write_box(entity.box, form)}?"


def _denied(
    was: Claim,
    now: Claim | None,
    scene: Scene,
    holds: frozenset[tuple[str, ...]],
    ontology: Ontology,
    form: BoxForm | None,
) -> Iterator[str]:
    """Yield the questions whether a claim is so that was given up, where the answer is no by all that stayed."""
    if isinstance(was, Entity):
        kept = now.attributes if isinstance(now, Entity) else was.attributes
        for like in (one for one in was.attributes if one not in kept):
            yield from _of_quality(was, like, scene, form)
        if not any(_may_be(other.category, was.category, ontology) for other in scene.entities):
            yield f"Is there {article(plain(was.category))} in this image?"
        return
    there = {entity.id for entity in scene.entities}
    if isinstance(was, Count):
        denied = isinstance(now, Count)
    else:
        assert isinstance(was, Relation | PartState)
        denied = _ends(was) <= there and not set(_keys(was, ontology)) & holds
    if denied:
        yield from _asked(was, scene, ontology, form)


def _of_quality(entity: Entity, like: str, scene: Scene, form: BoxForm | None) -> Iterator[str]:
    names = by_box(scene.entities, form)
    if entity.id in names and said_text(like) is None:
        yield f"Is {names[entity.id]} {plain(like)}?"


def _may_be(category: str, asked_for: str, ontology: Ontology) -> bool:
    """Tell whether a thing of one category may be what another word asks for: the same, narrower or wider."""
    one, other = (ontology.canonical("category", word) for word in (category, asked_for))
    return one == other or ontology.is_a(one, other) or ontology.is_a(other, one)


def _ends(claim: Relation | PartState) -> set[str]:
    if isinstance(claim, Relation):
        return {claim.subject, claim.object}
    return {claim.entity, claim.object or claim.entity}


def _holding(scene: Scene, ontology: Ontology) -> frozenset[tuple[str, ...]]:
    """Return what holds of things by a scene: what it says, what that entails, and what a symmetric word says too."""
    claims: list[Relation | PartState] = [*scene.relations, *scene.part_states]
    return frozenset(key for claim in claims for key in _keys(claim, ontology, wider=True))


def _keys(claim: Relation | PartState, ontology: Ontology, *, wider: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield what a claim says, in words that can be compared; of a part state also what its owner does by it.

    Args:
        claim: what is said.
        ontology: whose words it is in.
        wider: whether with what it entails, and the other way round where that says the same.
    """
    if isinstance(claim, PartState):
        state = ontology.canonical("state", claim.state)
        yield claim.entity, term(claim.part), state, claim.object or ""
        if claim.object is None:
            return
        subject, said, target = claim.entity, state, claim.object
    else:
        subject, said, target = claim.subject, ontology.canonical("predicate", claim.predicate), claim.object
    found, waiting = set[str](), [said]
    while waiting:
        word = waiting.pop()
        if word in found:
            continue
        found.add(word)
        waiting += ontology.entails(word) if wider else ()
        yield subject, word, target
        turned = ontology.inverse(word)
        if turned is not None:
            yield target, turned, subject
