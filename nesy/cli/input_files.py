"""A file of scenes or texts, or standard input -> one, or many with the line of each, read as they are wanted."""

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from nesy.encoding import utf8_lines
from nesy.errors import InputError
from nesy.scene import Scene

_ENOUGH = 1 << 24
"""After so many bytes, text that no single line has explained yet is taken for many scenes."""


@dataclass(frozen=True)
class SceneText:
    """One scene as it was written, not yet read."""

    source: str
    """The file, and the line where there are many."""
    text: bytes
    line: int = 1

    def scene(self) -> Scene:
        """Read it; InputError names the source and the field."""
        return Scene.from_json(self.text, source=self.source)


@dataclass(frozen=True)
class SceneFile:
    """What a file holds: one scene, or one a line."""

    scenes: Iterable[SceneText]
    """To be read once; lines come as the file is read."""
    many: bool
    size: int | None = None
    """In bytes, where that is known beforehand."""


def read_scenes(path: Path) -> SceneFile:
    """Read a `.json` file (one scene), a `.jsonl` file (one a line), or `-`, where the content tells which of the two.

    Empty lines of a `.jsonl` file are skipped. Nothing is parsed yet: one broken line leaves the others readable. Of
    many scenes only the line at hand is held.

    Raises:
        InputError: the file is missing, a folder, unreadable or empty.
    """
    name = "standard input" if str(path) == "-" else str(path)
    stream = _opened(path, name)
    size, lines = _size(stream), _lines(stream, name)
    first = next((one for one in lines if one.text.strip()), None)
    if first is None:
        raise InputError(f'{name}: empty; a scene ({{"entities": [...]}}) is expected')
    suffix = path.suffix.lower()
    if suffix == ".json":
        return SceneFile((_whole([first, *lines], name),), many=False)
    if suffix != ".jsonl":
        held, many = _held(first, lines)
        if not many:
            return SceneFile((_whole(held, name),), many=False)
        lines = chain(held[1:], lines)
    rest = (one for one in lines if one.text.strip())
    return SceneFile(chain([first], rest), many=True, size=size)


def read_texts(path: Path) -> SceneFile:
    """Read a `.jsonl` file (a text in each line), or any other file as one text; of `-` the content tells which.

    Standard input holds many texts where its first line is a JSON object.

    Raises:
        InputError: the file is missing, a folder, unreadable or empty.
    """
    name = "standard input" if str(path) == "-" else str(path)
    stream = _opened(path, name)
    size, lines = _size(stream), _lines(stream, name)
    before = []
    for first in lines:
        before.append(first)
        if first.text.strip():
            break
    else:
        raise InputError(f"{name}: empty; a description in words is expected")
    if path.suffix.lower() == ".jsonl" or (str(path) == "-" and _is_object(before[-1].text.strip())):
        rest = (one for one in lines if one.text.strip())
        return SceneFile(chain(before[-1:], rest), many=True, size=size)
    return SceneFile((_whole([*before, *lines], name),), many=False)


def _opened(path: Path, name: str) -> BinaryIO:
    try:
        if str(path) != "-":
            return path.open("rb")
        if sys.stdin is None:
            raise InputError("standard input is closed; `-` reads it")
        return sys.stdin.buffer
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise InputError(f"{name!r}: no file can have this name") from None


def _lines(stream: BinaryIO, name: str) -> Iterator[SceneText]:
    """Yield every line with its number, empty ones too."""
    try:
        for number, line in enumerate(utf8_lines(stream, name), start=1):
            yield SceneText(f"{name}:{number}", line, number)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    finally:
        if stream is not sys.stdin.buffer:
            stream.close()


def _whole(lines: Iterable[SceneText], name: str) -> SceneText:
    return SceneText(name, b"".join(one.text for one in lines))


def _held(first: SceneText, lines: Iterator[SceneText]) -> tuple[list[SceneText], bool]:
    """Read as many lines as it takes to tell whether they are one scene or one each; return them, and which.

    Many are told by a line that is an object by itself, in a text that is no JSON as a whole.
    """
    held, size = [first], len(first.text)
    begins_with_one = _is_object(first.text)
    for one in lines:
        held.append(one)
        size += len(one.text)
        if begins_with_one and one.text.strip():
            return held, True  # two values in a row are no JSON
        if size > _ENOUGH:
            break
    else:
        return held, _is_many(held)
    return held, True


def _is_many(lines: list[SceneText]) -> bool:
    filled = [one.text for one in lines if one.text.strip()]
    if len(filled) < 2 or _is_json(b"".join(filled)):
        return False
    return any(_is_object(text) for text in filled)


def _is_object(text: bytes) -> bool:
    return text.startswith(b"{") and _is_json(text)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _size(stream: BinaryIO) -> int | None:
    """Return how many bytes a file has; None for a pipe or a terminal."""
    try:
        return os.fstat(stream.fileno()).st_size or None
    except (OSError, io.UnsupportedOperation):
        return None
