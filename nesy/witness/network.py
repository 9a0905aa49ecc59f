"""A network as an ONNX file -> what runs it: read once, when it is first used, and checked by its sum."""

import hashlib
import os
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nesy.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime

Floats = NDArray[np.float32]
_MOST_THREADS = 4
"""More cores gain nothing on networks of this size, and would be taken from others."""


@dataclass(frozen=True)
class OnnxFile:
    """Where a network lies, and the sum of its bytes."""

    path: Path
    sha256: str
    mended_by: str = "install nesy again"
    """What to do where it is missing or damaged."""

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises:
            ModelError: it is missing, or is not what was shipped.
        """
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise ModelError(f"{self.path}: cannot be read ({error.strerror})", hint=self.mended_by) from None
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise ModelError(
                f"{self.path}: damaged; its SHA-256 sum starts with {found[:12]}, that of the network with "
                f"{self.sha256[:12]}",
                hint=self.mended_by,
            )
        return data


class Network:
    """A network of one input, run on the processor.

    Args:
        file: where it lies.
        threads: of the processor, while it runs; None: as many as there are cores, four at most.
    """

    def __init__(self, file: OnnxFile, threads: int | None = None) -> None:
        self.file = file
        self._threads = threads or min(_MOST_THREADS, _cores())
        self._lock = threading.Lock()

    def run(self, values: NDArray[np.generic]) -> list[Floats]:
        """Return the outputs in the file's order.

        Raises:
            ModelError: the file is missing or damaged, or the runtime is.
        """
        with self._lock:  # two threads that come first at the same time read it once
            session = self._session
        name = session.get_inputs()[0].name
        return [np.asarray(output, dtype=np.float32) for output in session.run(None, {name: values})]

    @property
    def notes(self) -> dict[str, str]:
        """What the file tells about itself, by name; raises as `run` does."""
        with self._lock:
            return dict(self._session.get_modelmeta().custom_metadata_map)

    @cached_property
    def _session(self) -> "onnxruntime.InferenceSession":
        data = self.file.read()
        try:
            import onnxruntime
        except ImportError as error:
            raise ModelError(f"onnxruntime cannot be loaded ({error})", hint="pip install onnxruntime") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors alone: what it says else is of its own inner life
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads take no core
        try:
            return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 (of types of its own, one for each state that its C++ knows)
            raise ModelError(f"{self.file.path}: onnxruntime refuses it ({error})") from None


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
