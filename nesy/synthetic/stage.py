"""Stage: entities put on a sketch with their colours, part states and relations -> a Scene with exact boxes."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from nesy.geometry import Box
from nesy.scene import Count, Entity, PartState, Relation, Scene
from nesy.synthetic import figure, objects
from nesy.synthetic.figure import Clothes, Pose
from nesy.synthetic.sketch import Colour, Placement, Sketch

COLOURS: dict[str, Colour] = {
    "red": (205, 45, 45),
    "yellow": (240, 205, 50),
    "green": (50, 150, 70),
    "blue": (45, 85, 200),
    "purple": (140, 65, 165),
    "white": (245, 245, 245),
    "black": (55, 55, 60),
}
"""Attribute -> paint. Every entity has exactly one."""

_TROUSERS: tuple[Colour, ...] = ((60, 65, 90), (95, 85, 75), (85, 95, 100), (120, 110, 85))
_SKIN: tuple[Colour, ...] = ((240, 200, 170), (205, 155, 115), (150, 100, 70), (105, 70, 50))
_HAIR: tuple[Colour, ...] = ((50, 35, 25), (110, 70, 35), (190, 150, 80), (90, 90, 95))
_PART_ORDER = ("foot", "leg", "hip", "hand", "arm", "head")


@dataclass
class Stage:
    """What has been drawn so far, and what is true of it. Owners are numbers in order of creation."""

    sketch: Sketch
    rng: Random
    categories: list[str] = field(default_factory=list)
    colours: list[str] = field(default_factory=list)
    states: list[tuple[int, str, str, int]] = field(default_factory=list)
    relations: list[tuple[int, str, int]] = field(default_factory=list)

    def add(self, category: str) -> int:
        """Announce an entity and return its owner number; nothing is drawn yet."""
        self.categories.append(category)
        self.colours.append(self.rng.choice(tuple(COLOURS)))
        return len(self.categories) - 1

    def paint(self, owner: int, at: Placement) -> None:
        """Draw the object `owner` with its ground contact (or grip) at the origin of `at`."""
        objects.DRAW[self.categories[owner]](self.sketch, owner, at, COLOURS[self.colours[owner]])

    def put(self, category: str, at: Placement) -> int:
        """Announce and draw an object."""
        owner = self.add(category)
        self.paint(owner, at)
        return owner

    def dress(self, owner: int) -> Clothes:
        """Choose the clothes of a person; the shirt is the person's attribute."""
        rng = self.rng
        return Clothes(COLOURS[self.colours[owner]], rng.choice(_TROUSERS), rng.choice(_SKIN), rng.choice(_HAIR))

    def person(self, owner: int, at: Placement, pose: Pose, clothes: Clothes, *, layer: str = "all") -> None:
        """Draw a person, whole or one layer of it: `far`, `near`, `arm`."""
        if layer in ("all", "far"):
            figure.far_side(self.sketch, owner, at, pose, clothes)
        if layer in ("all", "near"):
            figure.near_side(self.sketch, owner, at, pose, clothes)
        if layer in ("all", "arm"):
            figure.near_arm(self.sketch, owner, at, pose, clothes)

    def relate(self, subject: int, predicate: str, target: int, *states: tuple[str, str]) -> None:
        """State a relation and the subject's part states towards its object."""
        self.relations.append((subject, predicate, target))
        self.states += [(subject, part, state, target) for part, state in states]

    def boxes(self) -> list[Box]:
        """Return the box of every owner, clipped to the picture."""
        width, height = self.sketch.image.size
        boxes: list[Box] = []
        for owner in range(len(self.categories)):
            left, top, right, bottom = (
                round(min(max(v / size, 0.0), 1.0), 4)
                for v, size in zip(self.sketch.extents[owner], (width, height, width, height), strict=True)
            )
            boxes.append((left, top, right, bottom))
        return boxes

    def names(self) -> dict[int, str]:
        """Return the id of every owner, from left to right: numbered by category."""
        boxes, seen = self.boxes(), Counter[str]()
        ids: dict[int, str] = {}
        for owner in sorted(range(len(boxes)), key=lambda owner: (round(boxes[owner][0], 2), boxes[owner])):
            seen[self.categories[owner]] += 1
            ids[owner] = f"{self.categories[owner]}_{seen[self.categories[owner]]}"
        return ids

    def scene(self) -> Scene:
        """Return what is true: entities from left to right, numbered by category, boxes clipped to the picture."""
        boxes, ids = self.boxes(), self.names()
        order, seen = list(ids), Counter(self.categories[owner] for owner in ids)
        rank = {owner: place for place, owner in enumerate(order)}
        states = sorted(self.states, key=lambda s: (rank[s[0]], _PART_ORDER.index(s[1]), s[2], rank[s[3]]))
        relations = sorted(self.relations, key=lambda r: (rank[r[0]], rank[r[2]], r[1]))
        return Scene(
            entities=tuple(
                Entity(id=ids[o], category=self.categories[o], box=boxes[o], attributes=(self.colours[o],))
                for o in order
            ),
            part_states=tuple(
                PartState(id=f"p{n}", entity=ids[a], part=part, state=state, object=ids[b])
                for n, (a, part, state, b) in enumerate(states, 1)
            ),
            relations=tuple(
                Relation(id=f"r{n}", subject=ids[a], predicate=predicate, object=ids[b])
                for n, (a, predicate, b) in enumerate(relations, 1)
            ),
            counts=tuple(Count(id=f"n{n}", category=c, value=v) for n, (c, v) in enumerate(seen.items(), 1)),
        )
