"""CVAT for images 1.1 (XML): boxes in pixels, and everything else in attributes of boxes and tags; for video, read.

A thing without a box is a tag of its picture; so is a count, with the attribute `count`. The attributes `id`,
`attributes`, `confidence`, `part_states` and `relations` belong to every label; the last two hold a line for each
claim (`nesy.interchange.claim_lines`).

Format: CVAT's documentation, "XML annotation format", version 1.1.
"""

import math
import shutil
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from pydantic import ValidationError

from nesy.errors import InputError
from nesy.geometry import Box
from nesy.interchange import cvat_tracks
from nesy.interchange.claim_lines import lines, read_relation, read_state, relation_line, state_line
from nesy.interchange.edges import box_within, is_upright, turned
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.json_rows import reading
from nesy.interchange.losses import Lost, losses
from nesy.interchange.picture_names import unnamed
from nesy.interchange.text_fields import in_text_fields
from nesy.interchange.word_lists import joined, parted
from nesy.interchange.xml_files import elements, fitting
from nesy.scene import Entity, ImageInfo, Scene, one_line

_OWN = ("id", "attributes", "confidence", "part_states", "relations", "count")
_OCCLUDED = "occluded"
"""CVAT has a mark of its own for what it says."""
HOLDS = Holds(ids=True, attributes=True, confidences=True, part_states=True, counts=True)
"""Of entities; of the other claims `in_text_fields` has a say."""


# --- scenes -> XML ---


def held(scene: Scene) -> tuple[Scene | None, Counter[str]]:
    """Return what an image can hold of a scene, and what it cannot, counted; None where it names no picture."""
    if (lost := unnamed(scene)) is not None:
        return None, lost
    lost = Counter()
    kept, gone = narrowed(fitting(scene, lost), HOLDS)
    assert kept is not None, "only a missing picture leaves nothing"
    lost += gone
    sized = kept.image is not None and kept.image.width_px is not None and kept.image.height_px is not None
    entities = []
    for one in kept.entities:
        drawn = one.box is not None and sized and is_upright(one.box)
        if one.box is not None and not drawn:
            lost["boxes turned inside out" if sized else "boxes of pictures whose size is not known"] += 1
        entities.append(one if drawn else one.model_copy(update={"box": None}))
    return in_text_fields(kept.model_copy(update={"entities": tuple(entities)}), lost, relations=True), +lost


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one image a scene, and before them the labels that they need; a scene that names no picture has none."""
    lost: Counter[str] = Counter()
    labels: dict[str, None] = {}
    number = 0
    with TemporaryFile("w+", encoding="utf-8", newline="\n") as images:
        for scene in scenes:
            kept, gone = held(scene)
            lost += gone
            if kept is None or kept.image is None:
                continue
            element = _image(kept, kept.image, number)
            labels.update({child.attrib["label"]: None for child in element})
            ElementTree.indent(element, "  ", 1)
            images.write("  " + ElementTree.tostring(element, encoding="unicode") + "\n")
            number += 1
        images.seek(0)
        with path.open("w", encoding="utf-8", newline="\n") as out:
            out.write('<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n  <version>1.1</version>\n')
            meta = _meta(labels)
            ElementTree.indent(meta, "  ", 1)
            out.write("  " + ElementTree.tostring(meta, encoding="unicode") + "\n")
            shutil.copyfileobj(images, out)
            out.write("</annotations>\n")
    return losses(lost)


def _meta(labels: Iterable[str]) -> ElementTree.Element:
    meta = ElementTree.Element("meta")
    listed = ElementTree.SubElement(ElementTree.SubElement(meta, "task"), "labels")
    for name in labels:
        label = ElementTree.SubElement(listed, "label")
        ElementTree.SubElement(label, "name").text = name
        attributes = ElementTree.SubElement(label, "attributes")
        for own in _OWN:
            attribute = ElementTree.SubElement(attributes, "attribute")
            told = {"name": own, "mutable": "False", "input_type": "text", "default_value": "", "values": ""}
            for tag, text in told.items():
                ElementTree.SubElement(attribute, tag).text = text
    return meta


def _image(scene: Scene, image: ImageInfo, number: int) -> ElementTree.Element:
    size = {"width": image.width_px, "height": image.height_px}
    known = {side: str(value) for side, value in size.items() if value is not None}
    element = ElementTree.Element("image", {"id": str(number), "name": image.name, **known})
    for one in scene.entities:
        if one.box is None:
            shape = ElementTree.SubElement(element, "tag", {"label": one.category, "source": "manual"})
        else:
            marks = {"source": "manual", "occluded": str(int(_OCCLUDED in one.attributes)), **_pixels(one.box, image)}
            shape = ElementTree.SubElement(element, "box", {"label": one.category, **marks, "z_order": "0"})
        _say(shape, _told(one, scene))
    for count in scene.counts:
        shape = ElementTree.SubElement(element, "tag", {"label": count.category, "source": "manual"})
        _say(shape, {"count": str(count.value)})
    return element


def _pixels(box: Box, image: ImageInfo) -> dict[str, str]:
    wide, high = image.width_px or 0, image.height_px or 0
    sides = (box[0] * wide, box[1] * high, box[2] * wide, box[3] * high)
    return {name: repr(round(side, 9)) for name, side in zip(("xtl", "ytl", "xbr", "ybr"), sides, strict=True)}


def _told(one: Entity, scene: Scene) -> dict[str, str]:
    """Return what is said of a thing, as the attributes of its box."""
    states = [state_line(state) for state in scene.part_states if state.entity == one.id]
    relations = [relation_line(relation) for relation in scene.relations if relation.subject == one.id]
    told = {
        "id": one.id,
        "attributes": joined(one.attributes),
        "confidence": "" if one.confidence is None else repr(one.confidence),
        "part_states": "\n".join(line for line in states if line is not None),
        "relations": "\n".join(line for line in relations if line is not None),
    }
    return {name: text for name, text in told.items() if text}


def _say(shape: ElementTree.Element, told: Mapping[str, str]) -> None:
    for name, text in told.items():
        ElementTree.SubElement(shape, "attribute", {"name": name}).text = text


# --- XML -> scenes ---


def fits(start: object) -> bool:
    """Tell whether it begins as CVAT's XML does."""
    return isinstance(start, str) and "<annotations" in start


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield a scene an image; of a video one for each frame in which a thing is.

    Raises:
        InputError: it is no CVAT XML, has a document type, or an image cannot be used; names the image.
    """
    lost: Counter[str] = Counter()
    tracks: list[ElementTree.Element] = []
    size: dict[str, str] = {}
    for number, element in enumerate(elements(path, frozenset({"image", "track", "meta"}), "annotations")):
        if element.tag == "track":
            tracks.append(element)
        elif element.tag == "meta":
            size = cvat_tracks.size_of(element)
        else:
            yield _scene(element, f"{path}: image {element.get('id', number)}", lost)
    with reading(str(path)):
        frames = list(cvat_tracks.images(tracks, size))
    for frame in frames:
        yield _scene(frame, f"{path}: frame {frame.get('id')}", lost)
    yield from losses(lost)


def _scene(element: ElementTree.Element, place: str, lost: Counter[str]) -> Scene:
    things: list[dict[str, Any]] = []
    owned: list[tuple[str, str]] = []
    counts: list[dict[str, Any]] = []
    try:
        size = (_size(element, "width"), _size(element, "height"))
        for shape in element:
            said = {one.get("name", ""): one.text or "" for one in shape.iter("attribute")}
            lost["groups of shapes"] += bool(int(shape.get("group_id") or 0))
            if shape.tag == "tag" and said.get("count", "").strip():
                counts.append({"category": shape.get("label"), "value": _whole(said["count"])})
            elif shape.tag == "box" or (shape.tag == "tag" and said.get("id", "").strip()):
                things.append(_thing(shape, said, size, lost))
                owned.append((said.get("part_states", ""), said.get("relations", "")))
            elif shape.tag == "tag":
                lost["tags of pictures"] += 1
            else:
                lost[f"shapes of type {shape.tag}"] += 1
        entities = Scene.model_validate({"entities": things}).entities
        known = {one.id for one in entities}
        states: list[dict[str, Any]] = []
        relations: list[dict[str, Any]] = []
        for one, (state_text, relation_text) in zip(entities, owned, strict=True):
            for part, state, target in map(read_state, lines(state_text)):
                states.append({"entity": one.id, "part": part, "state": state, "object": target})
            for predicate, target in map(read_relation, lines(relation_text)):
                relations.append({"subject": one.id, "predicate": predicate, "object": target})
        there = _there(known)
        lost["claims towards what is not there"] += sum(not there(row) for row in (*states, *relations))
        image = {"name": element.get("name"), "width_px": size[0], "height_px": size[1]}
        kept = {"part_states": [*filter(there, states)], "relations": [*filter(there, relations)]}
        return Scene.model_validate({"image": image, "entities": entities, "counts": counts, **kept})
    except ValidationError as error:
        raise InputError(f"{place}: {one_line(error)}") from None
    except ValueError as error:
        raise InputError(f"{place}: {error}") from None


def _there(known: set[str]) -> Callable[[Mapping[str, Any]], bool]:
    return lambda row: row["object"] is None or row["object"] in known


def _thing(
    shape: ElementTree.Element, said: Mapping[str, str], size: tuple[int | None, int | None], lost: Counter[str]
) -> dict[str, Any]:
    attributes = parted(said.get("attributes", ""))
    for name, text in said.items():
        if name in _OWN:
            continue
        word = name if text.strip().lower() == "true" else "" if text.strip().lower() == "false" else text.strip()
        if word and _is_number(word):
            lost[f"numbers ({name})"] += 1
        elif word and word not in attributes:
            attributes.append(word)
    if shape.get(_OCCLUDED) == "1" and _OCCLUDED not in attributes:
        attributes.append(_OCCLUDED)
    sure = said.get("confidence", "").strip()
    found: dict[str, Any] = {"category": shape.get("label"), "attributes": attributes}
    found |= {"confidence": _number("confidence", sure)} if sure else {}
    found |= {"id": said["id"].strip()} if said.get("id", "").strip() else {}
    return found | ({"box": _box(shape, size, lost)} if shape.tag == "box" else {})


def _box(shape: ElementTree.Element, size: tuple[int | None, int | None], lost: Counter[str]) -> Box:
    wide, high = size
    if wide is None or high is None:
        raise ValueError("has boxes in pixels, and no width and height")
    left, top, right, bottom = (_number(name, shape.get(name)) for name in ("xtl", "ytl", "xbr", "ybr"))
    degrees = _number("rotation", shape.get("rotation", "0"))
    if degrees % 360:
        about = ((left + right) / 2, (top + bottom) / 2)
        left, top, right, bottom = turned(left, top, right - left, bottom - top, degrees, about)
        lost["turned boxes, of which the upright box around them is kept"] += 1
    box, cut = box_within(left / wide, top / high, right / wide, bottom / high)
    lost["boxes cut at the edge of the picture"] += cut
    return box


def _size(element: ElementTree.Element, side: str) -> int | None:
    text = element.get(side)
    if text is None or not text.strip():
        return None
    value = _whole(text)
    if value < 1:
        raise ValueError(f"{side} is {text!r}; a number of pixels above 0 would be right")
    return value


def _whole(text: str) -> int:
    if not text.strip().isascii() or not text.strip().isdigit() or len(text) > 18:
        raise ValueError(f"{text[:40]!r} is no whole number; `3` would be right")
    return int(text)


def _number(name: str, text: str | None) -> float:
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} is {text if text is None else text[:40]!r}; a number would be right")
    return value


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
