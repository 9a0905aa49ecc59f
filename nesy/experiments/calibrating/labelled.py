"""A picture with what is known of it -> which claims that decides: true, false, or not known.

What is not listed may be there all the same. A claim is false only where something says so: a thing of a category of
which all are listed, and what is said of such a thing; a relation that cannot stand beside one that is listed (turned
round, or the contrary); what the labels deny.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from nesy.experiments.arms.harm import judged
from nesy.experiments.rules.contradictions import contradicts
from nesy.experiments.scoring.metrics import pair
from nesy.interchange.labels import Labels
from nesy.ontology import Ontology
from nesy.ontology.alternatives import listed
from nesy.scene import Claim, Count, Entity, Relation, Scene, named

APART = 0.1
"""The most that the box of what is not there may overlap with a thing of its category."""


@dataclass(frozen=True)
class End:
    """Whom a relation is about."""

    id: str
    """Of the labels; empty: nothing that they list."""
    category: str


@dataclass(frozen=True, kw_only=True)
class Labelled(Labels):
    """A picture, and what is known of it."""

    picture: Path


def truths(said: Scene, known: Labels, ontology: Ontology) -> dict[str, bool]:
    """Return by id which claims of a description are right and which wrong, as scored; what is not known is left out.

    Args:
        said: the description.
        known: of the same picture.
        ontology: what the words mean.
    """
    right = {claim for kind, claim in judged(said, known.scene, ontology=ontology).right if kind != "attributes"}
    if known.complete:
        return {claim.id: claim.id in right for claim in said.claims()}
    called = pair(said, known.scene, ontology=ontology)
    found: dict[str, bool] = {}
    for claim in said.claims():
        if isinstance(claim, Count) and known.counts(claim.category, ontology):
            found[claim.id] = claim.value == len(listed(known.scene, claim.category, ontology))
        elif claim.id in right:
            found[claim.id] = True
        elif _is_wrong(claim, said, known, called, ontology):
            found[claim.id] = False
    return found


def _is_wrong(claim: Claim, said: Scene, known: Labels, called: Mapping[str, str], ontology: Ontology) -> bool:
    """Tell whether a claim that is not right is known to be wrong."""
    match claim:
        case Entity():
            return claim.id not in called and _is_nothing(claim, known, ontology)
        case Count():
            return False  # of what is not listed in full nobody knows how many there are
    if any(e.id not in called and _is_nothing(e, known, ontology) for e in named(claim, said.entities)):
        return True
    if not isinstance(claim, Relation):
        return False
    ends = (End(called.get(one, ""), said.entity(one).category) for one in (claim.subject, claim.object))
    return is_contrary(next(ends), claim.predicate, next(ends), known, ontology)


def _is_nothing(entity: Entity, known: Labels, ontology: Ontology) -> bool:
    """Tell whether an entity without a partner is of nothing: where it has no box, more are named than there are."""
    if entity.box is not None:
        return known.is_missing(entity.category, entity.box, ontology)
    return known.counts(entity.category, ontology)


def is_contrary(subject: End, predicate: str, target: End, known: Labels, ontology: Ontology) -> bool:
    """Tell whether a relation is known not to hold: it is denied, or cannot stand beside one that is listed.

    Args:
        subject: what does something, or is somewhere.
        predicate: in any words.
        target: what it is done to, or placed by.
        known: the labels.
        ontology: what the words mean.
    """
    word = ontology.canonical("predicate", predicate)
    ids = {entity.id for entity in known.scene.entities}
    for one in known.denied:
        fits = _is_meant(one.subject, subject, ids, ontology) and _is_meant(one.object, target, ids, ontology)
        if fits and ontology.canonical("predicate", one.predicate) == word:
            return True
    if not subject.id or not target.id:
        return False
    here = (subject.id, target.id)
    return any(
        contradicts(predicate, one.predicate, turned, ontology)
        or contradicts(one.predicate, predicate, turned, ontology)
        for one in known.scene.relations
        for turned, there in ((False, (one.subject, one.object)), (True, (one.object, one.subject)))
        if there == here
    )


def _is_meant(name: str, end: End, ids: Collection[str], ontology: Ontology) -> bool:
    """Tell whether a denied end is this one: the thing of that id, or anything of that category."""
    return end.id == name if name in ids else ontology.is_a(end.category, ontology.canonical("category", name))
