"""What happens to a job -> server-sent events, as it happens; and a job's result, or why there is none."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import Request

from nesy.analysis import Failure, Round
from nesy.errors import NesyError
from nesy.loop.run import Hooks
from nesy.server.attended_model import Stopped
from nesy.server.job_queue import Job
from nesy.server.refusal import ENDING, INTERNAL, Refusal, refusal_of
from nesy.turns import Request as Turn

R = TypeVar("R")
LOG = logging.getLogger("nesy.server")
_BREAKS = re.compile("[\x85\u2028\u2029]")
"""What some readers of lines take for the end of one; JSON may have it in its strings."""
_SILENCE_S = 15.0
"""After so long without an event a comment is sent: proxies close connections that are silent."""


@dataclass(frozen=True)
class Event:
    """Something that happens while a picture is analyzed."""

    name: str
    data: dict[str, Any]


class Happenings:
    """What a thread that works tells, for the event loop to take; `hooks` are given to the pipeline."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.told: asyncio.Queue[Event | None] = asyncio.Queue()
        """None: there is nothing more to come."""
        self.hooks = Hooks(
            round_started=self._started,
            reply_rejected=self._rejected,
            round_finished=self._finished,
        )

    def end(self, _: object = None) -> None:
        """Take note that the work is over."""
        self._tell(None)

    def _tell(self, event: Event | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self.told.put_nowait, event)

    def _started(self, turn: Turn) -> None:
        asked = [claim.model_dump(mode="json") for claim in turn.claims]
        about = {"question": turn.question} if turn.question else {"claims": asked} if asked else {}
        image = {"image": turn.image.name, "round": turn.round, "kind": turn.kind}
        self._tell(Event("round_started", {**image, **about, **({"notes": turn.notes} if turn.notes else {})}))

    def _rejected(self, turn: Turn, failure: Failure) -> None:
        self._tell(Event("reply_rejected", {"round": turn.round, "kind": turn.kind, "problems": failure.problems}))

    def _finished(self, turn: Round) -> None:
        self._tell(Event("round", turn.model_dump(mode="json", by_alias=True, exclude_none=True)))


async def result_of(job: Job[R], request: Request, deadline: float) -> R:
    """Return what a job comes to.

    Args:
        job: that is at work, or waits.
        request: whose client may go away; the job is stopped then.
        deadline: by the event loop's clock; the job is stopped then.

    Raises:
        Refusal: the job failed, there was no more time (504), or nobody waits any more (499).
    """
    loop, over = asyncio.get_running_loop(), asyncio.Event()

    def end(_: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(over.set)

    job.done.add_done_callback(end)
    done, gone = asyncio.create_task(over.wait()), asyncio.create_task(_gone(request))
    try:
        left = max(0.0, deadline - loop.time())
        await asyncio.wait({done, gone}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
        if job.done.done():
            return result_now(job)
        raise Refusal(499, "the client has gone away", "client_gone") if gone.done() else late()
    finally:
        done.cancel()
        gone.cancel()
        job.stop()


def result_now(job: Job[R]) -> R:
    """Return what a job that is done came to.

    Raises:
        Refusal: it failed.
    """
    if job.done.cancelled():
        raise ENDING
    error = job.done.exception()
    match error:
        case None:
            return job.done.result()
        case Refusal():
            raise error
        case NesyError():
            refusal = refusal_of(error)
            if refusal.status >= 500:
                LOG.error("%s: %s", type(error).__name__, error)
            raise refusal
        case Stopped():
            raise ENDING
        case _:
            LOG.error("a request failed", exc_info=error)
            raise INTERNAL


async def events_of(job: Job[Any], happenings: Happenings, deadline: float) -> AsyncIterator[Event | None]:
    """Yield what happens until a job is done; None where nothing has happened for a while.

    Raises:
        Refusal: there is no more time (504).
    """
    clock = asyncio.get_running_loop().time
    job.done.add_done_callback(happenings.end)
    while True:
        left = deadline - clock()
        if left <= 0:
            job.stop()
            raise late()
        try:
            event = await asyncio.wait_for(happenings.told.get(), min(left, _SILENCE_S))
        except TimeoutError:
            if deadline - clock() > 0:
                yield None
            continue
        if event is None:
            return
        yield event


def sse(data: Any, name: str | None = None) -> bytes:
    r"""Write one server-sent event, its data as JSON on one line.

    >>> sse({"a": 1}, "round")
    b'event: round\ndata: {"a": 1}\n\n'
    """
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    text = _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return f"{'' if name is None else f'event: {name}{chr(10)}'}data: {text}\n\n".encode("utf-8", "replace")


KEEP_ALIVE = b": at work\n\n"
"""A comment, which readers of events skip."""


def late() -> Refusal:
    """Return what a request is told that has run out of time."""
    return Refusal(504, "there was no more time for the request; it was given up", "timeout")


async def _gone(request: Request) -> None:
    """Return when the client has hung up; its body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
