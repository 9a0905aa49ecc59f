"""What is on record of one image: its rounds, the final scene and how it came about, as in `nesy.analysis/1`."""

from typing import Literal, Self

from pydantic import Field, model_validator

from nesy.analysis.rounds import Edit, Frozen, Round, StopReason, Withdrawal
from nesy.observations import Observations
from nesy.scene import ImageInfo, Scene
from nesy.settings import Settings
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Verdict


class OntologyFile(Frozen):
    """An ontology file beside the shipped ones."""

    path: str
    """As the settings name it."""
    sha256: str
    """Of the file as it was read."""


class History(Frozen):
    """The record of one analysed image, as data alone; `nesy.Analysis` adds what can be made of it."""

    schema_: Literal["nesy.analysis/1"] = Field(default="nesy.analysis/1", alias="schema")
    image: ImageInfo
    """The picture."""
    model: ModelInfo
    """Who described it."""
    settings: Settings
    """Of every step."""
    calibration: str | None = Field(default=None, exclude_if=lambda key: key is None)
    """The key of the calibration of `nesy calibrate` that words and looks weighed by; left out where there was none."""
    observations: Observations | None = Field(default=None, exclude_if=lambda seen: seen is None)
    """What a witness saw in the picture, where one looked; no claim of the model's."""
    ontology: tuple[OntologyFile, ...] = Field(default=(), exclude_if=lambda files: not files)
    """The files of `settings.ontology`, whose terms the scenes are written in; left out where there are none."""
    rounds: tuple[Round, ...] = Field(min_length=1)
    """In order; the first is the description."""
    kept_round: int
    """Index of the round whose scene was taken (and repaired, where `edits` is not empty)."""
    scene: Scene
    """The final one."""
    verdict: Verdict
    """Of the final scene."""
    edits: tuple[Edit, ...] = ()
    """What the repair changed."""
    repair_optimal: bool | None = None
    """Whether no cheaper edits would leave the scene consistent; None where that is not known or was not asked."""
    withdrawn: tuple[Withdrawal, ...] = ()
    """Every claim dropped on the way to `scene`: by the model up to the kept round, then by the repair."""
    stop_reason: StopReason
    """Why the loop ended."""
    consistent: bool
    """Whether the final verdict's status is `consistent`: no violation, and not `unknown` either."""
    usage: Usage
    """Of all rounds together."""

    @model_validator(mode="after")
    def _rounds_are_where_they_are_named(self) -> Self:
        for place, turn in enumerate(self.rounds):
            if turn.index != place:
                raise ValueError(f"rounds.{place}.index is {turn.index}; rounds stand in order, the first is 0")
        if not 0 <= self.kept_round < len(self.rounds):
            raise ValueError(f"kept_round is {self.kept_round}, and the last round is {len(self.rounds) - 1}")
        for place, gone in enumerate(self.withdrawn):
            first = 1 if gone.by == "model" else 0  # an answer drops what the round before it held
            if not first <= gone.round < len(self.rounds):
                raise ValueError(
                    f"withdrawn.{place}.round is {gone.round}; of what the {gone.by} withdrew it is {first} to "
                    f"{len(self.rounds) - 1} here"
                )
        return self
