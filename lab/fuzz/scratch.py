"""Bytes -> a file that holds them; one a process, and the next takes its place."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="nesy-fuzz-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def scratch_file(data: bytes, suffix: str) -> Path:
    """Write the bytes to a file of this name's end, and return its path."""
    path = _folder() / f"input{suffix}"
    path.write_bytes(data)
    return path
