"""The command line: arguments in, results on standard output, notices on standard error, an exit code."""

from collections.abc import Sequence

__all__ = ["main"]

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; Ctrl-C is 130, also while commands are imported."""
    try:
        from nesy.cli.app import main as run

        code = run(arguments)
    except KeyboardInterrupt:
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        # Where Ctrl-C came while a text was executed, as libraries do when they are imported, Python remembers it and
        # ends `python -m nesy` by the signal, caught or not; executing another text has it forget.
        exec("")
    return code
