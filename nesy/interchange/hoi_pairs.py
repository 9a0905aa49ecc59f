"""HICO-DET and V-COCO as lists of boxes side by side, an object an image: `boxes_h` and `boxes_o`, and their words.

HICO-DET (`instances_train2015.json`): `annotation`, a list of `boxes_h`, `boxes_o` (left, top, right and bottom, in
pixels from 1), `object`, `verb` and `hoi`, numbers from 0 in the lists `objects`, `verbs` and `correspondence`
([interaction, object, verb]); `filenames` and `size` (width and height) by image; `empty`, the places of images without
pairs. Every verb of a pair was boxed anew, so boxes of one class that overlap by more than `THRESHOLD` are one thing.

V-COCO (`instances_vcoco_trainval.json`): `annotations`, a list of `boxes_h`, `boxes_o` (in pixels from 0), `actions`
and `objects`, numbers from 0 in the lists `classes` (`hold obj`) and `objects` (the first is the background), and
`file_name`; no sizes.

Source: github.com/fredzzhang/hicodet and /vcoco, which their own loaders and those of SCG, UPT and PViC read.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.closed_words import PERSON, VCOCO_ROLES, categories, interactions, vcoco_role, verbs
from nesy.interchange.coco import image_ids, known_image
from nesy.interchange.content import json_of
from nesy.interchange.instances import THRESHOLD, Pair
from nesy.interchange.interactions import PAIRED, UNSIZED_PAIRS, Interaction, merged, paired
from nesy.interchange.json_rows import pixels, reading, size_px, word, words
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.pixels import SizeOf, corners, no_size
from nesy.scene import Scene, term

Row = dict[str, Any]

_HICO = ("annotation", "filenames", "size", "objects", "verbs")
_ROLES = [number for number, one in enumerate(VCOCO_ROLES) if one.predicate is not None and one.action != "point"]
"""The 24 actions with an object that the published lists have, in their order."""


def fits_hico(start: object) -> bool:
    """Tell whether it is HICO-DET's."""
    return isinstance(start, dict) and {"annotation", "filenames", "verbs"} <= start.keys()


def fits_vcoco(start: object) -> bool:
    """Tell whether it is V-COCO's."""
    return isinstance(start, dict) and {"annotations", "classes"} <= start.keys() and "categories" not in start


def read_hico(path: Path) -> Iterator[Scene | Lost]:
    """Yield one scene an image, in the order of the file, those without pairs too.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    data, place = json_of(path), str(path)
    if not isinstance(data, dict) or not all(isinstance(data.get(one), list) for one in _HICO):
        raise InputError(f"{place}: no such file of HICO-DET: an object with the lists {', '.join(_HICO)} is expected")
    if not len(data["annotation"]) == len(data["filenames"]) == len(data["size"]):
        raise InputError(f"{place}: annotation, filenames and size are of different lengths")
    lost: Counter[str] = Counter()
    count_unread(data, (*_HICO, "correspondence", "empty"), "the file", lost)
    with reading(place):
        listed, objects = words(data, "verbs"), words(data, "objects")
    for number, one in enumerate(data["annotation"]):
        with reading(f"{place}: annotation[{number}]"):
            name, size = data["filenames"][number], data["size"][number]
            if not isinstance(name, str) or not name.strip():
                raise ValueError(f"a file name is expected at its place in filenames, got {name!r:.80}")
            found = [
                Pair(PERSON, human, _at(listed, verb, "verb"), _at(objects, thing, "object"), box)
                for human, box, verb, thing in _columns(one, ("verb", "object"), first=1)
            ]
            sized = size_px({"size": size}, "size")
            yield merged(name, found, no_size, lost, THRESHOLD, sized).scene
    yield from losses(lost)


def read_vcoco(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene an image, in the order of the file, those without pairs too.

    Raises:
        InputError: it cannot be read, is no such file, or a row of it cannot be used; the list and the number.
    """
    data, place = json_of(path), str(path)
    if not isinstance(data, dict) or not isinstance(data.get("annotations"), list):
        raise InputError(f"{place}: no such file of V-COCO: an object with the list annotations is expected")
    predicates = {f"{one.action} {one.role}": one.predicate for one in VCOCO_ROLES if one.predicate is not None}
    lost: Counter[str] = Counter()
    count_unread(data, ("annotations", "classes", "objects", "images"), "the file", lost)
    with reading(place):
        actions = [predicates[one] for one in words(data, "classes")]
        objects = words(data, "objects") if "objects" in data else None
    coco = categories("coco80")

    def scene(row: Any) -> Scene:
        if not isinstance(row, dict):
            raise TypeError(f"must be a JSON object, is {row!r:.80}")
        count_unread(row, ("boxes_h", "boxes_o", "actions", "objects", "file_name"), "images", lost)
        found = []
        for human, box, action, thing in _columns(row, ("actions", "objects"), first=0):
            number = int(thing) if isinstance(thing, float) and thing.is_integer() else thing
            category = _at(objects, number, "objects") if objects is not None else coco.word(number)
            found.append(Pair(PERSON, human, str(_at(actions, action, "actions")), category, box))
        return merged(word(row, "file_name"), found, size_of, lost).scene

    for number, row in enumerate(data["annotations"]):
        with reading(f"{place}: annotations[{number}]"):
            yield scene(row)
    yield from losses(lost)


def _columns(row: Any, words: tuple[str, str], first: int) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Yield the pairs of an image: the boxes, and the two numbers of their words."""
    if not isinstance(row, dict):
        raise TypeError(f"must be a JSON object, is {row!r:.80}")
    fields = ("boxes_h", "boxes_o", *words)
    lists = [row[field] for field in fields]
    if not all(isinstance(one, list) for one in lists) or len({len(one) for one in lists}) > 1:
        raise ValueError(f"{', '.join(fields)}: lists of one length are expected")
    for human, box, verb, thing in zip(*lists, strict=True):
        told = {"boxes_h": human, "boxes_o": box}
        yield pixels(told, "boxes_h", first), pixels(told, "boxes_o", first), verb, thing


def _at(words: Sequence[Any], place: object, field: str) -> Any:
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(words):
        raise ValueError(f"{field}: {place!r:.40} is no place in its list of words, which has {len(words)} (from 0)")
    return words[place]


def write_hico(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one file with HICO-DET's own lists; what stands in none of its 600 interactions cannot be held."""
    lost: Counter[str] = Counter()
    known, listed, objects = interactions(), verbs(), categories("coco80From0")

    def verb_of(predicate: str, category: str) -> int | None:
        return listed.number(predicate) if (term(predicate), term(category)) in known else None

    kept = [one for one in (paired(scene, verb_of, lost, PAIRED) for scene in scenes) if one is not None]
    annotation = []
    for scene, found in kept:
        row = _boxes(scene, found, first=1)
        row["hoi"] = [known[term(listed.word(one.verb)), term(one.object.category)] - 1 for one in found]
        row["object"] = [objects.number(one.object.category) for one in found]
        row["verb"] = [one.verb - 1 for one in found]
        annotation.append(row)
    places = {term(one): number for number, one in objects.words.items()}
    file = {
        "annotation": annotation,
        "filenames": [known_image(scene)[0].name for scene, _ in kept],
        "size": [list(known_image(scene)[1]) for scene, _ in kept],
        "correspondence": sorted(
            [number - 1, places[category], (listed.number(verb) or 0) - 1] for (verb, category), number in known.items()
        ),
        "empty": [place for place, (_, found) in enumerate(kept) if not found],
        "objects": list(objects.words.values()),
        "verbs": [term(one) for one in listed.words.values()],
    }
    _dump(file, path)
    return losses(lost)


def write_vcoco(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one file of V-COCO's 24 actions with an object; what stands in none of them cannot be held."""
    lost: Counter[str] = Counter()
    objects = categories("coco80")

    def place(predicate: str, category: str) -> int | None:
        role = vcoco_role(predicate, category)
        return _ROLES.index(role) if role in _ROLES else None

    kept = [one for one in (paired(scene, place, lost, UNSIZED_PAIRS) for scene in scenes) if one is not None]
    rows = []
    for scene, found in kept:
        row = _boxes(scene, found, first=0)
        row["actions"] = [one.verb for one in found]
        row["objects"] = [objects.number(one.object.category) for one in found]
        row["file_name"] = known_image(scene)[0].name
        rows.append(row)
    classes = [f"{VCOCO_ROLES[one].action} {VCOCO_ROLES[one].role}" for one in _ROLES]
    words = ["background", *objects.words.values()]
    images = image_ids([scene for scene, _ in kept])
    _dump({"annotations": rows, "classes": classes, "objects": words, "images": images}, path)
    return losses(lost)


def _boxes(scene: Scene, found: Sequence[Interaction], first: int) -> Row:
    size = known_image(scene)[1]

    def told(ends: Iterable[Any]) -> list[list[float]]:
        boxes = [corners(one.box, size) for one in ends]
        return [[left + first, top + first, right, bottom] for left, top, right, bottom in boxes]

    return {"boxes_h": told(one.subject for one in found), "boxes_o": told(one.object for one in found)}


def _dump(file: Row, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as out:
        json.dump(file, out, ensure_ascii=False)
        out.write("\n")
