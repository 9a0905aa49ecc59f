"""A pipeline -> the application: its routes behind the gate, and how errors are told."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import metadata
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from nesy.errors import NesyError
from nesy.pipeline import Pipeline
from nesy.server.analysis_routes import analysis_routes
from nesy.server.api_page import CSP, api_page
from nesy.server.chat_request import ChatBody
from nesy.server.chat_routes import chat_routes
from nesy.server.desk import Desk, Told
from nesy.server.gate import Gate
from nesy.server.gold_folder import GoldFolder
from nesy.server.gold_routes import gold_routes
from nesy.server.page_routes import page_routes
from nesy.server.refusal import Refusal
from nesy.server.service_limits import Access, Limits
from nesy.server.view_routes import view_routes

_ABOUT = (
    "A vision-language model whose answers are checked: an image is described as claims, rules say which cannot hold "
    "together, and the model is asked again."
)


def _logged(error: NesyError | None) -> None:
    if error is not None:
        logging.getLogger("nesy.server").error("the model cannot be loaded: %s", error)


def application(
    pipeline: Pipeline, limits: Limits, access: Access, told: Told = _logged, gold: GoldFolder | None = None
) -> FastAPI:
    """Return the application of a pipeline; `state.desk` is where its requests are worked on.

    Args:
        pipeline: whose model, rules and settings answer.
        limits: on size, time and number of requests.
        access: who may ask.
        told: hears that the model is loaded, or why it could not be.
        gold: where scenes that a person has judged may be saved; None: nowhere.
    """
    desk = Desk(pipeline, limits, told)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        desk.open()
        try:
            yield
        finally:
            desk.close()

    version = metadata.version("nesy")
    app = FastAPI(title="nesy", version=version, description=_ABOUT, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.desk = desk
    if access.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(access.origins),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
        )
    app.add_middleware(Gate, access=access, limits=limits)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(HTTPException, _not_served)
    app.include_router(chat_routes(desk, limits))
    app.include_router(analysis_routes(desk, limits))
    app.include_router(view_routes(desk, limits))
    app.include_router(page_routes(limits, access, gold=gold is not None))
    if gold is not None:
        app.include_router(gold_routes(desk, limits, gold))

    @app.get("/health", tags=["nesy"])
    async def health() -> JSONResponse:
        """Tell whether the model is loaded: 200 with `ready`, or 503 with `loading` or `failed`."""
        ready = desk.state == "ready"
        about = {"status": desk.state, "version": version, **({"model": desk.model_id} if ready else {})}
        return JSONResponse(about, 200 if ready else 503)

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(api_page(app.openapi()), headers={"Content-Security-Policy": CSP})

    described: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not described:
            described.update(_openapi(app))
        return described

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the description of the interface, with the bodies that the routes read themselves."""
    found = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    schema = ChatBody.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = found.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(schema.pop("$defs", {}), ChatBody=schema)
    found["paths"]["/v1/chat/completions"]["post"]["requestBody"] = {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ChatBody"}}},
    }
    return found


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return Response(error.data, error.status, error.headers, "application/json")


async def _not_served(_request: Request, error: Exception) -> Response:
    """Tell of a path or method that is not there in the shape of all other errors."""
    assert isinstance(error, HTTPException)
    told = {404: "there is no such path; /docs tells what there is", 405: "that path takes another method"}
    refusal = Refusal(error.status_code, told.get(error.status_code, "the request cannot be read"), "not_served")
    return Response(refusal.data, refusal.status, error.headers, "application/json")
