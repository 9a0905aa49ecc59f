"""Parcels -> a stage on a Ray cluster -> what it makes of each, with no more under way than was sent and not taken.

The stage is an operator of Ray Data, and what it reads from is a feed: one small actor that holds every parcel until
its result was taken, so that Ray can do again whatever was lost with a process or a machine.
"""

import asyncio
import pickle
import re
import socket
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

from nesy.distributed.cluster import need_ray
from nesy.errors import ModelError, NesyError, first_line

COLUMN = "parcel"
"""Of the rows that pass through the stage, each a parcel."""
TRIES = 3
"""So often a parcel is begun whose worker dies over it; then it may well be what kills them."""


class Stream:
    """A stage that runs on the cluster, fed by this process.

    Args:
        stage: a function, done by tasks, or a class, of which each actor makes one: `made` of a table of parcels. It
            takes the feed as the argument `feed`.
        ordered: whether results come in the order in which parcels were sent.
        given: what the stage takes beside.
        how: what `map_batches` of Ray Data takes.
    """

    def __init__(self, stage: Any, *, ordered: bool, given: Mapping[str, Any], **how: Any) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        ray = need_ray()
        here = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
        self._feed: Any = ray.remote(num_cpus=0, scheduling_strategy=here)(Feed).remote()
        named = "fn_constructor_kwargs" if isinstance(stage, type) else "fn_kwargs"
        how[named] = {**given, "feed": self._feed}
        data: Any = ray.data.read_datasource(_source(self._feed), override_num_blocks=1, num_cpus=0).map_batches(
            stage, batch_size=None, batch_format="pyarrow", **how
        )
        data.context.target_max_block_size = 1  # bytes: each parcel goes on at once, and waits for no other
        data.context.enable_progress_bars = False
        data.context.execution_options.preserve_order = ordered
        self._results = self._taken(data)
        self._sent = 0
        self.under_way = 0
        """Parcels that were sent and whose results were not taken yet."""

    def send(self, parcel: bytes) -> int:
        """Add a parcel, and return its number; what is sent is read by the stage as it has room."""
        self._feed.put.remote(self._sent, parcel)
        self._sent += 1
        self.under_way += 1
        return self._sent - 1

    def take(self) -> tuple[int, bytes]:
        """Return the number of a parcel and its result, waiting for the next; empty where `TRIES` workers died over it.

        Raises:
            ModelError: the cluster has failed.
        """
        found = next(self._results, None)
        if found is None:
            raise ModelError("the Ray cluster failed: the work ended before its time")
        number, result = found
        self._feed.drop.remote(number)
        self.under_way -= 1
        return number, result

    def end(self) -> None:
        """Say that nothing more is sent, and let go of the workers.

        Raises:
            ModelError: as `take`.
        """
        self._feed.end.remote(self._sent)
        for _ in self._results:
            raise AssertionError("a result of nothing")

    def _taken(self, data: Any) -> Iterator[tuple[int, bytes]]:
        from ray.exceptions import RayError

        try:
            for table in data.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
                numbers, results = table["number"].to_pylist(), table[COLUMN].to_pylist()
                yield from zip(numbers, results, strict=True)
        except (RayError, OSError, RuntimeError, ImportError, AttributeError) as error:
            raise ModelError(f"the Ray cluster failed: {told(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        import ray

        self._results.close()  # type: ignore[attr-defined]  # it is a generator
        ray.kill(self._feed)


def told(error: BaseException) -> str:
    """Return in one line what is at the bottom of an error of Ray's, which wraps them."""
    from ray.exceptions import UnserializableException, UserCodeException

    whole = str(error)
    while (cause := getattr(error, "cause", None) or error.__cause__) is not None and cause is not error:
        if isinstance(cause, UnserializableException):
            break  # it says only that it is none
        error = cause
    if isinstance(error, UserCodeException) and (found := _RAISED.search(whole)):
        return found[0]  # it says only that something has failed, and the text of all what
    what = first_line(error) if isinstance(error, Exception) else type(error).__name__
    return what if what.startswith(type(error).__name__) else f"{type(error).__name__}: {what}"


_RAISED = re.compile(r"^[A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt)\b.*", re.MULTILINE)
"""A line of a traceback that tells what was raised; the first is that at the bottom."""


class Feed:
    """An actor: parcels by their numbers, each held until it is dropped."""

    def __init__(self) -> None:
        self._parcels: dict[int, bytes] = {}
        self._dropped: set[int] = set()
        self._begun: Counter[int] = Counter()
        self._loading = 0
        self._ends: int | None = None
        self._changed = asyncio.Condition()

    async def put(self, number: int, parcel: bytes) -> None:
        """Add a parcel."""
        async with self._changed:
            self._parcels[number] = parcel
            self._changed.notify_all()

    async def drop(self, number: int) -> None:
        """Forget a parcel whose result was taken."""
        async with self._changed:
            self._parcels.pop(number, None)
            self._begun.pop(number, None)
            self._dropped.add(number)
            self._changed.notify_all()

    async def end(self, at: int) -> None:
        """Say how many there are in all."""
        async with self._changed:
            self._ends = at
            self._changed.notify_all()

    async def parcel(self, number: int) -> bytes | None:
        """Return a parcel when it is there; nothing of one that was dropped; None after the last."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: number in self._parcels or number in self._dropped or number == self._ends
            )
            return None if number == self._ends else self._parcels.get(number, b"")

    async def begun(self, number: int) -> int:
        """Note that a worker begins with a parcel; return how many have by now."""
        self._begun[number] += 1
        return self._begun[number]

    async def loading(self) -> int:
        """Note that a worker begins to load its model; return how many have since one could."""
        self._loading += 1
        return self._loading

    async def loaded(self) -> None:
        """Note that a worker has loaded its model."""
        self._loading = 0


def _source(feed: Any) -> Any:
    """Return what Ray Data reads a feed by: one task, which yields each parcel as it comes."""
    from ray.data.block import BlockMetadata
    from ray.data.datasource import Datasource, ReadTask

    class Parcels(Datasource):
        def estimate_inmemory_data_size(self) -> int | None:
            return None

        def get_read_tasks(self, *_: Any, **__: Any) -> list[Any]:
            nothing = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
            return [ReadTask(partial(_parcels, feed), nothing)]

    source: Any = Parcels
    return source()


def _parcels(feed: Any) -> Iterator[Any]:
    """Yield a table of one row for each parcel; begun anew, it yields as many, empty where they are done."""
    import pyarrow as pa
    import ray

    number = 0
    while (parcel := ray.get(feed.parcel.remote(number))) is not None:
        yield pa.table({"number": [number], COLUMN: pa.array([parcel], pa.large_binary())})
        number += 1


def made(table: Any, feed: Any, work: Callable[[bytes], bytes]) -> Any:
    """Return a table of parcels with what the work makes of them in their place, in the process of a worker.

    A parcel over which workers have died comes to nothing, and so does one whose result was taken. What the work
    raises is told as a pickled ModelError.
    """
    import pyarrow as pa
    import ray

    results = []
    for number, parcel in zip(table["number"].to_pylist(), table[COLUMN].to_pylist(), strict=True):
        again = not parcel or ray.get(feed.begun.remote(number)) > TRIES
        results.append(b"" if again else _tried(work, parcel))
    return pa.table({"number": table["number"], COLUMN: pa.array(results, pa.large_binary())})


def _tried(work: Callable[[bytes], bytes], parcel: bytes) -> bytes:
    try:
        return _done(work, parcel)
    except NesyError as error:
        return pickle.dumps(error)


def _done(work: Callable[[bytes], bytes], parcel: bytes) -> bytes:
    """Do the work; what a model or a hook of one's own raises Ray would tell as that "a UDF" failed."""
    try:
        return work(parcel)
    except NesyError:
        raise
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        raised = f"{type(error).__name__}: {first_line(error)} ({place.filename}, line {place.lineno})"
        raise ModelError(f"{socket.gethostname()}: {raised}") from error
