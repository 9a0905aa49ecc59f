"""How often each kind of objection is right: objections.json, made by `python -m lab.objection_scores`."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import get_args

from pydantic import BaseModel, ConfigDict, Field

from nesy.verdict import Objection

LEAST = 0.7
"""An objection counts from so high a chance on that it is right."""


class Weight(BaseModel):
    """How often objections of one kind are right, where one claim in five is false."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chance: float | None = Field(ge=0, le=1)
    """That the claim is false; None where nothing is known."""
    low: float | None = None
    """Of the 95 % interval, like `high`."""
    high: float | None = None
    counts: bool
    """Whether such an objection contradicts; if not, the claim stays unknown."""

    @property
    def told(self) -> str:
        """Say in one sentence why such an objection does not contradict."""
        if self.chance is None:
            return "How often that tells is not measured, so it contradicts nothing."
        return f"That is right too seldom ({self.chance:.0%}) to contradict."


class Weights(BaseModel):
    """The table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    made_by: str
    """The command, and what it was made from."""
    kinds: Mapping[Objection, Weight]
    """Of every kind."""

    def of(self, objection: Objection) -> Weight:
        """Return the weight of a kind; a kind that was never measured does not count."""
        return self.kinds.get(objection, _UNMEASURED)


_UNMEASURED = Weight(chance=None, counts=False)

EVERY = Weights(made_by="by hand", kinds={kind: Weight(chance=None, counts=True) for kind in get_args(Objection)})
"""Lets every objection count: what is measured."""


@cache
def shipped() -> Weights:
    """Return the table that is shipped."""
    return Weights.model_validate_json((files("nesy.grounding") / "objections.json").read_text(encoding="utf-8"))
