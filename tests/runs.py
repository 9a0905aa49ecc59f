"""Data sets and runs for tests: tiny pictures of one colour each, and a model that sees a cup in all of them."""

import io
import json
import tarfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import PIL.Image

from nesy.batch.run_card import BatchCard
from nesy.batch.run_lines import Analyzed
from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.pipeline import Pipeline
from nesy.settings import Settings
from nesy.turns import ModelInfo

CUP = '{"entities":[{"id":"cup_1","category":"cup"}]}'


def png(number: int) -> bytes:
    """Return a small picture, of other bytes for another number."""
    made = io.BytesIO()
    PIL.Image.new("RGB", (8, 8), (number % 256, number // 256 % 256, 7)).save(made, "PNG")
    return made.getvalue()


def write(folder: Path, files: Mapping[str, bytes | int]) -> Path:
    """Write files, a number standing for its picture; return the folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png(data) if isinstance(data, int) else data)
    return folder


def tar(path: Path, members: Iterable[tuple[str, bytes | int]], mode: str = "w") -> Path:
    """Write a tar file, a number standing for its picture; return its path."""
    with tarfile.open(path, mode) as shard:  # type: ignore[call-overload]
        for name, data in members:
            body = png(data) if isinstance(data, int) else data
            member = tarfile.TarInfo(name)
            member.size = len(body)
            shard.addfile(member, io.BytesIO(body))
    return path


def cups(said: str = CUP, settings: Settings | None = None) -> Pipeline:
    """Return a pipeline whose model says the same of every picture."""
    return Pipeline(ScriptedModel(lambda _request: said), settings)


@cache
def _analysis() -> Any:
    return json.loads(cups().analyze(Image.from_bytes(png(0), "0.png")).to_json())


def analyzed(name: str, number: int) -> Analyzed:
    """Return what becomes of a picture, without looking at it."""
    image = {**_analysis()["image"], "name": name, "sha256": f"{number:064x}"}
    return Analyzed(name, json.dumps({**_analysis(), "image": image}, separators=(",", ":")).encode())


def card(**more: Any) -> BatchCard:
    """Return what a run is of."""
    return BatchCard(
        model=ModelInfo(id="scripted"),
        settings=Settings(),
        rules_sha256="r",
        ontology_sha256="o",
        versions=("0",),
        sources=("set",),
        **more,
    )


def in_pieces(run: Path) -> list[str]:
    """Return the name of the picture of every analysis that stands in the pieces of a run, as JSON Lines."""
    lines = [line for piece in sorted(run.glob("analyses/*.jsonl")) for line in piece.read_bytes().splitlines()]
    return [json.loads(line)["image"]["name"] for line in lines]
