"""Boxes in [0, 1] and pure functions on them; origin top left, of the upright image.

>>> upper_half: Box = (0.0, 0.0, 1.0, 0.5)
>>> area(upper_half)
0.5
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Coordinate = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]

Box = tuple[Coordinate, Coordinate, Coordinate, Coordinate]
"""(left, top, right, bottom), each in [0, 1]."""


def area(box: Box) -> float:
    """Return the share of the image that `box` covers; 0 for a box turned inside out.

    >>> area((0.0, 0.0, 0.5, 0.5))
    0.25
    """
    left, top, right, bottom = box
    return max(0.0, right - left) * max(0.0, bottom - top)


def intersection(a: Box, b: Box) -> float:
    """Return the area that two boxes share."""
    return area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def iou(a: Box, b: Box) -> float:
    """Return intersection over union, in [0, 1]; 0 when both boxes are empty.

    >>> iou((0, 0, 1, 1), (0, 0, 0.5, 1))
    0.5
    """
    shared = intersection(a, b)
    union = area(a) + area(b) - shared
    return shared / union if union > 0 else 0.0


def centre(box: Box) -> tuple[float, float]:
    """Return the middle (x, y) of `box`."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def gap(a: Box, b: Box) -> float:
    """Return the Euclidean distance between the nearest points of two boxes; 0 when they touch.

    >>> gap((0, 0, 0.2, 1), (0.5, 0, 1, 1))
    0.3
    """
    across = max(a[0] - b[2], b[0] - a[2], 0.0)
    down = max(a[1] - b[3], b[1] - a[3], 0.0)
    return round(float((across**2 + down**2) ** 0.5), 12)


def union_box(boxes: tuple[Box, ...]) -> Box:
    """Return the smallest box around all `boxes` (at least one)."""
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )


def share(value: float) -> float:
    """Return a number of a network within [0, 1], with four digits: as far as a pixel of a large picture is told.

    >>> share(1.00001), share(0.123456)
    (1.0, 0.1235)
    """
    return round(min(1.0, max(0.0, float(value))), 4)


class BoxForm(BaseModel):
    """How a model writes the box of a thing: under which key, in which order, in which units, of what.

    A picture of 640 x 480 that is padded to a square, as LLaVA-1.5 was trained on, begins an eighth below the top:

    >>> padded = BoxForm(picture=(0.0, 0.125, 1.0, 0.875))
    >>> padded.numbers((0.0, 0.0, 1.0, 1.0)), padded.box((0.25, 0.125, 0.5, 0.5))
    ((0.0, 0.125, 1.0, 0.875), (0.25, 0.0, 0.5, 0.5))
    >>> BoxForm(key="bbox_2d", size=(1000, 1000), picture=(0, 0, 1000, 1000), whole=True).numbers((0.1, 0.2, 0.3, 0.4))
    (100.0, 200.0, 300.0, 400.0)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str = "box"
    """In a JSON object: `box`, `bbox_2d`, `box_2d`."""
    order: Literal["xyxy", "yxyx"] = "xyxy"
    """Left, top, right, bottom; or top, left, bottom, right."""
    size: tuple[float, float] = (1.0, 1.0)
    """Width and height of what the model sees, in its units: 1 for shares, 1000 for thousandths, else pixels."""
    picture: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    """Where in it the picture lies: left, top, right, bottom; all of it, but where the picture was padded."""
    whole: bool = False
    """Whether the numbers are whole ones."""

    def fits(self, numbers: Sequence[float]) -> bool:
        """Tell whether four numbers are a box in this form: within what the model sees, and not inside out.

        Where numbers are whole ones, shares are none: `[0.1, 0.2, 0.4, 0.9]` is no box in thousandths.
        """
        left, top, right, bottom = self._ordered(numbers)
        width, height = self.size
        shares = self.whole and max(numbers) <= 1.0 and not all(float(number).is_integer() for number in numbers)
        return 0.0 <= left <= right <= width and 0.0 <= top <= bottom <= height and not shares

    def misfit(self, numbers: Sequence[float]) -> str:
        """Say why four numbers are no box in this form.

        >>> BoxForm().misfit([10, 20, 40, 90]), BoxForm().misfit([0.4, 0.1, 0.2, 0.9])
        ('[10, 20, 40, 90] is not within 0 to 1 (pixels or percent?)', '[0.4, 0.1, 0.2, 0.9] is turned inside out')
        """
        told = f"[{', '.join(f'{number:g}' for number in numbers)}]"
        a, b, c, d = numbers
        width, height = self.size
        if self.fits((min(a, c), min(b, d), max(a, c), max(b, d))):
            return f"{told} is turned inside out"
        if self.whole and min(numbers) >= 0.0 and max(numbers) <= 1.0:
            return f"{told} are shares, where whole numbers were asked for"
        if self.size == (1.0, 1.0):
            return f"{told} is not within 0 to 1 (pixels or percent?)"
        within = f"0 to {width:g}" if width == height else f"a picture of {width:g} x {height:g}"
        return f"{told} is not within {within}"

    def box(self, numbers: Sequence[float]) -> Box:
        """Return what four numbers that fit are of the picture, in shares; what lies in the padding is cut off."""
        x0, y0, x1, y1 = self.picture
        left, top, right, bottom = self._ordered(numbers)

        def placed(value: float, start: float, end: float) -> float:
            return min(1.0, max(0.0, (value - start) / (end - start)))

        return placed(left, x0, x1), placed(top, y0, y1), placed(right, x0, x1), placed(bottom, y0, y1)

    def numbers(self, box: Box) -> tuple[float, float, float, float]:
        """Return the four numbers of a box in this form; whole ones are rounded."""
        x0, y0, x1, y1 = self.picture
        left, right = (x0 + share * (x1 - x0) for share in (box[0], box[2]))
        top, bottom = (y0 + share * (y1 - y0) for share in (box[1], box[3]))
        told = self._ordered((left, top, right, bottom))
        return (_rounded(told[0]), _rounded(told[1]), _rounded(told[2]), _rounded(told[3])) if self.whole else told

    def _ordered(self, numbers: Sequence[float]) -> tuple[float, float, float, float]:
        a, b, c, d = numbers
        return (a, b, c, d) if self.order == "xyxy" else (b, a, d, c)


def _rounded(value: float) -> float:
    return float(round(value))


SHARES = BoxForm()
"""Boxes as `nesy` has them: shares of the upright picture."""
