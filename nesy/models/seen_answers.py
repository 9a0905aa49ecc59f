"""A question, what witnesses saw, and the scene that it shows -> an answer in a few words, or that none can be told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nesy.grounding.read_text import is_on, judge_text
from nesy.grounding.seen_entities import SUPPORTED
from nesy.grounding.sight import seen_opinions
from nesy.grounding.sightings import PRIOR, Sightings
from nesy.observations import TextLine
from nesy.ontology.alternatives import words
from nesy.perception.reply_format import MAX_REASONS
from nesy.question import Question, Thing
from nesy.scene import Count, Entity, Relation, Scene, term

UNTOLD = "I cannot tell"
"""The answer where nothing that was seen tells."""


@dataclass(frozen=True)
class SeenAnswer:
    """What is answered to a question."""

    text: str = UNTOLD
    because: tuple[tuple[str, str, str], ...] = ()
    """The relations that it rests on: subject, predicate, object."""
    chance: float | None = None
    """That it is so; None: nobody weighed it."""


def answer(question: Question, sight: Sightings, scene: Scene, shown: Sequence[Entity]) -> SeenAnswer:
    """Return the answer to a question.

    Args:
        question: what is asked.
        sight: what was seen.
        scene: what is plain in it.
        shown: the entities that the answer may refer to.
    """
    found = [relation for relation in scene.relations if _fits(question, relation, scene, sight)]
    match question.kind:
        case "yes_no" if question.written:
            return _is_written(question, sight)
        case "text":
            lines = _lines(question, sight)
            written = _listed(line.text for line in lines)
            return SeenAnswer(written, (), min(line.score for line in lines)) if lines else SeenAnswer()
        case "yes_no":
            return _yes_or_no(question, sight)
        case "how_many" if question.subject is not None:
            return _how_many(question.subject, question.predicate, found, scene, sight)
        case "which" if found:
            ends = (one.subject if question.hole == "subject" else one.object for one in found)
            return _rests_on(found, _listed(f"the {words(scene.entity(end).category)}" for end in ends), shown)
        case "doing" | "where" if found:
            said = (f"{words(one.predicate)} the {words(scene.entity(one.object).category)}" for one in found)
            return _rests_on(found, _listed(said), shown)
        case _:
            return SeenAnswer()


def _lines(question: Question, sight: Sightings) -> list[TextLine]:
    """Return the lines on what a question asks about, where that is seen and bears any; else all that were read."""
    lines = [line for seen in sight.several for line in seen.texts]
    bearers = sight.possible(question.subject.label) if question.subject is not None else ()
    return [line for line in lines if any(is_on(line, seen.box) for seen in bearers)] or lines


def _is_written(question: Question, sight: Sightings) -> SeenAnswer:
    """Answer whether something is written there; that it was not read does not tell that it is not."""
    opinion = judge_text(question.written, None, _lines(question, sight))
    return SeenAnswer("yes", (), opinion.chance) if opinion.status == "supported" else SeenAnswer()


def _rests_on(found: Sequence[Relation], text: str, shown: Sequence[Entity]) -> SeenAnswer:
    known = {entity.id for entity in shown}
    because = tuple((r.subject, r.predicate, r.object) for r in found if {r.subject, r.object} <= known)
    chances = [relation.confidence for relation in found if relation.confidence is not None]
    return SeenAnswer(text, because[:MAX_REASONS], min(chances, default=None))


def _fits(question: Question, relation: Relation, scene: Scene, sight: Sightings) -> bool:
    """Tell whether a relation is what a question asks about: its ends and, where it has one, its predicate."""
    ends = ((question.subject, relation.subject), (question.object, relation.object))
    for thing, end in ends:
        if thing is not None and thing.label and not sight.words.may_be(thing.label, scene.entity(end).category):
            return False
    if not question.predicate:
        return question.kind in ("doing", "where") and question.subject is not None
    return sight.words.entails(relation.predicate, question.predicate)


def _how_many(thing: Thing, predicate: str, found: Sequence[Relation], scene: Scene, sight: Sightings) -> SeenAnswer:
    if predicate:
        return SeenAnswer(str(len({relation.subject for relation in found})))
    number = sum(sight.words.covers(thing.label, entity.category) for entity in scene.entities)
    if not number and sight.category(thing.label) is None:
        return SeenAnswer()
    counted = Scene(entities=(), counts=(Count(id="asked", category=thing.label, value=number),))
    chance = next(opinion.chance for *_, opinion in seen_opinions(counted, sight))
    if not number and (chance is None or chance < SUPPORTED):
        return SeenAnswer()  # that none was seen does not tell that there is none
    return SeenAnswer(str(number), (), chance)


def _yes_or_no(question: Question, sight: Sightings) -> SeenAnswer:
    """Judge what is asked as a claim: as likely as the least likely part of it.

    A relation of what was not seen is no part of its own: it is less likely than its ends, whatever is asked.
    """
    said = _claimed(question)
    if said is not None and not all(sight.possible(entity.category) for entity in said.entities):
        said = said.model_copy(update={"relations": ()})
    chances = [opinion.chance for *_, opinion in seen_opinions(said, sight)] if said is not None else []
    known = [chance for chance in chances if chance is not None]
    least = min(known, default=PRIOR)
    if 1 - least >= SUPPORTED:
        return SeenAnswer("no", (), 1 - least)
    return SeenAnswer("yes", (), least) if least >= SUPPORTED and len(known) == len(chances) else SeenAnswer()


def _claimed(question: Question) -> Scene | None:
    """Return the scene that a question of yes or no asks about; None where it names nothing."""
    one, other = question.subject, question.object
    if one is None or not one.label:
        return None
    entities = [_entity("asked_1", one, question.attribute)]
    relations: tuple[Relation, ...] = ()
    if question.predicate and other is not None and other.label:
        entities.append(_entity("asked_2", other))
        said = Relation(id="asked", subject="asked_1", predicate=term(question.predicate), object="asked_2")
        relations = (said,)
    elif question.predicate:
        return None
    return Scene(entities=tuple(entities), relations=relations)


def _entity(name: str, thing: Thing, attribute: str = "") -> Entity:
    attributes = (*thing.attributes, attribute) if attribute else thing.attributes
    return Entity(id=name, category=thing.label, attributes=tuple(dict.fromkeys(attributes)))


def _listed(found: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(found))
