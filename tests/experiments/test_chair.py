"""CHAIR: what counts as a mention by each reading, the two shares, and the figures on the stored lists."""

from pathlib import Path

import pytest

from nesy.errors import InputError
from nesy.experiments.datasets import data_folder
from nesy.experiments.faithfulness.chair import as_counted, as_listed, measure_chair, mentions, nouns, score
from nesy.language.annotator import load
from nesy.ontology import Ontology


def named(text: str, reading: str = "nouns") -> list[str]:
    lookup = {"nouns": nouns, "counted": as_counted}[reading](Ontology.default())
    return [mention.category for mention in mentions(load()(text), lookup)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Two puppies play with a teddy bear.", ["dog", "teddy_bear"]),
        ("A woman holds a hair dryer.", ["person", "hair_drier"]),
        ("The man's dog sits on a couch.", ["person", "dog", "couch"]),
        ("A tree under the sky.", []),
        ("", []),
    ],
)
def test_nouns_are_mentions(text: str, found: list[str]) -> None:
    assert named(text) == found


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("A woman is seated on a bed.", ["person", "chair", "bed"]),
        ("A man wears an orange shirt.", ["person", "orange"]),
        ("A toilet with its seat up.", ["toilet"]),
        ("A man-made lake.", []),
    ],
)
def test_the_published_counts_take_words_for_objects(text: str, counted: list[str]) -> None:
    assert named(text, "counted") == counted


def test_a_mention_keeps_its_place() -> None:
    text = "There is a dining table."
    (mention,) = mentions(load()(text), nouns(Ontology.default()))
    assert text[slice(*mention.span)] == "dining table"


def test_shares_count_mentions_and_captions() -> None:
    both = score([(["cat", "dog", "dog"], frozenset({"cat"})), (["cat"], frozenset({"cat"})), ([], frozenset())])
    assert (both.chair_i, both.chair_s, both.wrong) == (50.0, 33.33, {"dog": 2})
    nothing = score([])
    assert (nothing.chair_i, nothing.chair_s) == (0.0, 0.0)


def test_a_missing_list_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"synonyms\.txt: cannot be read"):
        as_listed(tmp_path / "synonyms.txt")
    with pytest.raises(InputError):
        measure_chair(tmp_path)


def test_our_object_lists_give_chair_within_a_point_of_the_stored_ones() -> None:
    try:
        folder = data_folder()
    except InputError as error:
        pytest.skip(str(error))
    found = measure_chair(folder, models=False)
    assert (found.stored.chair_i, found.stored.chair_s, found.stored.captions) == (8.62, 31.01, 129)
    assert all(abs(gap) <= 1.0 for gap in found.gap)
    assert found.mention_recall > 0.97
    assert found.nouns.chair_i < found.counted.chair_i  # an orange shirt is no orange
