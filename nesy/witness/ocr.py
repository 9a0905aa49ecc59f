"""Text in a picture, read by the networks of rapidocr's wheel (PP-OCRv6): lines with boxes and scores.

A picture is looked at in two sizes, as small letters are found in the large one and large ones in the small one; and
where text lies askew that part of it once more, enlarged and turned straight. A line that is not read surely is read
upside down and in a mirror, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import cos, degrees, radians, sin, sqrt

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from nesy.errors import ModelError, first_line
from nesy.geometry import Box
from nesy.image import Image
from nesy.observations import Observations, TextLine, WitnessInfo
from nesy.witness.text_lines import Corners, Lie, Reading, in_reading_order, letters, one_of_each
from nesy.witness.text_networks import Pixels, TextNetworks, cut_out

NAME = "rapidocr"
LEAST_SCORE = 0.6
"""What is read with less is not told."""
SIDES_PX = (512, 1024)
"""The picture is looked at with its longer side of these lengths."""
_MOST_ENLARGED = 4.0
"""More shows nothing."""
_LEAST_PX = 8
"""No letter is lower than that."""
_SURE, _OTHERWISE_SURE, _SURER, _LEAST_OTHERWISE = 0.95, 0.9, 0.03, 4
"""A line that is read with less than the first is read in other ways, too; one of them counts from the second on, if it
is by the third surer, and has so many letters: an `I` is an `I` upside down."""
_ASKEW = 8.0
"""Degrees from which text lies askew."""
_ENLARGED = (1.5, 2.0)
_MOST_PARTS, _MOST_PART_PX = 3, 400_000
"""So many parts are looked at again, at most, and so many pixels of each."""
_AROUND = 1.2
"""Heights of the text around it that belong to a part."""


class TextReader:
    """Reads what is written in a picture; needs `nesy[ocr]`.

    Args:
        threads: of the processor, while it reads; None: as many as there are cores, four at most.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._networks = TextNetworks(threads)
        self._last: tuple[Image, Observations] | None = None

    @cached_property
    def info(self) -> WitnessInfo:
        """Who it is; it names no things.

        Raises:
            ModelError: the extra is not installed.
        """
        return WitnessInfo(name=NAME, version=self._networks.version, weights_sha256=self._networks.weights_sha256)

    def observe(self, image: Image) -> Observations:
        """Return the lines that can be read: text by text from the top down, each from its first line to its last.

        The last picture's are kept: a question and what answers it may both want them.

        Raises:
            ModelError: the extra is not installed, or a file of it is missing or damaged.
        """
        last = self._last
        if last is None or last[0] is not image:
            last = self._last = image, self._observed(image)
        return last[1]

    def _observed(self, image: Image) -> Observations:
        info, size = self.info, image.size_px
        try:
            readings = [one for one in self._readings(image.pixels) if one.letters and one.score >= LEAST_SCORE]
        except ModelError:
            raise
        except Exception as error:
            raise ModelError(f"{NAME}: it cannot read this picture ({first_line(error)})") from error
        lines = in_reading_order(one_of_each(readings))
        texts = (
            TextLine(text=one.text, box=_around(one.corners, size), score=one.score, witness=NAME) for one in lines
        )
        return Observations(image=image.info, witnesses=(info,), texts=tuple(texts))

    def _readings(self, picture: PIL.Image.Image) -> Iterator[Reading]:
        """Yield what is read in every look."""
        faint: list[Corners] = []
        for side in SIDES_PX:
            scale = min(_MOST_ENLARGED, side / max(picture.size))
            if min(picture.size) * scale < _LEAST_PX:
                continue
            readings, also = self._look(_pixels(picture, scale), np.diag([1 / scale, 1 / scale, 1]))
            faint += also
            yield from readings
        for part in askew(faint):
            yield from self._straightened(picture, part)

    def _straightened(self, picture: PIL.Image.Image, part: "Part") -> Iterator[Reading]:
        """Yield what is read in a part of the picture, enlarged and turned straight."""
        import cv2

        left, top, right, bottom = part.within(picture.size)
        cut = picture.crop((left, top, right, bottom))
        for enlarged in _ENLARGED:
            scale = min(enlarged, sqrt(_MOST_PART_PX / (cut.width * cut.height)))
            pixels = _pixels(cut, scale)
            turn, size = _turn(pixels.shape[1], pixels.shape[0], part.angle)
            turned = cv2.warpAffine(pixels, turn[:2], size, borderMode=cv2.BORDER_REPLICATE).astype(np.uint8)
            enlarging = np.array([[scale, 0, -left * scale], [0, scale, -top * scale], [0, 0, 1]])
            yield from self._look(turned, np.linalg.inv(turn @ enlarging))[0]

    def _look(self, pixels: Pixels, back: NDArray[np.float64]) -> tuple[list[Reading], list[Corners]]:
        """Return what is read, and where there may be text.

        Args:
            pixels: of the picture or a part of it, enlarged and turned.
            back: the affine map, (3, 3), of places in them to those in the picture.
        """

        def placed(corners: Corners) -> Corners:
            return np.asarray(corners @ back[:2, :2].T + back[:2, 2], dtype=np.float64)

        found = self._networks.find(pixels)
        said = self._read([cut_out(pixels, corners) for corners in found.sure])
        readings = [
            Reading(text.strip(), score, placed(corners))
            for (text, score), corners in zip(said, found.sure, strict=True)
        ]
        return readings, [placed(corners) for corners in found.faint]

    def _read(self, lines: Sequence[Pixels]) -> list[tuple[str, float]]:
        """Return what lines say, with a score; those that are not sure in the way that is surest."""
        said = self._networks.read(lines)
        unsure = [place for place, (_, score) in enumerate(said) if score < _SURE]
        for change in (_upside_down, _mirrored):
            again = self._networks.read([change(lines[place]) for place in unsure])
            for place, (text, score) in zip(unsure, again, strict=True):
                surer = score >= max(_OTHERWISE_SURE, said[place][1] + _SURER)
                if surer and len(letters(text)) >= _LEAST_OTHERWISE:
                    said[place] = text, score
        return said


@dataclass(frozen=True)
class Part:
    """A part of a picture in which text lies askew."""

    edges: tuple[float, float, float, float]
    """Left, top, right and bottom, in pixels."""
    length: float
    """Of its longest line, in pixels."""
    angle: float
    """Of that line, in degrees, clockwise from lying; in (-90, 90]."""

    def touches(self, other: "Part") -> bool:
        """Tell whether both share a place."""
        (a, b, c, d), (e, f, g, h) = self.edges, other.edges
        return a < g and e < c and b < h and f < d

    def with_(self, other: "Part") -> "Part":
        """Return the part that holds both."""
        (a, b, c, d), (e, f, g, h) = self.edges, other.edges
        longer = max(self, other, key=lambda part: part.length)
        return Part((min(a, e), min(b, f), max(c, g), max(d, h)), longer.length, longer.angle)

    def within(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Return its edges in whole pixels of a picture of this size, (width, height)."""
        left, top, right, bottom = self.edges
        return (
            max(0, int(left)),
            max(0, int(top)),
            max(1, min(size[0], int(right) + 1)),
            max(1, min(size[1], int(bottom) + 1)),
        )


def askew(places: Sequence[Corners]) -> list[Part]:
    """Return the parts of a picture where text lies askew, those with the longest lines first.

    Args:
        places: the corners of lines, in pixels; what lies close together is of one part.
    """
    parts: list[Part] = []
    for corners in places:
        lie = Lie.of(corners)
        margin = _AROUND * min(lie.length, lie.height)
        (left, top), (right, bottom) = corners.min(axis=0) - margin, corners.max(axis=0) + margin
        angle = degrees(lie.angle) + (90 if lie.height > lie.length else 0)
        longest = max(lie.length, lie.height)
        part = Part((float(left), float(top), float(right), float(bottom)), longest, 90 - (90 - angle) % 180)
        while touching := next((other for other in parts if other.touches(part)), None):
            parts.remove(touching)
            part = part.with_(touching)
        parts.append(part)
    tilted = [part for part in parts if abs(part.angle) >= _ASKEW]
    return sorted(tilted, key=lambda part: -part.length)[:_MOST_PARTS]


def _pixels(picture: PIL.Image.Image, scale: float) -> Pixels:
    """Return a picture's pixels as the networks take them, at another size."""
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return np.ascontiguousarray(np.asarray(picture.resize(size, PIL.Image.Resampling.BICUBIC))[:, :, ::-1])


def _turn(width: int, height: int, angle: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """Return the affine map, (3, 3), that turns a picture by an angle in degrees, and the size that holds it then."""
    across, down = cos(radians(angle)), sin(radians(angle))
    size = int(height * abs(down) + width * abs(across)), int(height * abs(across) + width * abs(down))
    turn = np.array([[across, down, 0], [-down, across, 0], [0, 0, 1]])
    turn[:2, 2] = np.array(size) / 2 - turn[:2, :2] @ (width / 2, height / 2)
    return turn, size


def _upside_down(line: Pixels) -> Pixels:
    return np.ascontiguousarray(line[::-1, ::-1])


def _mirrored(line: Pixels) -> Pixels:
    return np.ascontiguousarray(line[:, ::-1])


def _around(corners: Corners, size: tuple[int, int]) -> Box:
    """Return the box around a quadrangle, (4, 2) in pixels."""
    edges = (*(corners.min(axis=0) / size), *(corners.max(axis=0) / size))
    left, top, right, bottom = (round(min(1.0, max(0.0, float(edge))), 4) for edge in edges)
    return left, top, right, bottom
