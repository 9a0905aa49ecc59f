"""The checkout -> the commit it is at, which result files name."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds nesy/, and in a checkout the results."""


def commit() -> str:
    """Return the hash of the commit that is checked out; empty where this is no checkout."""
    found = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip()
