"""A noun such as "side" in, whose side it is out: "on his left" is not left in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Token

_SIDES = frozenset(["left", "right"])


@dataclass(frozen=True)
class OwnSide:
    """Somebody's own left or right.

    Args:
        owner: the token of whose side it is.
        said: the predicate; it names no direction in the picture, so no rule on boxes reads it.
    """

    owner: int
    said: str


def own_side(head: Token) -> OwnSide | None:
    """Return whose own left or right a noun phrase means: "his left", "the man's right-hand side"."""
    phrase = [head, *head.lefts]
    side = next((one.lower_ for one in phrase if one.lower_ in _SIDES), None)
    owner = next((child for child in head.lefts if child.dep_ == "nmod:poss" or child.tag_ == "PRP$"), None)
    if side is None or owner is None or head.lower_ not in ("side", "left", "right"):
        return None
    return OwnSide(owner.i, f"on the own {side} side of")


def is_side(head: Token, label: str) -> bool:
    """Tell whether a noun phrase is but a side: "the left side", "his right"."""
    if head.lower_ not in ("side", "sides", "left", "right"):
        return False
    return bool(_SIDES & {*label.split(), *(child.lower_ for child in head.lefts)})
