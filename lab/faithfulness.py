"""Texts of models and evidence -> results/faithfulness.json: what checking finds of what people hold for wrong.

`python -m lab.faithfulness` measures CHAIR, judged facts, marked words, and yes/no answers.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from lab.progress import watched
from nesy.experiments.commit import ROOT, commit
from nesy.experiments.datasets import data_folder
from nesy.experiments.faithfulness.chair import measure_chair
from nesy.experiments.faithfulness.faithscore import measure_facts
from nesy.experiments.faithfulness.marked_spans import load_foil, load_hat, measure_marks
from nesy.experiments.faithfulness.pope import measure_amber, measure_pope
from nesy.experiments.scoring.detection import Detection

COMMAND = "python -m lab.faithfulness"
RESULTS = ROOT / "results" / "faithfulness.json"


def record(folder: Path, at: str) -> dict[str, Any]:
    """Return everything that is measured, ready for JSON.

    Args:
        folder: of the data sets.
        at: the commit that is measured.

    Raises:
        InputError: a file cannot be used.
    """
    measures: dict[str, Callable[[], BaseModel]] = {
        "chair": lambda: measure_chair(folder),
        "faithscore": lambda: measure_facts(folder),
        "hat": lambda: measure_marks(load_hat(folder)),
        "discourse_foil": lambda: measure_marks(load_foil(folder)),
        "pope": lambda: measure_pope(folder),
        "amber": lambda: measure_amber(folder),
    }
    steps = watched(list(measures.items()), "Measuring")
    return {"command": COMMAND, "commit": at, **{name: plain(measure()) for name, measure in steps}}


def plain(value: object) -> Any:
    """Return a report as JSON holds it; detections with their shares."""
    if isinstance(value, Detection):
        return value.summary()
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(inner) for inner in value]
    return value


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the data sets")
    parser.add_argument("--out", type=Path, default=RESULTS, help="where the results are written")
    arguments = parser.parse_args()
    found = record(data_folder(arguments.data), commit())
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
