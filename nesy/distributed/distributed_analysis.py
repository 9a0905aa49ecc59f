"""A data set, a pipeline and a cluster -> a run: pictures go out to workers, and what comes back is put on record."""

import pickle
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from nesy.batch.batch_analysis import Taken, Walk, Watch, refuse_taken, summary_of, taken
from nesy.batch.data_set import DataSet
from nesy.batch.picture_files import picture_of
from nesy.batch.run_card import RecordsFormat, difference
from nesy.batch.run_lines import Failure
from nesy.batch.run_writer import RunWriter
from nesy.batch.share import Share
from nesy.batch.summary import BatchSummary
from nesy.distributed.analyst import Analyst, Answer, Located, Unseen
from nesy.distributed.cluster import Cluster, need_ray
from nesy.distributed.luggage import packed
from nesy.distributed.picture_rows import PictureRows, is_rows
from nesy.distributed.stream import TRIES, Stream
from nesy.errors import InputError, ModelError, NesyError
from nesy.models.side_by_side import refuse_threads
from nesy.pipeline import Pipeline

_AT_ONCE = 4
"""Pictures that are sent together at first, for each request that a worker has in flight."""
_GROWN = 16
"""Times as many are sent at most, where a model answers so fast that the way there and back would be most of it."""
_PARCEL_S = 0.5
"""So long a parcel is to take then."""
_PARCEL_BYTES = 1 << 26
_AHEAD = 2
"""Parcels that a worker has: one at work, and the next."""
_WAITING = 2
"""Parcels a worker that wait for one to have room."""


def analyze(
    source: Any,
    out: str | Path,
    pipeline: Pipeline,
    *,
    cluster: Cluster | None = None,
    concurrency: int = 1,
    shard: str | None = None,
    records: RecordsFormat = "jsonl",
    resume: bool = False,
    retry_errors: bool = False,
    force: bool = False,
    watch: Watch = lambda _done, _total: None,
    tell: Callable[[str], object] = lambda _line: None,
) -> BatchSummary:
    """Analyze a data set on the machines of a Ray cluster, into a folder as `nesy.batch.analyze` writes it.

    The records are the same, in the order in which they come. A worker that dies is begun again, and what it had is
    done again; nothing is on record twice.

    >>> import tempfile
    >>> import nesy
    >>> from nesy.distributed import Cluster, analyze
    >>> with tempfile.TemporaryDirectory() as out:  # doctest: +SKIP
    ...     analyze("examples/images", out, nesy.Pipeline("embedded"), cluster=Cluster(workers=2)).consistent
    7

    Args:
        source: as `DataSet` takes it; or a Ray Dataset, whose rows have a `name` or `path`, and the picture's file as
            `bytes`.
        out: the folder of the run; made where it is missing. It is written by this process alone.
        pipeline: what each worker makes for itself: model, settings, hooks, witness. It is not loaded here.
        cluster: where, and by how many workers; None: this machine, with all its processors.
        concurrency: requests that a server has in flight at most, from each worker.
        shard: as the next six, of `nesy.batch.analyze`.
        records: how the pieces are written.
        resume: whether to go on with a run that is there.
        retry_errors: whether pictures that failed are tried again.
        force: whether a run that is there is removed first.
        watch: is told of each picture that was gone through.
        tell: is told, once, what there is to say of the model.

    Raises:
        InputError: as `nesy.batch.analyze`; or Ray is not installed, an object cannot be sent, or no worker fits.
        KnowledgeError: as `Pipeline.rules`.
        ModelError: the model cannot be used by a worker, or the cluster does not answer or fails. What is on record
            stays, and a run goes on with `resume`.
    """
    need_ray()
    cluster = cluster or Cluster()
    share = None if shard is None else Share.read(shard)
    refuse_taken(out, resume=resume, force=force)
    refuse_threads(pipeline.given[0], concurrency)
    _ = pipeline.ontology, pipeline.rules  # a mistake in a file is told before anything is begun
    luggage = packed(pipeline)
    rows = is_rows(source)
    data = source if isinstance(source, DataSet) else PictureRows(source) if rows else DataSet(source)
    with cluster.joined(spare=rows) as workers, _crew(cluster, workers, luggage, concurrency) as stream:
        stream.send(pickle.dumps([]))
        _, first = _answer(stream)
        if first is None or first.card is None:
            raise ModelError(f"{TRIES} workers died before they had a picture")
        card = first.card.model_copy(
            update={"sources": data.sources, "shard": None if share is None else str(share), "records": records}
        )
        began = time.monotonic()
        with RunWriter(out, card, resume=resume, force=force) as writer:
            total = data.count(share)
            writer.note_pictures(total)
            walk = Walk(data, share, writer, retry_errors, partial(_watched, watch, total))
            size = _AT_ONCE if total is None else max(1, min(_AT_ONCE, total // (2 * _AHEAD * workers)))
            errand = _Errand(walk, stream, first, size * concurrency)
            errand.run(room=workers * (_AHEAD + _WAITING))
            walk.finish()
            for line in errand.told:
                tell(line)
            stream.end()
            seconds = time.monotonic() - began
    return summary_of(writer, walk.now, seconds)


def _crew(cluster: Cluster, workers: int, luggage: bytes, concurrency: int) -> Stream:
    from ray.data import ActorPoolStrategy

    return Stream(
        Analyst,
        ordered=False,
        given={"luggage": luggage, "concurrency": concurrency, "workers": workers},
        compute=ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=_AHEAD),
        num_cpus=cluster.cpus,
        num_gpus=cluster.gpus or None,
    )


def _answer(stream: Stream) -> tuple[int, Answer | None]:
    """Return the number of a parcel and the answer to it; none where workers died over it."""
    number, result = stream.take()
    answer: Answer | NesyError | None = pickle.loads(result) if result else None
    if isinstance(answer, NesyError):
        raise answer
    if answer is not None and answer.error is not None:
        raise answer.error
    return number, answer


def _watched(watch: Watch, total: int | None, done: int) -> None:
    watch(done, total)


class _Errand:
    """Sends out the pictures that are left to do, and puts on record what comes back."""

    def __init__(self, walk: Walk, stream: Stream, first: Answer, size: int) -> None:
        self._walk, self._stream, self._first, self._size = walk, stream, first, size
        self._least = size
        self._todo = walk.todo()
        self._sent: dict[int, list[Taken | Located]] = {}
        self.told: dict[str, None] = {}
        """What there is to say of the model."""
        self._seen = True
        """Whether workers see the files that this machine sees, as far as is known."""

    def run(self, room: int) -> None:
        """Do all of it, with no more parcels under way than there is room for."""
        left = True
        while left or self._sent:
            while left and len(self._sent) < room:
                if parcel := list(self._parcel()):
                    self._send(parcel)
                else:
                    left = False
            if self._sent:
                self._note(*_answer(self._stream))

    def _parcel(self) -> Iterator[Taken | Located]:
        """Yield the pictures of one parcel; what needs no worker is put on record."""
        many = size = 0
        for item in self._todo:
            if not isinstance(item, Taken):
                self._walk.done(item)
                continue
            if item.path is not None and self._seen:
                yield Located(item.name, item.sha256, item.path.absolute())
            else:
                size += len(item.data)
                yield item
            many += 1
            if many >= self._size or size >= _PARCEL_BYTES:
                return

    def _send(self, items: list[Taken | Located]) -> None:
        self._sent[self._stream.send(pickle.dumps(items))] = items

    def _note(self, number: int, answer: Answer | None) -> None:
        items = self._sent.pop(number)
        if answer is None:
            self._part(items)
            return
        _refuse_other(self._first, answer)
        self.told |= dict.fromkeys(answer.told)
        self._learn(len(items), answer.seconds)
        for item, outcome in zip(items, answer.outcomes, strict=True):
            if not isinstance(outcome, Unseen):
                self._walk.done(outcome)
            elif isinstance(item, Located):
                self._seen = False
                self._send_bytes(item)

    def _learn(self, many: int, seconds: float) -> None:
        """Send as many together as take some time, by how long the last ones took."""
        if seconds > 0:
            self._size = max(self._least, min(self._least * _GROWN, int(many * _PARCEL_S / seconds)))

    def _part(self, items: list[Taken | Located]) -> None:
        """Send the pictures one by one over which workers died together; one that was alone has failed."""
        if len(items) > 1:
            for item in items:
                self._send([item])
            return
        (alone,) = items
        told = ModelError(f"{alone.name}: the worker died {TRIES} times over it")
        self._walk.done(Failure.of(alone.name, alone.sha256, told))

    def _send_bytes(self, located: Located) -> None:
        """Send a picture once more, as it is here; where it is another one by now it has failed."""
        item = taken(picture_of(located.path, located.name))
        if isinstance(item, Taken) and item.sha256 == located.sha256:
            self._send([item])
            return
        told = item.error if isinstance(item, Failure) else f"{located.path}: was changed while it was analyzed"
        self._walk.done(Failure.of(located.name, located.sha256, InputError(told)))


def _refuse_other(first: Answer, other: Answer) -> None:
    """Raise InputError where a worker is not like the first."""
    assert first.card is not None and other.card is not None
    there, here = ", ".join(first.card.versions), ", ".join(other.card.versions)
    differs = difference(first.card, other.card)
    if differs is None and there != here:
        differs = f"another nesy ({there} there, {here} now)"
    if differs is not None:
        raise InputError(f"the workers are not alike: {other.host} has {differs}, and {first.host} was the first")
