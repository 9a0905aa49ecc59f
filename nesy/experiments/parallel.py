"""Work on many items -> results in order: chunks of the items on every core, a spawned process each."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from nesy.checking.workers import Workers

T = TypeVar("T")
R = TypeVar("R")

Watch = Callable[[Sequence[Any]], Iterable[Any]]
"""Wraps chunks while they are waited for and yields them again: a progress bar."""

ALONE = 64
"""So few items are faster done here than by processes that first load the rules."""
CHUNK = 40


def spread(
    work: Callable[[Sequence[T]], R],
    items: Sequence[T],
    watch: Watch = iter,
    processes: int | None = None,
) -> Iterator[R]:
    """Yield `work(chunk)` for chunks of the items, in order.

    Args:
        work: can be pickled, as can the items; it is called in other processes.
        items: all of them; up to `ALONE` are one chunk, done in this process.
        watch: wraps the chunks while they are waited for.
        processes: all cores if None.
    """
    count = processes or os.cpu_count() or 1
    if len(items) <= ALONE or count == 1:
        yield from (work(items[start : start + CHUNK]) for start in range(0, len(items), CHUNK))
        return
    with Workers(count) as workers:
        tasks = [workers.submit(work, items[start : start + CHUNK]) for start in range(0, len(items), CHUNK)]
        for task in watch(tasks):
            yield task.result()
