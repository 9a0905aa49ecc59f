"""One input, by its kind, the seed and its number -> what became of it."""

import logging
import os
import resource
import traceback
import warnings
from pathlib import Path
from random import Random

from lab.fuzz.case import LostError, Make, Outcome, Tally, one_line_told
from nesy.errors import NesyError

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 2.0
"""Seconds of the processor after which an input counts as one without an end."""


def chance_of(kind: str, seed: int, number: int) -> Random:
    """Return what decides an input, and nothing else does."""
    return Random(f"nesy fuzz {kind} {seed} {number}")


def quiet() -> None:
    """Let rdflib be as quiet as `nesy` lets it be."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)


def outcome_of(make: Make, kind: str, seed: int, number: int) -> Outcome:
    """Make an input, put it in, and tell what became of it; never raises what the input raises."""
    case = make(chance_of(kind, seed, number))
    begun = _seconds()
    ending, told, tally = "read", "", Tally()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tally = case.run()
    except NesyError as error:
        told = one_line_told(error)
        ending = "message" if told else "refused"
    except LostError as error:
        ending, told = "lost", str(error)
    except Exception as error:  # noqa: BLE001 - what is looked for
        ending, told = "traceback", _place(error)
    seconds = _seconds() - begun
    if ending in ("read", "refused") and seconds > LONGEST_S:
        ending, told = "hang", f"{seconds:.1f} s of the processor"
    kept = case.data if told else b""
    return Outcome(number, ending, seconds, _mebibytes(), tally, told, kept)  # type: ignore[arg-type]


def _seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _mebibytes() -> float:
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def _place(error: Exception) -> str:
    """Return an exception with the last place of the project that it came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/nesy/" in frame.filename] or list(frames)
    where = f"{Path(own[-1].filename).name}:{own[-1].lineno} in {own[-1].name}" if own else ""
    return f"{type(error).__name__} at {where}: {str(error)[:300]!r}"
