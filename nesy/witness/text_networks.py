"""The two networks that rapidocr's wheel holds (PP-OCRv6): where text stands in a picture, and what a line says.

The networks are run here and not by rapidocr itself, which would fetch a file that is missing or damaged: each is held
against the sum that the wheel's own record gives of it.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nesy.errors import ModelError
from nesy.witness.network import Floats, Network, OnnxFile

Pixels = NDArray[np.uint8]
"""(height, width, 3), blue first."""
Corners = NDArray[np.float64]
"""(4, 2): the corners of a line of text, x and y, from its first letter's top clockwise."""

EXTRA = "pip install 'nesy[ocr]'"
_FINDS, _READS = "PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx"
_CELL_PX = 32
"""The detector takes sides of a multiple of this."""
_LINE_PX = 48
"""The height that a line is read at."""
_LEAST_WIDTH = 320
_BATCH = 6
_SURE, _FAINT = (0.3, 0.5), (0.15, 0.25)
"""Of a pixel, and of a line's mean, to be text: as rapidocr has it, and half of that."""
_GROWN = 1.6
"""By so much of its area over its outline a found line grows, as rapidocr has it: the network marks its core."""


@dataclass(frozen=True)
class Found:
    """Where text stands in a picture, in pixels of it."""

    sure: tuple[Corners, ...]
    faint: tuple[Corners, ...]
    """Also what is hardly text; as the sure ones, each once."""


class TextNetworks:
    """Finds and reads text; both networks are read when first used.

    Args:
        threads: of the processor, while they run; None: as `Network` takes it.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    @cached_property
    def version(self) -> str:
        """The version of rapidocr.

        Raises:
            ModelError: it is not installed.
        """
        _installed()
        return distribution("rapidocr").version

    @cached_property
    def weights_sha256(self) -> str:
        """The sum over both networks' sums; raises as `version` does, or where the wheel has other networks."""
        lines = (f"{shipped(name).sha256}  {name}\n" for name in (_FINDS, _READS))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def find(self, pixels: Pixels) -> Found:
        """Return where text stands.

        Raises:
            ModelError: rapidocr is not installed, or a file of it is missing or damaged.
        """
        import cv2
        from rapidocr.ch_ppocr_det.utils import DBPostProcess

        height, width = pixels.shape[:2]
        fitted = [max(_CELL_PX, round(side / _CELL_PX) * _CELL_PX) for side in (width, height)]
        values = cv2.resize(pixels, fitted).astype(np.float32) / 127.5 - 1
        (marked,) = self._finder.run(values.transpose(2, 0, 1)[None])
        lines = []
        for pixel, line in (_SURE, _FAINT):
            boxes, _ = DBPostProcess(pixel, line, 1000, _GROWN, use_dilation=True)(marked, (height, width))
            lines.append(tuple(np.asarray(corners, dtype=np.float64) for corners in boxes))
        return Found(*lines)

    def read(self, lines: Sequence[Pixels]) -> list[tuple[str, float]]:
        """Return what each picture of a line says, and the mean score of its letters; raises as `find` does."""
        said: list[tuple[str, float]] = [("", 0.0)] * len(lines)
        order = sorted(range(len(lines)), key=lambda place: lines[place].shape[1] / lines[place].shape[0])
        for first in range(0, len(order), _BATCH):
            places = order[first : first + _BATCH]
            (scores,) = self._reader.run(_batch([lines[place] for place in places]))
            for place, of_line in zip(places, scores, strict=True):
                said[place] = _decoded(of_line, self._characters)
        return said

    @cached_property
    def _finder(self) -> Network:
        return Network(shipped(_FINDS), self._threads)

    @cached_property
    def _reader(self) -> Network:
        return Network(shipped(_READS), self._threads)

    @cached_property
    def _characters(self) -> list[str]:
        """What each output of the reader stands for; the first is for no character at all."""
        return ["", *self._reader.notes["character"].splitlines(), " "]


def cut_out(pixels: Pixels, corners: Corners) -> Pixels:
    """Return the picture of a line by its corners, upright; one that is high is turned to lie."""
    from rapidocr.utils.process_img import get_rotate_crop_image

    return np.ascontiguousarray(get_rotate_crop_image(pixels, corners.astype(np.float32)))


def shipped(name: str) -> OnnxFile:
    """Return a network of rapidocr's wheel, with the sum that the wheel's record gives of it.

    Raises:
        ModelError: rapidocr is not installed, or holds no such file.
    """
    _installed()
    files = distribution("rapidocr").files or ()
    file = next((file for file in files if file.name == name and file.hash is not None), None)
    if file is None or file.hash is None:
        version = distribution("rapidocr").version
        raise ModelError(f"rapidocr {version} holds no {name}", EXTRA)
    total = base64.urlsafe_b64decode(file.hash.value + "=" * (-len(file.hash.value) % 4)).hex()
    return OnnxFile(Path(str(file.locate())), total, "pip install --force-reinstall rapidocr")


def is_installed() -> bool:
    """Tell whether text can be read here: whether `nesy[ocr]` is installed."""
    try:
        _installed()
    except ModelError:
        return False
    return True


def _installed() -> Any:
    try:
        import rapidocr

        distribution("rapidocr")
    except (ImportError, PackageNotFoundError):
        raise ModelError("text in pictures needs rapidocr, which is not installed", EXTRA) from None
    return rapidocr


def _batch(lines: Sequence[Pixels]) -> Floats:
    """Return lines as the reader takes them: of one height, filled up to the widest."""
    import cv2

    widths = [max(1, int(np.ceil(_LINE_PX * line.shape[1] / line.shape[0]))) for line in lines]
    batch = np.zeros((len(lines), 3, _LINE_PX, max(_LEAST_WIDTH, *widths)), dtype=np.float32)
    for row, line, width in zip(batch, lines, widths, strict=True):
        row[:, :, :width] = (cv2.resize(line, (width, _LINE_PX)).astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
    return batch


def _decoded(scores: Floats, characters: Sequence[str]) -> tuple[str, float]:
    """Return the text of a reader's output, (steps, characters), by the likeliest path, and the mean of its scores.

    What is said in several steps on end is one letter (connectionist temporal classification).
    """
    best = scores.argmax(axis=1)
    starts = np.flatnonzero((best != 0) & (best != np.concatenate(([0], best[:-1]))))
    if not starts.size:
        return "", 0.0
    return "".join(characters[place] for place in best[starts]), float(scores[starts, best[starts]].mean())
