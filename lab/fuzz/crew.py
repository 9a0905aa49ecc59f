"""Slices of inputs -> their outcomes, out of processes that may end, or never end, without ending this one."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from lab.fuzz.case import Make, Outcome
from lab.fuzz.work import outcome_of, quiet

PATIENCE_S = 20.0
"""Seconds of the processor after which a process that gives no outcome is ended."""
CLOCK_S = 600.0
"""The same by the clock, for what waits instead of working."""
SLICE = 500
"""Inputs that a process takes at once."""

Load = Callable[[], Make]
"""What a process calls first; it is pickled."""


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    next: int
    end: int
    since: float = field(default_factory=time.monotonic)
    spent: float = 0.0
    ended: bool = False


def outcomes(load: Load, kind: str, seed: int, start: int, end: int, jobs: int) -> Iterator[Outcome]:
    """Yield what becomes of the inputs from `start` to before `end`, as they end; each once.

    A process that ends amid an input has crashed on it, and one that gives no sign is ended; the next begins behind.

    Args:
        load: makes what makes the inputs, once in every process.
        kind: with seed and number, what an input hangs on.
        seed: the same seed gives the same inputs.
        start: number of the first input.
        end: one more than that of the last.
        jobs: processes at once.

    Raises:
        RuntimeError: a process cannot load, or cannot make an input.
    """
    waiting = [(at, min(at + SLICE, end)) for at in range(start, end, SLICE)][::-1]
    workers: list[_Worker] = []
    idle: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < jobs:
                workers.append(_at_work(idle.pop() if idle else _started(load, kind, seed), *waiting.pop()))
            ready = set(wait([worker.pipe for worker in workers], timeout=1.0))
            for worker in list(workers):
                if worker.pipe in ready:
                    found = _received(worker)
                elif _is_stuck(worker):
                    found = [_ended(worker)]
                else:
                    continue
                yield from found
                if worker.ended:
                    workers.remove(worker)
                    waiting += [(worker.next, worker.end)] if worker.next < worker.end else []
                elif worker.next == worker.end:
                    workers.remove(worker)
                    idle.append(worker)
    finally:
        for worker in (*workers, *idle):
            worker.process.kill()
            worker.process.join()


def _started(load: Load, kind: str, seed: int) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, load, kind, seed), name=f"fuzz {kind}")
    process.start()
    theirs.close()
    return _Worker(process, ours, 0, 0)


def _at_work(worker: _Worker, start: int, end: int) -> _Worker:
    worker.next, worker.end, worker.since, worker.spent = start, end, time.monotonic(), _spent(worker)
    worker.pipe.send((start, end))
    return worker


def _received(worker: _Worker) -> list[Outcome]:
    found: list[Outcome] = []
    try:
        while worker.pipe.poll():
            found.append(worker.pipe.recv())
            worker.next += 1
    except (EOFError, OSError):
        worker.process.join()
        return [*found, _ended(worker)]
    worker.since, worker.spent = time.monotonic(), _spent(worker)
    return found


def _ended(worker: _Worker) -> Outcome:
    """Return what became of the input that a process has ended on, or is ended on now."""
    hung = worker.process.is_alive()
    seconds = _spent(worker) - worker.spent
    if hung:
        worker.process.kill()
        worker.process.join()
    elif worker.process.exitcode == 1:
        raise RuntimeError("what reads the inputs cannot be loaded, or one cannot be made; see above")
    number, worker.next, worker.ended = worker.next, worker.next + 1, True
    if hung:
        return Outcome(number, "hang", seconds, told=f"ended after {seconds:.0f} s of the processor")
    return Outcome(number, "crash", told=f"the process ended with {worker.process.exitcode}")


def _is_stuck(worker: _Worker) -> bool:
    return _spent(worker) - worker.spent > PATIENCE_S or time.monotonic() - worker.since > CLOCK_S


def _spent(worker: _Worker) -> float:
    """Return the seconds of the processor that a process has spent; 0 where that cannot be told."""
    with suppress(OSError, ValueError):
        fields = Path(f"/proc/{worker.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _work(pipe: Connection, load: Load, kind: str, seed: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started it ends it
    quiet()
    make = load()
    with suppress(EOFError, OSError):  # who started it is gone
        while True:
            for number in range(*pipe.recv()):
                pipe.send(outcome_of(make, kind, seed, number))
