"""Statements with evidence -> how often each kind of objection is right: results, and the weights that are shipped.

`python -m lab.objection_scores` writes `results/objections.json` and `nesy/grounding/objections.json`.
"""

import argparse
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from lab.progress import watched
from nesy.experiments.commit import ROOT, commit
from nesy.experiments.datasets import data_folder
from nesy.experiments.faithfulness.labelled_statements import SOURCES
from nesy.experiments.faithfulness.objections import FALSE_SHARE, Tallies, Tally, added, pooled, tally, weights
from nesy.grounding.objection_weights import LEAST, Weight, Weights
from nesy.verdict import Objection

COMMAND = "python -m lab.objection_scores"
RESULTS = ROOT / "results" / "objections.json"
TABLE = ROOT / "nesy" / "grounding" / "objections.json"
APART = ("hicodet", "hat", "discourse_foil")
"""Without a licence to ship what is fitted to them: they only show where a kind is too often wrong."""
BY_LISTS: frozenset[Objection] = frozenset(
    {"absent_class", "absent_wide", "absent_compound", "absent_sort", "absent_word", "denied", "present"}
)
"""What POPE's lists of objects tell of; its captions are those of coco_captions."""
MADE_BY = (
    f"{COMMAND}: counts over COCO's captions (CC BY 4.0), SugarCrepe (MIT), boxes and captions of llava_bench_coco "
    "(Apache-2.0, COCO CC BY 4.0), POPE (MIT), AMBER (Apache-2.0), and photographs of our own. "
    f"The chance is that a claim is false, where {FALSE_SHARE:.0%} of the claims are; below {LEAST} nothing counts."
)


def kept(name: str, found: Tallies) -> dict[Objection, Tally]:
    """Return of a data set the kinds that it tells of."""
    return {kind: one for kind, one in found.items() if name != "pope" or kind in BY_LISTS}


def fit(sets: Mapping[str, Tallies]) -> dict[Objection, Weight]:
    """Return the weights that some data sets give."""
    fitted = [found for name, found in sets.items() if name not in APART]
    return weights(fitted, [found for name, found in sets.items() if name in APART])


def told(one: Tally) -> dict[str, Any]:
    """Return a tally as JSON holds it."""
    low, high = one.interval
    return {**one.model_dump(), "precision": round(one.precision, 3), "interval": [round(low, 3), round(high, 3)]}


def on_the_rest(by: Mapping[str, Tallies], on: Iterable[Tallies]) -> dict[str, Any]:
    """Return what the kinds do elsewhere that count by some data sets: each, and all together."""
    rest = list(on)
    counted = frozenset(kind for kind, one in fit(by).items() if one.counts)
    whole = pooled(rest, counted)
    kinds = {kind: told(one) for kind in sorted(counted) if (one := pooled(rest, {kind})).objections}
    recall = whole.right / whole.false_claims if whole.false_claims else None
    return {**told(whole), "recall": None if recall is None else round(recall, 3), "kinds": kinds}


def record(folder: Path, at: str) -> dict[str, Any]:
    """Return everything that is measured, ready for JSON.

    Raises:
        InputError: a file cannot be used.
    """
    halves: tuple[dict[str, Tallies], dict[str, Tallies]] = ({}, {})
    for name, statements in watched(list(SOURCES.items()), "Measuring"):
        for half, found in zip(halves, tally(statements(folder)), strict=True):
            half[name] = kept(name, found)
    sets = {name: added(halves[0][name], halves[1][name]) for name in SOURCES}
    return {
        "command": COMMAND,
        "commit": at,
        "false_share": FALSE_SHARE,
        "kinds": {kind: one.model_dump() for kind, one in fit(sets).items()},
        "sets": {name: {kind: told(one) for kind, one in found.items()} for name, found in sets.items()},
        "left_out": {
            name: on_the_rest({other: one for other, one in sets.items() if other != name}, [sets[name]])
            for name in SOURCES
        },
        "halves": [on_the_rest(halves[1 - at], halves[at].values()) for at in (0, 1)],
    }


def table(found: dict[str, Any]) -> Weights:
    """Return the weights that are shipped, of every kind."""
    return Weights(
        made_by=MADE_BY, kinds={kind: Weight.model_validate(found["kinds"][kind]) for kind in get_args(Objection)}
    )


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the data sets")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written")
    parser.add_argument("--table", type=Path, default=TABLE, help="where the weights are written")
    arguments = parser.parse_args()
    found = record(data_folder(arguments.data), commit())
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    arguments.table.write_text(table(found).model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
