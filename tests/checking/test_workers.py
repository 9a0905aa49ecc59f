"""Processes that share work: deaf to Ctrl-C from their first moment, and ended by who started them."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import nesy
from nesy.checking.workers import Workers
from nesy.experiments.parallel import ALONE, spread
from tests.commands import running
from tests.interrupts import deaf, hearing

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
_BEGUN: list[int] = []


def hears(_: object = None) -> bool:
    blocked = signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return not blocked or signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def begin(first: int, second: int) -> None:
    _BEGUN.extend((first, second))


def begun(more: int) -> list[int]:
    return [*_BEGUN, more]


@POSIX
def test_no_worker_hears_an_interrupt_however_its_work_is_given() -> None:
    with Workers(1) as workers:
        assert [workers.submit(hears).result(), *workers.map(hears, range(3))] == [False] * 4
    assert list(spread(hears, range(ALONE + 1), processes=2)) == [False, False]
    assert hears(), "this process hears none any more"


def test_a_worker_begins_with_what_it_is_given_and_errors_come_back() -> None:
    with Workers(1, begin, 3, 4) as workers:
        assert list(workers.map(begun, (5, 6))) == [[3, 4, 5], [3, 4, 6]]
        with pytest.raises(ZeroDivisionError):
            workers.submit(divmod, 1, 0).result()


def test_what_has_not_begun_is_dropped_when_an_error_ends_the_work() -> None:
    with pytest.raises(KeyboardInterrupt), Workers(1) as workers:
        tasks = [workers.submit(begun, n) for n in range(200)]
        raise KeyboardInterrupt
    assert sum(task.cancelled() for task in tasks) > 150
    assert threading.active_count() < 10 and all(task.done() for task in tasks)


@POSIX
def test_an_interrupt_of_the_whole_group_ends_it_with_one_voice() -> None:
    """As a terminal sends it: to every process, also to those that are just starting."""
    code = """
import sys, time
from nesy.checking.workers import Workers
if __name__ == "__main__":
    try:
        with Workers(2) as workers:
            tasks = [workers.submit(time.sleep, 0.05) for _ in range(1000)]
            print("begun", flush=True)
            for task in tasks:
                task.result()
    except KeyboardInterrupt:
        sys.exit(130)
"""
    pipe = subprocess.PIPE
    with (
        deaf(),
        running("-c", code, stdout=pipe, stderr=pipe, start_new_session=True, preexec_fn=hearing) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate()
    assert (process.returncode, told) == (130, b"")


def test_pools_of_processes_are_made_in_one_place() -> None:
    package = Path(nesy.__file__).parent
    makers = [
        path.relative_to(package.parent).as_posix()
        for folder in (package, package.parent / "lab")
        for path in folder.rglob("*.py")
        if re.search(r"\bProcessPoolExecutor\b|\.Pool\(", path.read_text(encoding="utf-8"))
    ]
    assert makers == ["nesy/checking/workers.py"]
