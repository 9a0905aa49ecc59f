"""Scenes -> dense labels: what every patch of the tower should tell of the entities whose middle it holds.

`python -m lab.training.dense_labels` writes `facts.txt` anew, after each change of the drawn world.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch

from nesy.scene import Scene, term
from nesy.synthetic import draw
from nesy.synthetic.objects import DRAW
from nesy.synthetic.stage import COLOURS

CATEGORIES = ("person", *DRAW)
COLOUR_NAMES = tuple(COLOURS)
_NAMES = Path(__file__).with_name("facts.txt")
_PICTURES = 3000
"""So many have every fact of the drawn world in them; to draw them takes ten seconds, which is why there is a file."""


@dataclass(frozen=True)
class Dense:
    """Labels of a batch. C categories, F facts.

    present, inside: (batch, cells, C) in {0, 1}; box: (batch, cells, C, 4) in [0, 1]; colour: (batch, cells, C),
    -100 where nothing is; facts: (batch, cells, F), at the cells of the persons they are said of.
    """

    present: torch.Tensor
    inside: torch.Tensor
    box: torch.Tensor
    colour: torch.Tensor
    facts: torch.Tensor

    def rows(self, first: int, step: int) -> "Dense":
        """Return every `step`-th row from `first` on."""
        some = slice(first, None, step)
        return Dense(self.present[some], self.inside[some], self.box[some], self.colour[some], self.facts[some])


def _facts(scene: Scene) -> list[tuple[str, str]]:
    category = {e.id: e.category for e in scene.entities}
    facts = [(f"{r.predicate} {category[r.object]}", r.subject) for r in scene.relations]
    facts += [
        (f"{p.part} {term(p.state)} {category[p.object]}", p.entity) for p in scene.part_states if p.object is not None
    ]
    return facts


@cache
def fact_names() -> tuple[str, ...]:
    """Return every predicate and part state of the drawn world, with the category it is about."""
    return tuple(_NAMES.read_text(encoding="utf-8").splitlines())


def drawn_facts(first: int, last: int) -> tuple[str, ...]:
    """Return those of the pictures `first` to `last` of seed 0, sorted."""
    return tuple(sorted({name for index in range(first, last) for name, _ in _facts(draw(0, index).scene)}))


def dense_labels(scenes: tuple[Scene, ...], grid: int) -> Dense:
    """Write each entity at the patch that holds the middle of its box, and at all patches whose middle it covers."""
    shape = (len(scenes), grid * grid, len(CATEGORIES))
    present, inside = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    colour, box = np.full(shape, -100, np.int64), np.zeros((*shape, 4), np.float32)
    place_of = {name: place for place, name in enumerate(fact_names())}
    facts = np.zeros((*shape[:2], len(place_of)), np.float32)
    middles = (np.arange(grid) + 0.5) / grid
    for row, scene in enumerate(scenes):
        cells: dict[str, int] = {}
        for entity in scene.entities:
            if entity.box is None:
                raise ValueError(f"{entity.id} has no box; drawn scenes have one for every entity")
            left, top, right, bottom = entity.box
            x, y = min(int((left + right) / 2 * grid), grid - 1), min(int((top + bottom) / 2 * grid), grid - 1)
            cell, kind = y * grid + x, CATEGORIES.index(entity.category)
            cells[entity.id] = cell
            present[row, cell, kind] = 1.0
            box[row, cell, kind] = entity.box
            colour[row, cell, kind] = COLOUR_NAMES.index(entity.attributes[0])
            covered = ((middles > top) & (middles < bottom))[:, None] & ((middles > left) & (middles < right))[None]
            inside[row, covered.reshape(-1), kind] = 1.0
        for name, subject in _facts(scene):
            if name in place_of:
                facts[row, cells[subject], place_of[name]] = 1.0
    return Dense(*(torch.from_numpy(a) for a in (present, inside, box, colour, facts)))


if __name__ == "__main__":
    _NAMES.write_text("".join(f"{name}\n" for name in drawn_facts(0, _PICTURES)), encoding="utf-8")
