"""nesy.scene/1: one in a file, or one a line; of an analysis its final scene."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nesy.encoding import decoded
from nesy.errors import InputError
from nesy.interchange.content import bytes_of, text_lines
from nesy.interchange.losses import Lost
from nesy.scene import Scene

_LINES = (".jsonl", ".ndjson")


def fits(start: object) -> bool:
    """Tell whether it is a scene or an analysis of `nesy`."""
    if not isinstance(start, dict):
        return False
    if "schema" in start:
        return start["schema"] in ("nesy.scene/1", "nesy.analysis/1")
    return "entities" in start and "file" not in start


def read(path: Path) -> Iterator[Scene | Lost]:
    """Yield the scenes of a file; those of one a line are read as they are wanted.

    Raises:
        InputError: it cannot be read, or a scene of it is none.
    """
    text = None if path.suffix.lower() in _LINES else decoded(bytes_of(path), str(path))
    if text is None or _is_one_a_line(text):
        for place, line in text_lines(path):
            yield _scene(line, place)
    else:
        yield _scene(text, str(path))


def write_lines(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write one scene a line; all of it can be held."""
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for scene in scenes:
            out.write(scene.to_json() + "\n")
    return ()


def write_one(scenes: Iterable[Scene], path: Path) -> Sequence[Lost]:
    """Write the one scene there is.

    Raises:
        InputError: there is none, or more than one.
    """
    held = iter(scenes)
    scene, more = next(held, None), next(held, None)
    if scene is None or more is not None:
        there = "none is there" if scene is None else "there are several"
        raise InputError(f"one scene goes into such a file, and {there}; a .jsonl holds any number, --to names others")
    path.write_text(scene.to_json(indent=2) + "\n", encoding="utf-8", newline="\n")
    return ()


def _is_one_a_line(text: str) -> bool:
    first, _, rest = text.strip().partition("\n")
    if not rest:
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _scene(text: str | bytes, where: str) -> Scene:
    from nesy.analysis import Analysis

    data = text.encode() if isinstance(text, str) else text
    if b'"nesy.analysis/1"' in data:
        return Analysis.from_json(data, source=where).scene
    return Scene.from_json(data, source=where)
