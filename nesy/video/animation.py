"""A GIF, APNG or animated WebP -> its frames and when each is shown; read by Pillow."""

import warnings
from collections.abc import Collection, Iterator
from pathlib import Path

import PIL.Image

from nesy.errors import InputError
from nesy.image import MAX_BYTES, MAX_PIXELS

_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError)
"""What Pillow's decoders raise for bytes that are not what they claim to be."""
_UNTOLD_S = 0.1
"""How long a frame is shown that does not say, or says 0: as browsers show it."""


def frames_in(path: Path) -> int:
    """Return how many frames a picture has; 0 where it is none, or cannot be read: whoever reads it will say so."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with PIL.Image.open(path) as opened:
                return int(getattr(opened, "n_frames", 1))
    except (*_DAMAGED, PIL.Image.DecompressionBombError):
        return 0


class Animation:
    """An animated picture."""

    def __init__(self, path: Path) -> None:
        """Read when its frames are shown.

        Raises:
            InputError: it is no picture, or damaged, or too large.
        """
        self._path = path
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: {path.stat().st_size} bytes is more than the limit of {MAX_BYTES}")
        times, at = [], 0.0
        for _, picture in self._every():
            told = picture.info.get("duration", 0)
            times.append(round(at, 3))
            at += told / 1000 if isinstance(told, int | float) and told > 0 else _UNTOLD_S
        self.times_s, self.duration_s = times, round(at, 3)

    def pictures(self, wanted: Collection[int]) -> Iterator[tuple[int, PIL.Image.Image]]:
        """Yield the wanted frames, each as it is shown: over what the frames before left.

        Raises:
            InputError: the file is damaged.
        """
        last = max(wanted, default=-1)
        for place, picture in self._every():
            if place in wanted:
                yield place, picture.convert("RGBA") if picture.mode == "P" else picture.copy()
            if place >= last:
                return

    def _every(self) -> Iterator[tuple[int, PIL.Image.Image]]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of odd metadata
                with PIL.Image.open(self._path) as opened:
                    width, height = opened.size
                    if width * height > MAX_PIXELS:
                        raise InputError(
                            f"{self._path}: {width}x{height} pixels is more than the limit of {MAX_PIXELS}"
                        )
                    for place in range(int(getattr(opened, "n_frames", 1))):
                        opened.seek(place)
                        opened.load()
                        yield place, opened
        except PIL.UnidentifiedImageError:
            raise InputError(f"{self._path}: not an animated picture (GIF, APNG or WebP expected)") from None
        except PIL.Image.DecompressionBombError:
            raise InputError(f"{self._path}: more pixels than the limit of {MAX_PIXELS}") from None
        except _DAMAGED as error:
            raise InputError(f"{self._path}: the picture is damaged or truncated ({error})") from None
