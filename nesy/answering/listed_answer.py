"""Question + analysis -> the answer that its final scene lists, without a model: what is not listed is answered no."""

from collections.abc import Iterable, Iterator
from itertools import product

from nesy.analysis import Analysis
from nesy.answering.answer import Answered, AnswerTurn
from nesy.answering.claims import statements
from nesy.answering.comparison import compare
from nesy.errors import InputError
from nesy.ontology import Ontology
from nesy.ontology.reference import fits, named, supporting, values_of
from nesy.perception.reply import SpokenAnswer
from nesy.question import Question, Thing
from nesy.scene import Entity, Relation, Scene
from nesy.turns import ModelInfo, Usage

LIST = ModelInfo(id="the list of the analysis")
"""Who answers."""
NOT_LISTED = "not listed"
"""The answer to what a place or a colour is of which nothing is listed."""


def answered_by_list(question: Question, analysis: Analysis, ontology: Ontology) -> Answered:
    """Answer a question from the final scene of an analysis alone.

    Raises:
        InputError: no list can answer it (what a sign says, why something is done); the picture is needed.
    """
    if question.kind in ("other", "text") or question.written:
        raise InputError(f"{question.text!r}: no list can answer this; ask the picture: `nesy ask IMAGE QUESTION`")
    scene = analysis.scene
    answer = of_scene(question, scene, ontology)
    spoken = SpokenAnswer(answer=answer)
    stated = statements(question, spoken, scene, ontology) if answer != NOT_LISTED else ()
    found = compare(answer, stated, scene, ontology)
    turn = AnswerTurn(
        index=0,
        prompt=question.text,
        reply=answer,
        answer=answer,
        claims=found.claims,
        findings=found.findings,
        usage=Usage(),
    )
    return Answered(
        image=analysis.image,
        model=LIST,
        question=question.text,
        kind=question.kind,
        answer=answer,
        claims=found.claims,
        findings=found.findings,
        consistent=not turn.conflicts,
        checked=bool(found.claims),
        kept_turn=0,
        turns=(turn,),
        stop_reason="consistent" if found.claims else "unchecked",
        analysis=analysis,
        usage=analysis.usage,
    )


def of_scene(question: Question, scene: Scene, ontology: Ontology) -> str:
    """Return the answer that a scene lists to a question that a list can answer."""
    return _Reader(question, scene, ontology).answer()


def listed(question: Question, scene: Scene, ontology: Ontology) -> tuple[tuple[Entity, Entity | None], ...]:
    """Return the entities of a scene that a question names, each with what it does it to where it asks for that."""
    return tuple(_Reader(question, scene, ontology)._found())


class _Reader:
    def __init__(self, question: Question, scene: Scene, ontology: Ontology) -> None:
        self._question, self._scene, self._ontology = question, scene, ontology

    def answer(self) -> str:
        match self._question.kind:
            case "yes_no":
                return "yes" if self._holds() else "no"
            case "how_many":
                return str(len({subject.id for subject, _ in self._found()}))
            case "which":
                place = 0 if self._question.hole == "subject" else 1
                who = [pair[place] for pair in self._found()]
                return _said(entity.category for entity in who if entity is not None) or "nothing"
            case "attribute":
                things = named(self._question.subject, self._scene, self._ontology)
                values = (values_of(self._question.attribute, thing, self._ontology) for thing in things)
                return _said(value for some in values for value in some) or NOT_LISTED
            case "where":
                return _said(self._places()) or NOT_LISTED
            case _:
                return _said(self._doings()) or NOT_LISTED

    def _holds(self) -> bool:
        if self._question.attribute:
            things = named(self._question.subject, self._scene, self._ontology)
            return any(fits(self._question.attribute, thing, self._ontology) for thing in things)
        return any(True for _ in self._found())

    def _found(self) -> Iterator[tuple[Entity, Entity | None]]:
        """Yield the entities that the question names, with what they do it to where it asks for that."""
        asked = self._question
        subjects = named(asked.subject, self._scene, self._ontology)
        if not asked.predicate:
            yield from ((subject, None) for subject in subjects)
            return
        for one, other in product(subjects, named(asked.object, self._scene, self._ontology)):
            if one.id != other.id and supporting(one.id, asked.predicate, other.id, self._scene, self._ontology):
                yield one, other

    def _relations(self, thing: Thing | None) -> Iterator[Relation]:
        ids = {entity.id for entity in named(thing, self._scene, self._ontology)}
        return (relation for relation in self._scene.relations if relation.subject in ids)

    def _places(self) -> Iterator[str]:
        for relation in self._relations(self._question.subject):
            if self._ontology.canonical("predicate", relation.predicate) in self._ontology.spatial:
                yield self._words(relation)

    def _doings(self) -> Iterator[str]:
        for relation in self._relations(self._question.subject):
            if self._ontology.canonical("predicate", relation.predicate) not in self._ontology.spatial:
                yield self._words(relation)

    def _words(self, relation: Relation) -> str:
        return f"{relation.predicate} {self._scene.entity(relation.object).category}".replace("_", " ")


def _said(words: Iterable[str]) -> str:
    """Join words, each once: `horse, dog`."""
    return ", ".join(dict.fromkeys(word.replace("_", " ") for word in words))
