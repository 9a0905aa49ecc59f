"""Step 4. Scene and Verdict -> the next Request (pure); the answer merged; when to stop."""

from nesy.correction.acceptance import Potential, lowering, potential
from nesy.correction.answers import KEEP
from nesy.correction.evidence import Balance, Chances, Reading, looking, readings, spread
from nesy.correction.patch import PatchResult, apply_patch
from nesy.correction.question import conflicts, correct, grave_enough
from nesy.correction.stopping import best, fingerprint, stop_reason

__all__ = [
    "KEEP",
    "Balance",
    "Chances",
    "PatchResult",
    "Potential",
    "Reading",
    "apply_patch",
    "best",
    "conflicts",
    "correct",
    "fingerprint",
    "grave_enough",
    "looking",
    "lowering",
    "potential",
    "readings",
    "spread",
    "stop_reason",
]
