"""The marks of many pairs in both orders -> relative score, position bias and length bias, each with its interval.

*Relative score*: 100 times the sum of the candidate's marks over the sum of the reference's, as LLaVA-Bench has it;
over both orders, of pairs that were judged in both.
*Position bias*: the relative score of the very same answers shown first against shown second, less 100. At 0 the place
does not matter; at 20 an answer gets a fifth more where it comes first.
*Length bias*: by how many points of the relative score an answer gains on the other with each doubling of its length in
words, content being equal: the slope of the difference of the marks in log2 of the ratio of lengths, fitted by least
squares beside the difference of the numbers of claims that the answers make, and a constant that says which is better.

Intervals of 95 % are bootstraps over pairs (percentiles; B. Efron and R. Tibshirani, 1993).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nesy.experiments.statistics.resampling import Interval

DRAWS = 1000
_LEVELS = (0.025, 0.975)
_ALIKE = 1e-9
Array = NDArray[np.float64]


@dataclass(frozen=True)
class PairMarks:
    """The marks of one pair, each the mean of the aspects, from 1 to 10."""

    reference_first: tuple[float, float]
    """Of the reference and the candidate, where the reference was shown first."""
    candidate_first: tuple[float, float]
    """Of the same two, where the candidate was."""
    words: tuple[int, int]
    """Length of the reference and of the candidate."""
    claims: tuple[int, int]
    """How many claims each makes: its content."""

    @property
    def means(self) -> tuple[float, float]:
        """Marks of the reference and of the candidate, over both orders."""
        first, second = self.reference_first, self.candidate_first
        return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def relative_score(pairs: Sequence[PairMarks], seed: int = 0) -> Interval | None:
    """Return the relative score in points; None of no pair."""

    def score(rows: Array) -> float:
        return 100 * rows[:, 1].sum() / rows[:, 0].sum()  # type: ignore[no-any-return]

    return _interval(np.array([pair.means for pair in pairs]), score, seed)


def position_bias(pairs: Sequence[PairMarks], seed: int = 0) -> Interval | None:
    """Return what coming first is worth, in points of the relative score; None of no pair."""

    def bias(rows: Array) -> float:
        return 100 * rows[:, 0].sum() / rows[:, 1].sum() - 100  # type: ignore[no-any-return]

    firsts_and_seconds = [
        (pair.reference_first[0] + pair.candidate_first[1], pair.reference_first[1] + pair.candidate_first[0])
        for pair in pairs
    ]
    return _interval(np.array(firsts_and_seconds), bias, seed)


def position_marks(pairs: Sequence[PairMarks]) -> float | None:
    """Return by how many marks, of 10, an answer is better where it comes first; None of no pair."""
    if not pairs:
        return None
    gains = [
        (pair.reference_first[0] - pair.candidate_first[0] + pair.candidate_first[1] - pair.reference_first[1]) / 2
        for pair in pairs
    ]
    return float(np.mean(gains))


def length_bias(pairs: Sequence[PairMarks], seed: int = 0) -> Interval | None:
    """Return what a doubling of the length is worth, in points of the relative score.

    None where it cannot be told: fewer than four pairs with words in both answers, or lengths that differ alike in all
    pairs, which is then the same as one answer being better.
    """
    rows = np.array(
        [
            (
                pair.means[1] - pair.means[0],
                np.log2(pair.words[1] / pair.words[0]),
                pair.claims[1] - pair.claims[0],
                pair.means[0],
            )
            for pair in pairs
            if min(pair.words) > 0
        ]
    ).reshape(-1, 4)
    if len(rows) < 4 or not _tells(rows):
        return None

    def slope(drawn: Array) -> float:
        if not _tells(drawn):
            return float("nan")
        beside = [drawn[:, 1], np.ones(len(drawn)), drawn[:, 2]]
        if np.ptp(drawn[:, 2]) <= _ALIKE:
            beside = beside[:2]
        weights = np.linalg.lstsq(np.stack(beside, axis=1), drawn[:, 0], rcond=None)[0]
        return float(100 * weights[0] / drawn[:, 3].mean())

    return _interval(rows, slope, seed)


def _tells(rows: Array) -> bool:
    """Tell whether the lengths vary by more than the contents do: else the two cannot be told apart."""
    others = [np.ones(len(rows)), rows[:, 2]]
    known = np.stack(others, axis=1)
    left = rows[:, 1] - known @ np.linalg.lstsq(known, rows[:, 1], rcond=None)[0]
    return bool((left**2).sum() > _ALIKE)


def _interval(rows: Array, measure: Callable[[Array], float], seed: int) -> Interval | None:
    if not len(rows):
        return None
    chance = np.random.default_rng(seed)
    drawn = np.array([measure(rows[chance.integers(0, len(rows), len(rows))]) for _ in range(DRAWS)])
    low, high = np.quantile(drawn[~np.isnan(drawn)], _LEVELS)
    return Interval(value=round(measure(rows), 4), low=round(float(low), 4), high=round(float(high), 4))
