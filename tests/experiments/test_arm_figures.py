"""The figures of `nesy evaluate --plot`: what they stand for on known answers, the same bytes each time, bad input."""

import io
import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.cli import main
from nesy.experiments import Traces
from nesy.experiments.arms.arm_figures import (
    RuleCount,
    arm_figures,
    bins,
    confidences,
    rule_counts,
    rules_figure,
    weighed,
)
from nesy.experiments.arms.harm import Account
from nesy.experiments.arms.scores import Outcome
from nesy.experiments.arms.table import report_of
from nesy.experiments.scoring.metrics import Tally
from nesy.scene.matplotlib_figure import style, written

HARD = Path(__file__).resolve().parent.parent.parent / "examples" / "recorded" / "hard"
PLOTS = {f"{name}.{kind}" for name in ("gain_and_harm", "calibration", "rules") for kind in ("svg", "png")}


def outcome(image: str, right: int, lost: int) -> Outcome:
    before, after = Tally(right, 4, 4), Tally(right - lost, 4, 4)
    moved = Account(Counter({("relations", "right -> withdrawn"): lost}))
    return Outcome(image, "full", {"relations": before}, {"relations": after}, {"exit": moved})


def test_gain_and_harm_of_known_outcomes() -> None:
    (found,) = weighed([outcome("a", 4, 1), outcome("b", 4, 1)])
    assert found.harm.value == found.harm.low == found.harm.high == 0.25
    assert found.gain.value == pytest.approx(-0.25)
    (nothing,) = weighed([outcome("a", 0, 0)])
    assert nothing.harm.value == 0.0
    (apart,) = weighed([outcome("a", 4, 0), outcome("b", 4, 2)] * 10)
    assert apart.harm.low < apart.harm.value == 0.25 < apart.harm.high


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60))
def test_bins_hold_each_claim_once_and_are_in_order(claims: list[tuple[float, bool]]) -> None:
    found = bins(claims)
    assert sum(one.made for one in found) == len(claims)
    assert sum(one.right for one in found) == sum(right for _, right in claims)
    at = [one.confidence for one in found]
    assert at == sorted(at) and len(found) <= 10


def test_what_is_drawn_of_a_run_is_what_its_table_says() -> None:
    report, made = report_of(HARD)
    by_arm = {one.arm: one for one in weighed(made, report.run.seed)}
    for scores in report.arms:
        assert by_arm[scores.arm].harm.value == pytest.approx(scores.harmed + scores.lost, abs=1e-5)
        if scores.arm != "none":
            assert by_arm[scores.arm].gain.value == pytest.approx(
                scores.against["none"]["all"].interval.value, abs=1e-5
            )
    traces = Traces(HARD)
    told = [one for first in traces.firsts().values() if first.round for one in first.round.verdict.findings]
    graver = [one for one in told if one.severity != "info"]
    assert sum(one.wrong + one.right for one in rule_counts(traces)) == len(graver) > 0
    assert all(0 <= sure <= 1 for sure, _ in confidences(traces)) and len(confidences(traces)) > 100


def test_the_files_are_the_same_each_time_and_say_in_words_what_they_show() -> None:
    pytest.importorskip("matplotlib")
    _, made = report_of(HARD)
    files = arm_figures(Traces(HARD), made)
    assert set(files) == PLOTS and files == arm_figures(Traces(HARD), made)
    assert b"placebo+unguarded" in files["gain_and_harm.svg"] and b"<script" not in b"".join(files.values())
    assert not re.search(rb"<dc:date>|https?://(?!www\.w3\.org|purl\.org|creativecommons\.org)", files["rules.svg"])
    assert min(PIL.Image.open(io.BytesIO(files["calibration.png"])).size) > 400


def test_plots_belong_to_arms_and_go_where_they_can(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "file").write_text("")
    for line, told in (
        (["--plot", str(tmp_path / "plots"), str(tmp_path)], "it belongs to --arms or --replay"),
        (["--replay", str(HARD), "--plot", str(tmp_path / "file")], "--plot"),
    ):
        assert main(["evaluate", *line]) == 2
        (error,) = capsys.readouterr().err.splitlines()
        assert error.startswith("error: ") and told in error
    assert not (tmp_path / "plots").exists()
    for name in ("run.json", "scenes.jsonl", "round0.jsonl", "arms.jsonl"):
        (tmp_path / name).write_bytes((HARD / name).read_bytes())
    assert main(["evaluate", "--replay", str(tmp_path), "--plot", str(tmp_path / "plots")]) == 0
    assert {path.name for path in (tmp_path / "plots").iterdir()} == PLOTS


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", [None, "\x00\u202e", "猫", "x" * 10_000])
def test_no_name_of_a_rule_and_no_lack_of_rules_warns_or_spoils_a_file(name: str | None) -> None:
    pytest.importorskip("matplotlib")
    rules = [] if name is None else [RuleCount(name, 1, 0), RuleCount("related to itself", 2, 1)]
    with style():
        drawn = rules_figure(rules)
        told = "".join(ElementTree.fromstring(written(drawn, "svg", "rules")).itertext())
        assert written(drawn, "png", "rules") and "\x00" not in told
    assert "no rule found anything" in told if name is None else "related to itself" in told
