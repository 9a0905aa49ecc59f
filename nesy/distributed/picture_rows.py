"""The rows of a Ray Dataset -> pictures of a data set, by their names."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from nesy.batch.data_set import DataSet
from nesy.batch.picture_files import Picture, picture_of
from nesy.batch.share import Share
from nesy.distributed.stream import told
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
        with _read():
            columns = dataset.columns() or []
        found = next((name for name in _NAMES if name in columns), None)
        if found is None or not ("bytes" in columns or found == "path"):
            raise InputError(f"the rows of the data set have the columns {', '.join(columns) or 'none'}; {_RIGHT}")
        self._name = found
        self.sources = (f"ray.data: {dataset.name or type(dataset).__name__}",)

    def __iter__(self) -> Iterator[Picture]:
        rows = enumerate(self._dataset.iter_rows(), start=1)
        while True:
            with _read():
                place, row = next(rows, (0, None))
            if row is None:
                return
            yield self._picture(place, row)

    def _picture(self, place: int, row: Mapping[str, Any]) -> Picture:
        own, data = row[self._name], row.get("bytes")
        if own is None or own != own:  # a table without a name there has NaN
            where = f"{self.sources[0]}, row {place}"
            return Picture(where, partial(_refuse, f"{where}: its {self._name} is empty"))
        name = valid_name(str(own))
        if data is None and self._name == "path":
            return picture_of(Path(name), name)
        if isinstance(data, bytes):
            return Picture(name, partial(bytes, data))
        return Picture(name, partial(_refuse, f"{name}: the row holds no bytes of a picture; {_RIGHT}"))

    def count(self, share: Share | None = None) -> int | None:  # noqa: ARG002  all of it would have to be read
        """Return None: how many there are is not known."""
        return None


@contextmanager
def _read() -> Iterator[None]:
    """Tell in one line what Ray says of a data set whose own steps fail."""
    from ray.exceptions import RayError

    try:
        yield
    except (RayError, OSError, ValueError) as error:
        raise InputError(f"the Ray Dataset cannot be read: {told(error)}") from None


def _refuse(why: str) -> bytes:
    raise InputError(why)
