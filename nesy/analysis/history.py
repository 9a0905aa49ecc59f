"""What is on record of one image: its rounds, the final scene and how it came about, as in `nesy.analysis/1`."""

from typing import Literal

from pydantic import Field

from nesy.analysis.rounds import Edit, Frozen, Round, StopReason, Withdrawal
from nesy.scene import ImageInfo, Scene
from nesy.settings import Settings
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Verdict


class History(Frozen):
    """The record of one analysed image, as data alone; `nesy.Analysis` adds what can be made of it."""

    schema_: Literal["nesy.analysis/1"] = Field(default="nesy.analysis/1", alias="schema")
    image: ImageInfo
    model: ModelInfo
    settings: Settings
    rounds: tuple[Round, ...] = Field(min_length=1)
    kept_round: int
    """Index of the round whose scene was taken (and repaired, where `edits` is not empty)."""
    scene: Scene
    verdict: Verdict
    edits: tuple[Edit, ...] = ()
    repair_optimal: bool | None = None
    """Whether no cheaper edits would leave the scene consistent; None where that is not known or was not asked."""
    withdrawn: tuple[Withdrawal, ...] = ()
    """Every claim dropped on the way to `scene`: by the model up to the kept round, then by the repair."""
    stop_reason: StopReason
    consistent: bool
    usage: Usage
    """Of all rounds together."""
