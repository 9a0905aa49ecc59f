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
from nesy.geometry import Box, iou
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, Relation, Scene, named

SAME = 0.5
"""Intersection over union from which two boxes are of one thing, as claims are scored."""
APART = 0.1
"""The most that the box of what is not there may overlap with a thing of its category."""


@dataclass(frozen=True)
class Denied:
    """A relation that the labels say does not hold; a bare category stands for whatever is of it."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True)
class End:
    """Whom a relation is about."""

    id: str
    """Of the labels; empty: nothing that they list."""
    category: str


@dataclass(frozen=True)
class Labelled:
    """A picture, and what is known of it."""

    picture: Path
    scene: Scene
    """What is sure to be there and to hold."""
    whole: frozenset[str] = frozenset()
    """The categories of which every thing is listed, those of which nothing is there among them."""
    unsure: tuple[Entity, ...] = ()
    """Things of which nobody was sure, and groups: of what is there nothing is said."""
    denied: tuple[Denied, ...] = ()
    drawn: bool = False
    """Whether `nesy synth` drew it: then what is listed is all there is."""

    def lists_all(self, category: str, ontology: Ontology) -> bool:
        """Tell whether every thing of a category is listed: of it, or of a wider one."""
        word = ontology.canonical("category", category)
        return not self._words(ontology).isdisjoint((word, *ontology.ancestors(category)))

    def counts(self, category: str, ontology: Ontology) -> bool:
        """Tell whether it is sure how many there are: who lists all people need not tell which of them are men."""
        sure = not any(_akin(one.category, category, ontology) for one in self.unsure)
        return sure and ontology.canonical("category", category) in self._words(ontology)

    def _words(self, ontology: Ontology) -> frozenset[str]:
        return frozenset(ontology.canonical("category", one) for one in self.whole)

    def is_missing(self, category: str, box: Box | None, ontology: Ontology, most: float = SAME) -> bool:
        """Tell whether it is sure that no thing of a category is at a box.

        Args:
            category: in any words.
            box: left, top, right, bottom in [0, 1]; None: it is sure where there is none anywhere.
            ontology: what the words mean.
            most: the least overlap (IoU) with a thing that counts as being it.
        """
        alike = (e for e in (*self.scene.entities, *self.unsure) if _akin(e.category, category, ontology))
        return self.lists_all(category, ontology) and all(
            box is not None and one.box is not None and iou(box, one.box) < most for one in alike
        )


def _akin(one: str, other: str, ontology: Ontology) -> bool:
    """Tell whether a thing of one category may be one of the other."""
    return ontology.is_a(one, other) or ontology.is_a(other, one)


def truths(said: Scene, known: Labelled, ontology: Ontology) -> dict[str, bool]:
    """Return by id which claims of a description are right and which wrong, as scored; what is not known is left out.

    Args:
        said: the description.
        known: of the same picture.
        ontology: what the words mean.
    """
    right = {claim for kind, claim in judged(said, known.scene, ontology=ontology).right if kind != "attributes"}
    if known.drawn:
        return {claim.id: claim.id in right for claim in said.claims()}
    called = pair(said, known.scene, ontology=ontology)
    found: dict[str, bool] = {}
    for claim in said.claims():
        if claim.id in right:
            found[claim.id] = True
        elif _is_wrong(claim, said, known, called, ontology):
            found[claim.id] = False
    return found


def _is_wrong(claim: Claim, said: Scene, known: Labelled, called: Mapping[str, str], ontology: Ontology) -> bool:
    """Tell whether a claim that is not right is known to be wrong."""
    match claim:
        case Entity():
            return claim.id not in called and _is_nothing(claim, known, ontology)
        case Count():
            return known.counts(claim.category, ontology)
    if any(e.id not in called and _is_nothing(e, known, ontology) for e in named(claim, said.entities)):
        return True
    if not isinstance(claim, Relation):
        return False
    ends = (End(called.get(one, ""), said.entity(one).category) for one in (claim.subject, claim.object))
    return is_contrary(next(ends), claim.predicate, next(ends), known, ontology)


def _is_nothing(entity: Entity, known: Labelled, ontology: Ontology) -> bool:
    """Tell whether an entity without a partner is of nothing: where it has no box, more are named than there are."""
    if entity.box is not None:
        return known.is_missing(entity.category, entity.box, ontology)
    return known.counts(entity.category, ontology)


def is_contrary(subject: End, predicate: str, target: End, known: Labelled, ontology: Ontology) -> bool:
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
