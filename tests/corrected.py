"""Analyses in which something was corrected, of pictures drawn on the spot, by a scripted model."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PIL.Image

from nesy import Image, Pipeline, Settings
from nesy.analysis import Analysis
from nesy.models.scripted import ScriptedModel
from nesy.turns import NumberedClaim, Request

PERSON = {"id": "person_1", "box": [0.1, 0.1, 0.5, 0.9], "attributes": ["tall"]}
HORSE = {"id": "horse_1", "box": [0.2, 0.3, 0.6, 0.95]}
CUP = {"id": "cup_1", "box": [0.7, 0.7, 0.8, 0.8]}
NEAR = {"subject": "person_1", "predicate": "near", "object": "horse_1"}
ON_ITSELF = {"subject": "cup_1", "predicate": "on", "object": "cup_1"}
RIDDEN = {"subject": "horse_1", "predicate": "ride", "object": "person_1"}
SAID: dict[str, Any] = {"entities": [PERSON, HORSE, CUP], "relations": [NEAR, ON_ITSELF, RIDDEN]}
"""A description with two mistakes, of which rules speak: r2 is on itself, and r3 is turned round."""

Answer = Callable[[NumberedClaim], str]


def keep(_claim: NumberedClaim) -> str:
    return "keep"


def mend(claim: NumberedClaim) -> str:
    return "swap" if "swap" in claim.answers else "withdraw"


def analysed(
    said: dict[str, Any] | None = None,
    answer: Answer = mend,
    *,
    name: str = "a.png",
    colour: str = "white",
    settings: Settings | None = None,
    witness: tuple[Any, ...] = (),
) -> Analysis:
    """Return the analysis of a plain picture of which a model says this, and answers so when it is asked again."""
    described = json.dumps(SAID if said is None else said)

    def script(request: Request) -> str:
        if request.kind == "describe":
            return described
        return json.dumps({str(claim.number): answer(claim) for claim in request.claims})

    picture = Image.from_pixels(PIL.Image.new("RGB", (64, 48), colour), name=name)
    return Pipeline(ScriptedModel(script), settings, witness=witness or None).analyze(picture)


def saved(folder: Path, name: str, colour: str = "white") -> Image:
    """Save a plain picture and return it as it is read from its file."""
    folder.mkdir(parents=True, exist_ok=True)
    PIL.Image.new("RGB", (64, 48), colour).save(folder / name)
    return Image.open(folder / name)


def of_file(analysis: Analysis, image: Image) -> Analysis:
    """Return an analysis as of a picture's file."""
    return analysis.model_copy(update={"image": image.info})
