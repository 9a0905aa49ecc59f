"""A model + settings -> the key of its calibration; and the same model with the calibration that is kept for the key.

`nesy calibrate` writes it. Where there is none, the model is as before: with the calibration of its folder, or none.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import PIL.Image

from nesy.errors import InputError
from nesy.image import Image
from nesy.models.wording import told_in_words, worded
from nesy.ontology import Ontology
from nesy.perception.calibration import Calibration, read_calibration
from nesy.perception.calibration_key import CalibrationKey
from nesy.perception.calibration_store import find
from nesy.perception.profile import read_profile
from nesy.perception.prompt import render
from nesy.scene import Entity
from nesy.settings import PromptSettings, Settings
from nesy.turns import ModelInfo, Reply, Request, VisionLanguageModel, info_of, replies

_DIGITS = 16


class Calibrated:
    """A model with a calibration of one's own; whatever else it can do, it can still do."""

    def __init__(self, model: VisionLanguageModel, calibration: Calibration) -> None:
        self._model, self.calibration = model, calibration

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # its own, and not there yet
            raise AttributeError(name)
        return getattr(self._model, name)

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        return info_of(self._model)

    def reply(self, request: Request) -> Reply:
        """Answer one request; raises as the model does."""
        return self._model.reply(request)

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests about one image; raises as the model does."""
        return replies(self._model, requests)


def calibrated(
    model: VisionLanguageModel, settings: Settings, ontology: Callable[[], Ontology] = Ontology.default
) -> VisionLanguageModel:
    """Return a model, told its turns in the settings' words, with the calibration that they name or that is kept.

    Args:
        model: who answers.
        settings: how it is loaded and asked.
        ontology: loads the one whose words prompts may tell; it is not asked where the settings have none told.

    Raises:
        InputError: the calibration that they name is for another key, or one cannot be read.
        ModelError: it takes no words but its own.
    """
    told = None if settings.prompts == PromptSettings() and not settings.ontology else ontology()
    ready = model if told is None else worded(model, settings.prompts, told)
    if settings.correction.evidence == "none":
        return ready
    key = key_of(model, settings, told)
    if settings.correction.calibration is None:
        found = find(key)
        return ready if found is None else Calibrated(ready, found)
    named = read_calibration(Path(settings.correction.calibration))
    if named.key is not None and (other := key.differs_from(named.key)):
        raise InputError(f"{settings.correction.calibration}: the calibration is for another key: {other}")
    return Calibrated(ready, named)


def key_of(model: VisionLanguageModel, settings: Settings, ontology: Ontology | None) -> CalibrationKey:
    """Return what a calibration of this model, loaded and asked like this, is for.

    Args:
        model: who answers.
        settings: how it is loaded and asked.
        ontology: whose words prompts may tell; None where the settings have none told.

    Raises:
        InputError: the profile of the settings cannot be read.
    """
    info, asked = info_of(model), settings.perception
    engine = _engine(model, info)
    logprobs = info.logprobs or ("raw" if engine == "server" else "processed")
    profile = info.profile
    if asked.profile is not None and asked.profile.endswith(".toml"):
        profile = f"{profile} {_sum(read_profile(asked.profile).model_dump_json())}"
    numbers = getattr(model, "dtype", None)
    return CalibrationKey(
        model=info.id,
        revision=info.revision,
        weights_sha256=info.weights_sha256,
        engine=engine,
        dtype=numbers if isinstance(numbers, str) else None,
        quantize=asked.quantize,
        logprobs=logprobs,
        profile=profile,
        describe=asked.describe,
        prompts=_sum("\n".join(_prompts(model, settings, ontology))),
    )


def _engine(model: VisionLanguageModel, info: ModelInfo) -> str:
    """Return who computes: told by the model, or by what its id begins with."""
    told = getattr(model, "engine", None)
    if isinstance(told, str):
        return told
    begins = info.id.partition(":")[0]
    kinds = {"http": "server", "https": "server", "replay": "replay", "witness": "witness"}
    return kinds.get(begins, "python")


def _prompts(model: VisionLanguageModel, settings: Settings, ontology: Ontology | None) -> list[str]:
    """Return the turns of a description and of the two looks at a statement, as the model is told them."""
    compact = not getattr(model, "takes_templates", True)
    blank = Image.from_pixels(PIL.Image.new("RGB", (1, 1)))
    cup = Entity(id="cup_1", category="cup", box=(0.25, 0.25, 0.75, 0.75))
    form = "json" if compact else {"sentences": "prose"}.get(settings.perception.describe, settings.perception.describe)
    things = (cup,) if form == "grounded" else ()
    requests = [
        Request.model_validate({"image": blank, "kind": "describe", "form": form, "entities": things}),
        *(
            Request(image=blank, kind="verify", entities=(cup,), question="cup_1 is a cup", negated=negated)
            for negated in (False, True)
        ),
    ]
    if ontology is not None:
        requests = [told_in_words(request, settings.prompts, ontology) for request in requests]
    return [render(request, "compact" if compact else "full") for request in requests]


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]
