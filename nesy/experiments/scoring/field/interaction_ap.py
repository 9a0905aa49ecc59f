"""Ranked interactions of people with things and true ones -> mAP as HICO-DET counts it.

A class is a verb and an object category. Over all images, in the order of rank, a prediction is held against the true
pair of its class and image whose worse overlap, of person and object, is the best; it is right if that is 0.5 or more
and nothing before it found that pair. AP is VOC's of eleven points; mAP the mean over the classes that are true
somewhere. Default: all images count. Known Object: only images count in which the class's object is part of an
interaction, of whatever verb. Rare are the classes with fewer than 10 pairs in HICO-DET's training set, which the
shipped ontology marks (`nesy:rare`; 138 of 600).

Source: Chao et al., Learning to Detect Human-Object Interactions, WACV 2018, and its evaluation (`eval_one.m` and
`VOCevaldet_bboxpair.m` of ywchao/ho-rcnn), which measures boxes in whole pixels, the last one inside; our readers turn
those into boxes of the same areas. There the mean is over all 600 classes, which the test set has all; here over
those that are true somewhere. There a point of recall is a sum of tenths in binary, a last digit above 0.3: a recall of
exactly 0.3 misses it, and here it does not.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rdflib.term import Node

from nesy.experiments.scoring.field.average_precision import eleven_points
from nesy.experiments.scoring.field.graph_recall import SAME, GraphImage
from nesy.experiments.scoring.field.triplets import Triplet
from nesy.geometry import iou
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY

HoiClass = tuple[str, str]
"""Verb and object category."""


@dataclass(frozen=True)
class InteractionAp:
    """Means of average precision, in [0, 1]; None where there is no such class."""

    classes: int
    """That are true somewhere."""
    images: int
    pairs: int
    """True ones."""
    predicted: int
    full: float | None
    rare: float | None
    non_rare: float | None
    known_object: float | None
    known_object_rare: float | None
    known_object_non_rare: float | None
    rare_classes: int
    by_class: dict[HoiClass, float]
    """By the default setting."""


def interaction_ap(images: Sequence[GraphImage], rare: Collection[HoiClass] = ()) -> InteractionAp:
    """Return the average precision of interactions.

    Args:
        images: the interactions of each image; whose subject is no person has been left out (`of_people`).
        rare: the classes that training hardly had.
    """
    true: dict[HoiClass, list[tuple[int, Triplet]]] = defaultdict(list)
    told: dict[HoiClass, list[tuple[int, Triplet]]] = defaultdict(list)
    for at, image in enumerate(images):
        for one in image.true:
            true[_class(one)].append((at, one))
        for one in image.predicted:
            told[_class(one)].append((at, one))
    objects = [{one.object for one in image.true} for image in images]
    default, known = {}, {}
    for name, pairs in sorted(true.items()):
        default[name] = _ap(told[name], pairs)
        known[name] = _ap([one for one in told[name] if name[1] in objects[one[0]]], pairs)

    def mean(of: dict[HoiClass, float], wanted: bool | None) -> float | None:
        values = [value for name, value in of.items() if wanted is None or (name in rare) is wanted]
        return sum(values) / len(values) if values else None

    return InteractionAp(
        classes=len(default),
        images=len(images),
        pairs=sum(map(len, true.values())),
        predicted=sum(map(len, told.values())),
        full=mean(default, None),
        rare=mean(default, True),
        non_rare=mean(default, False),
        known_object=mean(known, None),
        known_object_rare=mean(known, True),
        known_object_non_rare=mean(known, False),
        rare_classes=sum(name in rare for name in default),
        by_class=default,
    )


def of_people(triplets: Iterable[Triplet], ontology: Ontology) -> tuple[Triplet, ...]:
    """Return the triplets of a person, by whatever word, who does something: no positions."""
    return tuple(
        one for one in triplets if one.predicate not in ontology.spatial and ontology.is_a(one.subject, "person")
    )


def rare_classes(ontology: Ontology) -> frozenset[HoiClass]:
    """Return the interactions of HICO-DET with fewer than 10 pairs in its training set."""
    graph = ontology.graph
    return frozenset(
        (ontology.canonical("predicate", str(graph.value(verb, NESY.term))), _category(ontology, about))
        for about, _, _ in graph.triples((None, NESY.rare, None))
        for verb in graph.objects(about, NESY.ofVerb)
    )


def _category(ontology: Ontology, about: Node) -> str:
    graph = ontology.graph
    found = graph.value(about, NESY.ofCategory)
    return ontology.canonical("category", str(graph.value(found, NESY.term)))


def _class(one: Triplet) -> HoiClass:
    return one.predicate, one.object


def _ap(told: Sequence[tuple[int, Triplet]], true: Sequence[tuple[int, Triplet]]) -> float:
    taken: set[int] = set()
    hits = []
    for at, one in sorted(told, key=lambda row: -row[1].score):
        overlaps = [(_overlap(one, other), -place) for place, (image, other) in enumerate(true) if image == at]
        best, place = max(overlaps, default=(0.0, 0))
        hits.append(best >= SAME and -place not in taken)
        if best >= SAME:
            taken.add(-place)
    return eleven_points(hits, len(true))


def _overlap(one: Triplet, other: Triplet) -> float:
    ends = ((one.subject_box, other.subject_box), (one.object_box, other.object_box))
    return min(0.0 if a is None or b is None else iou(a, b) for a, b in ends)
