"""HICO-DET and V-COCO as PPDM and QPIC have them: a list of images with their things and the interactions of these.

An image is `file_name`, `annotations` (`bbox` as left, top, right and bottom in pixels, `category_id`, one of COCO's up
to 90) and `hoi_annotation`: `subject_id` and `object_id`, places in `annotations` from 0, and `category_id`. Of
HICO-DET that is a verb from 1 to 117, and boxes count pixels from 1; `hoi_category_id` is one of the 600 interactions.
Of V-COCO it is one of the 29 actions with a role from 0, and boxes count from 0; an `object_id` of -1 is of an action
without an object. No sizes are told. One is told from the other by numbers that only one of them has, by the names of
the pictures (`HICO_`, `COCO_`), and by which of them has the interactions that the numbers would name.

Source: Liao et al., "PPDM", CVPR 2020 (`trainval_hico.json`, `test_hico.json`); Tamura et al., "QPIC", CVPR 2021
(`trainval_vcoco.json`).
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.closed_words import VCOCO_ROLES, categories, interactions, vcoco_role, verbs
from nesy.interchange.coco import known_image
from nesy.interchange.content import json_of
from nesy.interchange.instances import numbered
from nesy.interchange.interactions import UNSIZED_THINGS, VerbOf, paired
from nesy.interchange.json_rows import each, pixels, reading, word
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.pixels import GUESSED, SizeOf, corners, extent, no_size, shares
from nesy.scene import Entity, ImageInfo, Relation, Scene, term

Row = dict[str, Any]


def fits_hico(start: object) -> bool:
    """Tell whether it is a list of such images, HICO-DET's."""
    return _fits(start) and _is_vcoco(start) is False


def fits_vcoco(start: object) -> bool:
    """Tell whether it is a list of such images, V-COCO's."""
    return _fits(start) and _is_vcoco(start) is True


def _fits(start: object) -> bool:
    first = start[0] if isinstance(start, list) and start else None
    return isinstance(first, dict) and {"annotations", "hoi_annotation"} <= first.keys()


def _is_vcoco(images: object) -> bool | None:
    """Tell whether it is V-COCO's and not HICO-DET's; None where nothing tells one from the other."""
    assert isinstance(images, list)
    rows = [row for row in images if isinstance(row, dict)]
    told = [(row, one) for row in rows for one in _objects(row.get("hoi_annotation"))]
    numbers = {number for _, one in told if isinstance(number := one.get("category_id"), int)}
    names = [str(row.get("file_name")) for row in rows]
    if any("hoi_category_id" in one for _, one in told) or any(number >= len(VCOCO_ROLES) for number in numbers):
        return False
    if 0 in numbers or any(str(one.get("object_id")) == "-1" for _, one in told):
        return True
    if any("HICO_" in name or "COCO_" in name for name in names):
        return not any("HICO_" in name for name in names)
    pairs = {(number, category) for number, category in starmap(_numbers, told) if number is not None}
    as_hico = {(verbs().words.get(number), category) for number, category in pairs}
    as_vcoco = {(VCOCO_ROLES[number].predicate, category) for number, category in pairs}
    fits = [all((term(str(verb)), category) in interactions() for verb, category in one) for one in (as_hico, as_vcoco)]
    return None if fits[0] == fits[1] else fits[1]


def _objects(found: object) -> list[Row]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _numbers(row: Row, one: Row) -> tuple[int | None, str]:
    """Return the number of an interaction, and the category of its object as HICO-DET's list has it; else None."""
    try:
        thing = row["annotations"][_number(one, "object_id")]
        return _number(one, "category_id"), term(categories().word(_number(thing, "category_id")))
    except (LookupError, TypeError, ValueError):
        return None, ""


def read_hico(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene an image of HICO-DET, in the order of the file.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    listed = verbs()

    def predicate(one: Row) -> str:
        return listed.word(_number(one, "category_id"))

    return _scenes(path, size_of, predicate, first=1)


def read_vcoco(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene an image of V-COCO, in the order of the file.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """

    def predicate(one: Row) -> str | None:
        number = _number(one, "category_id")
        if not 0 <= number < len(VCOCO_ROLES):
            raise ValueError(f"category_id: {number} is no action of V-COCO (0 to {len(VCOCO_ROLES) - 1} are)")
        return VCOCO_ROLES[number].predicate

    return _scenes(path, size_of, predicate, first=0)


def _scenes(path: Path, size_of: SizeOf, predicate: Any, first: int) -> Iterator[Scene | Lost]:
    data, place = json_of(path), str(path)
    if not isinstance(data, list):
        raise InputError(f"{place}: a list of images, each with annotations and hoi_annotation, is expected")
    lost: Counter[str] = Counter()
    for number, row in enumerate(data):
        where = f"{place}: [{number}]"
        with reading(where):
            if not isinstance(row, dict):
                raise TypeError(f"must be a JSON object, is {row!r:.80}")
            yield _scene(where, row, size_of, predicate, first, lost)
    yield from losses(lost)


def _scene(place: str, row: Row, size_of: SizeOf, predicate: Any, first: int, lost: Counter[str]) -> Scene:
    count_unread(row, ("file_name", "annotations", "hoi_annotation", "img_id"), "images", lost)
    coco, name = categories(), word(row, "file_name")
    things = each(
        place,
        row,
        "annotations",
        lambda one: (coco.word(_number(one, "category_id")), pixels(one, "bbox", first)),
    )
    size = size_of(name)
    lost[GUESSED] += size is None and bool(things)
    whole = size or extent([box for _, box in things])
    entities = []
    for own, (category, box) in zip(numbered(category for category, _ in things), things, strict=True):
        placed, cut = shares(box, whole)
        lost["parts of boxes beyond the picture, cut off"] += cut
        entities.append(Entity(id=own, category=category, box=placed))

    def related(one: Row) -> tuple[str, str, str] | None:
        said, target = predicate(one), _number(one, "object_id")
        subject = _at(entities, _number(one, "subject_id"), "subject_id")
        if said is None or target == -1:
            lost["actions without an object"] += 1
            return None
        return subject, said, _at(entities, target, "object_id")

    told = [one for one in each(place, row, "hoi_annotation", related) if one is not None]
    return Scene(
        image=ImageInfo(name=name, width_px=size and size[0], height_px=size and size[1]),
        entities=tuple(entities),
        relations=tuple(
            Relation(id=f"r{number}", subject=subject, predicate=said, object=target)
            for number, (subject, said, target) in enumerate(told, 1)
        ),
    )


def _number(one: Row, field: str) -> int:
    """Return a number, which some of these files write as a text."""
    value = one[field]
    if isinstance(value, str) and value.lstrip("-").isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{field}: a whole number is expected, got {value!r:.80}")
    return value


def _at(entities: Sequence[Entity], place: int, field: str) -> str:
    if not 0 <= place < len(entities):
        raise ValueError(f"{field}: {place} is no place in annotations, which has {len(entities)} (from 0)")
    return entities[place].id


def write_hico(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write HICO-DET's; entities of no category of COCO, and relations of no verb of HICO-DET, cannot be held."""
    listed, known = verbs(), interactions()

    def told(verb: int, category: str) -> Row:
        number = known.get((term(listed.word(verb)), term(category)))
        return {"category_id": verb} | ({} if number is None else {"hoi_category_id": number})

    return _write(scenes, path, lambda predicate, _category: listed.number(predicate), told, first=1)


def write_vcoco(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write V-COCO's; entities of no category of COCO, and relations of no action of V-COCO, cannot be held."""
    return _write(scenes, path, vcoco_role, lambda verb, _category: {"category_id": verb}, first=0)


def _write(scenes: Iterable[Scene], path: Path, verb_of: VerbOf, told: Any, first: int) -> Sequence[Lost]:
    lost: Counter[str] = Counter()
    rows = []
    for scene in scenes:
        found = paired(scene, verb_of, lost, UNSIZED_THINGS)
        if found is None:
            continue
        kept, pairs = found
        image, size = known_image(kept)
        listed = [one for one in kept.entities if categories().number(one.category) is not None]
        lost["entities of no category of COCO"] += len(kept.entities) - len(listed)
        places = {one.id: place for place, one in enumerate(listed)}
        annotations = []
        for one in listed:
            assert one.box is not None
            left, top, right, bottom = corners(one.box, size)
            box = [left + first, top + first, right, bottom]
            annotations.append({"bbox": box, "category_id": categories().number(one.category)})
        hoi = [
            {"subject_id": places[one.subject.id], "object_id": places[one.object.id]}
            | told(one.verb, one.object.category)
            for one in pairs
        ]
        rows.append({"file_name": image.name, "annotations": annotations, "hoi_annotation": hoi})
    with path.open("w", encoding="utf-8", newline="\n") as out:
        json.dump(rows, out, ensure_ascii=False)
        out.write("\n")
    return losses(lost)
