"""A pipeline as it is sent to another machine: what it was made of, with the files that its settings name.

Rule and ontology files, a profile, a calibration and a recording travel by content, since the other machine may not see
them. Folders of weights do not: each machine has them, or sees them under the same path.
"""

import atexit
import os
import pickle
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nesy.checking.rule_reader import rule_files
from nesy.errors import InputError, ModelError, first_line
from nesy.pipeline import Pipeline
from nesy.settings import Settings

_RECORDING = "replay:"
_UNSENT = (pickle.PicklingError, TypeError, AttributeError, RecursionError, ValueError, RuntimeError, ImportError)
"""What objects raise that cannot be sent, or not be made again."""


@dataclass(frozen=True)
class Luggage:
    """What travels."""

    given: tuple[Any, ...]
    """Model, settings, hooks, witness, as a pipeline is made of them."""
    folder: str
    """Where the command runs: paths are relative to it."""
    files: Mapping[str, Mapping[str, bytes]]
    """Path as the settings have it -> names in it, if it is a folder, or "" -> bytes."""


@dataclass(frozen=True)
class Unpacked:
    """A pipeline where it has come to."""

    pipeline: Pipeline
    settings: Settings
    """As they were where it came from; those of the pipeline may name other paths."""
    moved: Mapping[str, str]
    """Path here -> path there, of files that were not seen here."""

    def as_sent(self, told: str) -> str:
        """Return a message with the paths that files had where they came from."""
        for here, there in self.moved.items():
            told = told.replace(here, there)
        return told


def packed(pipeline: Pipeline) -> bytes:
    """Return a pipeline as bytes that another machine unpacks.

    Raises:
        InputError: a file cannot be read, or the model, a witness or a hook cannot be sent.
    """
    from ray import cloudpickle

    given = pipeline.given
    files = {path: dict(_parts(path, is_rules)) for path, is_rules in _named(given[0], pipeline.settings)}
    try:
        data: bytes = cloudpickle.dumps(Luggage(given, str(Path.cwd()), files))
    except _UNSENT as error:
        raise InputError(
            f"the model, a witness or a hook is an object that no other process can be sent ({first_line(error)}); "
            "name a model, or give one that can be pickled"
        ) from None
    return data


@lru_cache(maxsize=1)
def unpacked(data: bytes) -> Unpacked:
    """Make a pipeline of what was sent; nothing is loaded yet. The same bytes are unpacked once a process.

    Raises:
        ModelError: an object among it cannot be made here.
    """
    try:
        luggage: Luggage = pickle.loads(data)
    except _UNSENT as error:
        raise ModelError(
            f"{socket.gethostname()}: the model cannot be made there ({first_line(error)})",
            "what it is made of must be installed on every machine",
        ) from None
    with suppress(OSError):
        os.chdir(luggage.folder)
    moved: dict[str, str] = {}
    folder = ""
    for number, (path, parts) in enumerate(luggage.files.items()):
        if not all(_is_here(Path(path, name), part) for name, part in parts.items()):
            folder = folder or _folder()
            moved[path] = str(_written(Path(folder, str(number), Path(path).name), parts))
    model, settings, *others = luggage.given
    if isinstance(model, str) and (file := model.removeprefix(_RECORDING)) in moved:
        model = _RECORDING + moved[file]
    pipeline = Pipeline(model, _elsewhere(settings, moved), *others)
    return Unpacked(pipeline, settings, {here: there for there, here in moved.items()})


def _named(model: object, settings: Settings) -> Iterator[tuple[str, bool]]:
    """Yield the paths that are sent by content, and of each whether it may be a folder of rules."""
    yield from ((path, True) for path in settings.checking.rules)
    yield from ((path, False) for path in settings.ontology)
    if (profile := settings.perception.profile) is not None and profile.endswith(".toml"):
        yield profile, False
    if settings.correction.calibration is not None:
        yield settings.correction.calibration, False
    if isinstance(model, str) and model.startswith(_RECORDING):
        yield model.removeprefix(_RECORDING), False


def _parts(path: str, is_rules: bool) -> Iterator[tuple[str, bytes]]:
    is_folder = is_rules and Path(path).is_dir()
    for file in rule_files([path]) if is_folder else [Path(path)]:
        try:
            yield file.name if is_folder else "", file.read_bytes()
        except OSError as error:
            raise InputError(f"{file}: cannot be read ({error.strerror})") from None


def _is_here(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data
    except OSError:
        return False


def _folder() -> str:
    """Make a folder that goes with this process."""
    folder = tempfile.mkdtemp(prefix="nesy-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _written(path: Path, parts: Mapping[str, bytes]) -> Path:
    for name, data in parts.items():
        file = path / name if name else path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return path


def _elsewhere(settings: Settings, moved: Mapping[str, str]) -> Settings:
    """Return the settings with the paths that files have here."""
    if not moved:
        return settings

    def at(path: str | None) -> str | None:
        return path if path is None else moved.get(path, path)

    changed: dict[str, tuple[str, Any]] = {
        "checking": ("rules", tuple(map(at, settings.checking.rules))),
        "perception": ("profile", at(settings.perception.profile)),
        "correction": ("calibration", at(settings.correction.calibration)),
    }
    sections = {
        section: getattr(settings, section).model_copy(update={name: value})
        for section, (name, value) in changed.items()
    }
    return settings.model_copy(update={**sections, "ontology": tuple(map(at, settings.ontology))})
