"""A folder of pictures with `scenes.jsonl`, and a pipeline -> the field's measures, before and after the loop."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nesy.experiments.scoring.field.metrics_table import MetricsTable, beside
from nesy.experiments.scoring.field.scene_measures import Known, measured
from nesy.experiments.scoring.field.triplets import PicturePair
from nesy.experiments.scoring.folder import Outcome, outcomes_of
from nesy.loop.looks import believed
from nesy.pipeline import Pipeline
from nesy.scene import Scene


def measure_folder(
    folder: Path,
    pipeline: Pipeline,
    metrics: Sequence[str],
    known: Known,
    limit: int | None = None,
    watch: Callable[[Sequence[Scene]], Iterable[Scene]] = iter,
) -> MetricsTable:
    """Run a pipeline on the pictures of a folder and measure what it says first and last.

    Claims are ranked by the calibrated chance that the model's own words give them, where it is calibrated.

    Args:
        folder: holds `images/` and `scenes.jsonl`.
        pipeline: the model with its loop.
        metrics: names of `SCENE_MEASURES`.
        known: what the measures need beside the scenes.
        limit: only the first so many pictures.
        watch: wraps the scenes while they are gone through.

    Raises:
        InputError: the folder or a picture cannot be used, or the truth lacks what a metric compares.
        ModelError: the model cannot answer.
    """
    outcomes = outcomes_of(folder, pipeline, limit, watch)
    before, after = (
        measured([pair_of(one, scene(one), pipeline) for one in outcomes], metrics, known) for scene in (_first, _last)
    )
    table = beside(before, after)
    return table.model_copy(update={"told": f"{folder.name}, model {pipeline.model_info.id}: {table.told}"})


def _first(outcome: Outcome) -> Scene:
    return outcome.before


def _last(outcome: Outcome) -> Scene:
    return outcome.after


def pair_of(outcome: Outcome, scene: Scene, pipeline: Pipeline) -> PicturePair:
    """Return one of the scenes of an outcome beside the truth, with the chances by which its claims are ranked."""
    chances = believed(pipeline.model, pipeline.model_info, pipeline.settings.correction, scene)
    return PicturePair(scene, outcome.truth, outcome.analysis is not None, chances or None)
