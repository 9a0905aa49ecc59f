"""Scene -> Verdict: the rules, and the engine that runs them."""

from nesy.checking.across_pictures import SAME, check_together, violations_together
from nesy.checking.batch import check_many, in_chunks
from nesy.checking.check import check, check_rule
from nesy.checking.given_scene import GivenScene, given_scene
from nesy.checking.inference import Inference
from nesy.checking.rule import Rule
from nesy.checking.rules import Rules
from nesy.checking.scene_data import Engine, Prepared, prepare

__all__ = [
    "SAME",
    "Engine",
    "GivenScene",
    "Inference",
    "Prepared",
    "Rule",
    "Rules",
    "check",
    "check_many",
    "check_rule",
    "check_together",
    "given_scene",
    "in_chunks",
    "prepare",
    "violations_together",
]
