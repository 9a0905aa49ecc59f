"""examples/photographs/: each with its author, licence and sum on record, and small enough for a repository."""

import hashlib
import json
import re
from pathlib import Path

import PIL.Image
import pytest

from nesy.experiments.datasets.truths import Truths

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "photographs"
PHOTOGRAPHS = sorted(FOLDER.glob("*.jpg"))
LICENCES = (FOLDER / "LICENCES.md").read_text(encoding="utf-8")
MOST_BYTES = 200_000


def test_there_are_three_and_nothing_beside_them_but_what_is_told() -> None:
    assert len(PHOTOGRAPHS) == 3
    assert {path.name for path in FOLDER.iterdir()} - {path.name for path in PHOTOGRAPHS} == {
        "LICENCES.md",
        "replies.jsonl",
        "truth.jsonl",
    }


@pytest.mark.parametrize("path", PHOTOGRAPHS, ids=lambda path: path.name)
def test_its_licence_allows_it_and_its_sum_is_on_record(path: Path) -> None:
    rows = [line for line in LICENCES.splitlines() if line.startswith(f"| `{path.name}`")]
    assert len(rows) == 2
    assert re.search(r"\| (CC0 1\.0|public domain) \|", rows[0]) and "https://" in rows[0]
    assert hashlib.sha256(path.read_bytes()).hexdigest() in rows[1]
    assert path.stat().st_size <= MOST_BYTES
    with PIL.Image.open(path) as image:
        assert image.format == "JPEG" and not image.getexif()


def test_the_descriptions_are_told_to_be_written_by_hand() -> None:
    assert "written by hand" in LICENCES and "No model said" in LICENCES
    lines = [json.loads(line) for line in (FOLDER / "replies.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {line["image"] for line in lines} == {path.name for path in PHOTOGRAPHS}


def test_what_is_true_of_them_is_told_to_be_made_by_hand() -> None:
    assert "`truth.jsonl`" in LICENCES and "made by hand" in LICENCES
    truths = {one.scene.image.name: one for one in Truths(FOLDER) if one.scene.image}
    assert truths.keys() == {path.name for path in PHOTOGRAPHS}
    assert all(one.denied and all(entity.box for entity in one.scene.entities) for one in truths.values())
