"""A request over HTTP -> the answer, read up to a limit; by httpx, which is loaded when something is sent."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

_LOCAL = ("localhost", "127.0.0.1", "::1")


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


def send(
    method: str,
    url: str,
    headers: Mapping[str, str],
    data: bytes | None = None,
    *,
    timeout_s: float,
    most_bytes: int,
) -> Answer:
    """Send one request on a connection of its own.

    A redirect is not followed: what is sent, a key in the headers included, goes to the named host alone. Proxies are
    those of the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY), except to this machine. Certificates are
    checked against those that the system trusts, or the file or folder in SSL_CERT_FILE or SSL_CERT_DIR.

    Args:
        method: GET or POST.
        url: absolute, http or https.
        headers: beside those that every request has.
        data: the content.
        timeout_s: how long to wait whenever the network is silent.
        most_bytes: of the content, once it is unpacked.

    Raises:
        NoAnswerError: why there is no answer, on one line.
    """
    import httpx

    try:
        # A connection that was kept could be closed by the server just as the next request goes out on it.
        with (
            httpx.Client(verify=_certificates(), trust_env=urlsplit(url).hostname not in _LOCAL) as client,
            client.stream(method, url, headers=headers, content=data, timeout=timeout_s) as response,
        ):
            content = bytearray()
            try:
                for piece in response.iter_bytes():
                    content += piece
                    if len(content) > most_bytes:
                        break
            except (httpx.HTTPError, OSError):
                if response.status_code < 300:  # else the status tells enough, and the content is only a message
                    raise
            return Answer(
                response.status_code,
                response.reason_phrase,
                response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
                bytes(content[: most_bytes + 1]),
                response.headers.get("Location", "") if response.is_redirect else "",
                response.headers.get("Retry-After", ""),
            )
    # The last two: a proxy that cannot be used (SOCKS needs a package more), and an address or header out of ASCII.
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ImportError, ValueError) as error:
        raise NoAnswerError(" ".join(str(error).split()) or type(error).__name__) from None


@cache
def _certificates() -> ssl.SSLContext:
    """Return the system's: httpx would take those of a package, which know no authority of a company's own."""
    return ssl.create_default_context()
