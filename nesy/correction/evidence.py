"""Disputed claims -> statements to be looked at, each alone."""

from collections.abc import Sequence

from nesy.dialogue import Request
from nesy.image import Image
from nesy.scene import Claim, Entity, in_words, named


def looking(
    image: Image, claim: Claim, entities: Sequence[Entity], *, negated: bool = False, round: int = 0
) -> Request:
    """Return the question whether a claim is true, or (negated) wrong; of the entities those that it names are shown."""
    return Request(
        image=image,
        kind="verify",
        round=round,
        entities=named(claim, entities),
        question=in_words(claim),
        negated=negated,
    )
