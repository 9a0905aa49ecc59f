"""Ranked triplets and true ones -> R@K, mR@K, zR@K and F1@K of scene graph generation.

A triplet finds a true one if the three words are the same and both boxes overlap by an IoU of 0.5 or more. In the order
of rank each true triplet counts once, whatever finds it. R@K is the share of an image's true triplets that its first K
find, averaged over the images that have any (Lu et al., ECCV 2016; Xu et al., CVPR 2017). mR@K takes that share for
each predicate, averages it over the images in which it is true, and then over the predicates (Tang et al., CVPR 2019;
Chen et al., CVPR 2019). zR@K counts only true triplets of words that training never had (Lu et al.). F1@K is the
harmonic mean of R@K and mR@K (Zhang et al., BMVC 2022; Khandelwal and Sigal, 2022). With the graph constraint an
ordered pair of things keeps its surest predicate alone (Zellers et al., Neural Motifs, CVPR 2018).

So Scene-Graph-Benchmark by Tang counts (`evaluation/vg/sgg_eval.py` and `vg_eval.py`), and OpenPSG after it, but for
three things that never happen to a detector on Visual Genome, or hardly. A picture of which no relation was predicted
is left out there, and counts as 0 here: a model that says nothing must not gain by it. A predicate of the vocabulary
that is never true adds a 0 to the mean of mR@K there; here the mean is over those that are true somewhere. And there
boxes are in whole pixels with the last one inside; here they are as wide as they say.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from nesy.experiments.scoring.field.triplets import Triplet
from nesy.geometry import iou

CUTS = (20, 50, 100)
SAME = 0.5
"""Least intersection over union of two boxes of one thing."""
Words = tuple[str, str, str]


@dataclass(frozen=True)
class GraphImage:
    """The triplets of one image: predicted ones in any order, and true ones."""

    predicted: tuple[Triplet, ...]
    true: tuple[Triplet, ...]


@dataclass(frozen=True)
class GraphRecall:
    """Shares in [0, 1] by K."""

    images: int
    """With a true relation; the others do not count."""
    relations: int
    """True ones."""
    predicted: int
    """After the graph constraint, where there is one."""
    recall: dict[int, float]
    mean_recall: dict[int, float]
    f1: dict[int, float]
    zero_shot: dict[int, float] | None
    """None where no training triplets are given, or all true ones are among them."""
    zero_shot_relations: int = 0
    """True ones whose words no training triplet has."""
    by_predicate: dict[str, dict[int, float]] = field(default_factory=dict)
    """Predicate -> what mR@K is the mean of."""


def graph_recall(
    images: Iterable[GraphImage],
    cuts: Sequence[int] = CUTS,
    *,
    constrained: bool = True,
    seen: Collection[Words] | None = None,
) -> GraphRecall:
    """Return the recall of scene graphs.

    Args:
        images: of all pictures.
        cuts: the K of the recalls.
        constrained: whether an ordered pair of things keeps its surest predicate alone.
        seen: words of the triplets of a training set, for zR@K.
    """
    recalls: dict[int, list[float]] = {k: [] for k in cuts}
    unseen: dict[int, list[float]] = {k: [] for k in cuts}
    each: dict[str, dict[int, list[float]]] = defaultdict(lambda: {k: [] for k in cuts})
    relations = predicted = new = 0
    for image in images:
        told = _in_order(image.predicted, constrained)
        predicted += len(told)
        if not image.true:
            continue
        relations += len(image.true)
        first = _first_found(told, image.true)
        strange = [seen is not None and one.words not in seen for one in image.true]
        new += sum(strange)
        places: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(image.true):
            places[one.predicate].append(at)
        for k in cuts:
            found = [rank < k for rank in first]
            recalls[k].append(sum(found) / len(found))
            for predicate, of_it in places.items():
                each[predicate][k].append(sum(found[place] for place in of_it) / len(of_it))
            if any(strange):
                unseen[k].append(sum(a and b for a, b in zip(found, strange, strict=True)) / sum(strange))
    by_predicate = {name: {k: _mean(shares[k]) for k in cuts} for name, shares in sorted(each.items())}
    recall = {k: _mean(recalls[k]) for k in cuts}
    mean = {k: _mean([shares[k] for shares in by_predicate.values()]) for k in cuts}
    return GraphRecall(
        images=len(recalls[cuts[0]]),
        relations=relations,
        predicted=predicted,
        recall=recall,
        mean_recall=mean,
        f1={k: 2 * recall[k] * mean[k] / (recall[k] + mean[k]) if recall[k] + mean[k] else 0.0 for k in cuts},
        zero_shot={k: _mean(unseen[k]) for k in cuts} if new else None,
        zero_shot_relations=new,
        by_predicate=by_predicate,
    )


def _in_order(predicted: Iterable[Triplet], constrained: bool) -> list[Triplet]:
    told = sorted(predicted, key=lambda one: -one.score)
    if not constrained:
        return told
    surest: dict[tuple[str, str], Triplet] = {}
    for one in told:
        surest.setdefault(one.pair, one)
    return list(surest.values())


def _first_found(told: Sequence[Triplet], true: Sequence[Triplet]) -> list[float]:
    """Return for each true triplet the rank, from 0, of the first that finds it; infinity where none does."""
    first = [float("inf")] * len(true)
    for rank, one in enumerate(told):
        for at, other in enumerate(true):
            if first[at] == float("inf") and finds(one, other):
                first[at] = rank
    return first


def finds(one: Triplet, true: Triplet) -> bool:
    """Tell whether a triplet says the same as a true one, of things at the same places."""
    ends = ((one.subject_box, true.subject_box), (one.object_box, true.object_box))
    return one.words == true.words and all(a is not None and b is not None and iou(a, b) >= SAME for a, b in ends)


def _mean(values: Collection[float]) -> float:
    return sum(values) / len(values) if values else 0.0
