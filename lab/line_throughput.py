"""So many lines -> how long `nesy check` takes for a file of them, and how much memory: linear, and flat."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from nesy.errors import InputError
from nesy.experiments.rules.sample_scenes import sampled_scenes

DISTINCT = 1000
"""So many scenes are drawn; the file repeats them."""
SHARE = 10
"""A file with so many times fewer lines comes first, to compare with."""


def many_lines(count: int) -> Iterator[tuple[str, str]]:
    """Yield what was measured, in words: seconds and milliseconds a line of a small and a large file, and memory.

    Args:
        count: of lines in the large file.

    Raises:
        InputError: this system does not tell how much memory a process took (it is no Unix).
    """
    if not hasattr(os, "wait4"):
        raise InputError("how much memory a process takes is measured on Unix only")
    lines = [scene.to_json() + "\n" for scene in sampled_scenes(DISTINCT, 0)]
    with tempfile.TemporaryDirectory() as folder:
        for size in (count // SHARE, count):
            path, out = Path(folder) / "many.jsonl", Path(folder) / "out.jsonl"
            with path.open("w", encoding="utf-8") as file:
                file.writelines(lines[number % DISTINCT] for number in range(size))
            seconds, peak = _checked(path, out)
            with out.open("rb") as file:
                verdicts = sum(json.loads(line)["schema"] == "nesy.verdict/1" for line in file)
            took = f"{seconds:.1f} s, {1000 * seconds / size:.3g} ms a line"
            held = f"at most {peak / 2**20:.0f} MiB in one process"
            yield f"`nesy check`, {size} lines, {os.cpu_count()} cores", f"{took}; {held}; {verdicts} verdicts"


def _checked(path: Path, out: Path) -> tuple[float, int]:
    """Return how long the command takes, in seconds, and the most memory that one of its processes held, in bytes."""
    start = time.perf_counter()
    with out.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "nesy", "check", str(path)], stdout=file, stderr=subprocess.DEVNULL
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
