"""Photographs and V-COCO's boxes -> nesy/grounding/measured.json: what a sighting, a silence and a cue are worth.

`python -m lab.claim_weights` fits few numbers: how often the embedded witness finds things by their size (all
categories together, drawn towards the mean of all sizes), how likely a thing is by its score, and one weight for each
sort of cue, drawn towards values set by hand. How large things of a category are is counted on V-COCO trainval's boxes
(MIT, COCO annotations CC BY 4.0). The photographs are test data: only these numbers leave them.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from scipy.optimize import minimize  # type: ignore[import-untyped]

from lab.photographs import Photograph, photographs
from nesy.experiments.commit import commit
from nesy.experiments.datasets import data_folder
from nesy.geometry import area, iou
from nesy.grounding.colours import spread
from nesy.grounding.measured import FILE, Measured, log_odds, measured_of
from nesy.grounding.seen_colours import share_of
from nesy.grounding.sightings import SAME_PLACE, Sightings
from nesy.grounding.word_match import Words
from nesy.ontology import Ontology
from nesy.scene import Entity
from nesy.witness.cues import pair
from nesy.witness.layout import layout_chance
from nesy.witness.roster import load
from nesy.witness.showing import Showing, shown

Floats = NDArray[np.float64]

EDGES = (0.002, 0.01, 0.04, 0.12, 0.3)
USUAL_AREA = 640 * 480
"""Of a picture of COCO in pixels; V-COCO does not say how large its pictures are."""
LEAST_BOXES = 20
"""Boxes of a category from which its sizes are its own."""
AS_MANY = 10
"""Things of each class of size that are added at the mean recall of all: few were seen."""
MISSED_GLIMPSES = 0.06
"""Recall by glimpses is lowered by so much: these photographs are among those that the detector was trained on."""
BY_HAND = {
    "prior": 0.0, "seen": 1.5, "missed": 2.0, "met": 0.2, "wanting": 2.0, "hinted": 0.7, "unhinted": 0.7,
    "layout": 0.5, "usual": -2.0,
}  # fmt: skip
DEVIATION = 0.7
"""Of the normal distribution around the weights by hand, in log-odds."""


def sizes(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, list[float]], list[float]]:
    """Return category -> shares of the classes of size, and those of all categories, of V-COCO's objects."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        for category, box in {(p["object"].replace(" ", "_"), tuple(p["object_box"])) for p in row["pairs"]}:
            counts[category][_size(area(box) / USUAL_AREA)] += 1
    total = sum(counts.values(), Counter())
    kept = {category: found for category, found in sorted(counts.items()) if found.total() >= LEAST_BOXES}
    return {category: _shares(found) for category, found in kept.items()}, _shares(total)


def _shares(counts: Counter[int]) -> list[float]:
    return [round(counts[k] / counts.total(), 4) for k in range(len(EDGES) + 1)]


def _size(share: float) -> int:
    return sum(share >= edge for edge in EDGES)


def recalls(given: Sequence[Photograph], *, glimpsed: bool) -> list[float]:
    """Return the recall of each class of size on the exhaustive categories, drawn towards the mean of all."""
    found, there = np.zeros(len(EDGES) + 1), np.zeros(len(EDGES) + 1)
    for photograph in given:
        for category in photograph.row["exhaustive"]:
            seen = [t.box for t in photograph.seen.things if t.category == category]
            if glimpsed:
                seen += [t.box for t in photograph.seen.glimpses if t.category == category]
            for box in photograph.boxes(category):
                there[_size(area(box))] += 1
                found[_size(area(box))] += any(iou(box, other) >= SAME_PLACE for other in seen)
    mean = found.sum() / there.sum()
    shares = (found + AS_MANY * mean) / (there + AS_MANY) - (MISSED_GLIMPSES if glimpsed else 0.0)
    return [round(float(share), 3) for share in shares]


def anywhere(given: Sequence[Photograph], *, glimpsed: bool) -> list[float]:
    """Return how often a category that is there is found somewhere, by the size of the largest; drawn as `recalls`."""
    found, there = np.zeros(len(EDGES) + 1), np.zeros(len(EDGES) + 1)
    for photograph in given:
        seen = {t.category for t in photograph.seen.things}
        if glimpsed:
            seen |= {t.category for t in photograph.seen.glimpses}
        for category in sorted({entity["category"] for entity in photograph.row["entities"]}):
            size = _size(max(area(box) for box in photograph.boxes(category)))
            there[size] += 1
            found[size] += category in seen
    mean = found.sum() / there.sum()
    shares = (found + AS_MANY * mean) / (there + AS_MANY) - (MISSED_GLIMPSES if glimpsed else 0.0)
    return [round(float(share), 3) for share in shares]


def by_score(given: Sequence[Photograph]) -> tuple[list[float], list[float]]:
    """Return the log-odds of the scores of what was seen, and whether each is right; doubtful categories left out."""
    odds, right = [], []
    for photograph in given:
        row = photograph.row
        for category in sorted({thing.category for thing in photograph.seen.things} - set(row["open"])):
            free = photograph.boxes(category)
            for thing in (t for t in photograph.seen.things if t.category == category):
                best = max(free, key=lambda box: iou(box, thing.box), default=None)
                hit = best is not None and iou(best, thing.box) >= SAME_PLACE
                if best is not None and hit:
                    free.remove(best)
                odds.append(log_odds(thing.score))
                right.append(float(hit))
    return odds, right


def by_glimpse(given: Sequence[Photograph], words: Words) -> tuple[list[float], list[float], list[float]]:
    """Return the log-odds of the best glimpse of each category that is not seen, whether it is there, and weights.

    The weights make those that are there and those that are not as many: a claim is as likely right as wrong.
    """
    odds, there = [], []
    for photograph in given:
        row, sight = photograph.row, Sightings([photograph.seen], words, numbers=_NOTHING)
        seen = {thing.category for thing in photograph.seen.things}
        present = {entity["category"] for entity in row["entities"]}
        for category in sorted({thing.category for thing in photograph.seen.glimpses} - seen):
            score = sight.glimpse(category)
            if score is not None and (category in present or category not in row["open"]):
                odds.append(log_odds(score))
                there.append(float(category in present))
    every = sum(len({e["category"] for e in p.row["entities"]}) for p in given)
    absent = 80 * len(given) - every
    return odds, there, [1 / every if here else 1 / absent for here in there]


def by_colour(given: Sequence[Photograph], words: Words) -> tuple[list[float], list[float], list[float]]:
    """Return the log-odds of a colour's share of a thing's pixels, whether the thing is of that colour, and weights."""
    odds, so, weights = [], [], []
    colours = sorted({words.attribute(value) for value in words.ontology.dimensions["colour"]})
    for photograph in given:
        for entity in photograph.row["entities"]:
            said = entity.get("attributes")
            colour = said.get("colour") if isinstance(said, dict) else None
            if colour is None or entity["category"] == "person":
                continue
            shares = spread(photograph.image.pixels, tuple(entity["box"]))
            for other in colours:
                odds.append(log_odds(0.01 + 0.98 * share_of(other, shares, words)))
                so.append(float(words.attribute(colour) == other))
                weights.append(1.0 if so[-1] else 1 / (len(colours) - 1))
    return odds, so, weights


def straight(odds: Sequence[float], right: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """Fit a logistic curve (intercept, slope), held a little towards nought."""
    x, y = np.array(odds), np.array(right)
    w = np.ones(len(x)) if weights is None else np.array(weights) * len(x) / np.sum(weights)

    def loss(line: Floats) -> float:
        value = line[0] + line[1] * x
        return float(np.sum(w * (np.logaddexp(0, value) - y * value)) + 0.05 * np.sum(line**2))

    return [round(float(number), 3) for number in minimize(loss, np.zeros(2)).x]


def cue_rows(given: Sequence[Photograph], ontology: Ontology) -> tuple[Floats, Floats]:
    """Return a row of sums for each certain statement whose two ends have true boxes, and whether it is true."""
    showing, words = Showing(ontology), Words(ontology)
    rows, true = [], []
    for photograph in given:
        sight = Sightings([photograph.seen], words, numbers=_NOTHING)
        ends = photograph.entities
        said = [
            (r["subject"], r["object"], r["predicate"], showing.of_predicate(r["predicate"]), 1.0)
            for r in photograph.true("relations")
        ]
        said += [
            (r["subject"], r["object"], r["predicate"], showing.of_predicate(r["predicate"]), 0.0)
            for r in photograph.row["false"]
        ]
        said += [
            (p["entity"], p.get("object"), p["state"], showing.of_state(p["part"], p["state"]), 1.0)
            for p in photograph.true("part_states")
        ]
        for one, other, doing, cues, so in said:
            if one not in ends or other not in ends:
                continue
            first, second = (_entity(ends[end]) for end in (one, other))
            assert first.box is not None and second.box is not None
            told = shown(cues, pair(first.box, second.box, sight.joints_at(first.box), sight.aspect))
            layout = layout_chance(first, doing, second, ontology=ontology)
            if told or layout is not None:
                by_way = [[t.degree for t in told if t.cue.way == way] for way in ("telling", "needed", "hinting")]
                sums = [total for some in by_way for total in (sum(some), sum(degree - 1 for degree in some))]
                known = layout is not None
                rows.append([1.0, *sums, log_odds(layout) if layout is not None else 0.0, float(known)])
                true.append(so)
    return np.array(rows), np.array(true)


def cue_weights(rows: Floats, true: Floats) -> dict[str, float]:
    """Fit the weights, none below a little above nought, around those by hand; both answers weigh alike."""
    names = list(BY_HAND)
    start = np.array([BY_HAND[name] for name in names])
    share = np.where(true > 0, 0.5 / true.mean(), 0.5 / (1 - true.mean()))

    def odds(w: Floats) -> Floats:
        layout = names.index("layout")  # the last of those that a column has; then whether the layout is known
        return np.asarray(rows[:, : layout + 1] @ w[: layout + 1] - rows[:, layout + 1] * w[layout] * w[layout + 1])

    def loss(w: Floats) -> float:
        value = odds(w)
        return float(
            np.sum(share * (np.logaddexp(0, value) - true * value)) + np.sum((w - start) ** 2) / (2 * DEVIATION**2)
        )

    bounds = [(None, None) if name in ("prior", "usual") else (0.05, None) for name in names]
    fitted = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    return {name: round(float(number), 3) for name, number in zip(names, fitted, strict=True)}


def numbers(given: Sequence[Photograph], boxes: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Fit everything."""
    ontology = Ontology.default()
    spread_of, of_all = sizes(boxes)
    return {
        "score": straight(*by_score(given)),
        "glimpse": straight(*by_glimpse(given, Words(ontology))),
        "colour": straight(*by_colour(given, Words(ontology))),
        "edges": list(EDGES),
        "recall": recalls(given, glimpsed=False),
        "glimpsed": recalls(given, glimpsed=True),
        "anywhere": anywhere(given, glimpsed=False),
        "anywhere_glimpsed": anywhere(given, glimpsed=True),
        "relation": cue_weights(*cue_rows(given, ontology)),
        "any_size": of_all,
        "sizes": spread_of,
    }


def vcoco(data: Path) -> list[dict[str, Any]]:
    """Return the rows of V-COCO trainval."""
    return [json.loads(line) for line in (data / "vcoco" / "trainval.jsonl").read_text("utf-8").splitlines() if line]


def _entity(row: Mapping[str, Any]) -> Entity:
    return Entity(id=row["id"], category=row["category"], box=tuple(row["box"]))


_NOTHING: Measured = measured_of({
    "score": [0, 1], "glimpse": [0, 1], "colour": [0, 1], "edges": list(EDGES), "recall": [0.5] * 6,
    "glimpsed": [0.5] * 6,
    "anywhere": [0.5] * 6, "anywhere_glimpsed": [0.5] * 6,
    "relation": BY_HAND, "any_size": [1 / 6] * 6, "sizes": {},
})  # fmt: skip


def main() -> None:
    """Parse the command line, look, fit, write and print."""
    parser = argparse.ArgumentParser(prog="python -m lab.claim_weights", description=__doc__)
    parser.add_argument("--data", type=Path, default=None, help="the folder of all data sets")
    data = data_folder(parser.parse_args().data)
    found = numbers(photographs(data / "photographs", load()), vcoco(data))
    about = {
        "schema": "nesy.measured_sight/1",
        "command": "python -m lab.claim_weights",
        "commit": commit(),
        "data": "54 photographs with truth (test data); the boxes of V-COCO trainval (MIT, COCO CC BY 4.0)",
    }
    FILE.write_text(json.dumps(about | found, indent=1) + "\n", encoding="utf-8")
    Console().print_json(data=found)


if __name__ == "__main__":
    main()
