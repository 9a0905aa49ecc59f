"""Yes/no answers on what an image holds, and evidence -> answers that the evidence contradicts, turned round.

POPE (Li et al., EMNLP 2023) asks for objects; AMBER (Wang et al., 2023) for objects, attributes, numbers and relations.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from nesy.errors import InputError
from nesy.experiments.scoring.detection import Detection
from nesy.grounding import ground
from nesy.interchange.json_rows import reading, rows
from nesy.language.parsing import parse_many
from nesy.scene import Count, Entity, Scene, term

MODELS = ("llava15_7b", "llava15_13b")
SETTINGS = ("random", "popular", "adversarial")
_EXISTENCE = re.compile(r"(?:is|are) there (?:an? |any )?(.+?) in (?:the|this) \w+\W*", re.IGNORECASE)
_TAIL = re.compile(r"\s+in (?:the|this) \w+\W*$", re.IGNORECASE)

YesNo = Literal["yes", "no"]


@dataclass(frozen=True)
class Answer:
    """An answer of a model to a question for an object, with the true one."""

    setting: str
    image: str
    asked: str
    """The object."""
    label: YesNo
    answers: Mapping[str, YesNo | None]
    """Model -> its answer, None where there is none."""


class Polled(BaseModel):
    """Answers before and after checking. A `yes` is the positive of F1, as in POPE."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: int
    f1_before: float
    f1_after: float
    turned: int
    """Answers that the evidence contradicts."""
    turned_right: int
    """Those among them that were wrong."""


class PollReport(BaseModel):
    """The stored answers of LLaVA-1.5 to POPE, checked against captions of people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: int
    with_evidence: int
    """Images that have captions; no other answer is changed."""
    whole: dict[str, dict[str, Polled]]
    """Model -> setting -> all answers."""
    on_evidence: dict[str, dict[str, Polled]]
    """Those on images with captions alone."""


class AmberReport(BaseModel):
    """Claims made of AMBER's questions, against its lists of objects."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: int
    claims: dict[str, Detection]
    """Type of question -> what is contradicted, against the label `no`; both types of relation are one."""


def asked_object(question: str) -> str | None:
    """Return the object that a question of existence asks for.

    >>> asked_object("Is there a snowboard in the image?"), asked_object("Is the sky blue in this image?")
    ('snowboard', None)
    """
    found = _EXISTENCE.fullmatch(question.strip())
    return None if found is None else found[1]


def contradicts(asked: str, answer: YesNo, evidence: Iterable[Scene], closed: frozenset[str]) -> bool:
    """Tell whether evidence contradicts an answer: yes claims such a thing, no that there is none."""
    thing = Entity(id="it", category=asked)
    none = Count(id="none", category=asked, value=0)
    claim = Scene(entities=(thing,)) if answer == "yes" else Scene(entities=(), counts=(none,))
    return any(j.status == "contradicted" for j in ground(claim, tuple(evidence), closed=closed))


def load_answers(folder: Path) -> list[Answer]:
    """Return the stored answers to POPE.

    Raises:
        InputError: the file cannot be used.
    """
    found = []
    for place, row in rows(folder / "pope" / "llava15_answers.jsonl"):
        with reading(place):
            asked = asked_object(row["text"])
            if asked is None:
                raise InputError(f"{place}: asks for no object: {row['text']!r}")
            answers = {model: _yes_no(row[model]) for model in MODELS}
            found.append(Answer(row["setting"], row["coco_id"], asked, row["label"], answers))
    return found


def load_captions(folder: Path, images: frozenset[str]) -> dict[str, tuple[Scene, ...]]:
    """Return image -> a scene of each of its captions of people, for those of the images that have any.

    Raises:
        InputError: the file cannot be used.
    """
    found = {}
    for place, row in rows(folder / "coco_captions" / "captions_val2017.jsonl"):
        with reading(place):
            if row["coco_id"] in images:
                found[row["coco_id"]] = tuple(parse_many(row["captions"]))
    return found


def measure_pope(folder: Path) -> PollReport:
    """Turn every answer round that captions of people contradict; nothing is closed, as captions leave things out.

    Raises:
        InputError: a file cannot be used.
    """
    answers = load_answers(folder)
    images = frozenset(answer.image for answer in answers)
    evidence = load_captions(folder, images)
    joined = [answer for answer in answers if answer.image in evidence]

    def polled(chosen: list[Answer]) -> dict[str, dict[str, Polled]]:
        by = {m: {s: [a for a in chosen if a.setting == s and a.answers[m]] for s in SETTINGS} for m in MODELS}
        return {m: {s: _polled(found, m, evidence) for s, found in of.items() if found} for m, of in by.items()}

    return PollReport(
        images=len(images), with_evidence=len(evidence), whole=polled(answers), on_evidence=polled(joined)
    )


def _polled(answers: list[Answer], model: str, evidence: Mapping[str, tuple[Scene, ...]]) -> Polled:
    before, after, turned, right = Detection(), Detection(), 0, 0
    for answer in answers:
        said = answer.answers[model]
        if said is None:
            continue
        turn = answer.image in evidence and contradicts(answer.asked, said, evidence[answer.image], frozenset())
        now = said if not turn else ("no" if said == "yes" else "yes")
        before += Detection.of(said == "yes", answer.label == "yes")
        after += Detection.of(now == "yes", answer.label == "yes")
        turned, right = turned + turn, right + (turn and now == answer.label)
    return Polled(
        answers=before.items,
        f1_before=round(before.f1, 4),
        f1_after=round(after.f1, 4),
        turned=turned,
        turned_right=right,
    )


def measure_amber(folder: Path) -> AmberReport:
    """Hold what AMBER's questions would claim against its lists of objects, closed for all words of these lists.

    Raises:
        InputError: a file cannot be used.
    """
    evidence: dict[int, Scene] = {}
    words: set[str] = set()
    for place, row in rows(folder / "amber" / "generative.jsonl"):
        with reading(place):
            things = dict.fromkeys(term(word) for word in row["truth"])
            entities = tuple(Entity(id=f"{word}_{i}", category=word) for i, word in enumerate(things))
            evidence[row["amber_id"]] = Scene(entities=entities)
            words |= {*row["truth"], *row["hallu"]}
    claims: dict[str, Detection] = {}
    closed = frozenset(words)
    asked = [(reading(place), row) for place, row in rows(folder / "amber" / "discriminative.jsonl")]
    texts = dict.fromkeys(_TAIL.sub("", row["text"]) for _, row in asked if "text" in row)
    said = dict(zip(texts, parse_many(texts), strict=True))
    for inside, row in asked:
        with inside:
            kind, wrong = row["type"].removeprefix("discriminative-"), row["label"] == "no"
            if row["amber_id"] not in evidence:
                continue
            thing, there = asked_object(row["text"]), evidence[row["amber_id"]]
            if thing is not None and kind == "hallucination":
                flag = contradicts(thing, "yes", [there], closed)
            else:
                claim = said[_TAIL.sub("", row["text"])]
                flag = any(j.status == "contradicted" for j in ground(claim, there, closed=closed))
            claims[kind] = claims.get(kind, Detection()) + Detection.of(flag, wrong)
    return AmberReport(images=len(evidence), claims=claims)


def _yes_no(answer: str | None) -> YesNo | None:
    if answer is None:
        return None
    return "yes" if answer.strip().lower().startswith("yes") else "no"
