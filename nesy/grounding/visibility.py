"""What witnesses saw of a picture, and its pixels -> whether anything can be told from what they did not see.

How much it weighs that a thing is not found was measured on photographs. Of a black picture, of one pixel, or of a
strip 10,000 pixels long it says nothing: there is nothing to see, or the networks cannot see it.
"""

from collections.abc import Sequence

import numpy as np
import PIL.Image

from nesy.image import Image
from nesy.observations import Observations

LEAST_SIDE_PX = 64
"""From so short a side on a picture can be looked at. The photographs on which it was measured have 218 px at least; a
portrait that is made smaller and smaller is lost below 48 to 64 px. By hand."""
LONGEST = 4.0
"""Longer side over the shorter one up to which a picture can be looked at: the networks see it squeezed into a square.
The photographs on which it was measured have 2.9 at most. By hand."""
LEAST_CONTRAST = 1.5
"""Standard deviation of the brightness, of 255, from which a picture shows anything. The photographs on which it was
measured have 15 at least; a darkened portrait is seen down to 1.7, where its brightest pixels are 6. By hand."""
LEAST_DETAIL = 0.04
"""Mean step of brightness from one pixel to the next of a copy of 128 x 128, over the standard deviation, from which a
picture shows more than a blur. The photographs on which it was measured have 0.067 at least. By hand."""
_SAMPLE_PX = 128


def obstacle(several: Sequence[Observations], image: Image | None = None) -> str | None:
    """Return as a sentence why not finding a thing in a picture says nothing; None where it says something.

    A picture in which anything is seen can be looked at, whatever it is like.

    Args:
        several: what witnesses saw of it.
        image: its pixels, where they are at hand; without them it may still be told from its size, and from what was
            seen that there is nothing in it.
    """
    if any(seen.things or seen.people or seen.texts for seen in several):
        return None
    width, height = image.size_px if image is not None else _size(several)
    if width and height:
        if min(width, height) < LEAST_SIDE_PX:
            return f"The picture is too small to tell, {width} x {height} pixels."
        if max(width, height) > LONGEST * min(width, height):
            return f"The picture is too long and narrow to tell, {width} x {height} pixels."
    if _has_not_a_glimpse(several) or (image is not None and _is_plain(image.pixels)):
        return "There is hardly anything to be seen in the picture."
    return None


def _size(several: Sequence[Observations]) -> tuple[int, int]:
    found = ((seen.image.width_px, seen.image.height_px) for seen in several if seen.image is not None)
    return next(((width, height) for width, height in found if width and height), (0, 0))


def _has_not_a_glimpse(several: Sequence[Observations]) -> bool:
    """Tell whether some witness lists glimpses, and there is none."""
    listed = any(witness.glimpses_from is not None for seen in several for witness in seen.witnesses)
    return listed and not any(seen.glimpses for seen in several)


def _is_plain(pixels: PIL.Image.Image) -> bool:
    """Tell whether a picture has next to no contrast, or is a blur."""
    small = pixels.convert("L").resize((_SAMPLE_PX, _SAMPLE_PX), PIL.Image.Resampling.BOX)
    bright = np.asarray(small, dtype=np.float64)
    contrast = float(bright.std())
    step = float(np.mean([np.abs(np.diff(bright, axis=axis)).mean() for axis in (0, 1)]))
    return contrast < LEAST_CONTRAST or step < LEAST_DETAIL * contrast
