"""A model as one request asks it: others work while it computes, it can be stopped, and its draws are the request's."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from nesy.turns import ModelInfo, Reply, Request, VisionLanguageModel, info_of, replies

_DRAWN = ("describe", "ask")
"""Turns in which a model speaks freely; in all others it chooses among given answers."""


class Floored(VisionLanguageModel, Protocol):
    """A model that is asked by who has the floor, and leaves it to others while it computes."""

    floor: threading.Lock


class Stopped(Exception):
    """Nobody waits for the result any more, or there is no more time for it."""


class OneAtATime:
    """A model of this machine, which answers one request at a time; the floor is free while it computes."""

    def __init__(self, model: VisionLanguageModel) -> None:
        self._model = model
        self.floor = threading.Lock()

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
        with self._away():
            return self._model.reply(request)

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests about one image; raises as the model does."""
        with self._away():
            return replies(self._model, requests)

    @contextmanager
    def _away(self) -> Iterator[None]:
        self.floor.release()
        try:
            yield
        finally:
            self.floor.acquire()


@dataclass(frozen=True)
class Draw:
    """How the model's free turns are drawn; as in `nesy.turns.Request`."""

    temperature: float = 0.0
    seed: int = 0


class Attended:
    """The model of one request.

    Args:
        model: shared by all requests.
        stopped: set when nobody waits any more: the next turn raises `Stopped`.
        draw: of the turns in which the model speaks freely.
    """

    def __init__(self, model: Floored, stopped: threading.Event, draw: Draw) -> None:
        self._model, self._stopped, self._draw = model, stopped, draw

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # its own, and not there yet
            raise AttributeError(name)
        return getattr(self._model, name)

    @property
    def info(self) -> ModelInfo:
        """Which model it is."""
        return info_of(self._model)

    def reply(self, request: Request) -> Reply:
        """Answer one request; raises as the model does, or Stopped."""
        return self.replies([request])[0]

    def replies(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer requests about one image; raises as the model does, or Stopped."""
        self._go_on()
        asked = [self._drawn(request) for request in requests]
        answered = [self._model.reply(asked[0])] if len(asked) == 1 else replies(self._model, asked)
        self._go_on()
        return answered

    def _go_on(self) -> None:
        if self._stopped.is_set():
            raise Stopped

    def _drawn(self, request: Request) -> Request:
        if not self._draw.temperature or request.temperature or request.kind not in _DRAWN:
            return request
        return request.model_copy(update={"temperature": self._draw.temperature, "sample": self._draw.seed})
