"""A list of pictures, a path a line or a JSON row a line -> the pictures; paths are relative to the list."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from nesy.batch.picture_files import Picture, picture_of
from nesy.encoding import utf8_lines
from nesy.errors import InputError

LISTS, ROWS = (".txt", ".lst"), (".jsonl", ".ndjson")
"""The suffixes of lists of paths, and of lists of JSON rows."""
_RIGHT = 'a row {"image": "PATH"} or a scene with image.name would be right'


def in_list(path: Path, prefix: str = "") -> Iterator[Picture]:
    """Yield the pictures of a list, each by the path that stands there; empty lines are passed over.

    In a list of paths blanks around a path are none of it, and a line that begins with `#` is a remark (`./#1.png` is a
    picture). Paths may be written as Windows has them.

    Of a row that names no picture the reading fails, and it is known by its line.

    Raises:
        InputError: the list cannot be read, or is no text.
    """
    rows = path.suffix.lower() in ROWS
    for number, line in _lines(path):
        where = f"{path}:{number}"
        try:
            named = _named(line, where) if rows else line.decode("utf-8").strip()
            if "://" in named:
                raise InputError(f"{where}: {named} is an address, and nothing is fetched; a path would be right")
        except (InputError, UnicodeDecodeError) as error:
            told = str(error) if isinstance(error, InputError) else f"{where}: not UTF-8 text"
            yield Picture(f"{prefix}{path.name}:{number}", partial(_refuse, told))
            continue
        if not rows and named.startswith("#"):
            continue
        yield picture_of(_found(path.parent, named), prefix + named.replace("\\", "/").removeprefix("./"))


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(utf8_lines(stream, str(path)), start=1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _named(line: bytes, where: str) -> str:
    """Return the path that a row names; InputError where it names none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError(f"{where}: is no JSON; {_RIGHT}") from None
    image = row.get("image", row.get("file_name")) if isinstance(row, dict) else None
    if isinstance(image, dict):
        image = image.get("name")
    if not isinstance(image, str) or not image.strip():
        raise InputError(f"{where}: names no picture; {_RIGHT}")
    return image.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # half a letter is none of a name


def _found(folder: Path, named: str) -> Path:
    """Return where a picture lies: beside the list, or in `images/` beside it, as `nesy synth` writes them."""
    beside = folder / named
    try:
        spelled = [named, named.replace("\\", "/")]
        places = [place / name for name in dict.fromkeys(spelled) for place in (folder, folder / "images")]
        return next((place for place in places if place.exists()), beside)
    except (OSError, ValueError):  # a name that no file can have; the reading tells
        return beside


def _refuse(told: str) -> bytes:
    raise InputError(told)
