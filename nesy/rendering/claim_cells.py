"""A claim -> what a table of claims says of it: its content and its confidence, each on one line."""

from nesy.rendering.plain import on_one_line
from nesy.scene import Claim, Count, Entity, in_words


def claim_content(claim: Claim) -> str:
    """Return what is claimed, without the id."""
    if isinstance(claim, Entity):
        return on_one_line(", ".join((claim.category, *claim.attributes)))
    if isinstance(claim, Count):
        return on_one_line(f"{claim.value} of {claim.category}")
    return on_one_line(in_words(claim))


def claim_confidence(claim: Claim) -> str:
    """Return the confidence in percent; empty without one."""
    return "" if claim.confidence is None else f"{claim.confidence:.0%}"
