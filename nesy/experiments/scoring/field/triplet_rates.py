"""Triplets that answers say and the scene graphs of their images -> hallucination rates as Tri-HE counts them.

A triplet is hallucinated if the graph of the image does not bear it out: an object hallucination where one of its ends
is no object of the graph, else a relation hallucination. Rates are taken of each question's triplets and averaged,
over all questions (`by_question`), or first over those of an image and then over the images (`by_image`); what says
no triplet does not count. The paper has a language model or one of entailment judge; here the words are compared, so
what the graph leaves out counts as hallucinated: an upper bound.

Source: Wu et al., Unified Triplet-Level Hallucination Evaluation for Large Vision-Language Models, TMLR 2025 (Hallu-Q
and Hallu-I); `evaluation/main_evaluation.py` of wujunjie1998/Tri-HE.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

Words = tuple[str, str, str]


@dataclass(frozen=True)
class ToldTriplets:
    """The triplets of one answer, and the graph of its image."""

    image: str
    said: tuple[Words, ...]
    objects: Collection[str]
    true: Collection[Words]


@dataclass(frozen=True)
class TripletRates:
    """Rates in [0, 1]; those of objects and of relations add up to the whole, by question and by image."""

    questions: int
    images: int
    triplets: int
    by_question: float
    by_image: float
    object: float
    relation: float
    object_by_image: float
    relation_by_image: float


def triplet_rates(answers: Iterable[ToldTriplets]) -> TripletRates:
    """Return how often triplets are hallucinated.

    >>> graph = ({"man", "horse"}, {("man", "ride", "horse")})
    >>> said = (("man", "ride", "horse"), ("man", "feed", "horse"), ("man", "hold", "dog"), ("dog", "on", "horse"))
    >>> found = triplet_rates([ToldTriplets("a.png", said, *graph)])
    >>> found.by_question, found.object, found.relation
    (0.75, 0.5, 0.25)
    """
    by_image: dict[str, list[tuple[float, float]]] = defaultdict(list)
    triplets = 0
    for answer in answers:
        if not answer.said:
            continue
        triplets += len(answer.said)
        absent = [one for one in answer.said if not {one[0], one[2]} <= set(answer.objects)]
        wrong = [one for one in answer.said if one not in absent and one not in answer.true]
        by_image[answer.image].append((len(absent) / len(answer.said), len(wrong) / len(answer.said)))
    answered = [rates for of_one in by_image.values() for rates in of_one]
    objects, relations = (_mean([rates[kind] for rates in answered]) for kind in (0, 1))
    of_images = [[_mean([rates[kind] for rates in of_one]) for of_one in by_image.values()] for kind in (0, 1)]
    image_objects, image_relations = map(_mean, of_images)
    return TripletRates(
        questions=len(answered),
        images=len(by_image),
        triplets=triplets,
        by_question=objects + relations,
        by_image=image_objects + image_relations,
        object=objects,
        relation=relations,
        object_by_image=image_objects,
        relation_by_image=image_relations,
    )


def _mean(values: Collection[float]) -> float:
    return sum(values) / len(values) if values else 0.0
