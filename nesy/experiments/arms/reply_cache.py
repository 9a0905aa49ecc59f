"""A model -> the same one, asked once for what several arms ask, and in one batch for what they ask first.

Arms that go on from one round 0 often ask the same of the same image: with and without the guard, with and without the
repair. The answer they share is counted in each as a call that costs what it cost once.
"""

from collections.abc import Sequence

from nesy.perception.calibration import Calibration
from nesy.turns import ManyAtOnce, ModelInfo, Reply, Request


class Remembering:
    """Keeps a model's answers about the last image; for models whose answer is a function of the request."""

    def __init__(self, model: ManyAtOnce) -> None:
        self._model = model
        self._image = ""
        self._answers: dict[Request, Reply] = {}

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        return self._model.info

    @property
    def turns(self) -> tuple[str, ...] | None:
        """The kinds of turns that the model has learnt; None: any."""
        learnt: tuple[str, ...] | None = getattr(self._model, "turns", None)
        return learnt

    @property
    def calibration(self) -> Calibration | None:
        """What its yes and no are worth, where that was measured."""
        measured: Calibration | None = getattr(self._model, "calibration", None)
        return measured

    def reply(self, request: Request) -> Reply:
        """Answer a request, from memory where it was asked before; ModelError when the model cannot."""
        return self.replies([request])[0]

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests in order, those that were never asked in one batch; ModelError when the model cannot."""
        if any(request.image.sha256 != self._image for request in requests):  # what is kept is of one image
            self._answers = {}
        fresh = list(dict.fromkeys(request for request in requests if request not in self._answers))
        if fresh:
            self._answers |= zip(fresh, self._model.replies(fresh), strict=True)
            self._image = fresh[-1].image.sha256
        return [self._answers[request] for request in requests]
