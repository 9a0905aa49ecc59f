"""A JSON Lines file of a data set -> its rows, with a clear error where one cannot be used."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nesy.errors import InputError
from nesy.experiments.datasets.instances import Pixels


def rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the place (`file:line`) and the object of every line that is not empty.

    Raises:
        InputError: the file is missing or unreadable, or a line is no JSON object (path and line number).
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); --data names the folder of the sets") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is no UTF-8 text") from None
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
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
    except (TypeError, ValueError) as error:
        raise InputError(f"{place}: has another form than expected ({error})") from None


def pixels(box: Any, first: int = 0) -> Pixels:
    """Return a box of a row (x1, y1, x2, y2) in 0-based pixels.

    Args:
        box: four numbers.
        first: what the source calls the first pixel, 0 or 1; only left and top move, since right and bottom are
            the last pixel inside.
    """
    left, top, right, bottom = (float(value) for value in box)
    return left - first, top - first, right, bottom
