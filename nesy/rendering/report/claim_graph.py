"""The scenes of all rounds -> one graph of them, laid out once, so that nothing jumps from round to round.

Things begin where they are in the picture; springs draw together what claims tie; what would overlap is moved apart.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from nesy.rendering.label_placement import Page
from nesy.rendering.palette import Colour
from nesy.rendering.plain import drawable
from nesy.rendering.report.ink import hexadecimal, ink_for
from nesy.rendering.report.overlay import arrow_view, name_view
from nesy.rendering.scene_layout import Link, arrow_names, arrows_between, font, take_ends
from nesy.rendering.taken_room import Floats, Rect
from nesy.scene import Entity, Scene, term

_FONT, _HIGH_PX, _SIDE_PX = 15, 34.0, 14.0
_ROOM_PX = (74.0, 56.0)
"""Between things, so that an arrow and its name have room."""
_MOST_SPRUNG = 120
"""More things than these are set in rows; springs would take long and leave no order to be seen."""
_PUSHES = 400


def claim_graph(scenes: Sequence[Scene], colours: Mapping[str, Colour]) -> dict[str, Any]:
    """Return nodes, arrows and names of every thing, relation and part state that any of the scenes holds.

    Args:
        scenes: in the order of the rounds.
        colours: by category, as `term` gives it; all categories of the scenes.
    """
    things = {entity.id: entity for scene in scenes for entity in scene.entities}
    links = list(dict.fromkeys(link for scene in scenes for link in _links(scene)))
    wide = {name: font(_FONT).getlength(drawable(name)[:40]) + 2 * _SIDE_PX for name in things}
    boxes, size = _placed(list(things.values()), links, wide)
    arrows = arrows_between(boxes, links, size)
    page = Page((0.0, 0.0, float(size[0]), float(size[1])))
    for box in boxes.values():
        page.take(box)
    take_ends(page, arrows)
    return {
        "size": list(size),
        "nodes": [
            {
                "of": name,
                "text": drawable(name)[:40],
                "rect": [round(side) for side in boxes[name]],
                "ground": hexadecimal(colours[term(thing.category)]),
                "ink": ink_for(colours[term(thing.category)]),
            }
            for name, thing in things.items()
        ],
        "arrows": [arrow_view(arrow) for arrow in arrows],
        "names": [name_view(name) for name in arrow_names(page, arrows, 220.0)],
    }


def _links(scene: Scene) -> Iterable[Link]:
    for one in scene.relations:
        yield Link(one.id, one.subject, one.object, one.predicate.replace("_", " "))
    for state in scene.part_states:
        goal = state.entity if state.object is None else state.object
        yield Link(state.id, state.entity, goal, f"{state.part} {state.state}".replace("_", " "))


def _placed(
    things: Sequence[Entity], links: Sequence[Link], wide: Mapping[str, float]
) -> tuple[dict[str, Rect], tuple[int, int]]:
    """Return where each thing goes, and how large the page is."""
    if not things:
        return {}, (320, 120)
    halves = np.array([(wide[one.id] / 2, _HIGH_PX / 2) for one in things])
    reach = halves + np.array(_ROOM_PX) / 2
    needed = 1.5 * float((4 * reach.prod(axis=1)).sum())
    across = max(math.sqrt(1.7 * needed), 2 * float(reach[:, 0].max()))
    span = np.array([across, max(needed / across, 2 * float(reach[:, 1].max()))])
    if len(things) > _MOST_SPRUNG:
        centres = _in_rows(reach, span[0])
    else:
        centres = _apart(_sprung(things, links) * (span - 2 * reach.max(axis=0)), reach)
    least, most = (centres - halves).min(axis=0), (centres + halves).max(axis=0)
    margin = np.array([40.0, 44.0])
    centres = centres - least + margin
    width, height = (most - least + 2 * margin).tolist()
    boxes = {
        one.id: (float(x - a), float(y - b), float(x + a), float(y + b))
        for one, (x, y), (a, b) in zip(things, centres, halves, strict=True)
    }
    return boxes, (math.ceil(width), math.ceil(height))


def _sprung(things: Sequence[Entity], links: Sequence[Link]) -> Floats:
    """Return a place for each thing in [0, 1] by [0, 1]: that of its box, drawn towards what it is tied to."""
    import networkx

    start = np.array([_start(one, place, len(things)) for place, one in enumerate(things)])
    if len(things) == 1:
        return np.array([[0.5, 0.5]])
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(things)))
    number = {one.id: place for place, one in enumerate(things)}
    graph.add_edges_from((number[a.subject], number[a.object]) for a in links if a.subject != a.object)
    found = networkx.spring_layout(graph, pos=dict(enumerate(start)), iterations=30, seed=0, scale=None)
    places = np.array([found[place] for place in range(len(things))], dtype=float)
    spread = np.ptp(places, axis=0)
    return np.asarray((places - places.min(axis=0)) / np.where(spread > 0, spread, 1.0))


def _start(thing: Entity, place: int, many: int) -> tuple[float, float]:
    if thing.box is None:  # on a ring around the others, each at its own angle
        angle = 2 * math.pi * place / many
        return 0.5 + 0.7 * math.cos(angle), 0.5 + 0.7 * math.sin(angle)
    left, top, right, bottom = thing.box
    shifted = 1e-3 * place / many  # two of one box are not on one point
    return (left + right) / 2 + shifted, (top + bottom) / 2 + shifted


def _apart(centres: Floats, reach: Floats) -> Floats:
    """Push things apart until none reaches into another, always the shorter way."""
    places = centres.copy()
    for _ in range(_PUSHES):
        moved = False
        for one in range(len(places)):
            away = places[one] - places[one + 1 :]
            into = reach[one] + reach[one + 1 :] - np.abs(away)
            for other in np.flatnonzero((into > 0.5).all(axis=1)):
                moved = True
                axis = int(np.argmin(into[other]))
                push = into[other, axis] / 2 * (1.0 if away[other, axis] >= 0 else -1.0)
                places[one, axis] += push
                places[one + 1 + other, axis] -= push
        if not moved:
            break
    return places


def _in_rows(reach: Floats, width: float) -> Floats:
    """Set things in rows of a page, from left to right."""
    places, x, y = np.empty_like(reach), 0.0, 0.0
    for place, (half, high) in enumerate(reach):
        if x and x + 2 * half > width:
            x, y = 0.0, y + 2 * high
        places[place] = x + half, y + high
        x += 2 * half
    return places
