"""A picture and what witnesses saw in it -> the picture with boxes and names, skeletons, and lines of text."""

import re
from collections import Counter
from collections.abc import Sequence

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.image import Image
from nesy.observations import Observations, TextLine
from nesy.rendering.label_placement import Page, around_box
from nesy.rendering.page_layout import LEAST_SIDE_PX
from nesy.rendering.palette import INK, PAPER, category_colours
from nesy.rendering.picture import scene_picture
from nesy.rendering.plain import drawable
from nesy.rendering.taken_room import Rect
from nesy.scene import Entity, Scene, term

_FONT = 16
_MOST_TEXT = 60
"""Of a line so many characters are drawn; the observations have all of it."""
_NO_ID = re.compile(r"[^\w.-]+")


def observed_picture(image: Image, seen: Observations) -> PIL.Image.Image:
    """Draw what witnesses saw over the image; lines of text are named by what they say."""
    entities = _entities(seen)
    colours = category_colours(term(entity.category) for entity in entities)
    longer_px = max(LEAST_SIDE_PX, min(max(image.size_px), 2 * LEAST_SIDE_PX))
    picture = scene_picture(image.pixels, Scene(entities=entities), colours, people=seen.people, longer_px=longer_px)
    _draw_texts(PIL.ImageDraw.Draw(picture), seen.texts, picture.size)
    return picture


def _entities(seen: Observations) -> tuple[Entity, ...]:
    """Return the things as entities, numbered by category."""
    counted: Counter[str] = Counter()
    entities = []
    for thing in seen.things:
        # A witness of open vocabulary may name a thing by any words; an id has letters, digits and a few marks.
        name = _NO_ID.sub("_", thing.category).strip("_.-")[:80] or "thing"
        counted[name] += 1
        entities.append(Entity(id=f"{name}_{counted[name]}", category=name, box=thing.box))
    return tuple(entities)


def _draw_texts(pen: PIL.ImageDraw.ImageDraw, lines: Sequence[TextLine], size: tuple[int, int]) -> None:
    """Draw a frame around every line of text, and beside it what it says."""
    font = PIL.ImageFont.load_default(_FONT)
    page = Page((0.0, 0.0, float(size[0]), float(size[1])))
    frames: list[Rect] = [
        (
            line.box[0] * (size[0] - 1),
            line.box[1] * (size[1] - 1),
            max(line.box[0], line.box[2]) * (size[0] - 1),
            max(line.box[1], line.box[3]) * (size[1] - 1),
        )
        for line in lines
    ]
    for line, frame in zip(lines, frames, strict=True):
        pen.rectangle(frame, outline=INK, width=2)
        told = drawable(line.text if len(line.text) <= _MOST_TEXT else f"{line.text[:_MOST_TEXT]}...")
        room = (font.getlength(told) + 12, _FONT + 8.0)
        spot = page.place(room, around_box(frame, room), frames)
        pen.rounded_rectangle(spot, radius=5, fill=PAPER, outline=INK, width=1)
        pen.text((spot[0] + 6, (spot[1] + spot[3]) / 2), told, font=font, fill=INK, anchor="lm")
