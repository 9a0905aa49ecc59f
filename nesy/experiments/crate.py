"""The folder of an experiment -> ro-crate-metadata.json: who ran what on which files, and what came out.

A Process Run Crate 0.5 (https://w3id.org/ro/wfrun/process/0.5), the profile of the Workflow Run family for a tool that
ran once: no file of the folder is a workflow. The pictures stay where they are; they are named by their sums.
"""

import hashlib
import json
import mimetypes
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nesy.errors import InputError
from nesy.experiments.arms.traces import First, RunCard, Traces
from nesy.interchange.licences import licence_address
from nesy.scene import Scene

if TYPE_CHECKING:
    from rocrate.model.contextentity import ContextEntity
    from rocrate.model.entity import Entity
    from rocrate.rocrate import ROCrate

NEEDS = "pip install 'nesy[crate]'"
FILE = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
"""The context in which `sha256` is a word."""
_NESY, _ADDRESS = "https://w3id.org/nesy", "https://w3id.org/nesy/ontology"
"""The name of the program, and where its vocabulary stands."""
_RESULTS: Mapping[str, tuple[str, str]] = {
    "run.json": ("What was run: model, settings, arms, seed and commit.", "application/json"),
    "round0.jsonl": ("The first description of every picture, checked.", "application/jsonl"),
    "arms.jsonl": ("What every arm made of it, round by round.", "application/jsonl"),
    "report.json": ("The scores of the arms.", "application/json"),
    "images.parquet": ("A row for each picture and arm.", "application/vnd.apache.parquet"),
}
"""The files that a run leaves, where they are there: what each holds, and its media type."""


def write_crate(
    folder: str | Path,
    *,
    began: datetime | None = None,
    ended: datetime | None = None,
    agent: str | None = None,
    licence: str | None = None,
) -> Path:
    """Write `ro-crate-metadata.json` beside the files of an experiment, and return its path.

    >>> import json, shutil, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = shutil.copytree("examples/recorded/hard", folder, dirs_exist_ok=True)
    ...     crate = json.loads(write_crate(folder, agent="Ada <https://orcid.org/0000-0002-1825-0097>").read_text())
    >>> [one["name"] for one in crate["@graph"] if one["@type"] == "CreateAction"]
    ['nesy evaluate: nesy-embedded on hard']

    Args:
        folder: as `nesy evaluate --arms --runs` writes it.
        began: when the run began, with its time zone; None: that is not known.
        ended: when it ended; None takes the last change of `arms.jsonl`.
        agent: who ran it: a name, or `NAME <ADDRESS>`, such as an ORCID.
        licence: of the files: an identifier of SPDX, or an address; None: the crate says that none is stated.

    Raises:
        InputError: the folder holds no run, cannot be written to, `licence` is no licence, or rocrate is not installed.
    """
    try:
        from rocrate.rocrate import ROCrate
    except ImportError:
        raise InputError(f"a crate is written by rocrate, which is not installed: {NEEDS}") from None
    folder, traces = Path(folder), Traces(folder)
    card, truths, firsts = traces.card(), traces.truths(), traces.firsts()
    ended = ended or _changed(folder / "arms.jsonl")
    crate = ROCrate(version="1.1")
    crate.metadata.extra_contexts.append(_TERMS)
    crate.name = f"nesy evaluate: {card.model.id} on {card.folder}"
    crate.description = (
        f"What {len(card.arms)} loops ({', '.join(card.arms)}) made of the descriptions that {card.model.id} gave of "
        f"{len(truths)} pictures, with scores against true scenes."
    )
    crate.datePublished = ended
    crate.license = _licence(crate, licence)
    profile = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
    crate.root_dataset["conformsTo"] = _add(crate, _PROFILE, profile)
    inputs = [_file(crate, folder, "scenes.jsonl", "The true scenes, one of each picture.", "application/jsonl")]
    inputs += [_add(crate, name, told) for name, told in _pictures(truths, firsts).items()]
    inputs += [_model(crate, card), *_settings(crate, card)]
    results = [_file(crate, folder, name, *told) for name, told in _RESULTS.items() if (folder / name).exists()]
    action: dict[str, Any] = {
        "@type": "CreateAction",
        "name": crate.name,
        "description": crate.description,
        **({} if began is None else {"startTime": began.isoformat(timespec="seconds")}),
        "endTime": ended.isoformat(timespec="seconds"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
    }
    done = crate.add_action(_nesy(crate, card), "#run", object=inputs, result=results, properties=action)
    if agent is not None:
        done["agent"] = crate.root_dataset["author"] = _agent(crate, agent)
    crate.root_dataset["mentions"] = done
    return _written(folder, crate)


def _written(folder: Path, crate: "ROCrate") -> Path:
    """Write the metadata alone: the files are there."""
    path, draft = folder / FILE, folder / f".{FILE}.tmp"
    text = json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
    return path


def _add(crate: "ROCrate", identifier: str, properties: dict[str, Any]) -> "ContextEntity":
    from rocrate.model.contextentity import ContextEntity

    return crate.add(ContextEntity(crate, identifier, properties=properties))


def _file(crate: "ROCrate", folder: Path, name: str, description: str, media_type: str) -> "Entity":
    path = folder / name
    try:
        with path.open("rb") as data:
            digest = hashlib.file_digest(data, "sha256").hexdigest()
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    told = {"name": name, "description": description, "encodingFormat": media_type, "contentSize": str(size)}
    return crate.add_file(path, name, properties={**told, "sha256": digest})


def _pictures(truths: list[Scene], firsts: Mapping[str, First]) -> dict[str, dict[str, Any]]:
    """Return id -> properties of each picture, with the sum of what was read, or as the true scene has it."""
    found = {}
    for image in (truth.image for truth in truths if truth.image is not None):
        name = Path(image.name).name
        first = firsts.get(name)
        read = None if first is None or first.round is None else first.round.scene.image
        digest = (None if read is None else read.sha256) or image.sha256
        told: dict[str, Any] = {"@type": ["CreativeWork", "ImageObject"], "name": name}
        media_type = mimetypes.guess_type(name)[0]
        told |= {} if media_type is None else {"encodingFormat": media_type}
        told |= {} if digest is None else {"sha256": digest}
        found[f"#picture-{digest or quote(name, safe='')}"] = told
    return found


def _model(crate: "ROCrate", card: RunCard) -> "ContextEntity":
    model = card.model
    told: dict[str, Any] = {"@type": "CreativeWork", "name": model.id, "description": "The model that was asked."}
    told |= {} if model.revision is None else {"version": model.revision}
    told |= {} if model.weights_sha256 is None else {"sha256": model.weights_sha256}
    return _add(crate, "#model", told)


def _settings(crate: "ROCrate", card: RunCard) -> Iterator["ContextEntity"]:
    """Yield a property value for each setting, `loop.rounds`, and for arms and seed."""
    told = {"arms": ",".join(card.arms), "seed": card.seed, **dict(_flat(card.settings.model_dump(mode="json")))}
    for name, value in told.items():
        shown = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
        yield _add(crate, f"#setting-{name}", {"@type": "PropertyValue", "name": name, "value": shown})


def _flat(settings: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _nesy(crate: "ROCrate", card: RunCard) -> "ContextEntity":
    version = metadata.version("nesy")
    told = {
        "@type": "SoftwareApplication",
        "name": "nesy",
        "description": "A vision-language model made accountable: scenes checked against an ontology and rules.",
        "url": _ADDRESS,
        "softwareVersion": f"{version}+{card.commit[:12]}" if card.commit else version,
    }
    return _add(crate, _NESY, told)


def _agent(crate: "ROCrate", agent: str) -> "ContextEntity":
    found = re.fullmatch(r"\s*([^<>]*[^<>\s])\s*(?:<(https?://[^\s<>\"]+)>)?\s*", agent)
    if found is None:
        raise InputError(
            f"--agent {agent!r}: a name, or a name and an address is expected: 'Ada <https://orcid.org/...>'"
        )
    return _add(crate, found[2] or "#agent", {"@type": "Person", "name": found[1]})


def _licence(crate: "ROCrate", licence: str | None) -> "ContextEntity":
    if licence is None:
        told = "None is stated: ask whoever made the crate. The pictures have their own."
        return _add(crate, "#licence", {"@type": "CreativeWork", "name": "No licence stated", "description": told})
    address = licence_address(licence)
    return _add(crate, address, {"@type": "CreativeWork", "name": licence, "url": address})


def _changed(path: Path) -> datetime:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); the run has made nothing yet") from None
