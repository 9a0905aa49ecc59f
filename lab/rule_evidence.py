"""The rule pack on ground truth -> results/rules.json, and rules/measured.json, which ships with the rules.

`python -m lab.rule_evidence` measures false alarms on every graph of the data sets and recall on seeded errors.
"""

import argparse
import json
from functools import partial
from pathlib import Path

from lab.progress import watched
from nesy.experiments.commit import ROOT, commit
from nesy.experiments.datasets import DATASETS, data_folder
from nesy.experiments.rules.alarms import AlarmReport, measure_alarms
from nesy.experiments.rules.recall import LIMIT, SEED, measure_recall
from nesy.experiments.rules.support import FILE, Measure, Measured

COMMAND = "python -m lab.rule_evidence"
RESULTS = ROOT / "results" / "rules.json"


def measured(report: AlarmReport, at: str) -> Measured:
    """Return what the false alarms say of each rule.

    Args:
        report: of all rules.
        at: the commit that was measured.
    """
    rules: dict[str, dict[str, Measure]] = {}
    for one in report.sets:
        for rule in one.rules:
            rules.setdefault(rule.rule, {})[one.dataset] = Measure(
                graphs=one.graphs, reached=rule.reached, fired=rule.fired, rate=rule.rate
            )
    return Measured(command=COMMAND, commit=at, rules=rules)


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--data", type=Path, help="the folder of the data sets")
    parser.add_argument("--limit", type=int, default=LIMIT, help="seeded graphs of each set and kind")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    folder, at = data_folder(arguments.data), commit()
    alarms = measure_alarms(folder, tuple(DATASETS), watch=partial(watched, what="False alarms"))
    recall = measure_recall(
        folder,
        tuple(DATASETS),
        limit=arguments.limit,
        seed=arguments.seed,
        watch=partial(watched, what="Seeded errors"),
    )
    record = {
        "command": COMMAND,
        "commit": at,
        "seed": arguments.seed,
        "limit": arguments.limit,
        "alarms": alarms.model_dump(mode="json", exclude={"examples"}),
        "recall": recall.model_dump(mode="json", exclude={"kinds": {"__all__": {"missed"}}}),
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    (ROOT / "rules" / FILE).write_text(measured(alarms, at).to_json(), encoding="utf-8")


if __name__ == "__main__":
    main()
