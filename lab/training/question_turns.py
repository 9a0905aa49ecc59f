"""Drawn scenes -> question turns: exact answers, and second looks after a note that is right, or mistaken.

The turn shows the things of the scene as the pipeline would, now and then imperfectly: boxes a little off, a thing
missing, one that is not there, none at all. A note comes from comparing a wrong answer with the true scene, or now and
then the right answer with a wrong scene; the answer to learn is always the true one.
"""

from collections.abc import Callable
from random import Random

from nesy.answering.claims import statements
from nesy.answering.comparison import compare
from nesy.geometry import Box
from nesy.image import Image
from nesy.ontology import Ontology
from nesy.perception.prompt import render
from nesy.perception.reply import SpokenAnswer
from nesy.perception.reply_format import write_answer
from nesy.scene import Entity, Scene
from nesy.synthetic import Drawing
from nesy.synthetic.question_set import Asked, questions
from nesy.synthetic.referring_expressions import CATEGORIES, GERUNDS, words
from nesy.synthetic.stage import COLOURS
from nesy.turns import Request

NOTED = 0.3
"""The share of turns that come with a note about an earlier answer, where a mistake for one is found."""
_TRIES = 8
MISTAKEN = 0.3
"""The share of notes that are: of the shipped model's first contradictions about one in four is the scene's fault."""
TURNS = 4
"""Questions about one picture in a training sample."""


def question_turns(drawing: Drawing, image: Image, rng: Random, ontology: Ontology) -> list[tuple[str, str]]:
    """Return the words of question turns about a drawing, and the answers to learn."""
    return [_turn(drawing, questions(drawing.scene, rng), image, rng, ontology) for _ in range(TURNS)]


def _turn(drawing: Drawing, asked: Asked, image: Image, rng: Random, ontology: Ontology) -> tuple[str, str]:
    shown, notes = drawing.scene, tuple[str, ...]()
    if rng.random() < NOTED:
        mistaken = rng.random() < MISTAKEN
        for _ in range(_TRIES):
            told = spoilt(drawing.scene, rng) if mistaken else drawing.scene
            if notes := notes_on(asked, asked.answer if mistaken else wrong(asked, rng), told, ontology):
                shown = told
                break
    entities = _imperfect(shown.entities, rng)
    request = Request(image=image, kind="ask", question=asked.question.text, entities=entities, notes=notes)
    ids = {e.id for e in entities}
    because = tuple(t for t in asked.because if {t[0], t[2]} <= ids)
    return render(request, "compact"), write_answer(asked.answer, because)


def notes_on(asked: Asked, answer: str, scene: Scene, ontology: Ontology) -> tuple[str, ...]:
    """Return what a comparison of an answer with a scene would tell the model; () where nothing is wrong."""
    stated = statements(asked.question, SpokenAnswer(answer), scene, ontology)
    found = compare(answer, stated, scene, ontology).findings
    return tuple(f.message for f in found if f.severity in ("violation", "warning"))  # what `ask="warning"` asks about


def wrong(asked: Asked, rng: Random) -> str:
    """Return a wrong answer of the right kind to a question."""
    question = asked.question
    match question.kind:
        case "yes_no":
            choices = ["no" if asked.answer == "yes" else "yes"]
        case "how_many":
            choices = [str(n) for n in (int(asked.answer) - 1, int(asked.answer) + 1) if n >= 0]
        case "attribute":
            choices = sorted(COLOURS)
        case "where":
            choices = [f"{p} the {words(c)}" for p in ("on", "under") for c in ("dining_table", "chair", "bench")]
        case "doing":
            choices = [f"{GERUNDS[p]} a {words(c)}" for p in ("ride", "hold", "kick") for c in CATEGORIES[1:]]
        case _ if asked.answer.startswith("person"):
            choices = [f"person in {colour}" for colour in sorted(COLOURS)] + ["nobody"]
        case _:
            choices = [*map(words, CATEGORIES[1:]), "nothing", "nothing", "nothing"]
    return rng.choice([choice for choice in choices if choice not in asked.accepted])


def spoilt(scene: Scene, rng: Random) -> Scene:
    """Return a scene with one mistake such as a model makes, or the scene itself where that one does not fit."""
    return rng.choice(_SPOIL)(scene, rng)


def _without_relation(scene: Scene, rng: Random) -> Scene:
    if not scene.relations:
        return scene
    gone = rng.choice(scene.relations)
    states = tuple(p for p in scene.part_states if (p.entity, p.object) != (gone.subject, gone.object))
    kept = tuple(r for r in scene.relations if r is not gone)
    return scene.model_copy(update={"relations": kept, "part_states": states})


def _other_relation(scene: Scene, rng: Random) -> Scene:
    if not scene.relations:
        return scene
    r = rng.choice(scene.relations)
    towards = rng.choice([e.id for e in scene.entities if e.id != r.subject])
    change = rng.choice(({"predicate": rng.choice(sorted(GERUNDS))}, {"object": towards}))
    states = tuple(p for p in scene.part_states if (p.entity, p.object) != (r.subject, r.object))
    other = tuple(r.model_copy(update=change) if x is r else x for x in scene.relations)
    return scene.model_copy(update={"relations": other, "part_states": states})


def _without_entity(scene: Scene, rng: Random) -> Scene:
    last = {e.category: e.id for e in scene.entities}
    return scene.without(frozenset({rng.choice(sorted(last.values()))})) if len(scene.entities) > 1 else scene


def _other_colour(scene: Scene, rng: Random) -> Scene:
    e = rng.choice(scene.entities)
    other = e.model_copy(update={"attributes": (rng.choice(sorted(COLOURS)),)})
    return scene.model_copy(update={"entities": tuple(other if x is e else x for x in scene.entities)})


def _with_ghost(scene: Scene, rng: Random) -> Scene:
    return scene.model_copy(update={"entities": (*scene.entities, _ghost(scene.entities, rng))})


_SPOIL: tuple[Callable[[Scene, Random], Scene], ...] = (
    _without_relation,
    _other_relation,
    _without_entity,
    _other_colour,
    _with_ghost,
)


def _ghost(entities: tuple[Entity, ...], rng: Random) -> Entity:
    """Return an entity that is not there."""
    category = rng.choice(CATEGORIES)
    number = 1 + sum(e.category == category for e in entities)
    left, top = rng.uniform(0, 0.7), rng.uniform(0.2, 0.7)
    box: Box = (left, top, left + rng.uniform(0.1, 0.3), top + rng.uniform(0.1, 0.3))
    return Entity(id=f"{category}_{number}", category=category, box=box, attributes=(rng.choice(sorted(COLOURS)),))


def _imperfect(entities: tuple[Entity, ...], rng: Random) -> tuple[Entity, ...]:
    """Return the list of things as a model may have seen them."""
    chance = rng.random()
    if chance < 0.08:
        return ()
    if chance < 0.16 and len(entities) > 1:
        gone = rng.choice(entities)
        entities = tuple(e for e in entities if e is not gone)
    elif chance < 0.22:
        entities = (*entities, _ghost(entities, rng))
    if rng.random() < 0.5:
        entities = tuple(e.model_copy(update={"box": nudged(e.box, rng)}) for e in entities)
    return entities


def nudged(box: Box | None, rng: Random) -> Box | None:
    """Return a box as a model may see it: each edge off by about a hundredth of the picture."""
    if box is None:
        return None
    left, top, right, bottom = (min(1.0, max(0.0, value + rng.gauss(0, 0.01))) for value in box)
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)
