"""Settings -> TOML and back: a file's text to plain values, the line of a key in it, and plain values to text."""

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from nesy.encoding import decoded
from nesy.errors import InputError

_MOST_BYTES = 1 << 20
"""A longer file is no configuration; reading TOML takes more than linear time in places."""


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """Return what a TOML file holds, and its text.

    Raises:
        InputError: it cannot be read, is no text or no TOML; file and line.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise InputError(f"{str(path)!r}: no file can have this name") from None
    if len(data) > _MOST_BYTES:
        raise InputError(f"{path}: no settings; larger than {_MOST_BYTES >> 20} MiB")
    text = decoded(data, str(path))
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        reason, _, place = str(error).rpartition(" (at ")
        digits = "".join(c if c.isdigit() else " " for c in place).split()
        line = int(digits[0]) if digits else len(text.splitlines())
        raise InputError(f"{path}:{line}: not TOML: {reason or str(error)}") from None
    except RecursionError:
        raise InputError(f"{path}: not TOML: nested too deep") from None


def line_of(text: str, key: Sequence[str | int]) -> int | None:
    """Return the line, from 1, on which a key of a TOML text is given; None where it is not.

    It is the line behind the longest beginning of the text that is whole and does not have the key yet.
    """
    lines = text.splitlines(keepends=True)
    before = 0
    for end in range(1, len(lines) + 1):
        try:
            read: Any = tomllib.loads("".join(lines[:end]))
        except (tomllib.TOMLDecodeError, RecursionError):
            continue
        if _has(read, key):
            return before + 1
        before = end
    return None


def _has(value: Any, key: Sequence[str | int]) -> bool:
    for part in key:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        else:
            return isinstance(part, int)  # a place in a list is on the line of the list
    return True


def write_toml(values: Mapping[str, Any], notes: Mapping[str, str]) -> str:
    """Return values, two levels of tables at most, as TOML.

    Args:
        values: what it reads back as; None, which TOML lacks, becomes a comment.
        notes: dotted key -> a comment above it.
    """
    return "\n".join(_table(values, notes, ())).strip("\n") + "\n"


def _table(values: Mapping[str, Any], notes: Mapping[str, str], path: tuple[str, ...]) -> Iterator[str]:
    inner = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    for key, value in values.items():
        if key in inner:
            continue
        note = notes.get(".".join((*path, key)))
        if note:
            yield f"# {note}"
        yield f"# {_key(key)} is not set" if value is None else f"{_key(key)} = {_value(value)}"
    for key, table in inner.items():
        yield ""
        note = notes.get(".".join((*path, key)))
        if note:
            yield f"# {note}"
        yield f"[{'.'.join(map(_key, (*path, key)))}]"
        yield from _table(table, notes, (*path, key))


def _key(name: str) -> str:
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _value(name)


def _value(value: Any) -> str:
    """Write a value; TOML's texts are JSON's, save that TOML wants DEL escaped."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
