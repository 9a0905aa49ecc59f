"""The fit of the layout: what is a pair, that pictures do not leak, what the table and the page hold."""

import json
from pathlib import Path

import numpy as np
import pytest

from lab.layout_data import Pairs, read_hicodet, read_vcoco
from lab.layout_fit import fit, in_lines, rounded
from lab.layout_model import Design, cross_validated, fitted, score
from lab.layout_scores import action_figures, photograph_figures
from lab.layout_tables import calibration_error_of_all, layout_text
from nesy.witness.box_features import FEATURES, box_features
from nesy.witness.layout import TABLE, actions_of, verbs

ROOT = Path(__file__).resolve().parents[2]
VCOCO = ROOT.parent / "shared" / "data" / "vcoco" / "trainval.jsonl"


def drawn(n: int = 900, seed: int = 3) -> Pairs:
    """Three pairs a picture; a cup is held where it overlaps the person, and one time in ten elsewhere."""
    rng = np.random.default_rng(seed)
    people = np.tile([0.4, 0.2, 0.6, 0.9], (n, 1)) + rng.normal(0, 0.02, (n, 4))
    middle = rng.uniform(0.1, 0.9, (n, 2))
    objects = np.hstack([middle - 0.03, middle + 0.03])
    near = (np.abs(middle[:, 0] - 0.5) < 0.12) & (np.abs(middle[:, 1] - 0.5) < 0.3)
    held = near ^ (rng.random(n) < 0.1)
    categories = np.asarray(["cup", "fork"])[rng.integers(0, 2, n)]
    return Pairs(people, objects, categories, np.arange(n) // 3, {"hold obj": held})


def test_a_pair_is_every_person_with_every_thing_of_the_picture(tmp_path: Path) -> None:
    one, other, cup, fork = [0, 0, 10, 20], [30, 0, 40, 20], [8, 8, 12, 12], [31, 8, 33, 12]
    rows = [
        {"human_box": one, "object_box": cup, "action": "hold obj", "object": "wine glass"},
        {"human_box": one, "object_box": cup, "action": "drink instr", "object": "wine glass"},
        {"human_box": other, "object_box": fork, "action": "hold obj", "object": "fork"},
        {"human_box": other, "object_box": one, "action": "look obj", "object": "person"},
    ]
    path = tmp_path / "trainval.jsonl"
    path.write_text(json.dumps({"pairs": rows}) + "\n" + json.dumps({"pairs": []}) + "\n")
    pairs = read_vcoco(path)
    assert len(pairs.people) == 5  # two people, three things, and nobody with themselves
    assert {name: int(done.sum()) for name, done in pairs.done.items()} == {
        "drink instr": 1,
        "hold obj": 2,
        "look obj": 1,
    }
    assert set(pairs.categories) == {"wine_glass", "fork", "person"}
    assert int(pairs.seen_with("hold obj").sum()) == 4
    assert pairs.stretched(2.0).people[:, [0, 2]].tolist() == (2 * pairs.people[:, [0, 2]]).tolist()


def test_boxes_that_are_drawn_anew_for_each_verb_are_one_thing(tmp_path: Path) -> None:
    rows = [
        {"human_box": [1, 1, 50, 100], "object_box": [41, 41, 60, 60], "verb": "hold", "object": "cell phone"},
        {"human_box": [3, 1, 51, 99], "object_box": [42, 41, 60, 61], "verb": "text_on", "object": "cell phone"},
        {"human_box": [61, 1, 100, 99], "object_box": [81, 41, 90, 61], "verb": "hold", "object": "cell phone"},
    ]
    path = tmp_path / "hicodet.jsonl"
    path.write_text(json.dumps({"size": [100, 200], "pairs": rows}) + "\n")
    pairs = read_hicodet(path)
    assert len(pairs.people) == 4
    both = pairs.done["hold"] & pairs.done["text_on"]
    assert both.sum() == 1
    assert pairs.people[both][0].tolist() == [0.0, 0.0, 0.5, 0.5]


def test_the_fit_finds_what_the_pairs_were_drawn_by_and_is_calibrated() -> None:
    pairs = drawn()
    design = Design.of(pairs)
    scores = cross_validated(design, "hold obj")
    figures = action_figures(pairs, "hold obj", scores)
    assert figures["auroc"] > 0.75 > 0.6 > figures["auroc_of_category"]
    assert figures["ece"] < 0.08
    assert figures["verbs"] == ["hold"]
    assert figures["right_person"] <= figures["things_of_one"]


def test_a_picture_is_measured_by_a_fit_that_has_not_seen_it() -> None:
    """Of labels drawn by lot nothing is learnt, though the fit could learn every one of them by its picture."""
    pairs = drawn(300)
    lots = np.random.default_rng(1).random(100)[pairs.images] < 0.5
    by_lot = Pairs(pairs.people, pairs.objects, pairs.categories, pairs.images, {"hold obj": lots})
    figures = action_figures(by_lot, "hold obj", cross_validated(Design.of(by_lot), "hold obj"))
    assert 0.35 < figures["auroc"] < 0.65


def test_the_table_gives_what_was_fitted() -> None:
    pairs = drawn(300)
    design = Design.of(pairs)
    found = fitted(design, "hold obj", np.arange(300))
    (again,) = actions_of(
        json.loads(in_lines({"schema": "x", "actions": {"hold obj": rounded(found)}}))["actions"]
    ).values()
    features = box_features(pairs.people, pairs.objects)
    plain = score(found, features, pairs.categories)
    assert score(again, features, pairs.categories) == pytest.approx(plain, abs=5e-3)


def test_the_shipped_table_is_that_of_these_features_and_verbs() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    assert table["features"] == list(FEATURES)
    assert set(table["actions"]) == {action for verb in verbs().values() for action in verb.actions}
    assert in_lines(table) == TABLE.read_text(encoding="utf-8")


@pytest.mark.skipif(not VCOCO.is_file(), reason="V-COCO is not beside this checkout")
def test_the_shipped_table_is_what_the_fit_gives() -> None:
    pairs = read_vcoco(VCOCO)
    few = {name: done for name, done in pairs.done.items() if name in ("read obj", "drink instr", "kick obj")}
    table = fit(Design.of(Pairs(pairs.people, pairs.objects, pairs.categories, pairs.images, few)))
    shipped = json.loads(TABLE.read_text(encoding="utf-8"))["actions"]
    for name, row in table["actions"].items():
        assert row["weights"] == pytest.approx(shipped[name]["weights"], rel=1e-3, abs=1e-3)


def test_what_is_measured_reaches_what_is_promised() -> None:
    record = json.loads((ROOT / "results" / "layout.json").read_text(encoding="utf-8"))
    rows = record["actions"]
    assert len(rows) == 24
    assert np.mean([row["auroc"] for row in rows]) >= 0.92
    assert np.mean([row["ece"] for row in rows]) <= 0.03 and calibration_error_of_all(rows) <= 0.03
    text = layout_text(record)
    assert all(f"| {row['action']} |" in text for row in rows)


def test_uncertain_statements_and_those_without_a_box_are_left_out(tmp_path: Path) -> None:
    row = {
        "entities": [
            {"id": "person_1", "category": "person", "box": [0.4, 0.2, 0.55, 0.8]},
            {"id": "person_2", "category": "person", "box": [0.8, 0.2, 0.95, 0.8]},
            {"id": "cup_1", "category": "cup", "box": [0.52, 0.4, 0.56, 0.46]},
            {"id": "cup_2", "category": "cup", "box": [0.5, 0.4, 0.6, 0.5], "uncertain": True},
        ],
        "relations": [
            {"subject": "person_1", "predicate": "hold", "object": "cup_1"},
            {"subject": "person_1", "predicate": "left_of", "object": "person_2"},
            {"subject": "person_1", "predicate": "hold", "object": "cup_2"},
            {"subject": "person_2", "predicate": "hold", "object": "cup_1", "uncertain": True},
        ],
        "false": [
            {"subject": "person_2", "predicate": "hold", "object": "cup_1"},
            {"subject": "person_2", "predicate": "hold", "object": "fork"},
        ],
    }
    path = tmp_path / "truth.jsonl"
    path.write_text(json.dumps(row) + "\n")
    found = photograph_figures(path)
    assert (found["statements"], found["without_box"], found["known"], found["true"]) == (3, 2, 2, 1)
    assert found["auroc"] == 1.0
