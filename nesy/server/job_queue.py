"""Jobs of requests -> threads that do them in order of arrival; who finds no seat is told when to come again."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from math import ceil
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from nesy.server.refusal import Refusal

R = TypeVar("R")


class Job(Generic[R]):
    """Work for a request; `stop` gives it up: at once where it has not begun, else before the model's next turn."""

    def __init__(self, work: "Callable[[Job[R]], R]") -> None:
        self._work = work
        self.stopped = threading.Event()
        self.done: Future[R] = Future()

    def stop(self) -> None:
        """Give it up."""
        self.stopped.set()
        self.done.cancel()

    def do(self) -> None:
        """Do the work; what is raised is raised where the result is taken."""
        if self.done.set_running_or_notify_cancel():
            with _Handed(self.done):
                self.done.set_result(self._work(self))


class _Handed:
    """Hands what is raised to where the result is taken."""

    def __init__(self, done: "Future[Any]") -> None:
        self._done = done

    def __enter__(self) -> None: ...

    def __exit__(self, _: object, error: BaseException | None, __: object) -> bool:
        if error is not None:
            self._done.set_exception(error)
        return True


class Seat:
    """A place in the queue, taken before a request is read; a job keeps it until it is done."""

    def __init__(self, put: Callable[[Job[Any]], None]) -> None:
        self._put = put
        self.job: Job[Any] | None = None

    def start(self, work: Callable[[Job[R]], R]) -> Job[R]:
        """Put work into the queue."""
        job = Job(work)
        self.job = job
        self._put(job)
        return job


class JobQueue:
    """Threads that do jobs, and seats for those that wait.

    The threads are daemons: a process that ends waits for no model.

    Args:
        name: of the threads.
        threads: jobs that are done side by side.
        waiting: how many more may wait.
    """

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._name, self._threads, self._seats = name, threads, threads + waiting
        self._todo: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._jobs: set[Job[Any]] = set()
        self._taken = 0
        self._mean_s = 1.0

    def open(self) -> None:
        """Start the threads."""
        for number in range(self._threads):
            threading.Thread(target=self._run, daemon=True, name=f"{self._name}-{number}").start()

    def close(self) -> None:
        """Give up every job, and let the threads end when they have nothing left at hand."""
        with self._lock:
            jobs = list(self._jobs)
        for job in jobs:
            job.stop()
        for _ in range(self._threads):
            self._todo.put(None)

    @property
    def at_work(self) -> bool:
        """Whether a thread has a job in hand."""
        with self._lock:
            return any(job.done.running() for job in self._jobs)

    @contextmanager
    def seat(self) -> Iterator[Seat]:
        """Give a seat, until the request is over and its job is done.

        Raises:
            Refusal: all are taken (429), with `Retry-After`.
        """
        with self._lock:
            if self._taken >= self._seats:
                pause = max(1, ceil(self._mean_s * self._taken / self._threads))
                raise Refusal(
                    429,
                    f"{self._taken} requests are at work or wait; try again in {pause} s",
                    "queue_full",
                    headers={"Retry-After": str(pause)},
                )
            self._taken += 1
        seat = Seat(self._put)
        try:
            yield seat
        finally:
            if seat.job is None:
                self._leave()
            else:
                seat.job.done.add_done_callback(self._leave)

    def _put(self, job: Job[Any]) -> None:
        with self._lock:
            self._jobs.add(job)
        job.done.add_done_callback(lambda _: self._jobs.discard(job))
        self._todo.put(job)

    def _leave(self, _: object = None) -> None:
        with self._lock:
            self._taken -= 1

    def _run(self) -> None:
        while (job := self._todo.get()) is not None:
            began = time.monotonic()
            job.do()
            self._mean_s += (time.monotonic() - began - self._mean_s) / 4
