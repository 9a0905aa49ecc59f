"""The numerals of a text and what they mean in, count claims out: totals that a text asserts, never ones it does not.

"There are three dogs" and "the four dogs" speak of all dogs; "two dogs run" says nothing of others, so it is a total
only as long as no further dog is named. Where a text says no dog is there, the count is 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nesy.language.descriptions import Description, Kind
from nesy.language.things import Thing
from nesy.ontology import Ontology

if TYPE_CHECKING:
    from spacy.tokens import Token

Span = tuple[int, int]


@dataclass(frozen=True)
class Introduction:
    """A phrase with a numeral and the things that it means."""

    told: Description
    things: tuple[int, ...]
    total: bool
    """Whether it speaks of all of its kind."""
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Nowhere:
    """A category of which a text says that nothing is there; `spans` say so."""

    category: str
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class Total:
    """A count claim: so many of a category in the whole scene; `spans` say so."""

    category: str
    value: int
    spans: tuple[Span, ...]


def counts(
    said: Sequence[Introduction],
    things: Sequence[Thing],
    told: Collection[int],
    absences: Sequence[Nowhere],
    ontology: Ontology,
) -> list[Total]:
    """Return the counts that a text claims, each number of a category once.

    A total that the list does not bear out is claimed only where all of its kind were counted: of others a reader
    cannot tell whether they are among them.

    Args:
        said: the phrases with a numeral.
        things: all of the text.
        told: those that the scene tells of, by index.
        absences: what the text says is nowhere.
        ontology: whose words are known.
    """
    found: dict[tuple[str, int], Total] = {}
    listed: dict[str, tuple[int, bool]] = {}
    told_of = frozenset(told)
    said = [one for one in said if told_of.issuperset(one.things)]
    numbered = {i for one in said for i in one.things}
    tally = Counter((one.category, i in numbered and not one.group) for i, one in enumerate(things) if i in told)

    word_of = {category: ontology.canonical("category", category) for category, _ in tally}

    def present(category: str) -> tuple[int, bool]:
        """Return how many things of a category are listed, and whether any of them was introduced without a number."""
        if category not in listed:
            word = ontology.canonical("category", category)
            kin = [
                one for one in tally
                if one[0] == category or word_of[one[0]] == word or ontology.is_a(one[0], category)
            ]  # fmt: skip
            listed[category] = (sum(tally[one] for one in kin), any(not counted for _, counted in kin))
        return listed[category]

    for one in said:
        value, category = one.told.number, one.told.category
        if value is None or value < 2 or one.told.kind in (Kind.PRONOUN, Kind.ONE):
            continue
        if any(things[i].group for i in one.things):  # more than are listed one by one
            continue
        many, others = present(category)
        if many and (many == value or (one.total and not others)):
            found.setdefault((category, value), Total(category, value, one.spans))
    for absence in absences:
        found.setdefault((absence.category, 0), Total(absence.category, 0, absence.spans))
    return list(found.values())


def is_total(told: Description, head: Token) -> bool:
    """Tell whether a phrase speaks of all of its kind: "there are three dogs" or "the four dogs", and no more."""
    if any(child.dep_ in ("nmod", "acl", "acl:relcl", "amod", "nmod:poss") for child in head.children):
        return False
    there = any(child.dep_ == "expl" for child in head.head.children)
    if told.kind is Kind.DEFINITE:
        return "the" in [child.lower_ for child in head.lefts]
    return there and not any(child.dep_ in ("obl", "advcl", "xcomp") for child in head.head.children)
