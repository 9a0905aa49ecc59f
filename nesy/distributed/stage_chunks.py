"""Many items -> what a stateless stage on a Ray cluster makes of them, in chunks and in order."""

import pickle
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from nesy.distributed.cluster import Cluster, need_ray
from nesy.distributed.luggage import packed, unpacked
from nesy.distributed.stream import TRIES, Stream, made
from nesy.errors import ModelError, NesyError
from nesy.pipeline import Pipeline

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 100
"""So many items are sent to a task at once."""
_AHEAD = 4
"""So many chunks a worker are under way."""


def in_chunks(
    work: Callable[[Pipeline, Sequence[T]], R],
    items: Iterable[T],
    pipeline: Pipeline,
    *,
    cluster: Cluster | None = None,
    size: int = CHUNK,
) -> Generator[R, None, None]:
    """Yield `work(pipeline, chunk)` for chunks of the items, in order, done by tasks of a Ray cluster.

    The items are read by this process as results are taken, a few ahead. A task that dies is done again.

    Args:
        work: can be pickled, as can items and results. It is given a pipeline of its own, and looks at nothing else.
        items: any number of them.
        pipeline: what each process makes for itself; what the work asks of it is loaded once a process.
        cluster: where, and by how many; None: this machine, with all its processors.
        size: of a chunk.

    Raises:
        InputError: Ray is not installed, an object cannot be sent, or no worker fits.
        ModelError: the cluster does not answer, or fails.
        NesyError: what the work raises, at its place.
    """
    need_ray()
    cluster = cluster or Cluster()
    luggage = packed(pipeline)
    chunks = _cut(iter(items), size)
    with cluster.joined() as workers, _stage(cluster, workers, work, luggage) as stream:
        left = True
        while left or stream.under_way:
            while left and stream.under_way < _AHEAD * workers:
                if chunk := next(chunks, None):
                    stream.send(pickle.dumps(chunk))
                else:
                    left = False
            if stream.under_way:
                _, result = stream.take()
                if not result:
                    raise ModelError(f"{TRIES} workers died over the same {size} items")
                found = pickle.loads(result)
                if isinstance(found, NesyError):
                    raise found
                yield found
        stream.end()


def _stage(cluster: Cluster, workers: int, work: Callable[..., Any], luggage: bytes) -> Stream:
    from ray.data import TaskPoolStrategy

    return Stream(
        _worked,
        ordered=True,
        given={"work": work, "luggage": luggage},
        compute=TaskPoolStrategy(size=workers),
        num_cpus=cluster.cpus,
        num_gpus=cluster.gpus or None,
    )


def _cut(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(items, size)):
        yield chunk


def _worked(table: Any, work: Callable[..., Any], luggage: bytes, feed: Any) -> Any:
    """Do a table of chunks, in a task."""
    return made(table, feed, lambda chunk: pickle.dumps(_done(work, luggage, pickle.loads(chunk))))


def _done(work: Callable[..., Any], luggage: bytes, chunk: Any) -> Any:
    try:
        return work(unpacked(luggage).pipeline, chunk)
    except NesyError as error:
        return error
