"""A folder of pictures with what is known of them -> labelled pictures, whichever of three formats it is in.

`truth.jsonl`: photographs with what is true, what is false and what is not fully listed, a row each. `scenes.jsonl`, or
the only `*.jsonl`: a `nesy.scene/1` a line. The only `*.json`: COCO with relations (`coco_relations`). Pictures lie
where they are named, in the folder or in its `images/`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.experiments.calibrating.coco_relations import read_coco
from nesy.experiments.calibrating.labelled import Denied, Labelled
from nesy.interchange.json_rows import each, reading, rows, size_px, word
from nesy.ontology import Ontology
from nesy.ontology.alternatives import listed
from nesy.scene import Entity, Scene, term

DRAWN = "split.json"
"""What `nesy synth` leaves beside its scenes."""
_RELATION = ("subject", "predicate", "object")


def read_labelled(folder: Path, ontology: Ontology) -> list[Labelled]:
    """Read the labels of a folder, and find its pictures; none of them is opened.

    Args:
        folder: see above.
        ontology: what the words mean.

    Raises:
        InputError: there is no such folder, no labels or several, a row that cannot be used, or no picture of a name.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder" if not folder.exists() else f"{folder}: no folder")
    file = _labels(folder)
    if file.name == "truth.jsonl":
        found = list(_photographs(file, folder))
    elif file.suffix == ".jsonl":
        found = _scenes(file, folder, ontology)
    else:
        found = read_coco(file, lambda name, where: picture(folder, name, where))
    if not found:
        raise InputError(f"{file}: no picture in it")
    return found


def _labels(folder: Path) -> Path:
    for name in ("truth.jsonl", "scenes.jsonl"):
        if (folder / name).is_file():
            return folder / name
    files = sorted(one for one in folder.iterdir() if one.is_file() and one.name != DRAWN)
    for suffix in (".json", ".jsonl"):
        there = [one for one in files if one.suffix == suffix]
        if len(there) == 1:
            return there[0]
        if there:
            names = ", ".join(one.name for one in there[:4])
            raise InputError(f"{folder}: {len(there)} files may hold the labels ({names}); leave one of them there")
    raise InputError(
        f"{folder}: no labels; truth.jsonl, scenes.jsonl (a nesy.scene/1 a line) or a COCO file *.json is expected "
        "beside the pictures"
    )


def picture(folder: Path, name: str, where: str) -> Path:
    """Return the file of a picture of a folder.

    Raises:
        InputError: there is none of that name, or it lies elsewhere.
    """
    inside = Path(name)
    if inside.is_absolute() or ".." in inside.parts or "\0" in name:
        raise InputError(f"{where}: the picture {name!r} is not named within the folder")
    for place in (folder / "images" / inside, folder / inside, folder / "images" / inside.name):
        if place.is_file():
            return place
    raise InputError(f"{where}: no picture {name!r} in {folder} or its images/")


def _scenes(file: Path, folder: Path, ontology: Ontology) -> list[Labelled]:
    drawn, found = (folder / DRAWN).is_file(), []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        if not line.strip():
            continue
        where = f"{file}:{number}"
        scene = Scene.from_json(line, where)
        if scene.image is None:
            raise InputError(f"{where}: the scene has no image.name")
        whole = {one.category for one in scene.counts if one.value == len(listed(scene, one.category, ontology))}
        found.append(Labelled(picture(folder, scene.image.name, where), scene, frozenset(whole), drawn=drawn))
    return found


def _photographs(file: Path, folder: Path) -> Iterator[Labelled]:
    for place, row in rows(file):
        with reading(place):  # a list that is none
            yield _photograph(place, row, folder)


def _photograph(place: str, row: dict[str, Any], folder: Path) -> Labelled:
    with reading(place):
        name, (width, height) = word(row, "file"), size_px(row, "size_px")
        closed, open_ = ({term(str(one)) for one in row[field]} for field in ("exhaustive", "open"))
    sure = each(place, row, "entities", lambda one: (_entity(one), bool(one.get("uncertain"))))
    entities = tuple(entity for entity, unsure in sure if not unsure)
    there = {entity.id for entity in entities}
    relations = [one for one in _certain(row, "relations", place) if {one["subject"], one["object"]} <= there]
    states = [
        one
        for one in _certain(row, "part_states", place)
        if {one["entity"], one.get("object") or one["entity"]} <= there
    ]
    with reading(place):
        scene = Scene.model_validate(
            {
                "image": {"name": name, "width_px": width, "height_px": height},
                "entities": entities,
                "relations": relations,
                "part_states": states,
            }
        )
    denied = each(
        place, row, "false", lambda one: Denied(*(word(one, end) for end in ("subject", "predicate", "object")))
    )
    return Labelled(
        picture=picture(folder, name, place),
        scene=scene,
        whole=frozenset(closed | ({term(one) for one in Ontology.default().categories} - open_)),
        unsure=tuple(entity for entity, unsure in sure if unsure),
        denied=tuple(denied),
    )


def _entity(one: Mapping[str, Any]) -> Entity:
    return Entity.model_validate({"id": one["id"], "category": one["category"], "box": one.get("box")})


def _certain(row: dict[str, Any], field: str, place: str) -> list[dict[str, Any]]:
    """Return the rows of a list that nobody was unsure of, without what is no part of a claim."""
    keys = _RELATION if field == "relations" else ("entity", "part", "state", "object")

    def read(one: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
        for key in keys[:3]:
            word(one, key)
        return bool(one.get("uncertain")), {key: one[key] for key in keys if one.get(key) is not None}

    return [claim for unsure, claim in each(place, row, field, read) if not unsure]
