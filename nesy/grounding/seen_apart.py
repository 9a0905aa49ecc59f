"""The entities of one scene, and what witnesses saw -> what is thought of each, where one thing stands for one of them.

Three dogs are no three dogs where one is seen. So what was seen supports one entity of those that must be different
things; which of several it supports is not told, and those that are left may be there unseen, by the share of such
things that are missed.
"""

from collections.abc import Sequence

from nesy.geometry import iou
from nesy.grounding.opinion import Opinion
from nesy.grounding.seen_entities import judge_entity
from nesy.grounding.sightings import SAME_PLACE, Seen, Sightings
from nesy.grounding.word_match import Words
from nesy.scene import Entity


def judge_entities(entities: Sequence[Entity], sight: Sightings) -> dict[str, Opinion]:
    """Return id -> whether there is such a thing, beside the others.

    Those with boxes come first, for they say which thing they are; then in the order given, each with the surest
    of the things that may be meant and stand for no other.
    """
    taken: list[tuple[Entity, Seen]] = []
    found: dict[str, Opinion] = {}
    for entity in sorted(entities, key=lambda entity: entity.box is None):
        others = {seen.name for other, seen in taken if are_two(entity, other, sight.words)}
        found[entity.id] = judge_entity(entity, sight, others)
        stands = _stands_for(entity, others, sight)
        if stands is not None:
            taken.append((entity, stands))
    return found


def are_two(one: Entity, other: Entity, words: Words) -> bool:
    """Tell whether two entities of a scene must be different things.

    At one place they may be one thing that is named twice; so may a woman and a person, and a dog of some dogs.
    """
    if one.box is not None and other.box is not None:
        return iou(one.box, other.box) < SAME_PLACE
    if words.is_plural(one.category) or words.is_plural(other.category):
        return False
    if words.base(one.category) == words.base(other.category):
        return True
    return not words.covers(one.category, other.category) and not words.covers(other.category, one.category)


def _stands_for(entity: Entity, others: set[str], sight: Sightings) -> Seen | None:
    maybe = [seen for seen in sight.of(entity.category) or sight.possible(entity.category) if seen.name not in others]
    if entity.box is not None:
        return sight.at(entity.box, maybe)
    return max(maybe, key=lambda seen: seen.right, default=None)
