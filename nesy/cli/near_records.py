"""The file of a record -> the picture or the clip that it is of, where it lies near."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.settings import VideoSettings
    from nesy.video.clip import Clip
    from nesy.video.timeline import Timeline


def near(file: Path) -> tuple[Path, ...]:
    """Return where what a record is of is looked for: beside the record, in the folder above, in the working folder."""
    return file.parent, file.parent.parent, Path()


def clip_in(folders: Iterable[Path], timeline: "Timeline", settings: "VideoSettings") -> "Clip | None":
    """Return the clip of a timeline where it lies in one of the folders, and shows the same frames.

    Args:
        folders: that are looked into, in order.
        timeline: of the clip; its frames tell their sums.
        settings: by which its frames were chosen.

    Raises:
        InputError: it lies there, and none of those that do can be read.
    """
    from nesy.video.clip import open_clip

    name, sums = Path(timeline.name).name, _sums(timeline)
    unread: InputError | None = None
    for path in dict.fromkeys(folder / name for folder in folders):
        if not name or not path.exists() or None in sums:
            continue
        try:
            clip = open_clip(path, settings)
        except InputError as error:
            unread = error
            continue
        if sums <= {frame.image.sha256 for frame in clip.frames}:
            return clip
    if unread is not None:
        raise unread
    return None


def _sums(timeline: "Timeline") -> set[str | None]:
    images = (frame.scene.image for frame in timeline.frames)
    return {None if image is None else image.sha256 for image in images}
