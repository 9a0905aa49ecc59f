"""Two boxes and the joints of the first -> how plain a cue is: contact, enclosure, a hand at the thing ...

Each test is a cue of `ontologies/cues.ttl`, under its name there, which says what it shows. A test returns a degree in
[0, 1], or None where a joint that it needs is not seen. Lengths are shares of the picture's height: `pair` makes a box
of shares of either side into that.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import hypot, sqrt
from types import MappingProxyType

from nesy.geometry import Box, area, centre, gap, intersection
from nesy.observations import Keypoint, Keypoints

Point = tuple[float, float]
Degree = float | None

SEEN = 0.2
"""Score from which a joint counts as seen; MoveNet's authors draw joints from 0.2 to 0.3 on."""
BEYOND = 0.35
"""A hand or a foot ends so much beyond the wrist or ankle, as a share of the forearm or the shin (anthropometry)."""
AT, AWAY = 0.04, 0.22
"""A joint is at a thing up to the one, and away from the other on, as shares of the person's longer side. By hand."""
NEAR, FAR = 0.25, 0.9
"""The same for being within reach."""


@dataclass(frozen=True)
class Pair:
    """Two things as the tests take them; lengths in heights of the picture."""

    one: Box
    other: Box
    joints: Mapping[str, Point]
    """Joints of the first that were seen, by COCO's names."""

    @property
    def reach(self) -> float:
        """The longer side of the first: what distances of joints are measured by."""
        return max(self.one[2] - self.one[0], self.one[3] - self.one[1], 1e-6)


def pair(one: Box, other: Box, joints: Keypoints | None = None, aspect: float = 1.0) -> Pair:
    """Return two boxes and the joints of the first as the tests take them.

    Args:
        one: in shares of the picture's sides, like the other and the joints.
        other: of the second thing.
        joints: None: nobody looked for them, or the first has none.
        aspect: the picture's width over its height.
    """
    named: Mapping[str, Keypoint] = {} if joints is None else joints.named(SEEN)
    return Pair(_scaled(one, aspect), _scaled(other, aspect), {n: (x * aspect, y) for n, (x, y, _) in named.items()})


def _scaled(box: Box, aspect: float) -> Box:
    return box[0] * aspect, box[1], box[2] * aspect, box[3]


# --- by the boxes ---


def contact(of: Pair) -> Degree:
    """The gap is small against the smaller box."""
    return _falling(gap(of.one, of.other) / _small_side(of), 0.1, 1.0)


def near(of: Pair) -> Degree:
    """The gap is small against the larger box."""
    return _falling(gap(of.one, of.other) / _large_side(of), 0.15, 1.2)


def far(of: Pair) -> Degree:
    """The gap is large against the larger box."""
    return _rising(gap(of.one, of.other) / _large_side(of), 0.3, 1.5)


def inside(of: Pair) -> Degree:
    """Most of the first lies in the second."""
    return _rising(_share(of.one, of.other), 0.5, 0.95)


def around(of: Pair) -> Degree:
    """Most of the second lies in the first."""
    return _rising(_share(of.other, of.one), 0.3, 0.9)


def higher(of: Pair) -> Degree:
    """The first is higher by its middle and its lower edge."""
    middle = centre(of.other)[1] - centre(of.one)[1]
    end = of.other[3] - of.one[3]
    return _rising(min(middle, end) / _height(of.other, of.one), 0.0, 0.3)


def lower(of: Pair) -> Degree:
    """The first is lower by its middle and its upper edge."""
    middle = centre(of.one)[1] - centre(of.other)[1]
    start = of.one[1] - of.other[1]
    return _rising(min(middle, start) / _height(of.other, of.one), 0.0, 0.3)


def left(of: Pair) -> Degree:
    """The middle of the first lies to the left, clearly against the widths."""
    return _rising((centre(of.other)[0] - centre(of.one)[0]) / _width(of), 0.0, 0.4)


def right(of: Pair) -> Degree:
    """The middle of the first lies to the right, clearly against the widths."""
    return _rising((centre(of.one)[0] - centre(of.other)[0]) / _width(of), 0.0, 0.4)


def borne(of: Pair) -> Degree:
    """The first ends upon the second: between its edges, and in its columns."""
    return _borne(of.one, of.other)


def bearing(of: Pair) -> Degree:
    """The second ends upon the first."""
    return _borne(of.other, of.one)


def in_column(of: Pair) -> Degree:
    """The narrower lies in the other's column."""
    return _rising(_shared(of, 0), 0.1, 0.7)


def aside(of: Pair) -> Degree:
    """The two share rows more than columns."""
    return _rising(_shared(of, 1) - _shared(of, 0), -0.5, 0.5)


def nearer(of: Pair) -> Degree:
    """The first ends lower in the picture, or lies within the larger second."""
    return max(_rising((of.one[3] - of.other[3]) / _height(of.one, of.other), -0.1, 0.3), _before(of.one, of.other))


def farther(of: Pair) -> Degree:
    """The first ends higher in the picture, or the smaller second lies within it."""
    return max(_rising((of.other[3] - of.one[3]) / _height(of.one, of.other), -0.1, 0.3), _before(of.other, of.one))


# --- by the joints of the first ---


def hand_at(of: Pair) -> Degree:
    """A hand is in or at the second."""
    return _at(of, _ends(of, "wrist", "elbow"), AT, AWAY)


def hand_near(of: Pair) -> Degree:
    """A hand is within an arm's length of the second."""
    return _at(of, _ends(of, "wrist", "elbow"), NEAR, FAR)


def arm_at(of: Pair) -> Degree:
    """An elbow or a wrist is in or at the second."""
    return _at(of, _joints(of, "elbow", "wrist"), AT, AWAY)


def arm_raised(of: Pair) -> Degree:
    """A wrist is above its shoulder."""
    risen = [
        (of.joints[f"{side}_shoulder"][1] - of.joints[f"{side}_wrist"][1]) / of.reach
        for side in ("left", "right")
        if f"{side}_shoulder" in of.joints and f"{side}_wrist" in of.joints
    ]
    return _rising(max(risen), -0.1, 0.1) if risen else None


def foot_at(of: Pair) -> Degree:
    """A foot is in or at the second."""
    return _at(of, _ends(of, "ankle", "knee"), AT, AWAY)


def leg_at(of: Pair) -> Degree:
    """A knee or an ankle is in or at the second."""
    return _at(of, _joints(of, "knee", "ankle"), AT, AWAY)


def hips_over(of: Pair) -> Degree:
    """The hips are in the second, or close above it."""
    hips = _middle(of, "hip")
    if hips is None:
        return None
    left_edge, top, right_edge, bottom = of.other
    aside_by = max(left_edge - hips[0], hips[0] - right_edge, 0.0)
    off = max(0.5 * (top - hips[1]), hips[1] - bottom, 0.0)
    return _falling(hypot(aside_by, off) / of.reach, AT, AWAY)


def body_on(of: Pair) -> Degree:
    """The hips are over the second, or the feet at it."""
    seen = [degree for degree in (hips_over(of), foot_at(of)) if degree is not None]
    return max(seen, default=None)


def hips_off(of: Pair) -> Degree:
    """The hips are away from the second."""
    over = hips_over(of)
    return None if over is None else 1 - over


def head_at(of: Pair) -> Degree:
    """Nose, eye or ear is in or close to the second."""
    return _at(of, _head(of), AT, AWAY)


def head_towards(of: Pair) -> Degree:
    """The nose points from the ears, or else from the shoulders, towards the second."""
    nose, behind_it = of.joints.get("nose"), _middle(of, "ear") or _middle(of, "shoulder")
    if nose is None or behind_it is None:
        return None
    ahead = (nose[0] - behind_it[0], nose[1] - behind_it[1])
    goal = centre(of.other)
    way = (goal[0] - nose[0], goal[1] - nose[1])
    lengths = hypot(*ahead) * hypot(*way)
    return 0.5 if lengths < 1e-9 else _rising((ahead[0] * way[0] + ahead[1] * way[1]) / lengths, -0.5, 0.7)


def upright(of: Pair) -> Degree:
    """The hips are well above the ankles, against the trunk's length."""
    trunk, hips, feet = trunk_length(of), _middle(of, "hip"), _middle(of, "ankle")
    if trunk is None or hips is None or feet is None:
        return None
    return _rising((feet[1] - hips[1]) / trunk, 0.7, 1.2)


def seated(of: Pair) -> Degree:
    """The knees are not far below the hips, against the trunk's length."""
    trunk, hips, knees = trunk_length(of), _middle(of, "hip"), _middle(of, "knee")
    if trunk is None or hips is None or knees is None:
        return None
    return _falling((knees[1] - hips[1]) / trunk, 0.35, 0.7)


def lying(of: Pair) -> Degree:
    """The trunk lies flat."""
    shoulders, hips = _middle(of, "shoulder"), _middle(of, "hip")
    if shoulders is None or hips is None:
        return None
    across, down = abs(hips[0] - shoulders[0]), hips[1] - shoulders[1]
    return _falling(down / max(hypot(across, down), 1e-6), 0.4, 0.9)


def striding(of: Pair) -> Degree:
    """The feet are far apart, against the trunk's length."""
    trunk, feet = trunk_length(of), _joints(of, "ankle")
    if trunk is None or len(feet) < len(("left", "right")):
        return None
    (x, y), (other_x, other_y) = feet
    return _rising(hypot(x - other_x, y - other_y) / trunk, 0.25, 0.7)


def folded(of: Pair) -> Degree:
    """The hips are close above the ankles, against the trunk's length."""
    trunk, hips, feet = trunk_length(of), _middle(of, "hip"), _middle(of, "ankle")
    if trunk is None or hips is None or feet is None:
        return None
    return _falling((feet[1] - hips[1]) / trunk, 0.5, 1.1)


def leaning(of: Pair) -> Degree:
    """The shoulders are clearly aside of the hips."""
    shoulders, hips = _middle(of, "shoulder"), _middle(of, "hip")
    if shoulders is None or hips is None:
        return None
    across, down = abs(hips[0] - shoulders[0]), abs(hips[1] - shoulders[1])
    return _rising(across / max(hypot(across, down), 1e-6), 0.15, 0.6)


TESTS: Mapping[str, Callable[[Pair], Degree]] = MappingProxyType({
    test.__name__: test
    for test in (
        contact, near, far, inside, around, higher, lower, left, right, borne, bearing, in_column, aside, nearer,
        farther, hand_at, hand_near, arm_at, arm_raised, foot_at, leg_at, hips_over, body_on, hips_off, head_at,
        head_towards, upright, seated, lying, striding, folded, leaning,
    )
})  # fmt: skip
"""Name of a cue -> its test."""
POSTURES = frozenset({"arm_raised", "upright", "seated", "lying", "striding", "folded", "leaning"})
"""The cues that need no second thing."""


def _falling(value: float, one: float, nought: float) -> float:
    """Return 1 up to `one`, 0 from `nought` on, straight between."""
    return min(1.0, max(0.0, (nought - value) / (nought - one)))


def _rising(value: float, nought: float, one: float) -> float:
    """Return 0 up to `nought`, 1 from `one` on, straight between."""
    return min(1.0, max(0.0, (value - nought) / (one - nought)))


def _at(of: Pair, points: Iterable[Point], at: float, away: float) -> Degree:
    distances = [gap((x, y, x, y), of.other) / of.reach for x, y in points]
    return _falling(min(distances), at, away) if distances else None


def _joints(of: Pair, *kinds: str) -> list[Point]:
    names = (f"{side}_{kind}" for kind in kinds for side in ("left", "right"))
    return [of.joints[name] for name in names if name in of.joints]


def _head(of: Pair) -> list[Point]:
    nose = of.joints.get("nose")
    return ([] if nose is None else [nose]) + _joints(of, "eye", "ear")


def _ends(of: Pair, end: str, before: str) -> list[Point]:
    """Return the wrists (ankles), and where hands (feet) end, beyond them as seen from the elbow (knee)."""
    found: list[Point] = []
    for side in ("left", "right"):
        last, inner = of.joints.get(f"{side}_{end}"), of.joints.get(f"{side}_{before}")
        if last is not None:
            found.append(last)
        if last is not None and inner is not None:
            found.append((last[0] + BEYOND * (last[0] - inner[0]), last[1] + BEYOND * (last[1] - inner[1])))
    return found


def _middle(of: Pair, kind: str) -> Point | None:
    found = _joints(of, kind)
    return (sum(x for x, _ in found) / len(found), sum(y for _, y in found) / len(found)) if found else None


def trunk_length(of: Pair) -> float | None:
    """Return the distance from the shoulders to the hips of the first; None where either are not seen."""
    shoulders, hips = _middle(of, "shoulder"), _middle(of, "hip")
    if shoulders is None or hips is None:
        return None
    return max(hypot(hips[0] - shoulders[0], hips[1] - shoulders[1]), 1e-6)


def _borne(upper: Box, under: Box) -> float:
    height = max(under[3] - under[1], 0.3 * (upper[3] - upper[1]), 1e-6)
    into = (upper[3] - under[1]) / height
    in_time = min(_rising(into, -0.3, 0.0), _falling(into, 1.0, 1.25))
    begins = _rising((under[1] - upper[1]) / height, -0.6, 0.0)
    across = max(0.0, min(upper[2], under[2]) - max(upper[0], under[0])) / max(
        min(upper[2] - upper[0], under[2] - under[0]), 1e-6
    )
    return min(in_time, begins, _rising(across, 0.1, 0.6))


def _before(small: Box, large: Box) -> float:
    """Return how plainly a box that covers little of another lies in it: what is before a thing hides a part of it."""
    return _rising(_share(small, large), 0.5, 0.95) * _falling(area(small) / max(area(large), 1e-9), 0.4, 0.8)


def _share(part: Box, whole: Box) -> float:
    return intersection(part, whole) / max(area(part), 1e-9)


def _shared(of: Pair, axis: int) -> float:
    """Return how much of the shorter extent lies in the other's, along an axis (0 across, 1 down)."""
    start, end = max(of.one[axis], of.other[axis]), min(of.one[axis + 2], of.other[axis + 2])
    shorter = min(of.one[axis + 2] - of.one[axis], of.other[axis + 2] - of.other[axis])
    return max(0.0, end - start) / max(shorter, 1e-6)


def _small_side(of: Pair) -> float:
    return max(sqrt(min(area(of.one), area(of.other))), 1e-6)


def _large_side(of: Pair) -> float:
    return max(sqrt(area(of.one)), sqrt(area(of.other)), 1e-6)


def _width(of: Pair) -> float:
    return max((of.one[2] - of.one[0] + of.other[2] - of.other[0]) / 2, 1e-6)


def _height(one: Box, other: Box) -> float:
    return max((one[3] - one[1] + other[3] - other[1]) / 2, 1e-6)
