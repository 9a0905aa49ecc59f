"""The drawn world: pictures with exact ground truth, for measuring and for training the embedded model."""

from nesy.synthetic.drawing import SIZE_PX, SPLITS, Drawing, draw, write_split

__all__ = ["SIZE_PX", "SPLITS", "Drawing", "draw", "write_split"]
