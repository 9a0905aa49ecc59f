"""The scenes of several pictures <-> one scene of all their things, each named by its picture: `p2_person_1`."""

import re
from collections.abc import Iterator, Mapping, Sequence

from nesy.scene.claim import Entity
from nesy.scene.scene import Scene

_NAME = re.compile(r"p([1-9][0-9]?)_")
_MOST = 100
"""Characters of an id."""


def joint_names(scenes: Sequence[Scene]) -> Mapping[str, tuple[int, str]]:
    """Return the name of every thing in a scene of all pictures -> the number of its picture, from 1, and its id there.

    >>> cup = Scene(entities=[Entity(id="cup_1", category="cup")])
    >>> dict(joint_names([cup, cup]))
    {'p1_cup_1': (1, 'cup_1'), 'p2_cup_1': (2, 'cup_1')}
    """
    return {
        name: (number, entity.id)
        for number, scene in enumerate(scenes, start=1)
        for name, entity in _named(number, scene)
    }


def joint_entities(scenes: Sequence[Scene]) -> tuple[tuple[Entity, ...], ...]:
    """Return the things of each picture by their names in a scene of all pictures."""
    return tuple(
        tuple(entity.model_copy(update={"id": name, "spans": ()}) for name, entity in _named(number, scene))
        for number, scene in enumerate(scenes, start=1)
    )


def picture_of(name: str) -> int:
    """Return the number of the picture that a name of `joint_names` begins with.

    >>> picture_of("p12_dining_table_1")
    12

    Raises:
        ValueError: it begins with none.
    """
    found = _NAME.match(name)
    if found is None:
        raise ValueError(f"{name!r} begins with no number of a picture; p1_{name[:90]} would be right")
    return int(found[1])


def _named(number: int, scene: Scene) -> Iterator[tuple[str, Entity]]:
    """Yield each thing with its name; an id that is too long with the number before it gives way to a short one."""
    taken = {entity.id for entity in scene.entities}
    for place, entity in enumerate(scene.entities, start=1):
        name = f"p{number}_{entity.id}"
        if len(name) > _MOST:
            free = next(own for own in (f"thing_{place}" + "x" * more for more in range(_MOST)) if own not in taken)
            taken.add(free)
            name = f"p{number}_{free}"
        yield name, entity
