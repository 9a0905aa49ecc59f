"""Chances of statements that are true or false -> how well they tell the two apart, and how far they are off.

The area under the ROC curve with its bootstrap interval over pictures, and an expected calibration error whose bins
hold as many statements each (Naeini et al., 2015; Nixon et al., Measuring calibration in deep learning, 2019).
"""

from collections.abc import Sequence

import numpy as np

from nesy.experiments.statistics.resampling import LEVEL, Interval

BINS, DRAWS = 10, 1000


def roc_area(scores: Sequence[float], true: Sequence[bool]) -> float:
    """Return how often a true statement scores above a false one, a tie counting half; 0.5 without both kinds.

    >>> roc_area([0.9, 0.4, 0.4, 0.1], [True, True, False, False])
    0.875
    """
    return float(_areas(scores, true, np.ones((1, len(true))))[0])


def roc_interval(
    scores: Sequence[float], true: Sequence[bool], pictures: Sequence[int], seed: int = 0, draws: int = DRAWS
) -> Interval:
    """Return the same with its bootstrap interval: whole pictures are drawn, with all that is said of them.

    Args:
        scores: of the statements.
        true: whether each is true.
        pictures: the number of the picture that each is about.
        seed: of the draws.
        draws: how many sets of pictures are drawn.
    """
    value = roc_area(scores, true)
    numbers, places = np.unique(np.asarray(pictures, dtype=np.int64), return_inverse=True)
    if not len(numbers):
        return Interval(value=value, low=value, high=value)
    even = np.full(len(numbers), 1 / len(numbers))
    often = np.random.default_rng([seed, 2]).multinomial(len(numbers), even, draws)
    low, high = np.quantile(_areas(scores, true, often[:, places]), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(value=round(value, 4), low=round(float(low), 4), high=round(float(high), 4))


def _areas(
    scores: Sequence[float], true: Sequence[bool], often: "np.ndarray[tuple[int, int], np.dtype[np.float64]]"
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Return the area for each row of how often each statement counts  # (draws, statements) -> (draws,)."""
    _, level = np.unique(np.asarray(scores, dtype=np.float64), return_inverse=True)
    right = np.asarray(true, dtype=bool)
    found = np.full(len(often), 0.5)
    for row, counts in enumerate(often):
        most = int(level.max()) + 1 if len(level) else 0
        above = np.bincount(level[right], counts[right], most)
        below = np.bincount(level[~right], counts[~right], most)
        pairs = above.sum() * below.sum()
        if pairs:
            found[row] = (above * (below.cumsum() - below / 2)).sum() / pairs
    return found


def even_calibration_error(chances: Sequence[float], true: Sequence[bool], bins: int = BINS) -> float:
    """Return the mean gap between chance and share of true statements, over bins of as many statements each.

    Statements of one chance stay in one bin, so that their order changes nothing.

    >>> even_calibration_error([0.8] * 10, [True] * 8 + [False] * 2)
    0.0

    Args:
        chances: in [0, 1].
        true: whether each statement is true.
        bins: how many; fewer where there are fewer chances.
    """
    if not chances:
        return 0.0
    values, positive = np.asarray(chances, dtype=np.float64), np.asarray(true, dtype=np.float64)
    _, level, size = np.unique(values, return_inverse=True, return_counts=True)
    middle = size.cumsum() - size / 2
    place = np.minimum((middle / len(values) * bins).astype(np.int64), bins - 1)[level]
    gaps = np.abs(np.bincount(place, values, bins) - np.bincount(place, positive, bins))
    return round(float(gaps.sum() / len(values)), 12)
