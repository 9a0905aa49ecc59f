"""Examples, true and false -> weights of a logistic regression, by Newton's method; one weight beside known odds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_STEPS = 100
_RIDGE = 1e-9
_HALVINGS = 40


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


def weight_beside(known: Sequence[float], added: Sequence[float], true: Sequence[bool]) -> float:
    """Return the share m in [0, 1] at which P(true) = 1 / (1 + exp(-(known + m added))) fits best.

    The cross-entropy is convex in m, so the interval is halved where its slope changes sign; at an end it stays.

    Args:
        known: log-odds of each example that stand already.
        added: log-odds that another source has of it, in part the same evidence.
        true: whether it is true.
    """
    base, more, target = np.asarray(known, float), np.asarray(added, float), np.asarray(true, float)

    def slope(share: float) -> float:
        return float(more @ (_share(base + share * more) - target))

    low, high = 0.0, 1.0
    if slope(low) >= 0.0:
        return low
    if slope(high) <= 0.0:
        return high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0.0 else (low, middle)
    return (low + high) / 2


def _share(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-np.logaddexp(0.0, -z))


def _loss(z: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    """Return the cross-entropy."""
    return float((target * np.logaddexp(0.0, -z) + (1 - target) * np.logaddexp(0.0, z)).sum())
