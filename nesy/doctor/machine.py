"""This machine -> what can be used here, and what is missing with the command that mends it."""

import importlib.util
import platform
import subprocess
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from nesy import assets
from nesy.errors import KnowledgeError

Status = Literal["ok", "absent", "broken"]
"""`absent`: something optional is not there; `broken`: something needed is not."""

HUB_MODEL = "llava-hf/llava-onevision-qwen2-0.5b-ov-hf"


@dataclass(frozen=True)
class Checkup:
    """One thing looked at, what was found, and the command that mends it where it is missing."""

    name: str
    status: Status
    found: str
    mend: str = ""


def examine() -> tuple[Checkup, ...]:
    """Look at everything the commands may need, and load what is small enough to be tried."""
    return (
        _python(),
        *(_library(name) for name in ("torch", "transformers", "xgrammar", "pyshacl", "owlready2", "spacy")),
        _accelerator(),
        _knowledge(),
        _java(),
        _embedded(),
        _hub(),
    )


def _python() -> Checkup:
    return Checkup("python", "ok", f"{platform.python_version()} ({sys.executable})")


def _library(name: str) -> Checkup:
    try:
        return Checkup(name, "ok", metadata.version(name))
    except metadata.PackageNotFoundError:
        return Checkup(name, "broken", "not installed", f"pip install {name}")


def _accelerator() -> Checkup:
    if importlib.util.find_spec("torch") is None:
        return Checkup("gpu", "absent", "unknown without torch", "pip install torch")
    import torch

    if not torch.cuda.is_available():
        return Checkup(
            "gpu", "absent", "none that torch can use; models run on the CPU", "a CUDA GPU and a CUDA build of torch"
        )
    memory = torch.cuda.get_device_properties(0).total_memory / 2**30
    return Checkup("gpu", "ok", f"{torch.cuda.get_device_name(0)}, {memory:.0f} GiB")


def _knowledge() -> Checkup:
    from nesy.checking import Rules
    from nesy.ontology import Ontology

    mend = "install the package again: pip install --force-reinstall --no-deps nesy"
    try:
        ontology, rules = Ontology.default(), Rules.load()
    except KnowledgeError as error:
        return Checkup("knowledge", "broken", str(error), mend)
    found = f"{len(ontology.categories)} categories, {len(ontology.verbs)} verbs, {len(tuple(rules))} rules"
    return Checkup("knowledge", "ok", found)


def _java() -> Checkup:
    from nesy.ontology.reasoner import find_java

    mend = "install a Java runtime (Debian: apt-get install default-jre-headless) or set JAVA_HOME"
    try:
        java = find_java()
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=True)
    except KnowledgeError:
        return Checkup("java", "absent", "not found; only the OWL reasoner needs it", mend)
    except (OSError, subprocess.SubprocessError) as error:
        return Checkup("java", "absent", f"found, but does not run ({error})", mend)
    first = (told.stderr or told.stdout).strip().splitlines()
    return Checkup("java", "ok", f"{first[0] if first else 'found'} ({java})")


def _embedded() -> Checkup:
    weights = assets.embedded_model() / "model.safetensors"
    if not weights.is_file():
        return Checkup("embedded model", "absent", f"no weights at {weights}", "make train")
    return Checkup("embedded model", "ok", f"{weights.stat().st_size / 1e6:.1f} MB ({weights.parent})")


def _hub() -> Checkup:
    from huggingface_hub import constants

    cache = Path(constants.HF_HUB_CACHE)
    kept = sorted(folder.name.removeprefix("models--").replace("--", "/") for folder in cache.glob("models--*llava*"))
    offline = "; HF_HUB_OFFLINE is set" if constants.HF_HUB_OFFLINE else ""
    if not kept:
        return Checkup("hub models", "absent", f"no LLaVA model in {cache}{offline}", f"hf download {HUB_MODEL}")
    return Checkup("hub models", "ok", f"{', '.join(kept)} ({cache}){offline}")
