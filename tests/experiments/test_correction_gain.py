"""The recorded run of examples/: tables, analyses told again, and the notebook that shows them."""

import json
import re
from pathlib import Path

import pytest

from nesy.analysis.life import lives
from nesy.errors import InputError
from nesy.experiments.arms import gain_frames
from nesy.experiments.arms.arms import arm
from nesy.experiments.arms.experiment import image_of, run_arms
from nesy.experiments.arms.perceiver import Perceiver, Rates
from nesy.experiments.arms.reconstruction import most_eventful, reconstruct
from nesy.experiments.arms.scores import ArmReport
from nesy.experiments.arms.table import report_of
from nesy.experiments.arms.traces import Traces
from nesy.experiments.scoring.folder import read_truths
from nesy.pipeline import Pipeline
from nesy.synthetic import write_split

ROOT = Path(__file__).resolve().parents[2]
RECORDED = ROOT / "examples" / "recorded"
NOTEBOOK = ROOT / "examples" / "correction_gain.ipynb"
SPLITS = ("hard", "shifted")


@pytest.fixture(scope="module")
def reports() -> dict[str, ArmReport]:
    return {split: report_of(RECORDED / split)[0] for split in SPLITS}


def test_the_recorded_run_is_whole_and_small(reports: dict[str, ArmReport]) -> None:
    for split, report in reports.items():
        truths = Traces(RECORDED / split).truths()
        assert report.images == len(truths) == 20
        assert (report.unfinished, report.run.not_applicable) == (0, {})
        assert {"none", "repair-only", "full", "false-accusation"} <= {scores.arm for scores in report.arms}
        assert all(image_of(truth).startswith(f"{split}_77_") for truth in truths), "as `make recording` draws them"
    assert sum(path.stat().st_size for path in RECORDED.rglob("*.*")) < 2_000_000


def test_the_tables_hold_every_split_and_arm(reports: dict[str, ArmReport]) -> None:
    every = [(split, scores.arm) for split, report in reports.items() for scores in report.arms]
    gain, harm = gain_frames.gain(reports), gain_frames.harm(reports)
    assert list(gain.index) == list(harm.index) == every
    assert gain.loc[("hard", "none"), "F1 less that of none"] == ""
    assert re.fullmatch(r"[01]\.\d{3} \[[01]\.\d{3}, [01]\.\d{3}\]", gain.loc[("hard", "full"), "F1"])
    assert re.fullmatch(r"[+-]\d\.\d{3} \[[+-]\d\.\d{3}, [+-]\d\.\d{3}\]", gain.iloc[2]["F1 less that of none"])
    assert harm.loc[("hard", "none"), "right, gone"] == "0 (0.0%)"
    assert (harm["right in round 0"] > 0).all()
    assert list(gain_frames.setup(reports)["images"]) == [20, 20]
    assert gain_frames.arms(reports).loc["none", "about"] == "the first description as it is"


def outputs() -> str:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return json.dumps([cell.get("outputs", []) for cell in cells], ensure_ascii=False)


def test_the_notebook_shows_the_recorded_run(reports: dict[str, ArmReport]) -> None:
    shown = outputs()
    gain, harm = gain_frames.gain(reports), gain_frames.harm(reports)
    for place in gain.index:
        assert gain.loc[place, "F1"] in shown, "run examples/correction_gain.ipynb again: make notebook"
        assert harm.loc[place, "right, gone"] in shown
    analysis = most_eventful(Traces(RECORDED / "hard"), "full")
    assert analysis.image.name in shown
    for life in lives(analysis):
        for sentence in life.sentences:
            assert json.dumps(sentence, ensure_ascii=False)[1:-1] in shown
    figure = json.loads((ROOT / "results" / "sycophancy.json").read_text(encoding="utf-8"))["curves"]["full"][0]
    assert f"{figure['gain']['relations']['interval']['value']:.3f}" in shown


def test_the_notebook_is_small_and_readable_without_running_it() -> None:
    assert NOTEBOOK.stat().st_size < 300_000
    shown = outputs()
    assert "image/svg+xml" in shown and "text/html" in shown
    assert not re.search(r"Traceback|/tmp/|/home/|/root/|/work/", shown)


def test_an_analysis_told_again_is_the_one_that_was_run(tmp_path: Path) -> None:
    write_split(tmp_path / "drawn", 8, seed=5)
    truths = {image_of(truth): truth for truth in read_truths(tmp_path / "drawn")}
    rates = Rates(hallucination=0.6, relation_error=0.9, format_error=0.0, sycophancy=0.5)
    traces = Traces(tmp_path / "run")
    run_arms(tmp_path / "drawn", traces, Pipeline(Perceiver(truths, rates, 1)), [arm("none"), arm("full")])
    changed = {}
    for image in truths:
        live = Pipeline(Perceiver(truths, rates, 1)).analyze(tmp_path / "drawn" / "images" / image)
        assert reconstruct(traces, image, "full") == live.model_copy(update={"repair_optimal": None})
        changed[image] = len(lives(live))
        assert not lives(reconstruct(traces, image, "none"))
    assert max(changed.values()) > 0
    assert len(lives(most_eventful(traces, "full"))) == max(changed.values())
    with pytest.raises(InputError, match=r"holds no trace of x\.png in the arm full"):
        reconstruct(traces, "x.png", "full")
    with pytest.raises(InputError, match="holds no trace of the arm vote"):
        most_eventful(traces, "vote")
