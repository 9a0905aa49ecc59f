"""The one who analyzes pictures on a cluster: an actor with a model, or a connection, of its own."""

import pickle
import socket
import time
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from nesy.batch.batch_analysis import Taken, outcome_of
from nesy.batch.run_card import BatchCard, card_of
from nesy.batch.run_lines import Failure, Outcome
from nesy.distributed.luggage import Unpacked, unpacked
from nesy.distributed.stream import TRIES, made
from nesy.errors import InputError, ModelError, NesyError
from nesy.image import picture_bytes
from nesy.pipeline import Pipeline


@dataclass(frozen=True)
class Located:
    """A picture that is sent by its path, and the sum of the bytes that it has there."""

    name: str
    sha256: str
    path: Path


@dataclass(frozen=True)
class Unseen:
    """A picture that is not to be seen under its path, or is another one there."""

    name: str


@dataclass(frozen=True)
class Answer:
    """What comes back for a parcel of pictures."""

    host: str
    """Name of the machine that did it."""
    card: BatchCard | None
    """What the analyses are of; None where there is none, for an error."""
    outcomes: tuple[Outcome | Unseen, ...] = ()
    error: NesyError | None = None
    """What is wrong for every picture."""
    told: tuple[str, ...] = ()
    """What there is to say of the model."""
    seconds: float = 0.0
    """How long the pictures took."""


class Analyst:
    """Loads its model when it begins, and answers parcels of pictures; of an empty one, what it is.

    Args:
        luggage: a packed pipeline.
        concurrency: requests that a server has in flight at most.
        workers: how many there are of its kind.
        feed: from which its parcels come.
    """

    def __init__(self, luggage: bytes, concurrency: int, workers: int, feed: Any) -> None:
        import ray

        self._concurrency, self._feed = concurrency, feed
        self._unpacked: Unpacked | None = None
        self._empty = Answer(socket.gethostname(), None)
        try:
            if ray.get(feed.loading.remote()) > workers * TRIES:
                raise ModelError("worker after worker dies while it loads the model", "--worker-cpus, --worker-gpus")
            found = unpacked(luggage)
            card = card_of(found.pipeline, (), None, "jsonl")
        except NesyError as error:  # it stays, to tell it: one that could not begin would be begun again and again
            self._empty = replace(self._empty, error=error)
            return
        self._unpacked = found
        self._empty = replace(self._empty, card=card.model_copy(update={"settings": found.settings}))
        feed.loaded.remote()

    def __call__(self, table: Any) -> Any:
        """Answer a table of parcels, each a pickled list of pictures."""
        return made(table, self._feed, lambda parcel: pickle.dumps(self._answer(pickle.loads(parcel))))

    def _answer(self, items: list[Taken | Located]) -> Answer:
        if self._unpacked is None:
            return self._empty
        began = time.monotonic()
        try:
            found = list(self._unpacked.pipeline.map(_outcome, items, self._concurrency))
        except NesyError as error:
            return replace(self._empty, error=error)
        told = tuple(dict.fromkeys(getattr(self._unpacked.pipeline.model, "told", ())))
        seconds = time.monotonic() - began
        return replace(self._empty, outcomes=tuple(map(self._as_sent, found)), told=told, seconds=seconds)

    def _as_sent(self, outcome: Outcome | Unseen) -> Outcome | Unseen:
        if not isinstance(outcome, Failure) or self._unpacked is None:
            return outcome
        return outcome.model_copy(update={"error": self._unpacked.as_sent(outcome.error)})


def _outcome(pipeline: Pipeline, item: Taken | Located) -> Outcome | Unseen:
    if isinstance(item, Taken):
        return outcome_of(pipeline, item)
    seen = _seen(item)
    return Unseen(item.name) if seen is None else outcome_of(pipeline, seen)


def _seen(item: Located) -> Taken | None:
    """Return a picture with its bytes, where they are here."""
    try:
        data = picture_bytes(item.path)
    except InputError:
        return None
    return Taken(item.name, item.sha256, data) if sha256(data).hexdigest() == item.sha256 else None
