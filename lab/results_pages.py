"""The embedded model on fresh drawn scenes -> results/embedded.json and the tables of the README.

`python -m lab.results_pages` draws, measures and writes; `--table-only` writes the tables from the files alone.
"""

import argparse
import json
import os
import re
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console

from lab import arm_comparison, prefix_reuse, sycophancy
from lab.differential import told
from lab.language_tables import language_text
from lab.repair_tables import repair_text
from lab.rule_tables import evidence_text
from lab.turn_tables import asking_text, calibration_text
from nesy import assets
from nesy.errors import InputError
from nesy.experiments.commit import commit
from nesy.experiments.scoring.folder import Report, evaluate
from nesy.pipeline import Pipeline
from nesy.synthetic import write_split

SEED = 2026
"""Never used in training, whose seeds are below 100."""
SCENES = {"ordinary": 500, "hard": 200, "shifted": 200, "counter": 200}
RESULTS = Path("results/embedded.json")
_RESULTS = ("<!-- results: written by `make results` -->", "<!-- end of results -->")
_EVIDENCE = ("<!-- evidence: written by `make evidence` -->", "<!-- end of evidence -->")
_REPAIR = ("<!-- repair: written by `make evidence` -->", "<!-- end of repair -->")
_ENGINES = ("<!-- engines: written by `make engines` -->", "<!-- end of engines -->")
_LANGUAGE = ("<!-- language: written by `make language` -->", "<!-- end of language -->")
_ARMS = ("<!-- arms: written by `make arms` -->", "<!-- end of arms -->")
_SYCOPHANCY = ("<!-- sycophancy: written by `make sycophancy` -->", "<!-- end of sycophancy -->")
_PREFIX = ("<!-- prefix: written by `make prefix` -->", "<!-- end of prefix -->")
_ASKING = ("<!-- asking: written by `make results` -->", "<!-- end of asking -->")
_CALIBRATION = ("<!-- calibration: written by `make results` -->", "<!-- end of calibration -->")
_CARD = ("<!-- training: written by `make results` -->", "<!-- end of training -->")


def measure(work: Path, scenes: dict[str, int], model: str = "embedded") -> dict[str, Report]:
    """Draw each split under `work` and evaluate the model on it, one process per split and one thread each.

    A model this small gains nothing from more threads.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        tasks = {split: pool.submit(_measured, work / split, n, split, model) for split, n in scenes.items()}
        return {split: task.result() for split, task in tasks.items()}


def _measured(folder: Path, n: int, split: str, model: str) -> Report:
    write_split(folder, n, SEED, split)
    report = evaluate(folder, Pipeline(model))
    Console().print(report.to_text(), markup=False, highlight=False)
    return report


def table(reports: dict[str, Report]) -> str:
    """Return the reports as a Markdown table: before -> after the loop."""
    head = (
        "| drawn scenes | images | object F1 | relation F1 | part-state F1 | consistent | right claims lost "
        "| wrong claims | unparseable |\n|---|---|---|---|---|---|---|---|---|"
    )
    rows = [head]
    for name, r in reports.items():
        cells = [f"{r.before.f1[k]:.3f} → {r.after.f1[k]:.3f}" for k in ("objects", "relations", "part_states")]
        cells.append(f"{r.before.consistent:.1%} → {r.after.consistent:.1%}")
        cells.append(f"{r.right_claims_lost} of {r.right_claims_before}")
        cells.append(f"{r.wrong_claims_before} → {r.wrong_claims_after}")
        rows.append(f"| {name} | {r.images} | " + " | ".join(cells) + f" | {r.unparseable} |")
    return "\n".join(rows)


def training_table(training: dict[str, Any]) -> str:
    """Return the stages of `training.json`, which the training wrote beside the weights, as a Markdown table."""
    rows = ["| stage | seed | steps | samples | minutes | last loss |", "|---|---|---|---|---|---|"]
    rows += [
        f"| {s['stage']} | {s['seed']} | {s['step']} | {s['samples']:,} | {s['seconds'] / 60:.0f} | {s['loss']:.3f} |"
        for s in training["stages"]
    ]
    minutes = sum(s["seconds"] for s in training["stages"]) / 60
    rows.append(f"\n{training['parameters'] / 1e6:.2f} M parameters, {minutes:.0f} minutes.")
    return "\n".join(rows)


def insert(readme: str, text: str, marks: tuple[str, str] = _RESULTS) -> str:
    """Return the README with `text` between two marks; InputError when the marks are missing."""
    begin, end = marks
    pattern = re.compile(re.escape(begin) + r".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(readme):
        raise InputError(f"README.md: the marks {begin!r} and {end!r} are missing")
    return pattern.sub(lambda _: f"{begin}\n{text}\n{end}", readme, count=1)


def refreshed(readme: str) -> str:
    """Return the README with its tables as the files of this checkout have them."""
    training = json.loads((assets.embedded_model() / "training.json").read_text(encoding="utf-8"))
    readme = insert(readme, table(read(RESULTS)))
    readme = insert(readme, evidence_text(_found("rules"), _found("mutation")), _EVIDENCE)
    readme = insert(readme, repair_text(_found("repair"), _found("repair_check")), _REPAIR)
    readme = insert(readme, told(_found("differential")["runs"]), _ENGINES)
    texts = language_text(_found("language"), _found("faithfulness"), _found("unlisted"))
    readme = insert(readme, texts, _LANGUAGE)
    readme = insert(readme, arm_comparison.arms_text(), _ARMS)
    readme = insert(readme, prefix_reuse.prefix_text(), _PREFIX)
    readme = insert(readme, asking_text(_found("asking")), _ASKING)
    readme = insert(readme, calibration_text(_found("calibration")), _CALIBRATION)
    readme = insert(
        readme, sycophancy.table(arm_comparison.read(RESULTS.parent / "sycophancy.json")["curves"]), _SYCOPHANCY
    )
    return insert(readme, training_table(training), _CARD)


def _found(name: str) -> Any:
    return json.loads((RESULTS.parent / f"{name}.json").read_text(encoding="utf-8"))


def read(path: Path) -> dict[str, Report]:
    """Read what `main` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return {name: Report.model_validate(report) for name, report in data["reports"].items()}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.results_pages", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("runs/eval"), help="where the pictures are drawn")
    parser.add_argument("--table-only", action="store_true")
    arguments = parser.parse_args()
    if not arguments.table_only:
        reports = measure(arguments.work, SCENES)
        RESULTS.parent.mkdir(exist_ok=True)
        record = {
            "command": "python -m lab.results_pages",
            "seed": SEED,
            "commit": commit(),
            "reports": {name: json.loads(report.to_json()) for name, report in reports.items()},
        }
        RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    readme = Path("README.md")
    readme.write_text(refreshed(readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
