"""An application -> a server on a socket, until a signal ends it."""

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

import uvicorn

from nesy.errors import InputError, NesyError
from nesy.pipeline import Pipeline
from nesy.server.application import application
from nesy.server.gold_folder import GoldFolder
from nesy.server.service_limits import Access, Limits

_GRACE_S = 5
"""So long requests may go on when the server is told to end."""
_IDLE_S = 5
_BACKLOG = 128


def serve(
    pipeline: Pipeline,
    at: socket.socket,
    limits: Limits,
    access: Access,
    ready: Callable[[], object],
    gold: GoldFolder | None = None,
) -> bool:
    """Serve until SIGINT or SIGTERM; requests at work are given a few seconds, then given up.

    Args:
        pipeline: whose model answers; it is loaded meanwhile.
        at: a listening socket.
        limits: on size, time and number of requests.
        access: who may ask.
        ready: is called when the model is loaded.
        gold: where scenes that a person has judged may be saved; None: nowhere.

    Returns:
        Whether the model is still at work on a reply that nobody waits for any more. Such a thread cannot be ended, and
        the libraries under it abort a process that ends around it; `os._exit` ends both.

    Raises:
        NesyError: the model, its rules or its witness cannot be loaded.
    """
    failed: list[NesyError] = []

    def told(error: NesyError | None) -> None:
        if error is None:
            ready()
        else:
            failed.append(error)
            server.should_exit = True

    served = application(pipeline, limits, access, told, gold)
    config = uvicorn.Config(
        served,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=_GRACE_S,
        ws="none",
    )
    server = uvicorn.Server(config)
    with _calm():
        server.run(sockets=[at])
    if failed:
        raise failed[0]
    return bool(served.state.desk.at_work)


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises:
        InputError: there is no such address here, or the port is taken.
    """
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, proto)
    except (OSError, UnicodeError) as error:
        raise InputError(f"--host {host}: no address of this machine ({getattr(error, 'strerror', error)})") from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(_BACKLOG)
    except OSError as error:
        found.close()
        raise InputError(f"{host}:{port}: cannot listen there ({error.strerror}); --port takes another") from None
    return found


def is_loopback(host: str) -> bool:
    """Tell whether an address is reached from this machine alone.

    >>> [is_loopback(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "example.org", "")]
    [True, True, True, False, False, False, False]
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def access_for(host: str, token: str | None, origins: tuple[str, ...]) -> Access:
    """Return who may ask a server at an address.

    Raises:
        InputError: others can reach it and there is no token, or the token cannot stand in a header.
    """
    if token is not None and not (token.isascii() and token.isprintable() and token and " " not in token):
        raise InputError("--token: printable signs of ASCII without blanks are expected")
    if is_loopback(host):
        return Access(token, tuple(dict.fromkeys((host.lower().strip("[]"), "localhost", "127.0.0.1", "::1"))), origins)
    if token is None:
        raise InputError(f"--host {host}: others can reach it; set a token in NESY_TOKEN (or --token)")
    return Access(token, None, origins)


@contextmanager
def _calm() -> Iterator[None]:
    """Let the signals that end the server end it, and nothing more: uvicorn raises them once more when it is done."""
    before = {which: signal.signal(which, lambda *_: None) for which in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)
