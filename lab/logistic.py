"""Examples, true and false -> the weights of a logistic regression, and how well scores tell the two apart.

The area under the ROC curve is scikit-learn's. The fit is made here, because its targets are Platt's, neither 0 nor 1,
which scikit-learn fits in a private function with one score, or on every example twice with weights. That comes to the
same within 5e-9 (by lbfgs) or 3e-12 (by newton-cholesky; 1,195 examples, three columns at the most), not to the digits
in which a calibration is written, and a column that is the same everywhere sends it to another solver with a warning.
An expected calibration error scikit-learn does not have: its `calibration_curve` leaves out how many fall into a bin.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BINS = 10
_STEPS = 100
_RIDGE = 1e-9


def regression(rows: Sequence[Sequence[float]], true: Sequence[bool]) -> tuple[float, ...]:
    """Return the weights w of P(true) = 1 / (1 + exp(-(w0 + w1 x1 + ...))) that fit best, w0 first, by Newton's method.

    The targets are Platt's (1999): (n+ + 1) / (n+ + 2) and 1 / (n- + 2) in place of 1 and 0, so that few or separable
    examples give no certainty. The steps are halved while they do not help (Lin, Lin and Weng, A note on Platt's
    probabilistic outputs, 2007). A column that is the same everywhere gets no weight.

    Args:
        rows: x1, x2, ... of each example.
        true: whether it is true; of both at least one.

    Raises:
        ValueError: all examples are true, or none is.
    """
    given, positive = np.asarray(rows, dtype=np.float64), np.asarray(true, dtype=bool)
    yes, no = int(positive.sum()), int((~positive).sum())
    if not yes or not no:
        raise ValueError("a calibration needs true and false examples")
    target = np.where(positive, (yes + 1) / (yes + 2), 1 / (no + 2))
    middle, spread = given.mean(axis=0), given.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    features = np.column_stack([np.ones(len(given)), (given - middle) / scale])
    fitted = np.zeros(features.shape[1])
    fitted[0] = np.log((yes + 1) / (no + 1))
    loss = _loss(features @ fitted, target)
    for _ in range(_STEPS):
        share = _share(features @ fitted)
        gradient = features.T @ (share - target)
        curvature = (features * (share * (1 - share))[:, None]).T @ features + _RIDGE * np.eye(len(fitted))
        step = -np.linalg.solve(curvature, gradient)
        size = 1.0
        while size > 1e-10 and _loss(features @ (fitted + size * step), target) > loss + 1e-4 * size * gradient @ step:
            size /= 2
        if size <= 1e-10 or float(np.abs(gradient).max()) < 1e-9:
            break
        fitted = fitted + size * step
        loss = _loss(features @ fitted, target)
    weights = fitted[1:] / scale
    return float(fitted[0] - weights @ middle), *map(float, weights)


def _share(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-np.logaddexp(0.0, -z))


def _loss(z: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Return the cross-entropy."""
    return float((target * np.logaddexp(0.0, -z) + (1 - target) * np.logaddexp(0.0, z)).sum())


def auroc(scores: Sequence[float], true: Sequence[bool]) -> float:
    """Return how often a true example scores above a false one, a tie counting half; 0.5 without both kinds."""
    from sklearn.metrics import roc_auc_score  # loaded by those who measure, not by all who fit

    return float(roc_auc_score(true, scores)) if any(true) and not all(true) else 0.5


def calibration_error(chances: Sequence[float], true: Sequence[bool], bins: int = BINS) -> float:
    """Return the expected calibration error (Naeini et al., 2015): |chance - share of true| over equal bins."""
    if not chances:
        return 0.0
    values, positive = np.asarray(chances, dtype=np.float64), np.asarray(true, dtype=np.float64)
    place = np.minimum((values * bins).astype(int), bins - 1)
    gaps = [abs(values[place == k].sum() - positive[place == k].sum()) for k in range(bins)]
    return float(sum(gaps) / len(values))
