"""NanoDet: a picture -> boxes with a score for each of COCO's 80 categories.

Source: github.com/RangiLyu/nanodet (Apache-2.0). The network has three grids, of strides 8, 16 and 32 pixels; at each
cell it gives 80 scores, and for each side of a box a distribution over 11 distances (generalized focal loss, Li et
al., NeurIPS 2020).
"""

from dataclasses import dataclass

import numpy as np
import PIL.Image

from nesy.errors import ModelError
from nesy.witness.network import Floats, Network

CATEGORIES = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat", "traffic_light",
    "fire_hydrant", "stop_sign", "parking_meter", "bench", "bird", "cat", "dog", "horse", "sheep", "cow", "elephant",
    "bear", "zebra", "giraffe", "backpack", "umbrella", "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard",
    "sports_ball", "kite", "baseball_bat", "baseball_glove", "skateboard", "surfboard", "tennis_racket", "bottle",
    "wine_glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange", "broccoli",
    "carrot", "hot_dog", "pizza", "donut", "cake", "chair", "couch", "potted_plant", "bed", "dining_table", "toilet",
    "tv", "laptop", "mouse", "remote", "keyboard", "cell_phone", "microwave", "oven", "toaster", "sink",
    "refrigerator", "book", "clock", "vase", "scissors", "teddy_bear", "hair_drier", "toothbrush",
)  # fmt: skip
"""The categories of COCO in the network's order."""
SIDE = 416
"""Width and height of what the network is given, in pixels; a picture is stretched to it."""
STRIDES = (8, 16, 32)
_BINS = 11
_MEAN = np.array([103.53, 116.28, 123.675], dtype=np.float32)
_DEVIATION = np.array([57.375, 57.12, 58.395], dtype=np.float32)


@dataclass(frozen=True)
class RawGrid:
    """What the network gives for one stride."""

    stride: int
    scores: Floats
    """(cells, 80), in [0, 1]."""
    distances: Floats
    """(cells, 44): 11 bins for each of left, top, right, bottom, before the softmax."""


@dataclass(frozen=True)
class Candidates:
    """Boxes before the choice among them: one a cell of the grids."""

    boxes: Floats
    """(n, 4): left, top, right, bottom, in shares of the picture's sides; may reach a little beyond it."""
    scores: Floats
    """(n, 80), in [0, 1]."""


def network_input(pixels: PIL.Image.Image) -> Floats:
    """Return an RGB picture as the network takes it: (1, 3, 416, 416), blue first, standardised."""
    squeezed = pixels.resize((SIDE, SIDE), PIL.Image.Resampling.BILINEAR)
    blue_first = np.asarray(squeezed, dtype=np.float32)[..., ::-1]
    return np.ascontiguousarray(((blue_first - _MEAN) / _DEVIATION).transpose(2, 0, 1)[None])


def raw_grids(network: Network, pixels: PIL.Image.Image) -> tuple[RawGrid, ...]:
    """Run the network on an RGB picture, and return its outputs by stride.

    Raises:
        ModelError: its file is missing or damaged.
    """
    outputs = {output.shape[1:]: output[0] for output in network.run(network_input(pixels))}
    try:
        return tuple(
            RawGrid(stride, outputs[cells, len(CATEGORIES)], outputs[cells, 4 * _BINS])
            for stride in STRIDES
            for cells in [(SIDE // stride) ** 2]
        )
    except KeyError:
        raise ModelError(f"{network.file.path}: its outputs are not those of NanoDet") from None


def candidates(network: Network, pixels: PIL.Image.Image) -> Candidates:
    """Return a box and 80 scores for every cell of the three grids.

    Raises:
        ModelError: the network's file is missing or damaged.
    """
    grids = raw_grids(network, pixels)
    return Candidates(np.concatenate([_boxes(grid) for grid in grids]), np.concatenate([grid.scores for grid in grids]))


def _boxes(grid: RawGrid) -> Floats:
    """Return the boxes of a grid: the expected distances from the cells' centres, in shares of the sides."""
    bins = grid.distances.reshape(-1, 4, _BINS)
    weights = np.exp(bins - bins.max(axis=-1, keepdims=True))
    expected = (weights @ np.arange(_BINS, dtype=np.float32)) / weights.sum(axis=-1) * grid.stride
    cells = SIDE // grid.stride
    along = (np.arange(cells, dtype=np.float32) + 0.5) * grid.stride
    centres = np.stack([np.tile(along, cells), np.repeat(along, cells)], axis=1)
    corners = np.concatenate([centres - expected[:, :2], centres + expected[:, 2:]], axis=1)
    return np.asarray(corners / SIDE, dtype=np.float32)
