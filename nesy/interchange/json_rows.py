"""A JSON Lines file of a data set -> its rows, with a clear error where one cannot be used."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.interchange.instances import Pixels
from nesy.scene import one_line

T = TypeVar("T")

_FARTHEST_PX = 1e9
"""No picture reaches as far."""


def rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place (`file:line`) and the object of every line that is not empty.

    Raises:
        InputError: the file is missing or unreadable, or a line is no JSON object (path and line number).
    """
    try:
        text = read_text(path)
    except InputError as error:
        raise InputError(f"{error}; --data names the folder of the sets") from None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise InputError(f"{path}:{number}: is no JSON") from None
        if not isinstance(row, dict):
            raise InputError(f"{path}:{number}: must be a JSON object, is {type(row).__name__}")
        yield f"{path}:{number}", row


@contextmanager
def reading(place: str) -> Iterator[None]:
    """Turn what a row of the wrong form does to its reader into InputError with the place."""
    try:
        yield
    except KeyError as error:
        raise InputError(f"{place}: the field {error} is missing") from None
    except ValidationError as error:
        raise InputError(f"{place}: {one_line(error)}") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{place}: {error}") from None


def each(place: str, row: dict[str, Any], field: str, read: Callable[[dict[str, Any]], T]) -> list[T]:
    """Return what `read` makes of every object of a row's list; InputError with the place, the list and the number."""
    found = []
    for number, one in enumerate(_list(row, field)):
        with reading(f"{place}: {field}[{number}]"):
            if not isinstance(one, dict):
                raise TypeError(f"must be a JSON object, is {one!r}")
            found.append(read(one))
    return found


def word(row: dict[str, Any], field: str) -> str:
    """Return a class, a predicate or a file name as written; ValueError where it is blank or no text."""
    value = row[field]
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{field}: a word is expected, got {value!r}")
    return value


def words(row: dict[str, Any], field: str) -> list[str]:
    """Return a list of classes or predicates as written; ValueError where it is none, or one is blank or no text."""
    found = row[field]
    if not isinstance(found, list) or not all(isinstance(one, str) and one.strip() for one in found):
        raise ValueError(f"{field}: a list of words is expected")
    return found


def own_name(row: dict[str, Any]) -> str | None:
    """Return what a row is called in a scene, where it says so; ValueError where that is no text."""
    name = row.get("nesy_id")
    if name is not None and not isinstance(name, str):
        raise ValueError(f"nesy_id: a text is expected, got {name!r:.80}")
    return name


def size_px(row: dict[str, Any], field: str) -> tuple[int, int]:
    """Return the width and height of an image in pixels; ValueError where one is not above 0."""
    sides = _list(row, field)
    if len(sides) != 2 or not all(_is_number(side) and side >= 1 for side in sides):
        raise ValueError(f"{field}: width and height in pixels are expected, each above 0, got {sides!r}")
    return int(sides[0]), int(sides[1])


def pixels(row: dict[str, Any], field: str, first: int = 0) -> Pixels:
    """Return a box of a row (x1, y1, x2, y2) in 0-based pixels; ValueError where it is none.

    Args:
        row: holds the box.
        field: its name there.
        first: what the source calls the first pixel, 0 or 1; only left and top move, since right and bottom are
            the last pixel inside.
    """
    sides = _list(row, field)
    if len(sides) != 4 or not all(map(_is_number, sides)):
        raise ValueError(f"{field}: four finite numbers are expected (left, top, right, bottom), got {sides!r}")
    left, top, right, bottom = map(float, sides)
    return left - first, top - first, right, bottom


def _list(row: dict[str, Any], field: str) -> list[Any]:
    found = row[field]
    if not isinstance(found, list):
        raise TypeError(f"{field}: a list is expected, got {found!r}")
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _FARTHEST_PX  # nor NaN
