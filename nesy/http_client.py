"""A request over HTTP -> the answer, read up to a limit; by httpx, which is loaded when something is sent."""

import math
import ssl
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

_LOCAL = ("localhost", "127.0.0.1", "::1")
_KEPT_S = 4.0
"""So long an idle connection is kept: less than the five seconds after which uvicorn, and with it vLLM, closes one."""


@dataclass(frozen=True)
class Answer:
    """What a server answered, whatever its status."""

    status: int
    reason: str
    kind: str
    """The media type, without its parameters; empty where none is given."""
    data: bytes
    """The content: of more than was asked for the first `most_bytes + 1` bytes, and of an error as far as it came."""
    location: str
    """Where a redirect points to; empty elsewhere."""
    retry_after: str = ""
    """When to ask again, as the server has it: seconds or a date; empty where it does not say."""


class NoAnswerError(Exception):
    """Nothing usable came back: no connection, silence for too long, or an answer that breaks off."""

    def __init__(self, reason: str, kind: Literal["late", "lost", "bad"] = "bad") -> None:
        super().__init__(reason)
        self.kind = kind
        """`late`: it took too long. `lost`: no connection, or it ended before an answer began. `bad`: anything else."""


class Client:
    """Connections that are kept between requests; several threads may use one at once.

    A redirect is not followed, and no cookie is kept: what is sent, a key in the headers included, goes to the named
    host alone. Proxies are those of the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY), except to this
    machine. Certificates are checked against those that the system trusts, or the file or folder in SSL_CERT_FILE or
    SSL_CERT_DIR.

    Args:
        url: of a host; all requests go there.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._kept: httpx.Client | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        data: bytes | None = None,
        *,
        timeout_s: float,
        most_bytes: int,
        within_s: float = math.inf,
    ) -> Answer:
        """Send one request.

        Where a kept connection turns out to be closed before anything of an answer came, it is sent once more, on a
        connection of its own: a server may close one just as a request goes out on it.

        Args:
            method: GET or POST.
            url: absolute, http or https.
            headers: beside those that every request has.
            data: the content.
            timeout_s: how long to wait whenever the network is silent.
            most_bytes: of the content, once it is unpacked.
            within_s: how long the whole may take.

        Raises:
            NoAnswerError: why there is no answer, on one line.
        """
        import httpx

        call = _Call(method, url, headers, data, timeout_s, most_bytes, within_s)
        # ImportError, ValueError: a proxy that cannot be used (SOCKS needs a package more), an address out of ASCII.
        unusable = (httpx.HTTPError, httpx.InvalidURL, OSError, ImportError, ValueError)
        way = _Way()
        try:
            return call.made(self._connections(), way)
        except unusable as error:
            if not (way.kept and _is_lost(error, way)):
                raise _told(error, way) from None
        way = _Way()
        try:
            with _opened(self._url) as own:
                return call.made(own, way)
        except unusable as error:
            raise _told(error, way) from None

    def close(self) -> None:
        """Close the connections that are kept; a later request opens new ones."""
        with self._lock:
            kept, self._kept = self._kept, None
        if kept is not None:
            kept.close()

    def _connections(self) -> "httpx.Client":
        with self._lock:
            if self._kept is None:
                self._kept = _opened(self._url)
                weakref.finalize(self, self._kept.close).atexit = False  # a process that ends waits for nobody
            return self._kept


def send(
    method: str, url: str, headers: Mapping[str, str], data: bytes | None = None, *, timeout_s: float, most_bytes: int
) -> Answer:
    """Send one request on a connection of its own; takes and raises what `Client.send` does."""
    with Client(url) as client:
        return client.send(method, url, headers, data, timeout_s=timeout_s, most_bytes=most_bytes)


@dataclass
class _Way:
    """What became of one request on its way."""

    kept: bool = True
    """Whether it went out on a connection that was there already."""
    answered: bool = False
    """Whether the head of an answer came."""

    def note(self, event: str, _info: object) -> None:
        """Take note of what httpcore does."""
        self.kept &= not event.endswith("connect_tcp.started")
        self.answered |= event.endswith("receive_response_headers.complete")


@dataclass(frozen=True)
class _Call:
    """One request, as `Client.send` takes it."""

    method: str
    url: str
    headers: Mapping[str, str]
    data: bytes | None
    timeout_s: float
    most_bytes: int
    within_s: float

    def made(self, client: "httpx.Client", way: _Way) -> Answer:
        import httpx

        ends = time.monotonic() + self.within_s
        with client.stream(
            self.method,
            self.url,
            headers=dict(self.headers),
            content=self.data,
            timeout=min(self.timeout_s, self.within_s),
            extensions={"trace": way.note},
        ) as response:
            content = bytearray()
            try:
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > self.most_bytes:
                        break
                    if time.monotonic() > ends:
                        raise httpx.ReadTimeout("timed out: the answer goes on and on")
            except (httpx.HTTPError, OSError):
                if response.status_code < 300:  # else the status tells enough, and the content is only a message
                    raise
            return Answer(
                response.status_code,
                response.reason_phrase,
                response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                bytes(content[: self.most_bytes + 1]),
                response.headers.get("Location", "") if response.is_redirect else "",
                response.headers.get("Retry-After", ""),
            )


def _is_lost(error: Exception, way: _Way) -> bool:
    """Tell whether there was no connection, or it ended before anything of an answer came."""
    import httpx

    if isinstance(error, httpx.RemoteProtocolError):  # of an answer that is no HTTP, too
        return not way.answered and "disconnected" in str(error)
    return isinstance(error, httpx.NetworkError) and not way.answered


def _told(error: Exception, way: _Way) -> NoAnswerError:
    import httpx

    reason = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return NoAnswerError(reason, "late")
    return NoAnswerError(reason, "lost" if _is_lost(error, way) else "bad")


def _opened(url: str) -> "httpx.Client":
    from http.cookiejar import CookieJar, DefaultCookiePolicy

    import httpx

    return httpx.Client(
        verify=_certificates(),
        trust_env=urlsplit(url).hostname not in _LOCAL,
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=None, keepalive_expiry=_KEPT_S),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Return the system's: httpx would take those of a package, which know no authority of a company's own."""
    return ssl.create_default_context()
