"""A witness who sees what it is told, for tests."""

from typing import Any

from nesy.image import Image
from nesy.observations import Observations, WitnessInfo
from nesy.ontology import Ontology

COCO = tuple(sorted(Ontology.default().categories))


class Eyes:
    """Sees the same in every picture: (category, box, score) each; `looks` counts how often it was asked."""

    def __init__(self, *things: tuple[str, tuple[float, ...], float], **more: Any) -> None:
        self.info = WitnessInfo(name="told", categories=COCO)
        self.looks = 0
        self._things = [{"category": c, "box": box, "score": score, "witness": "told"} for c, box, score in things]
        self._more = more

    def observe(self, image: Image) -> Observations:
        self.looks += 1
        told = {"image": image.info, "witnesses": [self.info], "things": self._things, **self._more}
        return Observations.model_validate(told)
