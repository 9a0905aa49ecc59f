"""A model's yes and no on held-out drawings -> what they are worth: Platt's parameters, AUROC, and calibration error.

`python -m lab.calibration_fit` draws pictures that no training has seen, has the model look at statements about
them, true and false, as the loop does, fits on every second picture and measures on the others. What the words of its
own descriptions of them are worth is fitted and measured likewise (`lab.word_calibration`). It writes
`results/calibration.json`, and the parameters into the model's folder, where the loop reads them.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console

from lab.logistic import BINS, auroc, calibration_error
from lab.word_calibration import describe, fit_own, fit_together
from nesy import assets
from nesy.errors import ReplyError
from nesy.experiments.commit import commit
from nesy.experiments.statistics.logistic_regression import regression
from nesy.image import Image
from nesy.loop.looks import glances
from nesy.ontology import Ontology
from nesy.perception.calibration import LEAST_AUROC, Calibration, log_odds
from nesy.pipeline import Pipeline
from nesy.synthetic import draw
from nesy.synthetic.statements import statements
from nesy.turns import ModelInfo, VisionLanguageModel

SEED = 2028
"""Never used in training, whose seeds are 1 and 2, nor to measure the loop, which takes 2026."""
SPLIT = "ordinary"
"""Fitted on what the model was trained on: the kinds of scenes that the loop is judged on stay unseen."""
RESULTS = Path("results/calibration.json")
_PER_PICTURE = 8


@dataclass(frozen=True)
class Look:
    """One statement about a held-out drawing, and what the model gave for it."""

    picture: int
    kind: str
    true: bool
    yes: float
    """P(yes), asked whether it is true."""
    no: float
    """P(yes), asked whether it is wrong."""

    @property
    def share(self) -> float:
        """The mean of both polarities, in [0, 1]."""
        return (self.yes + 1.0 - self.no) / 2


def looks(
    model: VisionLanguageModel, ontology: Ontology, pictures: int, seed: int = SEED, split: str = SPLIT
) -> tuple[list[Look], int]:
    """Have a model look at statements about drawings; also return about how many no reply could be read.

    Raises:
        ModelError: the model has not learnt to verify, or cannot answer.
    """
    found: list[Look] = []
    unreadable = 0
    for index in range(pictures):
        drawing = draw(seed, index, split)
        image = Image.from_pixels(drawing.image, name=f"{split}_{seed}_{index:05d}.png")
        told = statements(drawing.scene, Random(f"nesy calibration {seed} {index}"), ontology, _PER_PICTURE)
        seen, _ = glances(model, image, [(s.claim, s.entities) for s in told])
        for stated, one in zip(told, seen, strict=True):
            if isinstance(one, ReplyError):
                unreadable += 1
            else:
                found.append(Look(index, type(stated.claim).__name__, stated.true, one.true, one.wrong))
    return found, unreadable


def platt(scores: Sequence[float], true: Sequence[bool]) -> tuple[float, float]:
    """Return a and b of P(true) = 1 / (1 + exp(a z + b)) that fit best; see `nesy.experiments.statistics`.

    Args:
        scores: the log-odds z of each example.
        true: whether it is true; of both at least one.

    Raises:
        ValueError: all examples are true, or none is.
    """
    bias, weight = regression([[score] for score in scores], true)
    return -weight, -bias


def fitted(found: Sequence[Look], model: ModelInfo) -> tuple[Calibration, dict[str, Any]]:
    """Fit on the looks at every second picture, and measure on the others; return the calibration and the figures.

    Raises:
        ValueError: the looks of one half are all at true or all at false statements.
    """
    learnt = [one for one in found if one.picture % 2 == 0]
    fresh = [one for one in found if one.picture % 2]
    a, b = platt([log_odds(one.share) for one in learnt], [one.true for one in learnt])
    shares, true = [one.share for one in fresh], [one.true for one in fresh]
    measured = auroc(shares, true)
    calibration = Calibration(model=model, a=a, b=b, auroc=measured, statements=len(learnt))
    kinds = sorted({one.kind for one in fresh})
    by_kind = {kind: [(one.share, one.true) for one in fresh if one.kind == kind] for kind in kinds}
    return calibration, {
        "fitted_on": len(learnt),
        "measured_on": len(fresh),
        "true": sum(true),
        "auroc": round(measured, 4),
        "auroc_by_kind": {
            k: round(auroc([s for s, _ in rows], [t for _, t in rows]), 4) for k, rows in by_kind.items()
        },
        "auroc_of_true": round(auroc([one.yes for one in fresh], true), 4),
        "auroc_of_wrong": round(auroc([-one.no for one in fresh], true), 4),
        "accuracy": round(sum((s > 0.5) == t for s, t in zip(shares, true, strict=True)) / max(1, len(fresh)), 4),
        "bins": BINS,
        "ece_before": round(calibration_error(shares, true), 4),
        "ece_after": round(calibration_error([calibration.chance(s) for s in shares], true), 4),
        "a": a,
        "b": b,
        "usable": not calibration.refused(model),
    }


def main() -> None:
    """Look, fit, measure and write."""
    parser = argparse.ArgumentParser(prog="python -m lab.calibration_fit", description=__doc__)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the figures")
    parser.add_argument("--into", type=Path, help="the parameters; the embedded model's folder where it is the model")
    arguments = parser.parse_args()
    pipeline = Pipeline(arguments.model)
    found, unreadable = looks(pipeline.model, pipeline.ontology, arguments.pictures, arguments.seed)
    calibration, figures = fitted(found, pipeline.model_info)
    described = describe(pipeline, range(arguments.pictures), arguments.seed, SPLIT, looks=True)
    own, own_figures = fit_own(described)
    together, together_figures = fit_together(described, own, calibration.a, calibration.b)
    calibration = calibration.model_copy(update={"own": own, "together": together})
    into = arguments.into
    if into is None and arguments.model == "embedded":
        into = assets.embedded_model() / "calibration.json"
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "command": "python -m lab.calibration_fit",
        "commit": commit(),
        "model": pipeline.model_info.model_dump(exclude_none=True),
        "seed": arguments.seed,
        "split": SPLIT,
        "pictures": arguments.pictures,
        "unreadable": unreadable,
        **figures,
        "own_words": own_figures,
        "together": together_figures,
    }
    arguments.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    if into is not None:
        into.write_text(
            calibration.model_dump_json(by_alias=True, exclude_none=True, indent=1) + "\n", encoding="utf-8"
        )
    told = "usable as weights" if figures["usable"] else f"no weights: AUROC below {LEAST_AUROC}"
    Console().print(
        f"AUROC {figures['auroc']:.3f}, calibration error {figures['ece_before']:.3f} -> {figures['ece_after']:.3f} on "
        f"{figures['measured_on']} statements; a = {calibration.a:.3f}, b = {calibration.b:.3f}; {told}",
        markup=False,
        highlight=False,
    )


if __name__ == "__main__":
    main()
