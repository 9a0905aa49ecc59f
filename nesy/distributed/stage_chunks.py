"""Many items -> what a stateless stage on a Ray cluster makes of them, in chunks and in order.

Between two tasks of a worker Ray Data takes a tenth of a second or two. So that it is a small part of all, chunks grow
until each takes a second.
"""

import pickle
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from nesy.distributed.cluster import Cluster, need_ray
from nesy.distributed.luggage import packed, unpacked
from nesy.distributed.stream import TRIES, Stream, made
from nesy.errors import ModelError, NesyError
from nesy.pipeline import Pipeline

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 100
"""So many items are sent to a task at first."""
_GROWN = 20
"""Times as many are sent at most, when it is known how long they take."""
_CHUNK_S = 1.0
"""So long a task is to take, and so long a chunk is waited for while its items come."""
_AHEAD = 4
"""So many chunks a worker are under way."""


def in_chunks(
    work: Callable[[Pipeline, Sequence[T]], R],
    items: Iterable[T],
    pipeline: Pipeline,
    *,
    cluster: Cluster | None = None,
    size: int | None = None,
) -> Generator[R, None, None]:
    """Yield `work(pipeline, chunk)` for chunks of the items, in order, done by tasks of a Ray cluster.

    The items are read by this process as results are taken, a few ahead. A task that dies is done again.

    Args:
        work: can be pickled, as can items and results. It is given a pipeline of its own, and looks at nothing else.
        items: any number of them.
        pipeline: what each process makes for itself; what the work asks of it is loaded once a process.
        cluster: where, and by how many; None: this machine, with all its processors.
        size: of the first chunks, 100 if None; where those take much less than a second the others are larger.

    Raises:
        InputError: Ray is not installed, an object cannot be sent, or no worker fits.
        ModelError: the cluster does not answer, or fails.
        NesyError: what the work raises, at its place.
    """
    need_ray()
    cluster = cluster or Cluster()
    luggage = packed(pipeline)
    chunks = _Chunks(iter(items), size or CHUNK)
    with cluster.joined() as workers, _stage(cluster, workers, work, luggage) as stream:
        left = True
        while left or stream.under_way:
            while left and stream.under_way < _AHEAD * workers:
                if chunk := chunks.cut():
                    stream.send(pickle.dumps(chunk))
                else:
                    left = False
            if stream.under_way:
                _, result = stream.take()
                if not result:
                    raise ModelError(f"{TRIES} workers died over the same items")
                done = pickle.loads(result)
                if isinstance(done, NesyError):
                    raise done
                found, many, seconds = done
                chunks.learn(many, seconds)
                yield found
        stream.end()


class _Chunks:
    """Cuts items into chunks, as large as is worth while by what is known of how long they take."""

    def __init__(self, items: Iterator[Any], size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._items, self._size, self._clock = items, size, clock
        self._least, self._most = size, size * _GROWN

    def cut(self) -> list[Any]:
        """Return the next chunk; a smaller one where its items come slowly, and none after the last."""
        chunk: list[Any] = []
        began = self._clock()
        for item in self._items:
            chunk.append(item)
            if len(chunk) >= self._size or (len(chunk) >= self._least and self._clock() - began > _CHUNK_S):
                break
        return chunk

    def learn(self, many: int, seconds: float) -> None:
        """Note how long a task took over so many items."""
        self._size = max(self._least, min(self._most, int(many * _CHUNK_S / max(seconds, 1e-9))))


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


def _worked(table: Any, work: Callable[..., Any], luggage: bytes, feed: Any) -> Any:
    """Do a table of chunks, in a task."""
    return made(table, feed, lambda chunk: pickle.dumps(_done(work, luggage, pickle.loads(chunk))))


def _done(work: Callable[..., Any], luggage: bytes, chunk: Sequence[Any]) -> tuple[Any, int, float] | NesyError:
    """Return what a chunk comes to, how many items it had, and how long it took."""
    began = time.monotonic()
    try:
        return work(unpacked(luggage).pipeline, chunk), len(chunk), time.monotonic() - began
    except NesyError as error:
        return error
