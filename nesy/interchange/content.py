"""A file -> its JSON, or how its text begins; one clear line for what is no text, no JSON, or packed."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from nesy.encoding import decoded, utf8_lines
from nesy.errors import InputError
from nesy.interchange.parquet_files import first_row

_PACKED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
_ENOUGH = 4000
_AHEAD: dict[tuple[str, int, int, int], Any] = {}
"""The last file that was parsed to tell its format, until who reads it takes the value: files of hundreds of megabytes
are parsed once for both. Its key are the path, inode, time of change and size."""
_LINES = (".jsonl", ".ndjson")


def bytes_of(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        InputError: it cannot be read, or is packed.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError:
        raise InputError(f"{str(path)!r}: no file can have this name") from None
    _refuse_packed(path, data[:6])
    return data


def json_of(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises:
        InputError: it cannot be read, is no JSON, or holds NaN, Infinity, or a key twice in one object.
    """
    ahead = _AHEAD.pop(_stamp(path), None)
    _AHEAD.clear()
    return parsed(decoded(bytes_of(path), str(path)), str(path)) if ahead is None else ahead


def parsed(text: str | bytes, where: str) -> Any:
    """Return what a text in JSON holds; `where` is its file, or its file and line.

    Raises:
        InputError: it is no JSON, or holds NaN, Infinity, or a key twice in one object.
    """
    try:
        return json.loads(text, object_pairs_hook=_each_key_once, parse_constant=_no_number)
    except _RefusedError as error:
        raise InputError(f"{where}: {error}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: not UTF-8 text (byte {error.start})") from None
    except RecursionError:
        raise InputError(f"{where}: is nested deeper than any file of this kind") from None
    except ValueError as error:
        raise InputError(f"{where}: is no JSON ({' '.join(str(error).split())[:120]})") from None


def json_lines(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the place (`file:line`) and the value of every line that is not empty, as they are read.

    Raises:
        InputError: the file cannot be read or is packed, or a line is no JSON (see `parsed`).
    """
    for place, line in text_lines(path):
        yield place, parsed(line, place)


def text_lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the place (`file:line`) and the text, in UTF-8, of every line that is not empty, as they are read.

    Raises:
        InputError: the file cannot be read or is packed.
    """
    try:
        with path.open("rb") as stream:
            _refuse_packed(path, stream.peek(6)[:6])
            for number, line in enumerate(utf8_lines(stream, str(path)), start=1):
                if line.strip():
                    yield f"{path}:{number}", line
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def rows_of(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield the place and the value of every row: of JSON Lines, under any ending, of a JSON array, or one alone.

    Raises:
        InputError: it cannot be read or is packed, or is no JSON (see `parsed`).
    """
    if path.suffix.lower() in _LINES:
        yield from json_lines(path)
        return
    try:
        data = json_of(path)
    except InputError:
        if not _holds_lines(path):
            raise
        yield from json_lines(path)
        return
    for number, row in enumerate(data if isinstance(data, list) else [data]):
        yield f"{path}: [{number}]", row


def _holds_lines(path: Path) -> bool:
    """Tell whether what is no JSON as a whole is lines of it: an object ends where the first does, another begins."""
    start = [line.strip() for _, line in islice(text_lines(path), 2)]
    return len(start) == 2 and start[0].startswith(b"{") and start[0].endswith(b"}") and start[1].startswith(b"{")


def first_value(path: Path) -> Any:
    """Return the value of a JSON file, or of the first line of a file of JSON Lines.

    Raises:
        InputError: it cannot be read, or is no JSON (see `parsed`).
    """
    if path.suffix.lower() in _LINES:
        return next((value for _, value in json_lines(path)), None)
    return json_of(path)


def start_of(path: Path) -> object:
    """Return what tells a format: the outermost value of JSON, the first line's of JSON Lines, else how a text begins.

    Of Parquet it is the first row.

    Of a folder it is the list of the names in it. Whether a file can be used is not asked yet.

    Raises:
        InputError: it cannot be read, or is empty or packed.
    """
    if path.is_dir():
        return sorted(one.name for one in path.iterdir())
    if path.suffix.lower() == ".parquet":
        return first_row(path)
    if path.suffix.lower() in _LINES:
        first = next(text_lines(path), None)
        if first is None:
            raise InputError(f"{path}: is empty")
        return _value_or_text(first[1])
    stamp = _stamp(path)
    if stamp in _AHEAD:
        return _AHEAD[stamp]
    data = bytes_of(path)
    if not data.strip():
        raise InputError(f"{path}: is empty")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"[") and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return data[:_ENOUGH].decode(errors="replace")
    del data  # it is read anew, so that no more of it is held than is needed
    _AHEAD.clear()
    try:
        _AHEAD[stamp] = json_of(path)
    except InputError:
        data = bytes_of(path)
        found = _value_or_text(data)
        if isinstance(found, str):  # one a line, under another ending
            return _value_or_text(data.lstrip().partition(b"\n")[0])
        return found
    return _AHEAD[stamp]


def _stamp(path: Path) -> tuple[str, int, int, int]:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return str(path), 0, 0, 0
    return str(path.absolute()), found.st_ino, found.st_mtime_ns, found.st_size


def _value_or_text(data: bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return data[:_ENOUGH].decode(errors="replace")


def _refuse_packed(path: Path, start: bytes) -> None:
    for mark, kind in _PACKED.items():
        if start.startswith(mark):
            raise InputError(f"{path}: is packed ({kind}); unpack it first")


class _RefusedError(Exception):
    pass


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _RefusedError(f"the key {twice!r} stands twice in one object; one of them is meant")
    return found


def _no_number(name: str) -> Any:
    raise _RefusedError(f"{name} is no number of JSON; a finite number, or null, would be right")
