"""Times of frames -> which of them are looked at; pure functions of numbers."""

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import PIL.Image
from numpy.typing import NDArray

SIGNATURE_PX = 16
"""A picture is compared with the one before at this width and height."""
_CLOSE_S = 0.002
"""A frame that begins so little later is taken for the one that is shown: times are told in thousandths."""
_CHANGED = 0.06
"""Mean difference of two signatures, in shares of white, from which on a picture counts as another scene."""


def by_time(times_s: Sequence[float], every_s: float, most: int) -> list[int]:
    """Return the places of the frames that are shown at every so many seconds, each once.

    >>> by_time([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], every_s=0.2, most=32)
    [0, 2, 4]
    >>> by_time([0.0, 1.0, 2.0, 3.0, 4.0], every_s=1.0, most=3)
    [0, 2, 4]

    Args:
        times_s: when frames are shown, ascending, in seconds.
        every_s: seconds from one to the next.
        most: so many at most; where there would be more, as many, evenly over all of the clip.
    """
    if not times_s:
        return []
    start, end = times_s[0], times_s[-1]
    steps = int((end - start) / every_s + 1e-6)
    if steps + 1 > most:
        wanted = [start + (end - start) * n / max(1, most - 1) for n in range(most)]
    else:
        wanted = [start + n * every_s for n in range(steps + 1)]
    return sorted({0, *(bisect_right(times_s, time + _CLOSE_S) - 1 for time in wanted[1:])})


def signature(picture: PIL.Image.Image) -> NDArray[np.float32]:
    """Return what a picture is compared by: itself, very small. Shape (16, 16, 3), in [0, 1]."""
    small = picture.convert("RGB").resize((SIGNATURE_PX, SIGNATURE_PX), PIL.Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32) / np.float32(255)


def by_change(differences: Sequence[float], most: int) -> list[int]:
    """Return the places of the frames with which a scene begins: the first, and each that differs from the one before.

    Of more than `most` those that differ most are taken.

    >>> by_change([0.0, 0.01, 0.4, 0.0, 0.2], most=32)
    [0, 2, 4]

    Args:
        differences: of each frame from the one before, in [0, 1]; the first is not looked at.
        most: so many at most.
    """
    if not differences:
        return []
    changed = [place for place, apart in enumerate(differences) if place and apart >= _CHANGED]
    chosen = sorted(changed, key=lambda place: (-differences[place], place))[: most - 1]
    return sorted([0, *chosen])
