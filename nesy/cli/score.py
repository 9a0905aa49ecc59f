"""`nesy score`: predicted scenes and true ones in; F1, precision and recall of each kind of claim out."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import fail, result
from nesy.cli.input_files import read_scenes
from nesy.cli.metrics_option import (
    MetricsOption,
    TrainingOption,
    answers_measured,
    is_of_answers,
    scene_metrics,
    scenes_measured,
    told_of,
)
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.scene import Scene


class ScoresFormat(StrEnum):
    """How `score` prints."""

    TEXT = "text"
    JSON = "json"


def score(
    predicted: Annotated[
        Path,
        typer.Argument(
            metavar="PREDICTED", help="Scenes or analyses: one (.json), or one a line (.jsonl).", show_default=False
        ),
    ],
    gold: Annotated[
        Path,
        typer.Argument(metavar="GOLD", help="True scenes: one (.json), or one a line (.jsonl).", show_default=False),
    ],
    form: Annotated[ScoresFormat, typer.Option("--format", help="A table, or JSON.")] = ScoresFormat.TEXT,
    metrics: MetricsOption = None,
    training: TrainingOption = None,
) -> None:
    """Score predicted scenes against true ones: F1, precision and recall of each kind of claim.

    Scenes belong together that are of one picture (by the sum of its file, else by its name) where all name one, else
    those of one line. Entities are matched by category and box where both have boxes, else by category, attributes and
    relations; the first line says which. A true scene without a prediction counts as one of which nothing was said.

    With --metrics the field's own measures are taken instead. pope, repope, dash-b, amber, chair-captions and reefknot
    are of files of answers and of labels, which belong together by their ids, else by their pictures or line by line.
    """
    from nesy.experiments.scoring.scene_pairs import score_files

    if str(predicted) == str(gold) == "-":
        raise InputError("standard input holds the predicted scenes or the true ones, not both")
    if training is not None and (metrics is None or is_of_answers(metrics)):
        raise InputError("--training belongs to --metrics of scenes: it is for zR@K")
    if metrics is not None and is_of_answers(metrics):
        found = answers_measured(predicted, gold, metrics)
        result(found.to_json(indent=2) if form is ScoresFormat.JSON else found.to_text())
        return
    names = None if metrics is None else scene_metrics(metrics, given=True)
    said, true = _scenes(predicted), _scenes(gold)
    if names is not None:
        table = scenes_measured(said, true, names, training)
        result(table.to_json(indent=2) if form is ScoresFormat.JSON else table.to_text())
        raise typer.Exit(2 if None in said or None in true else 0)
    scores = score_files(said, true)
    told_of(scores.missing, "not predicted, counted as empty")
    told_of(scores.left_out, "without a true scene, left out")
    result(scores.to_json(indent=2) if form is ScoresFormat.JSON else scores.to_text())
    raise typer.Exit(2 if scores.unreadable else 0)


def _scenes(path: Path) -> "list[Scene | None]":
    """Read the scenes of a file; of a line that is none the error is told, and None stands in its place."""
    found = read_scenes(path)
    scenes: list[Scene | None] = []
    for text in found.scenes:
        try:
            scenes.append(text.scene())
        except InputError as error:
            if not found.many:
                raise
            fail(str(error), 2)
            scenes.append(None)
    if not any(scene is not None for scene in scenes):
        raise InputError(f"{path}: no line of it is a scene")
    return scenes
