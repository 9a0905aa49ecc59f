"""Pictures by name and sum -> their files below a folder, as rows name them."""

import hashlib
import os
from collections import defaultdict
from pathlib import Path

from nesy.errors import InputError
from nesy.scene import ImageInfo


class PicturePaths:
    """The files below a folder, by their names; of several of one name the sum tells which is meant.

    Args:
        folder: where the pictures lie, in it or in folders of it.

    Raises:
        InputError: there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(f"--images {folder}: no such folder")
        self.folder = folder
        self._files: dict[str, list[Path]] = defaultdict(list)
        self._folders = [folder.resolve()]
        for where, folders, names in os.walk(folder):
            folders.sort()
            self._folders += [Path(where, name) for name in folders]
            for name in sorted(names):
                self._files[name].append(Path(where, name))

    def find(self, image: ImageInfo) -> Path | None:
        """Return the file of a picture; None where no file has its name and, where that is known, its sum.

        Raises:
            InputError: several files have its name, and no sum tells them apart; or a file cannot be read.
        """
        found = self._files.get(Path(image.name).name, [])
        there = [file for file in found if file == self.folder / image.name]  # it may be named with its folder
        found = there + [file for file in found if file not in there]
        if image.sha256 is not None:
            found = [file for file in found if _sum(file) == image.sha256][:1]
        if len(found) > 1 and not there:
            raise InputError(
                f"{self.folder}: holds {len(found)} files {Path(image.name).name}, and the analysis has no sum of its "
                "picture to tell which is meant; name the folder of the right one"
            )
        return found[0] if found else None

    def folders_with(self, name: str) -> tuple[Path, ...]:
        """Return the folders that hold a file, or a folder, of this name."""
        held = (file.parent for file in self._files.get(name, ()))
        return (*held, *(found.parent for found in self._folders if found.name == name))


def bare(name: str) -> str:
    """Return the name of a picture as it stands below some folder: as it is, but for what leads out of the folder."""
    path = Path(name.replace("\\", "/"))
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


def _sum(file: Path) -> str:
    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from None
