"""What a calibration is fitted for: a model, its weights and numbers, who computes them, and how it is asked."""

import hashlib
from typing import Literal

from pydantic import BaseModel, ConfigDict

_PARTS = {
    "model": "the model",
    "weights_sha256": "the weights",
    "revision": "the revision",
    "engine": "the engine",
    "dtype": "the numbers it computes in",
    "quantize": "the bits of its weights",
    "logprobs": "probabilities before (raw) or after the grammar (processed)",
    "profile": "the profile",
    "describe": "how an image is described",
    "prompts": "the words of the prompts",
}
_DIGITS = 16


class CalibrationKey(BaseModel):
    """For which model, weights, engine and prompts a calibration holds; for any other it is refused.

    >>> here = CalibrationKey(model="some/model", weights_sha256="a" * 64, engine="transformers", prompts="1")
    >>> here.differs_from(here.model_copy(update={"dtype": "bfloat16"}))
    'the numbers it computes in (dtype): bfloat16 there, none here'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    """Its id; of a server the address and the name. Where the sum of the weights is known, that counts in its place."""
    revision: str | None = None
    """Of the weights; as above."""
    weights_sha256: str | None = None
    """Of the files of its weights, an adapter's among them."""
    engine: str
    """Who computes: `transformers` on this machine, `server`, `witness`, `replay`, or `python`, one's own object."""
    dtype: str | None = None
    """In which numbers, where that is known."""
    quantize: str | None = None
    """To how many bits the weights were rounded as they were loaded."""
    logprobs: Literal["raw", "processed"] = "processed"
    """Whether its probabilities are those before the grammar and temperature (`raw`) or after."""
    profile: str | None = None
    """How it writes boxes; of a file of one's own with the sum of what it says."""
    describe: str = "json"
    """How an image is described, as `PerceptionSettings` has it."""
    prompts: str
    """Sum of the words in which it is asked to describe and to look."""

    @property
    def short(self) -> str:
        """Sixteen hexadecimal digits: the name of the file that a calibration is found by."""
        return hashlib.sha256(self._counted().model_dump_json().encode()).hexdigest()[:_DIGITS]

    def differs_from(self, other: "CalibrationKey") -> str:
        """Return the first part in which another key (there) is not this one (here), in words; empty: none."""
        mine, theirs = self._counted().model_dump(), other._counted().model_dump()
        for part, words in _PARTS.items():
            if mine[part] != theirs[part]:
                there, here = (str(value or "none")[:80] for value in (theirs[part], mine[part]))
                return f"{words} ({part}): {there} there, {here} here"
        return ""

    def _counted(self) -> "CalibrationKey":
        """Return the key with what tells weights apart alone: their sum, or without one the names they go by."""
        return self.model_copy(update={"model": "", "revision": None}) if self.weights_sha256 else self
