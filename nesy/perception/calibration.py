"""What a model's words, and its yes and no, are worth: calibration.json -> the chance that a claim is true.

A blind look: Platt scaling (Platt, Probabilistic outputs for support vector machines, 1999) of its log-odds z,
P(true) = 1 / (1 + exp(a z + b)). A claim of a description: a logistic regression on how probable its words were, and
for an entity its box. Both together: another one, on the log-odds of the two.
`nesy calibrate` fits and measures all of it for a model of one's own (`nesy.experiments.calibrating`), and what a
witness adds beside; `python -m lab.calibration_fit` for the embedded one.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from nesy.errors import InputError
from nesy.observations import WitnessInfo
from nesy.perception.calibration_key import CalibrationKey
from nesy.scene import Claim, Entity, Scene, named, read_json
from nesy.turns import ModelInfo

LEAST_AUROC = 0.6
"""Below, a model's yes and no tell too little to weigh claims with."""
_EXTREME = 1e-4
"""Log-odds are those of a share no nearer to 0 or 1: what is nearer is a matter of the arithmetic's precision."""

Weight = Annotated[float, Field(allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Kind = Literal["entity", "partstate", "relation", "count"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Own(_Frozen):
    """How the log-odds that a claim is true follow from the model's own words: a sum of these, each times its weight.

    `words`: the log-odds of the claim's confidence; `box`: the logarithm of an entity's `box_confidence`; `ends`: the
    least of the log-odds that the entities come to that the claim is about.
    """

    bias: Weight
    """The constant."""
    words: Weight
    """Weight of the log-odds of the words."""
    box: Weight = 0.0
    """Weight of the logarithm of the box's confidence."""
    ends: Weight = 0.0
    """Weight of the least log-odds of the entities it is about."""
    auroc: Share
    """On claims that it was not fitted on."""


class Together(_Frozen):
    """How the log-odds that a claim is true follow from those of its own words and those of the look at it."""

    bias: Weight
    """The constant."""
    own: Weight
    """Weight of the claim's own words."""
    look: Weight
    """Weight of the look."""


class Beside(_Frozen):
    """What a witness counts beside the model: both may rest on the same evidence."""

    names: tuple[str, ...]
    """Who looked; of others nothing is known."""
    weights_sha256: tuple[str | None, ...]
    """Of the weights of each."""
    share: Share
    """By so much its log-odds are multiplied: 1: nothing in common; 0: it tells nothing that the model does not."""
    statements: Annotated[int, Field(ge=1)]
    """That it had something to say of."""


class Worth(_Frozen):
    """How well something tells true from false, on pictures that it was not fitted on."""

    of: Literal["looks", "words", "words and looks", "witness"]
    """What a look leaves, what the words of a description do, both together; or all of it with a witness beside."""
    kind: Kind | None = None
    """Of which claims; None: of all."""
    statements: Annotated[int, Field(ge=0)]
    """Of which it is known whether they are true."""
    true: Annotated[int, Field(ge=0)]
    """How many of them are."""
    auroc_before: Share
    """Of what the model gave, as it is; of a witness: of the model without it."""
    auroc: Share
    """Of the chance that was fitted."""
    auroc_low: Share
    """End of the bootstrap interval of 95 % over pictures."""
    auroc_high: Share
    """Its other end."""
    ece_before: Share
    """Expected calibration error, over ten bins of as many statements each, of what the model gave."""
    ece: Share
    """Of the chance that was fitted; of looks in the same bins."""


class Calibration(_Frozen):
    """Fitted parameters, the model they were fitted for, and how well its yes and no tell true from false.

    `nesy.calibration/1` is the format of the embedded model; one of `nesy calibrate` (`/2`) has a key.
    """

    schema_: Literal["nesy.calibration/1", "nesy.calibration/2"] = Field(default="nesy.calibration/1", alias="schema")
    model: ModelInfo
    """Whose yes and no it is fitted to; other weights need another."""
    key: CalibrationKey | None = None
    """All that it holds for, of `/2`: for a model that differs in any of it, it is refused."""
    a: Weight
    """Slope of the Platt scaling."""
    b: Weight
    """Its intercept."""
    auroc: Share
    """On statements that it was not fitted on."""
    statements: Annotated[int, Field(ge=0)]
    """How many it was fitted on."""
    own: Mapping[Kind, Own] = {}
    """What the words of a description are worth, by the kind of claim; empty where that was not measured."""
    together: Mapping[Kind, Together] = {}
    """What they and a look are worth together, by the kind of claim; where there is none a look stands alone."""
    witness: Beside | None = None
    """What a witness counts beside them; None: that was not measured, and it counts in full."""
    pictures: Annotated[int, Field(ge=1)] | None = None
    """How many it was fitted on, where that is on record."""
    worth: tuple[Worth, ...] = ()
    """How well it tells true from false, of `/2`."""

    @model_validator(mode="after")
    def _second_has_a_key(self) -> Self:
        if (self.key is None) is (self.schema_ == "nesy.calibration/2"):
            raise ValueError("a calibration of nesy.calibration/2 has a key, one of /1 has none")
        return self

    def chance(self, share: float, own: float | None = None, kind: Kind = "entity") -> float:
        """Return the chance that a statement is true, in [0, 1].

        Args:
            share: what the model gave for it: the mean of P(yes) asked whether it is true, and 1 - P(yes) asked whether
                it is wrong.
            own: for a claim of a description, the log-odds of its own words, from `own_log_odds`.
            kind: that of the claim.
        """
        z = -(self.a * log_odds(share) + self.b)
        if own is not None and kind in self.together:
            weights = self.together[kind]
            z = weights.bias + weights.own * own + weights.look * z
        return logistic(z)

    def own_log_odds(self, scene: Scene) -> dict[str, float]:
        """Return by id, for every claim with a confidence, the log-odds that it is true by the model's own words."""
        return own_log_odds(scene, self.own)

    def beliefs(self, scene: Scene) -> dict[str, float]:
        """Return `own_log_odds` as chances in [0, 1]."""
        return {claim: logistic(odds) for claim, odds in self.own_log_odds(scene).items()}

    def share_of(self, witnesses: Sequence[WitnessInfo]) -> float:
        """Return by how much the log-odds of these witnesses are multiplied, in [0, 1]; 1 where nobody measured it."""
        known = self.witness
        if known is None:
            return 1.0
        who = tuple(one.name for one in witnesses), tuple(one.weights_sha256 for one in witnesses)
        return known.share if who == (known.names, known.weights_sha256) else 1.0

    def refused(self, model: ModelInfo, *, looks: bool = True) -> str:
        """Return why this calibration tells nothing of a model; empty where it does.

        Args:
            model: whose yes and no, or whose words, are to be weighed.
            looks: False where only the words of its descriptions are.
        """
        if _weights(model) != _weights(self.model):
            return (
                f"the calibration is that of {self.model.id} {self.model.revision or ''}".rstrip() + ", other weights"
            )
        if _mode(model) != _mode(self.model):
            return (
                f"the calibration is for {_mode(self.model)} probabilities, and those of {model.id} are {_mode(model)} "
                "(perception.logprobs)"
            )
        if not looks:
            return "" if self.own else f"the words of {model.id} are not calibrated"
        if self.auroc < LEAST_AUROC or self.a >= 0:
            return (
                f"the yes and no of {model.id} tell too little (AUROC {self.auroc:.2f}, at least {LEAST_AUROC} needed)"
            )
        return ""


def own_log_odds(scene: Scene, own: Mapping[Kind, Own]) -> dict[str, float]:
    """Return by id, for every claim of these kinds with a confidence, what its words and box come to."""
    found: dict[str, float] = {}
    for claim in scene.claims():  # entities come first
        weights = own.get(kind_of(claim))
        seen = None if weights is None else features(claim, scene, found)
        if weights is not None and seen is not None:
            words, box, ends = seen
            found[claim.id] = weights.bias + weights.words * words + weights.box * box + weights.ends * ends
    return found


def kind_of(claim: Claim) -> Kind:
    """Return the kind of a claim, as a calibration names it."""
    kinds: dict[str, Kind] = {
        "Entity": "entity",
        "PartState": "partstate",
        "Relation": "relation",
        "Count": "count",
    }
    return kinds[type(claim).__name__]


def features(claim: Claim, scene: Scene, log_odds_of: Mapping[str, float]) -> tuple[float, float, float] | None:
    """Return what a claim's words tell, as `Own` weighs it: words, box and ends; None without a confidence.

    Args:
        claim: one of `scene`.
        scene: whose entities it names.
        log_odds_of: by the entities' ids; one without counts as even.
    """
    if claim.confidence is None:
        return None
    box = claim.box_confidence if isinstance(claim, Entity) else None
    ends = () if isinstance(claim, Entity) else named(claim, scene.entities)
    return (
        log_odds(claim.confidence),
        0.0 if box is None else math.log(max(box, _EXTREME)),
        min((log_odds_of.get(entity.id, 0.0) for entity in ends), default=0.0),
    )


def log_odds(share: float) -> float:
    """Return ln(p / (1 - p)) of a share in [0, 1], cut off near both ends: a number from -9.2 to 9.2."""
    cut = min(max(share, _EXTREME), 1.0 - _EXTREME)
    return math.log(cut / (1.0 - cut))


def logistic(z: float) -> float:
    """Return 1 / (1 + exp(-z)), in [0, 1]."""
    return math.exp(z) / (1.0 + math.exp(z)) if z < 0 else 1.0 / (1.0 + math.exp(-z))


def read_calibration(path: Path) -> Calibration:
    """Read a calibration.json; InputError names the file and what is wrong with it."""
    try:
        return read_json(Calibration, path.read_bytes(), str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _mode(model: ModelInfo) -> str:
    """Return whether a model's probabilities are those before the grammar (`raw`) or after it."""
    return model.logprobs or "processed"


def _weights(model: ModelInfo) -> tuple[str | None, ...]:
    """Return what tells weights apart: their hash, or where there is none the names they go by."""
    return (model.weights_sha256,) if model.weights_sha256 else (model.id, model.revision)
