"""One pipeline for many requests: loaded once, asked in turn or side by side as its model allows."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeVar

from nesy.errors import ModelError, NesyError
from nesy.loop.run import Hooks
from nesy.models.side_by_side import SideBySide
from nesy.pipeline import Pipeline
from nesy.server.attended_model import Attended, Draw, Floored, OneAtATime
from nesy.server.job_queue import Job, JobQueue, Seat
from nesy.server.refusal import Refusal
from nesy.server.service_limits import Limits

R = TypeVar("R")
Told = Callable[[NesyError | None], object]
"""Is called once, when the model is loaded, with the error if it could not be."""

NO_DRAW = Draw()
NO_HOOKS = Hooks()


class Desk:
    """Where requests are worked on.

    All work but the model's own is done by one thread at a time, the one that has the model's floor, as in
    `nesy.models.side_by_side`: rules, graphs and parsers need not be made for threads.

    Args:
        pipeline: shared by all requests.
        limits: on the number of requests.
        told: hears that the model is loaded.
    """

    def __init__(self, pipeline: Pipeline, limits: Limits, told: Told) -> None:
        self._pipeline, self._limits, self._told = pipeline, limits, told
        self._model: Floored | None = None
        self.state: Literal["loading", "ready", "failed", "closed"] = "loading"
        self.questions = JobQueue("nesy-model", limits.concurrency, limits.waiting)
        """What the model is asked about."""
        self.checks = JobQueue("nesy-check", 1, limits.waiting)
        """What the rules alone are asked about; they need not wait for the model."""

    @property
    def model_id(self) -> str:
        """The model's id.

        Raises:
            Refusal: it is not there yet (503).
        """
        return self._ready().info.id

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that all share; its rules and ontology are loaded when the model is."""
        return self._pipeline

    def open(self) -> None:
        """Load rules, model and witness, in a thread of its own; then the work begins."""
        threading.Thread(target=self._load, daemon=True, name="nesy-load").start()

    def close(self) -> None:
        """Give up what is at work."""
        self.state = "closed"
        self.questions.close()
        self.checks.close()

    @property
    def at_work(self) -> bool:
        """Whether a thread is still at work for somebody."""
        return self.questions.at_work or self.checks.at_work

    def ask(self, seat: Seat, work: Callable[[Pipeline], R], draw: Draw = NO_DRAW, hooks: Hooks = NO_HOOKS) -> Job[R]:
        """Start work that asks the model.

        Args:
            seat: of `questions`.
            work: is given a pipeline of its own.
            draw: of the model's free turns.
            hooks: called while a picture is analyzed, by the thread that works.

        Raises:
            Refusal: the model is not there yet (503).
        """
        return seat.start(partial(self._attended, self._ready(), work, draw, hooks))

    def check(self, seat: Seat, work: Callable[[Job[R]], R]) -> Job[R]:
        """Start work that asks the rules alone; it is given its job, to see whether to go on.

        Args:
            seat: of `checks`.
            work: is done piece by piece, each with the `floor`.

        Raises:
            Refusal: they are not there yet (503).
        """
        self._ready()
        return seat.start(work)

    @property
    def floor(self) -> threading.Lock:
        """Who has it works.

        Raises:
            Refusal: the model is not there yet (503).
        """
        return self._ready().floor

    def _ready(self) -> Floored:
        if self._model is None or self.state != "ready":
            if self.state == "loading":
                raise Refusal(503, "the model is being loaded", "loading", headers={"Retry-After": "5"})
            raise Refusal(503, "the server has no model, or is about to end", self.state)
        return self._model

    def _attended(self, model: Floored, work: Callable[[Pipeline], R], draw: Draw, hooks: Hooks, job: Job[R]) -> R:
        with model.floor:
            own = self._pipeline.of(Attended(model, job.stopped, draw))
            own.hooks = hooks
            return work(own)

    def _load(self) -> None:
        error: NesyError | None = None
        try:
            pipeline = self._pipeline
            _ = pipeline.ontology, pipeline.rules
            model, _ = pipeline.model, pipeline.witnesses
            loaded = pipeline.loaded
            shared: Floored
            if getattr(model, "takes_threads", False):
                shared = SideBySide(loaded, self._limits.concurrency)
            else:
                shared = OneAtATime(loaded)
                self.questions = JobQueue("nesy-model", 1, self._limits.waiting)
            self._model = shared
            self.questions.open()
            self.checks.open()
            if self.state == "loading":
                self.state = "ready"
        except NesyError as failed:
            error = failed
        finally:
            if self.state == "loading":
                self.state = "failed"
                error = error or ModelError("the model cannot be loaded", "the traceback above says why")
            self._told(error)
