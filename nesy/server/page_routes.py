"""`/`: the page of the server, and the files that it is made of, which hold nothing of anybody."""

import html
from collections.abc import Awaitable, Callable
from importlib import resources

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from nesy.rendering.report.page import asset
from nesy.server.gate import PAGE, PAGE_FILES
from nesy.server.service_limits import Access, Limits

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
"""The page's own files alone; nothing in the markup runs, no text can be made markup, nothing else is asked."""
_SHARED = ("drawing.js", "view.js", "view.css")
"""Of the report, which shows an analysis in the same way."""
_TYPES = {"js": "text/javascript", "css": "text/css"}


def page_routes(limits: Limits, access: Access, *, gold: bool) -> APIRouter:
    """Return the routes.

    Args:
        limits: that the page tells before anything is sent.
        access: whether the page has to ask for a token.
        gold: whether the server saves scenes that a person has judged.
    """
    routes = APIRouter(include_in_schema=False)
    known = {
        "megabytes": f"{limits.megabytes:g}",
        "megapixels": f"{limits.megapixels:g}",
        "token": "" if access.token is None else "asked",
        "gold": "saved" if gold else "",
    }
    told = "".join(f' data-{name}="{html.escape(value)}"' for name, value in known.items())
    text = _file("index.html").replace("<body>", f"<body{told}>", 1)
    headers = {"Content-Security-Policy": CSP, "Cross-Origin-Opener-Policy": "same-origin"}

    @routes.get(PAGE)
    async def page() -> Response:
        return HTMLResponse(text, headers=headers)

    for name in PAGE_FILES:
        routes.add_api_route(f"{PAGE}page/{name}", _served(asset(name) if name in _SHARED else _file(name), name))
    return routes


def _served(text: str, name: str) -> Callable[[], Awaitable[Response]]:
    kind = _TYPES[name.rpartition(".")[2]]

    async def file() -> Response:
        return Response(text, media_type=kind)

    return file


def _file(name: str) -> str:
    return (resources.files("nesy.server") / "page" / name).read_text(encoding="utf-8")
