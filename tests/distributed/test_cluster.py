"""A cluster is joined or refused, with Ray itself left out: addresses, tokens, numbers of workers, signals."""

import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest

from nesy.distributed import cluster as joining
from nesy.distributed.cluster import Cluster
from nesy.errors import InputError, ModelError


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> Callable[..., SimpleNamespace]:
    """Return a function that puts a Ray in place whose cluster has one machine, and gives it."""
    monkeypatch.delenv("RAY_ADDRESS", raising=False)

    def stand_in(init: Callable[..., object] = lambda **_how: None, **resources: float) -> SimpleNamespace:
        worker = SimpleNamespace(print_to_stdstream=print)
        ray = SimpleNamespace(
            init=init,
            is_initialized=lambda: False,
            nodes=lambda: [{"Alive": True, "Resources": resources}],
            shutdown=lambda: None,
            _private=SimpleNamespace(worker=worker),
        )
        monkeypatch.setattr(joining, "need_ray", lambda: ray)
        return ray

    return stand_in


@contextmanager
def listening(says: bytes = b"\0\0\6\4" + bytes(11)) -> Iterator[str]:
    """Give an address at which somebody says something to who comes; as gRPC does unless it is given."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            with server.accept()[0] as guest, suppress(OSError):  # who has seen enough hangs up
                guest.sendall(says)
                guest.shutdown(socket.SHUT_WR)
                while guest.recv(1024):
                    pass

        thread = Thread(target=greet)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_a_cluster_that_wants_a_token_is_told_with_what_sends_one(node: Any) -> None:
    def init(**_how: object) -> None:
        cause = RuntimeError(
            "Failed to connect to GCS.\nray.exceptions.AuthenticationError: RPC error: InvalidAuthToken"
        )
        raise ConnectionError("Failed to connect to Ray cluster") from cause

    node(init)
    wants = pytest.raises(ModelError, match=r"wants a token.*RAY_AUTH_MODE=token")
    with listening() as address, wants, Cluster(address).joined():
        pass


@pytest.mark.parametrize("says", [b"HTTP/1.0 400 Bad request\r\n\r\n", b"+OK\r\n", b""])
def test_another_server_is_told_before_ray_tries_it(node: Any, says: bytes) -> None:
    tried: list[object] = []
    node(lambda **how: tried.append(how))
    refused = pytest.raises(ModelError, match=r"what is at 127.0.0.1:\d+ is no Ray cluster")
    with listening(says) as address, refused, Cluster(address).joined():
        pass
    assert not tried


@pytest.mark.parametrize("address", [None, "auto"])
def test_an_address_of_the_environment_is_told_as_one(
    node: Any, monkeypatch: pytest.MonkeyPatch, address: str | None
) -> None:
    node()
    for wrong, error in (("127.0.0.1:9", ModelError), ("nowhere", InputError)):
        monkeypatch.setenv("RAY_ADDRESS", wrong)
        with pytest.raises(error, match=f"^RAY_ADDRESS: .*{wrong}"), Cluster(address).joined():
            pass


def test_more_workers_than_a_machine_holds_are_refused_before_one_is_begun(
    node: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[object] = []
    node(lambda **how: begun.append(how), CPU=64.0)
    monkeypatch.setattr(joining, "_memory", lambda: 8 << 30)
    refused = pytest.raises(InputError, match="1,000 workers of 256 MiB or more do not fit this machine; 32 would")
    with refused, Cluster(workers=1_000, cpus=0.01).joined():
        pass
    assert not begun
    with Cluster(workers=32, cpus=0.01).joined() as workers:
        assert workers == 32 and begun


def test_as_many_workers_as_fit_are_not_more_than_memory_holds(node: Any) -> None:
    node(CPU=2.0, memory=float(5 << 28))
    for cpus, fit in ((0.01, 5), (0.5, 4), (1.0, 2)):
        with Cluster(cpus=cpus).joined() as workers:
            assert workers == fit


def test_sigterm_ends_the_work_in_order_as_shells_tell_it(node: Any) -> None:
    def init(**_how: object) -> None:
        signal.signal(signal.SIGTERM, lambda *_: pytest.fail("Ray has SIGTERM"))

    ended: list[str] = []
    ray = node(init, CPU=2.0)
    ray.shutdown = lambda: ended.append("in order")
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as left, Cluster().joined():
        os.kill(os.getpid(), signal.SIGTERM)
    assert left.value.code == 143 and ended == ["in order"] and signal.getsignal(signal.SIGTERM) == before


def test_who_takes_sigterm_himself_keeps_it(node: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    got: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: got.append(number))
    try:
        node(lambda **_how: signal.signal(signal.SIGTERM, signal.SIG_IGN), CPU=2.0)
        with Cluster().joined():
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert got == [signal.SIGTERM] * 2


def test_standard_error_that_is_closed_is_no_fault(node: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_file: int) -> int:
        raise OSError(9, "Bad file descriptor")

    node(lambda **_how: sys.stderr.write("as Ray does"), CPU=2.0)
    monkeypatch.setattr(os, "dup", closed)
    monkeypatch.setattr(sys, "stderr", None)
    with Cluster().joined() as workers:
        assert workers == 2
    sys.stderr.close()
