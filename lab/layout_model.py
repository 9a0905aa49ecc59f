"""Pairs of people and things -> a logistic regression for each action, and what it says of pictures it has not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from lab.layout_data import Floats, Pairs
from nesy.experiments.statistics.logistic_regression import regression
from nesy.witness.box_features import BY_CATEGORY, box_features
from nesy.witness.layout import Action

FOLDS = 5
SEED = 2029
STRETCHES = (3 / 4, 1.0, 4 / 3)
"""Boxes in [0, 1] do not tell the shape of their picture, mostly 4:3 or 3:4: each pair is fitted in three shapes."""
AT_A_DISTANCE = ("look obj", "throw obj", "catch obj", "kick obj", "hit obj")
"""What is also done to a thing that is nowhere near; all else is done in touch with it."""
_INNER_FOLDS = 3
_C = 0.3
"""The inverse of the ridge penalty, on features of unit variance."""
_AWAY = 0.3
"""What counts a pair that is moved away, in which nothing is done in touch: photographs have few things that are many
heights below somebody, so that nothing else would say it of them."""
_OWN = 0.3
"""The size of what a category has of its own beside that: the smaller, the more it must be worth."""

Rows = NDArray[np.int64]
Words = NDArray[np.str_]


@dataclass(frozen=True)
class Design:
    """Pairs as what is fitted on: their features in each shape, and the columns of the categories."""

    pairs: Pairs
    features: tuple[Floats, ...]
    """(n, features) for each of `STRETCHES`."""
    away: Floats
    """(n, features), of the things moved away."""
    middle: Floats
    """(features,), the means over all pairs and shapes."""
    spread: Floats
    """(features,), the standard deviations."""

    @classmethod
    def of(cls, pairs: Pairs) -> "Design":
        """Take the features of pairs."""
        wide = [pairs.stretched(factor) for factor in STRETCHES]
        features = tuple(box_features(one.people, one.objects) for one in wide)
        spread = np.vstack(features).std(axis=0)
        moved = pairs.moved_away(SEED)
        away = box_features(moved.people, moved.objects)
        return cls(pairs, features, away, np.vstack(features).mean(axis=0), np.where(spread > 0, spread, 1.0))


def fitted(design: Design, action: str, rows: Rows) -> Action:
    """Fit an action on some pairs, and how sure to be of it on parts of them that it was not fitted on (Platt).

    Args:
        design: the pairs.
        action: with its role.
        rows: those of a category that the action is seen with; of others V-COCO mostly does not say.
    """
    first = _ridge(design, action, rows)
    scores = np.zeros(len(rows))
    groups = design.pairs.images[rows]
    for train, test in GroupKFold(_INNER_FOLDS, shuffle=True, random_state=SEED).split(rows, groups=groups):
        part = _ridge(design, action, rows[train])
        scores[test] = score(part, design.features[1][rows[test]], design.pairs.categories[rows[test]])
    bias, slope = regression(scores[:, None].tolist(), design.pairs.done[action][rows].tolist())
    return Action(bias + slope * first.bias, slope * first.weights, {k: slope * v for k, v in first.categories.items()})


def _ridge(design: Design, action: str, rows: Rows) -> Action:
    shapes = [features[rows] for features in design.features]
    shares = [np.full(len(rows), 1 / len(shapes)) for _ in shapes]
    done = [design.pairs.done[action][rows] for _ in shapes]
    if action not in AT_A_DISTANCE:
        shapes.append(design.away[rows])
        shares.append(np.full(len(rows), _AWAY))
        done.append(np.zeros(len(rows), dtype=bool))
    words = design.pairs.categories[rows]
    categories = sorted(set(words.tolist()))
    # The column of a single category would be the constant again.
    named = categories if len(categories) > 1 else []
    is_one = words[:, None] == np.asarray(named, dtype=words.dtype)[None, :]
    flags = np.tile(is_one.astype(float), (len(shapes), 1))
    numbers = (np.vstack(shapes) - design.middle) / design.spread
    own = _OWN * flags[:, :, None] * numbers[:, None, BY_CATEGORY]
    columns = np.hstack([numbers, flags, own.reshape(len(numbers), len(named) * len(BY_CATEGORY))])
    model = LogisticRegression(C=_C, solver="newton-cholesky", max_iter=200)
    model.fit(columns, np.hstack(done), sample_weight=np.hstack(shares))
    found, width = model.coef_[0], len(design.middle)
    weights, constants = found[:width] / design.spread, found[width : width + len(named)]
    slopes = _OWN * found[width + len(named) :].reshape(len(named), len(BY_CATEGORY)) / design.spread[[*BY_CATEGORY]]
    added = np.column_stack([constants - slopes @ design.middle[[*BY_CATEGORY]], slopes])
    told = dict(zip(named, added, strict=True)) or {category: np.zeros(1 + len(BY_CATEGORY)) for category in categories}
    return Action(float(model.intercept_[0] - weights @ design.middle), weights, told)


def score(action: Action, features: Floats, categories: Words) -> Floats:
    """Return the log-odds of an action for pairs."""
    of_others = np.mean(list(action.categories.values()), axis=0)
    return action.log_odds(
        features, np.asarray([action.categories.get(word, of_others) for word in categories.tolist()])
    )


def cross_validated(design: Design, action: str) -> tuple[Floats, Floats, Floats]:
    """Return for each pair with a category seen with an action: the log-odds by a fit without its picture.

    Returns:
        Of the boxes as they are, of those of a picture made 4:3 or 3:4 as wide, and of the category alone.
    """
    pairs = design.pairs
    seen = pairs.seen_with(action)
    plain, stretched, alone = (np.full(len(pairs.people), np.nan) for _ in range(3))
    which = np.random.default_rng(SEED).choice([0, 2], size=int(pairs.images.max()) + 1)[pairs.images]
    other = np.where(which[:, None] == 0, design.features[0], design.features[2])
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=SEED).split(pairs.people, groups=pairs.images):
        fit_on, fresh = train[seen[train]], test[seen[test]]
        found = fitted(design, action, fit_on)
        plain[fresh] = score(found, design.features[1][fresh], pairs.categories[fresh])
        stretched[fresh] = score(found, other[fresh], pairs.categories[fresh])
        shares = {c: pairs.done[action][fit_on[pairs.categories[fit_on] == c]].mean() for c in found.categories}
        alone[fresh] = [shares.get(c, 0.0) for c in pairs.categories[fresh]]
    return plain, stretched, alone
