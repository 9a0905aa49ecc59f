"""What every request passes on its way in and out: host, origin, token and size; headers of safety, and the log."""

import asyncio
import hmac
import logging
import time
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nesy.rendering.plain import on_one_line
from nesy.server.refusal import ENDING, INTERNAL, Refusal
from nesy.server.service_limits import Access, Limits

PAGE = "/"
PAGE_FILES = (
    *("live.js", "server_client.js", "rounds_list.js", "claims.js", "judging.js", "elements.js", "live.css"),
    *("drawing.js", "view.js", "view.css"),
)
"""What the page is made of, under `/page/`."""
OPEN = ("/health", "/docs", "/openapi.json", PAGE, *(f"{PAGE}page/{name}" for name in PAGE_FILES))
"""What may be asked without the token: nothing there is of the model's work, or of a user's."""
LOG = logging.getLogger("nesy.server.access")
SLOW = Refusal(408, "the body comes too slowly", "timeout", headers={"Connection": "close"})
_MOST_PATH = 200
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
CSP = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Of answers that are no page; a page has its own."""


class Gate:
    """Middleware of ASGI: refuses who may not ask and what is too large, before anything is read.

    Args:
        app: what is behind it.
        access: who may ask.
        limits: on the size of a body.
    """

    def __init__(self, app: ASGIApp, access: Access, limits: Limits) -> None:
        self._app, self._access, self._limits = app, access, limits
        self._token = None if access.token is None else _sum(access.token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, or answer it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        out = _Out(send, scope)
        refusal = self._refusal(scope)
        try:
            if refusal is None:
                await self._app(scope, self._counted(receive), out.send)
            else:
                await out.refuse(refusal)
        except asyncio.CancelledError:  # the server ends, and the request has had its time
            if out.begun:
                raise
            await out.refuse(ENDING)
        except Exception:  # what runs the application logs it
            if not out.begun:
                await out.refuse(INTERNAL)
            raise
        finally:
            out.log()

    def _refusal(self, scope: Scope) -> Refusal | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._access.hosts is not None and host_name(host) not in self._access.hosts:
            return Refusal(421, "this server does not answer to that host's name", "wrong_host")
        origin = headers.get("origin")
        if origin is not None and not self._is_own(origin, host):
            return Refusal(403, "pages of other origins may not ask this server", "wrong_origin")
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        if self._token is not None and scope["path"] not in OPEN and not preflight:
            kind, _, given = headers.get("authorization", "").partition(" ")
            if kind.lower() != "bearer" or not hmac.compare_digest(_sum(given.strip()), self._token):
                challenge = {"WWW-Authenticate": "Bearer"}
                return Refusal(401, "the token is missing or wrong", "invalid_api_key", headers=challenge)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            return Refusal(400, "Content-Length is no number", "invalid_length")
        return self._too_large() if len(length) > 18 or int(length) > self._limits.most_bytes else None

    def _is_own(self, origin: str, host: str) -> bool:
        if origin in self._access.origins:
            return True
        try:
            return urlsplit(origin).netloc.lower() == host.lower() != ""
        except ValueError:
            return False

    def _too_large(self) -> Refusal:
        return Refusal(413, f"the body has more than the limit of {self._limits.megabytes:g} MB", "too_large")

    def _counted(self, receive: Receive) -> Receive:
        """Return the same, which refuses a body that turns out too large, or comes too slowly.

        Its length need not be told beforehand. Whoever sends it may hold a seat meanwhile.
        """
        size, whole = 0, False
        begun = asyncio.get_running_loop().time()

        async def counted() -> Message:
            nonlocal size, whole
            latest = begun + self._limits.body_seconds + size / self._limits.body_pace
            try:
                async with asyncio.timeout_at(None if whole else latest):
                    message = await receive()
            except TimeoutError:
                raise SLOW from None
            size += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if size > self._limits.most_bytes:
                raise self._too_large()
            return message

        return counted


class _Out:
    """What goes out of one request."""

    def __init__(self, send: Send, scope: Scope) -> None:
        self._send, self._scope = send, scope
        self._began = time.monotonic()
        self._status = 0

    @property
    def begun(self) -> bool:
        """Whether an answer has begun, so that no other can be given."""
        return self._status != 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _SAFE.items():
                headers.setdefault(name, value)
            headers.setdefault("Content-Security-Policy", CSP)
        await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        data = refusal.data
        told = {"content-type": "application/json", "content-length": str(len(data)), **refusal.headers}
        headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
        await self.send({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self.send({"type": "http.response.body", "body": data})

    def log(self) -> None:
        """Tell who asked what, without what follows `?` and without any header: nothing secret is in it."""
        client = self._scope.get("client") or ("-", 0)
        path = on_one_line(self._scope["path"])[:_MOST_PATH]
        took = time.monotonic() - self._began
        LOG.info("%s %s %s %s %.3f s", client[0], self._scope["method"], path, self._status or "-", took)


def host_name(host: str) -> str:
    """Return the name of a `Host` header, without its port.

    >>> host_name("LocalHost:8000"), host_name("[::1]:8000"), host_name("::1")
    ('localhost', '::1', '::1')
    """
    bare = host.strip().lower()
    if bare.startswith("["):
        return bare[1:].partition("]")[0]
    return bare if bare.count(":") > 1 else bare.partition(":")[0]


def _sum(text: str) -> bytes:
    """Return a sum of a text: of one length for all, so that comparing takes as long for each."""
    return sha256(text.encode("utf-8", "surrogateescape")).digest()
