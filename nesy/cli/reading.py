"""A file of scenes, or standard input -> one scene, or many with the line each stands on."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nesy.errors import InputError
from nesy.scene import Scene


@dataclass(frozen=True)
class SceneText:
    """One scene as it was written, not yet read; `source` names the file and the line."""

    source: str
    text: bytes

    def scene(self) -> Scene:
        """Read it; InputError names the source and the field."""
        return Scene.from_json(self.text, source=self.source)


@dataclass(frozen=True)
class SceneFile:
    """What a file holds: one scene, or one a line."""

    scenes: tuple[SceneText, ...]
    many: bool


def read_scenes(path: Path) -> SceneFile:
    """Read a `.json` file (one scene), a `.jsonl` file (one a line), or `-`, where the content tells which of the two.

    Empty lines of a `.jsonl` file are skipped. Nothing is parsed yet: one broken line leaves the others readable.

    Raises:
        InputError: the file is missing, a folder, unreadable or empty.
    """
    name = "standard input" if str(path) == "-" else str(path)
    data = _bytes(path, name).removeprefix(b"\xef\xbb\xbf")
    if not data.strip():
        raise InputError(f'{name}: empty; a scene ({{"entities": [...]}}) is expected')
    suffix = path.suffix.lower()
    if suffix == ".jsonl" or (suffix != ".json" and _is_many(data)):
        return SceneFile(tuple(_lines(data, name)), many=True)
    return SceneFile((SceneText(name, data),), many=False)


def _bytes(path: Path, name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise InputError(f"{name!r}: no file can have this name") from None


def _lines(data: bytes, name: str) -> Iterator[SceneText]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if line.strip():
            yield SceneText(f"{name}:{number}", line)


def _is_many(data: bytes) -> bool:
    """Tell whether the text is one object a line: it is no JSON as a whole, but one of its lines is."""
    lines = [line for line in data.split(b"\n") if line.strip()]
    if len(lines) < 2 or _is_json(data):
        return False
    return any(line.startswith(b"{") and _is_json(line) for line in lines)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True
