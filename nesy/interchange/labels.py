"""What a data set tells of a picture: what is there, and what it lists in full, doubts or denies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nesy.geometry import Box, iou
from nesy.interchange.losses import Lost
from nesy.scene import Entity, Scene

if TYPE_CHECKING:
    from nesy.ontology import Ontology

SAME = 0.5
"""Intersection over union from which two boxes are of one thing, as claims are scored."""


@dataclass(frozen=True)
class Denied:
    """A relation that the labels say does not hold; a bare category stands for whatever is of it."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True)
class Labels:
    """The labels of a picture. What is not listed may be there all the same, unless they say that all is."""

    scene: Scene
    """What is sure to be there and to hold."""
    whole: frozenset[str] = frozenset()
    """The categories of which every thing is listed, those of which nothing is there among them."""
    unsure: tuple[Entity, ...] = ()
    """Things of which nobody was sure, and groups: of what is there nothing is said."""
    denied: tuple[Denied, ...] = ()
    complete: bool = False
    """Whether what is listed is all there is, as of drawings."""
    splits: frozenset[str] = frozenset()
    """The parts of the data set that the picture belongs to, where its files tell."""

    def lists_all(self, category: str, ontology: "Ontology") -> bool:
        """Tell whether every thing of a category is listed: of it, or of a wider one."""
        word = ontology.canonical("category", category)
        return not self._words(ontology).isdisjoint((word, *ontology.ancestors(category)))

    def counts(self, category: str, ontology: "Ontology") -> bool:
        """Tell whether it is sure how many there are: who lists all people need not tell which of them are men."""
        sure = not any(_akin(one.category, category, ontology) for one in self.unsure)
        return sure and ontology.canonical("category", category) in self._words(ontology)

    def _words(self, ontology: "Ontology") -> frozenset[str]:
        return frozenset(ontology.canonical("category", one) for one in self.whole)

    def is_missing(self, category: str, box: Box | None, ontology: "Ontology", most: float = SAME) -> bool:
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


def _akin(one: str, other: str, ontology: "Ontology") -> bool:
    """Tell whether a thing of one category may be one of the other."""
    return ontology.is_a(one, other) or ontology.is_a(other, one)


def scenes_of(found: Iterable[Labels | Lost]) -> Iterator[Scene | Lost]:
    """Yield the scenes alone, and count what else was told that a scene cannot hold."""
    unsure = denied = 0
    for one in found:
        if isinstance(one, Labels):
            unsure, denied = unsure + len(one.unsure), denied + len(one.denied)
            yield one.scene
        else:
            yield one
    for what, count in (("things of which nobody is sure, and groups", unsure), ("relations that are denied", denied)):
        if count:
            yield Lost(what, count)
