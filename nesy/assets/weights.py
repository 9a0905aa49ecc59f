"""A model folder -> what lies in it: configuration, safetensors files, digest; bad folders are refused in one line."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nesy.errors import InputError, ModelError


@dataclass(frozen=True)
class Family:
    """The models that a back end can use, and what to say of others."""

    name: str
    """What each of them is, in words: `vision-language model`."""
    types: tuple[str, ...]
    """The values of `model_type` in config.json; none: any."""
    example: str
    """Id of one on the hub."""
    otherwise: str = ""
    """What to do with a model of another family; empty where nothing can be done."""


@dataclass(frozen=True)
class ModelFiles:
    """A folder that holds a usable model."""

    folder: Path
    model_type: str
    """As config.json names it."""
    weights: tuple[Path, ...]
    """The safetensors files, sorted by name."""


def inspect(folder: Path, family: Family) -> ModelFiles:
    """Look into a model folder without loading anything.

    Args:
        folder: of config.json and weights.
        family: what can be used.

    Raises:
        InputError: no folder, no config.json, or a model of another family.
        ModelError: the weights are missing, incomplete, or pickles only.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such model folder")
    return ModelFiles(folder, model_type_of(folder / "config.json", family), _weights(folder))


def model_type_of(config: Path, family: Family, model_id: str = "") -> str:
    """Return the `model_type` that a config.json names.

    Args:
        config: the file.
        family: what can be used.
        model_id: what to name in an error in its place.

    Raises:
        InputError: it cannot be read, or names a model of another family; the error says what can be used.
    """
    model_type = _read_json(config).get("model_type")
    if not family.types and isinstance(model_type, str):
        return model_type
    if model_type not in family.types:
        otherwise = f"; {family.otherwise}" if family.otherwise else ""
        raise InputError(
            f"{model_id or config}: model_type {model_type!r} is no {family.name} that can be used here; "
            f"expected one of {', '.join(family.types)} (such as {family.example}){otherwise}"
        )
    return str(model_type)


def weights_sha256(files: Sequence[Path]) -> str:
    """Return the sha256 of a single weights file, or of the `sha256  name` lines of several, in order of name."""
    if len(files) == 1:
        return _sha256(files[0])
    lines = "".join(f"{_sha256(file)}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))
    return hashlib.sha256(lines.encode()).hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path.parent}: no {path.name}; a folder written by save_pretrained was expected") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from None
    if not isinstance(found, dict):
        raise InputError(f"{path}: a JSON object was expected")
    return found


def _weights(folder: Path) -> tuple[Path, ...]:
    index = folder / "model.safetensors.index.json"
    if index.exists():
        shards = sorted({str(name) for name in dict(_read_json(index).get("weight_map", {})).values()})
        missing = [name for name in shards if not (folder / name).is_file()]
        if missing or not shards:
            raise ModelError(f"{folder}: {len(missing)} of {len(shards)} weight files are missing, {missing[:1]}")
        return tuple(folder / name for name in shards)
    found = tuple(sorted(folder.glob("*.safetensors")))
    if found:
        return found
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt*")):
        raise ModelError(
            f"{folder}: only pickled weights (*.bin, *.pt), which can run code when they are opened",
            "use a copy of the model that holds *.safetensors files",
        )
    raise ModelError(f"{folder}: no *.safetensors weights in the folder", "download the model again")


def _sha256(file: Path) -> str:
    # The hub's cache keeps large files under their sha256: a link to such a name saves reading gigabytes again.
    blob = file.resolve().name
    if re.fullmatch(r"[0-9a-f]{64}", blob):
        return blob
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
