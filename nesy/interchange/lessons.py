"""Analyses -> what a model may learn from each: what to say of the picture, and what it said and had to take back.

A description is a scene, as the pipeline asks for one, or sentences; questions are about claims. Both sides of a pair
are written in one way, so they differ by what was corrected and by nothing else.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import PIL.Image

from nesy.analysis import Analysis
from nesy.errors import InputError
from nesy.geometry import BoxForm
from nesy.image import Image
from nesy.interchange.claim_questions import questions
from nesy.interchange.spoken_scene import sentences
from nesy.interchange.taught import Taught, Wanted, taught
from nesy.models.wording import told_in_words
from nesy.perception.profile import Profile
from nesy.perception.prompt import clean, render
from nesy.perception.reply_format import write_scene
from nesy.scene import Count, Entity, PartState, Relation, Scene, term
from nesy.settings import PromptSettings
from nesy.turns import Request

Kind = Literal["scene", "words", "questions"]
"""What a lesson is: a description as a scene, one in sentences, questions with yes or no."""
KINDS: tuple[Kind, ...] = ("scene", "words", "questions")
_CONTROL = re.compile(
    r"<\|.*?\|>|</?(?:image|video|audio|img|s|pad|unk|bos|eos|im_start|im_end)>|\[/?INST\]", re.IGNORECASE
)
"""What loaders and chat templates take for a picture or the end of a turn, where it stands in a text."""
_ASKED_SHORTLY = "Answer yes or no."


@dataclass(frozen=True)
class Turn:
    """What is asked, and what is to be said."""

    asked: str
    said: str


@dataclass(frozen=True)
class Lesson:
    """What may be learnt from one analysis, of one kind."""

    kind: Kind
    lesson: Taught
    turns: tuple[Turn, ...]
    """One for a description; questions each have their own."""
    rejected: str | None = None
    """Of a description: what the model first said, where it differs."""
    claims: tuple[str, ...] = ()
    """Ids of the claims that it is about: those corrected; of questions those asked about."""

    @property
    def analysis(self) -> Analysis:
        """Where it comes from."""
        return self.lesson.analysis


@dataclass(frozen=True)
class Course:
    """Which lessons are wanted, and in which words."""

    wanted: Wanted
    kinds: tuple[Kind, ...]
    pairs: bool
    """Whether a lesson is a pair: what is to be said, and what was said at first."""
    profile: Profile | None = None
    """How boxes are written; None: as the model of the analysis writes them."""
    seed: int = 0


def lessons(analyses: Iterable[Analysis], course: Course, left_out: Counter[str]) -> Iterator[Lesson]:
    """Yield what may be learnt from analyses, in their order, the same lesson once.

    Args:
        analyses: one by one.
        course: what is wanted of them.
        left_out: why something is left out -> how often; added to as the lessons are taken.

    Raises:
        InputError: boxes are to be written in pixels, and the size of a picture is not known.
        KnowledgeError: an ontology file of an analysis cannot be read, or is not what it was.
    """
    seen: set[int] = set()
    for analysis in analyses:
        found = taught(analysis, course.wanted)
        if isinstance(found, str):
            left_out[found] += 1
            continue
        made = list(_of_one(found, course))
        if not made:
            left_out["not corrected"] += 1
        for lesson in made:
            texts = (*(text for turn in lesson.turns for text in (turn.asked, turn.said)), lesson.rejected or "")
            key = hash((analysis.image.sha256 or analysis.image.name, lesson.kind, texts))
            if any(_CONTROL.search(text) for text in texts):
                left_out["with words that loaders take for a picture or the end of a turn"] += 1
            elif key in seen:
                left_out["the same as another"] += 1
            else:
                seen.add(key)
                yield lesson


def _of_one(found: Taught, course: Course) -> Iterator[Lesson]:
    form = _form(found.analysis, course.profile)
    final, first = _written(found.final), _written(found.first)
    changed = tuple(one.claim for one in found.changes)
    if not final.entities:  # what they are called holds no letter
        return
    for kind in course.kinds:
        if kind == "questions":
            asked = questions(replace(found, final=_cleaned(found.final)), course.seed, form)
            if asked:
                turns = tuple(Turn(f"{one.text} {_ASKED_SHORTLY}", one.answer) for one in asked)
                yield Lesson(kind, found, turns, claims=tuple(dict.fromkeys(one.claim for one in asked)))
            continue
        said, before = (
            (write_scene(scene, form) if kind == "scene" else sentences(scene, found.ontology))
            for scene in (final, first)
        )
        if course.pairs and said == before:
            continue
        turn = Turn(_asked(found, kind, form), said)
        yield Lesson(kind, found, (turn,), before if said != before else None, changed)


def _asked(found: Taught, kind: Kind, form: BoxForm | None) -> str:
    """Return the user turn with which the pipeline asks a general model for a description."""
    info = found.analysis.image
    picture = Image(name=info.name, pixels=PIL.Image.new("RGB", (1, 1)), sha256=info.sha256 or "")  # words need none
    request = Request(image=picture, kind="describe", form="prose" if kind == "words" else "json")
    own: PromptSettings = found.analysis.settings.prompts
    settings = own.model_copy(update={"describe": None}) if kind == "words" else own
    return render(told_in_words(request, settings, found.ontology), "full", form)


def _form(analysis: Analysis, profile: Profile | None) -> BoxForm | None:
    """Return how boxes are written: as a profile has it, else as the model of the analysis is on record to write."""
    from nesy.perception.profile import PLAIN, profiles

    used = profile or profiles().get(analysis.model.profile or PLAIN, profiles()[PLAIN])
    width, height = analysis.image.width_px, analysis.image.height_px
    if width is None or height is None:
        if used.scale == "pixels" or used.frame != "picture":
            raise InputError(
                f"{analysis.image.name}: its size is not known, and the profile {used.name} writes boxes by it; "
                "name another with --profile"
            )
        width = height = 1
    return used.form(width, height)


def _written(scene: Scene) -> Scene:
    """Return a scene as a reply can hold it: labels on one line, and ids that carry the category of their thing."""
    clean_scene = _cleaned(scene)
    taken = {entity.id for entity in clean_scene.entities}
    names: dict[str, str] = {}
    for entity in clean_scene.entities:
        stem = re.sub(r"[^\w.\-]", "", term(entity.category))
        if re.fullmatch(rf"{re.escape(stem)}_\d+", entity.id):
            names[entity.id] = entity.id
            continue
        number = 1
        while f"{stem}_{number}" in taken:
            number += 1
        names[entity.id] = f"{stem}_{number}"
        taken.add(f"{stem}_{number}")
    return _renamed(clean_scene, names)


def _cleaned(scene: Scene) -> Scene:
    """Return a scene whose labels hold nothing that turns or breaks a line; what says nothing else is left out."""
    entities = [
        entity.model_copy(
            update={
                "category": clean(entity.category),
                "attributes": tuple(filter(None, map(clean, entity.attributes))),
            }
        )
        for entity in scene.entities
    ]
    states = [one.model_copy(update={"part": clean(one.part), "state": clean(one.state)}) for one in scene.part_states]
    relations = [one.model_copy(update={"predicate": clean(one.predicate)}) for one in scene.relations]
    counts = [one.model_copy(update={"category": clean(one.category)}) for one in scene.counts]
    whole = scene.model_copy(
        update={
            "entities": tuple(entities),
            "part_states": tuple(states),
            "relations": tuple(relations),
            "counts": tuple(counts),
        }
    )
    return whole.without(frozenset(claim.id for claim in whole.claims() if not all(map(term, _labels(claim)))))


def _labels(claim: Entity | PartState | Relation | Count) -> tuple[str, ...]:
    match claim:
        case PartState():
            return claim.part, claim.state
        case Relation():
            return (claim.predicate,)
        case _:
            return (claim.category,)


def _renamed(scene: Scene, names: dict[str, str]) -> Scene:
    return scene.model_copy(
        update={
            "entities": tuple(one.model_copy(update={"id": names[one.id]}) for one in scene.entities),
            "part_states": tuple(
                one.model_copy(update={"entity": names[one.entity], "object": names.get(one.object or "")})
                for one in scene.part_states
            ),
            "relations": tuple(
                one.model_copy(update={"subject": names[one.subject], "object": names[one.object]})
                for one in scene.relations
            ),
        }
    )
