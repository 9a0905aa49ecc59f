"""A data set and a pipeline, or a run -> a report: the pictures are analyzed into a run, and the run is scored."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nesy.batch import DataSet, Run, analyze, read_run
from nesy.errors import InputError, ModelError
from nesy.experiments.datasets.truths import PictureFiles, Truths
from nesy.experiments.scoring.evaluation_report import By, Report
from nesy.experiments.scoring.run_outcomes import Outcome, Passed, RunOutcomes
from nesy.experiments.scoring.run_scores import scored
from nesy.pipeline import Pipeline

Watch = Callable[[int, int | None], object]
"""Is told how many pictures were gone through, and how many there are (None: not known)."""


def evaluate(
    truth: str | Path | Truths,
    pipeline: Pipeline,
    limit: int | None = None,
    *,
    images: str | Path | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    by: By | None = None,
    watch: Watch = lambda _done, _total: None,
) -> Report:
    """Run `pipeline` on the pictures of a data set and compare with what is known of them.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.synthetic import write_split
    >>> blind = nesy.Pipeline(ScriptedModel(lambda request: '{"entities": []}'))  # a model that sees nothing
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_split(Path(folder), n=2, seed=0)  # two drawn pictures, and what is in them
    ...     report = evaluate(folder, blind)
    >>> report.images, report.before.precision["objects"], report.after.recall["objects"]
    (2, 1.0, 0.0)

    Args:
        truth: the annotations of a data set, a file or a folder; `Truths` where its name or the split has to be told.
        pipeline: the model, and the settings of every step.
        limit: only the first so many pictures that are there.
        images: folder of the pictures; None: that of the annotations.
        out: folder of the run, which is kept there; None: a temporary one.
        resume: whether to go on with the run that `out` holds.
        by: by what the report is broken down.
        watch: is told of each picture that was gone through.

    Raises:
        InputError: the annotations or the folder cannot be used, or none of the pictures is there or can be read.
        ModelError: the model fails for every picture.
    """
    truths = truth if isinstance(truth, Truths) else Truths(truth)
    with evaluated(truths, pipeline, limit, images=images, out=out, resume=resume, watch=watch) as found:
        return scored(found.outcomes, truths, found.run.cards[0], by, found.seconds)


def evaluate_run(
    run: str | Path | Run, truth: str | Path | Truths, limit: int | None = None, *, by: By | None = None
) -> Report:
    """Compare what a run says of pictures with what is known of them; no model is loaded, and no picture is read.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.batch import analyze
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.synthetic import write_split
    >>> blind = nesy.Pipeline(ScriptedModel(lambda request: '{"entities": []}'))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_split(Path(folder), n=2, seed=0)
    ...     _ = analyze(Path(folder, "images"), Path(folder, "run"), blind)
    ...     report = evaluate_run(Path(folder, "run"), folder)
    >>> report.images, report.missing, report.after.recall["objects"]
    (2, 0, 0.0)

    Args:
        run: the folder that `nesy analyze --out` wrote, or one that holds the parts of a run.
        truth: the annotations of a data set, as `evaluate` takes them.
        limit: only the first so many pictures that the run has.
        by: by what the report is broken down.

    Raises:
        InputError: the run or the annotations cannot be used, or have no picture in common.
        KnowledgeError: an ontology file of the run's settings cannot be used.
    """
    truths = truth if isinstance(truth, Truths) else Truths(truth)
    held = run if isinstance(run, Run) else read_run(run)
    return scored(RunOutcomes(truths, held, limit=limit), truths, held.cards[0], by)


@dataclass(frozen=True)
class Evaluated:
    """A run over a data set, that was just made or gone on with."""

    run: Run
    outcomes: RunOutcomes
    """To be gone through once."""
    seconds: float | None
    """That it took, by the clock on the wall; None where it was gone on with."""


@contextmanager
def evaluated(
    truths: Truths,
    pipeline: Pipeline,
    limit: int | None = None,
    *,
    images: str | Path | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    watch: Watch = lambda _done, _total: None,
) -> Iterator[Evaluated]:
    """Analyze the pictures of a data set into a run; arguments and errors are those of `evaluate`.

    Where `out` is None the run is gone when the context is left.
    """
    if resume and out is None:
        raise InputError("a run is gone on with in its folder; none is named")
    files = PictureFiles(Path(images) if images is not None else truths.beside)
    found, missing = there(truths, files, limit)
    with tempfile.TemporaryDirectory(prefix="nesy-") as temporary:
        folder = Path(temporary, "run") if out is None else Path(out)
        began = time.monotonic()
        summary = analyze(DataSet.of_files(found, str(files.folder)), folder, pipeline, resume=resume, watch=watch)
        seconds = None if resume else time.monotonic() - began
        run = read_run(folder)
        if summary.failed:
            _refuse_if_all_failed(run, found)
        outcomes = RunOutcomes(truths, run, names=found)
        outcomes.missing = missing
        yield Evaluated(run, outcomes, seconds)


def outcomes_of(truths: Truths, pipeline: Pipeline, limit: int | None = None) -> list[Outcome]:
    """Run a pipeline on the pictures of a data set and return what it made of them; raises as `evaluate`."""
    with evaluated(truths, pipeline, limit) as found:
        return list(found.outcomes)


def there(truths: Truths, files: PictureFiles, limit: int | None = None) -> tuple[dict[str, Path], Passed]:
    """Return the pictures of a data set that a folder has, by their names in the data set, and those it has not.

    Args:
        truths: of the data set.
        files: of the folder.
        limit: only the first so many.

    Raises:
        InputError: it has none of them, or a truth cannot be read.
    """
    found: dict[str, Path] = {}
    missing = Passed()
    for labels in truths:
        assert labels.scene.image is not None, "truths name their pictures"
        if limit is not None and len(found) == limit:
            break
        name = labels.scene.image.name
        file = files.find(name)
        if file is None:
            missing.add(name)
        else:
            found[name] = file
    if not found:
        raise InputError(
            f"{files.folder}: none of the {missing.count:,} pictures of {truths.path} is in it ({missing}); "
            "--images DIR names their folder"
        )
    return found, missing


def _refuse_if_all_failed(run: Run, names: dict[str, Path]) -> None:
    failures = {one.name: one for one in run.failures()}
    failed = [failures[name] for name in names if name in failures and failures[name].kind != "ReplyError"]
    if len(failed) == len(names):
        first = failed[0]
        raise (ModelError if first.kind == "ModelError" else InputError)(first.error)
