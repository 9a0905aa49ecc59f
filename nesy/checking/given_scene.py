"""What a function that takes a scene is given -> the scene: itself, the path of a file, or the data of one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from nesy.errors import InputError
from nesy.scene import Scene, one_line

GivenScene = Scene | str | Path | Mapping[str, Any]
"""A scene; the path of a JSON file of one; or what `json.load` gives of it."""


def given_scene(scene: GivenScene) -> Scene:
    """Return the scene that is meant.

    Raises:
        InputError: there is no such file, it holds no scene, or this is none of what is taken.
    """
    if isinstance(scene, Scene):
        return scene
    if isinstance(scene, Mapping):
        try:
            return Scene.model_validate(dict(scene))
        except ValidationError as error:
            raise InputError(f"scene: {one_line(error)}") from None
    if isinstance(scene, str | Path):
        if isinstance(scene, str) and scene.lstrip().startswith("{"):
            raise InputError("a text of JSON is no scene yet: nesy.Scene.from_json(text) reads it")
        try:
            text = Path(scene).read_bytes()
        except OSError as error:
            raise InputError(f"{scene}: cannot be read ({error.strerror})") from None
        except ValueError:
            raise InputError(f"{str(scene)!r}: no file can have this name") from None
        return Scene.from_json(text, str(scene))
    raise InputError(f"a scene is expected, or the path of one, and not {type(scene).__name__}")
