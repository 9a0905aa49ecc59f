"""The boxes that a model wrote, and where the things truly are -> in which convention it writes boxes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nesy.geometry import Box, BoxForm, iou
from nesy.perception.profile import Profile

PLAIN = 0.5
"""Mean IoU from which a convention counts as the one that is meant."""
_FOUR = re.compile(r"[\s,;:()\[\]{}<>a-z_|\"]{1,12}".join([r"(\d{1,5}(?:\.\d+)?)(?![a-zA-Z\d])"] * 4))
_APART = 0.05
"""By so much a convention must be better than the next for a difference to be told."""


@dataclass(frozen=True)
class Shown:
    """A box that was written, and the thing that it is of."""

    numbers: tuple[float, float, float, float]
    box: Box
    """Where the thing truly is, in shares of the picture."""
    size_px: tuple[int, int]
    """Of the picture."""
    declared: BoxForm
    """How the model declares to write boxes of this picture."""


@dataclass(frozen=True)
class Convention:
    """A way to write boxes, and how well it fits."""

    name: str
    fit: float
    """Mean IoU of the boxes that are read so with the true ones, in [0, 1]; 0 for one that it cannot hold."""


def numbers_in(text: str) -> tuple[float, float, float, float] | None:
    """Return the first four numbers that stand together in a text, however they are set; None where there are none.

    >>> numbers_in("The cup is at <box>[[102, 33, 700, 990]]</box>.")
    (102.0, 33.0, 700.0, 990.0)
    >>> numbers_in("<loc0020><loc0240><loc1000><loc0720> cup"), numbers_in("2 cups")
    ((20.0, 240.0, 1000.0, 720.0), None)
    """
    found = _FOUR.search(text)
    if found is None:
        return None
    a, b, c, d = map(float, found.groups())
    return a, b, c, d


def conventions(boxes: Sequence[Shown]) -> list[Convention]:
    """Return every convention with its fit to the boxes, the best first; the declared one is among them."""
    names = list(_forms((1, 1)))
    fits = {name: [_fit(one, _forms(one.size_px)[name]) for one in boxes] for name in names}
    fits["as declared"] = [_fit(one, one.declared) for one in boxes]
    ranked = [Convention(name, sum(fit) / len(fit)) for name, fit in fits.items() if fit]
    return sorted(ranked, key=lambda one: -one.fit)


def told(boxes: Sequence[Shown]) -> str:
    """Say in a line which convention is seen, and whether it is the declared one."""
    if not boxes:
        return "unknown: no box of a thing that is in the pictures"
    ranked = conventions(boxes)
    declared = next(one.fit for one in ranked if one.name == "as declared")
    best = next(one for one in ranked if one.name != "as declared")
    about = f"{len(boxes)} boxes"
    if declared >= max(PLAIN, best.fit - _APART):
        return f"as declared ({about}, mean IoU {declared:.2f})"
    if best.fit >= PLAIN:
        return f"{best.name} (mean IoU {best.fit:.2f}), not as declared ({declared:.2f}; {about})"
    return f"unknown: none fits ({about}; best {best.name}, {best.fit:.2f}; as declared {declared:.2f})"


def frame(boxes: Sequence[Shown]) -> str:
    """Say in a line whether boxes are of the picture or of the square that it is padded to."""
    wide = [one for one in boxes if one.size_px[0] != one.size_px[1]]
    fits = {one.name: one.fit for one in conventions(wide)} if wide else {}
    best = max(fits.values(), default=0.0)
    if best < PLAIN:
        return "unknown"
    square = max(fit for name, fit in fits.items() if "square" in name)
    picture = max(fit for name, fit in fits.items() if "square" not in name and name != "as declared")
    if abs(square - picture) < _APART:
        return f"not told apart (picture {picture:.2f}, padded square {square:.2f})"
    return f"the {'padded square' if square > picture else 'picture'} ({picture:.2f}, padded square {square:.2f})"


def _forms(size_px: tuple[int, int]) -> dict[str, BoxForm]:
    forms: dict[str, BoxForm] = {}
    for words, order in (("", "xyxy"), (", the vertical first", "yxyx")):
        for scale, unit in ((1.0, "shares"), (100.0, "percent"), (1000.0, "thousandths"), (1024.0, "1024ths")):
            for of in ("picture", "square"):
                profile = Profile.model_validate({"order": order, "scale": scale, "frame": of})
                form = profile.form(*size_px)
                assert form is not None, "it has a scale"
                forms[f"{unit} of the {of}{words}"] = form.model_copy(update={"whole": False})
        pixels = Profile.model_validate({"order": order, "scale": "pixels"}).form(*size_px)
        assert pixels is not None, "it has a scale"
        forms[f"pixels of the picture{words}"] = pixels.model_copy(update={"whole": False})
    return forms


def _fit(one: Shown, form: BoxForm) -> float:
    return iou(form.box(one.numbers), one.box) if form.fits(one.numbers) else 0.0
