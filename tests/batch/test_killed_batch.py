"""A batch whose process is killed at any byte it writes: what was put on record stays, and nothing is there twice."""

import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

import pytest

from nesy.batch import Run, analyze, run_writer
from nesy.batch.run_lines import Entry
from nesy.batch.run_writer import RunWriter
from tests.runs import cups, write

KILLS = 50
_STEP = 150
"""Bytes that the renaming or removing of a file counts as."""
NAMES = [f"{number:02d}.png" for number in range(14)]


def die_within(left: float) -> None:
    """Have this process killed when it has written so many bytes, in the midst of them; a file renamed counts too."""
    plain = os.write

    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def write_some(file: int, data: Any) -> int:
        nonlocal left
        left -= len(data)
        if left < 0:
            plain(file, bytes(data)[: max(0, int(len(data) + left))])
            kill()
        return plain(file, data)

    def step(event: str, _arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in ("os.rename", "os.remove"):
            left -= _STEP
            if left < 0:
                kill()

    os.write = write_some
    sys.addaudithook(step)


def forked(work: Callable[[], object]) -> int:
    """Do something in a process of its own; return its exit code."""
    if not (child := os.fork()):
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")
@pytest.mark.parametrize("records", ["jsonl", "parquet"])
def test_killed_at_any_moment_a_run_loses_what_was_in_flight_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: Literal["jsonl", "parquet"]
) -> None:
    monkeypatch.setattr(run_writer, "PIECE_ROWS", 4)
    pictures = {name: number % 11 for number, name in enumerate(NAMES)}  # three are the same as others
    write(tmp_path / "set", {**pictures, "bad.png": b"no picture"})
    pipeline = cups()
    whole = tmp_path / "whole"
    analyze(tmp_path / "set", whole, pipeline, records=records)
    size = sum(path.stat().st_size for path in whole.rglob("*.jsonl")) + 14 * 1500
    told = tmp_path / "told"

    class Telling(RunWriter):
        """Tells what it has put on record, behind the back of who kills it."""

        def _note(self, entry: Entry) -> None:
            super()._note(entry)
            with told.open("a") as lines:
                lines.write(f"{entry.name}\n")

    monkeypatch.setattr("nesy.batch.batch_analysis.RunWriter", Telling)
    chance, kills, ended = random.Random(f"2026 {records}"), 0, 0
    run = tmp_path / "run"
    while kills < KILLS // 2 or not ended:
        code = forked(partial(_go_on, tmp_path / "set", run, pipeline, records, chance.uniform(0, size * 0.5)))
        said = {*told.read_text().split()} if told.exists() else set()
        if (run / "run.json").exists():
            found = Counter(one.image.name for one in Run(run))
            assert said <= set(found) <= set(NAMES), "something is lost that was on record"
            assert set(found.values()) <= {1}, "something is there twice"
            assert all(found[name] for name in said)
        else:
            assert not said
        if code == 0:
            ended += 1
            assert _whole(run) == _whole(whole)
            run, told_before = tmp_path / f"run{ended}", told
            told_before.unlink()
        else:
            assert code == -signal.SIGKILL
            kills += 1
    assert kills >= KILLS // 2


def _go_on(source: Path, run: Path, pipeline: Any, records: Literal["jsonl", "parquet"], left: float) -> None:
    die_within(left)
    analyze(source, run, pipeline, records=records, resume=True)


def _whole(run: Path) -> tuple[list[tuple[str, str | None, bool]], list[str]]:
    opened = Run(run)
    own = sorted((one.name, one.sha256, one.same_as is None) for one in opened.entries())
    return own, [one.name for one in opened.failures()]
