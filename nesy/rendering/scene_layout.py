"""A scene and the size of its picture -> where each box, arrow and name goes; whoever draws it, pixels or SVG."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import PIL.ImageFont

from nesy.geometry import Box
from nesy.rendering.arrow_routes import routes
from nesy.rendering.label_placement import Page, Point, along_curve, around_box, distance, leader
from nesy.rendering.palette import INK, Colour
from nesy.rendering.plain import drawable
from nesy.rendering.taken_room import Rect
from nesy.scene import Entity, Scene, term

HEAD_PX, DOT_PX = 16, 5
"""The length of an arrow's head, and half the width of the dot at its tail."""
ENTITY_FONT, ARROW_FONT = 17, 16
_LEAST_NAME_PX, _MOST_NAME = 200, 0.35
"""A longer name than this, or than this share of the picture, is shortened; the list of claims has all of it."""


@dataclass(frozen=True)
class Link:
    """What an arrow is drawn for: a claim that leads from one thing to another."""

    claim: str
    """Its id."""
    subject: str
    object: str
    words: str
    """What stands at the arrow."""


@dataclass(frozen=True)
class Arrow:
    """The arrow of a pair of things and a direction, with all that is claimed of them."""

    links: tuple[Link, ...]
    curve: Sequence[Point]
    """In pixels, from an edge of the one to an edge of the other."""

    @property
    def name(self) -> str:
        """What stands at it, each word once."""
        return ", ".join(dict.fromkeys(link.words for link in self.links))


@dataclass(frozen=True)
class Name:
    """The name of an entity or an arrow: where it stands, how it looks, and the line to what it names, if any."""

    text: str
    spot: Rect
    ground: Colour
    line: tuple[Point, Point] | None
    of_arrow: bool
    of: tuple[str, ...]
    """Ids of the claims that it stands for."""


@dataclass(frozen=True)
class SceneLayout:
    """A scene over its picture, all in pixels; what has no box is left out."""

    boxes: Mapping[str, Rect]
    """Id of an entity -> its box."""
    arrows: Sequence[Arrow]
    names: Sequence[Name]


def scene_layout(
    scene: Scene,
    size_px: tuple[int, int],
    colours: Mapping[str, Colour],
    *,
    shown_px: tuple[int, int] | None = None,
    corner: tuple[int, int] = (0, 0),
) -> SceneLayout:
    """Return where all of a scene goes.

    Args:
        scene: what is drawn.
        size_px: of the page.
        colours: by category, as `term` gives it; all categories of the scene.
        shown_px: size of the image on it; None: as large as the page.
        corner: where the image has its left top corner.
    """
    shown = shown_px or size_px
    boxes = {e.id: _in_pixels(e.box, shown, corner) for e in scene.entities if e.box is not None}
    links = (Link(one.id, one.subject, one.object, one.predicate.replace("_", " ")) for one in scene.relations)
    arrows = arrows_between(boxes, links, size_px)
    drawn = [e for e in scene.entities if e.id in boxes]
    return SceneLayout(boxes, arrows, _names(size_px, drawn, boxes, arrows, colours))


def arrows_between(boxes: Mapping[str, Rect], links: Iterable[Link], size_px: tuple[int, int]) -> list[Arrow]:
    """Return one arrow for each pair of boxes and direction; a link to what has no box is left out."""
    pairs: dict[tuple[str, str], list[Link]] = {}
    for link in links:
        if link.subject in boxes and link.object in boxes:
            pairs.setdefault((link.subject, link.object), []).append(link)
    curves = routes(boxes, pairs, size_px)
    return [Arrow(tuple(some), curves[pair]) for pair, some in pairs.items()]


def arrow_names(page: Page, arrows: Iterable[Arrow], most_px: float) -> list[Name]:
    """Return the names of arrows where they go, on a page where the ends of arrows are taken already."""
    names = []
    for arrow in arrows:
        text = _shortened(drawable(arrow.name), ARROW_FONT, most_px)
        room = (font(ARROW_FONT).getlength(text) + 16, 24.0)
        spot = page.place(room, along_curve(arrow.curve, room))
        of = tuple(link.claim for link in arrow.links)
        names.append(Name(text, spot, INK, _to_curve(spot, arrow.curve), of_arrow=True, of=of))
    return names


def area(box: Rect) -> float:
    """Return the area of a box, in square pixels."""
    return (box[2] - box[0]) * (box[3] - box[1])


@lru_cache
def font(size: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    """Return the font that names are measured in, by its size in pixels."""
    return PIL.ImageFont.load_default(size)


def _in_pixels(box: Box, size: tuple[int, int], corner: tuple[int, int]) -> Rect:
    left, right = sorted(corner[0] + x * (size[0] - 1) for x in (box[0], box[2]))
    top, bottom = sorted(corner[1] + y * (size[1] - 1) for y in (box[1], box[3]))
    return left, top, right, bottom


def _names(
    size: tuple[int, int],
    drawn: Sequence[Entity],
    boxes: Mapping[str, Rect],
    arrows: Sequence[Arrow],
    colours: Mapping[str, Colour],
) -> list[Name]:
    """Return the names of all entities and arrows where they go."""
    page = Page((0.0, 0.0, float(size[0]), float(size[1])))
    take_ends(page, arrows)
    every = np.array([boxes[entity.id] for entity in drawn], dtype=float)
    most = max(_LEAST_NAME_PX, _MOST_NAME * size[0])
    names = []
    for entity in sorted(drawn, key=lambda e: area(boxes[e.id])):  # small ones have the fewest places
        text, box = _shortened(drawable(entity.id), ENTITY_FONT, most), boxes[entity.id]
        room = (font(ENTITY_FONT).getlength(text) + 14, 25.0)
        spot = page.place(room, around_box(box, room), every)
        ground = colours[term(entity.category)]
        names.append(Name(text, spot, ground, leader(spot, box), of_arrow=False, of=(entity.id,)))
    return names + arrow_names(page, arrows, most)


def take_ends(page: Page, arrows: Iterable[Arrow]) -> None:
    """Let no name lie on an arrow's head or on the dot at its tail: they say which way it goes."""
    for arrow in arrows:
        for (x, y), reach in ((arrow.curve[0], DOT_PX + 3), (arrow.curve[-1], HEAD_PX)):
            page.take((x - reach, y - reach, x + reach, y + reach))


def _to_curve(spot: Rect, curve: Sequence[Point]) -> tuple[Point, Point] | None:
    nearest = min(curve, key=lambda point: distance(spot, (*point, *point)))
    return leader(spot, (*nearest, *nearest))


def _shortened(text: str, size: int, most_px: float) -> str:
    """Return the text, without its middle where it is too long: what comes last tells things of one name apart."""
    if font(size).getlength(text) <= most_px:
        return text
    return next(
        short
        for kept in range(len(text) - 1, -1, -1)
        if font(size).getlength(short := f"{text[: kept - kept // 3]}...{text[len(text) - kept // 3 :]}") <= most_px
        or not kept
    )
