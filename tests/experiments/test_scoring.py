"""Metrics on scenes with known answers, and the report of a scripted perceiver whose errors are known."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.results_pages import table
from nesy import InputError, Pipeline, Scene, Settings
from nesy.experiments import evaluate, right_claims, tally, total
from nesy.experiments.scoring.metrics import KINDS, pair
from nesy.perception.reply_format import write_patch, write_scene
from nesy.settings import CorrectionSettings
from nesy.synthetic import draw, write_split
from nesy.turns import Reply, Request


def scene(**lists: object) -> Scene:
    return Scene.model_validate({"entities": [], **lists})


RIDER = scene(
    entities=[
        {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.4, 0.8], "attributes": ["red"]},
        {"id": "horse_1", "category": "horse", "box": [0.1, 0.4, 0.6, 0.9], "attributes": ["white"]},
    ],
    relations=[{"subject": "person_1", "predicate": "ride", "object": "horse_1"}],
    part_states=[{"entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"}],
    counts=[{"category": "person", "value": 1}],
)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 5000))
def test_the_truth_scores_one_in_everything(index: int) -> None:
    truth = draw(4, index).scene
    assert all(t.f1 == 1.0 for t in tally(truth, truth).values())


def test_other_ids_and_near_boxes_are_still_right() -> None:
    said = scene(
        entities=[
            {"id": "horse_7", "category": "Horse", "box": [0.12, 0.4, 0.6, 0.88], "attributes": ["white"]},
            {"id": "person_9", "category": "person", "box": [0.1, 0.12, 0.4, 0.8], "attributes": ["blue"]},
        ],
        relations=[{"subject": "person_9", "predicate": "ride", "object": "horse_7"}],
        part_states=[{"entity": "person_9", "part": "hip", "state": "sit_on", "object": "horse_7"}],
    )
    scores = tally(said, RIDER)
    assert {kind: scores[kind].f1 for kind in ("objects", "relations", "part_states")} == {
        "objects": 1.0,
        "relations": 1.0,
        "part_states": 1.0,
    }
    assert scores["attributes"].f1 == 0.5
    assert scores["counts"].recall == 0.0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"predicate": "hold"}, "relations"),
        ({"subject": "horse_1", "object": "person_1"}, "relations"),
    ],
)
def test_a_wrong_relation_is_wrong(change: dict[str, str], kind: str) -> None:
    wrong = RIDER.relations[0].model_copy(update=change)
    assert tally(RIDER.model_copy(update={"relations": (wrong,)}), RIDER)[kind].right == 0


def test_a_box_elsewhere_takes_down_what_is_said_of_it() -> None:
    moved = RIDER.entities[1].model_copy(update={"box": (0.7, 0.0, 0.9, 0.2)})
    scores = tally(RIDER.model_copy(update={"entities": (RIDER.entities[0], moved)}), RIDER)
    assert scores["objects"].right == 1
    assert scores["relations"].right == 0


def test_no_true_entity_is_paired_twice() -> None:
    twice = scene(entities=[{"id": f"horse_{n}", "category": "horse", "box": [0.1, 0.4, 0.6, 0.9]} for n in (1, 2)])
    assert len(pair(twice, RIDER)) == 1


def test_totals_add_up() -> None:
    one = tally(RIDER, RIDER)
    assert all(total([one, one])[kind].right == 2 * one[kind].right for kind in KINDS)


class Perceiver:
    """Sees the truth, but says of every ridden thing that it is ridden by it, too; answers notes as told."""

    def __init__(self, truths: dict[str, Scene], answer: str) -> None:
        self.truths, self.answer = truths, answer

    def reply(self, request: Request) -> Reply:
        if request.kind == "correct":
            return Reply(text=write_patch({c.number: self.answer for c in request.claims}))
        truth = self.truths[request.image.name]
        extra = tuple(
            r.model_copy(update={"id": f"x{n}", "subject": r.object, "object": r.subject})
            for n, r in enumerate(truth.relations)
        )
        return Reply(text=write_scene(truth.model_copy(update={"relations": truth.relations + extra})))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("drawn")
    write_split(place, 6, seed=21)
    return place


def _truths(folder: Path) -> dict[str, Scene]:
    lines = (folder / "scenes.jsonl").read_text(encoding="utf-8").splitlines()
    return {s.image.name: s for s in map(Scene.from_json, lines) if s.image}


def test_a_report_counts_what_the_loop_took_away(folder: Path) -> None:
    truths = _truths(folder)
    true_relations = sum(len(s.relations) for s in truths.values())
    every = Settings(correction=CorrectionSettings(accept="any"))
    report = evaluate(folder, Pipeline(Perceiver(truths, "withdraw"), every))
    assert report.images == 6
    assert report.before.recall["relations"] == 1.0
    assert report.before.precision["relations"] == pytest.approx(0.5)
    assert report.after.consistent == 1.0
    # Told to withdraw everything disputed, the perceiver gives up true relations as well, and the report says so.
    assert 0 < report.right_claims_lost <= true_relations + sum(len(s.part_states) for s in truths.values())
    assert report.wrong_claims_after < report.wrong_claims_before
    assert str(report.right_claims_lost) in report.to_text()
    # Taken is then only what mends something: of two that contradict each other, one.
    guarded = evaluate(folder, Pipeline(Perceiver(truths, "withdraw")))
    assert guarded.after.consistent == 1.0
    assert guarded.right_claims_lost < report.right_claims_lost


def test_without_rounds_the_repair_alone_makes_it_consistent(folder: Path) -> None:
    settings = Settings(correction=CorrectionSettings(rounds=0))
    report = evaluate(folder, Pipeline(Perceiver(_truths(folder), "keep"), settings), limit=2)
    assert (report.images, report.corrected, report.after.consistent) == (2, 0, 1.0)


def test_a_reply_that_is_no_scene_counts_as_unparseable(folder: Path) -> None:
    class Mute:
        def reply(self, request: Request) -> Reply:
            return Reply(text="I cannot see anything.")

    report = evaluate(folder, Pipeline(Mute()), limit=2)
    assert report.unparseable == 2
    assert report.before.f1["objects"] == 0.0


def test_a_folder_without_scenes_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"scenes\.jsonl"):
        evaluate(tmp_path, Pipeline(Perceiver({}, "keep")))


def test_a_report_is_a_row_of_the_table(folder: Path) -> None:
    report = evaluate(folder, Pipeline(Perceiver(_truths(folder), "keep")), limit=1)
    head, _, row, _, matching = table({"ordinary": report}).splitlines()
    assert matching == "Entities are matched by category and box (IoU >= 0.5)."
    assert row.startswith("| ordinary | 1 | ") and row.count("|") == head.count("|")


def test_right_claims_are_told_by_kind() -> None:
    assert ("relations", ("person_1", "ride", "horse_1")) in right_claims(RIDER, RIDER)
