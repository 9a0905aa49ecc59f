"""A picture and where the detector sees people -> people with joints, more than the pose network finds at once.

The network tells of six people at most, and of small ones hardly. So it looks at the whole picture, and then again at
the surroundings of those whom the detector sees and it has not found, the largest first.
"""

from collections.abc import Sequence

import numpy as np
import PIL.Image

from nesy.geometry import Box, area, iou
from nesy.witness.network import Floats, Network
from nesy.witness.pose import Poses, poses
from nesy.witness.views import View

MOST_LOOKS = 4
"""So many surroundings are looked at; each may show several people."""
_LEAST_SCORE = 0.2
"""From which a person of the whole picture counts; on photographs the detector confirms every one of them."""
_LEAST_CONFIRMED = 0.15
"""From which one counts whom the detector sees, too."""
_SAME = 0.5
"""Intersection over union from which two boxes show one person."""
_AROUND = 0.25
"""So much of its width and height a person's surroundings reach beyond its box on every side."""


def people(network: Network, picture: PIL.Image.Image, seen: Sequence[Box]) -> Poses:
    """Return the people of a picture with their joints, the surest first.

    Args:
        network: MoveNet MultiPose.
        picture: upright, RGB.
        seen: boxes of the people whom the detector sees.

    Raises:
        ModelError: the network's file is missing or damaged.
    """
    whole = poses(network, picture)
    found = [_person(whole, int(place)) for place in np.flatnonzero(whole.scores >= _LEAST_SCORE)]
    left = [box for box in sorted(seen, key=area, reverse=True) if not _known(box, found)]
    for _ in range(MOST_LOOKS):
        if not left:
            break
        view = View(_surroundings(left.pop(0)))
        part = poses(network, view.pixels(picture))
        shown = Poses(_moved(view, part.joints), view.in_picture(part.boxes), part.scores)
        for place in np.argsort(-shown.scores, kind="stable"):
            person = _person(shown, int(place))
            if person[2] >= _LEAST_CONFIRMED and not _known(person[1], found) and _near(person[1], seen):
                found.append(person)
        left = [box for box in left if not _known(box, found)]
    found.sort(key=lambda person: -person[2])
    return Poses(
        np.array([joints for joints, _, _ in found], dtype=np.float32).reshape(-1, *whole.joints.shape[1:]),
        np.array([box for _, box, _ in found], dtype=np.float32).reshape(-1, 4),
        np.array([score for _, _, score in found], dtype=np.float32),
    )


def _person(found: Poses, place: int) -> tuple[Floats, Box, float]:
    left, top, right, bottom = map(float, found.boxes[place])
    return found.joints[place], (left, top, right, bottom), float(found.scores[place])


def _known(box: Box, found: Sequence[tuple[Floats, Box, float]]) -> bool:
    return any(iou(box, known) >= _SAME for _, known, _ in found)


def _near(box: Box, seen: Sequence[Box]) -> bool:
    return any(iou(box, other) >= _SAME for other in seen)


def _surroundings(box: Box) -> Box:
    across, down = _AROUND * (box[2] - box[0]), _AROUND * (box[3] - box[1])
    return (
        max(0.0, box[0] - across),
        max(0.0, box[1] - down),
        min(1.0, box[2] + across),
        min(1.0, box[3] + down),
    )


def _moved(view: View, joints: Floats) -> Floats:
    """Return joints in shares of a part, (n, 17, 3), in shares of the picture."""
    left, top, right, bottom = view.window
    return np.asarray(joints * [right - left, bottom - top, 1] + [left, top, 0], dtype=np.float32)
