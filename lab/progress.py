"""Work on many pieces -> the same pieces, with a progress bar on standard error where someone looks at it."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")


def watched(pieces: Sequence[T], what: str) -> Iterable[T]:
    """Yield the pieces; the bar says `what` is done, and goes when all are."""
    console = Console(stderr=True, markup=False)
    return track(pieces, what, console=console, transient=True, disable=not console.is_terminal)
