"""V-COCO's and HICO-DET's annotations -> every pair of a person and a thing of a picture, and what is done with it.

A pair that nothing is annotated of is one that does nothing: neither set says so, and some such pairs do something.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nesy.geometry import iou
from nesy.scene import term

SAME_BOX = 0.6
"""HICO-DET draws the box of a thing anew for each verb: boxes of one category with this IoU or more are one thing."""

_Quad = tuple[float, float, float, float]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Every person with every thing of the same picture, but for themselves."""

    people: Floats
    """(n, 4)."""
    objects: Floats
    """(n, 4)."""
    categories: NDArray[np.str_]
    """(n,), of the things, as terms."""
    images: NDArray[np.int64]
    """(n,), which picture."""
    done: dict[str, Flags]
    """Action -> (n,), of which pairs it is annotated."""

    def seen_with(self, action: str) -> Flags:
        """Tell which pairs have a thing of a category that the action is annotated with anywhere."""
        return np.isin(self.categories, np.unique(self.categories[self.done[action]]))

    def stretched(self, factor: float | Floats) -> "Pairs":
        """Return the pairs as they lie in pictures made wider by a factor, one for all or one for each."""
        wide = np.stack([np.broadcast_to(factor, len(self.people)), np.ones(len(self.people))] * 2, axis=1)
        return Pairs(self.people * wide, self.objects * wide, self.categories, self.images, self.done)

    def moved_away(self, seed: int) -> "Pairs":
        """Return the pairs with the things 1 to 4 widths or heights of the person from the person, somewhere around."""
        rng = np.random.default_rng(seed)
        ways = np.asarray([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y])[
            rng.integers(0, 8, len(self.people))
        ]
        sizes, own = (boxes[:, 2:] - boxes[:, :2] for boxes in (self.people, self.objects))
        away = rng.uniform(1, 4, sizes.shape) * sizes
        corner = np.select(
            [ways > 0, ways < 0], [self.people[:, 2:] + away, self.people[:, :2] - away - own], self.objects[:, :2]
        )
        return Pairs(self.people, np.hstack([corner, corner + own]), self.categories, self.images, self.done)


def read_vcoco(path: Path) -> Pairs:
    """Read `trainval.jsonl`; boxes in pixels, actions with their roles ("hold obj")."""
    return _pairs(_vcoco(path))


def read_hicodet(path: Path) -> Pairs:
    """Read `hicodet.jsonl`, boxes of one thing merged; boxes in [0, 1] of the picture."""
    return _pairs(_hicodet(path))


_Row = tuple[list[_Quad], list[tuple[_Quad, str]], set[tuple[_Quad, _Quad, str, str]]]
"""The people, the things, and who does what to which of a picture."""


def _pairs(pictures: Iterator[_Row]) -> Pairs:
    people: list[_Quad] = []
    objects: list[_Quad] = []
    categories: list[str] = []
    images: list[int] = []
    done: dict[str, list[int]] = defaultdict(list)
    for number, (persons, things, annotated) in enumerate(pictures):
        actions = defaultdict(set)
        for person, thing, category, action in annotated:
            actions[person, thing, category].add(action)
        for person in persons:
            for thing, category in things:
                if category == "person" and iou(person, thing) >= SAME_BOX:
                    continue
                for action in actions[person, thing, category]:
                    done[action].append(len(people))
                people.append(person)
                objects.append(thing)
                categories.append(category)
                images.append(number)
    flags = {action: np.zeros(len(people), dtype=bool) for action in sorted(done)}
    for action, rows in done.items():
        flags[action][rows] = True
    return Pairs(
        np.asarray(people, dtype=float),
        np.asarray(objects, dtype=float),
        np.asarray(categories),
        np.asarray(images),
        flags,
    )


def _vcoco(path: Path) -> Iterator[_Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        rows = [
            (_box(p["human_box"]), _box(p["object_box"]), term(p["object"]), p["action"])
            for p in json.loads(line)["pairs"]
        ]
        yield sorted({r[0] for r in rows}), sorted({(r[1], r[2]) for r in rows}), set(rows)


def _hicodet(path: Path) -> Iterator[_Row]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        persons = _merged([_shares(p["human_box"], row["size"]) for p in row["pairs"]])
        things: dict[str, dict[_Quad, _Quad]] = {}
        for category in {p["object"] for p in row["pairs"]}:
            boxes = [_shares(p["object_box"], row["size"]) for p in row["pairs"] if p["object"] == category]
            things[category] = _merged(boxes)
        annotated = {
            (
                persons[_shares(p["human_box"], row["size"])],
                things[p["object"]][_shares(p["object_box"], row["size"])],
                term(p["object"]),
                p["verb"],
            )
            for p in row["pairs"]
        }
        found = sorted({(box, term(category)) for category, boxes in things.items() for box in boxes.values()})
        yield sorted(set(persons.values())), found, annotated


def _merged(boxes: Collection[_Quad]) -> dict[_Quad, _Quad]:
    """Return for each box the first one that is the same thing."""
    firsts: list[_Quad] = []
    found = {}
    for box in boxes:
        same = next((first for first in firsts if iou(first, box) >= SAME_BOX), None)
        if same is None:
            firsts.append(box)
        found[box] = same or box
    return found


def _box(sides: Sequence[Any]) -> _Quad:
    left, top, right, bottom = map(float, sides)
    return left, top, right, bottom


def _shares(sides: Sequence[Any], size: Sequence[int]) -> _Quad:
    """Return a box of 1-based pixels as shares of the picture."""
    left, top, right, bottom = _box(sides)
    return (left - 1) / size[0], (top - 1) / size[1], right / size[0], bottom / size[1]
