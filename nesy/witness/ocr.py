"""Text in a picture, read by rapidocr (PP-OCRv6, in its wheel): lines with boxes and scores."""

import hashlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from nesy.errors import ModelError, first_line
from nesy.geometry import Box, area, intersection
from nesy.image import Image
from nesy.observations import Observations, TextLine, WitnessInfo

NAME = "rapidocr"
LEAST_SCORE = 0.5
"""What is read with less is not told: as rapidocr has it."""
SIDES_PX = (512, 1024)
"""The picture is read at these lengths of its longer side: small letters are found in the large one, large ones in the
small one."""
_LEAST_PX = 8
"""No letter is lower than that, and the network would make a strip of such pixels as long as it is narrow."""
_SAME_LINE = 0.5
"""Two readings are of one place where they share so much of the smaller box."""
_NETWORKS = ("PP-OCRv6_det_small.onnx", "PP-OCRv6_rec_small.onnx")


class TextReader:
    """Reads what is written in a picture; needs `nesy[ocr]`.

    Args:
        threads: of the processor, while it reads; None: as many as onnxruntime takes.
    """

    def __init__(self, threads: int | None = None) -> None:
        self._threads = threads

    @cached_property
    def info(self) -> WitnessInfo:
        """Who it is; it names no things.

        Raises:
            ModelError: the extra is not installed.
        """
        module = _installed()
        folder = Path(module.__file__).parent / "models"
        try:
            lines = (f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in _NETWORKS)
            total = hashlib.sha256("".join(lines).encode()).hexdigest()
        except OSError:
            total = None
        return WitnessInfo(name=NAME, version=version("rapidocr"), weights_sha256=total)

    @cached_property
    def _engine(self) -> Any:
        module = _installed()
        options = {"Global.log_level": "critical", "Global.text_score": LEAST_SCORE, "Det.limit_side_len": 64}
        if self._threads is not None:
            options["EngineConfig.onnxruntime.intra_op_num_threads"] = self._threads
        return module.RapidOCR(params=options)

    def observe(self, image: Image) -> Observations:
        """Return the lines that can be read, from the top down.

        Raises:
            ModelError: the extra is not installed, or a file of it is damaged.
        """
        readings = [line for side in SIDES_PX for line in self._read(image.pixels, side)]
        lines = sorted(one_of_each(readings), key=lambda line: (line.box[1], line.box[0]))
        return Observations(image=image.info, witnesses=(self.info,), texts=tuple(lines))

    def _read(self, picture: PIL.Image.Image, side: int) -> Iterator[TextLine]:
        scale = side / max(picture.size)
        width, height = (round(length * scale) for length in picture.size)
        if min(width, height) < _LEAST_PX:
            return
        pixels = np.asarray(picture.resize((width, height), PIL.Image.Resampling.BICUBIC))[:, :, ::-1]  # it takes BGR
        engine = self._engine
        try:
            found = engine(np.ascontiguousarray(pixels))
        except Exception as error:
            raise ModelError(f"{NAME}: it cannot read this picture ({first_line(error)})") from error
        if found.boxes is None or not found.txts:
            return
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            if str(text).strip():
                yield TextLine(text=str(text).strip(), box=_around(corners, width, height), score=score, witness=NAME)


def one_of_each(readings: Sequence[TextLine]) -> list[TextLine]:
    """Return every reading once, the surest first: what says the same letters at the same place is one.

    >>> twice = [TextLine(text=t, box=(0, 0, 1, 0.1), score=s, witness="a") for t, s in (("stop!", 0.6), ("STOP", 0.9))]
    >>> [line.text for line in one_of_each(twice)]
    ['STOP']
    """
    kept: list[TextLine] = []
    for line in sorted(readings, key=lambda line: (-line.score, -len(line.text))):
        if not any(letters(line.text) in letters(other.text) and _same_place(line.box, other.box) for other in kept):
            kept.append(line)
    return kept


def letters(text: str) -> str:
    """Return what a reading is compared by: its letters and digits, case apart.

    >>> letters("Greenwich St.")
    'greenwichst'
    """
    return "".join(one for one in text.casefold() if one.isalnum())


def _same_place(a: Box, b: Box) -> bool:
    return intersection(a, b) >= _SAME_LINE * min(area(a), area(b)) > 0


def _around(corners: Any, width: int, height: int) -> Box:
    """Return the box around a quadrangle, (4, 2) in pixels."""
    xs, ys = np.asarray(corners, dtype=float).T
    edges = (xs.min() / width, ys.min() / height, xs.max() / width, ys.max() / height)
    left, top, right, bottom = (round(min(1.0, max(0.0, float(edge))), 4) for edge in edges)
    return left, top, right, bottom


def _installed() -> Any:
    try:
        import rapidocr
    except ImportError:
        raise ModelError("text in pictures needs rapidocr, which is not installed", "pip install 'nesy[ocr]'") from None
    return rapidocr
