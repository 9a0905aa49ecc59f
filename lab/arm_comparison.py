"""The embedded model on splits it never saw -> every arm that applies, as results/arms.json and the tables of a page.

`python -m lab.arm_comparison` draws, runs and scores; it goes on where an earlier run was stopped, with any
number of processes (`--jobs`).
"""

import argparse
import json
import os
from collections.abc import Hashable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from rich.console import Console

from nesy.checking.workers import Workers
from nesy.errors import InputError
from nesy.experiments.arms.arms import ARMS, Arm, arm
from nesy.experiments.arms.experiment import Runners, Task, begun, run_arms, runners_of, worked
from nesy.experiments.arms.scores import ArmReport, ArmScores
from nesy.experiments.arms.table import report_of, text_table, write_report
from nesy.experiments.arms.traces import First, Trace, Traces
from nesy.experiments.commit import commit
from nesy.pipeline import Pipeline
from nesy.settings import Settings
from nesy.synthetic import write_split
from nesy.turns import VisionLanguageModel

SEED, IMAGES = 2026, 500
SPLITS = ("hard", "shifted", "counter")
VARIANTS = ("full+unguarded", "full+no-repair", "placebo+unguarded", "random-feedback+unguarded")
"""Beside `arms.ARMS`: what the guard and the repair are worth."""
ACCUSED = "false-accusation+unguarded"
RESULTS = Path("results/arms.json")
NOT_MEASURED = "*The arms have not been measured yet: `make arms`.*"


def measure(
    work: Path, model: str, images: int, splits: tuple[str, ...] = SPLITS, jobs: int = 1
) -> dict[str, ArmReport]:
    """Draw each split under `work`, run every arm on it and score it; traces stay in `work/runs`.

    Args:
        work: where pictures and traces go.
        model: as `--model` names it.
        images: of each split.
        splits: kinds of drawn scenes.
        jobs: processes that share the pictures, each with a model of its own; the traces are the same for any number.
    """
    pipeline = Pipeline(model)
    # Of drawings the shipped witness knows nothing, and without one `looks` is `full`.
    apart = [name for name in ARMS if ARMS[name].eyes == "as set" or name == "words"]
    arms = [arm(name) for name in (*apart, *VARIANTS, ACCUSED)]
    reports = {}
    for split in splits:
        folder, runs = work / split, work / "runs" / split
        write_split(folder, images, SEED, split)
        if jobs == 1:
            run_arms(folder, Traces(runs), pipeline, arms, resume=True)
        else:
            run_in_processes(folder, Traces(runs), pipeline, arms, model, jobs)
        reports[split], made = report_of(runs)
        write_report(runs, reports[split], made)
        Console().print(text_table(reports[split]), markup=False, highlight=False, soft_wrap=True)
    return reports


def run_in_processes(
    folder: Path, traces: Traces, pipeline: Pipeline, arms: Sequence[Arm], model: str | VisionLanguageModel, jobs: int
) -> None:
    """Run the arms on a folder in several processes, a picture each; takes and raises as `run_arms` does.

    Only this process writes, in the order of the pictures, so that the traces are those of a run in one process.

    Args:
        folder: of the pictures.
        traces: where the traces go; a run that is there is gone on with.
        pipeline: tells which model and settings they are.
        arms: what to run.
        model: the pipeline's model, as `Pipeline` takes it; one that is no name travels to the processes.
        jobs: processes.
    """
    tasks = begun(folder, traces, pipeline, arms, resume=True)
    work = partial(_lines, folder, model, pipeline.settings.model_dump_json(), tuple(arm.name for arm in arms))
    with Workers(jobs) as workers:
        for lines in workers.map(work, tasks):
            for line in lines:
                traces.add(line)


def _lines(
    folder: Path, model: str | VisionLanguageModel, settings: str, arms: tuple[str, ...], task: Task
) -> list[First | Trace]:
    assert isinstance(model, Hashable)
    return list(worked(folder, task, _loaded(folder, model, settings, arms)))


@cache
def _loaded(folder: Path, model: str | VisionLanguageModel, settings: str, arms: tuple[str, ...]) -> Runners:
    """Return what runs the arms, loaded once in each process; the settings are JSON, which can be a key."""
    pipeline = Pipeline(model, Settings.model_validate_json(settings))
    return runners_of(folder, pipeline, [arm(name) for name in arms])


def arms_text(path: Path = RESULTS) -> str:
    """Return the tables of the page, one a split; a line that says so where nothing has been measured."""
    if not path.exists():
        return NOT_MEASURED
    reports = {name: ArmReport.model_validate(report) for name, report in read(path)["reports"].items()}
    return "\n\n".join(
        f"`{split}`, {report.images} images; {report.matching}:\n\n{table(report)}" for split, report in reports.items()
    )


def read(path: Path) -> dict[str, Any]:
    """Read what `main` wrote; InputError when it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); `make arms` writes it") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: no JSON object; `make arms` writes it")
    return found


def table(report: ArmReport) -> str:
    """Return one split's arms as Markdown."""
    heads = (
        "arm",
        "F1",
        "relation F1 (95 %)",
        "to `none`, p",
        "relation precision",
        "recall",
        "consistent",
        "wrong claims mended, gone",
        "right claims made wrong, gone",
        "calls",
    )
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += [_line(scores) for scores in report.arms]
    lines += [f"| `{name}` | not applicable: {why} |{' |' * 8}" for name, why in report.run.not_applicable.items()]
    return "\n".join(lines)


def _line(scores: ArmScores) -> str:
    moved = scores.transitions["exit"]
    relation, apart = scores.scores["f1"]["relations"], scores.against.get("none")
    cells = (
        f"`{scores.arm}`",
        f"{scores.scores['f1']['all'].value:.3f}",
        f"{relation.value:.3f} ({relation.low:.3f} to {relation.high:.3f})",
        "" if apart is None else f"{apart['relations'].interval.value:+.3f}, {apart['relations'].p:.3f}",
        f"{scores.scores['precision']['relations'].value:.3f}",
        f"{scores.scores['recall']['relations'].value:.3f}",
        f"{scores.consistent:.1%}",
        f"{moved.get('wrong -> right', 0)}, {moved.get('wrong -> withdrawn', 0)}",
        f"{scores.harmed:.1%}, {scores.lost:.1%}",
        f"{scores.usage.calls / scores.images:.2f}",
    )
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.arm_comparison", description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("runs/arms"), help="where pictures and traces go")
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--images", type=int, default=IMAGES, help="of each split")
    parser.add_argument("--jobs", type=int, default=1, help="processes, each with a model of its own (default: 1)")
    arguments = parser.parse_args()
    if arguments.jobs < 1:
        parser.error("--jobs: at least one process is needed")
    if arguments.model == "embedded" or arguments.jobs > 1:
        # A model this small gains nothing from more threads, and processes would be in each other's way.
        os.environ["OMP_NUM_THREADS"] = "1"
    reports = measure(arguments.work, arguments.model, arguments.images, jobs=arguments.jobs)
    record = {
        "command": f"python -m lab.arm_comparison --images {arguments.images}",
        "seed": SEED,
        "commit": commit(),
        "reports": {split: report.model_dump(mode="json") for split, report in reports.items()},
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
