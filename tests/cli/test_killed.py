"""Killed as it opens, renames or removes a file, whichever it is: every result is whole, and the next run ends well."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from nesy.analysis import Analysis
from tests.cli.test_process import write_pictures
from tests.commands import python

ROOT = Path(__file__).parents[2]
ANALYZE = ("analyze", "one.png", "-m", "replay:replies.jsonl", "--force", "--out", "out")
EVALUATE = ("evaluate", "set", "-m", "replay:replies.jsonl", "--arms", "none,repair-only", "--runs", "runs", "--resume")


def killed_often(folder: Path, command: tuple[str, ...], kind: int, before: Callable[[], None]) -> int:
    """Run a command again and again, each time killed one step later, until one ends; return how many were killed.

    Args:
        folder: where it runs, and where the files are whose steps count.
        kind: the signal.
        before: done before every run, and after the last.
    """
    from nesy.cli import main

    main(["analyze", str(folder / "one.png"), "-m", f"replay:{folder / 'replies.jsonl'}"])  # all is imported
    os.chdir(folder)
    for steps in range(1000):
        before()
        if not (child := os.fork()):
            _die_after(steps, folder, kind)
            os._exit(main(list(command)))
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code != -kind:
            assert code == 0, f"the run that was not killed ends with {code}"
            before()
            return steps
    raise AssertionError("it never ends")


def _die_after(steps: int, folder: Path, kind: int) -> None:
    left = steps

    def step(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in ("open", "os.rename", "os.remove", "os.mkdir") or not arguments:
            return
        path = Path.cwd() / arguments[0] if isinstance(arguments[0], (str, os.PathLike)) else Path()
        if path.is_relative_to(folder / "out") or path.is_relative_to(folder / "runs"):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), kind)

    sys.addaudithook(step)


def check_analyses(out: Path) -> None:
    """Read every result that is there; a temporary file may be left over by a process that was killed."""
    for path in out.glob("*.analysis.json"):
        Analysis.from_json(path.read_text(encoding="utf-8"))
    for path in out.glob("[!.]*.png"):
        with PIL.Image.open(path) as picture:
            picture.load()
    for path in [*out.glob("*.ttl"), *out.glob("*.trig")]:
        assert path.read_bytes().endswith(b"\n")


def check_traces(runs: Path) -> None:
    if (runs / "arms.jsonl").exists():
        done = [(line["image"], line["arm"]) for line in map(json.loads, (runs / "arms.jsonl").open())]
        assert len(done) == len(set(done)), "a trace is there twice"


def main() -> None:
    """Do what a test asks for, in a process of one thread, which may be forked."""
    folder, what, kind = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    if what == "analyze":
        steps = killed_often(folder, ANALYZE, kind, lambda: check_analyses(folder / "out"))
    else:
        steps = killed_often(folder, EVALUATE, kind, lambda: check_traces(folder / "runs"))
    sys.stdout.write(f"{steps}\n")


@pytest.mark.skipif(sys.platform == "win32", reason="processes are forked and killed as POSIX does")
@pytest.mark.parametrize(("what", "kind"), [("analyze", signal.SIGKILL), ("evaluate", signal.SIGTERM)])
def test_killed_at_any_step_every_file_is_whole(tmp_path: Path, what: str, kind: int) -> None:
    write_pictures(tmp_path)
    code = "from tests.cli.test_killed import main; main()"
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = python("-c", code, str(tmp_path), what, str(int(kind)), env={"PYTHONPATH": path})
    assert done.returncode == 0, done.stderr.decode()
    assert int(done.stdout.split()[-1]) >= 8, "it was killed at so few steps"
    if what == "analyze":
        assert len(list((tmp_path / "out").glob("[!.]*"))) == 4
        return
    whole = tmp_path / "whole"
    command = [part if part != "runs" else str(whole) for part in EVALUATE]
    assert python("-m", "nesy", *command, cwd=tmp_path).returncode == 0
    for name in ("round0.jsonl", "arms.jsonl", "scenes.jsonl", "run.json"):
        assert (tmp_path / "runs" / name).read_bytes() == (whole / name).read_bytes(), name
