"""Work on many pictures by one model that several threads may ask -> the results in order, as though one after another.

Only the waiting for the model is done side by side. All else, rules, graphs, witnesses, texts, is done by one thread at
a time: the one that has the floor. So none of it need be made for threads, and what comes out is what comes out alone.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any, TypeVar

from nesy.errors import InputError
from nesy.models.openai_server import is_server
from nesy.turns import ModelInfo, Reply, Request, VisionLanguageModel, info_of

T = TypeVar("T")
R = TypeVar("R")
MOST = 256
"""Requests in flight; more threads than that help no server."""
_AHEAD = 4
"""So many items a thread are begun before the result of the first is taken: what is done then waits in memory."""


class SideBySide:
    """A model that is asked by several threads, with so many requests in flight at most.

    A thread must have the `floor` when it asks; it leaves it while it waits.
    """

    def __init__(self, model: VisionLanguageModel, most: int) -> None:
        self._model, self.most = model, most
        self._slots = threading.BoundedSemaphore(most)
        self.floor = threading.Lock()
        """Who has it works; all others wait, for the model or for the floor."""
        self._gone = 0
        self._left = threading.Condition()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # its own, and not there yet
            raise AttributeError(name)
        return getattr(self._model, name)

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        return info_of(self._model)

    def reply(self, request: Request) -> Reply:
        """Answer one request; raises as the model does."""
        with self._waiting():
            return self._ask(request)

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests that do not need each other's answers, side by side; raises as the model does."""
        with self._waiting():
            return list(in_order(self._ask, requests, min(len(requests), self.most) or 1))

    def leave(self) -> None:
        """Take note that a thread leaves the floor, to wait for the model or because it is done."""
        with self._left:
            self._gone += 1
            self._left.notify_all()

    def wait_until_all_wait(self, threads: int) -> None:
        """Return when so many threads have left the floor since the beginning: there is time for other work then."""
        with self._left:
            self._left.wait_for(lambda: self._gone >= threads)

    def _ask(self, request: Request) -> Reply:
        with self._slots:
            return self._model.reply(request)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        self.leave()
        self.floor.release()
        try:
            yield
        finally:
            self.floor.acquire()


def refuse_threads(model: str | VisionLanguageModel | None, concurrency: int) -> None:
    """Raise InputError where a model must not be asked by several threads; nothing is loaded for that.

    Args:
        model: as `Pipeline` takes it.
        concurrency: how many.
    """
    if not 1 <= concurrency <= MOST:
        raise InputError(f"a concurrency from 1 to {MOST} is expected, got {concurrency}")
    if concurrency == 1:
        return
    if model is None or isinstance(model, str):
        if not is_server(model):
            raise InputError(
                f"a concurrency of {concurrency} is for a server (http://HOST/v1#NAME); "
                f"{model or 'a model of this machine'} answers one request at a time"
            )
    elif not getattr(model, "takes_threads", False):
        raise InputError(
            f"a concurrency of {concurrency} is for a model that several threads may ask; {info_of(model).id} does not "
            "say that it is one (takes_threads = True)"
        )


def side_by_side(
    model: SideBySide, work: Callable[[SideBySide, T], R], items: Iterable[T], meanwhile: Callable[[], object]
) -> Iterator[R]:
    """Yield `work(model, item)` for each item, in order; with every result comes the floor, until the next is taken.

    Args:
        model: which is asked.
        work: what is done with an item.
        items: any number of them; they are read as results are taken, a few ahead.
        meanwhile: is called once, while the first requests are waited for.
    """

    def one(item: T) -> R:
        with model.floor:
            try:
                return work(model, item)
            finally:
                model.leave()

    def begun(threads: int) -> None:
        model.wait_until_all_wait(threads)
        with model.floor:
            meanwhile()

    for result in in_order(one, items, model.most, begun):
        with model.floor:
            yield result


class _Handed:
    """Hands what is raised to where the result is taken, where it is raised again."""

    def __init__(self, done: "Future[Any]") -> None:
        self._done = done

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if error is not None:
            self._done.set_exception(error)
        return True


def in_order(
    work: Callable[[T], R], items: Iterable[T], at_once: int, meanwhile: Callable[[int], object] = lambda _threads: None
) -> Iterator[R]:
    """Yield `work(item)` for each item, in order, done by so many threads; with one it is done by the caller's own.

    Items are read as results are taken, a few ahead. What the work raises is raised at its place, and ends it. Closed
    or interrupted before the end, it begins nothing more and waits for nothing: threads that are at work end with
    what they do, or with the process.

    Args:
        work: what is done with an item.
        items: any number of them.
        at_once: threads at most.
        meanwhile: is called once with the number of threads that have begun, by the caller's own.
    """
    if at_once == 1:
        yield from map(work, items)
        return
    todo: SimpleQueue[tuple[Future[R], T] | None] = SimpleQueue()
    closed = threading.Event()

    def run() -> None:
        while (task := todo.get()) is not None and not closed.is_set():
            done, item = task
            with _Handed(done):
                done.set_result(work(item))

    given, tasks, started = iter(items), deque[Future[R]](), 0
    ended = told = False
    try:
        while True:
            while not ended and len(tasks) < _AHEAD * at_once:
                try:
                    item = next(given)
                except StopIteration:
                    ended = True
                    break
                tasks.append(Future())
                todo.put((tasks[-1], item))
                if started < at_once:
                    # A daemon: Ctrl-C must not wait for a server.
                    threading.Thread(target=run, daemon=True, name=f"nesy-{started}").start()
                    started += 1
            if not tasks:
                return
            if not told:
                told = True
                meanwhile(started)
            yield tasks.popleft().result()
    finally:
        closed.set()
        for _ in range(started):
            todo.put(None)
