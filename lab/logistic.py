"""Examples, true and false -> how well scores tell the two apart, as the published figures have it.

The area under the ROC curve is scikit-learn's. The fit is the package's (`nesy.experiments.statistics`), because its
targets are Platt's, neither 0 nor 1, which scikit-learn fits in a private function with one score, or on every example
twice with weights. That comes to the same within 5e-9 (by lbfgs) or 3e-12 (by newton-cholesky; 1,195 examples, three
columns at the most), not to the digits in which a calibration is written, and a column that is the same everywhere
sends it to another solver with a warning. An expected calibration error scikit-learn does not have: its
`calibration_curve` leaves out how many fall into a bin.
"""

from collections.abc import Sequence

import numpy as np

BINS = 10


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
