"""Facts that people judged, with boxes and captions of the images -> how well evidence tells the wrong ones.

The facts are those of FaithScore (Jing et al., Findings of EMNLP 2024): model answers taken apart into short sentences.
Evidence of an image: COCO's boxes, complete for the 80 categories, and five captions of people, read by our own parser.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from nesy.checking import Rules
from nesy.experiments.scoring.detection import Detection
from nesy.grounding import ground
from nesy.interchange.json_rows import reading, rows
from nesy.language.parsing import parse_many
from nesy.ontology import Ontology
from nesy.ontology.concepts import NARROWER
from nesy.scene import Entity, Scene, term
from nesy.verdict import Judgement

NAMELESS = frozenset(
    {"object", "objects", "other", "others", "item", "items", "entity", "entities", "one", "something"}
)
"""A fact that speaks of these alone does not say what of: it goes on with what the fact before it spoke of."""


@dataclass(frozen=True)
class Fact:
    """One sentence on an image."""

    image: str
    text: str
    wrong: bool
    """Judged not to be supported by the image."""


class FactReport(BaseModel):
    """What is flagged among the facts: those of which a claim is contradicted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: int
    facts: int
    checked: Detection
    """Against boxes and captions."""
    boxes_alone: Detection | None
    absent_alone: Detection
    """By the absence of a COCO category alone: what there was to beat."""
    by_image: dict[str, Detection]
    halves: tuple[Detection, Detection]
    """The images at odd and at even places, in the order of their ids: the method has no parameter fitted to either."""
    leave_one_out: dict[str, tuple[float, float]]
    """Precision and recall: (lowest, highest) where one image is left out."""


def load_facts(folder: Path) -> list[list[Fact]]:
    """Return the facts of each answer, in the order of the file.

    Raises:
        InputError: the file cannot be used.
    """
    found = []
    for place, row in rows(folder / "faithscore" / "faithscore.jsonl"):
        with reading(place):
            # In the data 1 is supported, although its description says otherwise.
            found.append([Fact(row["coco_id"], fact["text"], not fact["supported"]) for fact in row["facts"]])
    return found


def load_evidence(folder: Path) -> dict[str, tuple[Scene, ...]]:
    """Return image -> a scene of its boxes, then one of every caption.

    Raises:
        InputError: the file cannot be used.
    """
    found = {}
    for place, row in rows(folder / "llava_bench_coco" / "caps_boxes.jsonl"):
        with reading(place):
            found[row["coco_id"]] = (boxed(row["instances"]), *parse_many(row["captions"]))
    return found


def boxed(instances: Sequence[Mapping[str, object]]) -> Scene:
    """Return a scene of annotated boxes: `category` and `bbox` (left, top, right, bottom in [0, 1]) of each."""
    numbers: dict[str, int] = {}
    entities = []
    for instance in instances:
        category = str(instance["category"])
        numbers[category] = numbers.get(category, 0) + 1
        name = f"{term(category)}_{numbers[category]}"
        entities.append(Entity.model_validate({"id": name, "category": category, "box": instance["bbox"]}))
    return Scene(entities=tuple(entities))


def measure_facts(folder: Path, compare: bool = True) -> FactReport:
    """Judge every fact, and compare with what people said of it.

    Args:
        folder: of the data sets.
        compare: whether the facts are judged by the boxes alone as well.

    Raises:
        InputError: a file cannot be used.
    """
    answers, evidence = load_facts(folder), load_evidence(folder)
    facts = [fact for answer in answers for fact in answer]
    said = dict(zip((fact.text for fact in facts), parse_many(fact.text for fact in facts), strict=True))
    whole = [flag for answer in answers for flag in flags(answer, said, evidence)]
    boxes = {image: sources[:1] for image, sources in evidence.items()}
    alone = [flag for answer in answers for flag in flags(answer, said, boxes)] if compare else None
    absent = [_names_absent(said[fact.text], boxes[fact.image][0]) for fact in facts]
    images = sorted({fact.image for fact in facts})
    by_image = {image: _count(facts, whole, {image}) for image in images}
    without = [sum((by_image[i] for i in images if i != image), Detection()) for image in images]
    return FactReport(
        images=len(images),
        facts=len(facts),
        checked=_count(facts, whole, images),
        boxes_alone=None if alone is None else _count(facts, alone, images),
        absent_alone=_count(facts, absent, images),
        by_image=by_image,
        halves=(_count(facts, whole, images[::2]), _count(facts, whole, images[1::2])),
        leave_one_out={
            name: (round(min(values), 4), round(max(values), 4))
            for name, values in {
                "precision": [one.precision for one in without],
                "recall": [one.recall for one in without],
            }.items()
        },
    )


def flags(answer: Sequence[Fact], said: Mapping[str, Scene], evidence: Mapping[str, Sequence[Scene]]) -> list[bool]:
    """Tell of every fact of an answer whether the evidence contradicts it.

    The facts were written one by one with `object` for what a pronoun stood for: a fact that names nothing of its own
    is flagged where the one before it names what is absent, as it speaks of the same things.

    Args:
        answer: its facts in order.
        said: text of a fact -> its scene.
        evidence: image -> what is trusted.
    """
    found: list[bool] = []
    once: dict[str, tuple[bool, bool]] = {}
    absent = False  # whether that of which the last fact with a name speaks is not there
    for fact in answer:
        scene = said[fact.text]
        if found and is_nameless(scene, fact.text):
            found.append(absent)
            continue
        if fact.text not in once:
            judged = contradicted(scene, evidence[fact.image])
            once[fact.text] = bool(judged), any((j.objection or "").startswith("absent") for j in judged)
        flagged, absent = once[fact.text]
        found.append(flagged)
    return found


def is_nameless(scene: Scene, text: str) -> bool:
    """Tell whether the first thing that a sentence names is just an object, an item, another one.

    >>> is_nameless(Scene(entities=()), "There are others.")
    True
    """
    words = text.lower().replace(".", " ").replace("(", " ").split()
    named = next(
        (w for w in words if w in NAMELESS or any(w == term(e.category).split("_")[-1] for e in scene.entities)), ""
    )
    return named in NAMELESS


def contradicted(scene: Scene, sources: Sequence[Scene]) -> list[Judgement]:
    """Return the claims that the evidence contradicts, where it is complete for COCO's categories."""
    found = ground(scene, sources, closed=Ontology.default().categories, rules=Rules.load())
    return [judgement for judgement in found if judgement.status == "contradicted"]


def _names_absent(said: Scene, boxes: Scene) -> bool:
    """Tell whether a fact names a COCO category of which there is no box."""
    ontology, present = Ontology.default(), {term(entity.category) for entity in boxes.entities}
    found = (ontology.concept("category", entity.category) for entity in said.entities)
    sure = (concept.term for concept in found if concept is not None and concept.score >= NARROWER)
    return any(category in ontology.categories and category not in present for category in sure)


def _count(facts: Sequence[Fact], flagged: Sequence[bool], images: Sequence[str] | set[str]) -> Detection:
    pairs = zip(facts, flagged, strict=True)
    return sum((Detection.of(flag, fact.wrong) for fact, flag in pairs if fact.image in images), Detection())
