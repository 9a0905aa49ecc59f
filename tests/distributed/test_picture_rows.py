"""Rows of a Ray Dataset, without a cluster: what they are called, and what is wrong with them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from nesy.errors import InputError
from tests.runs import png

pytest.importorskip("ray", reason="Ray is not installed (nesy[ray])")

from nesy.distributed.picture_rows import PictureRows
from nesy.distributed.stream import told


class Rows:
    """Stands in for a Ray Dataset of these rows, which ends with an error."""

    name = None

    def __init__(self, *rows: Mapping[str, Any], error: Exception | None = None) -> None:
        self._rows, self._error = rows, error

    def columns(self) -> list[str]:
        return [*self._rows[0]]

    def iter_rows(self) -> Iterator[Mapping[str, Any]]:
        yield from self._rows
        if self._error is not None:
            raise self._error


def read(rows: Rows) -> list[tuple[str, bytes | str]]:
    found: list[tuple[str, bytes | str]] = []
    for picture in PictureRows(rows):
        try:
            found.append((picture.name, picture.read()))
        except InputError as error:
            found.append((picture.name, str(error)))
    return found


def test_rows_without_a_name_or_bytes_fail_each_for_itself() -> None:
    one, number, none, nan, empty = read(
        Rows(
            {"name": "a.png", "bytes": png(1)},
            {"name": 7, "bytes": png(2)},
            {"name": None, "bytes": png(3)},
            {"name": float("nan"), "bytes": png(4)},
            {"name": "b.png", "bytes": None},
        )
    )
    assert one == ("a.png", png(1)) and number == ("7", png(2))
    assert none == ("ray.data: Rows, row 3", "ray.data: Rows, row 3: its name is empty")
    assert nan[0] == "ray.data: Rows, row 4" and "is empty" in str(nan[1])
    assert empty[0] == "b.png" and "the row holds no bytes" in str(empty[1])


def test_a_data_set_whose_own_steps_fail_is_one_line() -> None:
    from ray.exceptions import RayTaskError, UserCodeException

    trace = "\n".join(
        [
            "ray::Map(bad)() (pid=1)",
            '  File "rows.py", line 13, in bad',
            '    raise ValueError("my own map")',
            "ValueError: my own map",
            "",
            "The above exception was the direct cause of the following exception:",
            "",
            "ray.exceptions.UserCodeException: UDF failed to process a data block.",
        ]
    )
    error = RayTaskError("Map(bad)", trace, UserCodeException("UDF failed to process a data block."))
    assert told(error) == "ValueError: my own map"
    with pytest.raises(InputError, match=r"^the Ray Dataset cannot be read: ValueError: my own map$"):
        read(Rows({"name": "a.png", "bytes": png(1)}, error=error))
