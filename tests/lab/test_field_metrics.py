"""The figures of docs/results/field_metrics.md: two evaluations of the same scenes, and photographs with truth."""

import json

import pytest

from lab import field_metrics
from lab.field_answers import AnswerSet, answers, answers_text, by_command
from lab.field_metrics import OF_DRAWINGS, beside_others, field_text, witnessed
from nesy.errors import InputError
from nesy.experiments.scoring.field.triplets import PicturePair
from nesy.image import Image
from nesy.observations import Observations, Thing
from nesy.synthetic import draw


def test_two_evaluations_of_mistaken_drawings_agree() -> None:
    """What is said of a drawing is the truth of another one with its boxes, or its own less some claims."""
    truths = [draw(5, index).scene for index in range(6)]
    pairs = []
    for at, true in enumerate(truths):
        said = truths[(at + 1) % 3] if at < 3 else true.model_copy(update={"relations": true.relations[1:]})
        pairs.append(PicturePair(said, true))
    found = beside_others(pairs, OF_DRAWINGS)
    compared = {row["metric"] for row in found["rows"] if row["other"] is not None}
    assert compared == set(OF_DRAWINGS)


def test_a_difference_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    true = draw(5, 0).scene
    monkeypatch.setattr(field_metrics, "spice_by_sets", lambda pairs, ontology: 0.5)
    with pytest.raises(AssertionError, match="spice SPICE"):
        beside_others([PicturePair(true, true)], ("spice",))


def test_photographs_are_measured_on_what_their_rows_list_in_full() -> None:
    truth = {
        "file": "a.jpg",
        "exhaustive": ["dog"],
        "open": ["cup"],
        "entities": [
            {"category": "dog", "box": [0, 0, 0.5, 0.5]},
            {"category": "dog", "box": [0.5, 0.5, 1, 1], "uncertain": True},
            {"category": "cup", "box": [0, 0, 0.1, 0.1]},
        ],
    }
    places = (("dog", (0, 0, 0.5, 0.5), 0.9), ("dog", (0.5, 0.5, 1, 1), 0.8), ("cup", (0, 0, 0.1, 0.1), 0.7))
    things = tuple(Thing(category=c, box=b, score=s, witness="w") for c, b, s in places)  # type: ignore[arg-type]
    seen = Observations.model_construct(things=things)
    (pair,) = witnessed([(truth, Image.from_pixels(draw(5, 0).image), seen)])
    assert [(one.category, one.confidence) for one in pair.predicted.entities] == [("dog", 0.9)]
    assert len(pair.true.entities) == 1
    rows = {(row["metric"], row["name"]): row["value"] for row in beside_others([pair], ("coco", "chair"))["rows"]}
    assert rows["coco", "AP"] == pytest.approx(1.0) and rows["chair", "CHAIRi"] == 0.0


def test_a_set_of_answers_goes_through_the_command_and_stands_beside_what_was_published() -> None:
    rows = [({"text": "Yes"}, {"label": "yes"}), ({"text": "Yes"}, {"label": "no"})]
    table = by_command(AnswerSet("two", "pope", rows))
    assert {row["name"]: row["value"] for row in table["rows"]}["F1"] == pytest.approx(2 / 3, abs=1e-6)
    told = [{**row, "published": 0.67 if row["name"] == "F1" else None} for row in table["rows"]]
    text = answers_text([{"set": "two", "where": "a table", "rows": told}])
    assert text.splitlines()[2:] == ["| two | pope | F1 | 0.6667 | 2 | 0.6700 | a table |"]
    with pytest.raises(InputError, match="the label yes or no is expected"):
        by_command(AnswerSet("two", "pope", [({"text": "Yes"}, {"label": "maybe"})]))


def test_what_was_not_measured_is_told(tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert field_text({}).count("Not measured yet") == 3
    with pytest.raises(InputError, match="--sets names the folder"):
        answers(tmp_path)
    with pytest.raises(InputError, match=r"no truth\.jsonl"):
        field_metrics.photographs(tmp_path)
    record = json.loads(field_metrics.RESULTS.read_text(encoding="utf-8"))
    assert "the same" in field_text(record)
