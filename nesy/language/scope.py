"""An annotated document in, how sure it is of each token out: what it denies or asks, what it says with a hedge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nesy.language.denial import Absence, Lack, denials
from nesy.language.hedging import hedged, reports_taken_for_qualities, verbs_taken_for_things
from nesy.language.interrogatives import asked
from nesy.language.lexicon import Words

if TYPE_CHECKING:
    from spacy.tokens import Doc


@dataclass(frozen=True)
class Scope:
    """What a document denies and doubts, by token index."""

    denied: frozenset[int]
    """Verbs, adjectives and nouns that are denied, and all that is asked: nothing is claimed with them."""
    lacking: tuple[Lack, ...]
    """What somebody is said to be without: "a man without a hat"."""
    absences: tuple[Absence, ...]
    hedged: Mapping[int, float]
    """Token -> the confidence that the hedges around it leave; a token without is said plainly."""


def scope(doc: Doc, table: Words) -> Scope:
    """Return what a document denies and doubts; what it asks is no more claimed than what it denies."""
    found = denials(doc)
    questions = asked(doc)
    return Scope(
        frozenset(found.denied)
        | questions
        | frozenset(verbs_taken_for_things(doc))
        | frozenset(reports_taken_for_qualities(doc)),
        tuple(one for one in found.lacking if one.noun not in questions),
        tuple(one for one in found.absences if one.token not in questions),
        hedged(doc, table),
    )
