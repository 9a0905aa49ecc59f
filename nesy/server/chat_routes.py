"""`/v1/chat/completions` and `/v1/models`, as clients of OpenAI's interface ask them."""

import time
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from nesy.pipeline import Pipeline
from nesy.server.assistant import said_to
from nesy.server.bodies import decoded, json_object, shown
from nesy.server.chat_answer import Completion, chunk, completion, event_chunk, wanted_of
from nesy.server.chat_request import Asked, read_chat
from nesy.server.desk import Desk
from nesy.server.event_stream import KEEP_ALIVE, Event, Happenings, events_of, result_now, result_of, sse
from nesy.server.job_queue import Job
from nesy.server.refusal import Refusal
from nesy.server.request_time import deadline_of
from nesy.server.service_limits import Limits

ALIAS = "nesy"
"""Another name of whatever model there is."""


def chat_routes(desk: Desk, limits: Limits) -> APIRouter:
    """Return the routes of a desk."""
    routes = APIRouter(tags=["OpenAI"])
    began = int(time.time())

    def listed() -> dict[str, Any]:
        return {"id": desk.model_id, "object": "model", "created": began, "owned_by": "nesy"}

    @routes.get("/v1/models")
    async def models() -> JSONResponse:
        """List the one model there is; a completion may also name it `nesy`."""
        return JSONResponse({"object": "list", "data": [listed()]})

    @routes.get("/v1/models/{name:path}")
    async def model(name: str) -> JSONResponse:
        """Tell of a model."""
        _refuse_other(name, desk)
        return JSONResponse(listed())

    @routes.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        """Answer a text about pictures: a question with a checked answer, a description, or the bare model's words.

        The answer is `choices[0].message.content`, and how it came about is in `nesy`. With `stream` the rounds are
        told as they happen, in chunks that add no text.
        """
        with desk.questions.seat() as seat:
            async with deadline_of(limits) as deadline:
                asked = read_chat(await json_object(request))
            _refuse_other(asked.model, desk)
            id_, created, name = f"chatcmpl-{uuid4().hex}", int(time.time()), desk.model_id
            happenings = Happenings()
            work = partial(_said, asked=asked, limits=limits, id_=id_, created=created, model=name)
            job = desk.ask(seat, work, asked.draw, happenings.hooks)
            if not asked.stream:
                return JSONResponse((await result_of(job, request, deadline)).whole())
            events = events_of(job, happenings, deadline)
            first = await anext(events, None)
            if job.done.done():
                result_now(job)  # what is wrong with the request is told by the status
            begun: Sequence[Event] = () if first is None else (first,)
            chunks = _chunks(job, begun, events, (id_, created, name), with_usage=asked.with_usage)
            return StreamingResponse(chunks, media_type="text/event-stream")

    return routes


def _refuse_other(name: str, desk: Desk) -> None:
    if name not in (desk.model_id, ALIAS):
        raise Refusal(404, f"the model {shown(name)!r} is not here; GET /v1/models lists what is", "model_not_found")


def _said(pipeline: Pipeline, *, asked: Asked, limits: Limits, id_: str, created: int, model: str) -> Completion:
    images = [
        decoded(data, f"image {number}", limits.most_pixels)
        for number, data in enumerate(asked.picture_data(), start=1)
    ]
    said = said_to(pipeline, images, asked.text, wanted_of(asked.form))
    return completion(asked, said, id_, created, model)


async def _chunks(
    job: Job[Completion],
    begun: Sequence[Event],
    events: AsyncIterator[Event | None],
    head: tuple[str, int, str],
    *,
    with_usage: bool,
) -> AsyncIterator[bytes]:
    try:
        yield sse(chunk(*head, {"role": "assistant", "content": ""}, with_usage=with_usage))
        for event in begun:
            yield sse(event_chunk(*head, event, with_usage=with_usage))
        async for happened in events:
            yield KEEP_ALIVE if happened is None else sse(event_chunk(*head, happened, with_usage=with_usage))
        for last in result_now(job).last_chunks(with_usage=with_usage):
            yield sse(last)
        yield sse("[DONE]")
    except Refusal as refusal:
        yield sse(refusal.body)
    finally:
        job.stop()
