"""An image and its analysis -> a picture: boxes with ids, relations as arrows, and a panel that tells the rest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.analysis import Analysis
from nesy.geometry import Box
from nesy.image import Image
from nesy.observations import Person
from nesy.rendering.arrow_routes import routes
from nesy.rendering.label_placement import Page, Point, along_curve, around_box, distance, leader
from nesy.rendering.page_layout import LEAST_SIDE_PX, best_layout, reduced
from nesy.rendering.palette import GROUND, INK, PAPER, Colour, category_colours, ink_on
from nesy.rendering.panel import rows
from nesy.rendering.plain import drawable
from nesy.rendering.skeleton import draw_skeletons
from nesy.rendering.taken_room import Rect
from nesy.scene import Entity, Scene, term

Arrow = tuple[list[Point], str]
"""The points of its curve, and its name."""
_FINE = 2
"""Lines are drawn this much larger and reduced again, so that slanted ones are smooth."""
_HEAD_PX, _DOT_PX = 16, 5
_ENTITY_FONT, _ARROW_FONT = 17, 16
_LEAST_NAME_PX, _MOST_NAME = 200, 0.35
"""A longer name than this, or than this share of the picture, is shortened; the panel has all of it."""


def annotated(image: Image, analysis: Analysis) -> PIL.Image.Image:
    """Draw the final scene over the image, with its claims, findings and withdrawn claims beside it or below.

    The skeletons are those that a witness saw, where one looked.
    """
    colours = category_colours(term(entity.category) for turn in analysis.rounds for entity in turn.scene.entities)
    layout = best_layout(image.size_px, rows(analysis, colours))
    people = () if analysis.observations is None else analysis.observations.people
    picture = scene_picture(
        image.pixels, analysis.scene, colours, people=people, longer_px=layout.longer_px, room_px=layout.room_px
    )
    corner = (0, picture.height) if layout.below else (picture.width, 0)
    page = PIL.Image.new("RGB", layout.size_px, GROUND)
    page.paste(PAPER, (*corner, *page.size))
    page.paste(picture, (0, 0))
    page.paste(layout.sheet.drawn(), corner)
    return page


def scene_picture(
    pixels: PIL.Image.Image,
    scene: Scene,
    colours: Mapping[str, Colour],
    *,
    people: Iterable[Person] = (),
    longer_px: int = LEAST_SIDE_PX,
    room_px: tuple[int, int] = (0, 0),
) -> PIL.Image.Image:
    """Draw a scene's boxes and relations over the image; what has no box is left out.

    Args:
        colours: by category, as `term` gives it; all categories of the scene.
        people: whose skeletons are drawn, below the boxes.
        longer_px: the longer side of the image as it is drawn.
        room_px: width and height of the result where that is more; the image is in the middle of it.
    """
    shown = reduced(pixels.size, longer_px)
    picture = PIL.Image.new("RGB", (max(shown[0], room_px[0]), max(shown[1], room_px[1])), GROUND)
    corner = (picture.width - shown[0]) // 2, (picture.height - shown[1]) // 2
    picture.paste(pixels.convert("RGB").resize(shown, PIL.Image.Resampling.LANCZOS), corner)
    draw_skeletons(picture, people, (*corner, corner[0] + shown[0] - 1, corner[1] + shown[1] - 1))
    size = picture.size
    boxes = _boxes(scene, shown, corner)
    drawn = [e for e in scene.entities if e.id in boxes]
    arrows = _arrows(scene, boxes, size)
    names = _names(size, drawn, boxes, arrows, colours)
    lines = PIL.Image.new("RGBA", (size[0] * _FINE, size[1] * _FINE), (0, 0, 0, 0))
    pen = PIL.ImageDraw.Draw(lines, "RGBA")
    # Large boxes first, so that the small ones stay in sight; no tint covers an outline.
    by_area = sorted(drawn, key=lambda e: -_area(boxes[e.id]))
    for entity in by_area:
        pen.rectangle(_fine(boxes[entity.id]), fill=(*colours[term(entity.category)], 22))
    for entity in by_area:
        _draw_outline(pen, _fine(boxes[entity.id]), colours[term(entity.category)])
    for name in names:
        _draw_leader(pen, name)
    for curve, _ in arrows:
        _draw_arrow(pen, curve)
    smooth = lines.resize(size, PIL.Image.Resampling.LANCZOS)
    picture = PIL.Image.alpha_composite(picture.convert("RGBA"), smooth).convert("RGB")
    _draw_names(picture, names)
    return picture


def scene_names(scene: Scene, size_px: tuple[int, int], colours: Mapping[str, Colour]) -> list["Name"]:
    """Return the names of a scene's entities and arrows on a picture of this size, where they go."""
    boxes = _boxes(scene, size_px, (0, 0))
    drawn = [e for e in scene.entities if e.id in boxes]
    return _names(size_px, drawn, boxes, _arrows(scene, boxes, size_px), colours)


def _boxes(scene: Scene, size: tuple[int, int], corner: tuple[int, int]) -> dict[str, Rect]:
    """Return the boxes in pixels, of an image of this size whose left top corner is there."""
    return {e.id: _in_pixels(e.box, size, corner) for e in scene.entities if e.box is not None}


def _in_pixels(box: Box, size: tuple[int, int], corner: tuple[int, int]) -> Rect:
    left, right = sorted(corner[0] + x * (size[0] - 1) for x in (box[0], box[2]))
    top, bottom = sorted(corner[1] + y * (size[1] - 1) for y in (box[1], box[3]))
    return left, top, right, bottom


def _area(box: Rect) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _arrows(scene: Scene, boxes: Mapping[str, Rect], size: tuple[int, int]) -> list[Arrow]:
    """Return one arrow for each pair of entities and direction, with all its predicates as one name."""
    predicates: dict[tuple[str, str], list[str]] = {}
    for relation in scene.relations:
        if relation.subject in boxes and relation.object in boxes:
            predicates.setdefault((relation.subject, relation.object), []).append(relation.predicate)
    curves = routes(boxes, predicates, size)
    return [
        (curves[pair], drawable(", ".join(dict.fromkeys(told)).replace("_", " "))) for pair, told in predicates.items()
    ]


def _fine(box: Rect) -> Rect:
    return box[0] * _FINE, box[1] * _FINE, box[2] * _FINE, box[3] * _FINE


def _draw_outline(pen: PIL.ImageDraw.ImageDraw, fine: Rect, colour: Colour) -> None:
    pen.rectangle(fine, outline=(255, 255, 255, 200), width=5 * _FINE)
    inner = (fine[0] + _FINE, fine[1] + _FINE, fine[2] - _FINE, fine[3] - _FINE)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        pen.rectangle(inner, outline=(*colour, 255), width=3 * _FINE)


def _draw_arrow(pen: PIL.ImageDraw.ImageDraw, curve: Sequence[Point]) -> None:
    fine = [(x * _FINE, y * _FINE) for x, y in curve]
    x1, y1 = fine[-1]
    # It points along the part of the curve that the head covers; its line ends where the head begins.
    line = [point for point in fine if _apart(point, fine[-1]) > _HEAD_PX * _FINE] or fine[:1]
    x0, y0 = line[-1]
    length = _apart((x0, y0), (x1, y1)) or 1.0
    ahead = ((x1 - x0) / length, (y1 - y0) / length)
    for colour, width, grown in (((255, 255, 255, 230), 7, 3), ((*INK, 255), 3, 0)):
        reach, half = (_HEAD_PX + 1.6 * grown) * _FINE, (7 + grown) * _FINE
        tip = (x1 + ahead[0] * grown * _FINE, y1 + ahead[1] * grown * _FINE)
        back = (tip[0] - ahead[0] * reach, tip[1] - ahead[1] * reach)
        pen.line([*line, back], fill=colour, width=width * _FINE, joint="curve")
        pen.polygon(
            [
                tip,
                (back[0] - ahead[1] * half, back[1] + ahead[0] * half),
                (back[0] + ahead[1] * half, back[1] - ahead[0] * half),
            ],
            fill=colour,
        )
        dot = (_DOT_PX + 0.5 * grown) * _FINE
        pen.ellipse((fine[0][0] - dot, fine[0][1] - dot, fine[0][0] + dot, fine[0][1] + dot), fill=colour)


def _apart(a: Point, b: Point) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


@dataclass(frozen=True)
class Name:
    """The name of an entity or an arrow: where it stands, how it looks, and the line to what it names, if any."""

    text: str
    spot: Rect
    ground: Colour
    line: tuple[Point, Point] | None
    of_arrow: bool


@lru_cache
def _font(size: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.load_default(size)


def _names(
    size: tuple[int, int],
    drawn: Sequence[Entity],
    boxes: Mapping[str, Rect],
    arrows: Sequence[Arrow],
    colours: Mapping[str, Colour],
) -> list[Name]:
    """Return the names of all entities and arrows where they go."""
    page = Page((0.0, 0.0, float(size[0]), float(size[1])))
    # An arrow's head and the dot at its tail say which way it goes: no name lies on them.
    ends = [(end, reach) for curve, _ in arrows for end, reach in ((curve[0], _DOT_PX + 3), (curve[-1], _HEAD_PX))]
    for (x, y), reach in ends:
        page.take((x - reach, y - reach, x + reach, y + reach))
    every = np.array([boxes[entity.id] for entity in drawn], dtype=float)
    most = max(_LEAST_NAME_PX, _MOST_NAME * size[0])
    names = []
    for entity in sorted(drawn, key=lambda e: _area(boxes[e.id])):  # small ones have the fewest places
        text, box = _shortened(drawable(entity.id), _ENTITY_FONT, most), boxes[entity.id]
        room = (_font(_ENTITY_FONT).getlength(text) + 14, 25.0)
        spot = page.place(room, around_box(box, room), every)
        names.append(Name(text, spot, colours[term(entity.category)], leader(spot, box), of_arrow=False))
    for curve, told in arrows:
        text = _shortened(told, _ARROW_FONT, most)
        room = (_font(_ARROW_FONT).getlength(text) + 16, 24.0)
        spot = page.place(room, along_curve(curve, room))
        names.append(Name(text, spot, INK, _to_curve(spot, curve), of_arrow=True))
    return names


def _to_curve(spot: Rect, curve: Sequence[Point]) -> tuple[Point, Point] | None:
    nearest = min(curve, key=lambda point: distance(spot, (*point, *point)))
    return leader(spot, (*nearest, *nearest))


def _shortened(text: str, size: int, most_px: float) -> str:
    """Return the text, without its middle where it is too long: what comes last tells things of one name apart."""
    if _font(size).getlength(text) <= most_px:
        return text
    return next(
        short
        for kept in range(len(text) - 1, -1, -1)
        if _font(size).getlength(short := f"{text[: kept - kept // 3]}...{text[len(text) - kept // 3 :]}") <= most_px
        or not kept
    )


def _draw_leader(pen: PIL.ImageDraw.ImageDraw, name: Name) -> None:
    if name.line is None:
        return
    line = [(x * _FINE, y * _FINE) for x, y in name.line]
    for colour, width in (((255, 255, 255, 230), 5), ((*name.ground, 255), 2)):
        pen.line(line, fill=colour, width=width * _FINE)


def _draw_names(picture: PIL.Image.Image, names: Sequence[Name]) -> None:
    pen = PIL.ImageDraw.Draw(picture)
    for name in names:
        left, top, _, bottom = name.spot
        pen.rounded_rectangle(name.spot, radius=12 if name.of_arrow else 5, fill=name.ground, outline=PAPER, width=1)
        corner = (left + (8 if name.of_arrow else 7), (top + bottom) / 2)
        font = _font(_ARROW_FONT if name.of_arrow else _ENTITY_FONT)
        pen.text(corner, name.text, font=font, fill=ink_on(name.ground), anchor="lm")
