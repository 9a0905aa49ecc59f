"""Labelled pairs with boxes -> a gold scene: boxes of one thing become one entity, repeated relations one relation."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from nesy.geometry import Box, iou
from nesy.scene import Entity, ImageInfo, Relation, Scene, term

THRESHOLD = 0.6
"""Boxes of one class that overlap by more are one thing: annotators box it anew for every verb (HICO-DET)."""

Pixels = tuple[float, float, float, float]
"""(left, top, right, bottom) in pixels, 0-based."""
Mention = tuple[str, Pixels]
"""A class word and one box drawn for it."""


@dataclass(frozen=True)
class Pair:
    """One labelled relation between two boxes, as a data set has it; the words are kept as written."""

    subject: str
    subject_box: Pixels
    predicate: str
    object: str
    object_box: Pixels


@dataclass(frozen=True)
class Gold:
    """One ground-truth graph, and what was done to the annotation to get it."""

    scene: Scene
    merged: int
    """Distinct boxes that became part of another box's entity."""
    repeated: int
    """Relations dropped because the same one was there already, of the same instances."""


def gold(
    name: str,
    pairs: Sequence[Pair],
    size_px: tuple[int, int] | None = None,
    threshold: float = THRESHOLD,
) -> Gold:
    """Return the pairs of one image as a scene.

    Args:
        name: the image's file name.
        pairs: in the order of the source, which is the order of the result.
        size_px: width and height of the image; where the source does not tell, the extent of all boxes stands in for
            it, and the scene has no size.
        threshold: boxes of one class with an IoU above it are one entity, which keeps the box that came first. Two
            boxes that stand in one relation are never merged: the annotator told them apart. One box that is subject
            and object at once stays so, as the source has it.

    Raises:
        ValueError: no box has an extent, and the source tells no size.
    """
    owners = _instances(pairs, threshold)
    extent = size_px or _extent(pairs)
    leaders = list(dict.fromkeys(owners.values()))
    entities = {
        leader: Entity(id=name, category=leader[0], box=_scaled(leader[1], extent))
        for leader, name in zip(leaders, numbered([word for word, _ in leaders]), strict=True)
    }
    triples = [
        (
            entities[owners[pair.subject, pair.subject_box]].id,
            pair.predicate,
            entities[owners[pair.object, pair.object_box]].id,
        )
        for pair in pairs
    ]
    kept = list(dict.fromkeys(triples))
    scene = Scene(
        image=ImageInfo(
            name=name,
            width_px=size_px[0] if size_px else None,
            height_px=size_px[1] if size_px else None,
        ),
        entities=tuple(entities.values()),
        relations=tuple(
            Relation(id=f"r{number}", subject=subject, predicate=predicate, object=target)
            for number, (subject, predicate, target) in enumerate(kept, start=1)
        ),
    )
    return Gold(scene, merged=len(owners) - len(entities), repeated=len(triples) - len(kept))


def numbered(words: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Return an id for each class word, numbered among those that read alike; none that is taken.

    >>> numbered(["cup", "men's shirt", "cup", "bow/tie"], taken=["cup_1"])
    ['cup_2', 'men_s_shirt_1', 'cup_3', 'bow_tie_1']
    """
    numbers: dict[str, int] = defaultdict(int)
    ids = []
    for word in words:
        stem = re.sub(r"[\W_]+", "_", term(word)).strip("_")[:80] or "thing"
        numbers[stem] += 1
        while f"{stem}_{numbers[stem]}" in taken:
            numbers[stem] += 1
        ids.append(f"{stem}_{numbers[stem]}")
    return ids


def _instances(pairs: Iterable[Pair], threshold: float) -> dict[Mention, Mention]:
    """Return for every mention the one that stands for it: the first of its class that it overlaps most."""
    told_apart: dict[Mention, set[Mention]] = defaultdict(set)
    mentions: dict[Mention, None] = {}
    for pair in pairs:
        subject, target = (pair.subject, pair.subject_box), (pair.object, pair.object_box)
        mentions[subject] = mentions[target] = None
        told_apart[subject].add(target)
        told_apart[target].add(subject)
    owners: dict[Mention, Mention] = {}
    members: dict[Mention, set[Mention]] = {}
    for mention in mentions:
        near = [
            (iou(mention[1], leader[1]), leader)
            for leader in members
            if leader[0] == mention[0] and not members[leader] & told_apart[mention]
        ]
        # max keeps the first of equals, so the result depends on nothing but the order of the source.
        overlap, leader = max(near, key=lambda found: found[0], default=(0.0, mention))
        if overlap <= threshold:
            leader = mention
        owners[mention] = leader
        members.setdefault(leader, set()).add(mention)
    return owners


def _extent(pairs: Iterable[Pair]) -> tuple[float, float]:
    boxes = [box for pair in pairs for box in (pair.subject_box, pair.object_box)]
    width, height = max((box[2] for box in boxes), default=1.0), max((box[3] for box in boxes), default=1.0)
    if width <= 0.0 or height <= 0.0:
        raise ValueError("every box lies in the corner of the image; left, top, right, bottom in pixels are expected")
    return width, height


def _scaled(box: Pixels, extent: tuple[float, float]) -> Box:
    """Return the box in [0, 1]; what the annotator drew beyond the image is cut off."""
    width, height = extent

    def share(value: float, whole: float) -> float:
        return round(min(1.0, max(0.0, value / whole)), 6)

    return share(box[0], width), share(box[1], height), share(box[2], width), share(box[3], height)
