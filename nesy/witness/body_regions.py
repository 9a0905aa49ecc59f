"""The joints of a person -> where on the picture a region of the body is: what is worn there has its colour there.

Each region is one of `ontologies/cues.ttl`, under its name there, which says what is worn on it. A region is a polygon
between joints, in shares of the picture's sides, or None where a joint that it needs is not seen.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nesy.observations import Keypoints
from nesy.witness.cues import SEEN

Point = tuple[float, float]
Polygon = tuple[Point, ...]

ABOVE_EYES = 1.0
"""Hat and hair reach so far above the eyes, in widths of the head: between the ears, else twice between the eyes."""


def torso(joints: Keypoints) -> Polygon | None:
    """Return the quadrilateral of shoulders and hips."""
    return _between(joints, "shoulder", "hip")


def thighs(joints: Keypoints) -> Polygon | None:
    """Return the quadrilateral of hips and knees."""
    return _between(joints, "hip", "knee")


def legs(joints: Keypoints) -> Polygon | None:
    """Return the polygon of hips, knees and ankles; without ankles the thighs."""
    at = _seen(joints)
    names = ["left_hip", "left_knee", "left_ankle", "right_ankle", "right_knee", "right_hip"]
    return tuple(at[name] for name in names) if all(name in at for name in names) else thighs(joints)


def body(joints: Keypoints) -> Polygon | None:
    """Return the polygon of shoulders, hips and knees; without knees the torso."""
    upper, lower = torso(joints), thighs(joints)
    if upper is None or lower is None:
        return upper
    return (upper[0], upper[1], lower[1], lower[2], lower[3], upper[3])


def crown(joints: Keypoints) -> Polygon | None:
    """Return the rectangle above the eyes, as wide as the head."""
    at = _seen(joints)
    eyes = [at[f"{side}_eye"] for side in ("left", "right") if f"{side}_eye" in at]
    ears = [at[f"{side}_ear"] for side in ("left", "right") if f"{side}_ear" in at]
    wide = ears if len(ears) == len(("left", "right")) else eyes
    if len(eyes) < len(("left", "right")):
        return None
    width = abs(wide[0][0] - wide[1][0]) * (1.0 if wide is ears else 2.0)
    middle, level = (eyes[0][0] + eyes[1][0]) / 2, (eyes[0][1] + eyes[1][1]) / 2
    left, right, top = middle - width / 2, middle + width / 2, level - ABOVE_EYES * width
    low = level - 0.3 * width
    return ((left, top), (right, top), (right, low), (left, low))


REGIONS: Mapping[str, Callable[[Keypoints], Polygon | None]] = MappingProxyType(
    {region.__name__: region for region in (torso, thighs, legs, body, crown)}
)
"""Name of a region -> its polygon."""


def _seen(joints: Keypoints) -> Mapping[str, Point]:
    return {name: (x, y) for name, (x, y, _) in joints.named(SEEN).items()}


def _between(joints: Keypoints, upper: str, lower: str) -> Polygon | None:
    at = _seen(joints)
    names = (f"left_{upper}", f"right_{upper}", f"right_{lower}", f"left_{lower}")
    return tuple(at[name] for name in names) if all(name in at for name in names) else None
