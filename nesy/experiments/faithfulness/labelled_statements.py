"""Published texts with evidence of their images -> statements of which it is known which claims are true.

A caption is held against the other captions of its image (true), and against those of other images (mostly false); the
false captions of SugarCrepe, with the true ones beside them; captions against boxes; marked texts; questions.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nesy.experiments.faithfulness.faithscore import boxed
from nesy.experiments.faithfulness.hard_negatives import load_pairs
from nesy.experiments.faithfulness.marked_spans import Marked, Span, load_foil, load_hat, touches
from nesy.experiments.faithfulness.pope import asked_object
from nesy.geometry import Box, iou
from nesy.grounding.entities import ELSEWHERE, SAME_PLACE
from nesy.interchange.json_rows import reading, rows
from nesy.language.parsing import parse_many
from nesy.ontology import Ontology
from nesy.scene import Count, Entity, Relation, Scene, term
from nesy.verdict import Judgement

SEED = 2031
_OTHER_HAND = 0.08
"""By so much of its sides a box may lie elsewhere when another hand draws it."""


@dataclass(frozen=True)
class Statement:
    """A text, or a claim made of a question, with evidence of its image."""

    image: str
    said: Scene
    evidence: tuple[Scene, ...]
    closed: frozenset[str]
    is_true: Callable[[Judgement], bool]
    """Whether a judged claim is true of the image."""


def contents(scene: Scene) -> Callable[[Judgement], tuple[object, ...]]:
    """Return what tells of a judged claim what it says, whatever its things are called: to compare two texts."""
    claims, ontology = {claim.id: claim for claim in scene.claims()}, Ontology.default()

    def base(word: str) -> str:
        concept = ontology.concept("category", word)
        return term(word) if concept is None else concept.base

    def content(judgement: Judgement) -> tuple[object, ...]:
        match claims[judgement.claim]:
            case Entity(category=category):
                return base(category), judgement.attribute
            case Relation(subject=subject, predicate=predicate, object=thing):
                ends = (base(scene.entity(end).category) for end in (subject, thing))
                return (term(predicate), *ends)
            case Count(category=category, value=value):
                return base(category), value
            case other:
                return other.id, None

    return content


def _always(truth: bool) -> Callable[[Judgement], bool]:
    return lambda _: truth


def _beside(said: Scene, true: Scene) -> Callable[[Judgement], bool]:
    """A claim of a text is true where the true text makes it as well."""
    mine, theirs = contents(said), contents(true)
    names = [
        (claim.id, attribute) for claim in true.claims() for attribute in (None, *getattr(claim, "attributes", ()))
    ]
    made = {
        theirs(Judgement(claim=claim, attribute=attribute, says="", status="unknown", reason=""))
        for claim, attribute in names
    }
    return lambda judgement: mine(judgement) in made


def _unmarked(marks: Sequence[Span]) -> Callable[[Judgement], bool]:
    return lambda judgement: not any(touches(mark, span) for mark in marks for span in judgement.spans)


def _same(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .")


class _Scenes:
    """Parses each text once."""

    def __init__(self, texts: Sequence[str]) -> None:
        once = list(dict.fromkeys(texts))
        self._of = dict(zip(once, parse_many(once), strict=True))

    def one(self, text: str) -> Scene:
        return self._of[text]

    def __call__(self, *texts: str) -> tuple[Scene, ...]:
        return tuple(self._of[text] for text in texts)


def captions(folder: Path) -> Iterator[Statement]:
    """Yield one caption of each of 1,000 COCO images: against the others of its image, and against those of another."""
    found = [(i, c) for i, c in _captions(folder).items() if len(set(map(_same, c))) == len(c)]
    chosen = random.Random(SEED).sample(found, 1000)
    scenes = _Scenes([text for _, texts in chosen for text in texts])
    for (image, (first, *others)), (_, elsewhere) in zip(chosen, [*chosen[1:], chosen[0]], strict=True):
        said, foreign = scenes(first, elsewhere[0])
        evidence = scenes(*others)
        yield Statement(image, said, evidence, frozenset(), _always(True))
        yield Statement(image, foreign, evidence, frozenset(), _always(False))


def sugarcrepe(folder: Path) -> Iterator[Statement]:
    """Yield captions and their false counterparts, against the other captions."""
    pairs = list(load_pairs(folder))
    scenes = _Scenes([text for pair in pairs for text in (pair.caption, pair.negative, *pair.others)])
    for pair in pairs:
        true, false = scenes(pair.caption, pair.negative)
        evidence = scenes(*pair.others)
        image = " ".join(pair.others)
        yield Statement(image, true, evidence, frozenset(), _always(True))
        yield Statement(image, false, evidence, frozenset(), _beside(false, true))


def boxes_and_captions(folder: Path) -> Iterator[Statement]:
    """Yield captions of llava_bench_coco against the boxes and the other captions; FaithScore's images are left out."""
    judged = {row["coco_id"] for _, row in rows(folder / "faithscore" / "faithscore.jsonl")}
    found = [row for _, row in rows(folder / "llava_bench_coco" / "caps_boxes.jsonl") if row["coco_id"] not in judged]
    scenes, closed = _Scenes([text for row in found for text in row["captions"]]), Ontology.default().categories
    for at, row in enumerate(found):
        image, boxes = row["coco_id"], boxed(row["instances"])
        for n, text in enumerate(row["captions"]):
            others = [other for m, other in enumerate(row["captions"]) if m != n]
            evidence = (boxes, *scenes(*others))
            yield Statement(image, scenes.one(text), evidence, closed, _always(True))
            for step in (1, 2, 3):
                elsewhere = found[(at + step) % len(found)]["captions"][n]
                yield Statement(image, scenes.one(elsewhere), evidence, closed, _always(False))


def photographs(folder: Path) -> Iterator[Statement]:
    """Yield a true and a false caption of photographs, and things at places, against the boxes of what is in them."""
    found = [row for _, row in rows(folder / "photographs" / "truth.jsonl")]
    scenes = _Scenes([text for row in found for text in row["captions"]])
    for row in found:
        boxes = Scene(entities=tuple(Entity(id=e["id"], category=e["category"], box=e["box"]) for e in row["entities"]))
        closed = Ontology.default().categories - {term(word) for word in row["open"]}
        true, false = scenes(*row["captions"])
        yield Statement(row["file"], true, (boxes,), closed, _always(True))
        yield Statement(row["file"], false, (boxes,), closed, _beside(false, true))
        yield from _moved(row)


def _moved(row: Mapping[str, Any]) -> Iterator[Statement]:
    """Yield each thing of a photograph where it is, as another hand might box it, and at places of other things."""
    boxed_things = [e for e in row["entities"] if e.get("box") and not e.get("uncertain") and _has_area(e["box"])]
    boxes = Scene(entities=tuple(Entity(id=e["id"], category=e["category"], box=e["box"]) for e in boxed_things))
    for thing in (e for e in boxed_things if e["category"] in row["exhaustive"]):
        left, top, right, bottom = thing["box"]
        across, down = (right - left) * _OTHER_HAND, (bottom - top) * _OTHER_HAND
        nearby = (min(1.0, left + across), top, min(1.0, right + across), max(top, bottom - down))
        same = [e["box"] for e in boxed_things if e["category"] == thing["category"]]
        places = [(1.0 - right, top, 1.0 - left, bottom)]
        places += [tuple(e["box"]) for e in boxed_things if e["category"] != thing["category"]]
        wrong = [box for box in places if all(iou(box, other) < ELSEWHERE for other in same)]
        for box, so in ((nearby, True), *((box, False) for box in wrong)):
            if _has_area(box):
                said = Scene(entities=(Entity(id="it", category=thing["category"], box=box),))
                yield Statement(row["file"], said, (boxes,), frozenset({term(thing["category"])}), _always(so))


def object_lists(folder: Path) -> Iterator[Statement]:
    """Yield captions, and that there is none of a thing, against POPE's lists of what is there, on 100 images."""
    lists: dict[str, dict[str, bool]] = {}
    for name in ("coco_random", "coco_popular", "coco_adversarial", "aokvqa_adversarial"):
        for place, row in rows(folder / "pope" / f"{name}.jsonl"):
            with reading(place):
                if (thing := asked_object(row["text"])) is not None:
                    lists.setdefault(row["coco_id"], {})[term(thing)] = row["label"] == "yes"
    texts = dict(islice(((i, found) for i, found in _captions(folder).items() if i in lists), 100))
    scenes, images = _Scenes([text for found in texts.values() for text in found]), list(texts)
    for at, image in enumerate(images):
        there = {word for word, present in lists[image].items() if present}
        gone = frozenset(lists[image]) - there
        listed = Scene(entities=tuple(Entity(id=f"{word}_1", category=word) for word in sorted(there)))
        denied = Scene(entities=(), counts=tuple(Count(id=f"no_{w}", category=w, value=0) for w in sorted(gone)))
        for n, text in enumerate(texts[image]):
            others = scenes(*(other for m, other in enumerate(texts[image]) if m != n))
            for evidence, closed in (((listed, *others), gone), ((denied, *others), frozenset[str]())):
                yield Statement(image, scenes.one(text), evidence, closed, _always(True))
                elsewhere = texts[images[(at + 1) % len(images)]]
                yield Statement(image, scenes.one(elsewhere[n % len(elsewhere)]), evidence, closed, _always(False))
        for word, present in lists[image].items():
            none = Scene(entities=(), counts=(Count(id="none", category=word, value=0),))
            yield Statement(image, none, scenes(*texts[image]), frozenset(), _always(not present))


def questions(folder: Path) -> Iterator[Statement]:
    """Yield what AMBER's questions claim, against its lists of objects, closed for all words of these lists."""
    truth: dict[int, Scene] = {}
    words: set[str] = set()
    for place, row in rows(folder / "amber" / "generative.jsonl"):
        with reading(place):
            things = dict.fromkeys(term(word) for word in row["truth"])
            truth[row["amber_id"]] = Scene(entities=tuple(Entity(id=f"{w}_1", category=w) for w in things))
            words |= {*row["truth"], *row["hallu"]}
    asked = [row for _, row in rows(folder / "amber" / "discriminative.jsonl") if row["amber_id"] in truth]
    # What speaks of a thing that is there and says something false of it tells nothing of absence.
    rest = [row for row in asked if row["type"] != "discriminative-hallucination" and row["label"] == "yes"]
    told = parse_many(re.sub(r"\s+in (?:the|this) \w+\W*$", "", row["text"]) for row in rest)
    claims: list[tuple[dict[str, Any], Scene, bool]] = [(row, said, True) for row, said in zip(rest, told, strict=True)]
    claims += [
        (row, Scene(entities=(Entity(id="it", category=thing),)), row["label"] == "yes")
        for row in asked
        if row["type"] == "discriminative-hallucination" and (thing := asked_object(row["text"])) is not None
    ]
    for row, said, right in claims:
        yield Statement(str(row["amber_id"]), said, (truth[row["amber_id"]],), frozenset(words), _always(right))


def double_boxes(folder: Path) -> Iterator[Statement]:
    """Yield the things one person has to do with in HICO-DET, boxed anew for each verb: there, and at another place.

    What nobody has to do with is not boxed there. So only images are taken on which all boxes of people are of one
    person, whose object is then mostly one thing, too.
    """
    for place, row in rows(folder / "hicodet" / "hicodet.jsonl"):
        with reading(place):
            width, height = row["size"]
            people = [_scaled(pair["human_box"], width, height) for pair in row["pairs"]]
            things = [(term(pair["object"]), _scaled(pair["object_box"], width, height)) for pair in row["pairs"]]
        if not people or any(iou(people[0], box) < SAME_PLACE for box in people):
            continue
        for word in sorted({word for word, _ in things} - {"person"}):
            (first, *rest), others = (
                [box for w, box in things if w == word],
                [("person", people[0]), *((w, box) for w, box in things if w != word)],
            )
            left, top, right, bottom = first
            wrong = [others[-1][1], (1 - right, top, 1 - left, bottom)]
            if rest:
                there = [(w, box) for w, box in (*((word, box) for box in rest), *others) if _has_area(box)]
                evidence = boxed([{"category": w, "bbox": box} for w, box in there])
                for box, so in ((first, True), *((box, False) for box in wrong if iou(first, box) < ELSEWHERE)):
                    if _has_area(box):
                        said = Scene(entities=(Entity(id="it", category=word, box=box),))
                        yield Statement(row["file"], said, (evidence,), frozenset({word}), _always(so))


def _scaled(box: Sequence[float], width: float, height: float) -> Box:
    left, top, right, bottom = (min(1.0, max(0.0, s / (height if i % 2 else width))) for i, s in enumerate(box))
    return left, top, right, bottom


def _has_area(box: Box) -> bool:
    return box[0] < box[2] and box[1] < box[3]


def hat(folder: Path) -> Iterator[Statement]:
    """Yield the captions of HAT, in which people marked what is hallucinated, against five captions."""
    return _marked(load_hat(folder))


def foil(folder: Path) -> Iterator[Statement]:
    """Yield the long descriptions of DiscourseFOIL, in which people marked what is wrong, against another."""
    return _marked(load_foil(folder))


def _marked(texts: Sequence[Marked]) -> Iterator[Statement]:
    scenes = _Scenes([text for one in texts for text in (one.text, *one.references)])
    for one in texts:
        said = scenes(one.text)[0]
        yield Statement(one.references[0], said, scenes(*one.references), frozenset(), _unmarked(one.marks))


def _captions(folder: Path) -> dict[str, list[str]]:
    found = {}
    for place, row in rows(folder / "coco_captions" / "captions_val2017.jsonl"):
        with reading(place):
            found[row["coco_id"]] = [text for text in row["captions"] if text.strip()]
    return found


SOURCES: Mapping[str, Callable[[Path], Iterator[Statement]]] = MappingProxyType(
    {
        "coco_captions": captions,
        "sugarcrepe": sugarcrepe,
        "llava_bench_coco": boxes_and_captions,
        "photographs": photographs,
        "pope": object_lists,
        "amber": questions,
        "hicodet": double_boxes,
        "hat": hat,
        "discourse_foil": foil,
    }
)
"""Data set -> its statements."""
