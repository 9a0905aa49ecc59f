"""A hub id or a folder of a network that looks -> its parts, loaded: half precision on a GPU, safetensors only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError

from nesy.assets import hub
from nesy.assets.weights import Family, ModelFiles, inspect, weights_sha256
from nesy.errors import ModelError, first_line

_WAYS = "name a local folder, or `embedded`, which is shipped"
_RELOAD = "download the network again, or use another one"


@dataclass(frozen=True)
class Loaded:
    """A network ready to look."""

    name: str
    """As it was asked for: a hub id, or a folder."""
    revision: str
    """The commit of the hub; empty for a folder."""
    model_type: str
    network: Any
    processor: Any

    sha256: str
    """Of the weights."""

    @property
    def device(self) -> Any:
        """Where it computes."""
        return self.network.device

    @property
    def dtype(self) -> Any:
        """In which precision it computes."""
        return self.network.dtype


def files_of(name: str, family: Family) -> tuple[ModelFiles, str]:
    """Return the files of a folder or of a hub id, and the hub's commit (empty for a folder).

    Raises:
        InputError: there is no such network, or it is of another family.
        ModelError: its weights are not here and cannot be had, are damaged, or are pickles.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return inspect(folder, family), ""
    found = hub.snapshot(name, family, _WAYS)
    return inspect(found, family), found.name


def load(name: str, files: ModelFiles, revision: str, network: Any, processor: Any) -> Loaded:
    """Load a network: float16 on a GPU, float32 on the processor; never code from the folder.

    Args:
        name: as it was asked for.
        files: of the network.
        revision: the hub's commit.
        network: the auto class of transformers that makes it.
        processor: the auto class of what prepares a picture for it.

    Raises:
        ModelError: a file is damaged, weights are missing, or a package that it needs is.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        with quiet():
            # torchvision's processors ask for a build of it that fits torch; those of Pillow need none.
            prepared = processor.from_pretrained(files.folder, backend="pil", **options)
            made, report = network.from_pretrained(
                files.folder,
                dtype=torch.float16 if device == "cuda" else torch.float32,
                use_safetensors=True,
                output_loading_info=True,
                **options,
            )
    except ImportError as error:
        raise ModelError(f"{name}: it needs a package that is not installed ({first_line(error)})", _RELOAD) from error
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{name}: the network cannot be loaded ({first_line(error)})", _RELOAD) from error
    if report["missing_keys"]:
        first = min(report["missing_keys"])
        raise ModelError(f"{name}: {len(report['missing_keys'])} weights are missing, such as {first}", _RELOAD)
    return Loaded(
        name=name,
        revision=revision,
        model_type=files.model_type,
        network=made.to(device).eval(),
        processor=prepared,
        sha256=weights_sha256(files.weights),
    )


def on_device(loaded: Loaded, inputs: Any) -> dict[str, Any]:
    """Return the tensors of a processor where and in the precision in which the network computes."""
    found = {}
    for key, value in inputs.items():
        if isinstance(value, torch.Tensor):
            value = value.to(loaded.device, loaded.dtype) if value.is_floating_point() else value.to(loaded.device)
        found[key] = value
    return found


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' progress bars and advice to itself while a network is loaded."""
    logging: Any = transformers.utils.logging
    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
