"""One Ray cluster on this machine for the tests of this folder; where Ray is not installed they are passed over."""

import logging
import os
import warnings
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="package")
def _ray() -> Iterator[None]:
    """Begin a cluster of two processors, which says nothing and asks nobody."""
    pytest.importorskip("ray", reason="Ray is not installed (nesy[ray])")
    from nesy.distributed.cluster import need_ray

    ray = need_ray()
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    os.environ.setdefault("RAY_memory_monitor_refresh_ms", "0")  # it would kill workers for what others take
    # Its handler keeps the standard error of whichever test imported it first, and would tell that it is closed.
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level=50)
    yield
    ray.shutdown()


@pytest.fixture
def _cluster(_ray: None) -> None:
    """Have the test run on the cluster."""
