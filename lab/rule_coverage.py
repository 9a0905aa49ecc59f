"""The rule pack on ground truth and on its own mutants -> results/coverage.json and results/mutation.json.

`python -m lab.rule_coverage` takes a few minutes; the data sets are only read for coverage.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from lab.progress import watched
from nesy.checking import Rules
from nesy.experiments.commit import ROOT, commit
from nesy.experiments.datasets import DATASETS, data_folder, load_dataset
from nesy.experiments.mutation.mutation import SAMPLED, golden_cases, measure_mutation
from nesy.experiments.rules.coverage import measure_coverage
from nesy.experiments.rules.probes import named_words
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.scene import Scene

COMMAND = "python -m lab.rule_coverage"
LIMIT = 1000
"""So many graphs of each data set are covered."""
SEED = 0
FOLDER = ROOT / "results"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the data sets")
    parser.add_argument("--limit", type=int, default=LIMIT, help="graphs of each data set")
    parser.add_argument("--seed", type=int, default=SEED, help="of the drawn scenes that mutants are tried on")
    arguments = parser.parse_args()
    folder, at = data_folder(arguments.data), commit()
    golden = golden_cases(ROOT / "tests" / "rules")
    sets: dict[str, Sequence[Scene]] = {name: list(load_dataset(name, folder, arguments.limit)) for name in DATASETS}
    graphs = [scene for found in sets.values() for scene in found]
    sets["golden cases"] = [Scene.from_json(text) for _, text in golden]
    sets["drawn, with errors"] = sampled_scenes(SAMPLED, arguments.seed, named_words(Rules.load()))
    coverage = measure_coverage(graphs, watch=partial(watched, what="Coverage"))
    by_set = {name: _reached(found) for name, found in sets.items()}
    settings = {"commit": at, "datasets": list(DATASETS), "limit": arguments.limit, "seed": arguments.seed}
    _write("coverage.json", {**settings, "rules_reached": by_set}, coverage.to_json())
    mutation = measure_mutation(golden, seed=arguments.seed, watch=partial(watched, what="Mutants"))
    _write("mutation.json", {"commit": at, "seed": arguments.seed}, mutation.to_json())


def _reached(scenes: Sequence[Scene]) -> dict[str, int]:
    """Return for every topic how many of its rules some scene of a set reaches."""
    found = measure_coverage(scenes, watch=partial(watched, what="Coverage by set"), vocabulary=False)
    reached = Counter(rule.topic for rule in found.rules if rule.reached)
    return {topic: reached[topic] for topic in sorted({rule.topic for rule in found.rules})}


def _write(name: str, settings: dict[str, Any], result: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    record = {"command": COMMAND, **settings, "result": json.loads(result)}
    (FOLDER / name).write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
