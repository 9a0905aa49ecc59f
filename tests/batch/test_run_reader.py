"""A run that is read: one by one, by name, several together; what is no run is told."""

from pathlib import Path

import pytest

import nesy
from nesy.batch import analyze
from nesy.errors import InputError
from nesy.settings import CorrectionSettings, Settings
from tests.runs import analyzed, card, cups, write


@pytest.fixture
def run(tmp_path: Path) -> Path:
    analyze(write(tmp_path / "set", {"a.png": 1, "b.png": 2, "c.png": 1}), tmp_path / "run", cups())
    return tmp_path / "run"


def test_analyses_are_read_one_by_one_and_by_name(run: Path) -> None:
    opened = nesy.read_run(run)
    first = next(iter(opened))
    assert isinstance(first, nesy.Analysis) and first.image.name == "a.png"
    assert [one.image.name for one in opened] == [*opened.names()] == ["a.png", "b.png", "c.png"]
    assert "c.png" in opened and opened["c.png"].image.name == "c.png" and "d.png" not in opened
    with pytest.raises(InputError, match=r"holds no analysis of d\.png; it has 3"):
        _ = opened["d.png"]
    where, text = opened.line("b.png")
    assert where.endswith("part-00000.jsonl:2") and nesy.Analysis.from_json(text) == opened["b.png"]


def test_reading_changes_nothing(run: Path) -> None:
    (run / "index.jsonl").write_bytes((run / "index.jsonl").read_bytes()[:-5])
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert len([*nesy.read_run(run)]) == 2  # that the third was the same stood in the cut line
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_runs_of_other_settings_are_no_parts_of_one(run: Path, tmp_path: Path) -> None:
    other = cups(settings=Settings(correction=CorrectionSettings(rounds=0)))
    analyze(tmp_path / "set", tmp_path / "other", other, shard="1/1")
    with pytest.raises(InputError, match=r"settings\.correction\.rounds.*they are no parts of one run"):
        nesy.read_run(run, tmp_path / "other")


@pytest.mark.parametrize("folder", ["none", "set", "set/a.png"])
def test_what_is_no_run_is_told(run: Path, tmp_path: Path, folder: str) -> None:
    with pytest.raises(InputError, match=r"no run, for it has no|no such folder"):
        nesy.read_run(tmp_path / folder)


def test_a_run_of_an_experiment_is_told() -> None:
    with pytest.raises(InputError, match="holds traces of `nesy evaluate --arms`"):
        nesy.read_run("examples/recorded/hard")


def test_a_card_of_another_version_is_told(tmp_path: Path) -> None:
    write(tmp_path, {"run.json": b'{"schema": "nesy.batch/2"}'})
    with pytest.raises(InputError, match=r"run\.json: schema: "):
        nesy.read_run(tmp_path)


def test_a_writer_of_ones_own_makes_a_run(tmp_path: Path) -> None:
    from nesy.batch import RunWriter

    with RunWriter(tmp_path, card()) as writer:
        writer.add(analyzed("x.png", 3))
    assert nesy.read_run(tmp_path)["x.png"].consistent
