"""What every test runs under: no network, no hub, no hurry."""

import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest


def pytest_configure() -> None:
    """Keep the model libraries off the network before any of them is imported."""
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "1"
    # A busy machine is no failure: what takes too long is told by the timeout of the whole test.
    hypothesis.settings.register_profile("nesy", deadline=None, print_blob=True)
    hypothesis.settings.load_profile("nesy")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def near(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", near)
        yield


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Compute with one thread: tiny models gain nothing from more, and sums come in one order."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
