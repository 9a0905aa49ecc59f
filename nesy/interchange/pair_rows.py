"""Labelled pairs of boxes, the pairs of an image in one line: rows of HICO-DET, of V-COCO, and of any relations.

HICO-DET: `file`, `size` and `pairs` of `human_box`, `verb`, `object` and `object_box`, in pixels from 1. V-COCO: `file`
and `pairs` of `human_box`, `action` (`sit instr`), `object` and `object_box`, in pixels from 0. Any, as VRD: `file` and
`relations` of `subject`, `subject_box`, `predicate`, `object` and `object_box`, in pixels from 0, and perhaps `size`.
Boxes are left, top, right and bottom. Rows of the last kind are written.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nesy.interchange.closed_words import PERSON, VCOCO_ROLES
from nesy.interchange.coco import known_image
from nesy.interchange.content import json_lines
from nesy.interchange.holding import narrowed
from nesy.interchange.instances import THRESHOLD, Pair
from nesy.interchange.interactions import PAIRED, merged
from nesy.interchange.json_rows import each, pixels, reading, size_px, word
from nesy.interchange.losses import Lost, losses
from nesy.interchange.pixels import SizeOf, corners, no_size
from nesy.scene import Scene

_ACTIONS = {f"{one.action} {one.role}": one.predicate for one in VCOCO_ROLES if one.predicate is not None}


def fits(start: object) -> bool:
    """Tell whether it is such a row."""
    return isinstance(start, dict) and "file" in start and bool({"pairs", "relations"} & start.keys())


def read(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene a row; boxes of one class that overlap by more than `THRESHOLD` are one thing in HICO-DET's.

    Raises:
        InputError: it cannot be read, or a row cannot be used; the line, the list and the number.
    """
    lost: Counter[str] = Counter()
    for place, row in json_lines(path):
        with reading(place):
            if not isinstance(row, dict):
                raise TypeError(f"must be a JSON object, is {type(row).__name__}")
            pairs, from_hico = _pairs(place, row)
            size = size_px(row, "size") if "size" in row else None
            yield merged(word(row, "file"), pairs, size_of, lost, THRESHOLD if from_hico else 1.0, size).scene
    yield from losses(lost)


def _pairs(place: str, row: dict[str, Any]) -> tuple[list[Pair], bool]:
    if "relations" in row:
        return each(place, row, "relations", relation_pair), False
    from_vcoco = any(isinstance(one, dict) and "action" in one for one in row["pairs"])
    return each(place, row, "pairs", vcoco_pair if from_vcoco else hico_pair), not from_vcoco


def hico_pair(one: dict[str, Any]) -> Pair:
    """Return a pair of HICO-DET."""
    return Pair(
        subject=PERSON,
        subject_box=pixels(one, "human_box", first=1),
        predicate=word(one, "verb"),
        object=word(one, "object"),
        object_box=pixels(one, "object_box", first=1),
    )


def vcoco_pair(one: dict[str, Any]) -> Pair:
    """Return a pair of V-COCO; ValueError where its action is none."""
    action = word(one, "action")
    if action not in _ACTIONS:
        raise ValueError(f"action: {action!r} is unknown; V-COCO has {', '.join(sorted(_ACTIONS))}")
    return Pair(
        subject=PERSON,
        subject_box=pixels(one, "human_box"),
        predicate=str(_ACTIONS[action]),
        object=word(one, "object"),
        object_box=pixels(one, "object_box"),
    )


def relation_pair(one: dict[str, Any]) -> Pair:
    """Return a pair of any two things."""
    return Pair(
        subject=word(one, "subject"),
        subject_box=pixels(one, "subject_box"),
        predicate=word(one, "predicate"),
        object=word(one, "object"),
        object_box=pixels(one, "object_box"),
    )


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one row a scene; what stands in no relation cannot be held, nor a scene without a picture's size."""
    lost: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for scene in scenes:
            held, gone = narrowed(scene, PAIRED)
            lost += gone
            if held is not None:
                out.write(json.dumps(_row(held), ensure_ascii=False) + "\n")
    return losses(lost)


def _row(scene: Scene) -> dict[str, Any]:
    image, size = known_image(scene)
    things = {one.id: (one.category, corners(one.box, size)) for one in scene.entities if one.box is not None}
    relations = []
    for one in scene.relations:
        (subject, subject_box), (target, object_box) = things[one.subject], things[one.object]
        relations.append(
            {
                "subject": subject,
                "subject_box": subject_box,
                "predicate": one.predicate,
                "object": target,
                "object_box": object_box,
            }
        )
    return {"file": image.name, "size": list(size), "relations": relations}
