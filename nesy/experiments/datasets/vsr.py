"""The VSR captions ("The X is under the Y.", true or false) -> scenes of two entities, and pairs of captions.

Source: Liu, Emerson and Collier, "Visual Spatial Reasoning", TACL 2023.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from nesy.interchange.instances import THRESHOLD, Gold, numbered
from nesy.interchange.json_rows import reading, rows, word
from nesy.scene import Entity, ImageInfo, Relation, Scene, term

FILES = ("random_train.jsonl", "random_dev.jsonl")


@dataclass(frozen=True)
class Caption:
    """One caption with its two nouns; `true` as the validators say."""

    image: str
    subject: str
    predicate: str
    object: str
    true: bool


@dataclass(frozen=True)
class CaptionPair:
    """Two captions of one image over the same two nouns, in either order; `first` is true."""

    first: Caption
    second: Caption

    @property
    def scene(self) -> Scene:
        """Both claims, of the same two entities: the captions do not tell instances apart."""
        return _scene(self.first, self.second)


def captions(folder: Path) -> Iterator[Caption]:
    """Yield every caption once, in the order of the files.

    Raises:
        InputError: a caption is not of the form "The X is RELATION the Y.".
    """
    seen: set[Caption] = set()
    for file in FILES:
        for place, row in rows(folder / "vsr" / file):
            with reading(place):
                caption = _caption(row)
            if caption not in seen:
                seen.add(caption)
                yield caption


def graphs(folder: Path, threshold: float = THRESHOLD) -> Iterator[Gold]:  # noqa: ARG001 - no boxes to merge
    """Yield one graph for every true caption; VSR has no boxes, so nothing is merged."""
    for caption in captions(folder):
        if caption.true:
            yield Gold(_scene(caption), merged=0, repeated=0)


def pairs(folder: Path) -> Iterator[CaptionPair]:
    """Yield the pairs of captions of one image over the same two nouns, the first of each pair being true.

    Captions over one noun ("The cat is behind the cat.") are left out: which is which cannot be told.
    """
    groups: dict[tuple[str, frozenset[str]], list[Caption]] = defaultdict(list)
    for caption in captions(folder):
        if term(caption.subject) != term(caption.object):
            groups[caption.image, frozenset((term(caption.subject), term(caption.object)))].append(caption)
    for group in groups.values():
        for a, b in combinations(group, 2):
            if a.true or b.true:
                yield CaptionPair(a, b) if a.true else CaptionPair(b, a)


def _caption(row: dict[str, Any]) -> Caption:
    text, relation = word(row, "caption"), word(row, "relation")
    found = re.fullmatch(rf"The (.+?) (?:(?:is|are) )?{re.escape(relation)} (?:the|an?) (.+)\.", text)
    if found is None:
        raise ValueError(f"caption: {text!r} is not of the form 'The X is {relation} the Y.'")
    return Caption(f"{row['coco_id']}.jpg", found[1], relation, found[2], true=row["label"] == 1)


def _scene(*said: Caption) -> Scene:
    nouns = [said[0].subject, said[0].object]
    ids = numbered(nouns)  # two things of one class still are two things
    relations = []
    for number, caption in enumerate(said, start=1):
        subject, target = ids if term(caption.subject) == term(nouns[0]) else reversed(ids)
        relations.append(Relation(id=f"r{number}", subject=subject, predicate=caption.predicate, object=target))
    return Scene(
        image=ImageInfo(name=said[0].image),
        entities=tuple(Entity(id=i, category=noun) for i, noun in zip(ids, nouns, strict=True)),
        relations=tuple(relations),
    )
