"""A scene -> the part of it that a format can hold, and what had to go, counted.

What `narrowed` returns is what reading the written file gives back, but for the last digits of its boxes: writers write
just that, and the tests of round trips compare with it.
"""

from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from nesy.interchange.instances import numbered
from nesy.scene import Count, Entity, PartState, Relation, Scene

C = TypeVar("C", Entity, PartState, Relation, Count)


@dataclass(frozen=True)
class Holds:
    """What of a scene a format can hold; entities with their categories and relations always."""

    size: bool = True
    """The width and height of the picture."""
    size_needed: bool = False
    """Whether a scene without them cannot be held at all: boxes are in pixels."""
    box_needed: bool = False
    """Whether an entity without a box cannot be held."""
    related_needed: bool = False
    """Whether an entity in no relation cannot be held."""
    sum: bool = False
    """The SHA-256 sum of the picture's file."""
    ids: bool = False
    """The ids of entities and relations; else they are given anew: `person_1`, `r1`."""
    attributes: bool = False
    confidences: bool = False
    """Of entities and relations (and of part states and counts, where it holds them)."""
    part_states: bool = False
    counts: bool = False

    def __str__(self) -> str:
        """List what it cannot hold."""
        missing = {
            "scenes without a picture's name and size": self.size_needed,
            "entities without a box": self.box_needed,
            "entities in no relation": self.related_needed,
            "sizes of pictures": not self.size,
            "part states": not self.part_states,
            "counts": not self.counts,
            "attributes": not self.attributes,
            "confidences": not self.confidences,
            "ids": not self.ids,
        }
        return ", ".join((*(what for what, is_so in missing.items() if is_so), "places in a text"))


def narrowed(scene: Scene, holds: Holds) -> tuple[Scene | None, Counter[str]]:
    """Return what a format can hold of a scene, and what it cannot, counted; None where nothing of it is left.

    >>> red = Entity(id="x", category="cup", attributes=("red",))
    >>> cups = Scene(entities=(Entity(id="cup_1", category="cup"), red))
    >>> kept, lost = narrowed(cups, Holds())
    >>> [one.id for one in kept.entities], dict(lost)
    (['cup_1', 'cup_2'], {'attributes': 1, 'ids of entities': 1})
    """
    lost: Counter[str] = Counter()
    image = scene.image
    if holds.size_needed and (image is None or not image.name.strip() or image.width_px is None or not image.height_px):
        lost["scenes without a picture's name and size"] += 1
        _count_claims(lost, scene, " of such scenes")
        return None, lost
    boxed = _boxed(scene, lost) if holds.box_needed else scene
    if holds.related_needed:
        boxed = _related(boxed, lost)
    lost["part states"] += 0 if holds.part_states else len(boxed.part_states)
    lost["counts"] += 0 if holds.counts else len(boxed.counts)
    entities = tuple(_entity(one, holds, lost) for one in boxed.entities)
    relations = tuple(_claim(one, holds, lost) for one in boxed.relations)
    part_states = tuple(_claim(one, holds, lost) for one in boxed.part_states) if holds.part_states else ()
    counts = tuple(_claim(one, holds, lost) for one in boxed.counts) if holds.counts else ()
    if image is not None:
        changed: dict[str, None] = {}
        if image.sha256 is not None and not holds.sum:
            lost["sums of picture files"] += 1
            changed["sha256"] = None
        if not holds.size and (image.width_px or image.height_px):
            lost["sizes of pictures"] += 1
            changed |= dict.fromkeys(("width_px", "height_px"))
        image = image.model_copy(update=changed)
    kept = Scene.model_construct(
        image=image, entities=entities, relations=relations, part_states=part_states, counts=counts
    )
    return (kept if holds.ids else _renamed(kept, lost)), +lost


def _count_claims(lost: Counter[str], scene: Scene, which: str) -> None:
    lost[f"entities{which}"] += len(scene.entities)
    lost[f"part states{which}"] += len(scene.part_states)
    lost[f"relations{which}"] += len(scene.relations)
    lost[f"counts{which}"] += len(scene.counts)


def _boxed(scene: Scene, lost: Counter[str]) -> Scene:
    """Return the scene without entities that have no box, or one turned inside out, and without what names them."""
    gone = set()
    for one in scene.entities:
        if one.box is None:
            lost["entities without a box"] += 1
            gone.add(one.id)
        elif one.box[0] > one.box[2] or one.box[1] > one.box[3]:
            lost["entities whose box is turned inside out"] += 1
            gone.add(one.id)
    rest = scene.without(frozenset(gone))
    lost["relations of such entities"] += len(scene.relations) - len(rest.relations)
    lost["part states of such entities"] += len(scene.part_states) - len(rest.part_states)
    return rest


def _related(scene: Scene, lost: Counter[str]) -> Scene:
    """Return the scene without entities in no relation; its part states are left: no such format holds any."""
    ends = {end for one in scene.relations for end in (one.subject, one.object)}
    entities = tuple(one for one in scene.entities if one.id in ends)
    lost["entities in no relation"] += len(scene.entities) - len(entities)
    return scene.model_copy(update={"entities": entities})


def _entity(one: Entity, holds: Holds, lost: Counter[str]) -> Entity:
    changed: dict[str, object] = {}
    if one.attributes and not holds.attributes:
        lost["attributes"] += len(one.attributes)
        changed["attributes"] = ()
    if one.box_confidence is not None:
        lost["confidences of boxes"] += 1
        changed["box_confidence"] = None
    return _claim(one.model_copy(update=changed), holds, lost)


def _claim(one: C, holds: Holds, lost: Counter[str]) -> C:
    changed: dict[str, object] = {}
    if one.confidence is not None and not holds.confidences:
        lost["confidences"] += 1
        changed["confidence"] = None
    if one.spans:
        lost["places in a text"] += 1
        changed["spans"] = ()
    return one.model_copy(update=changed) if changed else one


def _renamed(scene: Scene, lost: Counter[str]) -> Scene:
    """Return the scene with the ids that a reader gives."""
    ids = dict(
        zip(
            (one.id for one in scene.entities),
            numbered(one.category for one in scene.entities),
            strict=True,
        )
    )
    lost["ids of entities"] += sum(old != new for old, new in ids.items())
    lost["ids of relations"] += sum(one.id != f"r{number}" for number, one in enumerate(scene.relations, 1))
    return scene.model_copy(
        update={
            "entities": tuple(one.model_copy(update={"id": ids[one.id]}) for one in scene.entities),
            "relations": tuple(
                one.model_copy(update={"id": f"r{number}", "subject": ids[one.subject], "object": ids[one.object]})
                for number, one in enumerate(scene.relations, 1)
            ),
            "part_states": tuple(
                one.model_copy(
                    update={
                        "id": f"p{number}",
                        "entity": ids[one.entity],
                        "object": None if one.object is None else ids[one.object],
                    }
                )
                for number, one in enumerate(scene.part_states, 1)
            ),
            "counts": tuple(one.model_copy(update={"id": f"n{number}"}) for number, one in enumerate(scene.counts, 1)),
        }
    )
