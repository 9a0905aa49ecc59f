"""`/gold`: a picture and its true scene, as a person has judged it -> a row of the server's folder, and its verdict."""

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from nesy.errors import InputError
from nesy.image import Image
from nesy.scene import Scene
from nesy.server.bodies import decoded, read_json, upload
from nesy.server.body_schemas import picture_body
from nesy.server.desk import Desk
from nesy.server.event_stream import LOG, result_of
from nesy.server.gold_folder import GoldFolder, Saved
from nesy.server.job_queue import Job
from nesy.server.refusal import Refusal
from nesy.server.request_time import deadline_of
from nesy.server.service_limits import Limits

_BODY = {"requestBody": picture_body(records={"scene": "nesy.scene/1"})}


def gold_routes(desk: Desk, limits: Limits, gold: GoldFolder) -> APIRouter:
    """Return the routes of a folder of true scenes."""
    routes = APIRouter(tags=["nesy"])

    @routes.post("/gold", status_code=201, openapi_extra=_BODY)
    async def save(request: Request) -> Response:
        """Save a picture and its true scene: a row of `scenes.jsonl`, and the picture in `images/`, on the server.

        Of a picture that is there already the row is written anew. The verdict of the scene is told, and keeps
        nothing out: what is true need not please the rules.
        """
        with desk.checks.seat() as seat:
            async with deadline_of(limits) as deadline:
                sent = await upload(request)
            data = sent.record("scene")
            pipeline, floor = desk.pipeline, desk.floor

            def work(_job: Job[Any]) -> dict[str, Any]:
                read_json(data, "scene")
                scene = Scene.from_json(data, source="scene")
                image = decoded(sent.data, sent.name, limits.most_pixels)
                with floor:
                    verdict = pipeline.check(scene)
                saved = _saved(gold, sent.data, image, scene)
                claims = len(list(scene.claims()))
                told = {"image": saved.image, "claims": claims, "rows": saved.rows, "replaced": saved.replaced}
                return told | {"verdict": verdict.model_dump(mode="json", by_alias=True, exclude_none=True)}

            return JSONResponse(await result_of(desk.check(seat, work), request, deadline), 201)

    return routes


def _saved(gold: GoldFolder, data: bytes, image: Image, scene: Scene) -> Saved:
    try:
        return gold.save(data, image, scene)
    except (InputError, OSError) as error:  # of the server's disk, and its paths are nobody's business
        LOG.error("a true scene could not be saved: %s", error)
        told = "the scene could not be saved, and nothing has changed; the log says why"
        raise Refusal(500, told, "not_saved") from None
