"""Action Genome: frames of clips with one person, the objects it has to do with, and how.

The folder holds `object_bbox_and_relationship.pkl`, a frame's name (`001YG.mp4/000089.png`) -> its objects, each of
`class`, `bbox` (left, top, width and height in pixels), `visible`, three lists `attention_relationship`,
`spatial_relationship` and `contacting_relationship`, and `metadata` with the split in `set`; and `person_bbox.pkl`, a
frame's name -> `bbox` (left, top, right and bottom, of every person that was detected) and `bbox_size` (width and
height). Both are pickles, and are read by `plain_pickle`.

Attention and contact are what the person does to the object, a place is where the object is from the person. `unsure`
says nothing; `not_looking_at` and `not_contacting` say that something does not hold.

Source: Ji et al., "Action Genome", CVPR 2020; actiongenome.org.
"""

import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.closed_words import PERSON
from nesy.interchange.instances import Pixels, numbered
from nesy.interchange.json_rows import reading
from nesy.interchange.labels import Denied, Labels, scenes_of
from nesy.interchange.losses import Lost, losses
from nesy.interchange.pixels import GUESSED, SizeOf, extent, is_length, no_size, shares
from nesy.interchange.plain_pickle import PlainArray, load
from nesy.scene import Entity, ImageInfo, Relation, Scene

OBJECTS, PEOPLE = "object_bbox_and_relationship.pkl", "person_bbox.pkl"
_KINDS = ("attention_relationship", "spatial_relationship", "contacting_relationship")
_NOTHING = ("unsure",)
_NOT = {"not_looking_at": "looking_at", "not_contacting": "touching"}
Row = dict[str, Any]


def fits(start: object) -> bool:
    """Tell whether a folder holds the two files."""
    return isinstance(start, list) and {OBJECTS, PEOPLE} <= set(start)


def read(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene a frame, in the order of the file; raises as `labels`."""
    return scenes_of(labels(path, size_of))


def labels(path: Path, size_of: SizeOf = no_size) -> Iterator[Labels | Lost]:
    """Yield the labels of every frame, in the order of the file of objects.

    Raises:
        InputError: a file is missing or cannot be used; the file, the frame and the number of the object.
    """
    objects, people = (_frames(path / name) for name in (OBJECTS, PEOPLE))
    lost: Counter[str] = Counter()
    for name, rows in objects.items():
        place = f"{path / OBJECTS}: {name:.200}"
        with reading(place):
            if not isinstance(rows, list):
                raise TypeError(f"a list of objects is expected, got {type(rows).__name__}")
            yield _Frame(name, place, people.get(name), size_of, lost).labels(rows)
    lost["frames with a person and no list of objects"] += len(people.keys() - objects.keys())
    yield from losses(lost)


def _frames(file: Path) -> dict[str, Any]:
    found = load(file)
    if not isinstance(found, dict) or not all(isinstance(name, str) and name.strip() for name in found):
        raise InputError(f"{file}: a dictionary of frames' names is expected")
    return found


class _Frame:
    """A frame, and what is said of it."""

    def __init__(self, name: str, place: str, person: object, size_of: SizeOf, lost: Counter[str]) -> None:
        self._name, self._place, self._lost = name, place, lost
        self._person, size = _person(person, lost)
        self._size = size or size_of(name)

    def labels(self, rows: list[Any]) -> Labels:
        told = []
        for number, row in enumerate(rows):
            with reading(f"{self._place}: [{number}]"):
                if not isinstance(row, dict):
                    raise TypeError(f"a dictionary is expected, got {type(row).__name__}")
                if row.get("visible") is False:
                    self._lost["objects that are not visible"] += 1
                    continue
                box = None if _is_null(row.get("bbox")) else _box(row["bbox"])
                self._lost["boxes of objects, which the file does not tell"] += box is None
                told.append((_category(row, self._lost), box, [_words(row, kind) for kind in _KINDS]))
        boxes = [box for box in (*(box for _, box, _ in told), self._person) if box is not None]
        self._lost[GUESSED] += self._size is None and bool(boxes)
        person = Entity(id="person_1", category=PERSON, box=self._placed(self._person, boxes))
        names = numbered((category for category, _, _ in told), taken=[person.id])
        entities, relations, denied = [person], list[Relation](), list[Denied]()
        for own, (category, box, kinds) in zip(names, told, strict=True):
            entities.append(Entity(id=own, category=category, box=self._placed(box, boxes)))
            for word, subject, target in _said(kinds, person.id, own):
                if word in _NOT:
                    denied.append(Denied(subject, _NOT[word], target))
                elif word not in _NOTHING:
                    number = len(relations) + 1
                    relations.append(Relation(id=f"r{number}", subject=subject, predicate=word, object=target))
        size = self._size
        return Labels(
            Scene(
                image=ImageInfo(name=self._name, width_px=size and size[0], height_px=size and size[1]),
                entities=tuple(entities),
                relations=tuple(relations),
            ),
            denied=tuple(denied),
            splits=frozenset(_splits(rows)),
        )

    def _placed(self, box: Pixels | None, boxes: list[Pixels]) -> Any:
        if box is None:
            return None
        placed, cut = shares(box, self._size or extent(boxes))
        self._lost["parts of boxes beyond the picture, cut off"] += cut
        return placed


def _said(kinds: list[list[str]], person: str, own: str) -> Iterator[tuple[str, str, str]]:
    attention, place, contact = kinds
    yield from ((word, person, own) for word in attention)
    yield from ((word, own, person) for word in place)
    yield from ((word, person, own) for word in contact)


def _splits(rows: list[Any]) -> Iterator[str]:
    for row in rows:
        metadata = row.get("metadata") if isinstance(row, dict) else None
        found = metadata.get("set") if isinstance(metadata, dict) else None
        if isinstance(found, str) and found.strip():
            yield found.strip()[:40]


def _person(found: object, lost: Counter[str]) -> tuple[Pixels | None, tuple[int, int] | None]:
    """Return the box of the first person of a frame, and the frame's size."""
    if not isinstance(found, dict):
        return None, None
    boxes, size = _plain(found.get("bbox")), _size(_plain(found.get("bbox_size")))
    if not isinstance(boxes, list) or not boxes:
        return None, size
    boxes = [one for one in (boxes if isinstance(boxes[0], list) else [boxes]) if not _is_null(one)]
    if not boxes:
        return None, size
    lost["further persons of a frame"] += len(boxes) - 1
    left, top, right, bottom = _four(boxes[0])
    if left > right or top > bottom:
        raise ValueError("bbox of the person: is turned inside out; left, top, right and bottom are expected")
    return (left, top, right, bottom), size


def _size(found: object) -> tuple[int, int] | None:
    sides = [_plain(one) for one in found[:3]] if isinstance(found, list | tuple) else []
    if len(sides) != 2 or not all(isinstance(one, int | float) and is_length(one) and one >= 1 for one in sides):
        return None
    return int(sides[0]), int(sides[1])  # type: ignore[call-overload]


def _category(row: Row, lost: Counter[str]) -> str:
    found = row["class"]
    if not isinstance(found, str) or not found.strip():
        raise ValueError(f"class: a word is expected, got {type(found).__name__}")
    first, *further = found.split("/")
    lost["further names of objects"] += len(further)
    return first.strip() or found


def _words(row: Row, kind: str) -> list[str]:
    found = row.get(kind)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, str) and one.strip() for one in found):
        raise ValueError(f"{kind}: a list of words is expected")
    return [one.strip() for one in found]


def _is_null(found: object) -> bool:
    """Tell whether a box is none: left out, empty, or of nothing but null and NaN."""
    sides = _plain(found)
    if not isinstance(sides, list | tuple):
        return sides is None
    return all(side is None or (isinstance(side, float) and math.isnan(side)) for side in map(_plain, sides[:5]))


def _box(found: object) -> Pixels:
    left, top, width, height = _four(_plain(found))
    if width < 0 or height < 0:
        raise ValueError("bbox: is turned inside out; left, top, width and height are expected")
    return left, top, left + width, top + height


def _four(found: object) -> tuple[float, ...]:
    numbers: list[Any] = [_plain(one) for one in found[:5]] if isinstance(found, list | tuple) else []
    if len(numbers) != 4 or not all(map(is_length, numbers)):
        raise ValueError("bbox: four numbers of pixels are expected")
    return tuple(map(float, numbers))


def _plain(found: object) -> object:
    return found.value if isinstance(found, PlainArray) else found
