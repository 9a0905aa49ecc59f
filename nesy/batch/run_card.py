"""What a run is of, as `nesy.batch/1`: model, settings, rules; a run goes on only with the very same."""

import importlib.metadata
from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from nesy import assets
from nesy.batch.run_lines import Frozen
from nesy.batch.share import Share
from nesy.checking.rule_reader import rule_files
from nesy.loop.looks import calibration_of
from nesy.pipeline import Pipeline
from nesy.settings import Settings
from nesy.turns import ModelInfo

RecordsFormat = Literal["jsonl", "parquet"]
_MAY_DIFFER = ("perception.timeout_s",)
"""Settings that decide whether there is an answer, and not which."""


class BatchCard(Frozen):
    """What a run is of: `run.json`."""

    schema_: Literal["nesy.batch/1"] = Field(default="nesy.batch/1", alias="schema")
    model: ModelInfo
    """Who described the pictures."""
    settings: Settings
    """Of every step."""
    calibration: str | None = Field(default=None, exclude_if=lambda key: key is None)
    """The key of the calibration that words and looks weighed by; left out where there was none."""
    witnesses: tuple[str, ...] = ()
    """Who looked beside the model: name, version and the sum of the weights, where they are known."""
    rules_sha256: str
    """Of the shipped rule files and those of the settings."""
    ontology_sha256: str
    """Of the shipped ontology files and those of the settings."""
    versions: tuple[str, ...]
    """The versions of nesy that wrote the run."""
    sources: tuple[str, ...]
    """Where the pictures came from, as they were named."""
    shard: str | None = None
    """`i/n` where the run is of one share of the data set; null: of all."""
    records: RecordsFormat = "jsonl"
    """How the pieces are written."""
    pictures: int | None = None
    """How many pictures the data set, or this share of it, held when the run was last begun; null where a tar file
    would have had to be read first."""


def card_of(pipeline: Pipeline, sources: tuple[str, ...], share: Share | None, records: RecordsFormat) -> BatchCard:
    """Return what a run of a pipeline is of; model and witnesses are loaded for that.

    Raises:
        NesyError: as `Pipeline.model`, `Pipeline.rules` and `Pipeline.ontology`.
    """
    _ = pipeline.ontology, pipeline.rules
    settings = pipeline.settings
    calibration, _ = calibration_of(pipeline.model, pipeline.model_info, settings.correction)
    return BatchCard(
        model=pipeline.model_info,
        settings=settings,
        calibration=None if calibration is None or calibration.key is None else calibration.key.short,
        witnesses=tuple(
            " ".join(filter(None, (one.info.name, one.info.version, one.info.weights_sha256)))
            for one in pipeline.witnesses
        ),
        rules_sha256=_sum(chain(_shipped(assets.rules()), rule_files(settings.checking.rules))),
        ontology_sha256=_sum(chain(_shipped(assets.ontologies()), map(Path, settings.ontology))),
        versions=(importlib.metadata.version("nesy"),),
        sources=sources,
        shard=None if share is None else str(share),
        records=records,
    )


def difference(old: BatchCard, new: BatchCard) -> str | None:
    """Return in a few words what of a run is not as it was; None where it can go on."""
    for what, was, now in (
        ("model", old.model.model_dump(exclude_none=True), new.model.model_dump(exclude_none=True)),
        ("settings", old.settings.model_dump(), new.settings.model_dump()),
    ):
        for key, before, after in _differing(was, now):
            if key not in _MAY_DIFFER:
                return f"another {what.rstrip('s')} ({what}.{key}: {before!r} there, {after!r} now)"
    for what, earlier, later in (
        ("another calibration", old.calibration, new.calibration),
        ("other witnesses", old.witnesses, new.witnesses),
        ("other rules", old.rules_sha256[:8], new.rules_sha256[:8]),
        ("another ontology", old.ontology_sha256[:8], new.ontology_sha256[:8]),
        ("another shard", old.shard, new.shard),
        ("other pieces", old.records, new.records),
    ):
        if earlier != later:
            return f"{what} ({earlier or 'none'} there, {later or 'none'} now)"
    return None


def joined(old: BatchCard, new: BatchCard) -> BatchCard:
    """Return the card of a run that goes on: with all that wrote it and all that it is of."""
    return new.model_copy(
        update={
            "versions": tuple(dict.fromkeys((*old.versions, *new.versions))),
            "sources": tuple(dict.fromkeys((*old.sources, *new.sources))),
        }
    )


def _differing(was: Mapping[str, Any], now: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any, Any]]:
    for key in (*was, *(key for key in now if key not in was)):
        before, after = was.get(key), now.get(key)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _differing(before, after, f"{above}{key}.")
        elif before != after:
            yield f"{above}{key}", before, after


def _shipped(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ttl"))


def _sum(files: Iterator[Path]) -> str:
    return sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()
