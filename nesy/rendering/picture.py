"""An image and its analysis -> a picture: boxes with ids, relations as arrows, and a panel that tells the rest."""

from collections.abc import Mapping, Sequence

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from nesy.analysis import Analysis
from nesy.geometry import Box
from nesy.image import Image
from nesy.rendering.label_placement import Point, Rect, along_curve, around_box, bow, outside, placed
from nesy.rendering.palette import GROUND, INK, PAPER, Colour, category_colours, ink_on
from nesy.rendering.panel import panel
from nesy.rendering.plain import drawable
from nesy.scene import Entity, Scene, term

LEAST_SIDE_PX, MOST_ENLARGED_PX, MOST_SIDE_PX = 768, 1080, 1600
"""The longer side of the drawn image: small ones are enlarged, up to the panel's height; large ones are reduced."""
_PANEL_PX = 460
_FINE = 2
"""Lines are drawn this much larger and reduced again, so that slanted ones are smooth."""


def annotated(image: Image, analysis: Analysis) -> PIL.Image.Image:
    """Draw the final scene over the image, with a panel of its claims, findings and withdrawn claims beside it."""
    colours = category_colours(term(entity.category) for turn in analysis.rounds for entity in turn.scene.entities)
    right = panel(analysis, colours, width_px=_PANEL_PX)
    # A small image is enlarged to the height of the panel; a large one keeps what it shows.
    longer = min(max(LEAST_SIDE_PX, right.height, *image.size_px), max(MOST_ENLARGED_PX, *image.size_px), MOST_SIDE_PX)
    left = scene_picture(image.pixels, analysis.scene, colours, longer_px=longer)
    page = PIL.Image.new("RGB", (left.width + right.width, max(left.height, right.height)), GROUND)
    page.paste(PAPER, (left.width, 0, *page.size))
    page.paste(left, (0, 0))
    page.paste(right, (left.width, 0))
    return page


def scene_picture(
    pixels: PIL.Image.Image, scene: Scene, colours: Mapping[str, Colour], *, longer_px: int = LEAST_SIDE_PX
) -> PIL.Image.Image:
    """Draw a scene's boxes and relations over the image; what has no box is left out.

    Args:
        colours: by category, as `term` gives it; all categories of the scene.
        longer_px: the longer side of the result.
    """
    picture = _resized(pixels, longer_px)
    size = picture.size
    boxes = {e.id: _in_pixels(e.box, size) for e in scene.entities if e.box is not None}
    drawn = [e for e in scene.entities if e.id in boxes]
    arrows = _arrows(scene, boxes)
    lines = PIL.Image.new("RGBA", (size[0] * _FINE, size[1] * _FINE), (0, 0, 0, 0))
    pen = PIL.ImageDraw.Draw(lines, "RGBA")
    # Large boxes first, so that the small ones stay in sight; no tint covers an outline.
    by_area = sorted(drawn, key=lambda e: -_area(boxes[e.id]))
    for entity in by_area:
        pen.rectangle(_fine(boxes[entity.id]), fill=(*colours[term(entity.category)], 22))
    for entity in by_area:
        _draw_outline(pen, _fine(boxes[entity.id]), colours[term(entity.category)])
    for curve, _ in arrows:
        _draw_arrow(pen, curve)
    smooth = lines.resize(size, PIL.Image.Resampling.LANCZOS)
    picture = PIL.Image.alpha_composite(picture.convert("RGBA"), smooth).convert("RGB")
    _draw_names(picture, drawn, boxes, arrows, colours)
    return picture


def _resized(pixels: PIL.Image.Image, longer_px: int) -> PIL.Image.Image:
    longer = max(pixels.size)
    size = (max(1, round(pixels.width * longer_px / longer)), max(1, round(pixels.height * longer_px / longer)))
    return pixels.convert("RGB").resize(size, PIL.Image.Resampling.LANCZOS)


def _in_pixels(box: Box, size: tuple[int, int]) -> Rect:
    left, right = sorted((box[0] * (size[0] - 1), box[2] * (size[0] - 1)))
    top, bottom = sorted((box[1] * (size[1] - 1), box[3] * (size[1] - 1)))
    return left, top, right, bottom


def _area(box: Rect) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _middle(box: Rect) -> Point:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _arrows(scene: Scene, boxes: Mapping[str, Rect]) -> list[tuple[list[Point], str]]:
    """Return one curve for each pair of entities and direction, with all its predicates as one name."""
    predicates: dict[tuple[str, str], list[str]] = {}
    for relation in scene.relations:
        if relation.subject in boxes and relation.object in boxes:
            predicates.setdefault((relation.subject, relation.object), []).append(relation.predicate)
    arrows: list[tuple[list[Point], str]] = []
    for (subject, target), names in predicates.items():
        start, end = boxes[subject], boxes[target]
        curve = outside(bow(_middle(start), _middle(end)), start, end)
        arrows.append((curve, drawable(", ".join(dict.fromkeys(names)).replace("_", " "))))
    return arrows


def _fine(box: Rect) -> Rect:
    return box[0] * _FINE, box[1] * _FINE, box[2] * _FINE, box[3] * _FINE


def _draw_outline(pen: PIL.ImageDraw.ImageDraw, fine: Rect, colour: Colour) -> None:
    pen.rectangle(fine, outline=(255, 255, 255, 200), width=5 * _FINE)
    inner = (fine[0] + _FINE, fine[1] + _FINE, fine[2] - _FINE, fine[3] - _FINE)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        pen.rectangle(inner, outline=(*colour, 255), width=3 * _FINE)


def _draw_arrow(pen: PIL.ImageDraw.ImageDraw, curve: Sequence[Point]) -> None:
    fine = [(x * _FINE, y * _FINE) for x, y in curve]
    (x0, y0), (x1, y1) = fine[-4], fine[-1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5 or 1.0
    ahead = ((x1 - x0) / length, (y1 - y0) / length)
    for colour, width, grown in (((255, 255, 255, 230), 7, 3), ((*INK, 255), 3, 0)):
        reach, half = (16 + 1.6 * grown) * _FINE, (7 + grown) * _FINE
        tip = (x1 + ahead[0] * grown * _FINE, y1 + ahead[1] * grown * _FINE)
        back = (tip[0] - ahead[0] * reach, tip[1] - ahead[1] * reach)
        shaft = [*list(fine[:-2]), back]
        pen.line(shaft, fill=colour, width=width * _FINE, joint="curve")
        pen.polygon(
            [
                tip,
                (back[0] - ahead[1] * half, back[1] + ahead[0] * half),
                (back[0] + ahead[1] * half, back[1] - ahead[0] * half),
            ],
            fill=colour,
        )
        dot = (4.5 + 0.5 * grown) * _FINE
        pen.ellipse((fine[0][0] - dot, fine[0][1] - dot, fine[0][0] + dot, fine[0][1] + dot), fill=colour)


def _draw_names(
    picture: PIL.Image.Image,
    drawn: Sequence[Entity],
    boxes: Mapping[str, Rect],
    arrows: Sequence[tuple[list[Point], str]],
    colours: Mapping[str, Colour],
) -> None:
    pen = PIL.ImageDraw.Draw(picture)
    page = (0.0, 0.0, float(picture.width), float(picture.height))
    taken: list[Rect] = []
    font = PIL.ImageFont.load_default(17)
    for entity in drawn:
        name = drawable(entity.id)
        size = (pen.textlength(name, font=font) + 14, 25.0)
        spot = placed(size, around_box(boxes[entity.id], size), taken, page)
        taken.append(spot)
        colour = colours[term(entity.category)]
        pen.rounded_rectangle(spot, radius=5, fill=colour, outline=PAPER, width=1)
        pen.text((spot[0] + 7, (spot[1] + spot[3]) / 2), name, font=font, fill=ink_on(colour), anchor="lm")
    # An arrow's head and the dot at its tail say which way it goes: no name lies on them.
    ends = [(end, reach) for curve, _ in arrows for end, reach in ((curve[0], 8), (curve[-1], 17))]
    taken += [(x - reach, y - reach, x + reach, y + reach) for (x, y), reach in ends]
    small = PIL.ImageFont.load_default(16)
    for curve, name in arrows:
        size = (pen.textlength(name, font=small) + 16, 24.0)
        spot = placed(size, along_curve(curve, size), taken, page)
        taken.append(spot)
        pen.rounded_rectangle(spot, radius=12, fill=INK, outline=PAPER, width=1)
        pen.text((spot[0] + 8, (spot[1] + spot[3]) / 2), name, font=small, fill=PAPER, anchor="lm")
