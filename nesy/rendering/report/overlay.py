"""A scene, and what is gone of it -> what a page draws over the picture: boxes, arrows and names, in its own pixels."""

from collections.abc import Mapping, Sequence
from typing import Any

from nesy.rendering.label_placement import Point
from nesy.rendering.page_layout import reduced
from nesy.rendering.palette import Colour
from nesy.rendering.report.ink import hexadecimal, ink_for
from nesy.rendering.scene_layout import Arrow, Name, SceneLayout, area, scene_layout
from nesy.scene import Claim, Entity, Relation, Scene, term

LONGER_PX = (760, 400)
"""The longer side of a picture as it is drawn over, in a wide window and in a narrow one: names are of one size."""


def overlays(
    scene: Scene, gone: Sequence[Claim], size_px: tuple[int, int], colours: Mapping[str, Colour]
) -> list[dict[str, Any]]:
    """Return the overlay of a scene for each of `LONGER_PX`.

    Args:
        scene: what is claimed.
        gone: claims that were withdrawn or left out before, as they were.
        size_px: of the picture.
        colours: by category, as `term` gives it.
    """
    shown = _with(scene, gone)
    lost = frozenset(claim.id for claim in gone)
    return [_overlay(shown, lost, reduced(size_px, longer), colours) for longer in LONGER_PX]


def path(curve: Sequence[Point]) -> str:
    """Return a curve of `arrow_routes` as SVG's path: it is a quadratic one, told by its ends and its middle.

    >>> path([(0, 0), (10, 5), (20, 0)])
    'M0 0Q10 10 20 0'
    """
    (x0, y0), (x, y), (x1, y1) = curve[0], curve[len(curve) // 2], curve[-1]
    return f"M{x0:.0f} {y0:.0f}Q{2 * x - (x0 + x1) / 2:.0f} {2 * y - (y0 + y1) / 2:.0f} {x1:.0f} {y1:.0f}"


def arrow_view(arrow: Arrow, gone: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return an arrow as the page draws it: it is gone where all is that it stands for."""
    return {
        "of": [link.claim for link in arrow.links],
        "ends": [arrow.links[0].subject, arrow.links[0].object],
        "path": path(arrow.curve),
        "words": [[link.claim, link.words] for link in arrow.links],
        "gone": all(link.claim in gone for link in arrow.links),
    }


def name_view(name: Name) -> dict[str, Any]:
    """Return a name as the page draws it."""
    return {
        "of": list(name.of),
        "text": name.text,
        "spot": [round(side) for side in name.spot],
        "line": None if name.line is None else [round(side) for end in name.line for side in end],
        "ground": hexadecimal(name.ground),
        "ink": ink_for(name.ground),
        "arrow": name.of_arrow,
    }


def _with(scene: Scene, gone: Sequence[Claim]) -> Scene:
    """Return the scene with what is gone of things and relations, as far as it still leads from thing to thing."""
    things = [claim for claim in gone if isinstance(claim, Entity)]
    ids = {entity.id for entity in (*scene.entities, *things)}
    ties = [one for one in gone if isinstance(one, Relation) and {one.subject, one.object} <= ids]
    return Scene(entities=(*scene.entities, *things), relations=(*scene.relations, *ties))


def _overlay(
    scene: Scene, gone: frozenset[str], size: tuple[int, int], colours: Mapping[str, Colour]
) -> dict[str, Any]:
    layout: SceneLayout = scene_layout(scene, size, colours)
    large_first = sorted(
        (one for one in scene.entities if one.id in layout.boxes), key=lambda one: -area(layout.boxes[one.id])
    )
    return {
        "size": list(size),
        "boxes": [
            {
                "of": entity.id,
                "rect": [round(side) for side in layout.boxes[entity.id]],
                "colour": hexadecimal(colours[term(entity.category)]),
                "gone": entity.id in gone,
            }
            for entity in large_first
        ],
        "arrows": [arrow_view(arrow, gone) for arrow in layout.arrows],
        "names": [name_view(name) for name in layout.names],
    }
