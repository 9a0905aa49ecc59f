"""A Ray cluster: begun on this machine and ended again, or one that runs and is joined; and how much of it is taken."""

import logging
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, inf
from pathlib import Path
from typing import Any

from nesy.errors import InputError, ModelError, first_line

_PATIENCE_S = 5.0
"""How long the machine of an address has to answer; Ray itself would wait for minutes."""
_ADDRESS = "HOST:PORT of its head (6379 unless it was begun otherwise), or auto on one of its machines"
_VARIABLE = "RAY_ADDRESS"
_WORKER_BYTES = 1 << 28
"""What a worker takes at least, with Python, Ray and what checks; models come to that."""


@dataclass(frozen=True)
class Cluster:
    """Where work is done: by how many workers, and what each of them takes.

    >>> Cluster(workers=4, cpus=0.5).workers
    4

    Raises:
        InputError: a number is none that can be.
    """

    address: str | None = None
    """`HOST:PORT` of a cluster's head, or `auto`; None: that of the environment (`RAY_ADDRESS`), or a cluster of this
    machine alone, which ends with the work."""
    workers: int | None = None
    """How many there are, each with a model or a connection of its own; None: as many as fit."""
    cpus: float = 1.0
    """Processors that each takes; less than 1 where a server is waited for."""
    gpus: float = 0.0
    """GPUs that each takes."""

    def __post_init__(self) -> None:
        if self.workers is not None and not 1 <= self.workers <= 100_000:
            raise InputError(f"from 1 worker up is expected, got {self.workers}")
        if not 0.01 <= self.cpus <= 10_000 or not 0 <= self.gpus <= 10_000:
            raise InputError(
                f"a worker takes 0.01 processors or more, and 0 GPUs or more; got {self.cpus}, {self.gpus}"
            )

    @contextmanager
    def joined(self, *, spare: bool = False) -> Iterator[int]:
        """Be connected with the cluster for a while, and give the number of workers.

        One that was begun for this ends with it. Where this process is connected already, that is taken and left.

        Args:
            spare: whether a processor is left to others, such as who reads a Ray Dataset.

        Raises:
            InputError: Ray is not installed, the address is none, or no worker fits.
            ModelError: the cluster does not answer.
        """
        ray = need_ray()
        if ray.is_initialized():
            yield self._fitting(ray, spare)
            return
        named = os.environ.get(_VARIABLE)
        address = self.address or named or "local"
        with _quiet(ray), _ended_in_order() as in_order:
            if address == "local":
                self._refuse_too_many()
                _connect(ray, address="local", include_dashboard=False, num_cpus=self._processors())
            else:
                told = f"{_VARIABLE}: " if named and self.address in (None, "auto") else ""
                _try_address(named if named and address == "auto" else address, told)
                _connect(ray, address=address)
            in_order()
            try:
                yield self._fitting(ray, spare)
            finally:
                ray.shutdown()

    def _refuse_too_many(self) -> None:
        """Raise InputError where so many processes are more than this machine holds; Ray would begin them all."""
        holds = _memory() // _WORKER_BYTES
        if self.workers is not None and self.workers > holds:
            raise InputError(
                f"{self.workers:,} workers of {_WORKER_BYTES >> 20} MiB or more do not fit this machine; {holds:,} "
                "would, or a cluster of several machines"
            )

    def _processors(self) -> int:
        """Return how many a cluster of this machine says it has: all, or what the workers take where that is more."""
        return max(os.cpu_count() or 1, ceil((self.workers or 1) * self.cpus))

    def _fitting(self, ray: Any, spare: bool) -> int:
        takes = {kind: many for kind, many in (("CPU", self.cpus), ("GPU", self.gpus)) if many}
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        fit = sum(int(min(node.get(kind, 0.0) / many + 1e-9 for kind, many in takes.items())) for node in nodes)
        held = sum(node.get("memory", inf) / _WORKER_BYTES for node in nodes)
        if not fit:
            most = ", ".join(f"{max((node.get(kind, 0.0) for node in nodes), default=0.0):g} {kind}" for kind in takes)
            wanted = " and ".join(f"{many:g} {kind}" for kind, many in takes.items())
            raise InputError(f"no worker of {wanted} fits a machine of the cluster; the most there is: {most}")
        chosen = self.workers or max(1, int(min(held, fit - ceil(1 / self.cpus) * spare)))
        if spare and sum(node.get("CPU", 0.0) for node in nodes) - chosen * self.cpus < 1:
            raise InputError(
                f"{chosen} workers of {self.cpus:g} CPU leave none to read the Ray Dataset; fewer workers, or less for "
                "each of them, would be right"
            )
        return chosen


def need_ray() -> Any:
    """Return Ray, with its part for data, which must send nothing about who uses it.

    Raises:
        InputError: it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray
        import ray.data
    except ImportError:
        raise InputError("work on several machines needs Ray: pip install 'nesy[ray]'") from None
    return ray


def _memory() -> int:
    """Return the memory of this machine, or of the container this is in, in bytes."""
    from ray._common.utils import get_system_memory

    return int(get_system_memory())


def _try_address(address: str, told: str) -> None:
    """Raise where nobody can be at an address; `told` stands before it."""
    if address == "auto":
        return
    host, colon, port = address.rpartition(":")
    if "/" in address or not (colon and host and port.isdecimal() and int(port) < 1 << 16):
        raise InputError(f"{told}{address}: no address of a Ray cluster; {_ADDRESS} would be right")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_S) as connection:
            speaks = os.environ.get("RAY_USE_TLS", "0") not in ("0", "false") or _speaks_http2(connection)
    except OSError as error:
        raise ModelError(
            f"{told}the Ray cluster at {address} does not answer ({error.strerror or error})",
            "ray start --head begins one",
        ) from None
    if not speaks:
        raise ModelError(f"{told}what is at {address} is no Ray cluster", f"{_ADDRESS} would be right")


def _speaks_http2(connection: socket.socket) -> bool:
    """Tell whether a server greets as gRPC does (RFC 9113, 3.4); Ray itself would try another one for minutes."""
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS)
    try:
        return connection.recv(len(_SETTINGS), socket.MSG_WAITALL)[3:4] == _SETTINGS[3:4]
    except TimeoutError:
        return False


_SETTINGS = b"\0\0\0\4\0\0\0\0\0"
"""A frame of HTTP/2 that sets nothing; its fourth byte is its kind."""


def _connect(ray: Any, **how: Any) -> None:
    try:
        with _without_stderr():  # the libraries below Ray write there, past Python
            ray.init(logging_level=logging.CRITICAL, log_to_driver=False, **how)
    except (ConnectionError, RuntimeError, ValueError, OSError, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code == signal.SIGTERM:
            raise SystemExit(_TERMINATED) from None
        where = "of this machine cannot be begun" if how["address"] == "local" else f"at {how['address']} is no help"
        told = "it does not answer as one" if isinstance(error, SystemExit) else first_line(error)
        if "AuthenticationError" in f"{error.__cause__}":
            told = "it wants a token"
            raise ModelError(f"a Ray cluster {where}: {told}", _TOKEN) from None
        raise ModelError(f"a Ray cluster {where}: {told}") from None


_TOKEN = "RAY_AUTH_MODE=token sends that of ~/.ray/auth_token, or of RAY_AUTH_TOKEN"
_TERMINATED = 128 + signal.SIGTERM
"""Exit code of a process that a signal has ended, as shells tell it."""


@contextmanager
def _ended_in_order() -> Iterator[Callable[[], None]]:
    """Keep Ray from taking SIGTERM for itself: who has a handler keeps it, else it ends the process as an exception.

    What it gives is called when Ray has put its own in place.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    kept = signal.getsignal(signal.SIGTERM)
    ours = kept if callable(kept) or kept is signal.SIG_IGN else _end
    try:
        yield lambda: _handle(ours)
    finally:
        _handle(kept if kept is not None else signal.SIG_DFL)


def _handle(handler: Any) -> None:
    signal.signal(signal.SIGTERM, handler)


def _end(_signal: int, _frame: object) -> None:
    sys.exit(_TERMINATED)


@contextmanager
def _quiet(ray: Any) -> Iterator[None]:
    """Keep what Ray tells of its own work in its own files: standard output is for results."""
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    logger = logging.getLogger("ray.data")
    before, level = _print_of(ray), logger.level
    logger.setLevel(logging.CRITICAL)
    ray._private.worker.print_to_stdstream = _drop  # what a machine says of a worker that was killed goes there
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="ray")
            yield
    finally:
        ray._private.worker.print_to_stdstream = before
        logger.setLevel(level)


def _print_of(ray: Any) -> Callable[..., None]:
    found: Callable[..., None] = ray._private.worker.print_to_stdstream
    return found


def _drop(*_given: Any, **_named: Any) -> None:
    """Print nothing."""


@contextmanager
def _without_stderr() -> Iterator[None]:
    """Have nobody in this process write to standard error for a while; where it is closed nobody does."""
    if sys.stderr is None:
        # For good, since Ray does not work without one.
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    try:
        kept = os.dup(2)
    except OSError:
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
