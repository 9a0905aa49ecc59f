"""A person with articulated limbs: where hips, hands and feet go -> shapes. Local units; a person stands 104 tall."""

from dataclasses import dataclass

from nesy.synthetic.sketch import Colour, Placement, Point, Sketch, bend

THIGH, SHIN, TORSO, UPPER_ARM, FOREARM = 25.0, 25.0, 33.0, 18.0, 18.0
STANDING_HIP = 48.0


@dataclass(frozen=True)
class Pose:
    """Targets of the limbs, in local units; the figure looks towards +x."""

    hip: Point
    feet: tuple[Point, Point]
    hands: tuple[Point, Point]
    lean: float = 0.0
    """How far the shoulders are ahead of the hip."""
    knees: float = 1.0
    """+1 bends the knees forward."""

    @property
    def shoulder(self) -> Point:
        """Where both arms begin."""
        return self.hip[0] + self.lean, self.hip[1] + TORSO

    @property
    def head(self) -> Point:
        """The middle of the head."""
        return self.shoulder[0] + self.lean * 0.2, self.shoulder[1] + 13


@dataclass(frozen=True)
class Clothes:
    """Colours of one person."""

    shirt: Colour
    trousers: Colour
    skin: Colour
    hair: Colour


def far_side(sketch: Sketch, owner: int, at: Placement, pose: Pose, clothes: Clothes) -> None:
    """Draw the limbs behind the body (the far leg and arm); call before what the person rides or sits on."""
    _leg(sketch, owner, at, pose, clothes, 1)
    _arm(sketch, owner, at, pose, clothes, 1)


def near_side(sketch: Sketch, owner: int, at: Placement, pose: Pose, clothes: Clothes) -> None:
    """Draw torso, head and the near leg."""
    sketch.line(owner, at, [pose.hip, pose.shoulder], 15, clothes.shirt)
    _leg(sketch, owner, at, pose, clothes, 0)
    x, y = pose.head
    sketch.ellipse(owner, at, (x, y), (8.5, 9.5), clothes.skin)
    sketch.half_ellipse(owner, at, (x - 1, y + 2), (8.5, 8), clothes.hair)
    sketch.line(owner, at, [(x + 8, y - 1), (x + 10, y - 2)], 3, clothes.skin)


def near_arm(sketch: Sketch, owner: int, at: Placement, pose: Pose, clothes: Clothes) -> None:
    """Draw the arm in front of everything else."""
    _arm(sketch, owner, at, pose, clothes, 0)


def _leg(sketch: Sketch, owner: int, at: Placement, pose: Pose, clothes: Clothes, index: int) -> None:
    knee, foot = bend(pose.hip, pose.feet[index], THIGH, SHIN, pose.knees)
    sketch.line(owner, at, [pose.hip, knee, foot], 8, clothes.trousers)
    sketch.line(owner, at, [foot, (foot[0] + 7, foot[1])], 5, (60, 50, 50))


def _arm(sketch: Sketch, owner: int, at: Placement, pose: Pose, clothes: Clothes, index: int) -> None:
    elbow, hand = bend(pose.shoulder, pose.hands[index], UPPER_ARM, FOREARM, -1.0)
    sketch.line(owner, at, [pose.shoulder, elbow], 7, clothes.shirt)
    sketch.line(owner, at, [elbow, hand], 5, clothes.skin)
