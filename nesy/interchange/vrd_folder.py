"""VRD as it is published: the relationships of every picture, with the lists of words beside them.

The folder holds `objects.json` and `predicates.json`, lists of words, and `annotations*.json`: a picture's name -> its
relationships, each of `predicate`, a place in its list from 0, and `subject` and `object`: `category`, a place in its
list, and `bbox` as top, bottom, left and right in pixels. Sizes are not told, and what stands in no relationship is not
there.

Source: Lu et al., "Visual Relationship Detection with Language Priors", ECCV 2016;
cs.stanford.edu/people/ranjaykrishna/vrd.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.interchange.coco import known_image
from nesy.interchange.content import json_of
from nesy.interchange.holding import narrowed
from nesy.interchange.instances import Pair, Pixels
from nesy.interchange.interactions import UNSIZED_PAIRS, merged
from nesy.interchange.json_rows import each, reading
from nesy.interchange.labels import Labels, scenes_of
from nesy.interchange.losses import Lost, count_unread, losses
from nesy.interchange.pixels import SizeOf, corners, four_numbers, no_size
from nesy.scene import Entity, Scene

Row = dict[str, Any]


def fits(start: object) -> bool:
    """Tell whether a folder holds the lists."""
    names = start if isinstance(start, list) else []
    return {"objects.json", "predicates.json"} <= set(names)


def read(path: Path, size_of: SizeOf = no_size) -> Iterator[Scene | Lost]:
    """Yield one scene a picture, in the order of the files; raises as `labels`."""
    return scenes_of(labels(path, size_of))


def labels(path: Path, size_of: SizeOf = no_size) -> Iterator[Labels | Lost]:
    """Yield the labels of every picture, in the order of the files; equal boxes of one class are one thing.

    A picture of `annotations_test.json` is of the split `test`.

    Raises:
        InputError: a file is missing or cannot be used; the file, the picture and the number.
    """
    categories, predicates = (_words(path / f"{name}.json") for name in ("objects", "predicates"))
    files = sorted(path.glob("annotations*.json"))
    if not files:
        raise InputError(f"{path}: no annotations*.json is in it")
    lost: Counter[str] = Counter()

    def pair(one: Row) -> Pair:
        count_unread(one, ("predicate", "subject", "object"), "relationships", lost)
        subject, target = (_thing(one[end], end, categories) for end in ("subject", "object"))
        return Pair(*subject, _at(predicates, one["predicate"], "predicate"), *target)

    for file in files:
        data = json_of(file)
        if not isinstance(data, dict):
            raise InputError(f"{file}: an object of pictures' names and their relationships is expected")
        splits = frozenset(filter(None, [file.stem.removeprefix("annotations").strip("_-")]))
        for name, rows in data.items():
            place = f"{file}: {name}"
            with reading(place):
                if not name.strip():
                    raise ValueError("a picture without a name")
                pairs = each(place, {"relationships": rows}, "relationships", pair)
                yield Labels(merged(name, pairs, size_of, lost).scene, splits=splits)
    yield from losses(lost)


def _words(file: Path) -> list[str]:
    found = json_of(file)
    if not isinstance(found, list) or not all(isinstance(one, str) and one.strip() for one in found):
        raise InputError(f"{file}: a list of words is expected")
    return found


def _thing(one: Any, end: str, words: list[str]) -> tuple[str, Pixels]:
    if not isinstance(one, dict):
        raise TypeError(f"{end}: an object is expected, got {one!r:.80}")
    top, bottom, left, right = four_numbers(one["bbox"], f"{end}.bbox", "top, bottom, left and right")
    if top > bottom or left > right:
        raise ValueError(f"{end}.bbox: {one['bbox']!r} is turned inside out; top, bottom, left and right are expected")
    return _at(words, one["category"], f"{end}.category"), (left, top, right, bottom)


def _at(words: list[str], place: object, field: str) -> str:
    if isinstance(place, bool) or not isinstance(place, int) or not 0 <= place < len(words):
        raise ValueError(f"{field}: {place!r:.40} is no place in its list of words, which has {len(words)} (from 0)")
    return words[place]


def write(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write `annotations.json` and the two lists; of pictures of one name only the first can be held."""
    lost: Counter[str] = Counter()
    words: dict[str, dict[str, int]] = {"objects": {}, "predicates": {}}
    data: dict[str, list[Row]] = {}

    def place(kind: str, word: str) -> int:
        return words[kind].setdefault(word, len(words[kind]))

    def end(one: Entity, size: tuple[int, int]) -> Row:
        assert one.box is not None
        left, top, right, bottom = corners(one.box, size)
        return {"category": place("objects", one.category), "bbox": [top, bottom, left, right]}

    for scene in scenes:
        held, gone = narrowed(scene, UNSIZED_PAIRS)
        lost += gone
        if held is None:
            continue
        image, size = known_image(scene)
        if image.name in data:
            lost["scenes of a picture that another is of"] += 1
            lost["entities of such scenes"] += len(held.entities)
            lost["relations of such scenes"] += len(held.relations)
            continue
        things = {one.id: end(one, size) for one in held.entities}
        data[image.name] = [
            {
                "predicate": place("predicates", one.predicate),
                "subject": things[one.subject],
                "object": things[one.object],
            }
            for one in held.relations
        ]
    files = {"annotations": data, **{kind: list(found) for kind, found in words.items()}}
    for name, held_in_it in files.items():
        with (path / f"{name}.json").open("w", encoding="utf-8", newline="\n") as out:
            json.dump(held_in_it, out, ensure_ascii=False)
            out.write("\n")
    return losses(lost)
