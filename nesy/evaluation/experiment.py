"""A folder of pictures, a pipeline and arms -> traces: round 0 perceived once, and every arm gone on from it."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nesy.errors import InputError, ReplyError
from nesy.evaluation.arms import Arm
from nesy.evaluation.measuring import read_truths
from nesy.evaluation.traces import First, Trace, Traces, card_of
from nesy.image import Image
from nesy.pipeline import Pipeline
from nesy.scene import Scene

SEED = 2026


def run_arms(
    folder: Path,
    traces: Traces,
    pipeline: Pipeline,
    arms: Sequence[Arm],
    *,
    limit: int | None = None,
    only: str | None = None,
    resume: bool = False,
    watch: Callable[[Sequence[Scene]], Iterable[Scene]] = iter,
) -> None:
    """Run every arm on every picture of `folder` and keep its trace; what is in `traces` already is not run again.

    Args:
        folder: holds `images/*.png` and `scenes.jsonl`, as `evaluate` takes it.
        traces: where the traces go.
        pipeline: the model, and the settings that all arms start from.
        arms: what to run; one whose turns the model never learnt is noted as not applicable.
        limit: only the first so many pictures.
        only: only the picture of this name, with or without its suffix.
        resume: whether to go on with a run that `traces` holds.
        watch: wraps the true scenes while they are gone through, for a progress bar.

    Raises:
        InputError: the folder, a picture or the run cannot be used, or `only` names no picture.
        ModelError: the model cannot answer.
    """
    truths = chosen(read_truths(folder), limit, only)
    turns = getattr(pipeline.model, "turns", None)
    lacking = {arm.name: arm.lacks(turns) for arm in arms}
    told = {
        name: f"its model never learnt this turn ({', '.join(sorted(lacks))})"
        for name, lacks in lacking.items()
        if lacks
    }
    card = card_of(folder.name, truths, pipeline.model_info, pipeline.settings, SEED)
    names = tuple(arm.name for arm in arms)
    traces.begin(card.model_copy(update={"arms": names, "not_applicable": told}), truths, resume=resume)
    runners = [(arm, _runner(arm, pipeline)) for arm in arms if not lacking[arm.name]]
    firsts, done = traces.firsts(), traces.done()
    for truth in watch(truths):
        name = image_of(truth)
        left = [(arm, runner) for arm, runner in runners if (name, arm.name) not in done]
        if name in firsts and (firsts[name].round is None or not left):
            continue
        image = Image.open(folder / "images" / name)
        if name not in firsts:
            firsts[name] = _first(name, image, pipeline)
            traces.add_first(firsts[name])
        first = firsts[name].round
        if first is None:
            continue
        for arm, runner in left:
            own = first if runner is pipeline else first.model_copy(update={"verdict": runner.check(first.scene)})
            analysis = runner.go_on(image, own, arm.make(runner, image))
            verdict = analysis.verdict if runner is pipeline else pipeline.check(analysis.scene)
            traces.add(Trace.of(arm.name, analysis, verdict))


def chosen(truths: list[Scene], limit: int | None, only: str | None) -> list[Scene]:
    """Return the true scenes that are measured; InputError when `only` names none."""
    if only is None:
        return truths[:limit]
    found = [truth for truth in truths if only in (image_of(truth), Path(image_of(truth)).stem)]
    if not found:
        raise InputError(f"--only {only}: no picture of this name; the first is {image_of(truths[0])}")
    return found


def image_of(truth: Scene) -> str:
    """Return the name of the picture file of a true scene; InputError when it has none."""
    if truth.image is None:
        raise InputError("scenes.jsonl: a scene without image.name cannot be measured")
    return Path(truth.image.name).name


def _runner(arm: Arm, pipeline: Pipeline) -> Pipeline:
    """Return the pipeline of an arm: the given one, or one with the same model and other settings."""
    settings = arm.settings(pipeline.settings)
    return pipeline if settings == pipeline.settings else Pipeline(pipeline.model, settings, pipeline.hooks)


def _first(name: str, image: Image, pipeline: Pipeline) -> First:
    try:
        return First(image=name, round=pipeline.describe(image))
    except ReplyError as error:
        return First(image=name, round=None, unreadable=tuple(error.problems))
