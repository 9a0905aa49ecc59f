"""People of whom some are said to be children -> how well a person that was seen fits the word, by the others' size.

Where a text names a child beside a grown person, the child is mostly the smaller of two who are seen. What nobody
compares (one person alone, two children, people without joints) fits any word.
"""

from nesy.grounding.sightings import Seen, Sightings
from nesy.scene import Entity, Scene
from nesy.witness.cues import pair, trunk_length
from nesy.witness.showing import Showing

ALIKE, APART = 0.85, 0.6
"""Smaller trunk over larger: from the one on both are of one stature, up to the other plainly not. By hand."""
UNFIT = 0.4
"""How well one plainly fits that is of the other stature: who stands far off looks small. By hand."""


def fit(entity: Entity, seen: Seen, scene: Scene, sight: Sightings, showing: Showing) -> float:
    """Return in [`UNFIT`, 1] how well a person that was seen fits the word of an entity beside the scene's others.

    Args:
        entity: who is meant.
        seen: who it may be.
        scene: that the entity is of.
        sight: who else was seen.
        showing: knows the words for children.
    """
    people = [one.category for one in scene.entities if sight.words.covers("person", sight.words.sort(one.category))]
    young = {showing.is_young(word) for word in people}
    if len(young) < len((True, False)) or entity.category not in people:
        return 1.0
    own = _size(seen, sight)
    if own is None:
        return 1.0
    others = [size for one in sight.seen if one is not seen and (size := _size(one, sight)) is not None]
    if not others:
        return 1.0
    # A child is no larger than the largest other, a grown person no smaller than the smallest.
    share = own / max(others) if showing.is_young(entity.category) else min(others) / own
    return 1.0 - (1.0 - UNFIT) * min(1.0, max(0.0, (share - 1 / ALIKE) / (1 / APART - 1 / ALIKE)))


def _size(seen: Seen, sight: Sightings) -> float | None:
    """Return the length of a person's trunk in heights of the picture; None where it is not seen."""
    return None if seen.joints is None else trunk_length(pair(seen.box, seen.box, seen.joints, sight.aspect))
