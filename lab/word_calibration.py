"""Descriptions of held-out drawings -> what the model's own words are worth, alone and with a look at each claim.

The words of a claim that is true are more probable than those of one that is made up; by how much is fitted here, a
logistic regression for each kind of claim, on whether the claims of every second picture are true.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.logistic import auroc, calibration_error
from nesy.errors import ReplyError
from nesy.experiments.arms.harm import judged
from nesy.experiments.statistics.logistic_regression import regression
from nesy.image import Image
from nesy.loop.looks import Glance, glances
from nesy.perception.calibration import Kind, Own, Together, features, kind_of, log_odds, logistic, own_log_odds
from nesy.pipeline import Pipeline
from nesy.scene import Claim, Count, Scene
from nesy.synthetic import draw

ORDER: tuple[Kind, ...] = ("entity", "partstate", "relation", "count")
"""Entities first: the other claims are weighed by them."""
_NAMES = {"objects": "entity", "part_states": "partstate", "relations": "relation", "counts": "count"}


@dataclass(frozen=True)
class Described:
    """A model's description of a held-out drawing: which of its claims are true, and what a look at each gave."""

    picture: int
    scene: Scene
    right: frozenset[str]
    """Ids of the claims that are true."""
    shares: Mapping[str, float]
    """Id of a claim -> what looks at it gave, as `Calibration.chance` takes it."""

    def claims(self, kind: Kind) -> list[Claim]:
        """Return the claims of one kind that come with a confidence."""
        return [c for c in self.scene.claims() if kind_of(c) == kind and c.confidence is not None]


def describe(pipeline: Pipeline, pictures: Iterable[int], seed: int, split: str, *, looks: bool) -> list[Described]:
    """Have the model describe drawings and (`looks`) look at every claim of its own but counts, both ways.

    Raises:
        ModelError: the model cannot answer.
    """
    found = []
    for index in pictures:
        drawing = draw(seed, index, split)
        image = Image.from_pixels(drawing.image, name=f"{split}_{seed}_{index:05d}.png")
        try:
            scene = pipeline.describe(image).scene
        except ReplyError:
            continue  # nothing is claimed
        right = {claim for kind, claim in judged(scene, drawing.scene).right if kind in _NAMES}
        claims = [c for c in scene.claims() if not isinstance(c, Count)] if looks else []
        seen, _ = glances(pipeline.model, image, [(claim, scene.entities) for claim in claims])
        shares = {c.id: one.share for c, one in zip(claims, seen, strict=True) if isinstance(one, Glance)}
        found.append(Described(index, scene, frozenset(right), shares))
    return found


def fit_own(described: Sequence[Described]) -> tuple[dict[Kind, Own], dict[str, Any]]:
    """Fit on every second picture and measure on the others, kind by kind; a kind never wrong, or never right, is left.

    Returns:
        The weights, and for each kind how many claims there were, how many of them true, and the AUROC of their
        confidence and of the fitted chance.
    """
    own: dict[Kind, Own] = {}
    figures: dict[str, Any] = {}
    for kind in ORDER:
        rows: dict[bool, list[tuple[tuple[float, float, float], bool]]] = {True: [], False: []}
        for one in described:
            known = own_log_odds(one.scene, own)
            for claim in one.claims(kind):
                seen = features(claim, one.scene, known)
                if seen is not None:
                    rows[one.picture % 2 == 0].append((seen, claim.id in one.right))
        if len({true for _, true in rows[True]}) < 2:
            continue
        bias, words, box, ends = regression([seen for seen, _ in rows[True]], [true for _, true in rows[True]])
        fresh = [(bias + words * w + box * b + ends * e, w, true) for (w, b, e), true in rows[False]]
        true = [t for *_, t in fresh]
        measured = auroc([z for z, *_ in fresh], true)
        own[kind] = Own(bias=bias, words=words, box=box, ends=ends, auroc=measured)
        figures[kind] = {
            "measured_on": len(fresh),
            "true": sum(true),
            "auroc_of_confidence": round(auroc([w for _, w, _ in fresh], true), 4),
            "auroc": round(measured, 4),
            "ece": round(calibration_error([logistic(z) for z, *_ in fresh], true), 4),
        }
    return own, figures


def fit_together(
    described: Sequence[Described], own: Mapping[Kind, Own], a: float, b: float
) -> tuple[dict[Kind, Together], dict[str, Any]]:
    """Fit how words and looks weigh together, kind by kind as `fit_own` does, on the claims that were looked at.

    Args:
        described: with looks.
        own: what the words are worth.
        a: of the looks' calibration.
        b: likewise.

    Returns:
        The weights, and for each kind how many claims there were, how many of them true, and the AUROC of the words,
        of the looks and of both.
    """
    found: dict[Kind, Together] = {}
    figures: dict[str, Any] = {}
    for kind in ORDER:
        rows: dict[bool, list[tuple[float, float, bool]]] = {True: [], False: []}
        for one in described:
            known = own_log_odds(one.scene, own)
            for claim in one.claims(kind):
                if claim.id in known and claim.id in one.shares:
                    look = -(a * log_odds(one.shares[claim.id]) + b)
                    rows[one.picture % 2 == 0].append((known[claim.id], look, claim.id in one.right))
        if len({true for *_, true in rows[True]}) < 2:
            continue
        bias, words, look = regression([row[:2] for row in rows[True]], [row[2] for row in rows[True]])
        found[kind] = Together(bias=bias, own=words, look=look)
        true = [row[2] for row in rows[False]]
        figures[kind] = {
            "measured_on": len(true),
            "true": sum(true),
            "auroc_of_words": round(auroc([row[0] for row in rows[False]], true), 4),
            "auroc_of_looks": round(auroc([row[1] for row in rows[False]], true), 4),
            "auroc": round(auroc([bias + words * row[0] + look * row[1] for row in rows[False]], true), 4),
        }
    return found, figures
