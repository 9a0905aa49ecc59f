"""Tables and the picture of the notebook about the rules; and what is committed in it are the committed results."""

import json
import re
from pathlib import Path

import pytest

from nesy import Scene
from nesy.errors import InputError
from nesy.experiments.mutation.mutation import measure_mutation
from nesy.experiments.rules import rule_frames
from nesy.experiments.rules.coverage import measure_coverage

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = ROOT / "examples" / "rule_coverage.ipynb"

ALARMS = {
    "graph_limit": 0.01,
    "sets": [
        {
            "dataset": "vrd",
            "graphs": 200,
            "flagged": {"violation": 3, "warning": 20, "info": 0},
            "rate": 0.015,
            "passes": False,
            "rules": [
                {"rule": "urn:x#Calm", "name": "calm", "severity": "violation", "reached": 9, "fired": 0, "rate": 0.0},
                {
                    "rule": "urn:x#Loud",
                    "name": "loud",
                    "severity": "violation",
                    "reached": 9,
                    "fired": 3,
                    "rate": 0.015,
                },
                {"rule": "urn:x#Asks", "name": "asks", "severity": "warning", "reached": 0, "fired": 0, "rate": 0.0},
            ],
        }
    ],
}
RECALL = {
    "kinds": [
        {"dataset": "vrd", "kind": "swap", "seeded": 10, "recall": 0.9},
        {"dataset": "vsr", "kind": "swap", "seeded": 0, "recall": 0.0},
    ]
}


def test_false_alarms_are_tabled_the_worst_first() -> None:
    sets = rule_frames.alarm_sets({"alarms": ALARMS})
    assert sets.loc["vrd", "share with a violation"] == "1.50%"
    assert sets.loc["vrd", "within it"] == "NO"
    rules = rule_frames.alarm_rules({"alarms": ALARMS})
    assert list(rules.index) == ["Loud", "Calm"]
    assert rules.loc["Loud", "vrd"] == "3 of 9 (1.50%)"
    assert rule_frames.alarm_rules({"alarms": ALARMS}, "warning").loc["Asks", "vrd"] == "not reached"


def test_recall_is_tabled_by_kind_and_set() -> None:
    table = rule_frames.recall({"recall": RECALL})
    assert table.loc["swap", "vrd"] == "90.0% of 10"
    assert table.loc["swap", "vsr"] == "does not apply"


@pytest.fixture(scope="module")
def rider() -> Scene:
    return Scene.model_validate(
        {
            "entities": [{"id": "person_1", "category": "person"}, {"id": "horse_1", "category": "horse"}],
            "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}],
        }
    )


def test_coverage_is_written_read_and_tabled(tmp_path: Path, rider: Scene) -> None:
    found = measure_coverage([rider], vocabulary=False)
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps({"result": json.loads(found.to_json())}), encoding="utf-8")
    assert rule_frames.read_coverage(path) == found
    table = rule_frames.topics(found)
    assert table["rules"].sum() == len(found.rules)
    assert table.loc["types", "reached"] >= 1
    assert "CountMismatch" in table.loc["counts", "never reached"]
    assert rule_frames.vocabulary(found).loc["human-object interactions", "seen in the scenes"] == 1


def test_rules_reached_are_tabled_by_topic_and_set(rider: Scene) -> None:
    found = json.loads(measure_coverage([rider], vocabulary=False).to_json())
    table = rule_frames.rules_reached({"result": found, "rules_reached": {"one": {"types": 4}, "two": {"types": 1}}})
    row = next(row for row in table.index if row.startswith("types ("))
    assert table.loc[row].to_dict() == {"one": 4, "two": 1}
    assert len(table) == len({rule["topic"] for rule in found["rules"]})


def test_mutants_are_written_read_and_tabled(tmp_path: Path, rider: Scene) -> None:
    found = measure_mutation((), [rider], ["SelfRelation"])
    path = tmp_path / "mutation.json"
    path.write_text(json.dumps({"result": json.loads(found.to_json())}), encoding="utf-8")
    assert rule_frames.read_mutation(path) == found
    assert rule_frames.operators(found)["mutants"].sum() == found.mutants
    assert set(rule_frames.survivors(found)["rule"]) == {"SelfRelation"}


@pytest.mark.parametrize("text", [None, "no json", "[]", '{"result": {"scenes": 1}}', "{}"])
def test_a_result_file_that_cannot_be_used_names_the_command(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "coverage.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"coverage\.json.*make evidence"):
        rule_frames.read_coverage(path)
    with pytest.raises(InputError, match=r"coverage\.json.*make evidence"):
        rule_frames.read_mutation(path)


def test_claims_are_tabled_with_the_largest_columns_first(rider: Scene) -> None:
    topics = {"types": {"ride": 3, "eat": 9, "on": 1, "at": 3}, "space": {"on": 40}}
    table = rule_frames.claims_looked_at(
        measure_coverage([rider], vocabulary=False).model_copy(update={"topics": topics}), 3
    )
    assert list(table.columns) == ["on", "eat", "at"]
    assert table.loc["space"].to_dict() == {"on": 40, "eat": 0, "at": 0}


def _outputs() -> str:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return json.dumps([cell.get("outputs", []) for cell in cells], ensure_ascii=False)


def test_the_notebook_shows_the_committed_results() -> None:
    shown = _outputs()
    mutation = rule_frames.read_mutation(ROOT / "results" / "mutation.json")
    coverage = rule_frames.read_coverage(ROOT / "results" / "coverage.json")
    rules = rule_frames.read_result(ROOT / "results" / "rules.json")
    told = f"{mutation.killed} of {mutation.mutants} killed: {mutation.score:.1%}"
    assert told in shown, "run examples/rule_coverage.ipynb again: make notebook"
    assert f"in {coverage.scenes:,} ground-truth graphs" in shown
    for one in rules["alarms"]["sets"]:
        assert re.search(rf"{one['dataset']}.{{0,40}}{one['graphs']}", shown, re.DOTALL)


def test_every_mutant_that_survives_has_its_reason() -> None:
    mutation = rule_frames.read_mutation(ROOT / "results" / "mutation.json")
    assert [one.change for one in mutation.survivors if one.reason is None] == []


def test_the_notebook_is_small_and_readable_without_running_it() -> None:
    assert NOTEBOOK.stat().st_size < 300_000
    shown = _outputs()
    assert "background-color" in shown  # the tables are shaded
    assert "text/html" in shown
    assert "The hip of person_1 is said to sit on chair_1, but person_1 rides bicycle_1." in shown
    assert not re.search(r"Traceback|/tmp/|/home/|/root/", shown)
