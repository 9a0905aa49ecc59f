"""A folder of pictures, a pipeline and arms -> traces: round 0 perceived once, and every arm gone on from it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nesy.errors import InputError, ReplyError
from nesy.experiments.arms.arms import Arm
from nesy.experiments.arms.reply_cache import Remembering
from nesy.experiments.arms.traces import First, Trace, Traces, card_of
from nesy.experiments.arms.witnesses import Elsewhere, OnceLooking, shuffled
from nesy.experiments.scoring.folder import read_truths
from nesy.image import Image
from nesy.observations import Witness
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.turns import ManyAtOnce
from nesy.witness.roster import load

SEED = 2026
_UNAIDED = ("as set", "nobody's")
"""Eyes for which no witness has to be loaded."""


@dataclass(frozen=True)
class Task:
    """What is left to do with one picture."""

    image: str
    """The name of its file."""
    first: First | None
    """Its round 0 where it is there already."""
    arms: tuple[str, ...]
    """The names of those that are left."""


Watch = Callable[[Sequence[Task]], Iterable[Task]]


def run_arms(
    folder: str | Path,
    traces: Traces,
    pipeline: Pipeline,
    arms: Sequence[Arm],
    *,
    limit: int | None = None,
    only: str | None = None,
    resume: bool = False,
    watch: Watch = iter,
) -> None:
    """Run every arm on every picture of `folder` and keep its trace; what is in `traces` already is not run again.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.experiments import arm, report_of, run_arms, Traces
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.synthetic import write_split
    >>> described = '''{"entities": [{"id": "cup_1"}],
    ...     "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}'''
    >>> pipeline = nesy.Pipeline(ScriptedModel(
    ...     lambda request: described if request.kind == "describe" else '{"1": "withdraw"}'))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_split(Path(folder), n=2, seed=0)
    ...     run_arms(folder, Traces(Path(folder, "run")), pipeline, [arm("none"), arm("full")])
    ...     report, _ = report_of(Path(folder, "run"))
    >>> [(scores.arm, scores.consistent) for scores in report.arms]
    [('none', 0.0), ('full', 1.0)]

    Args:
        folder: holds `images/*.png` and `scenes.jsonl`, as `evaluate` takes it.
        traces: where the traces go.
        pipeline: the model, and the settings that all arms start from.
        arms: what to run; one whose turns the model never learnt is noted as not applicable.
        limit: only the first so many pictures.
        only: only the picture of this name, with or without its suffix.
        resume: whether to go on with a run that `traces` holds.
        watch: wraps what is left while it is gone through, for a progress bar.

    Raises:
        InputError: the folder, a picture or the run cannot be used, or `only` names no picture.
        ModelError: the model cannot answer, or a witness cannot look.
    """
    folder = Path(folder)
    runners = runners_of(folder, pipeline, arms)
    for task in watch(begun(folder, traces, pipeline, arms, limit=limit, only=only, resume=resume)):
        for line in worked(folder, task, runners):
            traces.add(line)


def begun(
    folder: Path,
    traces: Traces,
    pipeline: Pipeline,
    arms: Sequence[Arm],
    *,
    limit: int | None = None,
    only: str | None = None,
    resume: bool = False,
) -> list[Task]:
    """Begin a run or go on with one, and return what is left to do, a picture each; takes and raises as `run_arms`."""
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
    firsts, done = traces.firsts(), traces.done()
    tasks = []
    for truth in truths:
        name = image_of(truth)
        left = tuple(arm.name for arm in arms if not lacking[arm.name] and (name, arm.name) not in done)
        if name not in firsts or (firsts[name].round is not None and left):
            tasks.append(Task(name, firsts.get(name), left))
    return tasks


@dataclass(frozen=True)
class Runners:
    """The pipeline of round 0, and that of each arm: the same, or one with the same model and other settings."""

    pipeline: Pipeline
    arms: tuple[tuple[Arm, Pipeline], ...]


def runners_of(folder: Path, pipeline: Pipeline, arms: Sequence[Arm]) -> Runners:
    """Return what runs the arms; who answers many at once is asked once for the same, a witness looks once a picture.

    Args:
        folder: of the pictures, among which a placebo finds its other one: of all, be they measured or not.
        pipeline: the model, the settings that all arms start from, and the witness, if there is one.
        arms: what is run.

    Raises:
        InputError: an arm needs another picture and there is none; or as `Pipeline.witnesses`.
        ModelError: as `Pipeline.witnesses`.
    """
    model = Remembering(pipeline.model) if isinstance(pipeline.model, ManyAtOnce) else pipeline.model
    own = tuple(OnceLooking(witness) for witness in pipeline.witnesses)
    base = Pipeline(model, pipeline.settings, pipeline.hooks, own)
    looking = own if own or all(arm.eyes in _UNAIDED for arm in arms) else (OnceLooking(load()),)
    made = []
    for arm in arms:
        eyes = _eyes(arm, own, looking, folder)
        settings = arm.settings(pipeline.settings)
        same = settings == pipeline.settings and eyes == own
        made.append((arm, base if same else Pipeline(model, settings, pipeline.hooks, eyes)))
    return Runners(base, tuple(made))


def _eyes(arm: Arm, own: tuple[Witness, ...], looking: tuple[Witness, ...], folder: Path) -> tuple[Witness, ...]:
    """Return who looks beside the model in an arm."""
    match arm.eyes:
        case "as set":
            return own
        case "nobody's":
            return ()
        case "a witness's":
            return looking
        case "a witness's elsewhere":
            other = shuffled([image_of(truth) for truth in read_truths(folder)], SEED)
            return tuple(Elsewhere(witness, folder / "images", other) for witness in looking)


def worked(folder: Path, task: Task, runners: Runners) -> Iterator[First | Trace]:
    """Yield what is left of one picture: its round 0 unless it is there, then what each arm made of it.

    What the arms ask first they ask in one batch, where the model answers many at once.

    Raises:
        InputError: the picture cannot be used.
        ModelError: the model cannot answer.
    """
    image, pipeline = Image.open(folder / "images" / task.image), runners.pipeline
    first = task.first
    if first is None:
        first = _first(task.image, image, pipeline)
        yield first
    if first.round is None:
        return
    starts = []
    for arm, runner in runners.arms:
        if arm.name in task.arms:
            known = runner is pipeline
            verdict = first.round.verdict if known else runner.dialogue_about(image).check(first.round.scene)
            starts.append((arm, runner, first.round.model_copy(update={"verdict": verdict})))
    if isinstance(pipeline.model, Remembering):
        pipeline.model.replies([request for arm, runner, own in starts for request in arm.opening(runner, image, own)])
    for arm, runner, own in starts:
        analysis = runner.go_on(image, own, arm.make(runner, image))
        verdict = analysis.verdict if runner is pipeline else pipeline.check(analysis.scene)
        yield Trace.of(arm.name, analysis, verdict)


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


def _first(name: str, image: Image, pipeline: Pipeline) -> First:
    try:
        return First(image=name, round=pipeline.describe(image))
    except ReplyError as error:
        return First(image=name, round=None, unreadable=tuple(error.problems))
