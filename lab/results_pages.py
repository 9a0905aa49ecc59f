"""The embedded model on drawn scenes -> results/embedded.json; results/*.json -> docs/results/ and the README's table.

`python -m lab.results_pages` draws, measures and writes; `--table-only` writes the pages from the files alone.
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from lab import arm_comparison, identity, prefix_reuse, sycophancy
from lab.claim_scores import claims_text
from lab.differential import told
from lab.field_metrics import field_text
from lab.fuzz.record import table as fuzz_table
from lab.gpu_table import gpu_text
from lab.language_tables import language_text
from lab.layout_tables import layout_text
from lab.objection_tables import objections_text
from lab.pages import insert
from lab.picture_kinds import pictures_text
from lab.repair_tables import repair_text
from lab.rule_tables import evidence_text
from lab.seen_loop import seen_loop_text
from lab.summary_table import summary_table
from lab.turn_tables import asking_text, calibration_text
from lab.video_scores import video_text
from lab.witness_scores import witness_text
from nesy import assets
from nesy.checking.workers import Workers
from nesy.experiments.commit import commit
from nesy.experiments.scoring.evaluation import evaluate
from nesy.experiments.scoring.evaluation_report import Report
from nesy.pipeline import Pipeline
from nesy.synthetic import write_split

SEED = 2026
"""Never used in training, whose seeds are below 100."""
SCENES = {"ordinary": 500, "hard": 200, "shifted": 200, "counter": 200}
RESULTS = Path("results/embedded.json")
SUBJECTS = {
    "description": ("make results", ("embedded",)),
    "questions": ("make results", ("asking",)),
    "evidence": ("make results", ("calibration",)),
    "pictures": ("make pictures", ("pictures",)),
    "witness": ("make witness", ("witness",)),
    "claims": ("make witness", ("claims",)),
    "field_metrics": ("make field-metrics", ("field_metrics",)),
    "layout": ("make layout", ("layout",)),
    "seen_loop": ("make witness", ("seen_loop",)),
    "loop": ("make arms", ("arms",)),
    "sycophancy": ("make sycophancy", ("sycophancy",)),
    "prefix": ("make prefix", ("prefix",)),
    "gpu": ("make gpu", ("gpu",)),
    "rules": ("make evidence", ("rules", "mutation")),
    "repair": ("make evidence", ("repair", "repair_check")),
    "text": ("make language", ("language", "faithfulness", "unlisted")),
    "objections": ("make language", ("objections",)),
    "engines": ("make engines", ("differential",)),
    "hostile": ("make fuzz", ("fuzz",)),
    "video": ("make video", ("video",)),
}
"""Page of docs/results/ -> the target that measures, and the files of results/ that the page is written from."""


def measure(work: Path, scenes: dict[str, int], model: str = "embedded") -> dict[str, Report]:
    """Draw each split under `work` and evaluate the model on it, one process per split and one thread each.

    A model this small gains nothing from more threads.
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    with Workers() as workers:
        tasks = {split: workers.submit(_measured, work / split, n, split, model) for split, n in scenes.items()}
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
    told = max((r.matching for r in reports.values()), key=len)  # the others are parts of it
    unfit = [f"{many} of {name}" for name, r in reports.items() if (many := r.stop_reasons.get("unfit_picture"))]
    left = (
        f" {', '.join(unfit)} are taken for photographs, of which the model knows nothing: their scenes stay as they "
        "are, and their verdict is unknown."
    )
    return "\n".join([*rows, "", f"{told[:1].upper()}{told[1:]}.{left if unfit else ''}"])


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


def texts() -> dict[str, dict[str, str]]:
    """Return what the files of this checkout have to say: path of a page -> mark -> text."""
    training = json.loads((assets.embedded_model() / "training.json").read_text(encoding="utf-8"))
    tables = {
        "description": table(read(RESULTS)),
        "questions": asking_text(_found("asking")),
        "evidence": calibration_text(_found("calibration")),
        "pictures": pictures_text(_found("pictures")),
        "witness": witness_text(_found("witness")),
        "claims": claims_text(_found("claims")),
        "field_metrics": field_text(_found("field_metrics")),
        "layout": layout_text(_found("layout")),
        "seen_loop": seen_loop_text(_found("seen_loop")),
        "loop": arm_comparison.arms_text(),
        "sycophancy": sycophancy.table(arm_comparison.read(RESULTS.parent / "sycophancy.json")["curves"]),
        "prefix": prefix_reuse.prefix_text(),
        "gpu": gpu_text(),
        "rules": evidence_text(_found("rules"), _found("mutation")),
        "repair": repair_text(_found("repair"), _found("repair_check")),
        "text": language_text(_found("language"), _found("faithfulness"), _found("unlisted")),
        "objections": objections_text(_found("objections")),
        "engines": told(_found("differential")["runs"]),
        "hostile": fuzz_table(_found("fuzz")["kinds"]),
        "video": video_text(_found("video")),
    }
    pages = {
        f"docs/results/{name}.md": {"source": source(*SUBJECTS[name]), "table": text} for name, text in tables.items()
    }
    pages["README.md"] = {"results": summary("docs/results/")}
    pages["docs/results/index.md"] = {"results": summary("")}
    pages["docs/pictures-together.md"] = {"identity": identity.table(_found("identity")["rows"])}
    pages["docs/embedded.md"] = {"training": training_table(training)}
    return pages


def source(target: str, names: Sequence[str]) -> str:
    """Say which command measured what a page shows, where the figures lie, and at which commit they were taken."""
    files = []
    for name in names:
        if not (RESULTS.parent / f"{name}.json").exists():
            return f"Measured by `{target}`; nothing was measured yet."
        record = _found(name)
        taken = f", at commit `{record['commit'][:10]}`" if "commit" in record else ""
        command = f"`{record['command']}`{taken}" if "command" in record else "its commands stand below"
        files.append(f"`results/{name}.json` ({command})")
    return f"Measured by `{target}`; this page is written from {', '.join(files)}."


def summary(folder: str) -> str:
    """Return the one table of the README: twelve figures, what each was measured on, and the page that tells more.

    Args:
        folder: of the pages, as a link from where the table stands.
    """
    names = ("embedded", "arms", "asking", "rules", "repair", "witness", "claims", "layout", "seen_loop")
    return summary_table({name: _found(name) for name in names}, folder)


def refreshed(page: str, text: str) -> str:
    """Return a page with its tables as the files of this checkout have them."""
    for mark, written in texts()[page].items():
        text = insert(text, mark, written, page)
    return text


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
    for page in texts():
        path = Path(page)
        path.write_text(refreshed(page, path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
