"""Predicted scenes beside true ones -> the figures of the measures that are taken of scenes."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from nesy.experiments.faithfulness import chair
from nesy.experiments.scoring.field.box_ap import box_ap
from nesy.experiments.scoring.field.graph_recall import CUTS, GraphImage, Words, graph_recall
from nesy.experiments.scoring.field.interaction_ap import interaction_ap, of_people, rare_classes
from nesy.experiments.scoring.field.metrics_table import MetricRow, MetricsTable, metrics_table
from nesy.experiments.scoring.field.role_ap import people_in, role_ap, roles_of
from nesy.experiments.scoring.field.triplet_rates import ToldTriplets, triplet_rates
from nesy.experiments.scoring.field.triplets import (
    PicturePair,
    Triplet,
    given_boxes,
    must_have_boxes,
    ranked,
    ranking,
)
from nesy.experiments.scoring.graph_match import KINDS, Graph, matched, parts
from nesy.experiments.scoring.metrics import Tally, names
from nesy.ontology import Ontology
from nesy.scene import Scene


@dataclass(frozen=True)
class Known:
    """What measures need beside the scenes."""

    ontology: Ontology
    seen: Collection[Words] | None = None
    """Words of the triplets of a training set."""


Rows = Iterable[MetricRow]
Pairs = Sequence[PicturePair]


@dataclass(frozen=True)
class SceneMeasure:
    """A metric that `--metrics` names."""

    rows: Callable[[Pairs, Known], Rows]
    ranks: bool
    """Whether claims are compared in an order."""
    note: str


def measured(pairs: Pairs, metrics: Sequence[str], known: Known) -> MetricsTable:
    """Return the table of these metrics.

    Args:
        pairs: a prediction and the truth of each picture.
        metrics: names of `SCENE_MEASURES`.
        known: the ontology, and the triplets of a training set where there is one.

    Raises:
        InputError: the scenes lack what a metric compares, or a library that it takes is not installed.
    """
    unread = sum(not pair.readable for pair in pairs)
    rows = [row for name in metrics for row in SCENE_MEASURES[name].rows(pairs, known)]
    share = unread / len(pairs) if pairs else None
    rows.append(_row("replies", "parse failures", share, len(pairs), len(pairs), len(pairs)))
    ranks = any(SCENE_MEASURES[name].ranks for name in metrics)
    notes = {name: SCENE_MEASURES[name].note for name in metrics}
    number = "1 picture" if len(pairs) == 1 else f"{len(pairs)} pictures"
    told = f"{number}, of {unread} no scene could be read, counted as empty; values are shares in [0, 1]"
    return metrics_table(rows, ranking(pairs) if ranks else None, notes, told)


def training_words(scenes: Iterable[Scene], ontology: Ontology) -> frozenset[Words]:
    """Return the words of all triplets of a training set, for zR@K."""
    return frozenset(one.words for scene in scenes for one in ranked(scene, ontology))


def _row(metric: str, name: str, value: float | None, images: int, made: int, true: int) -> MetricRow:
    return MetricRow(metric=metric, name=name, value=value, images=images, made=made, true=true)


def _graph(pair: PicturePair, known: Known) -> GraphImage:
    return GraphImage(ranked(pair.predicted, known.ontology, pair.chances), ranked(pair.true, known.ontology))


def _recall_rows(metric: str, pairs: Pairs, known: Known) -> Rows:
    must_have_boxes(pairs, metric)
    images = [_graph(pair, known) for pair in pairs]
    for constrained, before in ((True, ""), (False, "ng")):
        found = graph_recall(images, CUTS, constrained=constrained, seen=known.seen)
        counts = (found.images, found.predicted, found.relations)
        families = [("R", found.recall), ("mR", found.mean_recall), ("F1", found.f1)]
        for name, by_cut in families:
            yield from (_row(metric, f"{before}{name}@{k}", by_cut[k] if found.images else None, *counts) for k in CUTS)
        if known.seen is not None:
            new = (found.images, found.predicted, found.zero_shot_relations)
            shares = found.zero_shot or {}
            yield from (_row(metric, f"{before}zR@{k}", shares.get(k), *new) for k in CUTS)


def _sgdet(pairs: Pairs, known: Known) -> Rows:
    return _recall_rows("sgdet", pairs, known)


def _psg(pairs: Pairs, known: Known) -> Rows:
    return _recall_rows("psg", pairs, known)


def _sgcls(pairs: Pairs, known: Known) -> Rows:
    return _recall_rows("sgcls", [given_boxes(pair, categories=False) for pair in pairs], known)


def _predcls(pairs: Pairs, known: Known) -> Rows:
    return _recall_rows("predcls", [given_boxes(pair, categories=True) for pair in pairs], known)


def _people(pairs: Pairs, known: Known) -> list[GraphImage]:
    graphs = (_graph(pair, known) for pair in pairs)
    return [GraphImage(of_people(one.predicted, known.ontology), of_people(one.true, known.ontology)) for one in graphs]


def _hico(pairs: Pairs, known: Known) -> Rows:
    must_have_boxes(pairs, "hico")
    found = interaction_ap(_people(pairs, known), rare_classes(known.ontology))
    counts = (found.images, found.predicted, found.pairs)
    for name, value in (
        ("mAP full", found.full),
        ("mAP rare", found.rare),
        ("mAP non-rare", found.non_rare),
        ("mAP full, known object", found.known_object),
        ("mAP rare, known object", found.known_object_rare),
        ("mAP non-rare, known object", found.known_object_non_rare),
    ):
        yield _row("hico", name, value, *counts)


def _vcoco(pairs: Pairs, known: Known) -> Rows:
    must_have_boxes(pairs, "vcoco")
    images = zip(_people(pairs, known), pairs, strict=True)
    found = role_ap([roles_of(image, people_in(pair.true, known.ontology)) for image, pair in images])
    for name, value in (("role AP, scenario 1", found.scenario_1), ("role AP, scenario 2", found.scenario_2)):
        yield _row("vcoco", name, value, len(pairs), found.predicted, found.agents)


def _coco(pairs: Pairs, known: Known) -> Rows:
    must_have_boxes(pairs, "coco", ends_alone=False)
    found = box_ap(pairs, known.ontology)
    for name, value in (("AP", found.ap), ("AP50", found.ap50), ("AP75", found.ap75), ("AR100", found.ar100)):
        yield _row("coco", name, value, found.images, found.predicted, found.things)


def _chair(pairs: Pairs, known: Known) -> Rows:
    found = chair.score(
        (_objects(pair, known.ontology), frozenset(_true_objects(pair, known.ontology))) for pair in pairs
    )
    true = sum(len(_true_objects(pair, known.ontology)) for pair in pairs)
    counts = (found.captions, found.mentions, true)
    yield _row("chair", "CHAIRi", found.hallucinated_mentions / found.mentions if found.mentions else None, *counts)
    yield _row("chair", "CHAIRs", found.hallucinated_captions / found.captions if found.captions else None, *counts)


def _spice(pairs: Pairs, known: Known) -> Rows:
    """As in SPICE's scorer (`Evaluation.java` of peteanderson80/SPICE) a picture of which nothing is true counts 0."""
    found = [
        sum((matched(said[kind], true[kind]) for kind in KINDS), Tally())
        for pair in pairs
        for said, true in [(parts(_tuples(scene, known.ontology)) for scene in (pair.predicted, pair.true))]
    ]
    mean = sum(one.f1 for one in found if one.true) / len(found) if found else None
    yield _row("spice", "SPICE", mean, len(found), sum(one.made for one in found), sum(one.true for one in found))


def _trihe(pairs: Pairs, known: Known) -> Rows:
    answers = [_told(str(at), pair, known.ontology) for at, pair in enumerate(pairs)]
    found = triplet_rates(answers)
    counts = (found.images, found.triplets, sum(len(one.true) for one in answers))
    for name, value in (
        ("hallucinated, by question", found.by_question),
        ("hallucinated, by image", found.by_image),
        ("object hallucination", found.object),
        ("relation hallucination", found.relation),
        ("object hallucination, by image", found.object_by_image),
        ("relation hallucination, by image", found.relation_by_image),
    ):
        yield _row("tri-he", name, value if found.questions else None, *counts)


def _true_objects(pair: PicturePair, ontology: Ontology) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ontology.canonical("category", entity.category) for entity in pair.true.entities))


def _objects(pair: PicturePair, ontology: Ontology) -> list[str]:
    """Return what the prediction names, each by the true category that it is right for, else by its own word."""
    true = _true_objects(pair, ontology)
    return [_meant(entity.category, true, ontology) for entity in pair.predicted.entities]


def _meant(said: str, true: Sequence[str], ontology: Ontology) -> str:
    word = ontology.canonical("category", said)
    return word if word in true else next((one for one in true if names(said, one, ontology)), word)


def _told(image: str, pair: PicturePair, ontology: Ontology) -> ToldTriplets:
    objects = _true_objects(pair, ontology)

    def meant(one: Triplet) -> Words:
        return _meant(one.subject, objects, ontology), one.predicate, _meant(one.object, objects, ontology)

    true = frozenset(one.words for one in ranked(pair.true, ontology))
    return ToldTriplets(image, tuple(map(meant, ranked(pair.predicted, ontology))), objects, true)


def _tuples(scene: Scene, ontology: Ontology) -> Graph:
    """Return a scene as SPICE's tuples; things of one category are one object."""
    word = ontology.canonical
    things = {(word("category", entity.category),) for entity in scene.entities}
    attributes = {
        (word("category", entity.category), "is", word("attribute", one))
        for entity in scene.entities
        for one in entity.attributes
    }
    return frozenset(things | attributes | {one.words for one in ranked(scene, ontology)})


_GRAPHS = "IoU >= 0.5 of both ends; mR over the predicates that are true; ng: without the graph constraint"
SCENE_MEASURES: Mapping[str, SceneMeasure] = MappingProxyType(
    {
        "sgdet": SceneMeasure(_sgdet, True, _GRAPHS),
        "sgcls": SceneMeasure(_sgcls, True, f"the boxes are given, by the ids of the truth; {_GRAPHS}"),
        "predcls": SceneMeasure(_predcls, True, f"boxes and categories are given, by the ids of the truth; {_GRAPHS}"),
        "psg": SceneMeasure(_psg, True, f"boxes stand for the masks that PSG compares; {_GRAPHS}"),
        "hico": SceneMeasure(
            _hico, True, "AP of eleven points, over the classes (verb, object) that are true; rare: < 10 training pairs"
        ),
        "vcoco": SceneMeasure(
            _vcoco, True, "area under precision; scenes hold no action without a thing, so both scenarios are one"
        ),
        "coco": SceneMeasure(_coco, True, "by pycocotools; a thing stands by its chance, else by its confidence"),
        "chair": SceneMeasure(_chair, False, "of the categories of the things; a man is right where a person is true"),
        "spice": SceneMeasure(_spice, False, "mean F1 of the tuples of a picture; words that mean the same are one"),
        "tri-he": SceneMeasure(_trihe, False, "against the true graph: what it leaves out counts as hallucinated"),
    }
)
"""Name of a metric -> how it is taken of scenes."""
GIVEN_THINGS = ("sgcls", "predcls")
"""Those of predictions about given things."""
