"""A model -> the same model, told with each description what the frame before showed."""

from collections.abc import Sequence
from typing import Any

from nesy.scene import Claim, Scene, in_words
from nesy.turns import ModelInfo, Reply, Request, VisionLanguageModel, info_of, replies

_MOST = 20
"""So many claims of the frame before are told at most."""


class WithPreviousFrame:
    """A model whose descriptions are asked for with what the frame before showed; all else it can do, it still can."""

    def __init__(self, model: VisionLanguageModel) -> None:
        self._model = model
        self.before: tuple[str, ...] = ()
        """What the frame before shows, a claim each."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # its own, and not there yet
            raise AttributeError(name)
        return getattr(self._model, name)

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        return info_of(self._model)

    def follow(self, scene: Scene) -> None:
        """Take a scene for that of the frame before."""
        claims: tuple[Claim, ...] = (*scene.relations, *scene.part_states, *scene.entities)
        self.before = tuple(in_words(claim) for claim in claims[:_MOST])

    def reply(self, request: Request) -> Reply:
        """Answer one request; raises as the model does."""
        return self._model.reply(self._with(request))

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests about one image; raises as the model does."""
        return replies(self._model, [self._with(request) for request in requests])

    def _with(self, request: Request) -> Request:
        tell = request.kind == "describe" and self.before
        return request.model_copy(update={"before": self.before}) if tell else request
