"""V-COCO -> the table of `nesy.witness.layout`, and how well it tells who does what with which thing.

`python -m lab.layout_fit` fits a logistic regression for each of the 24 actions that V-COCO has with a thing, on every
pair of a person and a thing of a picture, measures it in cross-validation by picture, and writes the table and
`results/layout.json`. HICO-DET and photographs are measured beside it; nothing that is shipped is fitted on them.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from lab.layout_data import read_hicodet, read_vcoco
from lab.layout_model import FOLDS, SEED, Design, cross_validated, fitted
from lab.layout_scores import action_figures, hicodet_figures, photograph_figures
from lab.layout_tables import layout_text
from nesy.experiments.commit import commit
from nesy.witness.box_features import BY_CATEGORY, FEATURES
from nesy.witness.layout import TABLE, Action

RESULTS = Path("results/layout.json")
DATA = Path("../shared/data")
_DIGITS = 5


def fit(design: Design) -> dict[str, Any]:
    """Return the table: every action of the pairs, fitted on all of them."""
    rows = {}
    for action in design.pairs.done:
        on = np.flatnonzero(design.pairs.seen_with(action))
        rows[action] = rounded(fitted(design, action, on))
    return {
        "schema": "nesy.layout/1",
        "command": "python -m lab.layout_fit",
        "fitted_on": "V-COCO trainval (MIT), with boxes of COCO (CC BY 4.0); see NOTICE",
        "features": list(FEATURES),
        "by_category": ["bias", *(FEATURES[column] for column in BY_CATEGORY)],
        "actions": rows,
    }


def rounded(action: Action) -> dict[str, Any]:
    """Return an action as the table holds it."""

    def digits(number: float) -> float:
        return float(f"{number:.{_DIGITS}g}")

    return {
        "bias": digits(action.bias),
        "weights": [digits(weight) for weight in action.weights],
        "categories": {category: [digits(n) for n in added] for category, added in sorted(action.categories.items())},
    }


def in_lines(table: Mapping[str, Any]) -> str:
    """Return a table as JSON, an action a line."""
    head = [f'"{key}": {json.dumps(table[key], ensure_ascii=False)}' for key in table if key != "actions"]
    rows = [f'  "{name}": {json.dumps(row, ensure_ascii=False)}' for name, row in table["actions"].items()]
    return "{" + ",\n ".join(head) + ',\n "actions": {\n' + ",\n".join(rows) + "\n }}\n"


def main() -> None:
    """Fit, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of vcoco/, hicodet/ and photographs/")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the figures")
    options = parser.parse_args()
    design = Design.of(read_vcoco(options.data / "vcoco" / "trainval.jsonl"))
    TABLE.write_text(in_lines(fit(design)), encoding="utf-8")
    hicodet = read_hicodet(options.data / "hicodet" / "hicodet.jsonl")
    record = {
        "command": "python -m lab.layout_fit",
        "commit": commit(),
        "seed": SEED,
        "folds": FOLDS,
        "pictures": len(np.unique(design.pairs.images)),
        "pairs": len(design.pairs.people),
        "actions": [action_figures(design.pairs, a, cross_validated(design, a)) for a in design.pairs.done],
        "hicodet": hicodet_figures(hicodet),
        "photographs": photograph_figures(options.data / "photographs" / "truth.jsonl"),
    }
    options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    Console().print(layout_text(record), markup=False, highlight=False)


if __name__ == "__main__":
    main()
