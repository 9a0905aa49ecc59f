"""A picture -> drawn in flat colours, or not: what a model that was trained on drawings alone can read.

A drawing of `nesy.synthetic` is a wall and a floor of one colour each, with small things of few colours before them;
a photograph has shades everywhere. Two shares tell them apart, both of the picture without noise (made 192 px high or
wide, the median of 5 x 5 px): of pixels in its four commonest colours, and, of the pixels that its two commonest tones
leave, of those that the next four tones take: in a drawing what is left are outlines and limbs of many colours, in a
photograph further shades. `python -m lab.picture_kinds` fits the weights, and measures on pictures that it did not see.
"""

from functools import lru_cache

import numpy as np
import PIL.Image
import PIL.ImageFilter

from nesy.image import Image

COMMON, SHADES, BIAS = 20.98, -10.47, -6.78
"""Weights of the two shares, and the constant: above 0 the picture counts as drawn."""
_SIDE_PX = 192
"""The shorter side of what is looked at; the longer one is at most twice that."""
_STEP = 8
"""Levels of a channel, of 256, that are one colour."""
_TONE = 12
"""Levels by which the channels of one tone differ at most from its commonest colour."""
_LEFT = 0.02
"""Added to the share that the two commonest tones leave: of next to nothing no share is taken."""


@lru_cache(maxsize=1)
def is_drawn(image: Image) -> bool:
    """Tell whether a picture is drawn in flat colours."""
    common, shades = shares(image.pixels)
    return COMMON * common + SHADES * shades + BIAS > 0


def shares(pixels: PIL.Image.Image) -> tuple[float, float]:
    """Return the share of pixels in the four commonest colours, and that of the further tones, each in [0, 1].

    >>> shares(PIL.Image.new("RGB", (64, 48), "white"))
    (1.0, 0.0)
    """
    levels = np.asarray(_quiet(pixels), dtype=np.int32).reshape(-1, 3)
    cells = levels // _STEP @ np.array([32 * 32, 32, 1])
    counts = np.bincount(cells, minlength=32**3)
    common = float(np.sort(counts)[-4:].sum() / len(cells))
    taken: list[float] = []
    left = np.ones(len(cells), dtype=bool)
    for _ in range(6):
        if not left.any():
            break
        commonest = np.bincount(cells[left], minlength=32**3).argmax()
        middle = levels[left & (cells == commonest)].mean(axis=0)
        tone = left & (np.abs(levels - middle).max(axis=1) < _TONE)
        taken.append(float(tone.mean()))
        left &= ~tone
    return common, sum(taken[2:]) / (1 - sum(taken[:2]) + _LEFT)


def _quiet(pixels: PIL.Image.Image) -> PIL.Image.Image:
    """Return the picture in the size that is looked at, without noise."""
    factor = _SIDE_PX / min(pixels.size)
    width, height = (max(1, min(2 * _SIDE_PX, round(side * factor))) for side in pixels.size)
    how = PIL.Image.Resampling.BOX if factor < 1 else PIL.Image.Resampling.BILINEAR
    return pixels.resize((width, height), how).filter(PIL.ImageFilter.MedianFilter(5))
