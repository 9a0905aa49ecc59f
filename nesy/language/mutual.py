"""Sets of things in, who of them does it to whom out: "each other" goes both ways, other relations are shared out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

_ONE_WAY = ("behind", "in front of", "on top of", "above", "over", "under", "below", "beneath", "after", "inside", "on")
"""What cannot hold in both directions: one thing of a pile is on the other."""
_NEIGHBOURS = ("next to", "beside", "by", "close to", "near", "alongside", "against", "opposite")
_EVERYONE = 6
"""Of more than these only neighbours are paired, so that the work stays linear."""


def is_mutual(token: Token) -> bool:
    """Tell whether a token is of "each other" or "one another"."""
    lower = token.lower_
    after = token.nbor().lower_ if token.i + 1 < len(token.doc) else ""
    before = token.nbor(-1).lower_ if token.i else ""
    return (
        lower in ("eachother", "each-other")
        or (lower, after) in (("each", "other"), ("one", "another"))
        or (before, lower) in (("each", "other"), ("one", "another"))
    )


def mutual_pairs(members: Sequence[int], predicate: str) -> list[tuple[int, int]]:
    """Return who stands in a relation to whom, where some do so "to each other".

    >>> mutual_pairs([1, 2], "look at"), mutual_pairs([1, 2, 3], "sit next to"), mutual_pairs([1, 2], "stack on top of")
    ([(1, 2), (2, 1)], [(1, 2), (2, 1), (2, 3), (3, 2)], [(1, 2)])
    """
    if predicate.endswith(_ONE_WAY):
        return list(pairwise(members))
    if predicate.endswith(_NEIGHBOURS) or len(members) > _EVERYONE:
        return [pair for one, other in pairwise(members) for pair in ((one, other), (other, one))]
    return sorted(permutations(members, 2))


def mutual_quality(verb: str, predicate: str) -> str:
    """Return what many do to each other, where nobody says how many: "chasing each other" of the dogs.

    >>> mutual_quality("chasing", "chase"), mutual_quality("stacked", "stack on top of"), mutual_quality("", "next to")
    ('chasing each other', 'stacked on top of each other', 'next to each other')

    Args:
        verb: as a quality has it, "" where there is none.
        predicate: of the relation.
    """
    rest = predicate.split()[1:] if verb else predicate.split()
    return " ".join([*([verb] if verb else []), *rest, "each other"])


def shared_out(subjects: tuple[int, ...], objects: tuple[int, ...]) -> list[tuple[int, int]]:
    """Pair the members of two sets: everyone with the only one, else each with its share.

    >>> shared_out((1, 2), (3,)), shared_out((1, 2), (3, 4)), shared_out((1, 2, 3), (4, 5))
    ([(1, 3), (2, 3)], [(1, 3), (2, 4)], [(1, 4), (2, 4), (3, 5)])
    """
    if not subjects or not objects:
        return []
    many = max(len(subjects), len(objects))
    if min(len(subjects), len(objects)) == 1:
        return [(s, o) for s in subjects for o in objects]
    return [(subjects[k * len(subjects) // many], objects[k * len(objects) // many]) for k in range(many)]
