"""A hub id -> the local folder of its files: the cache first, else one short try at the network."""

from collections.abc import Sequence
from pathlib import Path

from nesy.assets.weights import Family, inspect, model_type_of
from nesy.errors import InputError, ModelError

_TIMEOUT_S = 5.0
_PATTERNS = ["*.json", "*.safetensors", "*.jinja", "*.model", "merges.txt", "vocab.txt"]


def snapshot(model_id: str, family: Family, ways: str) -> Path:
    """Return the folder of a hub model, downloading it when it is not in the cache and the hub can be reached.

    Its config.json comes first: gigabytes of a model that cannot be used are not fetched. The folder's name is the
    commit of the model.

    Args:
        model_id: `ORG/NAME`.
        family: what can be used.
        ways: what else can be done where it cannot be had, for the error.

    Raises:
        InputError: the hub has no model of this id, or one of a family that cannot be used here.
        ModelError: not in the cache, and no download; the hint names the ways out.
    """
    from huggingface_hub import HfApi, constants, hf_hub_download, snapshot_download
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # its own HTTP client, whichever that is

    cached = _cached(model_id, family)
    if cached is not None:
        return cached
    if constants.HF_HUB_OFFLINE:
        raise _missing(model_id, "the hub is switched off (HF_HUB_OFFLINE)", ways)
    try:
        # One short question, before a client that retries for minutes.
        info = HfApi().model_info(model_id, timeout=_TIMEOUT_S)
    except GatedRepoError:
        raise _missing(model_id, "its licence has to be accepted on the hub first", ways) from None
    except RepositoryNotFoundError:
        raise InputError(f"unknown model {model_id!r}: neither a folder here nor a model of the hub") from None
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        raise _missing(model_id, f"the hub cannot be reached ({type(error).__name__})", ways) from None
    try:
        model_type_of(Path(hf_hub_download(model_id, "config.json", etag_timeout=_TIMEOUT_S)), family, model_id)
        _usable_weights(model_id, [file.rfilename for file in info.siblings or ()])
        return Path(snapshot_download(model_id, allow_patterns=_PATTERNS, etag_timeout=_TIMEOUT_S))
    except LocalEntryNotFoundError as error:
        raise _missing(model_id, f"the download failed ({type(error).__name__})", ways) from None
    except EntryNotFoundError:
        raise InputError(f"{model_id}: no config.json on the hub; a {family.name} is expected") from None
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        raise _missing(model_id, f"the download failed ({type(error).__name__})", ways) from None


def is_cached(model_id: str, family: Family) -> bool:
    """Tell whether all files of a hub model are on this machine."""
    return _cached(model_id, family) is not None


def _missing(model_id: str, why: str, ways: str) -> ModelError:
    return ModelError(
        f"the weights of {model_id} are not on this machine, and {why}",
        f"download them once with `hf download {model_id}`, or {ways}",
    )


def _usable_weights(model_id: str, files: Sequence[str]) -> None:
    """Refuse a model whose list of files has weights, but only such as can run code when they are opened."""
    if any(name.endswith((".bin", ".pt", ".pth")) for name in files) and not any(
        name.endswith(".safetensors") for name in files
    ):
        raise ModelError(
            f"{model_id}: only pickled weights on the hub (*.bin, *.pt), which can run code when they are opened",
            "use a copy of the model that holds *.safetensors files",
        )


def _cached(model_id: str, family: Family) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(model_id, local_files_only=True))
        inspect(folder, family)
    except HFValidationError:
        raise InputError(f"unknown model {model_id!r}: neither a folder here nor an id of the hub") from None
    except (LocalEntryNotFoundError, ModelError):
        return None  # never fetched, or only a part of it
    except InputError:
        return None if not (folder / "config.json").exists() else folder  # the family is judged when it is loaded
    return folder
