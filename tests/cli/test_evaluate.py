"""`nesy evaluate` on data sets and on runs: what it prints, what it refuses in one line, and its exit codes."""

import json
from pathlib import Path

import pytest

from nesy import ModelError, Pipeline, assets
from nesy.batch import analyze
from nesy.cli import main
from nesy.models.scripted import ScriptedModel
from nesy.turns import Request
from tests.experiments.test_evaluating import SAID, pictures
from tests.interchange import published_files


@pytest.fixture
def psg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of three images, a run over two of their pictures, of one of which the model failed."""
    monkeypatch.chdir(tmp_path)
    names = [f"val2017/00000000000{number}.jpg" for number in (1, 2)]
    coco = pictures(tmp_path / "coco", *names)

    def told(request: Request) -> str:
        if request.image.name.endswith("2.jpg"):
            raise ModelError("the server is gone", "")
        return SAID

    analyze(coco, tmp_path / "run", Pipeline(ScriptedModel(told)))
    return published_files.psg(tmp_path)


@pytest.mark.usefixtures("psg")
def test_a_run_is_scored_and_what_failed_decides_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "psg.json", "--run", "run", "--by", "category", "--format", "json"]) == 3
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert (report["schema"], report["dataset"], report["images"]) == ("nesy.evaluation/1", "psg", 1)
    assert (report["missing"], report["failed"], report["by"]) == (1, 1, "category")
    assert report["counts_after"]["objects"] == {"right": 1, "made": 3, "true": 2, "wrong": 1}
    assert "1 pictures that the model failed for are not measured" in told.err
    assert main(["evaluate", "psg.json", "--run", "run", "--split", "train"]) == 0
    assert "not measured: 1 missing, 1 of the run left out" in capsys.readouterr().out


@pytest.mark.usefixtures("psg")
def test_a_model_is_measured_on_a_data_set_and_its_run_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "psg.json", "--images", "coco", "-m", "embedded", "--runs", "kept", "--limit", "1"]) == 0
    direct = capsys.readouterr().out.splitlines()
    assert direct[0].startswith("psg (psg.json): 1 images, model nesy-embedded")
    assert main(["evaluate", "psg.json", "--run", "kept", "--limit", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[:-1] == direct[:-1]  # the last line tells seconds
    assert main(["evaluate", "psg.json", "--images", "coco", "-m", "embedded", "--metrics", "sgdet"]) == 0
    assert "psg (psg.json), model nesy-embedded" in capsys.readouterr().out


def test_the_fields_measures_of_a_run_are_those_of_the_model_that_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["synth", "--n", "2", "--seed", "7", "--split", "hard", "--out", "drawn"]) == 0
    capsys.readouterr()
    asked = ["evaluate", "drawn", "--metrics", "sgdet,hico,coco,chair,tri-he", "--format", "json"]
    assert main([*asked, "-m", "embedded", "--runs", "kept"]) == 0
    itself = capsys.readouterr().out
    table = json.loads(itself)
    assert table["ranked_by"] == "the calibrated chance of a claim"
    assert main([*asked, "--run", "kept"]) == 0
    assert capsys.readouterr().out == itself
    assert main(["analyze", "drawn/images", "-m", "embedded", "--out", "batch"]) in (0, 1)
    capsys.readouterr()
    assert main([*asked, "--run", "batch"]) == 0
    assert capsys.readouterr().out == itself
    assert main([*asked, "--run", "batch", "--limit", "1"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert {row["images"] for row in one["rows"] if row["metric"] == "coco"} == {1}
    shipped = f"correction.calibration={assets.embedded_model() / 'calibration.json'}"
    assert main([*asked, "--run", "batch", "--set", shipped]) == 0
    assert capsys.readouterr().out == itself
    other = json.loads(Path("batch", "run.json").read_text())
    other["model"]["weights_sha256"] = "0" * 64
    Path("batch", "run.json").write_text(json.dumps(other))
    assert main([*asked, "--run", "batch"]) == 0
    assert json.loads(capsys.readouterr().out)["ranked_by"] != table["ranked_by"]  # other weights: not calibrated
    assert main([*asked, "--run", "batch", "--set", shipped]) == 2
    assert "calibration.json: not for this run: the calibration is that of nesy-embedded" in capsys.readouterr().err
    other["calibration"] = "gone"
    Path("batch", "run.json").write_text(json.dumps(other))
    assert main([*asked, "--run", "batch"]) == 2
    told = capsys.readouterr()
    assert told.out == "" and "gone.json: the calibration of the run is not here" in told.err


def test_a_reply_that_is_no_scene_is_measured_and_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    coco = pictures(tmp_path / "coco", "val2017/000000000001.jpg")
    published_files.psg(tmp_path)
    analyze(coco, tmp_path / "babble", Pipeline(ScriptedModel(lambda _: "no scene at all")))
    for options in ([], ["--metrics", "psg"]):
        assert main(["evaluate", "psg.json", "--run", "babble", *options]) == 0
        told = capsys.readouterr()
        assert told.err == "" and ("1 unparseable" in told.out or "of 1 no scene could be read" in told.out)


@pytest.mark.usefixtures("psg")
def test_what_a_run_has_no_analysis_of_is_told_beside_the_fields_measures(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "psg.json", "--run", "run", "--metrics", "psg"]) == 3
    told = capsys.readouterr()
    assert "not measured: 1 missing, 1 failed" in told.out.splitlines()[0]
    assert "1 pictures that the model failed for are not measured" in told.err


@pytest.mark.usefixtures("psg")
def test_loops_are_compared_on_a_data_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "psg.json", "--images", "coco", "-m", "embedded", "--arms", "none", "--runs", "arms"]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("psg.json: 2 images") and "precision and F1 are lower bounds" in told.err


@pytest.mark.usefixtures("psg")
@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ("psg.json --dataset cocoa", "no data set 'cocoa'; there are: scenes, photographs, coco"),
        ("psg.json --dataset vrd", "annotations of psg, not of vrd (a folder of"),
        ("none.json", "none.json: no such file or folder"),
        ("coco", "coco: no annotations in it"),
        ("psg.json --images run", "none of the 3 pictures of psg.json is in it"),
        ("psg.json --images nowhere", "--images nowhere: no such folder"),
        ("psg.json --run coco", "coco: no run"),
        ("psg.json --run run --split val", "--split val: psg.json: there are: test, train"),
        ("psg.json --run run --model embedded", "--run RUN scores what is there; it takes no --model"),
        ("psg.json --run run --metrics predcls", "predcls is taken of predictions about given things"),
        ("psg.json --run run --metrics pope", "pope is taken of answers to questions"),
        ("psg.json --run coco --metrics sgdet", "coco: no run"),
        ("psg.json --run run --metrics sgdet --by rule", "it takes no --metrics"),
        ("psg.json --run run --metrics sgdet --set correction.calibration=gone.json", "gone.json: cannot be read"),
        ("psg.json --images coco --resume", "--resume goes on with the run in --runs DIR"),
        ("psg.json --images coco --only a", "--only belongs to --arms"),
        ("psg.json --by rule --arms none", "--by breaks the report of one loop down"),
        ("psg.json --images coco --runs run -m embedded", "run: holds a run already"),
        ("psg.json --images coco --crate", "--arms none,full makes them, and --replay DIR"),
        ("psg.json --images coco -m embedded --arms nonsense --plot new/figures", "unknown arm 'nonsense'"),
        ("nothing.json -m embedded --arms none --plot new/figures", "nothing.json: no such file or folder"),
        ("--replay coco --plot new/figures", "run.json: cannot be read"),
        ("psg.json --images coco --arms none --plot psg.json", "--plot psg.json: cannot be written to"),
        ("--replay coco --limit 3", "--replay DIR scores what is there; it takes no --limit"),
        ("--replay coco --by rule", "--replay DIR scores what is there; it takes no --by"),
        ("--replay coco --set correction.rounds=1", "--replay DIR scores what is there; it takes no --set"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: str, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(Path().rglob("*"))
    assert main(["evaluate", *arguments.split()]) == 2
    told = capsys.readouterr()
    assert told.out == "" and what in told.err and told.err.count("\n") == 1
    assert sorted(Path().rglob("*")) == before  # nothing is left behind
