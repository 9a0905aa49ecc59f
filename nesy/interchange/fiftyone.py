"""FiftyOne's own JSON: `samples.json` of a folder that `fiftyone.Dataset.from_dir(..., FiftyOneDataset)` loads.

A sample is a scene. Entities with a box are detections of the field `entities`, those without are classifications of
`unplaced`; ids, attributes and all else that a label of FiftyOne has no place for are fields of each label.
`part_states`, `relations` and `counts` are lists of dictionaries, as `nesy.scene/1` has them. Pictures are looked for
in `data/` beside the file, as FiftyOne's exports lay them.

Format: `fiftyone.utils.data.FiftyOneDatasetImporter`, which takes samples without a schema too.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nesy.errors import InputError
from nesy.interchange.content import json_of
from nesy.interchange.edges import box_within, is_upright
from nesy.interchange.losses import Lost, losses
from nesy.interchange.picture_names import file_name, unnamed
from nesy.scene import Entity, ImageInfo, Scene, one_line

_PLACED, _UNPLACED, _OURS = "entities", "unplaced", "nesy_picture"
_LISTS = ("part_states", "relations", "counts")
_OTHER_NAMES = ("ground_truth", "detections", "predictions")
"""Of several fields with detections that are not ours, the first of these is taken."""


# --- scenes -> samples ---


def held(scene: Scene) -> tuple[Scene | None, Counter[str]]:
    """Return what a sample can hold of a scene, and what it cannot, counted; None where it names no picture."""
    if (lost := unnamed(scene)) is not None:
        return None, lost
    lost = Counter()
    entities = []
    for one in scene.entities:
        inside_out = one.box is not None and not is_upright(one.box)
        lost["boxes turned inside out"] += inside_out
        lost["confidences of boxes"] += inside_out and one.box_confidence is not None
        entities.append(one.model_copy(update={"box": None, "box_confidence": None}) if inside_out else one)
    return scene.model_copy(update={"entities": tuple(entities)}), +lost


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write a sample a scene; a scene that names no picture has none."""
    lost: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"samples": [')
        before = ""
        for scene in scenes:
            kept, gone = held(scene)
            lost += gone
            if kept is not None and kept.image is not None:
                out.write(f"{before}\n{json.dumps(_sample(kept, kept.image), ensure_ascii=False, allow_nan=False)}")
                before = ","
        out.write("\n]}\n")
    return losses(lost)


def _sample(scene: Scene, image: ImageInfo) -> dict[str, Any]:
    size = {"width": image.width_px, "height": image.height_px}
    known = {side: value for side, value in size.items() if value is not None}
    labels = [_label(one, place) for place, one in enumerate(scene.entities)]
    detections = [one for one in labels if "bounding_box" in one]
    rest = [one for one in labels if "bounding_box" not in one]
    lists = {name: [one.model_dump(exclude_none=True) for one in getattr(scene, name)] for name in _LISTS}
    return {
        "filepath": f"data/{image.name}",
        "tags": [],
        "_media_type": "image",
        "metadata": {"_cls": "ImageMetadata", **known} if known else None,
        _OURS: image.model_dump(exclude_none=True),
        _PLACED: {"_cls": "Detections", "detections": detections},
        _UNPLACED: {"_cls": "Classifications", "classifications": rest},
        **lists,
    }


def _label(one: Entity, place: int) -> dict[str, Any]:
    own = {"entity": one.id, "place": place, "words": list(one.attributes), "spans": [list(span) for span in one.spans]}
    sure = {"confidence": one.confidence, "box_confidence": one.box_confidence}
    said = {**own, **{name: value for name, value in sure.items() if value is not None}, "tags": []}
    if one.box is None:
        return {"_cls": "Classification", "label": one.category, **said}
    left, top, right, bottom = one.box
    box = [left, top, round(right - left, 12), round(bottom - top, 12)]
    return {"_cls": "Detection", "label": one.category, "bounding_box": box, "attributes": {}, **said}


# --- samples -> scenes ---

_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


class _Label(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")

    label: str
    bounding_box: Annotated[list[_Number], Field(min_length=4, max_length=4)] | None = None
    confidence: _Number | None = None
    attributes: dict[str, Any] = {}
    entity: str | None = None
    place: int = 0
    words: list[str] = []
    spans: list[list[int]] = []
    box_confidence: _Number | None = None


_EXPECTED = frozenset({"_cls", "_id", "id", "tags", "mask", "index", "mask_path", "logits"})


def fits(start: object) -> bool:
    """Tell whether it is a list of samples."""
    return isinstance(start, dict) and isinstance(start.get("samples"), list)


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield a scene a sample.

    Of samples that others wrote the detections are entities: of the only field that holds some, else of
    `ground_truth`, `detections` or `predictions`. What is a word, or true, of a detection's attributes is an attribute.

    Raises:
        InputError: it holds no samples, or one cannot be used; names the sample.
    """
    data = json_of(path)
    if not fits(data):
        raise InputError(
            f'{path}: holds no samples; {{"samples": [...]}}, as FiftyOneDataset exports it, would be right'
        )
    lost: Counter[str] = Counter()
    for number, sample in enumerate(data["samples"], start=1):
        place = f"{path}: sample {number}"
        if not isinstance(sample, dict):
            raise InputError(f"{place}: is {sample!r:.40}; an object would be right")
        try:
            yield _scene(sample, place, lost)
        except ValidationError as error:
            raise InputError(f"{place}: {one_line(error)}") from None
        except (TypeError, ValueError) as error:
            raise InputError(f"{place}: {error}") from None
    yield from losses(lost)


def _scene(sample: dict[str, Any], place: str, lost: Counter[str]) -> Scene:
    kinds = {
        name: str(value.get("_cls")) for name, value in sample.items() if isinstance(value, dict) and "_cls" in value
    }
    field = _PLACED if _OURS in sample else _field(kinds, place)
    for name, kind in kinds.items():
        lost[f"labels in fields of type {kind}"] += name not in (field, _UNPLACED, "metadata")
    labels = [_Label.model_validate(one) for one in _listed(sample, field, "detections")]
    labels += [_Label.model_validate(one) for one in _listed(sample, _UNPLACED, "classifications")]
    lists = {name: sample[name] for name in _LISTS if _OURS in sample and name in sample}
    entities = [_entity(one, lost) for one in sorted(labels, key=lambda one: one.place)]
    return Scene.model_validate({"image": _image(sample), "entities": entities, **lists})


def _field(kinds: dict[str, str], place: str) -> str | None:
    holding = [name for name, kind in kinds.items() if kind == "Detections"]
    chosen = holding if len(holding) < 2 else [name for name in _OTHER_NAMES if name in holding]
    if holding and not chosen:
        raise InputError(
            f"{place}: several fields hold detections ({', '.join(holding)}); name the true ones ground_truth"
        )
    return chosen[0] if chosen else None


def _listed(sample: dict[str, Any], field: str | None, inside: str) -> list[Any]:
    held = sample.get(field) if field is not None else None
    found = held.get(inside, []) if isinstance(held, dict) else []
    if not isinstance(found, list):
        raise TypeError(f"{field}.{inside} is {found!r:.40}; a list would be right")
    return found


def _entity(one: _Label, lost: Counter[str]) -> dict[str, Any]:
    words = [*one.words]
    for name, held in one.attributes.items():
        value = held.get("value") if isinstance(held, dict) else held
        word = name if value is True else value
        if isinstance(word, str) and word.strip():
            words.append(word)
        else:
            lost["attributes that are no words"] += value not in (False, None, "")
    extra = {name: value for name, value in (one.model_extra or {}).items() if name not in _EXPECTED}
    lost["fields of labels that a scene has no place for"] += sum(value is not None for value in extra.values())
    lost["masks"] += (one.model_extra or {}).get("mask") is not None
    found: dict[str, Any] = {
        "category": one.label,
        "attributes": words,
        "confidence": one.confidence,
        "spans": one.spans,
    }
    found |= {} if one.entity is None else {"id": one.entity}
    if one.bounding_box is not None:
        left, top, width, height = one.bounding_box
        found["box"], cut = box_within(left, top, left + width, top + height)
        found["box_confidence"] = one.box_confidence
        lost["boxes cut at the edge of the picture"] += cut
    return found


def _image(sample: dict[str, Any]) -> Any:
    if _OURS in sample:
        return sample[_OURS]
    address, metadata = sample.get("filepath"), sample.get("metadata")
    if not isinstance(address, str):
        raise TypeError(f"filepath is {address!r:.40}; the path of a picture would be right")
    size = metadata if isinstance(metadata, dict) else {}
    return {"name": file_name(address), "width_px": size.get("width"), "height_px": size.get("height")}
