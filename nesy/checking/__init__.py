"""Scene -> Verdict: the rules, and the engine that runs them."""

from nesy.checking.check import check
from nesy.checking.rules import Rule, Rules

__all__ = ["Rule", "Rules", "check"]
