"""Many scenes -> their verdicts in the same order: in chunks, on every core, with no more held than is under way."""

import os
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar

from nesy.checking.check import check
from nesy.checking.rules import Rules
from nesy.checking.workers import Workers
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.settings import CheckingSettings
from nesy.verdict import Verdict

T = TypeVar("T")
R = TypeVar("R")

_DEFAULTS = CheckingSettings()
CHUNK = 100
"""So many scenes are handed to a process at once; no more than these are checked faster here than elsewhere."""
_AHEAD = 3
"""So many chunks per process are read ahead of the one that is wanted next."""


def check_many(
    scenes: Iterable[Scene],
    rules: Rules | None = None,
    ontology: Ontology | None = None,
    processes: int | None = None,
    *,
    settings: CheckingSettings = _DEFAULTS,
) -> Iterator[Verdict]:
    """Yield what `check` says of every scene, in order, while the scenes are read.

    >>> import nesy
    >>> cup = nesy.Entity(id="cup_1", category="cup")
    >>> on_itself = nesy.Relation(id="r1", subject="cup_1", predicate="on", object="cup_1")
    >>> scenes = [nesy.Scene(entities=[cup]), nesy.Scene(entities=[cup], relations=[on_itself])]
    >>> [verdict.consistent for verdict in nesy.check_many(scenes)]
    [True, False]

    Args:
        scenes: any number of them; a few hundred are held at a time.
        rules: the shipped ones if None.
        ontology: the shipped one if None.
        processes: all cores if None. Up to `CHUNK` scenes are checked in this process.
        settings: of these, how many findings of a rule are told, and how long a rule may take.

    Raises:
        KnowledgeError: a shipped rule or ontology file cannot be used.
    """
    pack = Rules.load() if rules is None else rules
    for verdicts in in_chunks(partial(_checked, rules=pack, ontology=ontology, settings=settings), scenes, processes):
        yield from verdicts


def in_chunks(
    work: Callable[[Sequence[T]], R], items: Iterable[T], processes: int | None = None, size: int = CHUNK
) -> Generator[R, None, None]:
    """Yield `work(chunk)` for chunks of the items, in order; the items are read as results are taken.

    Closed before the end, it ends its processes.

    Args:
        work: can be pickled, as can items and results; it is sent to every process once.
        items: any number of them.
        processes: all cores if None. A single chunk is done in this process.
        size: of a chunk.
    """
    count = processes or os.cpu_count() or 1
    chunks = _cut(iter(items), size)
    first = list(islice(chunks, 2))
    if len(first) < 2 or count == 1:
        yield from map(work, chain(first, chunks))
        return
    with Workers(count, _remember, pickle.dumps(work)) as workers:
        tasks: deque[Future[Any]] = deque()
        for chunk in chain(first, chunks):
            tasks.append(workers.submit(_run, chunk))
            if len(tasks) > _AHEAD * count:
                yield tasks.popleft().result()
        while tasks:
            yield tasks.popleft().result()


def _cut(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while chunk := list(islice(items, size)):
        yield chunk


def _checked(
    scenes: Sequence[Scene], rules: Rules, ontology: Ontology | None, settings: CheckingSettings
) -> list[Verdict]:
    return [check(scene, rules, ontology, settings=settings) for scene in scenes]


# --- in the other processes ---

_WORK: list[Callable[[Sequence[Any]], Any]] = []
"""What this process does with chunks; filled once, when it starts."""


def _remember(work: bytes) -> None:
    _WORK[:] = [pickle.loads(work)]


def _run(chunk: Sequence[Any]) -> Any:
    (work,) = _WORK
    return work(chunk)
