"""A folder with `scenes.jsonl` -> the true scenes of its pictures."""

from pathlib import Path

from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.scene import Scene


def read_truths(folder: Path) -> list[Scene]:
    """Read the true scenes of a folder.

    Raises:
        InputError: there are none, or a line is no scene; names the file, the line and what is wrong.
    """
    path = folder / "scenes.jsonl"
    try:
        lines = read_text(path).splitlines()
    except InputError as error:
        raise InputError(f"{error}; `nesy synth` writes such folders") from None
    scenes = [Scene.from_json(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]
    if not scenes:
        raise InputError(f"{path}: no scene in it")
    return scenes
