"""A clip -> the frames that are looked at, upright, each at its time; memory holds these alone.

Where a clip comes from is a `Source`: a file of video (`video_file`), an animated picture (`animation`) or a folder of
pictures (`frame_folder`). A source tells when its frames are shown before it shows them.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import PIL.Image

from nesy.errors import InputError
from nesy.image import Image
from nesy.settings import VideoSettings
from nesy.video.sampling import by_change, by_time, signature

VIDEO_SUFFIXES = frozenset(
    (".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".wmv", ".flv", ".ogv", ".3gp")
)
"""Files that are read as video; of what they hold the codec decides."""
ANIMATED_SUFFIXES = frozenset((".gif", ".apng", ".png", ".webp", ".avif"))
"""Pictures that may be animated; whether one is, the file tells."""


@dataclass(frozen=True)
class Frame:
    """One picture of a clip."""

    index: int
    """Its place among the frames that are looked at, from 0."""
    source: int
    """Its place among all frames of the clip, from 0."""
    time_s: float
    """When it is shown: seconds from the beginning."""
    image: Image


@dataclass(frozen=True)
class Clip:
    """The frames of a clip that are looked at."""

    name: str
    duration_s: float
    frames: tuple[Frame, ...]
    all_frames: int
    """So many the clip has."""


class Source(Protocol):
    """Where the frames of a clip come from."""

    @property
    def times_s(self) -> Sequence[float]:
        """When each frame is shown: ascending, from 0.0."""
        ...

    @property
    def duration_s(self) -> float:
        """How long the clip is shown."""
        ...

    def pictures(self, wanted: Collection[int]) -> Iterator[tuple[int, PIL.Image.Image | Image]]:
        """Yield place and picture of the wanted frames, in order; what is not wanted is not kept.

        Raises:
            InputError: the file is damaged.
        """
        ...


Opener = Callable[[Path], Source]


def is_clip(path: Path) -> bool:
    """Tell whether a file is a clip: of video by its suffix, an animated picture by what it holds."""
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return True
    if path.suffix.lower() not in ANIMATED_SUFFIXES or not path.is_file():
        return False
    from nesy.video.animation import frames_in

    return frames_in(path) > 1


def open_clip(path: str | Path, settings: VideoSettings | None = None) -> Clip:
    """Read the frames of a clip that are looked at.

    Args:
        path: a file of video, an animated picture, or a folder of pictures.
        settings: which frames, and how many.

    Raises:
        InputError: there is no such file, it has no frames or one alone, it is damaged, or what reads it is missing.
    """
    path, chosen = Path(path), settings or VideoSettings()
    source = _source(path)
    times = source.times_s
    if len(times) < 2:
        told = "no frame" if not times else "one frame alone; a picture is analyzed without --video"
        raise InputError(f"{path}: a clip has two frames or more, and this has {told}")
    if chosen.sample == "scenes":
        places = by_change(_differences(source), chosen.frames)
    else:
        places = by_time(times, chosen.every_s, chosen.frames)
    stem = path.name or path.resolve().name
    frames = [
        Frame(index, place, times[place], _image(picture, f"{stem}#t={times[place]:g}"))
        for index, (place, picture) in enumerate(source.pictures(frozenset(places)))
    ]
    if len(frames) < len(places):
        raise InputError(f"{path}: the video is damaged: {len(places) - len(frames)} of its frames cannot be decoded")
    return Clip(stem, source.duration_s, tuple(frames), len(times))


def _source(path: Path) -> Source:
    if path.is_dir():
        from nesy.video.frame_folder import FrameFolder

        return FrameFolder(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file" if not path.exists() else f"{path}: not a regular file")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty")
    if path.suffix.lower() in ANIMATED_SUFFIXES:
        from nesy.video.animation import Animation

        return Animation(path)
    from nesy.video.video_file import VideoFile

    return VideoFile(path)


def _differences(source: Source) -> list[float]:
    """Return how much each frame differs from the one before, in [0, 1]; one frame at a time is held."""
    found: list[float] = []
    before = None
    for _, picture in source.pictures(range(len(source.times_s))):
        small = signature(picture.pixels if isinstance(picture, Image) else picture)
        found.append(0.0 if before is None else float(np.abs(small - before).mean()))
        before = small
    return found


def _image(picture: PIL.Image.Image | Image, name: str) -> Image:
    return picture if isinstance(picture, Image) else Image.from_pixels(picture, name)
