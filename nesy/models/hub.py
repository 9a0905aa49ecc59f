"""A hub id -> the local folder of its files: the cache first, else one short try at the network."""

from collections.abc import Sequence
from pathlib import Path

from nesy.errors import InputError, ModelError
from nesy.models.weights import family_of, inspect

_TIMEOUT_S = 5.0
_PATTERNS = ["*.json", "*.safetensors", "*.jinja", "*.model", "merges.txt", "vocab.txt"]


def snapshot(model_id: str) -> Path:
    """Return the folder of a hub model, downloading it when it is not in the cache and the hub can be reached.

    Its config.json comes first: gigabytes of a model that cannot be used are not fetched. The folder's name is the
    commit of the model.

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

    cached = _cached(model_id)
    if cached is not None:
        return cached
    if constants.HF_HUB_OFFLINE:
        raise missing(model_id, "the hub is switched off (HF_HUB_OFFLINE)")
    try:
        # One short question, before a client that retries for minutes.
        info = HfApi().model_info(model_id, timeout=_TIMEOUT_S)
    except GatedRepoError:
        raise missing(model_id, "its licence has to be accepted on the hub first") from None
    except RepositoryNotFoundError:
        raise InputError(f"unknown model {model_id!r}: neither a folder here nor a model of the hub") from None
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        raise missing(model_id, f"the hub cannot be reached ({type(error).__name__})") from None
    try:
        family_of(Path(hf_hub_download(model_id, "config.json", etag_timeout=_TIMEOUT_S)), model_id)
        _usable_weights(model_id, [file.rfilename for file in info.siblings or ()])
        return Path(snapshot_download(model_id, allow_patterns=_PATTERNS, etag_timeout=_TIMEOUT_S))
    except LocalEntryNotFoundError as error:
        raise missing(model_id, f"the download failed ({type(error).__name__})") from None
    except EntryNotFoundError:
        raise InputError(f"{model_id}: no config.json on the hub; a model in the llava-hf format is expected") from None
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        raise missing(model_id, f"the download failed ({type(error).__name__})") from None


def is_cached(model_id: str) -> bool:
    """Tell whether all files of a hub model are on this machine."""
    return _cached(model_id) is not None


def missing(model_id: str, why: str) -> ModelError:
    """Return the error of a model that is not here, with the ways out.

    The shipped model is none of them: who asks for a model of the hub has photographs, which that one cannot read.
    """
    return ModelError(
        f"the weights of {model_id} are not on this machine, and {why}",
        f"three ways out: download them once with `hf download {model_id}`, name a local folder with `--model PATH`, "
        "or a server that has a model with `--model http://HOST/v1#NAME`; the shipped model (`--model embedded`) reads "
        "drawn scenes alone, no photographs",
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


def _cached(model_id: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(model_id, local_files_only=True))
        inspect(folder)
    except HFValidationError:
        raise InputError(f"unknown model {model_id!r}: neither a folder here nor an id of the hub") from None
    except (LocalEntryNotFoundError, ModelError):
        return None  # never fetched, or only a part of it
    except InputError:
        return None if not (folder / "config.json").exists() else folder  # the family is judged when it is loaded
    return folder
