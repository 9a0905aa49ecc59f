"""What `nesy analyze` does with a data set: a run in a folder, progress on standard error, a summary at the end."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import fail, growing, notice, result
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.analysis import Analysis
    from nesy.batch import BatchSummary
    from nesy.distributed import Cluster
    from nesy.pipeline import Pipeline

_EACH_S = 30.0
"""So often a line tells how far it is, where no bar can be shown."""
_MOST_TOLD = 5
"""Failures that are told on standard error; all of them stand in the run."""
_PATIENCE_S = 30.0
"""How long to wait for another process to let go of the store."""


class Records(StrEnum):
    """How the pieces of a run are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"


ResumeOption = Annotated[bool, typer.Option("--resume", help="Of a data set: go on with the run that --out holds.")]
RetryOption = Annotated[
    bool, typer.Option("--retry-errors", help="With --resume: try the pictures that failed once more.")
]
ShardOption = Annotated[
    str | None,
    typer.Option(metavar="i/n", help="Of a data set: only this share, by the pictures' names; i from 1 to n."),
]
RecordsOption = Annotated[
    Records | None,
    typer.Option(help="Of a data set: how analyses are written; parquet needs nesy[parquet].", show_default="jsonl"),
]


@dataclass(frozen=True)
class BatchOptions:
    """The options of a data set."""

    resume: bool
    retry_errors: bool
    shard: str | None
    records: Records | None
    force: bool
    concurrency: int
    cluster: "Cluster | None" = None
    """On whose machines it is done; None: here."""

    def given(self) -> str | None:
        """Return the first that was given and belongs to data sets alone."""
        told = {
            "--resume": self.resume,
            "--retry-errors": self.retry_errors,
            "--shard": self.shard,
            "--records": self.records,
            "--engine": self.cluster,
        }
        return next((name for name, value in told.items() if value), None)


def is_batch(inputs: Sequence[Path], options: BatchOptions, *, video: bool, together: bool) -> bool:
    """Tell whether the inputs are a data set, and not pictures or clips one by one.

    Raises:
        InputError: an option belongs to the other.
    """
    from nesy.batch.data_set import is_data_set

    found = None if video else next((one for one in inputs if is_data_set(one) and not holds_timeline(one)), None)
    if found is None and (option := options.given()):
        raise InputError(f"{option}: belongs to a data set: a folder, a quoted pattern, a list or a tar file")
    if found is not None and together:
        raise InputError(f"{found}: a data set; --together takes 2 to 12 picture files")
    return found is not None


def holds_timeline(path: Path) -> bool:
    """Tell whether a folder says in its truth.json when its pictures are shown: the frames of a clip."""
    from nesy.video.frame_folder import TRUTH

    try:
        with (path / TRUTH).open("rb") as truth:
            return b'"nesy.timeline/' in truth.read(200)
    except (OSError, ValueError):
        return False


def analyze_data_set(
    inputs: Sequence[Path],
    pipeline: "Pipeline",
    options: BatchOptions,
    form: str,
    out: Path | None,
    store: Path | None,
    ready: Callable[[], object],
) -> int:
    """Analyze a data set into a run and return the exit code.

    Args:
        inputs: folders, patterns, lists, tar files, pictures.
        pipeline: whose model is loaded by `ready`.
        options: of a data set.
        form: of `--format`.
        out: of `--out`.
        store: of `--store`, to which the whole run is added in the end.
        ready: loads rules and model, and says which it is; called when the data set and the folder are known to do.

    Raises:
        NesyError: as `nesy.batch.analyze`.
    """
    from nesy.batch import DataSet, read_run
    from nesy.batch.batch_analysis import refuse_taken
    from nesy.batch.run_folder import ERRORS, failures

    if form not in ("text", "json"):
        raise InputError(f"--format {form}: of a data set the summary is printed, as text or json")
    if options.retry_errors and not options.resume:
        raise InputError("--retry-errors: goes with --resume")
    if options.resume and options.force:
        raise InputError("--resume goes on with a run, and --force removes it; one of them is meant")
    data = DataSet(inputs)
    if out is None:
        raise InputError(f"--out RUN is missing: {inputs[0]} is a data set, and its analyses go to a folder")
    refuse_taken(out, resume=options.resume, force=options.force)
    ready()
    try:
        with counting() as watch:
            summary = _engine(options)(
                data,
                out,
                pipeline,
                concurrency=options.concurrency,
                shard=options.shard,
                records=(options.records or Records.JSONL).value,
                resume=options.resume,
                retry_errors=options.retry_errors,
                force=options.force,
                watch=watch,
            )
    except KeyboardInterrupt:
        return fail(f"interrupted; {out} holds what was done, and the same command with --resume goes on", 130)
    if options.cluster is None:
        for line in dict.fromkeys(getattr(pipeline.model, "told", ())):
            notice(line)
    for failure in islice(failures(out), _MOST_TOLD):
        fail(failure.error if failure.name in failure.error else f"{failure.name}: {failure.error}", 2)
    if summary.failed > _MOST_TOLD:
        notice(f"error: and {summary.failed - _MOST_TOLD:,} more, in {out / ERRORS}")
    if store is not None:
        _store(store, read_run(out))
    result(summary.to_json(indent=2) if form == "json" else summary.to_text())
    return summary.exit_code


def _engine(options: BatchOptions) -> "Callable[..., BatchSummary]":
    if options.cluster is None:
        from nesy.batch import analyze

        return analyze
    from nesy import distributed

    return partial(distributed.analyze, cluster=options.cluster, tell=notice)


def _store(path: Path, analyses: "Iterable[Analysis]") -> None:
    from nesy.graph.store import Store

    with Store(path, wait_s=_PATIENCE_S) as opened:
        opened.add_many(analyses)


@contextmanager
def counting() -> Iterator[Callable[[int, int | None], None]]:
    """Give what shows how far it is: a bar on a terminal, else a line now and then."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield _Lines().watch
        return
    bar: list[Callable[[int], None]] = []
    with ExitStack() as stack:

        def watch(_done: int, total: int | None) -> None:
            if not bar:
                bar.append(stack.enter_context(growing("Analyzing", total, rate=True)))
            bar[0](1)

        yield watch


class _Lines:
    """Tells now and then, in a line, how far it is."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._last = clock()

    def watch(self, done: int, total: int | None) -> None:
        """Tell it, where the last time is long ago."""
        now = self._clock()
        if now - self._last < _EACH_S:
            return
        self._last = now
        rate = done / (now - self._began)
        left = "" if total is None else f", {(total - done) / rate / 60:.0f} min left"
        of = "" if total is None else f" of {total:,}"
        notice(f"{done:,}{of} images, {rate:.1f} a second{left}")
