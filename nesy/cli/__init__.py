"""The command line: arguments in, results on standard output, notices on standard error, an exit code."""

from nesy.cli.app import app, main

__all__ = ["app", "main"]
