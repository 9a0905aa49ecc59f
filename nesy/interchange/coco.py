"""COCO with relations, as PSG, VG150 and IndoorVG are published for SGG-Benchmark; what is read: `coco_annotations`.

Written are, beyond COCO's own lists, `rel_categories` and `relations`. Words are numbered in the order in which they
come, from 1. An image's id is the number that its name ends with where every picture has one of its own, as those of
COCO and Visual Genome have; else images are counted from 1.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nesy.interchange.coco_annotations import CocoFile, CocoImage
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.json_rows import reading
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.pixels import SizeOf, corner_and_size, no_size
from nesy.scene import ImageInfo, Relation, Scene

HOLDS = Holds(size_needed=True, box_needed=True, ids=True, attributes=True, confidences=True, sum=True)
_LISTS = ("images", "annotations", "categories", "relations", "rel_annotations", "rel_categories", "predicates")


def fits(start: object) -> bool:
    """Tell whether it is a COCO file, with relations or without."""
    return isinstance(start, dict) and {"images", "annotations", "categories"} <= start.keys()


def read(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene an image, in the order of the file; crowd regions and what is said of them are left out.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    file = CocoFile(path, size_of)
    count_unread(file.data, _LISTS, "the file", file.lost)
    for image in file:
        yield _scene(image, file.lost)
    yield from losses(file.lost)


def _scene(image: CocoImage, lost: Counter[str]) -> Scene:
    things = {one.id: one.entity for one in image.things if not one.crowd}
    lost["crowd regions"] += len(image.things) - len(things)
    relations = []
    given = {one.name for one in image.relations}
    free = (name for name in (f"r{number}" for number in range(1, 10**9)) if name not in given)
    for one in image.relations:
        if one.false:
            lost["relations that are said not to hold"] += 1
        elif not {one.subject, one.object} <= things.keys():
            lost["relations of crowd regions"] += 1
        else:
            relations.append(
                {
                    "id": next(free) if one.name is None else one.name,
                    "subject": things[one.subject].id,
                    "predicate": one.predicate,
                    "object": things[one.object].id,
                    "confidence": one.confidence,
                }
            )
    with reading(image.place):
        return Scene(
            image=ImageInfo(
                name=image.name,
                width_px=image.size_px[0],
                height_px=image.size_px[1],
                sha256=image.row.get("nesy_sha256"),
            ),
            entities=tuple(things.values()),
            relations=tuple(Relation.model_validate(one) for one in relations),
        )


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one file; a scene without a picture's name and size, and an entity without a box, cannot be held."""
    lost: Counter[str] = Counter()
    kept = []
    for scene in scenes:
        held, gone = narrowed(scene, HOLDS)
        lost += gone
        if held is not None:
            kept.append(held)
    with path.open("w", encoding="utf-8", newline="\n") as out:
        json.dump(_file(kept), out, ensure_ascii=False)
        out.write("\n")
    return losses(lost)


def _file(scenes: Sequence[Scene]) -> dict[str, Any]:
    categories, predicates = Numbers(), Numbers()
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    relations: list[dict[str, Any]] = []
    for image_id, scene in zip(image_ids(scenes), scenes, strict=True):
        image, size = known_image(scene)
        images.append({"id": image_id, "file_name": image.name, "width": size[0], "height": size[1]})
        if image.sha256 is not None:
            images[-1]["nesy_sha256"] = image.sha256
        ids: dict[str, int] = {}
        for entity in scene.entities:
            assert entity.box is not None
            box = corner_and_size(entity.box, size)
            ids[entity.id] = len(annotations) + 1
            row: dict[str, Any] = {
                "id": ids[entity.id],
                "image_id": image_id,
                "category_id": categories[entity.category],
                "bbox": box,
                "area": box[2] * box[3],
                "iscrowd": 0,
                "segmentation": [],
                "nesy_id": entity.id,
            }
            if entity.attributes:
                row["nesy_attributes"] = list(entity.attributes)  # FiftyOne takes `attributes` for an object
            if entity.confidence is not None:
                row["score"] = entity.confidence
            annotations.append(row)
        for one in scene.relations:
            related: dict[str, Any] = {
                "id": len(relations) + 1,
                "image_id": image_id,
                "subject_id": ids[one.subject],
                "predicate_id": predicates[one.predicate],
                "object_id": ids[one.object],
                "nesy_id": one.id,
            }
            if one.confidence is not None:
                related["score"] = one.confidence
            relations.append(related)
    return {
        "images": images,
        "annotations": annotations,
        "categories": categories.rows(),
        "rel_categories": predicates.rows(),
        "relations": relations,
    }


class Numbers(dict[str, int]):
    """Words -> their numbers, from 1, in the order in which they are asked for first."""

    def __missing__(self, word: str) -> int:
        self[word] = len(self) + 1
        return self[word]

    def rows(self) -> list[dict[str, Any]]:
        """Return one category a word."""
        return [{"id": number, "name": word} for word, number in self.items()]


def known_image(scene: Scene) -> tuple[ImageInfo, tuple[int, int]]:
    """Return the image of a narrowed scene, and its size."""
    assert scene.image is not None and scene.image.width_px is not None and scene.image.height_px is not None
    return scene.image, (scene.image.width_px, scene.image.height_px)


def image_ids(scenes: Sequence[Scene]) -> list[int]:
    """Return a number for every scene's image: that which its name ends with where all have one of their own.

    >>> image_ids([Scene(image=ImageInfo(name=f"COCO_val2014_{n:012}.jpg"), entities=()) for n in (42, 7)])
    [42, 7]
    """
    ends = [re.search(r"([0-9]{1,18})$", Path(scene.image.name).stem) if scene.image else None for scene in scenes]
    numbers = [int(end[1]) for end in ends if end is not None]
    return numbers if len(set(numbers)) == len(scenes) else list(range(1, len(scenes) + 1))
