"""A scene -> what of it is drawn: of thousands over each other nobody sees any, and laying them out takes hours."""

from collections.abc import Iterable

from nesy.scene import Scene

MOST_DRAWN = 300
"""Things of a picture, and as many ties between them; a picture that a model describes in full has some tens."""


def in_part(scene: Scene) -> Scene:
    """Return a scene with its first things, and with the first of what ties these together."""
    if not _is_more(scene):
        return scene
    things = scene.entities[:MOST_DRAWN]
    ids = {thing.id for thing in things}
    relations = [one for one in scene.relations if {one.subject, one.object} <= ids]
    states = [one for one in scene.part_states if one.entity in ids and (one.object is None or one.object in ids)]
    return Scene(
        image=scene.image,
        entities=things,
        relations=tuple(relations[:MOST_DRAWN]),
        part_states=tuple(states[:MOST_DRAWN]),
    )


def undrawn(scenes: Iterable[Scene]) -> str:
    """Say that of some scene only a part is drawn; nothing where all are drawn whole."""
    if not any(map(_is_more, scenes)):
        return ""
    return (
        f"Only the first {MOST_DRAWN} things, relations and states of body parts are drawn; the list holds all claims."
    )


def _is_more(scene: Scene) -> bool:
    return max(map(len, (scene.entities, scene.relations, scene.part_states))) > MOST_DRAWN
