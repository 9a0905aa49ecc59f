"""Processes that hear Ctrl-C, and a parent that does not: as when tests run in the background of a shell."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


def hearing() -> None:
    """Have a child take SIGINT as a command typed in a terminal does; give it to `Popen` as `preexec_fn`.

    A process inherits that SIGINT is ignored, and a shell without job control has what it runs in the background
    ignore it.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def deaf() -> Iterator[None]:
    """Ignore SIGINT for a while, as a command in the background of a shell does."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
