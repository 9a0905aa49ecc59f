"""What every test runs under: no network, no hub, one thread, no hurry."""

import gc
import os
import socket
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest


def pytest_configure() -> None:
    """Keep the model libraries off the network, and at one thread, before any of them is imported."""
    # Tiny models gain nothing from more threads, which burn the processor while they wait for each other; and sums
    # come in one order. Processes that tests start inherit it.
    for library in ("OMP", "MKL", "OPENBLAS"):
        os.environ[f"{library}_NUM_THREADS"] = "1"
    # The reasoner works for a second: what makes a long run of Java faster takes longer than that.
    os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = os.environ["DO_NOT_TRACK"] = "1"
    os.environ["NESY_CALIBRATIONS"] = os.devnull  # no test finds what the user of this machine has measured
    # Ontologies, networks and lexicons stay alive all along; to look for cycles among them takes a quarter of the time.
    gc.set_threshold(200_000, 20, 50)
    # A busy machine is no failure: the timeout of the whole test is there for what never ends.
    slow = [hypothesis.HealthCheck.too_slow]
    hypothesis.settings.register_profile("nesy", deadline=None, suppress_health_check=slow, print_blob=True)
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
