"""A data set, a pipeline and a folder -> a run: each picture read, analyzed and put on record, in order."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path

from nesy.batch.data_set import DataSet
from nesy.batch.picture_files import Picture
from nesy.batch.run_card import RecordsFormat, card_of
from nesy.batch.run_folder import CARD
from nesy.batch.run_lines import Analyzed, Failure, Outcome, Same
from nesy.batch.run_writer import RunWriter
from nesy.batch.share import Share
from nesy.batch.summary import BatchSummary
from nesy.errors import InputError, ModelError, ReplyError
from nesy.image import Image
from nesy.models.side_by_side import refuse_threads
from nesy.pipeline import Pipeline

_MOST_IN_A_ROW = 20
"""Pictures that a model may fail of, one after the other, before it is taken for gone."""
Watch = Callable[[int, int | None], object]
"""Is told how many pictures were gone through, and how many there are (None: not known)."""


@dataclass(frozen=True)
class Taken:
    """A picture that is read and not yet decoded; any process can be sent it."""

    name: str
    sha256: str
    data: bytes
    path: Path | None = None
    """Its file, where it has one to itself."""


def taken(picture: Picture) -> Taken | Failure:
    """Read the bytes of a picture; a failure where that cannot be."""
    try:
        data = picture.read()
    except InputError as error:
        return Failure.of(picture.name, None, error)
    return Taken(picture.name, sha256(data).hexdigest(), data, picture.path)


def outcome_of(pipeline: Pipeline, item: Taken | Same | Failure) -> Outcome:
    """Decode and analyze what was read; the work that is done side by side, or on another machine.

    Raises:
        InputError, KnowledgeError: what is wrong for every picture, as `Pipeline.analyze`.
    """
    if not isinstance(item, Taken):
        return item
    try:
        image = Image.from_bytes(item.data, item.name)
    except InputError as error:
        return Failure.of(item.name, item.sha256, error)
    try:
        return Analyzed.of(pipeline.analyze(image))
    except (ModelError, ReplyError) as error:
        return Failure.of(item.name, item.sha256, error)


def refuse_taken(out: str | Path, *, resume: bool, force: bool) -> None:
    """Make sure, before a model is loaded, that a run may go to a folder.

    Raises:
        InputError: there is one, and it is neither to go on nor to be removed.
    """
    if not (resume or force) and (Path(out) / CARD).exists():
        raise InputError(f"{out}: holds a run already; --resume goes on with it, --force begins anew")


def analyze(
    source: DataSet | str | Path | Sequence[str | Path],
    out: str | Path,
    pipeline: Pipeline,
    *,
    concurrency: int = 1,
    shard: str | None = None,
    records: RecordsFormat = "jsonl",
    resume: bool = False,
    retry_errors: bool = False,
    force: bool = False,
    watch: Watch = lambda _done, _total: None,
) -> BatchSummary:
    """Analyze a data set, and put what comes out into a folder that a kill at any moment leaves whole.

    A picture that cannot be read, or of which the model fails, is put on record as such, and the others go on. Of
    pictures with the same bytes the first is analyzed, and the others are noted as the same.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.batch import analyze, read_run
    >>> from nesy.models.scripted import ScriptedModel
    >>> pipeline = nesy.Pipeline(ScriptedModel(lambda request: '{"entities": [{"id": "cup_1"}]}'))
    >>> with tempfile.TemporaryDirectory() as out:
    ...     summary = analyze("examples/images/r*.png", out, pipeline)
    ...     [one.image.name for one in read_run(out)], summary.exit_code
    (['ride.png', 'room_1.png', 'room_2.png'], 0)

    Args:
        source: as `DataSet` takes it.
        out: the folder of the run; made where it is missing.
        pipeline: the model, and the settings of every step.
        concurrency: requests that a server has in flight at most, as `Pipeline.map` takes it.
        shard: `i/n`: only this share of the pictures, by their names; i from 1.
        records: how the pieces are written.
        resume: whether to go on with a run that is there; what is on record in it is not done again.
        retry_errors: whether pictures that failed are tried again.
        force: whether a run that is there is removed first.
        watch: is told of each picture that was gone through.

    Raises:
        InputError: the source or the folder cannot be used, or the folder holds another run.
        KnowledgeError, ModelError: as `Pipeline.analyze`, where it is so for every picture; of a model also where it
            fails of 20 pictures in a row.
    """
    share = None if shard is None else Share.read(shard)
    data = source if isinstance(source, DataSet) else DataSet(source)
    refuse_taken(out, resume=resume, force=force)
    card = card_of(pipeline, data.sources, share, records)
    refuse_threads(pipeline.model, concurrency)
    began = time.monotonic()
    with RunWriter(out, card, resume=resume, force=force) as writer:
        total = data.count(share)
        writer.note_pictures(total)
        walk = Walk(data, share, writer, retry_errors, partial(_watched, watch, total))
        found = pipeline.map(outcome_of, walk.todo(), concurrency)
        assert isinstance(found, Generator)  # it can be closed: nothing more is begun then
        with closing(found):
            for outcome in found:
                walk.done(outcome)
        walk.finish()
        seconds = time.monotonic() - began
    return summary_of(writer, walk.now, seconds)


def summary_of(writer: RunWriter, now: int, seconds: float) -> BatchSummary:
    """Return what is on record in a run, after a command that has added so many pictures in so many seconds."""
    failed = writer.failed.values()
    return BatchSummary(
        out=str(writer.folder),
        images=len(writer) + sum(one.name not in writer for one in failed),
        now=now,
        consistent=writer.tally["consistent"],
        inconsistent=writer.tally["inconsistent"],
        unknown=writer.tally["unknown"],
        failed=len(failed),
        unreadable=sum(one.kind == "InputError" for one in failed),
        same=writer.same(),
        repaired=writer.tally["repaired"],
        withdrawn=writer.tally["withdrawn"],
        seconds=round(seconds, 3),
    )


def _watched(watch: Watch, total: int | None, done: int) -> None:
    watch(done, total)


class Walk:
    """One time through a data set: what is left to do, and what became of it, by one thread.

    Who does the work is nothing to it, nor in which order it is done.
    """

    def __init__(
        self, data: DataSet, share: Share | None, writer: RunWriter, retry: bool, watch: Callable[[int], None]
    ) -> None:
        """Begin to go through a data set.

        Args:
            data: the pictures.
            share: which of them; None: all.
            writer: of the run, which knows what is on record.
            retry: whether pictures that failed are tried again.
            watch: is told how many were gone through.
        """
        self._data, self._share, self._writer, self._watch = data, share, writer, watch
        self._retry = set(writer.failed) if retry else set[str]()
        self._passed: set[int] = set()  # of names, a number each: a million names would fill memory once more
        self._under_way: dict[str, str] = {}
        self._at_work: dict[str, str] = {}  # sum -> the picture of these bytes that is being analyzed
        self._failed: dict[str, Failure] = {}  # sum -> what became of that
        self._waiting: dict[str, list[Same]] = {}
        self._done = self.now = self._in_a_row = 0

    def todo(self) -> Iterator[Taken | Same | Failure]:
        """Yield what is not on record yet, read."""
        for picture in self._data:
            if self._share is not None and not self._share.holds(picture.name):
                continue
            item = self._left(taken(picture))
            if item is None:
                self._passed_one()
                continue
            self._under_way[item.name] = item.sha256 or ""
            if isinstance(item, Taken):
                self._at_work[item.sha256] = item.name
            yield item

    def _left(self, item: Taken | Failure) -> Taken | Same | Failure | None:
        """Return what is left to do of a picture; None where that is nothing."""
        name, own = item.name, item.sha256
        tried_again = name in self._retry
        self._retry.discard(name)
        if hash(name) in self._passed:
            if self._under_way.get(name) == (own or "") or self._is_on_record(name, own):
                return None  # it is listed twice
            other = InputError(f"{name}: another picture of this name came before it, with other bytes")
            item = Failure.of(f"{name}#{(own or '')[:8]}", own, other)
            self._retry.discard(item.name)
            return None if self._writer.has_failed(item.name, own) else item
        self._passed.add(hash(name))
        if self._writer.has_analysis(name, own) if tried_again else self._is_on_record(name, own):
            return None
        if isinstance(item, Taken) and self._has_first(item.sha256):
            return Same(name, item.sha256)
        return item

    def _has_first(self, sha256: str) -> bool:
        """Tell whether a picture of these bytes came before, whose analysis or failure is that of all."""
        return self._writer.knows(sha256) or sha256 in self._at_work or sha256 in self._failed

    def _is_on_record(self, name: str, own: str | None) -> bool:
        return self._writer.has_analysis(name, own) or self._writer.has_failed(name, own)

    def done(self, outcome: Outcome) -> None:
        """Put on record what became of one; of the same bytes as one that is under way, when that is done.

        Raises:
            InputError: it cannot be written.
            ModelError: the model failed of this one, and of so many before it that it is taken for gone.
        """
        if isinstance(outcome, Same) and not self._writer.knows(outcome.sha256):
            failure = self._failed.get(outcome.sha256)
            if failure is None:
                self._waiting.setdefault(outcome.sha256, []).append(outcome)
                return
            outcome = failure.of_same(outcome.name)
        self._writer.add(outcome)
        own = self._under_way.pop(outcome.name)
        self.now += 1
        self._passed_one()
        if self._at_work.get(own) == outcome.name:
            self._ended(own, outcome)

    def _ended(self, own: str, outcome: Outcome) -> None:
        """Do what waits for the first picture of these bytes."""
        del self._at_work[own]
        if isinstance(outcome, Failure):
            self._failed[own] = outcome
        for same in self._waiting.pop(own, ()):
            self.done(same)
        self._refuse_dead(outcome)

    def _refuse_dead(self, outcome: Outcome) -> None:
        """Stop where a model has failed of many pictures in a row: a server that is gone fails of all that are left."""
        failed = isinstance(outcome, Failure) and outcome.kind == ModelError.__name__
        self._in_a_row = self._in_a_row + 1 if failed else 0
        if isinstance(outcome, Failure) and self._in_a_row >= _MOST_IN_A_ROW:
            raise ModelError(
                f"the model failed of {_MOST_IN_A_ROW} pictures in a row, at last: {outcome.error}",
                f"{self._writer.folder} holds what was done; --resume --retry-errors goes on",
            )

    def finish(self) -> None:
        """Strike the failures that were to be tried again and are not met any more."""
        for name in self._retry:
            self._writer.forgive(name)

    def _passed_one(self) -> None:
        self._done += 1
        self._watch(self._done)
