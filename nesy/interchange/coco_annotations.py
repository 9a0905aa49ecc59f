"""A COCO annotation file with relations -> its images one by one, each with its things and relations.

Read are `images` (`id`, `file_name`, `width`, `height`), `annotations` (`id`, `image_id`, `category_id`, `bbox` as
left, top, width and height in pixels, `iscrowd`), `categories` (`id`, `name`) and the relations, in any of the
spellings in use: `relations` or `rel_annotations`, a list of `subject_id` and `object_id` (or `subject` and `object`),
ids of two annotations of one image, and `predicate_id` (or `predicate`), the id of one of `rel_categories` or
`predicates` (`id`, `name`), or a word. A relation with `"false": true` does not hold.

Where an annotation has no `bbox` its box is that around its `segmentation` (`regions`); with neither it has none. Of
panoptic files each of an annotation's `segments_info` (`category_id`, `bbox`, `iscrowd`) is a thing. Ids are numbers,
or texts; `"7"` and 7 are the same. `width` and `height` of an image are read of the picture where they are not told.

Of results and of files written by `nesy` also: `score` of annotations and relations, `attributes` (`nesy_attributes`
where `nesy` wrote them) of annotations, and `nesy_id`, what they are called in a scene.

Source: Lin et al., "Microsoft COCO", ECCV 2014, and cocodataset.org/#format-data; for the relations SGG-Benchmark
(github.com/Maelic/SGG-Benchmark, docs/ANNOTATIONS.md), which PSG, VG150 and IndoorVG are published for.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.content import json_of
from nesy.interchange.instances import Pixels, numbered
from nesy.interchange.json_rows import each, own_name, reading, word
from nesy.interchange.losses import count_unread
from nesy.interchange.pixels import SizeOf, from_corner_and_size, no_size, shares, side
from nesy.interchange.regions import box_around
from nesy.scene import Entity

Row = dict[str, Any]
Id = int | str
"""Numbers, by COCO's own measure; some tools write texts."""

_LISTS = ("images", "annotations", "categories")
_RELATIONS = ("relations", "rel_annotations")
_PREDICATES = ("rel_categories", "predicates")
_KNOWN = {
    "annotations": (
        "id",
        "image_id",
        "category_id",
        "bbox",
        "iscrowd",
        "area",
        "score",
        "attributes",
        "nesy_id",
        "nesy_attributes",
    ),
    "images": ("id", "file_name", "width", "height", "nesy_sha256"),
    "categories": ("id", "name"),
    "relations": (
        *("id", "image_id", "subject", "subject_id", "object", "object_id", "predicate", "predicate_id"),
        *("false", "score", "nesy_id"),
    ),
}


@dataclass(frozen=True)
class CocoThing:
    """An annotation."""

    id: Id
    entity: Entity
    crowd: bool
    """Whether it is a region of several that are not told apart."""


@dataclass(frozen=True)
class CocoRelation:
    """A relation between two annotations, by their ids."""

    subject: Id
    predicate: str
    object: Id
    false: bool
    """Whether it is said not to hold."""
    confidence: float | None = None
    name: str | None = None
    """Its id in a scene."""


@dataclass(frozen=True)
class CocoImage:
    """An image with all that is said of it."""

    place: str
    """`file: images[3]`, for messages."""
    row: Row
    """As it stands in the file."""
    name: str
    size_px: tuple[int, int]
    things: tuple[CocoThing, ...]
    relations: tuple[CocoRelation, ...]


class CocoFile:
    """A file in memory; what is said of an image is read when the image's turn comes.

    Args:
        path: in JSON.
        size_of: tells the sizes of pictures where the file does not.

    Raises:
        InputError: it cannot be read, is no such file, or its lists do not go together; names the list and the number.
    """

    def __init__(self, path: Path, size_of: SizeOf = no_size) -> None:
        self.place, self._size_of = str(path), size_of
        self.lost: Counter[str] = Counter()
        """What was left unread or cut off so far."""
        self.data: Row = self._lists(json_of(path))
        with reading(self.place):  # a list that is none
            self.names = dict(each(self.place, self.data, "categories", self._category))
            words = {
                number: name
                for field in _PREDICATES
                if field in self.data
                for number, name in each(self.place, self.data, field, self._category)
            }
            if any(isinstance(one, dict) and "segments_info" in one for one in self.data["annotations"]):
                self.data = {**self.data, "annotations": self._segments()}
            self._things = self._by_image()
            self._relations = self._related(words)

    def __iter__(self) -> Iterator[CocoImage]:
        """Yield the images in the order of the file.

        Raises:
            InputError: a row cannot be used; names the list and the number.
        """
        for number, row in enumerate(self.data["images"]):
            place = f"{self.place}: images[{number}]"
            with reading(place):
                name = word(row, "file_name")
                size = self._size(row, name)
            count_unread(row, _KNOWN["images"], "images", self.lost)
            things = self._read_things(self._things.get(identity(row, "id"), []), size)
            yield CocoImage(place, row, name, size, things, tuple(self._relations.get(identity(row, "id"), ())))

    def _lists(self, data: Any) -> Row:
        if not isinstance(data, dict) or not all(isinstance(data.get(one), list) for one in _LISTS):
            raise InputError(f"{self.place}: no COCO file: an object with the lists {', '.join(_LISTS)} is expected")
        there = [one for one in _RELATIONS if one in data]
        if len(there) > 1:
            raise InputError(f"{self.place}: both {' and '.join(there)}; one of them is meant")
        return data

    def _segments(self) -> list[Row]:
        """Return the segments of a panoptic file as annotations; the ids of segments are colours of a mask."""
        self.lost["masks (`file_name` of annotations)"] += len(self.data["annotations"])
        found: list[Row] = []
        for number, one in enumerate(self.data["annotations"]):
            place = f"{self.place}: annotations[{number}]"
            with reading(place):
                if not isinstance(one, dict):
                    raise TypeError(f"must be a JSON object, is {one!r:.80}")
                image = identity(one, "image_id")
                for row in each(place, one, "segments_info", dict):
                    found.append({**row, "id": len(found) + 1, "image_id": image})
                    self._ids(found[-1])
        return found

    def _size(self, row: Row, name: str) -> tuple[int, int]:
        if row.get("width") is None and row.get("height") is None:
            size = self._size_of(name)
            if size is None:
                raise ValueError("width and height are not told; --images DIR reads them of the picture")
            return size
        return side(row, "width"), side(row, "height")

    def _category(self, one: Row) -> tuple[Id, str]:
        count_unread(
            {**one, "supercategory": _meant(one.get("supercategory"))}, _KNOWN["categories"], "categories", self.lost
        )
        return identity(one, "id"), word(one, "name")

    def _by_image(self) -> dict[Id, list[tuple[int, Row]]]:
        """Return the annotations of every image, with their places in the list."""
        ids = each(self.place, self.data, "images", lambda one: identity(one, "id"))
        self._refuse_twice("images", ids)
        found: dict[Id, list[tuple[int, Row]]] = {one: [] for one in ids}
        self._image_of: dict[Id, Id] = {}
        places = each(self.place, self.data, "annotations", self._ids)
        self._refuse_twice("annotations", [one for one, _ in places])
        for number, (one, image) in enumerate(places):
            if image not in found:
                raise InputError(f"{self.place}: annotations[{number}]: image_id {image!r} is no image of the file")
            self._image_of[one] = image
            found[image].append((number, self.data["annotations"][number]))
        return found

    def _ids(self, one: Row) -> tuple[Id, Id]:
        category = identity(one, "category_id")
        if category not in self.names:
            raise ValueError(f"category_id {category!r} is no category of the file")
        if _has_box(one):
            from_corner_and_size(one["bbox"])
        own_name(one)
        return identity(one, "id"), identity(one, "image_id")

    def _refuse_twice(self, field: str, ids: list[Id]) -> None:
        if len(set(ids)) < len(ids):
            seen: set[Id] = set()
            for number, one in enumerate(ids):
                if one in seen:
                    raise InputError(f"{self.place}: {field}[{number}]: the id {one!r} stands twice")
                seen.add(one)

    def _related(self, words: Mapping[Id, str]) -> dict[Id, list[CocoRelation]]:
        field = next((one for one in _RELATIONS if one in self.data), None)
        found: dict[Id, list[CocoRelation]] = defaultdict(list)
        if field is None:
            return found
        for number, one in enumerate(each(self.place, self.data, field, lambda row: self._relation(row, words))):
            where = {self._image_of.get(one.subject), self._image_of.get(one.object)}
            if None in where or len(where) > 1:
                raise InputError(f"{self.place}: {field}[{number}]: its ends are no two annotations of one image")
            found[self._image_of[one.subject]].append(one)
        return found

    def _relation(self, one: Row, words: Mapping[Id, str]) -> CocoRelation:
        count_unread(one, _KNOWN["relations"], "relations", self.lost)
        subject, target = (identity(one, end if end in one else f"{end}_id") for end in ("subject", "object"))
        said = one.get("predicate", one.get("predicate_id"))
        number = _same(said)
        if number is not None and number in words:
            predicate = words[number]
        elif isinstance(said, str) and said.strip():
            predicate = said
        else:
            raise ValueError(
                f"predicate: a word, or the id of one of `rel_categories` or `predicates`, is expected, got {said!r}"
            )
        return CocoRelation(subject, predicate, target, one.get("false") is True, one.get("score"), own_name(one))

    def _read_things(self, rows: list[tuple[int, Row]], size: tuple[int, int]) -> tuple[CocoThing, ...]:
        names = [self.names[identity(row, "category_id")] for _, row in rows]
        given = [own_name(row) for _, row in rows]
        taken = {own for own in given if own is not None}
        anew = iter(numbered([name for name, own in zip(names, given, strict=True) if own is None], taken))
        things = []
        for (number, row), name, own in zip(rows, names, given, strict=True):
            with reading(f"{self.place}: annotations[{number}]"):
                things.append(self._thing(row, name, next(anew) if own is None else own, size))
        return tuple(things)

    def _thing(self, row: Row, category: str, name: str, size: tuple[int, int]) -> CocoThing:
        around = self._box(row)
        box, cut = (None, False) if around is None else shares(around, size)
        self.lost["parts of boxes beyond the picture, cut off"] += cut
        entity = Entity(
            id=name, category=category, box=box, attributes=self._attributes(row), confidence=row.get("score")
        )
        return CocoThing(identity(row, "id"), entity, _is_crowd(row))

    def _box(self, row: Row) -> Pixels | None:
        """Return the box of an annotation, or that around what is segmented; None where it has neither."""
        if _has_box(row):
            count_unread(row, _KNOWN["annotations"], "annotations", self.lost)
            return from_corner_and_size(row["bbox"])
        count_unread(row, (*_KNOWN["annotations"], "segmentation"), "annotations", self.lost)
        found = box_around(row.get("segmentation"))
        what = "boxes, of annotations without bbox and segmentation" if found is None else "masks, but for their boxes"
        self.lost[what] += 1
        return found

    def _attributes(self, row: Row) -> tuple[str, ...]:
        """Return the words of a list; of an object, as CVAT and Datumaro write it, what is true and what is a word."""
        told = row.get("nesy_attributes") or row.get("attributes") or ()
        if isinstance(told, dict):
            words = [key if value is True else value for key, value in told.items()]
        elif isinstance(told, list | tuple):
            words = list(told)
        else:
            raise TypeError(f"attributes: a list of words is expected, got {told!r:.80}")
        kept = tuple(one for one in words if isinstance(one, str) and one.strip())
        self.lost["attributes that are no words"] += len(words) - len(kept)
        return kept


def identity(one: Row, field: str) -> Id:
    """Return an id; ValueError where it is neither a whole number nor a text.

    >>> identity({"id": 7.0}, "id"), identity({"id": "7"}, "id"), identity({"id": "a7"}, "id")
    (7, 7, 'a7')
    """
    found = _same(one[field])
    if found is None:
        raise ValueError(f"{field}: a whole number is expected, or a text, got {one[field]!r:.80}")
    return found


def _same(value: object) -> Id | None:
    """Return an id in one way, however a tool writes it (pandas: 7.0; others: "7"); None where it is none."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch("0|[1-9][0-9]{0,17}", value):
        return int(value)
    return value if isinstance(value, int | str) and not isinstance(value, bool) and value != "" else None


def _has_box(row: Row) -> bool:
    return row.get("bbox") not in (None, [])


def _is_crowd(row: Row) -> bool:
    said = row.get("iscrowd")
    if said not in (None, 0, 1, "0", "1", ""):
        raise ValueError(f"iscrowd: 0 or 1 is expected, got {said!r:.80}")
    return said in (1, "1")


def whole_number(one: Row, field: str) -> int:
    """Return an id or a place; ValueError where it is no whole number."""
    value = one[field]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{field}: a whole number is expected, got {value!r:.80}")
    return value


def _meant(supercategory: object) -> object:
    return None if supercategory in ("none", "None", "") else supercategory
