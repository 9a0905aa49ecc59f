"""Chances of statements that are true or false -> how well they tell the two apart, and how far they are off.

The area under the ROC curve with its bootstrap interval over pictures, and an expected calibration error whose bins
hold as many statements each (Naeini et al., 2015; Nixon et al., Measuring calibration in deep learning, 2019).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nesy.experiments.statistics.resampling import LEVEL, Interval

BINS, DRAWS = 10, 1000


def roc_area(scores: Sequence[float], true: Sequence[bool], parts: Sequence[int] | None = None) -> float:
    """Return how often a true statement scores above a false one, a tie counting half; 0.5 without both kinds.

    >>> roc_area([0.9, 0.4, 0.4, 0.1], [True, True, False, False])
    0.875

    Args:
        scores: of the statements.
        true: whether each is true.
        parts: to which each belongs; pairs are made within a part alone, for scores of different fits are not one
            scale (Forman and Scholz, Apples-to-apples in cross-validation studies, 2010). None: one part.
    """
    return float(_areas(scores, true, np.ones((1, len(true))), parts)[0])


def roc_interval(
    scores: Sequence[float],
    true: Sequence[bool],
    pictures: Sequence[int],
    parts: Sequence[int] | None = None,
    seed: int = 0,
    draws: int = DRAWS,
) -> Interval:
    """Return the same with its bootstrap interval: whole pictures are drawn, with all that is said of them.

    Args:
        scores: of the statements.
        true: whether each is true.
        pictures: the number of the picture that each is about.
        parts: as `roc_area` takes them.
        seed: of the draws.
        draws: how many sets of pictures are drawn.
    """
    value = roc_area(scores, true, parts)
    numbers, places = np.unique(np.asarray(pictures, dtype=np.int64), return_inverse=True)
    if not len(numbers):
        return Interval(value=value, low=value, high=value)
    even = np.full(len(numbers), 1 / len(numbers))
    often = np.random.default_rng([seed, 2]).multinomial(len(numbers), even, draws)
    low, high = np.quantile(_areas(scores, true, often[:, places], parts), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4))


def _areas(
    scores: Sequence[float], true: Sequence[bool], often: NDArray[Any], parts: Sequence[int] | None
) -> NDArray[np.float64]:
    """Return the area for each row of how often each statement counts  # (draws, statements) -> (draws,)."""
    values, right = np.asarray(scores, dtype=np.float64), np.asarray(true, dtype=bool)
    part = np.zeros(len(values), dtype=np.int64) if parts is None else np.asarray(parts, dtype=np.int64)
    won, pairs = np.zeros(len(often)), np.zeros(len(often))
    for one in np.unique(part):
        inside = np.flatnonzero(part == one)
        _, level = np.unique(values[inside], return_inverse=True)
        for row, counts in enumerate(often[:, inside]):
            above = np.bincount(level[right[inside]], counts[right[inside]], level.max() + 1)
            below = np.bincount(level[~right[inside]], counts[~right[inside]], level.max() + 1)
            won[row] += (above * (below.cumsum() - below / 2)).sum()
            pairs[row] += above.sum() * below.sum()
    return np.where(pairs > 0, won / np.maximum(pairs, 1), 0.5)


def even_calibration_error(
    chances: Sequence[float], true: Sequence[bool], by: Sequence[float] | None = None, bins: int = BINS
) -> float:
    """Return the mean gap between chance and share of true statements, over bins of as many statements each.

    Statements of one chance stay in one bin, so that their order changes nothing.

    >>> even_calibration_error([0.8] * 10, [True] * 8 + [False] * 2)
    0.0

    Args:
        chances: in [0, 1].
        true: whether each statement is true.
        by: what the bins are made by; None: the chances. Two scales of one score, binned by the score, are measured in
            the same bins: in bins of fewer statements chance alone makes a larger gap.
        bins: how many; fewer where there are fewer values.
    """
    if not chances:
        return 0.0
    values, positive = np.asarray(chances, dtype=np.float64), np.asarray(true, dtype=np.float64)
    order = values if by is None else np.asarray(by, dtype=np.float64)
    _, level, size = np.unique(order, return_inverse=True, return_counts=True)
    middle = size.cumsum() - size / 2
    place = np.minimum((middle / len(values) * bins).astype(np.int64), bins - 1)[level]
    gaps = np.abs(np.bincount(place, values, bins) - np.bincount(place, positive, bins))
    return round(float(gaps.sum() / len(values)), 12)
