"""Work -> its result out of a process of its own, which is ended when the work takes too long or too much memory."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from pickle import PicklingError
from typing import TypeVar

from nesy.errors import InputError, NesyError

T = TypeVar("T")

MIB = 2**20


@dataclass(frozen=True)
class Limits:
    """How much a query may take."""

    seconds: float | None = None
    """By the clock; None: as long as it takes."""
    mebibytes: float | None = None
    """Of memory, beside what the process holds when it starts; None: all there is."""

    def __bool__(self) -> bool:
        return self.seconds is not None or self.mebibytes is not None


def within(limits: Limits, work: Callable[[], T]) -> T:
    """Do some work in a process of its own, and return what it returns.

    The process is a copy of this one where that is safe (Linux, and no other thread), which costs a few milliseconds;
    elsewhere it starts anew, and `work` must be something that can be pickled. Without limits nothing is started.

    Args:
        limits: memory is limited on Linux alone.
        work: reads what it needs by itself; what it returns can be pickled.

    Raises:
        InputError: a limit is passed or cannot be set here, the work cannot be handed over, or the process is ended by
            what it runs.
        NesyError: what `work` raises.
    """
    if not limits:
        return work()
    if limits.mebibytes is not None and not sys.platform.startswith("linux"):
        raise InputError("memory can be limited on Linux alone")
    context = multiprocessing.get_context("fork" if _is_alone() else "spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sender, work, limits.mebibytes), daemon=True)  # type: ignore[attr-defined]
    try:
        child.start()
    except (TypeError, AttributeError, PicklingError) as error:  # only a copy of this process could have it
        raise InputError(f"cannot be limited while other threads run: {' '.join(str(error).split())}") from None
    sender.close()
    try:
        if not receiver.poll(limits.seconds):
            raise InputError(f"not answered within {limits.seconds:g} s; ask for less, or give it more time")
        answered, found = receiver.recv()
    except (EOFError, OSError):
        child.join()
        raise InputError(_ended(child.exitcode, limits)) from None
    finally:
        child.kill()
        child.join()
        receiver.close()
    if answered:
        return found  # type: ignore[no-any-return]
    raise found


def _is_alone() -> bool:
    """Tell whether this process is one thread, so that its copy is whole: nobody else holds a lock."""
    try:
        return sys.platform.startswith("linux") and len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _ended(code: int | None, limits: Limits) -> str:
    if limits.mebibytes is not None and code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, 1):
        return _too_large(limits.mebibytes)
    told = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    return f"not answered: what answers ended ({told})"


def _too_large(mebibytes: float) -> str:
    return f"not answered within {mebibytes:g} MiB of memory; ask for less, or give it more"


# --- in the other process ---


def _child(sender: Connection, work: Callable[[], object], mebibytes: float | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who started it says that it was interrupted
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # an engine that runs out of memory says so there, in its own words
    try:
        if mebibytes is not None:
            _limit_memory(int(mebibytes * MIB))
        sender.send((True, _done(work)))
    except MemoryError:
        sender.send((False, InputError(_too_large(mebibytes or 0))))
    except NesyError as error:
        sender.send((False, error))
    finally:
        with suppress(OSError):
            sender.close()


def _done(work: Callable[[], object]) -> object:
    try:
        return work()
    except (NesyError, MemoryError):
        raise
    except Exception as error:  # an engine raises anything at all; a traceback helps nobody
        told = " ".join(str(error).split())[:300] or type(error).__name__
        raise InputError(f"not answered: {told}") from error


def _limit_memory(size: int) -> None:
    import resource

    # what is mapped from files, and addresses that are only kept free, take no memory: RLIMIT_AS would count them
    held = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (held + size, resource.RLIM_INFINITY))
