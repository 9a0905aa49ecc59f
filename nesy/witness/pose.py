"""MoveNet MultiPose: a picture -> up to six people with COCO's 17 joints.

Source: MoveNet MultiPose Lightning by Google (Apache-2.0; model card of 2021).
"""

from dataclasses import dataclass

import numpy as np
import PIL.Image

from nesy.errors import ModelError
from nesy.observations import KEYPOINTS
from nesy.witness.network import Floats, Network

LONGER_SIDE = 256
"""Of what the network is given, in pixels."""
_STEP = 32
"""Both sides are multiples of it."""
MOST_PEOPLE = 6
"""So many people the network tells of in one picture."""


@dataclass(frozen=True)
class Poses:
    """People as arrays."""

    joints: Floats
    """(n, 17, 3): x, y in shares of the picture's sides, and a score in [0, 1]."""
    boxes: Floats
    """(n, 4): left, top, right, bottom, in shares of the sides; may reach a little beyond the picture."""
    scores: Floats
    """(n,), in [0, 1]."""


def network_size(size_px: tuple[int, int]) -> tuple[int, int]:
    """Return the (width, height) in pixels to which a picture of this size is stretched."""
    scale = LONGER_SIDE / max(size_px)
    return _multiple(size_px[0] * scale), _multiple(size_px[1] * scale)


def _multiple(length: float) -> int:
    return max(_STEP, round(length / _STEP) * _STEP)


def raw_people(network: Network, pixels: PIL.Image.Image) -> Floats:
    """Run the network on an RGB picture: (6, 56), 17 x (y, x, score), then top, left, bottom, right, score.

    Raises:
        ModelError: its file is missing or damaged.
    """
    squeezed = pixels.resize(network_size(pixels.size), PIL.Image.Resampling.BILINEAR)
    (people,) = network.run(np.asarray(squeezed, dtype=np.int32)[None])
    if people.shape != (1, MOST_PEOPLE, 3 * len(KEYPOINTS) + 5):
        raise ModelError(f"{network.file.path}: its output is not that of MoveNet MultiPose")
    return np.asarray(people[0], dtype=np.float32)


def poses(network: Network, pixels: PIL.Image.Image) -> Poses:
    """Return the six people that the network tells of, however unsure it is.

    Raises:
        ModelError: the network's file is missing or damaged.
    """
    people = raw_people(network, pixels)
    joints = people[:, : 3 * len(KEYPOINTS)].reshape(-1, len(KEYPOINTS), 3)[..., [1, 0, 2]]
    return Poses(joints, people[:, -5:-1][:, [1, 0, 3, 2]], people[:, -1])
