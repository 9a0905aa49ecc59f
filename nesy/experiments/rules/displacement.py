"""Two entities with boxes and a claim of where they are -> one of them, moved to where the claim cannot hold."""

from nesy.geometry import Box, gap
from nesy.scene import Entity

APART = 0.1
"""A pair in contact, or one inside the other, is contradicted by boxes at least so far apart, in shares of the image.

The boxes of true pairs are sometimes apart by a little.
"""
BEYOND = 0.05
"""What is left, right, above or below is contradicted by a box wholly on the other side, at least so far away."""


def moved(claim: str, subject: Entity, target: Entity) -> Entity | None:
    """Return the subject, or else the object, in a place that contradicts `claim`.

    None where there is no room for it, or where the boxes contradict the claim as they are.

    The box keeps its size and stays inside the image. Of several places the nearest is taken for left, right, above
    and below, and the farthest corner for contact and inside.

    Args:
        claim: left, right, above, below, inside or contact, of the subject towards the object.
        subject: an entity.
        target: another entity.
    """
    if subject.box is None or target.box is None or contradicted(claim, subject.box, target.box):
        return None
    for mover, other, turned in ((subject, target.box, False), (target, subject.box, True)):
        assert mover.box is not None, "both have boxes"
        box = _place(_turned(claim) if turned else claim, mover.box, other)
        if box is not None:
            return mover.model_copy(update={"box": box})
    return None


def contradicted(claim: str, box: Box, other: Box) -> bool:
    """Tell whether "`box` is `claim` of `other`" is wrong by the boxes.

    >>> contradicted("left", (0.6, 0.0, 0.9, 1.0), (0.1, 0.0, 0.5, 1.0))
    True
    """
    if claim in ("inside", "contact"):
        return gap(box, other) >= APART
    return {
        "left": box[0] - other[2],
        "right": other[0] - box[2],
        "above": box[1] - other[3],
        "below": other[1] - box[3],
    }[claim] > 0.0


def _turned(claim: str) -> str:
    return {"left": "right", "right": "left", "above": "below", "below": "above"}.get(claim, claim)


def _place(claim: str, box: Box, other: Box) -> Box | None:
    """Return `box` moved to where "it is `claim` of `other`" is wrong."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if claim in ("inside", "contact"):
        corners = [_at(x, y, width, height) for x in (0.0, 1.0 - width) for y in (0.0, 1.0 - height)]
        far = max(corners, key=lambda corner: gap(corner, other))
        return far if gap(far, other) >= APART else None
    x, y = {
        "left": (other[2] + BEYOND, top),
        "right": (other[0] - BEYOND - width, top),
        "above": (left, other[3] + BEYOND),
        "below": (left, other[1] - BEYOND - height),
    }[claim]
    room = x >= 0.0 and y >= 0.0 and x + width <= 1.0 and y + height <= 1.0
    return _at(x, y, width, height) if room else None


def _at(x: float, y: float, width: float, height: float) -> Box:
    def cut(value: float) -> float:
        return round(min(1.0, max(0.0, value)), 6)

    return cut(x), cut(y), cut(x + width), cut(y + height)
