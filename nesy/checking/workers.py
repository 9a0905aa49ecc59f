"""Work -> processes that share it, start anew, and never hear Ctrl-C: who started them ends them."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Workers(ProcessPoolExecutor):
    """A pool of processes that import what they need themselves; left by an error, it drops what has not begun."""

    def __init__(self, count: int | None = None, begin: Callable[..., object] | None = None, *given: Any) -> None:
        """Start nothing yet; the first task does.

        Args:
            count: of the processes; all cores if None.
            begin: called with `given` in every process when it starts; all of them can be pickled.
            given: what `begin` takes.
        """
        super().__init__(count, get_context("spawn"), _begun, (begin, given))

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Give a task to the pool, which may start a process for it."""
        with _unheard():
            return super().submit(fn, *args, **kwargs)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait for what has begun, and leave the rest undone."""
        self.shutdown(cancel_futures=True)


@contextmanager
def _unheard() -> Iterator[None]:
    """Have processes that are started here not hear Ctrl-C even as they start, when it would end them in an import."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # here it is heard once this is over
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the other processes ---


def _begun(begin: Callable[..., object] | None, given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if begin is not None:
        begin(*given)
