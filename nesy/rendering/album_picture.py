"""Pictures and their album -> one picture: side by side, with boxes, and an arrow between what is the same."""

import math
from collections.abc import Sequence

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.analysis import Album
from nesy.geometry import Box
from nesy.image import Image
from nesy.rendering.palette import GROUND, INK, PAPER
from nesy.rendering.picture import annotated

_HEIGHT_PX, _WIDEST_PX, _GAP_PX = 360, 720, 16
_FONT, _BADGE_PX = 20, 28
_ROW = 3
"""Pictures of one row; four stand in two rows."""

Rect = tuple[int, int, int, int]


def annotated_album(images: Sequence[Image], album: Album) -> PIL.Image.Image:
    """Draw the pictures of an album side by side, numbered, with what is the same and the panel of what was said.

    Args:
        images: in the order of the album.
        album: what was made of them.
    """
    size, places = _places([image.size_px for image in images])
    sheet = PIL.Image.new("RGB", size, GROUND)
    pen = PIL.ImageDraw.Draw(sheet)
    for number, (image, place) in enumerate(zip(images, places, strict=True), start=1):
        shown = image.pixels.resize((place[2] - place[0], place[3] - place[1]), PIL.Image.Resampling.LANCZOS)
        sheet.paste(shown, place[:2])
        corner = (place[0], place[1], place[0] + _BADGE_PX, place[1] + _BADGE_PX)
        pen.rectangle(corner, fill=INK)
        middle = (place[0] + _BADGE_PX / 2, place[1] + _BADGE_PX / 2)
        pen.text(middle, str(number), font=PIL.ImageFont.load_default(_FONT), fill=PAPER, anchor="mm")
    things = album.things
    scene = album.together.scene
    moved = tuple(
        entity
        if entity.box is None
        else entity.model_copy(update={"box": _moved(entity.box, places[things[entity.id][0] - 1], size)})
        for entity in scene.entities
    )
    on_sheet = album.together.model_copy(update={"scene": scene.model_copy(update={"entities": moved})})
    return annotated(Image.from_pixels(sheet, album.together.image.name), on_sheet)


def _places(sizes: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], list[Rect]]:
    """Return the size of the sheet, and where on it each picture goes: of one height, in rows."""
    columns = 2 if len(sizes) == 4 else min(len(sizes), max(_ROW, math.ceil(math.sqrt(len(sizes)))))
    places: list[Rect] = []
    left = top = 0
    for number, (width, height) in enumerate(sizes):
        if number and number % columns == 0:
            left, top = 0, top + _HEIGHT_PX + _GAP_PX
        across = max(_BADGE_PX, min(_WIDEST_PX, round(width * _HEIGHT_PX / height)))
        down = max(_BADGE_PX, min(_HEIGHT_PX, round(height * across / width)))
        places.append((left, top, left + across, top + down))
        left += across + _GAP_PX
    return (max(place[2] for place in places), top + _HEIGHT_PX), places


def _moved(box: Box, place: Rect, size: tuple[int, int]) -> Box:
    """Return a box of a picture as one of the sheet."""
    left, top, right, bottom = place
    return (
        (left + box[0] * (right - left)) / size[0],
        (top + box[1] * (bottom - top)) / size[1],
        (left + box[2] * (right - left)) / size[0],
        (top + box[3] * (bottom - top)) / size[1],
    )
