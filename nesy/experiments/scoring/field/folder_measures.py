"""A data set and a pipeline -> the field's measures, before and after the loop."""

from collections.abc import Sequence
from pathlib import Path

from nesy.experiments.datasets.truths import Truths
from nesy.experiments.scoring.evaluation import Watch, evaluated
from nesy.experiments.scoring.field.metrics_table import MetricsTable, beside
from nesy.experiments.scoring.field.scene_measures import Known, measured
from nesy.experiments.scoring.field.triplets import PicturePair
from nesy.experiments.scoring.run_outcomes import Outcome
from nesy.loop.looks import believed
from nesy.pipeline import Pipeline
from nesy.scene import Scene


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
) -> MetricsTable:
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
    before, after = (
        measured([pair_of(one, scene(one), pipeline) for one in outcomes], metrics, known) for scene in (_first, _last)
    )
    table = beside(before, after)
    of = f"{truths.dataset.name} ({truths.name}), model {pipeline.model_info.id}"
    return table.model_copy(update={"told": f"{of}: {table.told}"})


def _first(outcome: Outcome) -> Scene:
    return outcome.before


def _last(outcome: Outcome) -> Scene:
    return outcome.after


def pair_of(outcome: Outcome, scene: Scene, pipeline: Pipeline) -> PicturePair:
    """Return one of the scenes of an outcome beside the truth, with the chances by which its claims are ranked."""
    chances = believed(pipeline.model, pipeline.model_info, pipeline.settings.correction, scene)
    return PicturePair(scene, outcome.truth, outcome.analysis is not None, chances or None)
