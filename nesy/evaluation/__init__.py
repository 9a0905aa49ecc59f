"""Measuring: a pipeline on pictures with known truth -> scores before and after the loop."""

from nesy.evaluation.measuring import Report, Scores, evaluate
from nesy.evaluation.metrics import KINDS, Tally, pair, right_claims, tally, total

__all__ = ["KINDS", "Report", "Scores", "Tally", "evaluate", "pair", "right_claims", "tally", "total"]
