"""PSG, the panoptic scene graphs of OpenPSG, but for their masks.

`data` is a list of images (`file_name`, `width`, `height`, `image_id`), each with `annotations` (`category_id`, `bbox`
in pixels, `bbox_mode`), `segments_info` (the mask of each annotation, by its number in the PNG `pan_seg_file_name`) and
`relations`, each [subject, object, predicate] by place; where there are no `annotations`, the segments are the things,
with the `bbox` of COCO (left, top, width and height) where they have one.
A category is counted through `thing_classes` and then `stuff_classes`, from 0; a predicate in `predicate_classes`, from
0. Modes of boxes are detectron2's: 0, which is meant where none is told, is left, top, right and bottom; 1 is left,
top, width and height.
`test_image_ids` lists the images for testing.

A picture is segmented in full, so that every thing and all stuff of the categories is listed, but for those of which a
segment is a crowd.

Source: Yang et al., "Panoptic Scene Graph Generation", ECCV 2022; the fields are those that `openpsg/datasets/psg.py`
of github.com/Jingkang50/OpenPSG asks for.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.coco import Numbers, image_ids, known_image
from nesy.interchange.coco_annotations import whole_number
from nesy.interchange.content import json_of
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.instances import numbered
from nesy.interchange.json_rows import each, reading, word, words
from nesy.interchange.labels import Labels
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.pixels import corners, from_corner_and_size, from_corners, shares, side
from nesy.scene import Entity, ImageInfo, Relation, Scene

HOLDS = Holds(size_needed=True, box_needed=True)
_WORDS = ("thing_classes", "stuff_classes", "predicate_classes")
_IMAGE = ("file_name", "width", "height", "image_id", "annotations", "relations", "segments_info", "pan_seg_file_name")
_TEST = "test_image_ids"
_BOX_MODES = {0: from_corners, 1: from_corner_and_size}


def fits(start: object) -> bool:
    """Tell whether it is such a file."""
    return isinstance(start, dict) and {"data", "predicate_classes"} <= start.keys()


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield one scene an image, in the order of the file, without what tells the splits; raises as `labels`."""
    tells = False
    for one in labels(path):
        tells = tells or (isinstance(one, Labels) and bool(one.splits))
        yield one.scene if isinstance(one, Labels) else one
    if tells:
        yield Lost(f"`{_TEST}` of the file", 1)


def labels(path: Path) -> Iterator[Labels | Lost]:
    """Yield the labels of every image, in the order of the file; masks are left out.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    data, place = json_of(path), str(path)
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise InputError(f"{place}: no PSG file: an object with `data` and {', '.join(_WORDS)} is expected")
    lost: Counter[str] = Counter()
    count_unread(data, ("data", *_WORDS, _TEST), "the file", lost)
    with reading(place):
        things, stuff, predicates = (words(data, field) for field in _WORDS)
        test = _test_images(data)
    for number, row in enumerate(data["data"]):
        where = f"{place}: data[{number}]"
        scene = _scene(where, row, [*things, *stuff], predicates, lost)
        with reading(where):
            crowds = _crowds(row, [*things, *stuff])
        splits = () if test is None else ("test" if str(row.get("image_id")) in test else "train",)
        yield Labels(scene, whole=frozenset((*things, *stuff)) - crowds, splits=frozenset(splits))
    yield from losses(lost)


def _test_images(data: dict[str, Any]) -> frozenset[str] | None:
    """Return the ids of the images for testing; None where the file does not tell."""
    found = data.get(_TEST)
    if found is None or found == []:
        return None
    if not isinstance(found, list) or not all(isinstance(one, str | int) for one in found):
        raise ValueError(f"{_TEST}: a list of the ids of images is expected")
    return frozenset(map(str, found))


def _crowds(row: dict[str, Any], categories: list[str]) -> frozenset[str]:
    """Return the categories of which an image has a segment of several things that are not told apart."""
    segments = row.get("segments_info") or []
    if not isinstance(segments, list):
        raise TypeError(f"segments_info: a list is expected, got {segments!r:.80}")
    return frozenset(
        _at(categories, one.get("category_id"), "category_id", "thing_classes and stuff_classes")
        for one in segments
        if isinstance(one, dict) and one.get("iscrowd")
    )


def _scene(place: str, row: Any, categories: list[str], predicates: list[str], lost: Counter[str]) -> Scene:
    with reading(place):
        if not isinstance(row, dict):
            raise TypeError(f"must be a JSON object, is {row!r:.80}")
        name, size = word(row, "file_name"), (side(row, "width"), side(row, "height"))
        count_unread(row, _IMAGE, "images", lost)
        lost["masks (`segments_info`)"] += len(row.get("segments_info") or ()) if row.get("pan_seg_file_name") else 0

        def category(one: dict[str, Any]) -> str:
            number = whole_number(one, "category_id")
            return _at(categories, number, "category_id", "thing_classes and stuff_classes")

        def thing(one: dict[str, Any]) -> Entity:
            count_unread(one, ("bbox", "bbox_mode", "category_id"), "annotations", lost)
            mode = one.get("bbox_mode", 0)
            if isinstance(mode, bool) or not isinstance(mode, int) or mode not in _BOX_MODES:
                raise ValueError(
                    f"bbox_mode: 0 (left, top, right, bottom) or 1 (and width, height) is expected, got {mode!r}"
                )
            box, cut = shares(_BOX_MODES[mode](one["bbox"]), size)
            lost["parts of boxes beyond the picture, cut off"] += cut
            return Entity(id="x", category=category(one), box=box)

        def segment(one: dict[str, Any]) -> Entity:
            if one.get("bbox") is None:
                return Entity(id="x", category=category(one))
            box, cut = shares(from_corner_and_size(one["bbox"]), size)
            lost["parts of boxes beyond the picture, cut off"] += cut
            return Entity(id="x", category=category(one), box=box)

        if "annotations" in row or "segments_info" not in row:
            found = each(place, row, "annotations", thing)
        else:
            found = each(place, row, "segments_info", segment)
            lost["boxes (`annotations`), which the file does not tell"] += sum(one.box is None for one in found)
        ids = numbered(one.category for one in found)
        return Scene(
            image=ImageInfo(name=name, width_px=size[0], height_px=size[1]),
            entities=tuple(one.model_copy(update={"id": own}) for one, own in zip(found, ids, strict=True)),
            relations=tuple(_relations(place, row, ids, predicates)),
        )


def _relations(place: str, row: dict[str, Any], ids: list[str], predicates: list[str]) -> Iterator[Relation]:
    told = row.get("relations", [])
    if not isinstance(told, list):
        raise TypeError(f"relations: a list is expected, got {told!r:.80}")
    for number, one in enumerate(told):
        with reading(f"{place}: relations[{number}]"):
            if not isinstance(one, list) or len(one) != 3:
                raise ValueError(f"[subject, object, predicate] is expected, got {one!r:.80}")
            subject, target = (_at(ids, end, "an end", "annotations") for end in one[:2])
            predicate = _at(predicates, one[2], "the predicate", "predicate_classes")
            yield Relation(id=f"r{number + 1}", subject=subject, predicate=predicate, object=target)


def _at(words: list[str], place: object, what: str, where: str) -> str:
    if isinstance(place, float) and place.is_integer():
        place = int(place)
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(words):
        raise ValueError(f"{what}: {place!r:.40} is no place in {where}, which has {len(words)} (from 0)")
    return words[place]


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one file, as OpenPSG reads it: every category is a thing, and no mask is told.

    A scene without a picture's name and size, and an entity without a box, cannot be held.
    """
    lost: Counter[str] = Counter()
    kept = []
    for scene in scenes:
        held, gone = narrowed(scene, HOLDS)
        lost += gone
        kept += [held] if held is not None else []
    categories, predicates = Numbers(), Numbers()
    rows = [
        _row(scene, image_id, categories, predicates) for scene, image_id in zip(kept, image_ids(kept), strict=True)
    ]
    file = {
        "data": rows,
        "thing_classes": list(categories),
        "stuff_classes": [],
        "predicate_classes": list(predicates),
        "test_image_ids": [],
    }
    with path.open("w", encoding="utf-8", newline="\n") as out:
        json.dump(file, out, ensure_ascii=False)
        out.write("\n")
    return losses(lost)


def _row(scene: Scene, image_id: int, categories: Numbers, predicates: Numbers) -> dict[str, Any]:
    image, size = known_image(scene)
    boxes = [corners(one.box, size) for one in scene.entities if one.box is not None]
    numbers = [categories[one.category] - 1 for one in scene.entities]
    places = {one.id: place for place, one in enumerate(scene.entities)}
    return {
        "file_name": image.name,
        "width": size[0],
        "height": size[1],
        "image_id": image_id,
        "pan_seg_file_name": "",
        "annotations": [
            {"bbox": box, "bbox_mode": 0, "category_id": number} for box, number in zip(boxes, numbers, strict=True)
        ],
        "segments_info": [
            {
                "id": place,
                "category_id": number,
                "iscrowd": 0,
                "isthing": 1,
                "area": round((box[2] - box[0]) * (box[3] - box[1])),
            }
            for place, (box, number) in enumerate(zip(boxes, numbers, strict=True), 1)
        ],
        "relations": [
            [places[one.subject], places[one.object], predicates[one.predicate] - 1] for one in scene.relations
        ],
    }
