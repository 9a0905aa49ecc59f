"""`/analyze`, `/ask` and `/check`: a picture or a scene in, the formats of nesy out; rounds as events where wanted."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from nesy.image import Image
from nesy.pipeline import Pipeline
from nesy.server.attended_model import Draw
from nesy.server.bodies import JSON, LINES, Upload, decoded, json_object, media_type, shown, upload
from nesy.server.body_schemas import ANALYSIS, CHECKED, picture_body
from nesy.server.desk import Desk
from nesy.server.event_stream import KEEP_ALIVE, Event, Happenings, events_of, result_now, result_of, sse
from nesy.server.job_queue import Job, Seat
from nesy.server.refusal import Refusal
from nesy.server.request_time import deadline_of
from nesy.server.scene_bodies import checked, lines_checked
from nesy.server.sent_analysis import analysis_beside
from nesy.server.service_limits import Limits

Work = Callable[[Pipeline, Image], str]
_EVENTS = "text/event-stream"
_QUESTION = {"question": {"type": "string"}, "checked": {"type": "boolean", "default": True}}
_YES, _NO = ("true", "1", "yes"), ("false", "0", "no")


def analysis_routes(desk: Desk, limits: Limits) -> APIRouter:
    """Return the routes of a desk."""
    routes = APIRouter(tags=["nesy"])

    async def answered(request: Request, name: str, work_for: Callable[[Upload], Work]) -> Response:
        with desk.questions.seat() as seat:
            async with deadline_of(limits) as deadline:
                sent = await upload(request)
            return await _answer(desk, seat, request, sent, work_for(sent), name, deadline, limits)

    @routes.post("/analyze", openapi_extra={"requestBody": picture_body()})
    async def analyze(request: Request) -> Response:
        """Analyze a picture: `nesy.analysis/1`.

        With `Accept: text/event-stream` every round is an event as it comes: `round_started`, `reply_rejected`,
        `round`, then `analysis`, or `error`.
        """
        return await answered(request, "analysis", lambda _sent: _analysis)

    @routes.post("/ask", openapi_extra={"requestBody": picture_body(_QUESTION, optional=ANALYSIS)})
    async def ask(request: Request) -> Response:
        """Answer a question about a picture: `nesy.answer/1`; `checked=false` asks the bare model.

        With `analysis`, that of this very picture, it is not analyzed once more.

        With `Accept: text/event-stream` every round is an event as it comes, then `answer`, or `error`.
        """
        return await answered(request, "answer", _question)

    @routes.post("/check", openapi_extra={"requestBody": CHECKED})
    async def check(request: Request) -> Response:
        """Check a scene, or a scene a line: `nesy.verdict/1`.

        As `{"scene": ..., "evidence": [...], "closed": "coco"}` it is held against trusted scenes or observations, too.
        """
        with desk.checks.seat() as seat:
            many = media_type(request) in LINES
            async with deadline_of(limits) as deadline:
                body = await request.body() if many else await json_object(request)
            pipeline, floor = desk.pipeline, desk.floor

            def work(job: Job[Any]) -> str | bytes:
                if isinstance(body, bytes):
                    return lines_checked(pipeline, body, floor, job.stopped)
                return checked(pipeline, body, floor)

            data = await result_of(desk.check(seat, work), request, deadline)
            return Response(data, media_type=LINES[0] if many else JSON)

    return routes


async def _answer(
    desk: Desk, seat: Seat, request: Request, sent: Upload, work: Work, name: str, deadline: float, limits: Limits
) -> Response:
    """Answer with a record as JSON, or with events where the client takes those."""
    happenings = Happenings()
    draw = _draw(sent.fields)
    job = desk.ask(seat, partial(_done, sent=sent, limits=limits, work=work), draw, happenings.hooks)
    if not _takes_events(request):
        return Response(await result_of(job, request, deadline), media_type=JSON)
    events = events_of(job, happenings, deadline)
    first = await anext(events, None)
    if job.done.done():
        result_now(job)  # what is wrong with the request is told by the status
    begun: Sequence[Event] = () if first is None else (first,)
    return StreamingResponse(_told(job, begun, events, name), media_type=_EVENTS)


async def _told(
    job: Job[str], begun: Sequence[Event], events: AsyncIterator[Event | None], name: str
) -> AsyncIterator[bytes]:
    try:
        for event in begun:
            yield sse(event.data, event.name)
        async for happened in events:
            yield KEEP_ALIVE if happened is None else sse(happened.data, happened.name)
        yield sse(result_now(job), name)
    except Refusal as refusal:
        yield sse(refusal.body, "error")
    finally:
        job.stop()


def _done(pipeline: Pipeline, *, sent: Upload, limits: Limits, work: Work) -> str:
    return work(pipeline, decoded(sent.data, sent.name, limits.most_pixels))


def _analysis(pipeline: Pipeline, image: Image) -> str:
    return pipeline.analyze(image).to_json()


def _question(sent: Upload) -> Work:
    question, checked = sent.fields.get("question"), sent.fields.get("checked", "true").lower()
    if not question or not question.strip():
        raise Refusal(400, "question: a text is expected", "invalid_value", "question")
    if checked not in (*_YES, *_NO):
        raise Refusal(400, f"checked: true or false is expected, got {shown(checked)!r}", "invalid_value", "checked")

    def asked(pipeline: Pipeline, image: Image) -> str:
        analysis = analysis_beside(sent, image, pipeline.settings.ontology)
        return pipeline.ask(image, question, checked=checked in _YES, analysis=analysis).to_json()

    return asked


def _draw(fields: Mapping[str, str]) -> Draw:
    """Return how a model's free turns are drawn, as the fields have it."""
    try:
        temperature, seed = float(fields.get("temperature", "0")), int(fields.get("seed", "0"))
    except ValueError:
        raise Refusal(400, "temperature: a number is expected, and of seed a whole one", "invalid_value") from None
    if not 0.0 <= temperature <= 2.0:
        raise Refusal(400, "temperature: a number from 0 to 2 is expected", "invalid_value", "temperature")
    return Draw(temperature, seed % 2**31)


def _takes_events(request: Request) -> bool:
    accepted = request.headers.get("accept", "").lower().split(",")
    return any(one.partition(";")[0].strip() == _EVENTS for one in accepted)
