"""Predicted and true scenes -> counts of right, wrong and missing claims, and F1. Pure functions.

An entity is right when it can be paired with a true entity of the same category. Where both have boxes these must
overlap, at IoU >= 0.5 (pairs are made greedily from the highest IoU, as in PASCAL VOC and COCO); where one has none,
the pairs are those under which most claims agree (`assignment`). `criterion` says which of the two was done. A
relation is right when predicate and both paired entities agree; a part state when entity, part, state and object do;
an attribute when entity and word do.

Words are compared by what the shipped ontology says they mean: `bikes` is `bicycle`, `riding` is `ride`. An entity
named more narrowly than the truth is right too (a `man` where a `person` is: what is said is true), one named more
broadly is not; a count is right for the same word only, as there may be fewer men than persons.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nesy.experiments.scoring.assignment import assigned
from nesy.geometry import iou
from nesy.ontology import Ontology
from nesy.ontology.concepts import HEAD
from nesy.scene import Entity, Scene

KINDS = ("objects", "relations", "part_states", "attributes", "counts")
Fact = tuple[str, ...]
Comparison = frozenset[Literal["boxes", "words"]]
"""How the entities of two scenes are compared: by boxes, by words alone, or some so and some so."""


@dataclass(frozen=True)
class Tally:
    """How many claims were `right`, how many were `made`, and how many are `true`; tallies of images are added up.

    >>> Tally(right=1, made=2, true=1) + Tally(right=1, made=1, true=2)
    Tally(right=2, made=3, true=3)
    >>> Tally(right=3, made=4, true=6).precision, Tally(right=3, made=4, true=6).f1
    (0.75, 0.6)
    """

    right: int = 0
    made: int = 0
    true: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.right + other.right, self.made + other.made, self.true + other.true)

    @property
    def precision(self) -> float:
        """Share of the claims made that are right; 1 when none was made."""
        return self.right / self.made if self.made else 1.0

    @property
    def recall(self) -> float:
        """Share of what is true that was claimed; 1 when nothing is true."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """2 right / (made + true), in [0, 1]: the harmonic mean of precision and recall; 1 of nothing said and true."""
        return 2 * self.right / (self.made + self.true) if self.made + self.true else 1.0


def names(said: str, true: str, ontology: Ontology | None = None) -> bool:
    """Tell whether the category `said` is right for an entity whose category is `true`.

    >>> names("men", "person"), names("person", "man"), names("sofa", "couch")
    (True, False, True)
    """
    known = ontology or Ontology.default()
    if known.canonical("category", said) == known.canonical("category", true):
        return True
    concept, goal = known.concept("category", said), known.concept("category", true)
    if concept is None or goal is None or not goal.exact:
        return False
    return concept.iri == goal.iri and concept.score >= HEAD


def pair(predicted: Scene, truth: Scene, threshold: float = 0.5, ontology: Ontology | None = None) -> dict[str, str]:
    """Return predicted id -> true id of the entities that agree in category, and in place where both have boxes.

    >>> import nesy
    >>> said, true = (nesy.Scene.from_json(text) for text in (
    ...     '{"entities": [{"id": "a", "category": "man"}, {"id": "b", "category": "man", "attributes": ["big"]}]}',
    ...     '{"entities": [{"id": "x", "category": "person", "attributes": ["big"]}]}'))
    >>> pair(said, true)
    {'b': 'x'}

    Args:
        predicted: what is measured.
        truth: what is true.
        threshold: least IoU of two boxes, in [0, 1].
        ontology: whose words are known; the shipped one if None.
    """
    known = ontology or Ontology.default()
    overlaps = sorted(
        (
            (iou(p.box, t.box), p.id, t.id)
            for p in predicted.entities
            for t in truth.entities
            if p.box is not None and t.box is not None and names(p.category, t.category, known)
        ),
        key=lambda row: (-row[0], row[1], row[2]),
    )
    paired: dict[str, str] = {}
    for overlap, mine, theirs in overlaps:
        if overlap >= threshold and mine not in paired and theirs not in paired.values():
            paired[mine] = theirs
    if compared(predicted, truth) == {"boxes"}:
        return paired

    def by_words(mine: Entity, theirs: Entity) -> bool:
        return None in (mine.box, theirs.box) and names(mine.category, theirs.category, known)

    return assigned(predicted, truth, paired, by_words, known)


def compared(predicted: Scene, truth: Scene) -> Comparison:
    """Return how the entities of two scenes are compared.

    >>> import nesy
    >>> boxed = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup", box=(0.1, 0.1, 0.5, 0.5))])
    >>> bare = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup")])
    >>> sorted(compared(boxed, boxed)), sorted(compared(boxed, bare)), sorted(compared(nesy.Scene(entities=[]), boxed))
    (['boxes'], ['words'], ['boxes'])
    """
    sides = [side for side in (predicted.entities, truth.entities) if side]
    boxes = bool(sides) and all(any(entity.box is not None for entity in side) for side in sides)
    words = any(entity.box is None for side in sides for entity in side)
    found: set[Literal["boxes", "words"]] = set()
    if boxes:
        found.add("boxes")
    if words:
        found.add("words")
    return frozenset(found)


def criterion(comparisons: Iterable[Comparison]) -> str:
    """Say in words by what entities were matched, for tables and files that show scores.

    >>> criterion([frozenset({"boxes"}), frozenset({"boxes"})])
    'entities are matched by category and box (IoU >= 0.5)'
    >>> criterion([frozenset({"words"})])
    'entities are matched by category, attributes and relations, without boxes'
    """
    every = frozenset().union(*comparisons)
    by_box = "entities are matched by category and box (IoU >= 0.5)"
    if every == {"boxes", "words"}:
        return f"{by_box} where both have one, else by category, attributes and relations"
    return "entities are matched by category, attributes and relations, without boxes" if "words" in every else by_box


def facts(
    scene: Scene, called: dict[str, str] | None = None, ontology: Ontology | None = None
) -> dict[str, dict[str, Fact]]:
    """Return kind -> claim id -> what it says; entities are named by `called`, by their own id where it is None.

    A prediction's entity without a true partner gets a name that no true entity has, so nothing said of it is right.
    """
    word = (ontology or Ontology.default()).canonical

    def name(entity: str | None) -> str:
        if entity is None or called is None:
            return entity or ""
        return called.get(entity, f"?{entity}")

    return {
        "objects": {e.id: (name(e.id),) for e in scene.entities},
        "relations": {r.id: (name(r.subject), word("predicate", r.predicate), name(r.object)) for r in scene.relations},
        "part_states": {
            p.id: (name(p.entity), word("part", p.part), word("state", p.state), name(p.object))
            for p in scene.part_states
        },
        "attributes": {f"{e.id} {a}": (name(e.id), word("attribute", a)) for e in scene.entities for a in e.attributes},
        "counts": {c.id: (word("category", c.category), str(c.value)) for c in scene.counts},
    }


@dataclass(frozen=True)
class HeldAgainst:
    """What a prediction says, beside what is true; kind -> claim id -> fact."""

    said: dict[str, dict[str, Fact]]
    true: dict[str, dict[str, Fact]]

    @property
    def right(self) -> frozenset[tuple[str, Fact]]:
        """The true facts that are said."""
        return frozenset(
            (kind, fact) for kind in KINDS for fact in set(self.said[kind].values()) & set(self.true[kind].values())
        )

    @property
    def tallies(self) -> dict[str, Tally]:
        """The counts of each kind."""
        right = Counter(kind for kind, _ in self.right)
        return {
            kind: Tally(right[kind], made=len(self.said[kind]), true=len(set(self.true[kind].values())))
            for kind in KINDS
        }


def held_against(predicted: Scene, truth: Scene, ontology: Ontology | None = None) -> HeldAgainst:
    """Hold one prediction against the truth."""
    called = pair(predicted, truth, ontology=ontology)
    return HeldAgainst(facts(predicted, called, ontology), facts(truth, None, ontology))


def tally(predicted: Scene, truth: Scene, ontology: Ontology | None = None) -> dict[str, Tally]:
    """Compare one prediction with the truth, per kind of claim; a claim made twice is right once.

    >>> import nesy
    >>> truth = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup", box=(0.1, 0.1, 0.5, 0.5))])
    >>> said = nesy.Scene(entities=[
    ...     nesy.Entity(id="mug_1", category="cups", box=(0.1, 0.1, 0.5, 0.45)),
    ...     nesy.Entity(id="dog_1", category="dog", box=(0.5, 0.5, 0.9, 0.9))])
    >>> tally(said, truth)["objects"]
    Tally(right=1, made=2, true=1)
    """
    return held_against(predicted, truth, ontology).tallies


def total(tallies: Iterable[dict[str, Tally]]) -> dict[str, Tally]:
    """Add up the tallies of many images (micro average).

    >>> import nesy
    >>> nothing = nesy.Scene(entities=[])
    >>> counted = nesy.Scene(entities=[], counts=[nesy.Count(id="n1", category="person", value=3)])
    >>> total([tally(nothing, counted), tally(counted, counted)])["counts"].recall
    0.5
    """
    summed = dict.fromkeys(KINDS, Tally())
    for one in tallies:
        summed = {kind: summed[kind] + one[kind] for kind in KINDS}
    return summed


def right_claims(predicted: Scene, truth: Scene, ontology: Ontology | None = None) -> frozenset[tuple[str, Fact]]:
    """Return the true facts that the prediction claims, to follow what becomes of them from round to round.

    >>> import nesy
    >>> counted = nesy.Scene(entities=[], counts=[nesy.Count(id="n1", category="people", value=3)])
    >>> right_claims(counted, counted) - right_claims(nesy.Scene(entities=[]), counted)
    frozenset({('counts', ('person', '3'))})
    """
    return held_against(predicted, truth, ontology).right
