"""A photograph, a model's description and a witness -> one picture: what is seen, the graph of claims, what is doubted.

`python -m lab.photograph_figure` writes the one of the README. The description is one that was written by hand, with a
mistake in it (`examples/photographs/LICENCES.md`).
"""

import argparse
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import networkx
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

import nesy
from nesy.observations import Observations
from nesy.rendering.observed_picture import observed_picture
from nesy.rendering.palette import BAD, GOOD, INK, PAPER, QUIET, RULE, Colour
from nesy.scene import Scene
from nesy.verdict import Judgement, Status

PHOTOGRAPH = Path("examples/photographs/photographer.jpg")
REPLIES = Path("examples/photographs/replies.jsonl")
OUT = Path("docs/pictures/photograph.png")
_COLOURS: Mapping[Status, Colour] = {"supported": GOOD, "unknown": QUIET, "contradicted": BAD}
_WIDE_PX, _MARGIN, _FINE = 640, 26, 2
"""Width of the graph's half, its margin, and how much larger lines are drawn and reduced again."""
_NODE_PX, _ROW_PX = (190, 66), 24
_TITLE, _LARGE, _SMALL = 20, 17, 14

Point = tuple[float, float]


def figure(image: nesy.Image, scene: Scene, seen: Observations) -> PIL.Image.Image:
    """Return the photograph with boxes and skeletons, and beside it the claims as they were judged."""
    judged = [one for one in nesy.ground(scene, [seen, image]) if one.attribute is None]
    left = observed_picture(image, seen)
    left = left.resize((round(left.width * _WIDE_PX / left.height), _WIDE_PX), PIL.Image.Resampling.LANCZOS)
    page = PIL.Image.new("RGB", (left.width + _WIDE_PX, _WIDE_PX), PAPER)
    page.paste(left, (0, 0))
    page.paste(_graph(scene, judged, (_WIDE_PX, _WIDE_PX)), (left.width, 0))
    return page


def _graph(scene: Scene, judged: Sequence[Judgement], size: tuple[int, int]) -> PIL.Image.Image:
    by_claim = {one.claim: one for one in judged}
    table_px = _ROW_PX * len(judged) + 2 * _MARGIN
    places = _places(scene, (size[0], size[1] - table_px))
    sheet = PIL.Image.new("RGB", (size[0] * _FINE, size[1] * _FINE), PAPER)
    pen = PIL.ImageDraw.Draw(sheet)
    for pair in dict.fromkeys((relation.subject, relation.object) for relation in scene.relations):
        links = [r for r in scene.relations if (r.subject, r.object) == pair]
        _arrow(pen, [places[end] for end in pair], [(r.predicate, by_claim[r.id]) for r in links])
    for entity in scene.entities:
        _node(pen, places[entity.id], entity.id, by_claim[entity.id])
    _text(pen, (_MARGIN, _MARGIN), "What was said of it, held against what is seen", _TITLE, INK, "lm")
    _table(pen, judged, size[1] - table_px + _MARGIN / 2)
    return sheet.resize(size, PIL.Image.Resampling.LANCZOS)


def _places(scene: Scene, room: tuple[int, int]) -> dict[str, Point]:
    """Return the middle of each entity's node: columns by the steps from the one that most is said of."""
    graph = networkx.Graph((r.subject, r.object) for r in scene.relations)
    graph.add_nodes_from(entity.id for entity in scene.entities)
    first = max(graph, key=lambda name: graph.degree[name])
    steps = networkx.single_source_shortest_path_length(graph, first)
    columns: dict[int, list[str]] = {}
    for entity in scene.entities:
        columns.setdefault(steps.get(entity.id, 1), []).append(entity.id)
    across = (room[0] - 2 * _MARGIN - _NODE_PX[0]) / max(1, len(columns) - 1)
    top = 2 * _MARGIN
    return {
        name: (
            _MARGIN + _NODE_PX[0] / 2 + across * number,
            top + (room[1] - top) * (2 * row + 1) / (2 * len(names)),
        )
        for number, names in enumerate(columns[step] for step in sorted(columns))
        for row, name in enumerate(names)
    }


def _node(pen: PIL.ImageDraw.ImageDraw, middle: Point, name: str, judged: Judgement) -> None:
    colour = _COLOURS[judged.status]
    left, top = middle[0] - _NODE_PX[0] / 2, middle[1] - _NODE_PX[1] / 2
    box = [edge * _FINE for edge in (left, top, left + _NODE_PX[0], top + _NODE_PX[1])]
    pen.rounded_rectangle(box, radius=12 * _FINE, fill=_pale(colour), outline=colour, width=2 * _FINE)
    _text(pen, (middle[0], middle[1] - 12), name, _LARGE, INK, "mm")
    _text(pen, (middle[0], middle[1] + 13), _weighed(judged), _SMALL, colour, "mm")


def _arrow(pen: PIL.ImageDraw.ImageDraw, ends: Sequence[Point], links: Sequence[tuple[str, Judgement]]) -> None:
    """Draw one arrow for a pair of entities, with a line of text a relation; dashed where all are contradicted."""
    (x0, y0), (x1, y1) = ends
    way = 1 if x1 > x0 else -1
    x0, x1 = x0 + way * _NODE_PX[0] / 2, x1 - way * _NODE_PX[0] / 2
    gone = all(judged.status == "contradicted" for _, judged in links)
    colour = BAD if gone else INK
    parts = 25
    points = [(x0 + (x1 - x0) * k / parts, y0 + (y1 - y0) * k / parts) for k in range(parts + 1)]
    for number, (a, b) in enumerate(pairwise(points[:-1])):
        if not gone or number % 2 == 0:
            pen.line([(x * _FINE, y * _FINE) for x, y in (a, b)], fill=colour, width=2 * _FINE)
    tip, back = points[-1], points[-2]
    length = ((tip[0] - back[0]) ** 2 + (tip[1] - back[1]) ** 2) ** 0.5 or 1.0
    ahead = ((tip[0] - back[0]) / length, (tip[1] - back[1]) / length)
    base = (tip[0] - 13 * ahead[0], tip[1] - 13 * ahead[1])
    head = [tip, *((base[0] - side * ahead[1], base[1] + side * ahead[0]) for side in (6, -6))]
    pen.polygon([(x * _FINE, y * _FINE) for x, y in head], fill=colour)
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    words = [(f"{predicate.replace('_', ' ')}: {_weighed(judged)}", judged) for predicate, judged in links]
    wide = max(_font(_SMALL).getlength(told) for told, _ in words) / _FINE + 16
    high = 20 * len(words) + 4
    box = (middle[0] - wide / 2, middle[1] - high / 2, middle[0] + wide / 2, middle[1] + high / 2)
    pen.rounded_rectangle([edge * _FINE for edge in box], radius=8 * _FINE, fill=PAPER, outline=RULE, width=_FINE)
    for row, (told, judged) in enumerate(words):
        _text(pen, (middle[0], box[1] + 12 + 20 * row), told, _SMALL, _COLOURS[judged.status], "mm")


def _table(pen: PIL.ImageDraw.ImageDraw, judged: Sequence[Judgement], top: float) -> None:
    """Write every claim with its reason."""
    pen.line([(_MARGIN * _FINE, top * _FINE), ((_WIDE_PX - _MARGIN) * _FINE, top * _FINE)], fill=RULE, width=_FINE)
    column = _MARGIN + max(_font(_SMALL).getlength(one.says) for one in judged) / _FINE + 18
    for row, one in enumerate(judged):
        y = top + _ROW_PX * (row + 0.9)
        _text(pen, (_MARGIN, y), one.says, _SMALL, INK, "lm")
        _text(pen, (column, y), one.reason, _SMALL, _COLOURS[one.status], "lm")


def _weighed(judged: Judgement) -> str:
    return judged.status if judged.chance is None else f"{judged.status}, {judged.chance:.0%}"


def _pale(colour: Colour) -> Colour:
    red, green, blue = (round(255 - (255 - part) * 0.09) for part in colour)
    return red, green, blue


def _font(size: int) -> PIL.ImageFont.FreeTypeFont | PIL.ImageFont.ImageFont:
    return PIL.ImageFont.load_default(size * _FINE)


def _text(pen: PIL.ImageDraw.ImageDraw, at: Point, text: str, size: int, colour: Colour, anchor: str) -> None:
    pen.text((at[0] * _FINE, at[1] * _FINE), text, font=_font(size), fill=colour, anchor=anchor)


def main() -> None:
    """Write the figure of a photograph and its recorded description."""
    parser = argparse.ArgumentParser(prog="python -m lab.photograph_figure", description=__doc__)
    parser.add_argument("--photograph", type=Path, default=PHOTOGRAPH)
    parser.add_argument("--replies", type=Path, default=REPLIES, help="a recording with a description of it")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    image = nesy.Image.open(options.photograph)
    scene = nesy.Pipeline(f"replay:{options.replies}").perceive(image)
    figure(image, scene, nesy.witness(image)).save(options.out, "PNG", optimize=True)


if __name__ == "__main__":
    main()
