"""Detectors of the hub as witnesses: closed-set ones, and open-vocabulary ones that are asked for words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from transformers import (
    AutoImageProcessor,
    AutoModelForObjectDetection,
    AutoModelForZeroShotObjectDetection,
    AutoProcessor,
)

from nesy.assets.weights import Family
from nesy.errors import ModelError, first_line
from nesy.image import Image
from nesy.observations import Observations, Person, Thing, WitnessInfo
from nesy.witness.detector import CATEGORIES
from nesy.witness.hub_pose import PoseNetwork
from nesy.witness.hub_weights import Loaded, files_of, load, on_device

CLOSED = ("rt_detr", "rt_detr_v2", "d_fine", "detr", "conditional_detr", "deformable_detr", "lw_detr", "yolos")
PHRASES = ("grounding-dino", "mm-grounding-dino")
"""They name what they find in words of the prompt."""
CLIP = ("owlvit", "owlv2")
"""They name it by its place in the list."""
DETECTORS = Family(
    name="object detector",
    types=(*CLOSED, *PHRASES, *CLIP),
    example="PekingU/rtdetr_v2_r50vd",
    otherwise="another detector can be told as `nesy.observations/1`, with --evidence FILE",
)
LEAST_SCORE = {**dict.fromkeys(CLOSED, 0.3), **dict.fromkeys(PHRASES, 0.3), **dict.fromkeys(CLIP, 0.15)}
"""By family: what is seen with less is not told. Of transformers' documentation, for want of a measurement."""
WORDS_AT_ONCE = 40
"""A prompt of a text encoder holds 256 tokens."""
_NO_NAME = re.compile(r"LABEL_\d+")


def hub_detector(spec: str) -> "ClosedDetector | OpenDetector":
    """Load a witness: `DETECTOR`, or `DETECTOR+POSE` where a pose network looks at the people that the detector finds.

    Each is a hub id or a folder.

    Raises:
        InputError: there is no such network, or it is no detector or no pose network.
        ModelError: its weights are not here and cannot be had, or cannot be loaded.
    """
    name, _, pose = spec.partition("+")
    files, revision = files_of(name, DETECTORS)
    joints = PoseNetwork(pose) if pose else None
    if files.model_type in CLOSED:
        parts = load(name, files, revision, AutoModelForObjectDetection, AutoImageProcessor)
        return ClosedDetector(spec, parts, joints)
    parts = load(name, files, revision, AutoModelForZeroShotObjectDetection, AutoProcessor)
    return OpenDetector(spec, parts, joints)


@dataclass(frozen=True)
class ClosedDetector:
    """A detector of a closed set of categories, with a pose network or without."""

    spec: str
    """As it was asked for."""
    loaded: Loaded
    pose: PoseNetwork | None = None

    def __post_init__(self) -> None:
        """Raise ModelError where the categories have no names."""
        if not self.info.categories:
            raise ModelError(f"{self.loaded.name}: its config.json names no categories (id2label)")

    @cached_property
    def info(self) -> WitnessInfo:
        """Who it is, and what it would name."""
        labels = dict.fromkeys(self.loaded.network.config.id2label.values())
        return _info(self.spec, self.loaded, self.pose, tuple(label for label in labels if _is_name(label)))

    def observe(self, image: Image) -> Observations:
        """Return what it sees, the surest first.

        Raises:
            ModelError: the network cannot look at such a picture.
        """
        things = sorted(self._things(image), key=lambda thing: -thing.score)
        return _observations(self.info, image, things, self.pose)

    def _things(self, image: Image) -> Iterator[Thing]:
        (found,) = _seen(self.loaded, image, {}, {})
        names = self.loaded.network.config.id2label
        for label, score, box in zip(found["labels"].tolist(), found["scores"], found["boxes"], strict=True):
            if label in names and _is_name(names[label]):
                yield from _thing(names[label], score, box, image, self.spec)


@dataclass(frozen=True)
class OpenDetector:
    """A detector that looks for the words that it is given; by itself for COCO's 80 categories."""

    spec: str
    """As it was asked for."""
    loaded: Loaded
    pose: PoseNetwork | None = None
    words: tuple[str, ...] = CATEGORIES

    @cached_property
    def info(self) -> WitnessInfo:
        """Who it is, and what it looks for."""
        return _info(self.spec, self.loaded, self.pose, self.words)

    def asked_for(self, words: Sequence[str]) -> "OpenDetector":
        """Return the same network, looking for these words: the categories that claims name."""
        plain = dict.fromkeys(" ".join(word.replace("_", " ").split()) for word in words)
        return replace(self, words=tuple(word for word in plain if word))

    def observe(self, image: Image) -> Observations:
        """Return what it sees, the surest first.

        Raises:
            ModelError: the network cannot look at such a picture.
        """
        parts = (self.words[at : at + WORDS_AT_ONCE] for at in range(0, len(self.words), WORDS_AT_ONCE))
        things = (thing for words in parts for thing in self._things(image, words))
        return _observations(self.info, image, sorted(things, key=lambda thing: -thing.score), self.pose)

    def _things(self, image: Image, words: tuple[str, ...]) -> Iterator[Thing]:
        phrases = self.loaded.model_type in PHRASES
        asked = list(words) if phrases else [f"a photo of a {word}" for word in words]
        (found,) = _seen(
            self.loaded, image, {"text": [asked], "truncation": True}, {} if phrases else {"text_labels": [list(words)]}
        )
        for phrase, score, box in zip(found["text_labels"], found["scores"], found["boxes"], strict=True):
            word = meant(phrase, words) if phrases else phrase
            if word is not None:
                yield from _thing(word, score, box, image, self.spec)


def meant(phrase: str, words: Sequence[str]) -> str | None:
    """Return which of the words a phrase means that a text encoder picked out of them; None where that is not plain.

    It may be a part of a word (`traffic` of `traffic light`), or hold a second one.

    >>> meant("traffic", ("cup", "traffic light")), meant("light", ("traffic light", "street light"))
    ('traffic light', None)
    """
    said = phrase.lower().split()
    if not said:
        return None
    shared = {word: len(set(said) & set(word.lower().split())) for word in words}
    exact = [word for word in words if word.lower().split() == said]
    best = exact or [word for word, number in shared.items() if number == max(shared.values()) > 0]
    return best[0] if len(best) == 1 else None


def _seen(loaded: Loaded, image: Image, given: dict[str, Any], told: dict[str, Any]) -> Any:
    width, height = image.size_px
    try:
        inputs = on_device(loaded, loaded.processor(images=image.pixels, return_tensors="pt", **given))
        with torch.inference_mode():
            outputs = loaded.network(**inputs)
        least = LEAST_SCORE[loaded.model_type]
        options: dict[str, Any] = {"threshold": least, "target_sizes": [(height, width)], **told}
        if not given:
            return loaded.processor.post_process_object_detection(outputs, **options)
        if "input_ids" in inputs and loaded.model_type in PHRASES:
            options["input_ids"] = inputs["input_ids"]
        return loaded.processor.post_process_grounded_object_detection(outputs, **options)
    except (ValueError, RuntimeError, IndexError, ZeroDivisionError) as error:
        raise ModelError(
            f"{loaded.name}: it cannot look at {image.name} of {width}x{height} pixels ({first_line(error)})"
        ) from error


def _thing(category: str, score: Any, box: Any, image: Image, witness: str) -> Iterator[Thing]:
    """Yield what is seen; nothing where its box lies outside of the picture, in what was added to make it square."""
    width, height = image.size_px
    left, top, right, bottom = (
        round(min(1.0, max(0.0, edge / side)), 4)
        for edge, side in zip(box.float().tolist(), (width, height, width, height), strict=True)
    )
    if left < right and top < bottom:
        share = round(min(1.0, float(score)), 4)
        yield Thing(category=category, box=(left, top, right, bottom), score=share, witness=witness)


def _observations(info: WitnessInfo, image: Image, things: Sequence[Thing], pose: PoseNetwork | None) -> Observations:
    people: tuple[Person, ...] = ()
    if pose is not None:
        people = pose.people(image, [thing for thing in things if thing.category == "person"], info.name)
    return Observations(image=image.info, witnesses=(info,), things=tuple(things), people=people)


def _info(spec: str, loaded: Loaded, pose: PoseNetwork | None, categories: tuple[str, ...]) -> WitnessInfo:
    versions = (loaded.revision, "" if pose is None else pose.loaded.revision)
    return WitnessInfo(
        name=spec,
        version="+".join(version for version in versions if version),
        weights_sha256=loaded.sha256,
        categories=categories,
    )


def _is_name(label: str) -> bool:
    """Tell whether a label names something; detectors of COCO's 91 numbers have holes in between."""
    return bool(label) and label != "N/A" and not _NO_NAME.fullmatch(label)
