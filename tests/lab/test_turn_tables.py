"""What the pages tell of questions and looks comes from the result files, figure by figure."""

from lab.turn_tables import asking_text, calibration_text


def counts(questions: int, wrong: int) -> dict[str, object]:
    return {
        "questions": questions,
        "accuracy_bare": 0.5,
        "accuracy_before": 0.625,
        "accuracy_after": 0.75,
        "wrong_to_right": 3,
        "right_to_wrong": 1,
        "objected_to_when_wrong": 4,
        "wrong_before": wrong,
        "objected_to_when_right": 2,
    }


def test_every_row_tells_of_how_many_and_nothing_is_told_of_none() -> None:
    asked = {"all": counts(16, 6), "splits": {"ordinary": counts(16, 6), "hard": counts(0, 0)}}
    lines = asking_text(asked | {"false_premise": counts(8, 5)}).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == ["all", "ordinary", "false premise"]
    assert lines[2] == "| all | 16 | 50.0% | 62.5% | 75.0% | 3 | 1 | 4 of 6 | 2 of 10 |"
    assert len({line.count("|") for line in lines}) == 1


def test_a_calibration_that_does_not_weigh_is_told_as_such() -> None:
    measured = {
        "measured_on": 1200,
        "split": "ordinary",
        "seed": 2028,
        "auroc": 0.55,
        "auroc_by_kind": {"Count": 0.5, "Relation": 0.6},
        "auroc_of_true": 0.54,
        "auroc_of_wrong": 0.53,
        "bins": 10,
        "ece_before": 0.2,
        "ece_after": 0.05,
        "usable": False,
        "own_words": {
            "entity": {"measured_on": 900, "true": 850, "auroc_of_confidence": 0.8, "auroc": 0.9},
            "count": {"measured_on": 300, "true": 290, "auroc_of_confidence": 0.6, "auroc": 0.65},
        },
        "together": {"all": {}, "entity": {"auroc_of_looks": 0.7, "auroc": 0.91}},
    }
    told = calibration_text(measured)
    assert "1,200 statements" in told and "AUROC 0.550 (counts 0.500, relations 0.600)" in told
    assert told.splitlines()[0].endswith("they do not weigh in the loop.")
    assert calibration_text(measured | {"usable": True}).splitlines()[0].endswith("they weigh in the loop.")
    assert "| entities | 900 | 50 | 0.800 | 0.900 | 0.700 | 0.910 |" in told
    assert "| counts | 300 | 10 | 0.600 | 0.650 |  |  |" in told  # nobody looks at counts
