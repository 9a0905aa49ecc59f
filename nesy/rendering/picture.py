"""An image and its analysis -> a picture: boxes with ids, relations as arrows, and a panel that tells the rest."""

from collections.abc import Iterable, Mapping, Sequence

import PIL.Image
import PIL.ImageDraw

from nesy.analysis import Analysis
from nesy.image import Image
from nesy.observations import Person
from nesy.rendering.label_placement import Point
from nesy.rendering.page_layout import LEAST_SIDE_PX, best_layout, reduced
from nesy.rendering.palette import GROUND, INK, PAPER, Colour, category_colours, ink_on
from nesy.rendering.panel import rows
from nesy.rendering.scene_layout import ARROW_FONT, DOT_PX, ENTITY_FONT, HEAD_PX, Name, area, font, scene_layout
from nesy.rendering.skeleton import draw_skeletons
from nesy.rendering.taken_room import Rect
from nesy.scene import Scene, term

_FINE = 2
"""Lines are drawn this much larger and reduced again, so that slanted ones are smooth."""


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
    layout = scene_layout(scene, size, colours, shown_px=shown, corner=corner)
    boxes = layout.boxes
    drawn = [e for e in scene.entities if e.id in boxes]
    lines = PIL.Image.new("RGBA", (size[0] * _FINE, size[1] * _FINE), (0, 0, 0, 0))
    pen = PIL.ImageDraw.Draw(lines, "RGBA")
    # Large boxes first, so that the small ones stay in sight; no tint covers an outline.
    by_area = sorted(drawn, key=lambda e: -area(boxes[e.id]))
    for entity in by_area:
        pen.rectangle(_fine(boxes[entity.id]), fill=(*colours[term(entity.category)], 22))
    for entity in by_area:
        _draw_outline(pen, _fine(boxes[entity.id]), colours[term(entity.category)])
    for name in layout.names:
        _draw_leader(pen, name)
    for arrow in layout.arrows:
        _draw_arrow(pen, arrow.curve)
    smooth = lines.resize(size, PIL.Image.Resampling.LANCZOS)
    picture = PIL.Image.alpha_composite(picture.convert("RGBA"), smooth).convert("RGB")
    _draw_names(picture, layout.names)
    return picture


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
    line = [point for point in fine if _apart(point, fine[-1]) > HEAD_PX * _FINE] or fine[:1]
    x0, y0 = line[-1]
    length = _apart((x0, y0), (x1, y1)) or 1.0
    ahead = ((x1 - x0) / length, (y1 - y0) / length)
    for colour, width, grown in (((255, 255, 255, 230), 7, 3), ((*INK, 255), 3, 0)):
        reach, half = (HEAD_PX + 1.6 * grown) * _FINE, (7 + grown) * _FINE
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
        dot = (DOT_PX + 0.5 * grown) * _FINE
        pen.ellipse((fine[0][0] - dot, fine[0][1] - dot, fine[0][0] + dot, fine[0][1] + dot), fill=colour)


def _apart(a: Point, b: Point) -> float:
    return float(((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) ** 0.5)


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
        letters = font(ARROW_FONT if name.of_arrow else ENTITY_FONT)
        pen.text(corner, name.text, font=letters, fill=ink_on(name.ground), anchor="lm")
