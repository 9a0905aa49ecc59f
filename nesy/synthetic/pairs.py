"""(seed, index) -> two drawings of one world, and which things of the one are which of the other.

A world is some groups of figures, each with colours and clothes of its own. Both pictures show most of them, drawn by
the same code from the same seeds, at other places, in another order and another size; one or two are in one alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from nesy.synthetic import drawing
from nesy.synthetic.drawing import SIZE_PX, WIDE_PX, Drawing
from nesy.synthetic.groups import Group
from nesy.synthetic.sketch import Placement, Sketch
from nesy.synthetic.stage import Stage

_WIDE = 0.4


@dataclass(frozen=True)
class DrawnPair:
    """Two drawings of one world."""

    drawings: tuple[Drawing, Drawing]
    same: Mapping[str, str]
    """Id of a thing in the second -> its id in the first, of all that are in both."""


def draw_pair(seed: int, index: int) -> DrawnPair:
    """Draw pair `index` of a seed; the same two numbers draw the same pair.

    >>> pair = draw_pair(0, 0)
    >>> all(one in {e.id for e in pair.drawings[1].scene.entities} for one in pair.same)
    True
    """
    rng = Random(f"nesy pair {seed} {index}")
    world = [group for _ in range(2) for group in drawing.plots(rng, "ordinary", wide=False)][:4]
    groups = dict(enumerate(world))
    last = len(world) - 1
    # Of two groups the second picture leaves one out; of more, either may leave out another one.
    left_out = (rng.choice((None, last)), rng.choice((None, 0))) if last > 1 else (None, 0)
    first, second = (
        _drawn(rng, {place: group for place, group in groups.items() if place != out}, f"{seed} {index}")
        for out in left_out
    )
    same = {second[1][key]: name for key, name in first[1].items() if key in second[1]}
    return DrawnPair((first[0], second[0]), same)


def _drawn(rng: Random, groups: Mapping[int, Group], world: str) -> tuple[Drawing, Mapping[tuple[int, int], str]]:
    """Return a drawing of some groups of a world, and the id of each thing by its group and its place in that."""
    width = WIDE_PX if rng.random() < _WIDE else SIZE_PX
    stage = Stage(Sketch(drawing.background(rng, "ordinary", width), drawing.style(rng, "ordinary")), rng)
    owners: dict[tuple[int, int], int] = {}

    def of_world(place: int, group: Group) -> Group:
        def draw(stage: Stage, at: Placement) -> None:
            before, chance = len(stage.categories), stage.rng
            stage.rng = Random(f"nesy world {world} {place}")  # the same colours and clothes in both pictures
            group.draw(stage, at)
            stage.rng = chance
            owners.update({(place, n - before): n for n in range(before, len(stage.categories))})

        return replace(group, draw=draw)

    order = list(groups.items())
    rng.shuffle(order)
    drawing.arrange(stage, [of_world(*one) for one in order], rng, crowded=False)
    names = stage.names()
    return Drawing(stage.sketch.image, stage.scene()), {key: names[owner] for key, owner in owners.items()}
