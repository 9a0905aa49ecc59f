"""Sketch: flat shapes owned by entities -> pixels, and the exact box of every entity."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import PIL.Image
import PIL.ImageDraw

Point = tuple[float, float]
Colour = tuple[int, int, int]

INK: Colour = (35, 35, 40)


@dataclass(frozen=True)
class Placement:
    """Where a group stands: local units -> pixels. Local y grows upwards from the ground line at 0."""

    x_px: float
    ground_px: float
    scale: float
    flip: bool = False

    def __call__(self, point: Point) -> Point:
        """Return the pixel position of a local point."""
        x = -point[0] if self.flip else point[0]
        return self.x_px + x * self.scale, self.ground_px - point[1] * self.scale

    def moved(self, dx: float, dy: float = 0.0) -> "Placement":
        """Return the placement whose origin is the local point (dx, dy) of this one."""
        x_px, ground_px = self((dx, dy))
        return replace(self, x_px=x_px, ground_px=ground_px)


@dataclass(frozen=True)
class Style:
    """How shapes are inked: `outline_px` 0 draws none; `filled` False leaves line drawings."""

    outline_px: int = 1
    filled: bool = True
    stroke: float = 1.0
    """Factor on the width of limbs and bars."""


@dataclass
class Sketch:
    """A drawing under construction. Shapes are painted in the order they are added."""

    image: PIL.Image.Image
    style: Style = Style()
    extents: dict[int, list[float]] = field(default_factory=dict)
    """Owner -> [left, top, right, bottom] in pixels, not yet clipped to the picture."""

    def __post_init__(self) -> None:
        self._pen = PIL.ImageDraw.Draw(self.image)

    def _grow(self, owner: int | None, points: Sequence[Point], margin: float) -> None:
        if owner is None:
            return
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        box = [min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin]
        old = self.extents.get(owner)
        if old:
            box = [min(old[0], box[0]), min(old[1], box[1]), max(old[2], box[2]), max(old[3], box[3])]
        self.extents[owner] = box

    def polygon(self, owner: int | None, at: Placement, points: Sequence[Point], colour: Colour) -> None:
        """Add a filled polygon."""
        pixels = [at(p) for p in points]
        self._pen.polygon(
            pixels,
            fill=colour if self.style.filled else None,
            outline=INK if self.style.outline_px else None,
            width=max(1, self.style.outline_px),
        )
        self._grow(owner, pixels, 0.0)

    def ellipse(
        self, owner: int | None, at: Placement, middle: Point, radii: Point, colour: Colour | None, ring: float = 0.0
    ) -> None:
        """Add an ellipse; `colour` None draws a ring of local width `ring` in ink."""
        (x, y), (rx, ry) = at(middle), (radii[0] * at.scale, radii[1] * at.scale)
        box = (x - rx, y - ry, x + rx, y + ry)
        if colour is None:
            self._pen.ellipse(box, outline=INK, width=max(1, round(ring * at.scale * self.style.stroke)))
        else:
            self._pen.ellipse(
                box,
                fill=colour if self.style.filled else None,
                outline=INK if self.style.outline_px else None,
                width=max(1, self.style.outline_px),
            )
        self._grow(owner, [(box[0], box[1]), (box[2], box[3])], 0.0)

    def half_ellipse(self, owner: int | None, at: Placement, middle: Point, radii: Point, colour: Colour) -> None:
        """Add the upper half of an ellipse."""
        steps = [math.pi * k / 12 for k in range(13)]
        self.polygon(
            owner, at, [(middle[0] + radii[0] * math.cos(a), middle[1] + radii[1] * math.sin(a)) for a in steps], colour
        )

    def line(self, owner: int | None, at: Placement, points: Sequence[Point], width: float, colour: Colour) -> None:
        """Add a stroke of local `width` with round joints."""
        pixels = [at(p) for p in points]
        thick = max(1, round(width * at.scale * self.style.stroke))
        if self.style.outline_px and thick > 3:
            self._pen.line(pixels, fill=INK, width=thick + 2, joint="curve")
        self._pen.line(pixels, fill=colour, width=thick, joint="curve")
        if thick > 2:
            r = thick / 2
            for x, y in pixels:
                self._pen.ellipse((x - r, y - r, x + r, y + r), fill=colour)
        self._grow(owner, pixels, thick / 2)

    def rectangle(
        self, owner: int | None, at: Placement, left: float, bottom: float, right: float, top: float, colour: Colour
    ) -> None:
        """Add an upright rectangle given by local edges."""
        self.polygon(owner, at, [(left, bottom), (right, bottom), (right, top), (left, top)], colour)


def bend(root: Point, target: Point, upper: float, lower: float, side: float) -> tuple[Point, Point]:
    """Return (middle joint, end) of a two-bone limb that reaches for `target` (planar inverse kinematics).

    A target out of reach is approached as far as the bones go. `side` +1 or -1 chooses where the joint bends to.
    """
    dx, dy = target[0] - root[0], target[1] - root[1]
    distance = min(max(math.hypot(dx, dy), abs(upper - lower) + 1e-6), upper + lower - 1e-6)
    angle = math.atan2(dy, dx)
    inner = math.acos((upper**2 + distance**2 - lower**2) / (2 * upper * distance))
    joint = (root[0] + upper * math.cos(angle + side * inner), root[1] + upper * math.sin(angle + side * inner))
    return joint, (root[0] + distance * math.cos(angle), root[1] + distance * math.sin(angle))
