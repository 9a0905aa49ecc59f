"""A data set and a pipeline, or a run -> the field's measures, before and after the loop."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nesy.batch import Run, read_run
from nesy.experiments.datasets.truths import Truths
from nesy.experiments.scoring.evaluation import Watch, evaluated
from nesy.experiments.scoring.field.metrics_table import MetricsTable, beside
from nesy.experiments.scoring.field.run_calibration import calibration_of_run
from nesy.experiments.scoring.field.scene_measures import Known, measured
from nesy.experiments.scoring.field.triplets import PicturePair
from nesy.experiments.scoring.run_outcomes import Outcome, RunOutcomes
from nesy.loop.looks import calibration_of
from nesy.perception.calibration import Calibration
from nesy.pipeline import Pipeline
from nesy.scene import Scene


@dataclass(frozen=True)
class Measured:
    """A table, and what of the data set it is not of."""

    table: MetricsTable
    failures: Mapping[str, int]
    """The kind of an error -> how many pictures have it; of them replies that were no scene are in the table."""


def measure_data_set(
    truths: Truths,
    pipeline: Pipeline,
    metrics: Sequence[str],
    known: Known,
    limit: int | None = None,
    *,
    images: Path | None = None,
    out: Path | None = None,
    resume: bool = False,
    watch: Watch = lambda _done, _total: None,
) -> Measured:
    """Run a pipeline on the pictures of a data set and measure what it says first and last.

    Claims are ranked by the calibrated chance that the model's own words give them, where it is calibrated.

    Args:
        truths: of the data set.
        pipeline: the model with its loop.
        metrics: names of `SCENE_MEASURES`.
        known: what the measures need beside the scenes.
        limit: only the first so many pictures.
        images: folder of the pictures; None: that of the annotations.
        out: folder of the run, which is kept there; None: a temporary one.
        resume: whether to go on with the run that `out` holds.
        watch: is told of each picture that was gone through.

    Raises:
        InputError: the annotations or the folder cannot be used, or the truth lacks what a metric compares.
        ModelError: the model fails for every picture.
    """
    with evaluated(truths, pipeline, limit, images=images, out=out, resume=resume, watch=watch) as found:
        outcomes = list(found.outcomes)
    calibration, _ = calibration_of(pipeline.model, pipeline.model_info, pipeline.settings.correction)
    of = f"{truths.dataset.name} ({truths.name}), model {pipeline.model_info.id}"
    return _measured(outcomes, found.outcomes, calibration, metrics, known, of)


def measure_run(
    run: Path | Run,
    truths: Truths,
    metrics: Sequence[str],
    known: Known,
    limit: int | None = None,
    *,
    calibration: str | None = None,
) -> Measured:
    """Measure what a run says of pictures, first and last; no model is loaded, and no picture is read.

    The figures are those of `measure_data_set` of the model that made the run.

    Args:
        run: the folder that `nesy analyze --out` wrote, or one that holds the parts of a run.
        truths: of the data set.
        metrics: names of `SCENE_MEASURES`.
        known: what the measures need beside the scenes.
        limit: only the first so many pictures that the run has.
        calibration: file to rank claims by; None: that of the run (`calibration_of_run`).

    Raises:
        InputError: the run, the annotations or the calibration cannot be used, they have no picture in common, or the
            truth lacks what a metric compares.
    """
    held = run if isinstance(run, Run) else read_run(run)
    card = held.cards[0]
    found = RunOutcomes(truths, held, limit=limit)
    of = f"{truths.dataset.name} ({truths.name}), model {card.model.id}"
    return _measured(list(found), found, calibration_of_run(card, calibration), metrics, known, of)


def pair_of(outcome: Outcome, scene: Scene, calibration: Calibration | None) -> PicturePair:
    """Return one of the scenes of an outcome beside the truth, with the chances by which its claims are ranked."""
    chances = {} if calibration is None else calibration.beliefs(scene)
    return PicturePair(scene, outcome.truth, outcome.analysis is not None, chances or None)


def _measured(
    outcomes: Iterable[Outcome],
    counts: RunOutcomes,
    calibration: Calibration | None,
    metrics: Sequence[str],
    known: Known,
    of: str,
) -> Measured:
    pairs = [(pair_of(one, one.before, calibration), pair_of(one, one.after, calibration)) for one in outcomes]
    before, after = (measured([pair[at] for pair in pairs], metrics, known) for at in (0, 1))
    table = beside(before, after)
    gone = (
        (counts.missing.count, "missing"),
        (counts.failed.count, "failed"),
        (counts.left_out, "of the run left out"),
    )
    told = ", ".join(f"{count} {what}" for count, what in gone if count)
    whole = f"{of}: {table.told}" + (f"; not measured: {told}" if told else "")
    return Measured(table.model_copy(update={"told": whole}), dict(counts.failures))
