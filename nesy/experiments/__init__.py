"""Measuring: a pipeline on pictures with known truth -> scores before and after the loop."""

from nesy.experiments.scoring.folder import Report, Scores, evaluate
from nesy.experiments.scoring.metrics import KINDS, Tally, pair, right_claims, tally, total

__all__ = ["KINDS", "Report", "Scores", "Tally", "evaluate", "pair", "right_claims", "tally", "total"]
