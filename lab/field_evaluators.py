"""The field's measures a second time, in arrays as the published evaluations go through them; to hold ours against.

Nothing here is shared with `nesy.experiments.scoring.field` but the triplets that go in, and what words mean. Each
function names the evaluation whose steps it takes, or the definition.
"""

import contextlib
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from nesy.experiments.scoring.field.amber import AmberWords, Described
from nesy.experiments.scoring.field.graph_recall import GraphImage
from nesy.experiments.scoring.field.role_ap import RoleImage
from nesy.experiments.scoring.field.triplets import PicturePair, Triplet
from nesy.experiments.scoring.metrics import names
from nesy.ontology import Ontology
from nesy.scene import Scene

Array = NDArray[Any]
_NOWHERE = (2.0, 2.0, 2.0, 2.0)
"""A box that overlaps nothing."""


def graph_recall_by_arrays(
    images: Sequence[GraphImage], cut: int, constrained: bool, seen: frozenset[tuple[str, str, str]]
) -> dict[str, float]:
    """Return R, mR, F1 and zR at K as Tang's Scene-Graph-Benchmark does: matches of all pairs, then unions of the K."""
    recalls, strange, collected = [], [], {}  # type: ignore[var-annotated]
    for image in images:
        if not image.true:
            continue
        told = sorted(image.predicted, key=lambda one: -one.score)
        if constrained:
            pairs = [one.pair for one in told]
            told = [one for at, one in enumerate(told) if one.pair not in pairs[:at]]
        same = _words(told)[:, None, :] == _words(image.true)[None, :, :]
        boxes, true = _boxes(told), _boxes(image.true)
        near = (_overlaps(boxes[:, :4], true[:, :4]) >= 0.5) & (_overlaps(boxes[:, 4:], true[:, 4:]) >= 0.5)
        matches = [np.flatnonzero(row) for row in same.all(-1) & near]
        match = reduce(np.union1d, matches[:cut], np.zeros(0, int)).astype(int)
        recalls.append(len(match) / len(image.true))
        predicates = np.array([one.predicate for one in image.true])
        for predicate in np.unique(predicates):
            hit = (predicates[match] == predicate).sum() / (predicates == predicate).sum()
            collected.setdefault(str(predicate), []).append(hit)
        new = np.array([one.words not in seen for one in image.true])
        if new.any():
            strange.append(new[match].sum() / new.sum())
    recall = float(np.mean(recalls)) if recalls else 0.0
    mean = float(np.mean([np.mean(hits) for hits in collected.values()])) if collected else 0.0
    return {
        "R": recall,
        "mR": mean,
        "F1": 2 * recall * mean / (recall + mean) if recall + mean else 0.0,
        "zR": float(np.mean(strange)) if strange else 0.0,
    }


def interaction_ap_by_arrays(images: Sequence[GraphImage], known_object: bool) -> dict[tuple[str, str], float]:
    """Return the AP of each class as HICO-DET's evaluation does: one list of detections a class, eleven thresholds."""
    classes = {(one.predicate, one.object) for image in images for one in image.true}
    return {name: _class_ap(images, name, known_object) for name in classes}


def _class_ap(images: Sequence[GraphImage], name: tuple[str, str], known_object: bool) -> float:
    rows = [
        (at, one)
        for at, image in enumerate(images)
        for one in image.predicted
        if (one.predicate, one.object) == name
        and (not known_object or any(other.object == name[1] for other in image.true))
    ]
    true = [_boxes([one for one in image.true if (one.predicate, one.object) == name]) for image in images]
    free = [np.ones(len(boxes), bool) for boxes in true]
    order: Array = np.argsort(-np.array([one.score for _, one in rows]), kind="stable") if rows else np.zeros(0, int)
    right = np.zeros(len(rows))
    for place, row in enumerate(order):
        at, one = rows[int(row)]
        box = _boxes([one])
        if not len(true[at]):
            continue
        least = np.minimum(_overlaps(box[:, :4], true[at][:, :4]), _overlaps(box[:, 4:], true[at][:, 4:]))[0]
        best = int(least.argmax())
        if least[best] >= 0.5:
            right[place] = free[at][best]
            free[at][best] = False
    tp, fp = np.cumsum(right), np.cumsum(1 - right)
    recall, precision = tp / sum(map(len, true)), tp / np.maximum(tp + fp, 1)
    return float(np.mean([np.max(precision[recall >= t], initial=0.0) for t in np.arange(11) / 10]))


def role_ap_by_arrays(images: Sequence[RoleImage], scenario: int) -> float:
    """Return the mean role AP as V-COCO's evaluation does: by the best person, then the role, then the area."""
    found = []
    for role in sorted({role for image in images for agent in image.true for role in agent.roles}):
        scores, right, positives = [], [], 0
        for image in images:
            people = np.array([agent.box for agent in image.true]).reshape(-1, 4)
            acts = np.array([role in agent.roles for agent in image.true], bool)
            ignored = np.array([not agent.annotated for agent in image.true], bool)
            positives += int((acts & ~ignored).sum())
            covered = np.zeros(len(people), bool)
            for claim in sorted((one for one in image.predicted if one.role == role), key=lambda one: -one.score):
                if not len(people):
                    scores.append(claim.score)
                    right.append(0.0)
                    continue
                overlaps = _overlaps(np.array([claim.agent or _NOWHERE]), people)[0]
                best = int(overlaps.argmax())
                if ignored[best]:
                    continue
                things = np.array(image.true[best].roles.get(role, ())).reshape(-1, 4)
                if len(things):
                    of_thing = _overlaps(np.array([claim.thing or _NOWHERE]), things).max()
                else:
                    of_thing = 1.0 if scenario == 2 or claim.thing is None else 0.0
                hit = bool(acts[best] and overlaps[best] >= 0.5 and of_thing >= 0.5)
                scores.append(claim.score)
                right.append(float(hit and not covered[best]))
                covered[best] |= hit
        if not positives:
            continue
        order = np.argsort(-np.array(scores), kind="stable").astype(int)
        tp = np.cumsum(np.array(right)[order]) if len(order) else np.zeros(0)
        recall = np.concatenate(([0.0], tp / positives, [1.0]))
        precision = np.concatenate(([0.0], tp / np.arange(1, len(tp) + 1), [0.0]))
        falling = np.maximum.accumulate(precision[::-1])[::-1]
        steps = np.flatnonzero(recall[1:] != recall[:-1])
        found.append(float(((recall[steps + 1] - recall[steps]) * falling[steps + 1]).sum()))
    return float(np.mean(found)) if found else 0.0


def box_ap_by_file(pairs: Sequence[PicturePair]) -> dict[str, float]:
    """Return what pycocotools says of two files, written here row by row and loaded from the disk."""
    kinds = sorted(
        {entity.category for pair in pairs for side in (pair.true, pair.predicted) for entity in side.entities}
    )
    rows: dict[str, list[dict[str, Any]]] = {"true": [], "predicted": []}
    for image, pair in enumerate(pairs):
        for name, scene in (("true", pair.true), ("predicted", pair.predicted)):
            for entity in scene.entities:
                if entity.box is None:
                    continue
                x, y, right, bottom = (10_000 * edge for edge in entity.box)
                told = (pair.chances or {}).get(entity.id, 1.0 if entity.confidence is None else entity.confidence)
                rows[name].append(
                    {
                        "id": 1000 + len(rows[name]),
                        "image_id": 500 + image,
                        "category_id": 10 + kinds.index(entity.category),
                        "bbox": [x, y, right - x, bottom - y],
                        "area": (right - x) * (bottom - y),
                        "iscrowd": 0,
                        "score": told,
                    }
                )
    images = [{"id": 500 + image} for image in range(len(pairs))]
    truth = {"images": images, "annotations": rows["true"], "categories": [{"id": 10 + n} for n in range(len(kinds))]}
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        for name, held in (("truth.json", truth), ("results.json", rows["predicted"])):
            Path(folder, name).write_text(json.dumps(held), encoding="utf-8")
        gold = COCO(str(Path(folder, "truth.json")))
        found = COCOeval(gold, gold.loadRes(str(Path(folder, "results.json"))), "bbox")
        found.evaluate()
        found.accumulate()
        found.summarize()
    return {name: float(found.stats[at]) for name, at in (("AP", 0), ("AP50", 1), ("AP75", 2), ("AR100", 8))}


def named_wrongly(pairs: Sequence[PicturePair], ontology: Ontology) -> dict[str, float]:
    """Return CHAIRi and CHAIRs by the definition: things that are right for no true thing, and scenes with one."""
    wrong = [
        [not any(names(one.category, other.category, ontology) for other in pair.true.entities) for one in said]
        for pair in pairs
        for said in [pair.predicted.entities]
    ]
    mentions = sum(map(len, wrong))
    return {"CHAIRi": sum(map(sum, wrong)) / mentions, "CHAIRs": sum(map(any, wrong)) / len(wrong)}


def spice_by_sets(pairs: Sequence[PicturePair], ontology: Ontology) -> float:
    """Return the mean F of the tuples, each written as one text."""
    scores = []
    for pair in pairs:
        said, true = (_texts(scene, ontology) for scene in (pair.predicted, pair.true))
        scores.append(2 * len(said & true) / (len(said) + len(true)) if true else 0.0)
    return float(np.mean(scores))


def _texts(scene: Scene, ontology: Ontology) -> set[str]:
    kinds = {one.id: ontology.canonical("category", one.category) for one in scene.entities}
    verb, quality = (partial(ontology.canonical, kind) for kind in ("predicate", "attribute"))
    return {
        *kinds.values(),
        *(f"{kinds[one.id]} is {quality(word)}" for one in scene.entities for word in one.attributes),
        *(f"{kinds[one.subject]} {verb(one.predicate)} {kinds[one.object]}" for one in scene.relations),
    }


def hallucinated(pairs: Sequence[PicturePair], ontology: Ontology) -> dict[str, float]:
    """Return Tri-HE's rates with one answer a picture: a relation is borne out where a true one names all three."""
    objects, relations = [], []
    for pair in pairs:
        kinds = {one.id: one.category for one in pair.predicted.entities}
        true = {one.id: one.category for one in pair.true.entities}
        verdicts = []
        for one in pair.predicted.relations:
            ends = kinds[one.subject], kinds[one.object]
            there = all(any(names(end, other, ontology) for other in true.values()) for end in ends)
            borne_out = any(
                ontology.canonical("predicate", one.predicate) == ontology.canonical("predicate", other.predicate)
                and names(ends[0], true[other.subject], ontology)
                and names(ends[1], true[other.object], ontology)
                for other in pair.true.relations
            )
            verdicts.append("object" if not there else "none" if borne_out else "relation")
        if verdicts:
            objects.append(verdicts.count("object") / len(verdicts))
            relations.append(verdicts.count("relation") / len(verdicts))
    both = [float(np.mean(rates)) for rates in (objects, relations)]
    return {
        "hallucinated, by question": sum(both),
        "hallucinated, by image": sum(both),
        "object hallucination": both[0],
        "relation hallucination": both[1],
        "object hallucination, by image": both[0],
        "relation hallucination, by image": both[1],
    }


def amber_by_flags(descriptions: Sequence[Described], words: AmberWords) -> dict[str, float]:
    """Return AMBER's figures as its script does, less the vectors: a flag for each noun and for each listed object."""
    sums = dict.fromkeys(("wrong", "nouns", "covered", "there", "likely", "listed", "bad"), 0)
    for one in descriptions:
        flags = {"there": np.zeros(len(one.there), bool), "likely": np.zeros(len(one.likely), bool)}
        wrong = np.zeros(len(one.named), bool)
        for place, noun in enumerate(one.named):
            for kind, objects in (("there", one.there), ("likely", one.likely)):
                if noun in words.safe:
                    break
                by_association = [noun in words.associated.get(name, ()) for name in objects]
                places = [*np.flatnonzero(by_association), *(at for at, name in enumerate(objects) if name == noun)]
                if places:
                    flags[kind][places[0]] = True
                if places and kind == "there":
                    break
            else:
                wrong[place] = True
        sums["wrong"] += int(wrong.sum())
        sums["nouns"] += len(wrong)
        sums["covered"] += int(flags["there"].sum())
        sums["there"] += len(one.there)
        sums["likely"] += int(flags["likely"].sum())
        sums["listed"] += len(one.likely)
        sums["bad"] += bool(wrong.any())
    pairs = {"chair": ("wrong", "nouns"), "cover": ("covered", "there"), "cog": ("likely", "listed")}
    shares = {name: sums[part] / sums[of] for name, (part, of) in pairs.items() if sums[of]}
    return shares | ({"hal": sums["bad"] / len(descriptions)} if descriptions else {})


def mean_ap(of: Mapping[Any, float]) -> float:
    """Return the mean over the classes."""
    return float(np.mean(list(of.values())))


def _words(triplets: Sequence[Triplet]) -> Array:
    return np.array([one.words for one in triplets], dtype=object).reshape(-1, 3)


def _boxes(triplets: Sequence[Triplet]) -> Array:
    """Return the boxes of both ends  # (triplets, 8)."""
    rows = [(*(one.subject_box or _NOWHERE), *(one.object_box or _NOWHERE)) for one in triplets]
    return np.array(rows, dtype=np.float64).reshape(-1, 8)


def _overlaps(one: Array, other: Array) -> Array:
    """Return the intersection over union of every two boxes  # (len(one), len(other))."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    areas = [np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(-1) for boxes in (one, other)]
    union = areas[0][:, None] + areas[1][None, :] - shared
    overlaps: Array = np.divide(shared, union, out=np.zeros_like(shared), where=union > 0)
    return overlaps
