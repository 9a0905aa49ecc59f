"""What is put in, what became of it, and what a kind of input has to say of itself."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Literal, Protocol

from nesy.errors import UNSEEN, NesyError

Ending = Literal["read", "refused", "traceback", "message", "lost", "crash", "hang"]
"""How an input ended: it was read; refused with an error of nesy; and what must not be: with another exception, with
an error that is no one line, with claims lost in silence, with the end of the process, or without an end."""
FAULTS: tuple[Ending, ...] = ("traceback", "message", "lost", "crash", "hang")
_UNSEEN = re.compile(f"[{UNSEEN}]")


@dataclass(frozen=True)
class Tally:
    """Claims of one input, where they can be counted."""

    written: int = 0
    read: int = 0
    reported: int = 0
    """As dropped, merged, or left out."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.written + other.written, self.read + other.read, self.reported + other.reported)


class Case(Protocol):
    """One input."""

    @property
    def data(self) -> bytes:
        """What is kept of it in a file when it fails."""

    def run(self) -> Tally:
        """Put it in, and count.

        Raises:
            NesyError: it is refused.
            LostError: claims are neither read nor reported.
        """


class LostError(Exception):
    """Claims of an input are neither read nor reported."""


@dataclass(frozen=True)
class Outcome:
    """What became of one input."""

    number: int
    ending: Ending
    seconds: float = 0.0
    """Of the processor, its children's included."""
    mebibytes: float = 0.0
    """The most memory that the process has held until then."""
    tally: Tally = Tally()
    told: str = ""
    """Of a fault: what was raised, and where."""
    data: bytes = b""
    """Of a fault: the input."""


Make = Callable[[Random], Case]
"""Chance -> an input; what is loaded once stands in it."""


def one_line_told(error: NesyError) -> str:
    """Return what is wrong with an error's message; nothing where it is one line that a terminal shows as it is."""
    message = str(error)
    if not message.strip():
        return f"{type(error).__name__} without a message"
    found = _UNSEEN.search(message)
    return f"{type(error).__name__} holds {found[0]!r}: {message[:200]!r}" if found else ""
