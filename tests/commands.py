"""Command lines in, what they told out; each is a process of its own, and none outlives its test.

No limit of time is set here: a slow machine is no failure, and what never ends is ended by the timeout of the test.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def python(
    *arguments: str, env: Mapping[str, str] | None = None, given: bytes = b"", cwd: Path | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run Python with these arguments to its end, with more variables in its environment."""
    command, environment = [sys.executable, *arguments], {**os.environ, **(env or {})}
    return subprocess.run(command, capture_output=True, env=environment, input=given, cwd=cwd, check=False)


def nesy(*arguments: str, **more: Any) -> "subprocess.CompletedProcess[bytes]":
    """Run `nesy` with these arguments to its end; takes more as `python` does."""
    return python("-m", "nesy", *arguments, **more)


@contextmanager
def running(*arguments: str, **options: Any) -> "Iterator[subprocess.Popen[bytes]]":
    """Start Python with these arguments, as `Popen` does with these options; kill it where the test has failed."""
    with subprocess.Popen([sys.executable, *arguments], **options) as process:
        try:
            yield process
        except BaseException:
            process.kill()  # else the end of the process is waited for
            raise
