"""A folder of pictures -> its frames, by their names; one a second, or as its truth.json says."""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path

from nesy.errors import InputError
from nesy.image import Image
from nesy.video.timeline import Timeline

_PICTURES = frozenset((".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".heic"))
_NUMBER = re.compile(r"\d+")
TRUTH = "truth.json"
"""What `nesy synth --video` writes beside the frames; when they are shown stands there."""
_EACH_S = 1.0


class FrameFolder:
    """Pictures of one folder, in the order in which a person counts: frame_2 before frame_10."""

    def __init__(self, folder: Path) -> None:
        """List the pictures.

        Raises:
            InputError: the folder cannot be read, or its truth.json is none.
        """
        self._folder = folder
        try:
            found = [path for path in folder.iterdir() if path.suffix.lower() in _PICTURES and path.is_file()]
        except OSError as error:
            raise InputError(f"{folder}: cannot be read ({error.strerror})") from None
        self._files = sorted(found, key=lambda path: (_counted(path.name), path.name))
        times = [place * _EACH_S for place in range(len(self._files))]
        self.duration_s = len(times) * _EACH_S
        if (folder / TRUTH).is_file():
            truth = Timeline.from_json((folder / TRUTH).read_bytes(), str(folder / TRUTH))
            if len(truth.frames) != len(times):
                raise InputError(
                    f"{folder / TRUTH}: is of {len(truth.frames)} frames, and the folder holds {len(times)} pictures"
                )
            times, self.duration_s = [frame.time_s for frame in truth.frames], truth.duration_s
        self.times_s = times

    def pictures(self, wanted: Collection[int]) -> Iterator[tuple[int, Image]]:
        """Yield the wanted pictures.

        Raises:
            InputError: one of them is no picture, or damaged.
        """
        for place, path in enumerate(self._files):
            if place in wanted:
                yield place, Image.open(path)


def _counted(name: str) -> tuple[tuple[str, int], ...]:
    """Return a name by which frame_2 comes before frame_10."""
    ends = [0, *(end for found in _NUMBER.finditer(name) for end in found.span()), len(name)]
    parts = [name[start:end] for start, end in pairwise(ends)]
    return tuple(("", int(part[:18])) if part.isdigit() else (part, -1) for part in parts if part)
