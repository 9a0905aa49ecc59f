"""`nesy synth` and `nesy evaluate`: drawn scenes with exact ground truth, and metrics over a folder."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.console import folder_for, progress, result
from nesy.cli.images import ModelOption


class Split(StrEnum):
    """What kind of scenes are drawn; only ordinary ones are ever trained on."""

    ORDINARY = "ordinary"
    HARD = "hard"
    SHIFTED = "shifted"
    COUNTER = "counter"


class ReportFormat(StrEnum):
    """How `evaluate` prints its report."""

    TEXT = "text"
    JSON = "json"


def synth(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where images/ and scenes.jsonl go.", show_default=False)],
    n: Annotated[int, typer.Option("--n", min=1, max=1_000_000, help="How many scenes.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="The same seed draws the same scenes.")] = 0,
    split: Annotated[Split, typer.Option(help="Which kind of scenes.")] = Split.ORDINARY,
) -> None:
    """Draw scenes with exact ground truth: images/*.png and scenes.jsonl."""
    from nesy.synthetic import write_split

    counts = write_split(folder_for(out), n, seed, split.value)
    result("\n".join(f"{number:>8}  {what.replace('_', ' ')}" for what, number in counts.items()))


def evaluate(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Holds scenes.jsonl and its images.", show_default=False)
    ],
    model: ModelOption = None,
    limit: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N scenes.")] = None,
    form: Annotated[ReportFormat, typer.Option("--format", help="A table, or JSON.")] = ReportFormat.TEXT,
) -> None:
    """Measure a model on a folder of images with known scenes, before and after the loop."""
    from nesy.evaluation import evaluate as measure
    from nesy.pipeline import Pipeline

    report = measure(folder, Pipeline(model), limit, watch=partial(progress, what="evaluating"))
    result(report.to_json(indent=2) if form is ReportFormat.JSON else report.to_text())
