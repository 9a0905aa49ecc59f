"""The annotations of a data set -> what is known of each of its pictures, gone through as often as is wanted."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import file_digest
from pathlib import Path

from nesy.errors import InputError
from nesy.experiments.datasets.published import Published, annotations_at
from nesy.image import Image
from nesy.interchange.conversion import read_labels
from nesy.interchange.labels import Labels
from nesy.interchange.losses import Lost
from nesy.interchange.picture_lookup import PictureLookup
from nesy.interchange.pixels import SizeOf, no_size

_OF_HICO = re.compile(r"^HICO_(train|test)2015_")
_READ = (".json", ".jsonl", ".ndjson", ".csv", ".pkl", ".h5", ".parquet")
"""The endings of files of annotations."""


class Truths:
    """What a data set tells of its pictures, one after the other; nothing is held but what the reader holds.

    >>> import json, tempfile
    >>> row = {"file": "a.jpg", "relations": [{"subject": "cup", "subject_box": [10, 10, 20, 20],
    ...     "predicate": "on", "object": "table", "object_box": [0, 20, 60, 50]}]}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "vrd.jsonl")
    ...     _ = file.write_text(json.dumps(row))
    ...     truths = Truths(file)
    ...     truths.dataset.name, [one.scene.relations[0].predicate for one in truths]
    ('vrd', ['on'])

    Args:
        path: the annotations: a file, or a folder.
        dataset: a name of `PUBLISHED`; None goes by the files.
        split: only the pictures of this part, where the files tell parts.

    Raises:
        InputError: there are no annotations, or it is not clear of which data set.
    """

    def __init__(self, path: str | Path, dataset: str | None = None, split: str | None = None) -> None:
        found = annotations_at(Path(path), dataset)
        self.dataset: Published = found.dataset
        self.path = found.path
        self.split = split
        self._format = found.format

    def __iter__(self) -> Iterator[Labels]:
        return self.sized(no_size)

    def sized(self, size_of: SizeOf, lost: list[Lost] | None = None) -> Iterator[Labels]:
        """Yield what is known of every picture.

        Args:
            size_of: tells the sizes of pictures where the files do not; without it their boxes are shares of the
                extent of all boxes.
            lost: is given what had to be left out or to be mended.

        Raises:
            InputError: a row cannot be used, names no picture or one that stands there already, or there is none of
                the split.
        """
        seen: set[str] = set()
        splits: set[str] = set()
        some = False
        tell = (lambda _: None) if lost is None else lost.append
        for one in read_labels(self.path, self._format, tell, size_of):
            found = self._labels(one)
            name = found.scene.image.name if found.scene.image else ""
            if not name:
                raise InputError(f"{self.path}: a scene without image.name cannot be measured")
            if name in seen:
                raise InputError(f"{self.path}: the picture {name} stands there twice; one truth of each is expected")
            seen.add(name)
            splits |= found.splits
            if self.split is None or self.split in found.splits:
                some = True
                yield found
        if not seen:
            raise InputError(f"{self.path}: no picture in it")
        if not some:
            told = f"there are: {', '.join(sorted(splits))}" if splits else "its files tell no splits"
            raise InputError(f"--split {self.split}: {self.path}: {told}")

    def _labels(self, one: Labels) -> Labels:
        image = one.scene.image
        hico = _OF_HICO.match(Path(image.name).name) if image else None
        if self.dataset.reword is not None:
            one = self.dataset.reword(one)
        return replace(
            one,
            whole=one.whole if self.dataset.closed else frozenset(),
            complete=self.dataset.complete,
            splits=one.splits | ({hico[1]} if hico else set()),
        )

    def sums(self) -> dict[str, str]:
        """Return name of each file of annotations -> SHA-256 sum of its bytes, in hexadecimal digits.

        Raises:
            InputError: one of them cannot be read.
        """
        inside = self.path.iterdir() if self.path.is_dir() else [self.path]
        files = sorted(one for one in inside if one.is_file() and one.suffix.lower() in _READ)
        return {one.name: _sum(one) for one in files}

    @property
    def name(self) -> str:
        """What the annotations are called: of a folder of scenes that of the folder, else that of the file."""
        return self.beside.resolve().name if self.path.name == "scenes.jsonl" else self.path.resolve().name

    @property
    def beside(self) -> Path:
        """The folder where the pictures are looked for where none is named."""
        return self.path if self.path.is_dir() else self.path.parent


class PictureFiles:
    """The files below a folder, by names that a data set has for them.

    Args:
        folder: of the pictures, in it or in folders of it.

    Raises:
        InputError: there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(f"--images {folder}: no such folder")
        self.folder = folder
        self._names = PictureLookup(
            Path(where, name).relative_to(folder).as_posix()
            for where, _, names in os.walk(folder)
            for name in sorted(names)
        )

    def find(self, name: str) -> Path | None:
        """Return the file of a picture; None where there is none.

        Raises:
            InputError: it may be one of several.
        """
        found = self._names.find(name)
        return None if found is None else self.folder / found

    def size(self, name: str) -> tuple[int, int] | None:
        """Return the width and height of a picture; raises as `find`, and where it cannot be read."""
        file = self.find(name)
        return None if file is None else Image.open(file).size_px


def _sum(file: Path) -> str:
    try:
        with file.open("rb") as data:
            return file_digest(data, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror or error})") from None
