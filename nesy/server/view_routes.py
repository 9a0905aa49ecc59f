"""`/view` and `/report`: a picture and its analysis -> what a page shows of them, and a page that needs no server."""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from nesy.analysis import Analysis
from nesy.image import Image
from nesy.pipeline import Pipeline
from nesy.rendering.report.embedded_picture import embedded
from nesy.rendering.report.page import Record, page
from nesy.rendering.report.record_view import record_view
from nesy.server.bodies import Upload, decoded, upload
from nesy.server.body_schemas import ANALYSIS, picture_body
from nesy.server.desk import Desk
from nesy.server.event_stream import result_of
from nesy.server.job_queue import Job
from nesy.server.request_time import deadline_of
from nesy.server.sent_analysis import analysis_beside
from nesy.server.service_limits import Limits

R = TypeVar("R")
_BODY = {"requestBody": picture_body(records=ANALYSIS)}


def view_routes(desk: Desk, limits: Limits) -> APIRouter:
    """Return the routes; they ask no model."""
    routes = APIRouter(tags=["nesy"])

    async def made(request: Request, make: Callable[[Record], R]) -> R:
        with desk.checks.seat() as seat:
            async with deadline_of(limits) as deadline:
                sent = await upload(request)
            sent.record("analysis")
            pipeline, floor = desk.pipeline, desk.floor

            def work(_job: Job[Any]) -> R:
                image = decoded(sent.data, sent.name, limits.most_pixels)
                with floor:
                    return make(_record(sent, image, pipeline))

            return await result_of(desk.check(seat, work), request, deadline)

    @routes.post("/view", openapi_extra=_BODY)
    async def view(request: Request) -> Response:
        """Tell what a page shows of an analysis: texts, where boxes and arrows go, and the picture, made small."""
        return JSONResponse(await made(request, lambda record: {"view": record.view, "picture": record.picture}))

    @routes.post("/report", openapi_extra=_BODY)
    async def report(request: Request) -> Response:
        """Return the report of an analysis: one page of HTML that holds all it shows, as `nesy report` writes it."""
        told = await made(request, lambda record: "".join(page([record], record.view["name"])))
        return HTMLResponse(told, headers={"Content-Disposition": "attachment"})

    return routes


def _record(sent: Upload, image: Image, pipeline: Pipeline) -> Record:
    analysis = analysis_beside(sent, image, pipeline.settings.ontology)
    assert isinstance(analysis, Analysis)
    return Record(record_view(analysis, image.size_px), embedded(image.pixels))
