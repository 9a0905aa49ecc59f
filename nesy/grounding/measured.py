"""What was measured of witnesses: chances by score, recall by size, weights of cues; from `measured.json` beside it.

Made by `python -m lab.claim_weights`, which says from what; the numbers are of the embedded witness on photographs.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log
from pathlib import Path
from typing import Any

from nesy.geometry import Box, area

FILE = Path(__file__).with_suffix(".json")
_LEAST = 1e-4


@dataclass(frozen=True)
class Measured:
    """The numbers."""

    score: tuple[float, float]
    """Intercept and slope: log-odds that a box is right, by the log-odds of its score."""
    colour: tuple[float, float]
    """The same for a colour, by the log-odds of its share of a thing's pixels."""
    edges: tuple[float, ...]
    """Ends of the classes of size: shares of the picture that a box covers, rising."""
    glimpse: tuple[float, float]
    """The same for a thing of which there is a glimpse at most, by the log-odds of the best one."""
    recall: tuple[float, ...]
    """Share of the things of each class of size that are found; one more than edges."""
    glimpsed: tuple[float, ...]
    """Share of the things of each class of size of which there is a glimpse at least."""
    anywhere: tuple[float, ...]
    """Share of the pictures with a thing of a category in which one is found, by the size of the largest."""
    anywhere_glimpsed: tuple[float, ...]
    """The same, where a glimpse is enough."""
    sizes: Mapping[str, tuple[float, ...]]
    """Category -> how its things are spread over the classes of size, adding up to 1."""
    any_size: tuple[float, ...]
    """The same of all categories together: for one that was not counted."""
    relation: Mapping[str, float]
    """Weights in log-odds: `prior`, `seen` and `missed` of a telling cue, `met` and `wanting` of a needed one,
    `hinted` and `unhinted` of one that hints, `layout`, a factor of the log-odds by the boxes, and `usual`, what these
    are of a pair that tells nothing."""

    def right(self, score: float) -> float:
        """Return the chance that a thing that was seen with a score in [0, 1] is there and is what it is called."""
        return chance(self.score[0] + self.score[1] * log_odds(score))

    def found(self, category: str, box: Box | None = None, *, glimpsed: bool = False) -> float:
        """Return the chance that a thing of a category is found where it is there: at a box, or anywhere.

        Args:
            category: in the witness's words; it tells how large such things mostly are.
            box: None: its size is not known.
            glimpsed: whether a glimpse counts as found.
        """
        if box is not None:
            return (self.glimpsed if glimpsed else self.recall)[sum(area(box) >= edge for edge in self.edges)]
        anywhere = self.anywhere_glimpsed if glimpsed else self.anywhere
        spread = self.sizes.get(category, self.any_size)
        return sum(share * part for share, part in zip(spread, anywhere, strict=True))


@cache
def measured() -> Measured:
    """Return the shipped numbers."""
    return measured_of(json.loads(FILE.read_text("utf-8")))


def measured_of(told: Mapping[str, Any]) -> Measured:
    """Return the numbers of a file that was read."""
    return Measured(
        score=_pair(told["score"]),
        glimpse=_pair(told["glimpse"]),
        edges=tuple(told["edges"]),
        recall=tuple(told["recall"]),
        glimpsed=tuple(told["glimpsed"]),
        anywhere=tuple(told["anywhere"]),
        anywhere_glimpsed=tuple(told["anywhere_glimpsed"]),
        sizes={category: tuple(spread) for category, spread in told["sizes"].items()},
        any_size=tuple(told["any_size"]),
        colour=_pair(told["colour"]),
        relation=dict(told["relation"]),
    )


def _pair(numbers: Sequence[float]) -> tuple[float, float]:
    first, second = numbers
    return first, second


def log_odds(share: float) -> float:
    """Return the log-odds of a chance, which is kept from 0 and 1 by a ten-thousandth."""
    kept = min(1 - _LEAST, max(_LEAST, share))
    return log(kept / (1 - kept))


def chance(odds: float) -> float:
    """Return the chance of log-odds.

    >>> chance(0.0), round(chance(log_odds(0.3)), 6)
    (0.5, 0.3)
    """
    return 1 / (1 + exp(-max(-30.0, min(30.0, odds))))


def silent(recall: float, prior: float) -> float:
    """Return the chance that something is there although it was not found (Bayes).

    >>> silent(0.0, 0.5), silent(0.9, 0.5) < 0.1
    (0.5, True)
    """
    missed = prior * (1 - recall)
    return missed / (missed + 1 - prior)
