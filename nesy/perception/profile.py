"""The family of a model -> its profile: how it writes boxes, how it is asked, what it can be given; declared as data.

The shipped ones stand in `profiles.toml`. What a reply looks like changes nothing: see `nesy.perception.box_reading`.
"""

import difflib
import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from nesy.errors import InputError
from nesy.geometry import BoxForm
from nesy.settings.layers import layered

_OTHER_KEYS = ("id", "category", "attributes")
"""What else a row of an entity holds."""


def _scale(value: float | str | None) -> float | str | None:
    if value is None or value == "pixels" or (isinstance(value, float) and 1.0 <= value <= 100_000.0):
        return value
    raise ValueError("'pixels' or a number from 1 to 100000 is expected")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Resize(_Frozen):
    """How a picture is resized before a model whose boxes are pixels sees it: in steps, within an area.

    >>> Resize(multiple=28, least=3136, most=1003520).of(640, 480)
    (644, 476)
    >>> Resize(multiple=28, least=3136, most=1003520).of(4000, 3000)
    (1148, 840)
    """

    multiple: Annotated[int, Field(ge=1, le=512)]
    """Of which each side is one, in pixels."""
    least: Annotated[int, Field(ge=1)]
    """Pixels of the whole, at least."""
    most: Annotated[int, Field(ge=1)]
    """Pixels of the whole, at most."""

    def of(self, width: int, height: int) -> tuple[int, int]:
        """Return the size that a picture comes to, near its proportions (Qwen2-VL, arXiv 2409.12191)."""
        step = self.multiple
        across, down = (max(step, round(side / step) * step) for side in (width, height))
        if across * down > self.most:
            factor = math.sqrt(width * height / self.most)
            across, down = (max(step, math.floor(side / factor / step) * step) for side in (width, height))
        elif across * down < self.least:
            factor = math.sqrt(self.least / (width * height))
            across, down = (math.ceil(side * factor / step) * step for side in (width, height))
        return across, down


class Profile(_Frozen):
    """How a family of models is spoken to.

    >>> profile_of("qwen3_vl").form(640, 480).numbers((0.1, 0.2, 0.5, 1.0))
    (100.0, 200.0, 500.0, 1000.0)
    """

    name: str = ""
    """As `--profile` takes it."""
    about: str = ""
    """One line for people."""
    types: tuple[str, ...] = ()
    """Values of `model_type` in config.json."""
    names: tuple[str, ...] = ()
    """Parts of a served model's name, in lower case, that tell the family."""
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")] = "box"
    """Under which a box stands in a JSON object."""
    order: Literal["xyxy", "yxyx"] = "xyxy"
    """Left, top, right, bottom; or top, left, bottom, right."""
    scale: Annotated[float | str | None, AfterValidator(_scale)] = None
    """What a whole side counts: 1, 100, 1000; `pixels`; None: the family writes no boxes."""
    frame: Literal["picture", "square", "resized"] = "picture"
    """Of what: the picture, the picture padded to a square in the middle, or what it is resized to."""
    resize: Resize | None = None
    """How it is resized, where a server does that out of sight."""
    task: Literal["json", "paligemma", "florence"] = "json"
    """How it is asked: in words, for JSON; or by tasks of its own."""
    pictures: Annotated[int, Field(ge=1, le=64)] = 1
    """How many a turn may hold."""
    video: bool = False
    """Whether it takes video."""
    system: bool = False
    """Whether its template has a system turn."""

    @model_validator(mode="after")
    def _whole(self) -> "Profile":
        if self.key in _OTHER_KEYS:
            raise ValueError(f"key {self.key!r} is that of something else in a row; a box needs one of its own")
        if self.frame == "resized" and self.scale != "pixels":
            raise ValueError("frame 'resized' is for scale 'pixels'")
        if self.frame == "square" and self.scale == "pixels":
            raise ValueError("frame 'square' is for shares, not for scale 'pixels'")
        return self

    def form(self, width: int, height: int, shown: tuple[int, int] | None = None) -> BoxForm | None:
        """Return how the model writes the boxes of a picture; None: not at all.

        Args:
            width: of the picture, in pixels.
            height: likewise.
            shown: width and height in pixels of what the model is shown, where that is known.
        """
        if self.scale is None:
            return None
        if isinstance(self.scale, str):
            told = (width, height) if self.resize is None else self.resize.of(width, height)
            across, down = (shown or told) if self.frame == "resized" else (width, height)
            size = float(across), float(down)
            return BoxForm(key=self.key, order=self.order, size=size, picture=(0.0, 0.0, *size), whole=True)
        side = self.scale
        left = top = 0.0
        if self.frame == "square":
            left, top = (side * (1 - own / max(width, height)) / 2 for own in (width, height))
        return BoxForm(
            key=self.key,
            order=self.order,
            size=(side, side),
            picture=(left, top, side - left, side - top),
            whole=side > 1.0,
        )


@cache
def profiles() -> Mapping[str, Profile]:
    """Return the shipped profiles by name."""
    data = (files("nesy.perception") / "profiles.toml").read_bytes()
    return MappingProxyType({name: Profile(name=name, **row) for name, row in tomllib.loads(data.decode()).items()})


PLAIN = "plain"
"""The profile of a model that no other one fits."""


def profile_of(model_type: str) -> Profile:
    """Return the profile of a model on this machine, by the `model_type` of its config.json; else the plain one."""
    return next((one for one in profiles().values() if model_type in one.types), profiles()[PLAIN])


def profile_named(model_name: str) -> Profile:
    """Return the profile of a model of a server, by its name; else the plain one.

    >>> profile_named("Qwen/Qwen2.5-VL-7B-Instruct").name, profile_named("my-finetune").name
    ('qwen2.5-vl', 'plain')
    """
    low = model_name.lower()
    return next((one for one in profiles().values() if any(part in low for part in one.names)), profiles()[PLAIN])


def read_profile(spec: str) -> Profile:
    """Return the profile that `--profile` names: one of those shipped, or a TOML file of one's own.

    Raises:
        InputError: there is none of this name, or the file cannot be read, has unknown keys or wrong values.
    """
    if spec in profiles():
        return profiles()[spec]
    if not spec.endswith(".toml"):
        close = difflib.get_close_matches(spec, profiles(), 1)
        meant = f"; did you mean {close[0]}?" if close else f"; one of {', '.join(profiles())}, or a TOML file"
        raise InputError(f"no profile {spec!r}{meant}")
    own = layered(Profile, Path(spec))
    return own if own.name else own.model_copy(update={"name": Path(spec).stem})
