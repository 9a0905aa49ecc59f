"""Per-image counts of two arms -> confidence intervals and p values of F1, precision and recall (numpy, seeded).

Interval: percentile bootstrap over images (B. Efron and R. Tibshirani, An Introduction to the Bootstrap, 1993, chapter
13); of a difference, both arms are read on the same drawn images (P. Koehn, EMNLP 2004). Test: approximate
randomization, in which the two arms change places image by image with probability 1/2 (E. Noreen, Computer-Intensive
Methods for Testing Hypotheses, 1989; for F scores A. Yeh, COLING 2000), two-sided.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from nesy.experiments.scoring.metrics import Tally

DRAWS = 2000
LEVEL = 0.95
_SLICE = 200
"""So many draws are made at a time, which bounds the memory."""

Sums = NDArray[np.float64]
"""Right, made and true claims, added up over images  # (..., 3)."""
Measure = Callable[[Sums], NDArray[np.float64]]


class Interval(BaseModel):
    """A `value` and its bootstrap interval at 95 %, from `low` to `high`, in the unit of what was measured.

    >>> f1_of_ten_images: Interval = interval([Tally(right=3, made=4, true=4)] * 10)
    >>> f1_of_ten_images
    Interval(value=0.75, low=0.75, high=0.75)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: float
    """What was measured."""
    low: float
    """Lower end of the interval."""
    high: float
    """Upper end of the interval."""


def f1(sums: Sums) -> NDArray[np.float64]:
    """Return F1 of summed counts, as `Tally.f1` has it."""
    made_and_true = sums[..., 1] + sums[..., 2]
    return np.where(made_and_true > 0, 2 * sums[..., 0] / np.maximum(made_and_true, 1), 1.0)


def precision(sums: Sums) -> NDArray[np.float64]:
    """Return the precision of summed counts."""
    return np.where(sums[..., 1] > 0, sums[..., 0] / np.maximum(sums[..., 1], 1), 1.0)


def recall(sums: Sums) -> NDArray[np.float64]:
    """Return the recall of summed counts."""
    return np.where(sums[..., 2] > 0, sums[..., 0] / np.maximum(sums[..., 2], 1), 1.0)


def counts(tallies: Sequence[Tally]) -> Sums:
    """Return the counts of each image  # (images, 3)."""
    return np.array([(t.right, t.made, t.true) for t in tallies], dtype=np.float64).reshape(-1, 3)


def interval(images: Sequence[Tally], measure: Measure = f1, seed: int = 0, draws: int = DRAWS) -> Interval:
    """Return a measure of all images together with its bootstrap interval.

    >>> found = interval([Tally(right=4, made=4, true=4), Tally(right=2, made=4, true=4)] * 20)
    >>> found.value, found.low < found.value < found.high
    (0.75, True)

    Args:
        images: the claims of each image, at least one.
        measure: of summed counts: `f1`, `precision` or `recall` of this module.
        seed: of the draws; the same seed gives the same interval.
        draws: how many sets of images are drawn.
    """
    rows = counts(images)
    return _interval(float(measure(rows.sum(0))), [measure(w @ rows) for w in _weights(len(rows), seed, draws)])


def difference(
    first: Sequence[Tally], second: Sequence[Tally], measure: Measure = f1, seed: int = 0, draws: int = DRAWS
) -> tuple[Interval, float]:
    """Return how much larger a measure is of one arm than of another on the same images, and the p value.

    >>> with_loop, without = [Tally(right=3, made=4, true=4)] * 20, [Tally(right=2, made=4, true=4)] * 20
    >>> apart, p = difference(with_loop, without)
    >>> apart.value, p < 0.01
    (0.25, True)

    Args:
        first: the claims of each image in the one arm.
        second: those of the same images, in the same order, in the other arm.
        measure: of summed counts: `f1`, `precision` or `recall` of this module.
        seed: of the draws.
        draws: how many sets of images, and how many exchanges, are drawn.
    """
    after, before = counts(first), counts(second)
    value = float(measure(after.sum(0)) - measure(before.sum(0)))
    drawn = [measure(w @ after) - measure(w @ before) for w in _weights(len(after), seed, draws)]
    chance = np.random.default_rng([seed, 1])
    as_far = 0
    for n in _slices(draws):
        swap = chance.integers(0, 2, (n, len(after))).astype(np.float64)
        moved = swap @ (before - after)
        apart = measure(after.sum(0) + moved) - measure(before.sum(0) - moved)
        as_far += int((np.abs(apart) >= abs(value) - 1e-12).sum())
    return _interval(value, drawn), (as_far + 1) / (draws + 1)


def _interval(value: float, drawn: Sequence[NDArray[np.float64]]) -> Interval:
    low, high = np.quantile(np.concatenate(drawn), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value=round(value, 5), low=round(float(low), 5), high=round(float(high), 5))


@lru_cache(maxsize=4)
def _weights(images: int, seed: int, draws: int) -> tuple[NDArray[np.float64], ...]:
    """Return how often each image is drawn  # (draws, images) in slices; the same for every measure and arm."""
    chance = np.random.default_rng([seed, 0])
    even = np.full(images, 1 / images)
    return tuple(chance.multinomial(images, even, n).astype(np.float64) for n in _slices(draws))


def _slices(draws: int) -> list[int]:
    return [min(_SLICE, draws - start) for start in range(0, draws, _SLICE)]
