"""A folder or a glob pattern -> its pictures, in an order and by names that are the same on every machine."""

import glob
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nesy.batch.brace_pattern import expanded
from nesy.errors import InputError
from nesy.image import picture_bytes, valid_name

PICTURES = frozenset(
    ".png .apng .jpg .jpeg .jpe .jfif .webp .bmp .dib .gif .tif .tiff .avif .heic .heif".split()  # noqa: SIM905
)
"""The suffixes of pictures; in a folder all else is passed over."""
_MAGIC = re.compile(r"[*?\[{]")


@dataclass(frozen=True)
class Picture:
    """One picture of a data set."""

    name: str
    """Its own in the data set: the path below the folder, or the shard and the member."""
    read: Callable[[], bytes]
    """Gives the bytes of its file, before the next picture is taken; InputError where that cannot be."""
    path: Path | None = None
    """Its file, where it has one to itself."""


def is_picture(name: str) -> bool:
    """Tell by the suffix whether a file is a picture."""
    return os.path.splitext(name)[1].lower() in PICTURES  # noqa: PTH122  of a name, not a path here


def picture_of(path: Path, name: str) -> Picture:
    """Return the picture that a file is."""
    return Picture(valid_name(name), partial(picture_bytes, path), path)


def in_folder(folder: Path, prefix: str = "") -> Iterator[Picture]:
    """Yield the pictures of a folder and of the folders in it, each folder in the order of its names.

    What is hidden (`.name`) is passed over, and so is what has no picture's suffix. Links are followed, but for one
    that leads back to a folder it lies in.
    """
    yield from _in_folder(folder, prefix, frozenset())


def _in_folder(folder: Path, prefix: str, above: frozenset[tuple[int, int]]) -> Iterator[Picture]:
    try:
        status = folder.stat()
        here = above | {(status.st_dev, status.st_ino)}
        with os.scandir(folder) as found:
            entries = sorted((one.name, one.is_dir()) for one in found if not one.name.startswith("."))
    except OSError as error:
        yield Picture(valid_name(prefix or folder.name), partial(_refuse, folder, error.strerror))
        return
    for name, is_folder in entries:
        path = folder / name
        if is_folder:
            if _identity(path) not in here:
                yield from _in_folder(path, f"{prefix}{name}/", here)
        elif is_picture(name):
            yield picture_of(path, f"{prefix}{name}")


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def _refuse(path: Path, why: str | None) -> bytes:
    raise InputError(f"{path}: cannot be read ({why})")


def is_pattern(text: str) -> bool:
    """Tell whether a text that is no file is a glob pattern."""
    return glob.has_magic(text)


def matches(pattern: str) -> list[tuple[Path, str]]:
    """Return the files that a pattern stands for, in order, each with its path below what is fixed of the pattern.

    Args:
        pattern: with `*`, `?`, `[...]`, `**` for folders in folders, and `{a,b}` and `{000..009}`.
    """
    parts = Path(pattern).parts
    fixed = next((place for place, part in enumerate(parts) if _MAGIC.search(part)), len(parts) - 1)
    base = Path(*parts[:fixed])
    names = {name for one in expanded(pattern) for name in glob.iglob(one, recursive=True)}  # noqa: PTH207  as typed
    paths = [Path(name) for name in sorted(names)]
    return [(path, path.relative_to(base).as_posix()) for path in paths if not path.is_dir()]
