"""A question -> the same with a second picture: the image with a numbered box around each entity that is named.

Source: J. Yang et al., Set-of-Mark Prompting Unleashes Extraordinary Visual Grounding in GPT-4V, arXiv 2310.11441. The
boxes are those that the model itself gave, so a mark may lie where nothing is.
"""

from collections.abc import Iterator, Sequence

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.geometry import Box
from nesy.image import Image
from nesy.turns import Request

Rect = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
_COLOURS = ((200, 30, 30), (20, 90, 200), (10, 120, 60), (150, 40, 170), (170, 90, 0), (0, 115, 130))
"""All dark enough for white numbers."""
_WHITE = (255, 255, 255)


def with_marks(request: Request) -> Request:
    """Return the request with its `marked` picture; as it is where no entity has a box."""
    boxes = [entity.box for entity in request.entities if entity.box is not None]
    return request.model_copy(update={"marked": marked(request.image, boxes)}) if boxes else request


def marked(image: Image, boxes: Sequence[Box]) -> Image:
    """Return the image, as large as it is, with these boxes drawn on it and numbered from 1 in their order."""
    pixels = image.pixels.copy()
    pen = PIL.ImageDraw.Draw(pixels)
    width = max(2, round(max(pixels.size) / 250))
    placed = [_in_pixels(box, pixels.size) for box in boxes]
    for number, box in enumerate(placed):
        pen.rectangle(box, outline=_WHITE, width=width + 2)
        pen.rectangle(_inside(box), outline=_COLOURS[number % len(_COLOURS)], width=width)
    font = PIL.ImageFont.load_default(max(12, round(max(pixels.size) / 32)))
    taken: list[Rect] = []
    for number, box in enumerate(placed):
        told = str(number + 1)
        left, top, right, bottom = pen.textbbox((0, 0), told, font=font)
        size = (right - left + 6, bottom - top + 6)
        spot = _spot(box, size, taken, pixels.size)
        taken.append(spot)
        pen.rectangle(spot, fill=_COLOURS[number % len(_COLOURS)], outline=_WHITE)
        pen.text((spot[0] + 3 - left, spot[1] + 3 - top), told, font=font, fill=_WHITE)
    return Image.from_pixels(pixels, name=f"{image.name} (marked)")


def _in_pixels(box: Box, size: tuple[int, int]) -> Rect:
    left, right = sorted((box[0] * (size[0] - 1), box[2] * (size[0] - 1)))
    top, bottom = sorted((box[1] * (size[1] - 1), box[3] * (size[1] - 1)))
    return left, top, right, bottom


def _inside(box: Rect) -> Rect:
    """Return the box a pixel smaller, for the line inside the white one; a box of no size stays as it is."""
    left, top, right, bottom = box
    return (left + 1, top + 1, right - 1, bottom - 1) if min(right - left, bottom - top) > 2 else box


def _spot(box: Rect, size: tuple[float, float], taken: Sequence[Rect], page: tuple[int, int]) -> Rect:
    """Return the first place for a number, at a corner of its box or down its left edge, that covers no other's."""
    spots = [_on_page(at, size, page) for at in _corners(box, size)]
    return next((spot for spot in spots if not any(_overlap(spot, other) for other in taken)), spots[0])


def _corners(box: Rect, size: tuple[float, float]) -> Iterator[tuple[float, float]]:
    left, top, right, bottom = box
    width, height = size
    yield from ((left, top), (right - width, top), (left, bottom - height), (right - width, bottom - height))
    steps = int((bottom - top) // height)
    yield from ((x, top + step * height) for x in (left, right - width) for step in range(1, steps))
    yield from ((left, top - height), (right - width, top - height), (left, bottom), (right - width, bottom))


def _on_page(at: tuple[float, float], size: tuple[float, float], page: tuple[int, int]) -> Rect:
    left = min(max(0.0, at[0]), max(0.0, page[0] - 1 - size[0]))
    top = min(max(0.0, at[1]), max(0.0, page[1] - 1 - size[1]))
    return left, top, left + size[0], top + size[1]


def _overlap(a: Rect, b: Rect) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
