"""How observations are held against the truth of a photograph."""

import PIL.Image
import pytest

from lab import witness_scores
from lab.witness_scores import Row, counts, matched
from nesy.image import Image
from nesy.observations import Observations, TextLine, Thing, WitnessInfo


def thing(category: str, box: tuple[float, float, float, float], score: float) -> Thing:
    return Thing(category=category, box=box, score=score, witness="w")


TRUTH = {
    "exhaustive": ["cup"],
    "open": ["fork"],
    "entities": [
        {"category": "cup", "box": [0.0, 0.0, 0.2, 0.2]},
        {"category": "cup", "box": [0.5, 0.5, 0.7, 0.7], "uncertain": True},
        {"category": "cup", "box": [0.8, 0.8, 1.0, 1.0]},
    ],
}


def test_each_true_thing_is_found_once_and_by_the_surest() -> None:
    first, second = thing("cup", (0.0, 0.0, 0.2, 0.19), 0.5), thing("cup", (0.0, 0.0, 0.2, 0.2), 0.4)
    told, true = matched(Row(TRUTH, (second, first)))
    assert [(one.thing, one.right) for one in told] == [(first, True), (second, False)]
    assert [found for _, found in true] == [True, False]


def test_uncertain_things_and_open_categories_count_neither_way_and_absent_ones_apart() -> None:
    things = (
        thing("cup", (0.5, 0.5, 0.7, 0.7), 0.9),
        thing("fork", (0.0, 0.0, 0.1, 0.1), 0.9),
        thing("dog", (0.0, 0.0, 0.1, 0.1), 0.9),
        thing("cup", (0.8, 0.8, 1.0, 1.0), 0.9),
    )
    found = counts([Row(TRUTH, things)])
    assert (found["right"], found["wrong"], found["things"], found["of_absent_categories"]) == (1, 0, 2, 1)
    assert (found["precision"], found["recall"], found["precision_with_absent"]) == (1.0, 0.5, 0.5)


def test_a_box_that_overlaps_too_little_is_wrong() -> None:
    found = counts([Row(TRUTH, (thing("cup", (0.0, 0.0, 0.2, 0.09), 0.9),))])
    assert (found["right"], found["wrong"]) == (0, 1)


def test_nothing_told_is_nothing_wrong() -> None:
    assert counts([Row(TRUTH, ())])["recall"] == 0.0


def test_a_string_is_found_by_its_letters_and_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader:
        def observe(self, image: Image) -> Observations:
            lines = (("Green-wich", 0.9), ("st.", 1), ("72", 0.5), ("Vesy", 1), ("dog", 1), ("cat", 0.5))
            read = tuple(TextLine(text=text, box=(0, 0, 1, 1), score=score, witness="w") for text, score in lines)
            return Observations(witnesses=(WitnessInfo(name="w"),), texts=read)

    monkeypatch.setattr(witness_scores, "TextReader", Reader)
    image = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))
    nothing = Observations(witnesses=())
    rows = [
        ({"file": "a.jpg", "text": ["GREENWICH ST", "Vesey", "72"]}, image, nothing),
        ({"file": "b.jpg", "text": []}, image, nothing),
    ]
    found = witness_scores.texts(rows)
    of_all = found["all"]
    assert (of_all["photographs"], of_all["strings"], of_all["found"], of_all["nearly"]) == (1, 3, 2, 3)
    assert (of_all["lines"], of_all["others"], of_all["clear"], of_all["clear_others"]) == (6, 3, 4, 2)
    assert of_all["bare"] == {"photographs": 1, "lines": 6, "clear": 4}
    assert found["odd rows"]["strings"] == 0 and found["rows"][0]["missed"] == ["Vesey"]
    assert "67%" in witness_scores.texts_text(found)
