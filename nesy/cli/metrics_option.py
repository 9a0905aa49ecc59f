"""`--metrics` and `--training`: which of the field's measures are taken, and what a training set held."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import notice
from nesy.cli.input_files import read_scenes
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.experiments.scoring.field.metrics_table import MetricsTable
    from nesy.experiments.scoring.field.scene_measures import Known
    from nesy.ontology import Ontology
    from nesy.scene import Scene

MetricsOption = Annotated[
    str | None,
    typer.Option(
        metavar="A,B,...",
        help="Measure as the field does: sgdet, hico, vcoco, coco, chair, spice ...; `all` for every one.",
        show_default=False,
    ),
]
TrainingOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Scenes of a training set: zR@K counts triplets that it never had.", show_default=False
    ),
]
_MOST_NAMED = 5


def known_of(training: Path | None, ontology: "Ontology") -> "Known":
    """Return what measures of scenes need beside the scenes.

    Raises:
        InputError: the training set cannot be read.
    """
    from nesy.experiments.scoring.field.scene_measures import Known, training_words

    if training is None:
        return Known(ontology)
    scenes = (text.scene() for text in read_scenes(training).scenes)
    return Known(ontology, training_words(scenes, ontology))


def is_of_answers(metrics: str) -> bool:
    """Tell whether the first name is a metric of answers to questions."""
    from nesy.experiments.scoring.field.answer_measures import ANSWER_MEASURES
    from nesy.experiments.scoring.field.metrics_table import plain

    return plain(metrics.split(",")[0]) in map(plain, ANSWER_MEASURES)


def scene_metrics(metrics: str, *, given: bool) -> tuple[str, ...]:
    """Return the metrics of scenes that are named; `all` leaves out those of given things.

    Args:
        metrics: as typed.
        given: whether predictions may be about given things.

    Raises:
        InputError: a name is unknown, or means a metric of something else.
    """
    from nesy.experiments.scoring.field.answer_measures import ANSWER_MEASURES
    from nesy.experiments.scoring.field.metrics_table import chosen
    from nesy.experiments.scoring.field.scene_measures import GIVEN_THINGS, SCENE_MEASURES

    every = tuple(name for name in SCENE_MEASURES if name not in GIVEN_THINGS)
    others = {"answers to questions (`nesy score ANSWERS LABELS`)": tuple(ANSWER_MEASURES)}
    if given:
        return chosen(metrics, tuple(SCENE_MEASURES), others, every)
    return chosen(metrics, every, {**others, "predictions about given things (`nesy score`)": GIVEN_THINGS})


def answers_measured(answers: Path, labels: Path, metrics: str) -> "MetricsTable":
    """Read two files, measure, and tell what did not count.

    Raises:
        InputError: a file or a name cannot be used.
    """
    from nesy.experiments.scoring.field.answer_measures import ANSWER_MEASURES, measured_answers
    from nesy.experiments.scoring.field.answer_rows import answer_rows, joined
    from nesy.experiments.scoring.field.metrics_table import chosen
    from nesy.experiments.scoring.field.scene_measures import SCENE_MEASURES
    from nesy.ontology import Ontology

    names = chosen(metrics, tuple(ANSWER_MEASURES), {"scenes": tuple(SCENE_MEASURES)})
    found = joined(answer_rows(answers), answer_rows(labels))
    told_of(found.missing, "without an answer, left out")
    told_of(found.left_out, "without a label, left out")
    return measured_answers(found, names, Ontology.default())


def scenes_measured(
    predicted: "list[Scene | None]", truth: "list[Scene | None]", names: tuple[str, ...], training: Path | None
) -> "MetricsTable":
    """Pair two files of scenes, measure, and tell what did not count.

    Raises:
        InputError: the scenes do not belong together, or lack what a metric compares.
    """
    from nesy.experiments.scoring.field.scene_measures import measured
    from nesy.experiments.scoring.field.triplets import PicturePair
    from nesy.experiments.scoring.scene_pairs import NOTHING, paired
    from nesy.ontology import Ontology

    known = known_of(training, Ontology.default())
    found = paired(predicted, truth)
    told_of(found.missing, "not predicted, counted as empty")
    told_of(found.left_out, "without a true scene, left out")
    pairs = [PicturePair(NOTHING if said is None else said, true, said is not None) for said, true in found.pairs]
    if not pairs:
        raise InputError("no true scene could be read: there is nothing to measure against")
    return measured(pairs, names, known)


def told_of(names: tuple[str, ...], what: str) -> None:
    """Tell on standard error how many do not count, and the first of them."""
    if names:
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        notice(f"{len(names)} {what}: {', '.join(names[:_MOST_NAMED])}{more}")
