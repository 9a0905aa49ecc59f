"""Visual Genome: a row an image with its objects and relationships, in one file or as the published folder.

An object has `object_id` (or `id`), `names` (or `name`), `x`, `y`, `w` and `h` in pixels and perhaps `attributes`; a
relationship has `predicate` and `subject` and `object`, objects themselves, or `subject_id` and `object_id`. One file
is a list of such rows (`scene_graphs.json`), or one a line, each with its `image_id` (or `id`); `width`, `height` and
`url` or `file_name` where they are known. The folder holds `relationships.json` or `objects.json` or both, and perhaps
`attributes.json` and `image_data.json` (`image_id`, `width`, `height`, `url`).

An object's first name is its category. Ids that other files use of it (`object_id`) are given anew when written;
`nesy_id` keeps what it is called in a scene.

Source: Krishna et al., "Visual Genome", IJCV 2017; homes.cs.washington.edu/~ranjay/visualgenome/api.html.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.coco import image_ids, known_image
from nesy.interchange.content import rows_of
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.instances import Pixels, numbered
from nesy.interchange.json_rows import each, own_name, reading, words
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.pixels import (
    GUESSED,
    SizeOf,
    corner_and_size,
    extent,
    from_corner_and_size,
    no_size,
    shares,
    side,
)
from nesy.scene import Entity, ImageInfo, Relation, Scene

Row = dict[str, Any]

HOLDS = Holds(size_needed=True, box_needed=True, ids=True, attributes=True)
_FILES = ("objects", "attributes", "relationships", "image_data")
_SIDES = ("x", "y", "w", "h")
_OBJECT = ("object_id", "id", "names", "name", *_SIDES, "attributes", "merged_object_ids", "nesy_id")
_RELATIONSHIP = ("relationship_id", "predicate", "subject", "object", "subject_id", "object_id", "nesy_id")
_IMAGE = (
    "image_id",
    "id",
    "width",
    "height",
    "url",
    "image_url",
    "file_name",
    "objects",
    "relationships",
    "attributes",
)


def fits(start: object) -> bool:
    """Tell whether it is a list of such rows, or one of them."""
    row = start[0] if isinstance(start, list) and start else start
    return (
        isinstance(row, dict)
        and bool({"image_id", "id"} & row.keys())
        and isinstance(row.get("relationships", row.get("objects")), list)
    )


def fits_folder(start: object) -> bool:
    """Tell whether a folder holds what is published."""
    names = set(start) if isinstance(start, list) else set()
    return "relationships.json" in names or {"objects.json", "image_data.json"} <= names


def read(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene a row, in the order of the file.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    lost: Counter[str] = Counter()
    for place, row in rows_of(path):
        yield _Row(place, row, size_of, lost).scene()
    yield from losses(lost)


def read_folder(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene an image of the published folder, in the order of its first list.

    Raises:
        InputError: none of the files is there, or one cannot be used; the file, the list and the number.
    """
    found: dict[object, Row] = {}
    there = [one for one in _FILES if (path / f"{one}.json").is_file()]
    if not {"objects", "relationships"} & set(there):
        raise InputError(f"{path}: neither objects.json nor relationships.json is in it")
    for kind in there:
        for place, row in rows_of(path / f"{kind}.json"):
            with reading(place):
                if not isinstance(row, dict) or not isinstance(row.get("image_id", row.get("id")), int | str):
                    raise ValueError("an object with an image_id is expected")
                found.setdefault(row.get("image_id", row.get("id")), {}).update(row)
    lost: Counter[str] = Counter()
    for number, row in found.items():
        if {"objects", "relationships"} & row.keys():
            yield _Row(f"{path}: image_id {number}", row, size_of, lost).scene()
    yield from losses(lost)


class _Row:
    """A row, and what it comes to."""

    def __init__(self, place: str, row: Any, size_of: SizeOf, lost: Counter[str]) -> None:
        self._place, self._size_of, self._lost = place, size_of, lost
        if not isinstance(row, dict):
            raise InputError(f"{place}: must be a JSON object, is {row!r:.80}")
        self._row: Row = {"objects": [], "relationships": [], "attributes": [], **row}
        self._objects: dict[int | str, tuple[Row, Pixels]] = {}
        self._merged: dict[int | str, int | str] = {}

    def scene(self) -> Scene:
        row, lost = self._row, self._lost
        with reading(self._place):
            count_unread(row, _IMAGE, "images", lost)
            name = self._name()
            for one, box in each(self._place, row, "objects", self._object):
                self._add(one, box)
            attributes = self._attributes()
            related = [one for one in each(self._place, row, "relationships", self._relationship) if one is not None]
            size = self._size(name)
            lost[GUESSED] += size is None
            entities = self._entities(size or extent([box for _, box in self._objects.values()]), attributes)
            lost["attributes of objects that are not there"] += sum(
                len(said) for number, said in attributes.items() if number not in self._objects
            )
            given = {own_name(one) for _, _, one in related}
            free = iter([name for name in (f"r{n}" for n in range(1, len(related) * 2 + 2)) if name not in given])
            relations = []
            for subject, target, one in related:
                if not {subject, target} <= entities.keys():
                    lost["relations of objects without a name"] += 1
                    continue
                own = own_name(one)
                relations.append(
                    Relation(
                        id=next(free) if own is None else own,
                        subject=entities[subject].id,
                        predicate=one["predicate"],
                        object=entities[target].id,
                    )
                )
            return Scene(
                image=ImageInfo(name=name, width_px=size and size[0], height_px=size and size[1]),
                entities=tuple(entities.values()),
                relations=tuple(relations),
            )

    def _attributes(self) -> dict[int | str, Sequence[str]]:
        """Return the attributes of objects; what is said of one that became another's is said of that."""
        found: dict[int | str, list[str]] = {}
        for number, said in each(
            self._place, self._row, "attributes", lambda one: (_own(one, "object_id"), _said(one))
        ):
            words = found.setdefault(self._merged.get(number, number), [])
            words += [word for word in said if word not in words]
        return dict(found)

    def _name(self) -> str:
        row = self._row
        for field in ("file_name", "url", "image_url"):
            if isinstance(row.get(field), str) and row[field].strip():
                return str(row[field]) if field == "file_name" else str(row[field]).rstrip("/").rsplit("/", 1)[-1]
        return f"{_own(row, 'image_id')}.jpg"

    def _size(self, name: str) -> tuple[int, int] | None:
        if self._row.get("width") is None and self._row.get("height") is None:
            return self._size_of(name)
        return side(self._row, "width"), side(self._row, "height")

    def _object(self, one: Row) -> tuple[Row, Pixels]:
        count_unread(one, _OBJECT, "objects", self._lost)
        own_name(one)
        return one, from_corner_and_size([one[key] for key in _SIDES], "x, y, w, h")

    def _add(self, one: Row, box: Pixels) -> int | str:
        number = _own(one, "object_id")
        if number in self._objects:
            raise ValueError(f"the object_id {number!r} stands twice")
        self._objects[number] = (one, box)
        self._merged |= dict.fromkeys(one.get("merged_object_ids") or (), number)
        return number

    def _relationship(self, one: Row) -> tuple[int | str, int | str, Row] | None:
        count_unread(one, _RELATIONSHIP, "relationships", self._lost)
        own_name(one)
        ends = [self._end(one, end) for end in ("subject", "object")]
        predicate = one["predicate"]
        if not isinstance(predicate, str):
            raise TypeError(f"predicate: a word is expected, got {predicate!r:.80}")
        if not predicate.strip():
            self._lost["relations without a predicate"] += 1
            return None
        return ends[0], ends[1], one

    def _end(self, one: Row, end: str) -> int | str:
        """Return the id of an end; one that the list of objects has not got joins it."""
        whole = one.get(end)
        if whole is not None and not isinstance(whole, dict):
            raise TypeError(f"{end}: an object is expected, got {whole!r:.80}")
        number = _number(one, f"{end}_id") if whole is None else _own(whole, "object_id")
        if number in self._objects or number in self._merged:
            return self._merged.get(number, number)
        if whole is None:
            raise ValueError(f"{end}_id: {number!r:.40} is no object of the image")
        return self._add(*self._object(whole))

    def _entities(
        self, size: tuple[float, float], attributes: Mapping[int | str, Sequence[str]]
    ) -> dict[int | str, Entity]:
        named = {number: (one, box, _names(one)) for number, (one, box) in self._objects.items()}
        self._lost["objects without a name"] += sum(not names for _, _, names in named.values())
        self._lost["further names of objects"] += sum(max(0, len(names) - 1) for _, _, names in named.values())
        named = {number: one for number, one in named.items() if one[2]}
        given = {own for one, _, _ in named.values() if (own := own_name(one)) is not None}
        anew = iter(numbered([names[0] for one, _, names in named.values() if own_name(one) is None], given))
        found = {}
        for number, (one, box, names) in named.items():
            placed, cut = shares(box, size)
            self._lost["parts of boxes beyond the picture, cut off"] += cut
            told = _said(one) or attributes.get(number) or ()
            found[number] = Entity(
                id=next(anew) if own_name(one) is None else own_name(one),
                category=names[0],
                box=placed,
                attributes=tuple(told),
            )
        return found


def _own(one: Row, field: str) -> int | str:
    """Return the id of an image or an object; the first edition has it as `id`."""
    return _number(one, field if field in one or "id" not in one else "id")


def _number(one: Row, field: str) -> int | str:
    number = one[field]
    if isinstance(number, bool) or not isinstance(number, int | str):
        raise ValueError(f"{field}: a number is expected, got {number!r:.80}")
    return number


def _said(one: Row) -> Sequence[str]:
    """Return the attributes of an object; ValueError where they are no list of words."""
    return words(one, "attributes") if one.get("attributes") else ()


def _names(one: Row) -> list[str]:
    names = one["names"] if "names" in one else [one["name"]]
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"names: a list of words is expected, got {names!r:.80}")
    return [name for name in names if name.strip()]


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write a list of rows, as `scene_graphs.json` has them, with the image's name and size in each."""
    rows, lost = _written(scenes)
    _dump(
        [
            {**image, "objects": objects, "relationships": [_by_id(one) for one in relationships]}
            for image, objects, relationships in rows
        ],
        path,
    )
    return lost


def write_folder(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write the four files as they are published."""
    rows, lost = _written(scenes)
    _dump([image for image, _, _ in rows], path / "image_data.json")
    for kind, place in (("objects", 1), ("relationships", 2)):
        _dump([{"image_id": row[0]["image_id"], kind: row[place]} for row in rows], path / f"{kind}.json")
    _dump(
        [{"image_id": image["image_id"], "attributes": objects} for image, objects, _ in rows], path / "attributes.json"
    )
    return lost


def _by_id(one: Row) -> Row:
    ends = {f"{end}_id": one[end]["object_id"] for end in ("subject", "object")}
    return {key: value for key, value in one.items() if key not in ("subject", "object")} | ends


def _written(scenes: Iterable[Scene]) -> tuple[list[tuple[Row, list[Row], list[Row]]], Sequence[Lost]]:
    lost: Counter[str] = Counter()
    kept = []
    for scene in scenes:
        held, gone = narrowed(scene, HOLDS)
        lost += gone
        kept += [held] if held is not None else []
    rows: list[tuple[Row, list[Row], list[Row]]] = []
    objects = relationships = 0
    for image_id, scene in zip(image_ids(kept), kept, strict=True):
        image, size = known_image(scene)
        row = {"image_id": image_id, "width": size[0], "height": size[1], "url": image.name, "file_name": image.name}
        things: dict[str, Row] = {}
        for entity in scene.entities:
            assert entity.box is not None
            objects += 1
            things[entity.id] = {
                "object_id": objects,
                "names": [entity.category],
                **dict(zip(_SIDES, corner_and_size(entity.box, size), strict=True)),
                "synsets": [],
                "nesy_id": entity.id,
            }
            if entity.attributes:
                things[entity.id]["attributes"] = list(entity.attributes)
        related = []
        for one in scene.relations:
            relationships += 1
            ends = {"subject": things[one.subject], "object": things[one.object]}
            told = {"relationship_id": relationships, "predicate": one.predicate, "synsets": [], "nesy_id": one.id}
            related.append({**told, **ends})
        rows.append((row, list(things.values()), related))
    return rows, losses(lost)


def _dump(rows: list[Row], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        json.dump(rows, out, ensure_ascii=False)
        out.write("\n")
