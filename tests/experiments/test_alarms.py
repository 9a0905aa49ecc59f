"""False alarms: what is counted, and the command that prints it."""

import json
from pathlib import Path
from typing import Any

import pytest

from lab.rule_evidence import measured
from nesy import assets
from nesy.checking import Rules
from nesy.cli import main
from nesy.errors import InputError
from nesy.experiments.parallel import spread
from nesy.experiments.rules.alarms import Selection, measure_alarms
from nesy.experiments.rules.support import FILE, Measured, measures

TWO_RULES = Selection(only=("SelfRelation", "CountTwice"))
LAMP, BED = [0, 0, 10, 10], [20, 20, 60, 60]


def doubled(numbers: list[int]) -> list[int]:
    return [2 * number for number in numbers]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a set of four graphs, of which one breaks a rule twice and one is empty."""

    def said(subject: str, predicate: str, target: str) -> dict[str, Any]:
        boxes = {"lamp": LAMP, "bed": BED}
        return {
            "subject": subject,
            "subject_box": boxes[subject],
            "predicate": predicate,
            "object": target,
            "object_box": boxes[target],
        }

    rows = [
        {"file": "good.jpg", "relations": [said("lamp", "above", "bed")]},
        {"file": "bad.jpg", "relations": [said("lamp", "on", "lamp"), said("bed", "on", "bed")]},
        {"file": "empty.jpg", "relations": []},
        {"file": "other.jpg", "relations": [said("lamp", "next to", "bed")]},
    ]
    (tmp_path / "vrd").mkdir()
    (tmp_path / "vrd" / "vrd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_graphs_and_findings_are_counted_per_rule_and_severity(folder: Path) -> None:
    report = measure_alarms(folder, ["vrd"], TWO_RULES, examples=5)
    (found,) = report.sets
    assert (found.graphs, found.empty, found.flagged) == (4, 1, {"violation": 1, "warning": 0, "info": 0})
    assert found.rate == 0.25 and not found.passes
    by_name = {rule.rule.rsplit("#", 1)[-1]: rule for rule in found.rules}
    mine = by_name["SelfRelation"]
    assert (mine.reached, mine.fired, mine.findings, mine.rate, mine.passes) == (3, 1, 2, 0.25, False)
    silent = by_name["CountTwice"]
    assert (silent.reached, silent.fired, silent.findings, silent.passes) == (0, 0, 0, True)
    assert [(one.image, one.claims) for one in report.examples] == [
        ("bad.jpg", ("r1",)),
        ("bad.jpg", ("r2",)),
    ]


def test_a_selection_runs_its_rules_alone(folder: Path) -> None:
    report = measure_alarms(folder, ["vrd"], Selection(only=("CountTwice",)), limit=2)
    assert [rule.rule.rsplit("#", 1)[-1] for rule in report.sets[0].rules] == ["CountTwice"]
    assert report.sets[0].passes and report.sets[0].graphs == 2
    with pytest.raises(InputError, match="no rule 'Nonsense'"):
        measure_alarms(folder, ["vrd"], Selection(only=("Nonsense",)))


def test_the_command_prints_a_table_or_json_or_writes_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["rules", "alarms", "--data", str(folder), "--dataset", "vrd", "--rule", "SelfRelation"]
    assert main(command) == 0
    shown = capsys.readouterr().out
    assert "vrd: 4 graphs (1 without a relation" in shown and "25.00%" in shown and "TOO MANY" in shown
    assert main(["rules", "alarms", "--data", str(folder), "--dataset", "vrd", "--examples", "SelfRelation"]) == 0
    assert "bad.jpg" in capsys.readouterr().out
    out = folder / "alarms.json"
    command += ["--format", "json"]
    assert main([*command, "--out", str(out)]) == 0
    assert json.loads(out.read_text())["sets"][0]["graphs"] == 4
    assert main([*command, "--out", str(folder / "none" / "alarms.json")]) == 2
    assert "the folder does not exist" in capsys.readouterr().err


def test_the_scenes_of_a_set_are_printed_one_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dataset", "vrd", "--data", str(folder), "--limit", "2"]) == 0
    shown = capsys.readouterr()
    assert [json.loads(line)["image"]["name"] for line in shown.out.splitlines()] == ["good.jpg", "bad.jpg"]
    assert "2 graphs; 0 boxes merged" in shown.err
    assert main(["dataset", "nonsense", "--data", str(folder)]) == 2
    assert "no data set 'nonsense'" in capsys.readouterr().err


@pytest.mark.parametrize("processes", [1, 2])
def test_work_is_spread_and_comes_back_in_order(processes: int) -> None:
    items = list(range(150))
    chunks = list(spread(doubled, items, processes=processes))
    assert [number for chunk in chunks for number in chunk] == [2 * item for item in items]
    assert len(chunks) == 4


def test_measures_are_written_a_rule_a_line_and_read_again(folder: Path) -> None:
    report = measure_alarms(folder, ["vrd"], TWO_RULES)
    found = measured(report, "0" * 40)
    assert Measured.model_validate_json(found.to_json()) == found
    assert len(found.to_json().splitlines()) == len(report.sets[0].rules) + 3
    (mine,) = [sets for iri, sets in found.rules.items() if iri.endswith("#SelfRelation")]
    assert mine["vrd"].model_dump() == {"graphs": 4, "reached": 3, "fired": 1, "rate": 0.25}


def test_every_shipped_rule_was_measured_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shipped = Measured.model_validate_json((assets.rules() / FILE).read_text(encoding="utf-8"))
    assert shipped.rules.keys() == {rule.iri for rule in Rules.load()}
    assert all({"vrd", "hicodet", "vcoco", "vsr"} == sets.keys() for sets in shipped.rules.values())
    assert main(["rules", "show", "SelfRelation"]) == 0
    assert "vrd: reached in " in capsys.readouterr().out
    assert main(["rules", "list", "--format", "json"]) == 0
    told = {rule["iri"]: rule["measured"] for rule in json.loads(capsys.readouterr().out)}
    assert {name: one.model_dump() for name, one in measures(next(iter(told))).items()} == next(iter(told.values()))
    own = (assets.rules() / "counts.ttl").read_text(encoding="utf-8").replace("/nesy/rules#", "/nesy/own#")
    (tmp_path / "own.ttl").write_text(own, encoding="utf-8")
    assert main(["rules", "show", "https://w3id.org/nesy/own#CountTwice", "--rules", str(tmp_path / "own.ttl")]) == 0
    assert "not measured" in capsys.readouterr().out
