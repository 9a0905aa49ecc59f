"""The programs that read our files, each in an environment of its own, which `make neighbours` makes.

What they need would replace what `nesy` needs, so they are run as processes of their own.
"""

import os
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / ".venv-neighbours"


def program(package: str, name: str = "python") -> Path:
    """Return a program of the environment of a package; the test is skipped where it was not made."""
    found = FOLDER / package / "bin" / name
    if not found.exists():
        pytest.skip(f"{package} is not there; `make neighbours` installs it in an environment of its own")
    return found


def run(package: str, code: str, *arguments: object) -> str:
    """Run Python with a package, and return what it printed; the test fails where it fails."""
    return finish([program(package), "-c", code, *map(str, arguments)])


def finish(command: list[object]) -> str:
    """Run a command, offline, to its end, and return what it printed."""
    apart = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    quiet = {"HF_HUB_OFFLINE": "1", "FIFTYONE_DO_NOT_TRACK": "true"}
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, env={**apart, **quiet}, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout
