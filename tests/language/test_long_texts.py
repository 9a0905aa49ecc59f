"""Long texts are read in windows: one scene, identity and places kept, and no more than a window at hand."""

import pytest

import nesy
from nesy.language.parsing import annotated
from nesy.language.plain_text import LONGEST, WINDOW, plain, windows
from tests.language.golden_texts import in_short


@pytest.mark.parametrize(
    "text",
    ["The man rides the horse. " * 900, "- dog: 2\n- red car\n" * 900, "word " * 5000, "x" * 20_000, "a dog, " * 3000],
)
def test_windows_are_the_whole_text(text: str) -> None:
    whole = plain(text)
    parts = list(windows(whole))
    assert len(parts) > 1 and all(len(one.text) <= WINDOW for one in parts)
    assert "".join(one.text for one in parts) == whole.text
    assert [place for one in parts for place in one.places] == list(whole.places)
    assert sum(len(one.layout.items) for one in parts) == len(whole.layout.items)
    assert not any(0 in one.layout.values for one in parts)  # what tells of an item stays with it


def test_a_short_text_is_one_window() -> None:
    assert len(list(windows(plain("A man rides a horse. " * (LONGEST // 30))))) == 1


def test_who_was_named_is_known_in_the_next_window() -> None:
    text = "A man rides a horse. " + "The man rides the horse. He wears the hat. " * 250
    scene = nesy.parse(text)
    assert in_short(scene) == {"man_1", "horse_1", "hat_1", "man_1 ride horse_1", "man_1 wear hat_1"}
    ride = next(one for one in scene.relations if one.predicate == "ride")
    assert len(ride.spans) == 251 and {text[start:end] for start, end in ride.spans} == {"rides"}


def test_numbers_hold_over_windows() -> None:
    text = "There are three dogs. There are no cats. " + "The sky is blue. " * 600
    assert {"dog 3", "cat 0", "dog_3", "sky_1 (blue)"} <= in_short(nesy.parse(text))


def test_windows_come_as_they_are_wanted() -> None:
    first = next(annotated(["The man rides the horse. " * 2000]))
    assert first.words.places[-1] < WINDOW and not first.last
