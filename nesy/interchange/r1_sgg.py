"""Rows as R1-SGG trains on them: the objects and relationships of an image as the text that a model is to answer.

A row has `image_id`, `objects` and `relationships`; the latter two are lists, or JSON texts of them: objects of `id`
(`person.1`: the category and a number) and `bbox` (left, top, right and bottom in pixels), relationships of `subject`,
`predicate` and `object`. Rows are one a line, a JSON list or Parquet, as `datasets` keeps the Hugging Face sets; of a
picture in a row (`image`: `bytes`) the size is read, prompts are not. `width`, `height` and `file_name`, which `nesy`
writes, are read where they are there; else the picture is `image_id`, with `.jpg` where that has no ending.

`person.1` is `person_1` in a scene, and back.

Source: Chen et al., "Compile Scene Graphs with Reinforcement Learning", 2025; github.com/gpt4vision/R1-SGG (the form is
that of its prompts).
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from nesy.interchange.coco import known_image
from nesy.interchange.content import parsed, rows_of
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.instances import Pixels, numbered
from nesy.interchange.json_rows import each, reading, word
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.parquet_files import rows
from nesy.interchange.pixels import GUESSED, SizeOf, corners, extent, from_corners, no_size, shares, side
from nesy.scene import Entity, ImageInfo, Relation, Scene

Row = dict[str, Any]

HOLDS = Holds(size_needed=True, box_needed=True, ids=True)
_AT_ONCE = 50
"""Rows of Parquet that are held together, with their pictures."""
_KNOWN = ("image_id", "objects", "relationships", "width", "height", "file_name")


def fits(start: object) -> bool:
    """Tell whether it is such a row, or a list of them."""
    row = start[0] if isinstance(start, list) and start else start
    if not isinstance(row, dict) or not {"objects", "relationships"} <= row.keys():
        return False
    objects = row["objects"]
    if isinstance(objects, str):
        return True
    first = objects[0] if isinstance(objects, list) and objects else None
    return isinstance(first, dict) and {"id", "bbox"} <= first.keys()


def read(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene a row, in the order of the file.

    Raises:
        InputError: it cannot be read, or a row cannot be used; the line or place, the list and the number.
    """
    lost: Counter[str] = Counter()
    for place, row in _rows(path):
        with reading(place):
            if not isinstance(row, dict):
                raise TypeError(f"must be a JSON object, is {type(row).__name__}")
            yield _scene(place, row, size_of, lost)
    yield from losses(lost)


def _rows(path: Path) -> Iterator[tuple[str, Any]]:
    yield from rows(path, _AT_ONCE) if path.suffix.lower() == ".parquet" else rows_of(path)


def _scene(place: str, row: Row, size_of: SizeOf, lost: Counter[str]) -> Scene:
    count_unread(row, _KNOWN, "rows", lost)
    told = {field: _listed(place, row, field) for field in ("objects", "relationships")}
    name = _name(row)
    size = (side(row, "width"), side(row, "height")) if row.get("width") is not None else size_of(name) or _seen(row)
    things: dict[str, Pixels] = {}

    def thing(one: Row) -> None:
        count_unread(one, ("id", "bbox"), "objects", lost)
        if word(one, "id") in things:
            raise ValueError(f"the id {one['id']!r} stands twice")
        things[one["id"]] = from_corners(one["bbox"])

    each(place, told, "objects", thing)
    lost[GUESSED] += size is None and bool(things)
    ids, entities = _ids(things), []
    for own, box in things.items():
        placed, cut = shares(box, size or extent([*things.values()]))
        lost["parts of boxes beyond the picture, cut off"] += cut
        entities.append(Entity(id=ids[own], category=_category(own), box=placed))

    def related(one: Row) -> tuple[str, str, str]:
        count_unread(one, ("subject", "predicate", "object"), "relationships", lost)
        for end in ("subject", "object"):
            if word(one, end) not in ids:
                raise ValueError(f"{end}: {one[end]!r} is no object of the row")
        return ids[one["subject"]], word(one, "predicate"), ids[one["object"]]

    return Scene(
        image=ImageInfo(name=name, width_px=size and size[0], height_px=size and size[1]),
        entities=tuple(entities),
        relations=tuple(
            Relation(id=f"r{number}", subject=subject, predicate=predicate, object=target)
            for number, (subject, predicate, target) in enumerate(each(place, told, "relationships", related), 1)
        ),
    )


def _listed(place: str, row: Row, field: str) -> Any:
    told = row[field]
    return parsed(told, f"{place}: {field}") if isinstance(told, str) else told


def _seen(row: Row) -> tuple[int, int] | None:
    """Return the size of the picture that a row holds, as it is stored: boxes are of that; None where it holds none."""
    import PIL.Image

    held = row.get("image")
    data = held.get("bytes") if isinstance(held, dict) else held
    if not isinstance(data, bytes):
        return None
    try:
        with PIL.Image.open(BytesIO(data)) as opened:
            return opened.size
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
        raise ValueError("image: is no picture that can be read") from None


def _name(row: Row) -> str:
    if isinstance(row.get("file_name"), str) and row["file_name"].strip():
        return str(row["file_name"])
    own = row["image_id"]
    if isinstance(own, bool) or not isinstance(own, int | str):
        raise ValueError(f"image_id: a name or a number is expected, got {own!r:.80}")
    return str(own) if Path(str(own)).suffix else f"{own}.jpg"


def _category(own: str) -> str:
    return own.rpartition(".")[0] if re.fullmatch(r".+\.[0-9]+", own, re.DOTALL) else own


def _ids(things: Iterable[str]) -> dict[str, str]:
    """Return the id in a scene for every id of a row: with its own number where no other then is called alike."""
    own = list(things)
    stems = [one.rpartition("_")[0] for one in numbered(map(_category, own))]
    wanted = [
        f"{stem}_{one.rpartition('.')[2]}" if one != _category(one) else f"{stem}_1"
        for stem, one in zip(stems, own, strict=True)
    ]
    times = Counter(wanted)
    kept = {one: name for one, name in zip(own, wanted, strict=True) if times[name] == 1 and len(name) <= 100}
    left = [one for one in own if one not in kept]
    return kept | dict(zip(left, numbered(map(_category, left), {*kept.values()}), strict=True))


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one row a scene, one a line, the lists as JSON texts; a scene without a picture's size cannot be held."""
    lost: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for scene in scenes:
            kept, gone = held(scene)
            lost += gone
            if kept is not None:
                out.write(json.dumps(_row(kept), ensure_ascii=False) + "\n")
    return losses(lost)


def held(scene: Scene) -> tuple[Scene | None, Counter[str]]:
    """Return what a row can hold of a scene, and what it cannot, counted: ids are a category and a number."""
    kept, lost = narrowed(scene, HOLDS)
    if kept is None:
        return None, lost
    stems = [one.rpartition("_")[0] for one in numbered(one.category for one in kept.entities)]
    fitting = {one.id for one, stem in zip(kept.entities, stems, strict=True) if re.fullmatch(f"{stem}_[0-9]+", one.id)}
    anew = iter(numbered((one.category for one in kept.entities if one.id not in fitting), fitting))
    ids = {one.id: one.id if one.id in fitting else next(anew) for one in kept.entities}
    lost["ids of entities"] += len(ids) - len(fitting)
    lost["ids of relations"] += sum(one.id != f"r{number}" for number, one in enumerate(kept.relations, 1))
    entities = tuple(one.model_copy(update={"id": ids[one.id]}) for one in kept.entities)
    relations = tuple(
        one.model_copy(update={"id": f"r{number}", "subject": ids[one.subject], "object": ids[one.object]})
        for number, one in enumerate(kept.relations, 1)
    )
    return kept.model_copy(update={"entities": entities, "relations": relations}), +lost


def _row(scene: Scene) -> Row:
    image, size = known_image(scene)
    names = {one.id: f"{one.category}.{one.id.rpartition('_')[2]}" for one in scene.entities}
    objects = [{"id": names[one.id], "bbox": corners(one.box, size)} for one in scene.entities if one.box is not None]
    relationships = [
        {"subject": names[one.subject], "predicate": one.predicate, "object": names[one.object]}
        for one in scene.relations
    ]
    return {
        "image_id": Path(image.name).stem,
        "file_name": image.name,
        "width": size[0],
        "height": size[1],
        "objects": json.dumps(objects, ensure_ascii=False),
        "relationships": json.dumps(relationships, ensure_ascii=False),
    }
