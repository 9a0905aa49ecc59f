"""Scenes <-> what data sets of pairs hold: boxes in a relation, of HOI sets a person's with a verb of a closed list."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from nesy.interchange.closed_words import PERSON, categories
from nesy.interchange.holding import Holds, narrowed
from nesy.interchange.instances import Gold, Pair, Pixels, gold
from nesy.interchange.pixels import GUESSED, SLACK_PX, SizeOf
from nesy.scene import Entity, Scene, term

PAIRED = Holds(size_needed=True, box_needed=True, related_needed=True)
"""What rows of pairs hold."""
UNSIZED_PAIRS = Holds(size=False, size_needed=True, box_needed=True, related_needed=True)
"""What they hold where they tell no sizes."""
UNSIZED_THINGS = Holds(size=False, size_needed=True, box_needed=True)
"""What lists of things without sizes hold."""
LISTED_THINGS = Holds(size_needed=True, box_needed=True)
"""What they hold where they tell them."""
VerbOf = Callable[[str, str], int | None]
"""Returns the number of a predicate for an object's category; None where the list has no word for it."""


def merged(
    name: str,
    pairs: list[Pair],
    size_of: SizeOf,
    lost: Counter[str],
    threshold: float = 1.0,
    size: tuple[int, int] | None = None,
) -> Gold:
    """Return the pairs of one image as a scene, and count what was merged, cut off or not known.

    Args:
        name: file name of the picture.
        pairs: in the order of the source.
        size_of: tells the size of a picture whose file does not.
        lost: is added to.
        threshold: see `gold`; 1 merges equal boxes alone.
        size: width and height in pixels, where the file tells them.

    Raises:
        ValueError: no box has an extent, and nothing tells the size.
    """
    size = size or size_of(name)
    found = gold(name, pairs, size, threshold)
    lost[GUESSED] += size is None and bool(pairs)
    lost["boxes of one thing that was boxed anew, merged"] += found.merged
    lost["relations said twice"] += found.repeated
    if size is not None:
        boxes = {box for one in pairs for box in (one.subject_box, one.object_box)}
        lost["parts of boxes beyond the picture, cut off"] += sum(_is_beyond(box, size) for box in boxes)
    return found


def _is_beyond(box: Pixels, size: tuple[int, int]) -> bool:
    return max(-box[0], -box[1], box[2] - size[0], box[3] - size[1]) > SLACK_PX


@dataclass(frozen=True)
class Interaction:
    """A person, a verb by its number, and an object."""

    subject: Entity
    verb: int
    object: Entity


def interactions_of(scene: Scene, verb_of: VerbOf, lost: Counter[str]) -> list[Interaction]:
    """Return what a data set of interactions can hold of a narrowed scene, and count the relations that it cannot."""
    entities = {one.id: one for one in scene.entities}
    found = []
    for one in scene.relations:
        subject, target = entities[one.subject], entities[one.object]
        verb = verb_of(one.predicate, target.category)
        if term(subject.category) != PERSON:
            lost["relations of what is no person"] += 1
        elif categories().number(target.category) is None:
            lost["relations to what is no category of COCO"] += 1
        elif verb is None:
            lost["relations whose predicate is not listed"] += 1
        else:
            found.append(Interaction(subject, verb, target))
    return found


def paired(scene: Scene, verb_of: VerbOf, lost: Counter[str], holds: Holds) -> tuple[Scene, list[Interaction]] | None:
    """Return what is left of a scene, and its interactions; None where nothing is. What is in none is counted.

    The size of its picture stays for the writer of boxes in pixels, whether the format holds it or not.
    """
    kept, gone = narrowed(scene, holds)
    lost += gone
    if kept is None:
        return None
    found = interactions_of(kept, verb_of, lost)
    if holds.related_needed:
        told = {one.id for pair in found for one in (pair.subject, pair.object)}
        lost["entities in no such relation"] += len(kept.entities) - len(told)
    return kept.model_copy(update={"image": scene.image}), found
