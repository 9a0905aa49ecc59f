"""A claim in words of its scene, and the entities that it names -> the claim; the inverse of `nesy.scene.in_words`."""

import re
from collections.abc import Sequence

from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation

_MOST_WORDS = 2
"""Words of a body part: left hand."""


def claim_of(text: str, entities: Sequence[Entity], ontology: Ontology, name: str = "asked") -> Claim | None:
    """Return the claim that words of a scene say; None where they say none.

    >>> someone, cup = Entity(id="person_1", category="person"), Entity(id="cup_1", category="cup")
    >>> claim_of("person_1 left hand hold cup_1", [someone, cup], Ontology.default()).part
    'left hand'
    >>> claim_of("person_1 sit on cup_1", [someone, cup], Ontology.default()).predicate
    'sit on'

    Args:
        text: as `nesy.scene.in_words` writes it.
        entities: those that it may name.
        ontology: tells which words are body parts.
        name: the id of the claim; an entity has its own.
    """
    known = {entity.id: entity for entity in entities}
    counted = re.fullmatch(r"(\d{1,5}) (\S.*)", text)
    if counted is not None and counted[1] not in known:
        return Count(id=name, category=counted[2], value=min(10_000, int(counted[1])))
    first, _, rest = text.partition(" ")
    if first not in known or not rest.strip():
        return None
    if rest.startswith("is a "):
        return known[first].model_copy(update={"category": rest.removeprefix("is a ")})
    *middle, last = rest.split()
    target = last if last in known and middle else None
    doing = middle if target is not None else [*middle, last]
    for size in range(min(_MOST_WORDS, len(doing) - 1), 0, -1):
        part = ontology.concept("part", " ".join(doing[:size]))
        if part is not None and part.exact:
            state = " ".join(doing[size:])
            return PartState(id=name, entity=first, part=" ".join(doing[:size]), state=state, object=target)
    return None if target is None else Relation(id=name, subject=first, predicate=" ".join(doing), object=target)
