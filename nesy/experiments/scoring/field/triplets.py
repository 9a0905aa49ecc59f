"""A scene -> its relations as ranked triplets with the boxes of their ends, which is what the field's measures compare.

Words are compared as terms that mean exactly the same (`bikes` is `bicycle`; a `man` is no `person`), as in a data set
with a closed list of labels. The rank is the calibrated chance of a relation where there is one, else the product of
the confidences of the relation, its subject and its object, as scene graph detectors are ranked; what has no confidence
counts as 1, and equals stay in the order in which they were told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from nesy.errors import InputError
from nesy.geometry import Box
from nesy.ontology import Ontology
from nesy.scene import Entity, Relation, Scene

Ranking = str
"""By what triplets were ranked, in words."""
CALIBRATED, CONFIDENCE, TOLD = (
    "the calibrated chance of a claim",
    "confidence of the relation times those of its ends",
    "the order in which they were told",
)


@dataclass(frozen=True)
class Triplet:
    """One relation: three words, two boxes in [0, 1], and the rank that it is given."""

    subject: str
    predicate: str
    object: str
    subject_box: Box | None = None
    object_box: Box | None = None
    score: float = 1.0
    """The larger, the earlier."""
    pair: tuple[str, str] = ("", "")
    """Ids of the two ends: the pair that a graph constraint allows one predicate."""

    @property
    def words(self) -> tuple[str, str, str]:
        """Subject, predicate and object."""
        return self.subject, self.predicate, self.object


@dataclass(frozen=True)
class PicturePair:
    """What was predicted of one picture, and what is true of it."""

    predicted: Scene
    true: Scene
    readable: bool = True
    """False where the reply was no scene, or nothing was predicted; `predicted` is then empty."""
    chances: Mapping[str, float] | None = None
    """Id of a predicted claim -> the calibrated chance that it is true, in [0, 1]; None where that is not known."""

    @property
    def name(self) -> str:
        """Name of the picture, for messages."""
        about = self.true.image or self.predicted.image
        return "a picture without a name" if about is None else about.name


def ranked(scene: Scene, ontology: Ontology, chances: Mapping[str, float] | None = None) -> tuple[Triplet, ...]:
    """Return the relations of a scene, the surest first."""
    word = ontology.canonical
    entities = {entity.id: entity for entity in scene.entities}

    def triplet(relation: Relation) -> Triplet:
        subject, target = entities[relation.subject], entities[relation.object]
        return Triplet(
            subject=word("category", subject.category),
            predicate=word("predicate", relation.predicate),
            object=word("category", target.category),
            subject_box=subject.box,
            object_box=target.box,
            score=_score(relation, (subject, target), chances or {}),
            pair=(subject.id, target.id),
        )

    return tuple(sorted(map(triplet, scene.relations), key=lambda one: -one.score))


def _score(relation: Relation, ends: Iterable[Entity], chances: Mapping[str, float]) -> float:
    if relation.id in chances:
        return chances[relation.id]
    score = 1.0 if relation.confidence is None else relation.confidence
    for end in ends:
        score *= 1.0 if end.confidence is None else end.confidence
    return score


def ranking(pairs: Iterable[PicturePair]) -> Ranking:
    """Say by what the relations of these pictures are ranked.

    >>> ranking([])
    'the order in which they were told'
    """
    found = {
        CALIBRATED
        if pair.chances is not None and relation.id in pair.chances
        else TOLD
        if relation.confidence is None
        else CONFIDENCE
        for pair in pairs
        for relation in pair.predicted.relations
    }
    return "; ".join(kind for kind in (CALIBRATED, CONFIDENCE, TOLD) if kind in found) or TOLD


def given_boxes(pair: PicturePair, *, categories: bool) -> PicturePair:
    """Return the prediction with the boxes of the truth, and its categories too: what a task gives to the model.

    Scene graph classification (SGCls) gives the boxes, predicate classification (PredCls) boxes and categories; whoever
    predicts names the things by the ids of the truth.

    Raises:
        InputError: an entity of the prediction is none of the truth.
    """
    true = {entity.id: entity for entity in pair.true.entities}
    given = []
    for entity in pair.predicted.entities:
        if entity.id not in true:
            raise InputError(
                f"{pair.name}: {entity.id} is no entity of the truth; predcls and sgcls are of predictions about given "
                f"things, under their ids ({', '.join(list(true)[:3]) or 'there is none'})"
            )
        known = true[entity.id]
        more = {"category": known.category, "confidence": None} if categories else {}
        given.append(entity.model_copy(update={"box": known.box, "box_confidence": None, **more}))
    scene = pair.predicted.model_copy(update={"entities": tuple(given)})
    return PicturePair(scene, pair.true, pair.readable, None if categories else pair.chances)


def must_have_boxes(pairs: Iterable[PicturePair], measure: str, *, ends_alone: bool = True) -> None:
    """Make sure that the truth says where its things are.

    Raises:
        InputError: one of them has no box; tells which.
    """
    for pair in pairs:
        ends = {end for relation in pair.true.relations for end in (relation.subject, relation.object)}
        for entity in pair.true.entities:
            if entity.box is None and (not ends_alone or entity.id in ends):
                raise InputError(f"{measure} compares boxes, and {entity.id} of the truth of {pair.name} has none")
