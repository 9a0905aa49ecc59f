"""What a model's yes and no are worth: calibration.json -> the chance that a statement is true, or why there is none.

Platt scaling (Platt, Probabilistic outputs for support vector machines, 1999) of the log-odds z of a blind look:
P(true) = 1 / (1 + exp(a z + b)). `python -m nesy.evaluation.calibration` fits and measures it.
"""

import math
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.dialogue import ModelInfo
from nesy.errors import InputError
from nesy.scene import read_json

LEAST_AUROC = 0.6
"""Below, a model's yes and no tell too little to weigh claims with."""
_EXTREME = 1e-4
"""Log-odds are those of a share no nearer to 0 or 1: what is nearer is a matter of the arithmetic's precision."""


class Calibration(BaseModel):
    """Fitted parameters, the model they were fitted for, and how well its yes and no tell true from false."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    schema_: Literal["nesy.calibration/1"] = Field(default="nesy.calibration/1", alias="schema")
    model: ModelInfo
    a: Annotated[float, Field(allow_inf_nan=False)]
    b: Annotated[float, Field(allow_inf_nan=False)]
    auroc: Annotated[float, Field(ge=0.0, le=1.0)]
    """On statements that it was not fitted on."""
    statements: Annotated[int, Field(ge=0)]
    """How many it was fitted on."""

    def chance(self, share: float) -> float:
        """Return the chance that a statement is true, in [0, 1].

        Args:
            share: what the model gave for it: the mean of P(yes) asked whether it is true, and 1 - P(yes) asked whether
                it is wrong.
        """
        z = self.a * log_odds(share) + self.b
        return 1.0 / (1.0 + math.exp(z)) if z < 0 else math.exp(-z) / (1.0 + math.exp(-z))

    def refused(self, model: ModelInfo) -> str:
        """Return why a model's yes and no are no weights by this calibration; empty where they are."""
        if _weights(model) != _weights(self.model):
            return (
                f"the calibration is that of {self.model.id} {self.model.revision or ''}".rstrip() + ", other weights"
            )
        if self.auroc < LEAST_AUROC or self.a >= 0:
            return (
                f"the yes and no of {model.id} tell too little (AUROC {self.auroc:.2f}, at least {LEAST_AUROC} needed)"
            )
        return ""


def log_odds(share: float) -> float:
    """Return ln(p / (1 - p)) of a share in [0, 1], cut off near both ends: a number from -9.2 to 9.2."""
    cut = min(max(share, _EXTREME), 1.0 - _EXTREME)
    return math.log(cut / (1.0 - cut))


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.json; InputError names the file and what is wrong with it."""
    try:
        return read_json(Calibration, path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _weights(model: ModelInfo) -> tuple[str | None, ...]:
    """Return what tells weights apart: their hash, or where there is none the names they go by."""
    return (model.weights_sha256,) if model.weights_sha256 else (model.id, model.revision)
