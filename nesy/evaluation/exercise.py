"""The rule pack on ground truth and on its own mutants -> results/coverage.json and results/mutation.json.

`python -m nesy.evaluation.exercise` takes a few minutes; the data sets are only read for coverage.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from nesy.evaluation.checkout import ROOT, commit
from nesy.evaluation.coverage import measure_coverage
from nesy.evaluation.datasets import DATASETS, data_folder, scenes
from nesy.evaluation.mutation import golden_cases, measure_mutation

COMMAND = "python -m nesy.evaluation.exercise"
LIMIT = 1000
"""So many graphs of each data set are covered."""
SEED = 0
FOLDER = ROOT / "results"


def _watched(chunks: Sequence[Any], what: str) -> Iterable[Any]:
    console = Console(stderr=True, markup=False)
    return track(chunks, description=what, console=console, transient=True, disable=not console.is_terminal)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the data sets")
    parser.add_argument("--limit", type=int, default=LIMIT, help="graphs of each data set")
    parser.add_argument("--seed", type=int, default=SEED, help="of the drawn scenes that mutants are tried on")
    arguments = parser.parse_args()
    folder, at = data_folder(arguments.data), commit()
    graphs = [scene for name in DATASETS for scene in scenes(name, folder, arguments.limit)]
    coverage = measure_coverage(graphs, watch=partial(_watched, what="Coverage"))
    _write("coverage.json", {"commit": at, "datasets": list(DATASETS), "limit": arguments.limit}, coverage.to_json())
    mutation = measure_mutation(
        golden_cases(ROOT / "tests" / "rules"), seed=arguments.seed, watch=partial(_watched, what="Mutants")
    )
    _write("mutation.json", {"commit": at, "seed": arguments.seed}, mutation.to_json())


def _write(name: str, settings: dict[str, Any], result: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    record = {"command": COMMAND, **settings, "result": json.loads(result)}
    (FOLDER / name).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
