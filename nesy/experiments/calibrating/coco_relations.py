"""A COCO annotation file with relations -> labelled pictures.

Read are `images` (`id`, `file_name`, `width`, `height`), `annotations` (`id`, `image_id`, `category_id`, `bbox` as
left, top, width and height in pixels, `iscrowd`), `categories` (`id`, `name`) and `relations`: `subject` and `object`,
ids of two annotations of one image (also `subject_id`, `object_id`), and `predicate`, a word, or with `predicates`
(`id`, `name`) a number (also `predicate_id`). A relation with `"false": true` does not hold. All else is left unread.

Every thing of every category counts as annotated, as in COCO. In a federated set (LVIS) an image tells which are:
those annotated but for `not_exhaustive_category_ids`, and `neg_category_ids`. `"info": {"exhaustive": false}` says that
no category is, a list of names there that these are.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.experiments.calibrating.labelled import Denied, Labelled
from nesy.geometry import Box
from nesy.interchange.instances import numbered
from nesy.interchange.json_rows import each, reading, word
from nesy.scene import Entity, ImageInfo, Relation, Scene

Row = dict[str, Any]


def read_coco(file: Path, picture: Callable[[str, str], Path]) -> list[Labelled]:
    """Read the labels of every image, in the order of the file.

    Args:
        file: in JSON.
        picture: returns the path of a picture by its name and, for the message of its error, the place of the name.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    try:
        data = json.loads(read_text(file))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file}: is no JSON ({' '.join(str(error).split())[:120]})") from None
    needed = ("images", "annotations", "categories")
    if not isinstance(data, dict) or not all(isinstance(data.get(one), list) for one in needed):
        raise InputError(f"{file}: no COCO file: an object with the lists {', '.join(needed)} is expected")
    place = str(file)
    with reading(place):  # a list that is none
        names = dict(each(place, data, "categories", lambda one: (_id(one, "id"), word(one, "name"))))
        held, images = _Held(place, data, names), each(place, data, "images", _image)
    return [
        held.labelled(number, row, picture(row["file_name"], f"{place}: images[{number}]"))
        for number, row in enumerate(images)
    ]


class _Held:
    """What a file holds, by image."""

    def __init__(self, place: str, data: Row, names: Mapping[int, str]) -> None:
        self._place, self._names = place, names
        self._things: dict[int, list[Row]] = defaultdict(list)
        self._relations: dict[int, list[Row]] = defaultdict(list)
        self._exhaustive = _exhaustive(place, data)
        of: dict[int, int] = {}
        images = set(each(place, data, "images", lambda one: _id(one, "id")))
        for number, one in enumerate(each(place, data, "annotations", self._thing)):
            if one["image_id"] not in images:
                raise InputError(f"{place}: annotations[{number}]: image_id {one['image_id']} is no image of the file")
            if one["id"] in of:
                raise InputError(f"{place}: annotations[{number}]: the id {one['id']} stands twice")
            of[one["id"]] = one["image_id"]
            self._things[one["image_id"]].append(one)
        data = {"relations": [], "predicates": [], **data}
        words = dict(each(place, data, "predicates", lambda one: (_id(one, "id"), word(one, "name"))))
        for number, one in enumerate(each(place, data, "relations", lambda one: _relation(one, words))):
            where = {of.get(one["subject"]), of.get(one["object"])}
            if None in where or len(where) > 1:
                raise InputError(f"{place}: relations[{number}]: its ends are no two annotations of one image")
            self._relations[of[one["subject"]]].append(one)

    def _thing(self, one: Row) -> Row:
        category = _id(one, "category_id")
        if category not in self._names:
            raise ValueError(f"category_id {category} is no category of the file")
        box = one["bbox"]
        if not isinstance(box, list) or len(box) != 4 or not all(map(_is_length, box)):
            raise ValueError(f"bbox: left, top, width and height in pixels are expected, got {box!r}")
        crowd = bool(one.get("iscrowd"))
        return {"id": _id(one, "id"), "image_id": _id(one, "image_id"), "name": self._names[category], "box": box} | {
            "crowd": crowd
        }

    def labelled(self, number: int, row: Row, picture: Path) -> Labelled:
        """Return what is known of one image."""
        things = self._things[row["id"]]
        ids = dict(zip((one["id"] for one in things), numbered([one["name"] for one in things]), strict=True))
        entities = {one["id"]: _entity(ids[one["id"]], one, row) for one in things}
        sure = {one["id"] for one in things if not one["crowd"]}
        told = [one for one in self._relations[row["id"]] if {one["subject"], one["object"]} <= sure]
        said = [((ids[one["subject"]], one["predicate"], ids[one["object"]]), one["false"]) for one in told]
        true, denied = (dict.fromkeys(words for words, false in said if false is wanted) for wanted in (False, True))
        with reading(f"{self._place}: images[{number}]"):
            scene = Scene(
                image=ImageInfo(name=row["file_name"], width_px=row["width"], height_px=row["height"]),
                entities=tuple(entities[one] for one in entities if one in sure),
                relations=tuple(
                    Relation(id=f"r{n}", subject=subject, predicate=predicate, object=target)
                    for n, (subject, predicate, target) in enumerate(true, 1)
                ),
            )
        return Labelled(
            picture=picture,
            scene=scene,
            whole=self._whole(row, {one["name"] for one in things}),
            unsure=tuple(entities[one] for one in entities if one not in sure),
            denied=tuple(Denied(*one) for one in denied),
        )

    def _whole(self, row: Row, there: set[str]) -> frozenset[str]:
        if self._exhaustive is not None:
            return self._exhaustive
        if row["negative"] is None and row["partly"] is None:
            return frozenset(self._names.values())
        partly, negative = (
            {self._names[one] for one in row[key] or () if one in self._names} for key in ("partly", "negative")
        )
        return frozenset((there - partly) | negative)


def _exhaustive(place: str, data: Row) -> frozenset[str] | None:
    """Return the names that `info` says are annotated in full; None where it does not say otherwise."""
    info = data.get("info")
    said = info.get("exhaustive", True) if isinstance(info, dict) else True
    if said is True:
        return None
    if said is not False and not (isinstance(said, list) and all(isinstance(one, str) for one in said)):
        raise InputError(f"{place}: info.exhaustive: true, false or a list of category names is expected")
    return frozenset(said or ())


def _image(one: Row) -> Row:
    sides = {key: one[key] for key in ("width", "height")}
    for key, side in sides.items():
        if not _is_length(side) or side < 1:
            raise ValueError(f"{key}: pixels, at least 1, are expected, got {side!r}")
    lists = {"negative": one.get("neg_category_ids"), "partly": one.get("not_exhaustive_category_ids")}
    for key, found in lists.items():
        if found is not None and not isinstance(found, list):
            raise TypeError(f"the list of {key} categories is none: {found!r}")
    return {"id": _id(one, "id"), "file_name": word(one, "file_name")} | {k: int(v) for k, v in sides.items()} | lists


def _relation(one: Row, words: Mapping[int, str]) -> Row:
    found = {end: _id(one, end if end in one else f"{end}_id") for end in ("subject", "object")}
    said = one.get("predicate", one.get("predicate_id"))
    if isinstance(said, str) and said.strip():
        predicate = said
    elif isinstance(said, int) and said in words:
        predicate = words[said]
    else:
        raise ValueError(f"predicate: a word, or the id of one of `predicates`, is expected, got {said!r}")
    return {**found, "predicate": predicate, "false": one.get("false") is True}


def _entity(name: str, one: Row, image: Row) -> Entity:
    left, top, wide, high = one["box"]
    across, down = image["width"], image["height"]

    def share(value: float, whole: int) -> float:
        return round(min(1.0, max(0.0, value / whole)), 6)

    box: Box = (share(left, across), share(top, down), share(left + wide, across), share(top + high, down))
    return Entity(id=name, category=one["name"], box=box)


def _id(one: Row, field: str) -> int:
    value = one[field]
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{field}: a whole number is expected, got {value!r}")
    return value


def _is_length(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e9
