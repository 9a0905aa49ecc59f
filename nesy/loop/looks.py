"""What is disputed -> blind evidence: every claim in a question, and what each could be changed to, looked at alone.

The model is shown the image and one statement, in one turn whether it is true and in another whether it is wrong; no
rule, no note and no earlier answer. All turns are asked in one batch. Their probabilities become a chance by the
model's calibration; a model without one, or whose yes and no tell too little, gives no evidence, and says why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nesy.analysis import Evidence
from nesy.errors import ReplyError
from nesy.image import Image
from nesy.loop.readings import Reading, looking, readings
from nesy.observations import Witness
from nesy.perception.calibration import Calibration, kind_of, logistic, read_calibration
from nesy.perception.reply import parse_verified
from nesy.scene import Claim, Entity, Scene, in_words
from nesy.settings import CorrectionSettings
from nesy.turns import ModelInfo, Reply, Request, Usage, VisionLanguageModel, info_of, replies


@dataclass(frozen=True)
class Glance:
    """What a model gave for one statement, asked both ways."""

    true: float
    """P(yes), asked whether it is true."""
    wrong: float
    """P(yes), asked whether it is wrong."""

    @property
    def share(self) -> float:
        """Both together, in [0, 1], as `Calibration.chance` takes it."""
        return (self.true + 1.0 - self.wrong) / 2


def glances(
    model: VisionLanguageModel, image: Image, stated: Sequence[tuple[Claim, Sequence[Entity]]], round: int = 0
) -> tuple[list[Glance | ReplyError], list[Reply]]:
    """Look at statements blindly, in one batch: what each gave, or why that could not be read; and all replies.

    Args:
        model: who looks.
        image: what it is shown.
        stated: claims, each with entities among which are those that it names.
        round: the number of the round.

    Raises:
        ModelError: the model cannot answer.
    """
    both = (False, True)
    turns = [looking(image, claim, things, negated=no, round=round) for claim, things in stated for no in both]
    given = replies(model, turns) if turns else []
    found: list[Glance | ReplyError] = []
    for true, wrong in zip(given[::2], given[1::2], strict=True):
        try:
            found.append(Glance(parse_verified(true), parse_verified(wrong)))
        except ReplyError as error:
            found.append(error)
    return found, given


@dataclass(frozen=True)
class Looked:
    """What the looks of one round gave."""

    evidence: tuple[Evidence, ...] = ()
    usage: Usage = field(default_factory=Usage)
    none: str = ""
    """Why there is no evidence, where the settings want it."""
    problems: tuple[str, ...] = ()
    """Statements about which no reply could be read, one line each."""
    turns: tuple[Reply, ...] = ()
    """What was asked and replied."""


def calibration_of(
    model: VisionLanguageModel, info: ModelInfo, settings: CorrectionSettings
) -> tuple[Calibration | None, str]:
    """Return the calibration by which the model's looks weigh, or None and why they do not.

    Raises:
        InputError: the calibration that the settings name cannot be read.
    """
    if settings.evidence == "none":
        return None, ""
    turns = getattr(model, "turns", None)
    if turns is not None and "verify" not in turns and settings.evidence == "blind":
        return None, f"{info.id} has learnt to {', '.join(turns)}, not to verify"
    own = getattr(model, "calibration", None)
    calibration = own if settings.calibration is None else read_calibration(Path(settings.calibration))
    if not isinstance(calibration, Calibration):
        return None, f"the yes and no of {info.id} are not calibrated"
    refused = calibration.refused(info, looks=settings.evidence == "blind")
    return (None, refused) if refused else (calibration, "")


def share_beside(model: VisionLanguageModel, witnesses: Sequence[Witness], settings: CorrectionSettings) -> float:
    """Return by how much the log-odds of witnesses count beside a model, in [0, 1]; 1 where that was not measured.

    Raises:
        InputError: the calibration that the settings name cannot be read.
    """
    calibration, _ = calibration_of(model, info_of(model), settings)
    return 1.0 if calibration is None else calibration.share_of([one.info for one in witnesses])


def believed(
    model: VisionLanguageModel, info: ModelInfo, settings: CorrectionSettings, scene: Scene
) -> dict[str, float]:
    """Return by id the chance of each claim that the model's own words give it; empty where they are not calibrated.

    Raises:
        InputError: the calibration that the settings name cannot be read.
    """
    calibration, _ = calibration_of(model, info, settings)
    return {} if calibration is None else calibration.beliefs(scene)


def look(
    model: VisionLanguageModel,
    info: ModelInfo,
    settings: CorrectionSettings,
    request: Request,
    scene: Scene,
    before: Sequence[Evidence] = (),
) -> Looked:
    """Look at the claims that `request` asks about, and at what each could be changed to.

    Args:
        model: who looks.
        info: which model it is.
        settings: whether to look at all, and the calibration of a model that brings none.
        request: what is disputed.
        scene: what it is about.
        before: looks of earlier rounds; a statement is looked at once.

    Raises:
        InputError: the calibration that the settings name cannot be read.
        ModelError: the model cannot answer.
    """
    calibration, none = calibration_of(model, info, settings)
    if calibration is None:
        return Looked(none=none)
    known = {one.statement for one in before}
    asked = [reading for reading in readings(request, scene) if in_words(reading.says) not in known]
    words = calibration.own_log_odds(scene)
    own = {in_words(claim): words[claim.id] for claim in scene.claims() if claim.id in words}
    if settings.evidence == "own":
        return Looked(tuple(_unseen(reading, own) for reading in asked if in_words(reading.says) in own))
    stated = [(reading.says, scene.entities) for reading in asked]
    found, given = glances(model, request.image, stated, request.round)
    evidence: list[Evidence] = []
    problems: list[str] = []
    for reading, seen in zip(asked, found, strict=True):
        statement = in_words(reading.says)
        if isinstance(seen, ReplyError):
            problems.append(f"{statement}: no evidence, {'; '.join(seen.problems)}")
            continue
        chance = calibration.chance(seen.share, own.get(statement), kind_of(reading.says))
        evidence.append(
            Evidence(
                claim=reading.claim,
                answer=reading.answer,
                statement=statement,
                true=round(seen.true, 6),
                wrong=round(seen.wrong, 6),
                chance=round(chance, 6),
            )
        )
    usage = sum((reply.usage for reply in given), Usage())
    return Looked(tuple(evidence), usage, "", tuple(problems), tuple(given))


def _unseen(reading: Reading, own: Mapping[str, float]) -> Evidence:
    statement = in_words(reading.says)
    chance = round(logistic(own[statement]), 6)
    return Evidence(claim=reading.claim, answer=reading.answer, statement=statement, chance=chance)
