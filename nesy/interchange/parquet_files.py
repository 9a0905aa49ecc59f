"""A Parquet file -> its rows, whoever wrote it: categories, lists and large texts are plain values in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from nesy.errors import InputError

Row = dict[str, Any]


class FirstRow(dict[str, Any]):
    """What tells the format of a Parquet file."""


def pyarrow() -> tuple[Any, Any]:
    """Return the modules `pyarrow` and `pyarrow.parquet`.

    Raises:
        InputError: pyarrow is not installed.
    """
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise InputError("pyarrow is not installed; `pip install 'nesy[parquet]'` mends that") from None


def columns(path: Path) -> list[str]:
    """Return the names of the columns; raises as `rows`."""
    with _opened(path) as file:
        return list(file.schema_arrow.names)


def rows(path: Path, at_once: int) -> Iterator[tuple[str, Row]]:
    """Yield the place (`file: row 3`) and the values of every row, by the names of the columns.

    Args:
        path: the file.
        at_once: so many rows are held together.

    Raises:
        InputError: it cannot be read, is no Parquet, or pyarrow is not installed.
    """
    number = 0
    with _opened(path) as file:
        for batch in file.iter_batches(batch_size=at_once):
            for row in batch.to_pylist():
                number += 1
                yield f"{path}: row {number}", row


def first_row(path: Path) -> FirstRow:
    """Return the first row, of an empty file None for every column; raises as `rows`."""
    found = next(rows(path, 1), None)
    return FirstRow(dict.fromkeys(columns(path)) if found is None else found[1])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    arrow, parquet = pyarrow()
    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except arrow.ArrowException as error:
        raise InputError(f"{path}: is no Parquet ({' '.join(str(error).split())[:120]})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
