"""Scene -> Verdict: the rules, and the engine that runs them."""

from nesy.checking.check import check, check_rule
from nesy.checking.inferring import Inference
from nesy.checking.many import check_many, in_chunks
from nesy.checking.prepared import Engine, Prepared, prepare
from nesy.checking.rules import Rule, Rules

__all__ = [
    "Engine",
    "Inference",
    "Prepared",
    "Rule",
    "Rules",
    "check",
    "check_many",
    "check_rule",
    "in_chunks",
    "prepare",
]
