"""Step 4. Scene and Verdict -> the next Request (pure); the answer merged; when to stop."""

from nesy.correction.patch import PatchResult, apply_patch
from nesy.correction.question import conflicts, correct
from nesy.correction.stopping import best, fingerprint, stop_reason

__all__ = ["PatchResult", "apply_patch", "best", "conflicts", "correct", "fingerprint", "stop_reason"]
