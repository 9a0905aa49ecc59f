"""What stands behind `--model` -> a model that answers; and what can be used on this machine."""

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nesy import assets
from nesy.assets import hub
from nesy.assets.weights import inspect
from nesy.errors import InputError, ModelError
from nesy.models.local_family import ANY, MODELS, WAYS
from nesy.models.openai_server import ServerModel, is_server
from nesy.models.replay import ReplayModel
from nesy.perception.profile import profile_of, read_profile
from nesy.perception.prompt import NO_MARKS, NO_PROSE
from nesy.settings import PerceptionSettings, Settings
from nesy.turns import VisionLanguageModel, info_of

WITNESS = "witness"
"""The model whose eyes are detectors; `witness:NAME` takes others than the shipped ones."""
_HUB_MODELS = ("llava-hf/llava-onevision-qwen2-0.5b-ov-hf", "llava-hf/llava-onevision-qwen2-7b-ov-hf")
_HUB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+")
_INSTALL = "pip install torch transformers xgrammar"
_SPECS = "embedded, witness, a local folder, a hub id such as ORG/NAME, replay:FILE or http://HOST/v1#NAME"


@dataclass(frozen=True)
class ModelListing:
    """One line of `nesy models`."""

    name: str
    """What to give to `--model`."""
    kind: str
    needs: str
    usable: bool
    """Whether it can be used here and now, without a download."""
    mend: str = ""
    """The command that makes it usable; empty when it is."""


def load_model(spec: str | None, settings: PerceptionSettings | None = None) -> VisionLanguageModel:
    """Return the model that `spec` names; None or "" is the largest LLaVA-OneVision for this machine.

    Raises:
        InputError: no such model, folder or file.
        ModelError: the model is known but cannot be used here; the hint says what mends it.
    """
    settings = settings or PerceptionSettings()
    refuse_without_weights(spec, {"quantize": settings.quantize, "adapter": settings.adapter})
    if spec and spec.startswith("replay:"):
        return ReplayModel(Path(spec.removeprefix("replay:")))
    if spec and spec.partition(":")[0] == WITNESS:
        # Imported late: it brings the parser of questions, and networks of its own.
        from nesy.models.witness_model import witness_model

        return witness_model(spec)
    if spec and is_server(spec):
        return ServerModel(spec, settings)
    return _local(spec or "", settings)


def refuse_without_weights(spec: str | None, given: Mapping[str, object]) -> None:
    """Refuse what tells how a model of this machine computes, where none is loaded: it would be without effect.

    Args:
        spec: as `--model` has it.
        given: by the name of its option; None: not given.

    Raises:
        InputError: one is given, and `spec` names a server, a recording or a witness.
    """
    if is_server(spec):
        whose = "a server, which loads its weights itself"
    elif spec and (spec.startswith("replay:") or spec.partition(":")[0] == WITNESS):
        whose = "a model without weights"
    else:
        return
    for name, value in given.items():
        if value is not None:
            raise InputError(f"--{name} is for a model that is loaded here, and --model names {whose}")


def ready_model(model: str | VisionLanguageModel | None, settings: Settings) -> VisionLanguageModel:
    """Return a model that can do what the settings ask for, loaded where it is named.

    Raises:
        InputError: there is no such model, folder or file.
        ModelError: it cannot be used here, or the settings ask for more than it has learnt.
    """
    ready = load_model(model or "", settings.perception) if model is None or isinstance(model, str) else model
    if settings.correction.marks and not getattr(ready, "takes_marks", True):
        raise ModelError(f"{info_of(ready).id} has not learnt to read a picture with numbered boxes", NO_MARKS)
    how = settings.perception.describe
    if how != "json" and not getattr(ready, "takes_prose", True):
        what = "things that it is given" if how == "grounded" else "in sentences"
        raise ModelError(f"{info_of(ready).id} has not learnt to describe {what}", NO_PROSE)
    if how == "grounded" and getattr(ready, "tells_sentences", False):
        raise ModelError(f"{info_of(ready).id} describes in sentences alone", NO_PROSE)
    return ready


def chosen_model(settings: PerceptionSettings) -> str:
    """Return which model is taken where none is named, and why, on one line.

    Raises:
        ModelError: torch is not installed, or there is no such device.
    """
    if not _importable():
        raise ModelError("torch, transformers and xgrammar are not installed", _INSTALL)
    from nesy.models.local_model import default_model

    name, why = default_model(settings)
    return f"model: {name} ({why})"


def available_models() -> tuple[ModelListing, ...]:
    """List the models and whether each can be used here; loads none of them."""
    ready = _importable()
    install = "" if ready else _INSTALL
    embedded = _embedded_is_here()
    listings = [
        ModelListing(
            "embedded",
            "shipped",
            "nothing; for drawn scenes",
            ready and embedded,
            install or ("" if embedded else "make train"),
        ),
        ModelListing(WITNESS, "shipped", "nothing; for photographs", True),
    ]
    for name in _HUB_MODELS:
        size = "2 GB of disk; CPU or GPU" if "0.5b" in name else "16 GB of disk; a GPU of 24 GB"
        here = ready and hub.is_cached(name, MODELS)
        listings.append(ModelListing(name, "hub", size, here, install or ("" if here else f"hf download {name}")))
    listings += [
        ModelListing("PATH", "local folder", "config.json and *.safetensors", ready, install),
        ModelListing("replay:FILE", "recording", "a file of recorded replies", True),
        ModelListing("http://HOST/v1#NAME", "server", "an OpenAI-compatible server, such as vLLM", True),
    ]
    return tuple(listings)


def _local(spec: str, settings: PerceptionSettings) -> VisionLanguageModel:
    if not _importable():
        raise ModelError("torch, transformers and xgrammar are not installed", _INSTALL)
    folder = _folder_of(spec)
    family = MODELS if settings.profile is None else ANY
    if folder is not None:
        inspect(folder, family)  # before torch is loaded: a mistake is told at once
    if folder is not None:
        return _opened(folder, settings)
    # Imported late: `import nesy` must not load torch.
    from nesy.models.local_model import default_model

    model_id = spec or default_model(settings)[0]
    snapshot = hub.snapshot(model_id, family, WAYS)
    return _opened(snapshot, settings, model_id, revision=snapshot.name)


def _opened(folder: Path, settings: PerceptionSettings, model_id: str = "", revision: str = "") -> VisionLanguageModel:
    from nesy.models.local_model import load_folder
    from nesy.models.task_model import load_tasks

    if settings.profile is None:
        profile = profile_of(inspect(folder, MODELS).model_type)
    else:
        profile = read_profile(settings.profile)
    return (load_folder if profile.task == "json" else load_tasks)(folder, settings, model_id, revision)


def _folder_of(spec: str) -> Path | None:
    """Return the folder that `spec` names, or None for a model of the hub."""
    if spec == "embedded":
        if not _embedded_is_here():
            raise ModelError("this installation holds no embedded model", "make train, or install nesy again")
        return assets.embedded_model()
    path = Path(spec).expanduser()
    if spec and path.is_dir():
        return path
    if spec and not _HUB_ID.fullmatch(spec):
        raise InputError(f"unknown model {spec!r}; expected {_SPECS}")
    return None


def _embedded_is_here() -> bool:
    folder = assets.embedded_model()
    return (folder / "config.json").is_file() and any(folder.glob("*.safetensors"))


def _importable() -> bool:
    return all(importlib.util.find_spec(name) for name in ("torch", "transformers", "xgrammar"))
