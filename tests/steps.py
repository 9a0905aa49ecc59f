"""Work in, how many steps of Python it took out: the same number on a fast machine, a slow one and a busy one."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


class TooManySteps(AssertionError):
    """The work took more steps than it was given."""


def steps(work: Callable[[], object], most: int | None = None) -> int:
    """Return how many lines of Python `work` runs and how many functions written in C it calls.

    What a function written in C does inside is one step, however long it takes.

    Args:
        work: what to do.
        most: where to stop, so that what would run for hours fails at once.

    Raises:
        TooManySteps: more than `most` were begun.
    """
    limit = sys.maxsize if most is None else most
    taken = 0

    def step() -> None:
        nonlocal taken
        taken += 1
        if taken > limit:
            raise TooManySteps(f"more than {most} steps")

    def line(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            step()
        return line

    def call(frame: FrameType, event: str, argument: Any) -> None:
        if event == "c_call":
            step()

    traced, profiled = sys.gettrace(), sys.getprofile()
    sys.settrace(line)
    sys.setprofile(call)
    try:
        work()
    finally:
        sys.setprofile(profiled)
        sys.settrace(traced)
    return taken
