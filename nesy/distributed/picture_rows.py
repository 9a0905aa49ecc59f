"""The rows of a Ray Dataset -> pictures of a data set, by their names."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from nesy.batch.data_set import DataSet
from nesy.batch.picture_files import Picture, picture_of
from nesy.batch.share import Share
from nesy.errors import InputError
from nesy.image import valid_name

_NAMES = ("name", "path", "__key__")
"""Columns that may name a picture, the first that is there: one's own, that of `read_binary_files`, of WebDataset."""
_RIGHT = "name or path, and bytes (ray.data.read_binary_files(..., include_paths=True)), would be right"


def is_rows(source: object) -> bool:
    """Tell whether a source of pictures is a Ray Dataset."""
    from ray.data import Dataset

    return isinstance(source, Dataset)


class PictureRows(DataSet):
    """The pictures of a Ray Dataset, each time it is gone through read anew by its own tasks.

    Args:
        dataset: its rows have a `name`, `path` or `__key__`, and the bytes of the picture's file as `bytes`; without
            them `path` is a file that this process sees.

    Raises:
        InputError: it has no such columns.
    """

    def __init__(self, dataset: Any) -> None:
        self._dataset = dataset
        columns = dataset.columns() or []
        found = next((name for name in _NAMES if name in columns), None)
        if found is None or not ("bytes" in columns or found == "path"):
            raise InputError(f"the rows of the data set have the columns {', '.join(columns) or 'none'}; {_RIGHT}")
        self._name = found
        self.sources = (f"ray.data: {dataset.name or type(dataset).__name__}",)

    def __iter__(self) -> Iterator[Picture]:
        for row in self._dataset.iter_rows():
            name, data = valid_name(str(row[self._name])), row.get("bytes")
            if data is None and self._name == "path":
                yield picture_of(Path(name), name)
            elif isinstance(data, bytes):
                yield Picture(name, partial(bytes, data))
            else:
                yield Picture(name, partial(_refuse, f"{name}: the row holds no bytes of a picture; {_RIGHT}"))

    def count(self, share: Share | None = None) -> int | None:  # noqa: ARG002  all of it would have to be read
        """Return None: how many there are is not known."""
        return None


def _refuse(told: str) -> bytes:
    raise InputError(told)
