"""How text checking is measured: the shares, the labels of the data sets, and what must be reached on them."""

from pathlib import Path

import pytest

from lab.faithfulness import plain
from nesy.errors import InputError
from nesy.experiments.datasets import data_folder
from nesy.experiments.faithfulness.faithscore import boxed, is_nameless, load_facts, measure_facts
from nesy.experiments.faithfulness.hard_negatives import Pair, load_pairs, summary, tell
from nesy.experiments.faithfulness.marked_spans import Marked, load_foil, load_hat, located, measure_marks, word_spans
from nesy.experiments.faithfulness.pope import asked_object, contradicts, load_answers
from nesy.experiments.scoring.detection import Detection
from nesy.scene import Scene


@pytest.fixture(scope="module")
def data() -> Path:
    try:
        return data_folder()
    except InputError as error:
        pytest.skip(str(error))


def test_a_detection_counts_flags_against_labels() -> None:
    found = sum(
        (Detection.of(flag, wrong) for flag, wrong in [(True, True), (True, False), (False, True)]), Detection()
    )
    found += Detection.of(False, False)
    assert (found.items, found.precision, found.recall, found.f1, found.base_rate) == (4, 0.5, 0.5, 0.5, 0.5)
    assert plain({"x": (found,)}) == {"x": [found.summary()]}
    nothing = Detection()
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.base_rate) == (1.0, 1.0, 1.0, 0.0)


def test_boxes_become_entities_with_a_name_each() -> None:
    scene = boxed([{"category": c, "bbox": [0.0, 0.0, 0.5, 0.5]} for c in ("dining table", "cup", "cup")])
    assert [e.id for e in scene.entities] == ["dining_table_1", "cup_1", "cup_2"]


@pytest.mark.parametrize(
    ("text", "nameless"),
    [
        ("There are two objects.", True),
        ("One object is on the left side.", True),
        ("Others are closer to the man.", True),
        ("The man is closer to the others.", False),
        ("There is a car.", False),
    ],
)
def test_a_fact_that_names_nothing_goes_on_with_the_one_before(text: str, nameless: bool) -> None:
    from nesy.language.parsing import parse

    assert is_nameless(parse(text), text) is nameless


def test_marks_are_found_loosely_and_words_are_what_stands_between_blanks() -> None:
    assert located("a red helmet", "He extends a red helmet.") == (11, 23)
    assert located("A  red helmet!", "A red helmet lies there.") is not None
    assert located("", "text") == (0, 0)
    assert located("zebra", "text") is None
    text = "A dog,  two cats."
    assert [text[a:b] for a, b in word_spans(text)] == ["A", "dog,", "two", "cats."]


def test_unsupported_words_are_flagged() -> None:
    marked = Marked("A dog chases a cat.", ((15, 18),), ("A dog runs.", "A dog chases something."))
    found = measure_marks([marked])
    assert found.words["not supported"].recall == 1.0
    assert found.hit["not supported"] == 1.0
    assert found.words["contradicted, COCO closed"].right >= 1
    assert found.hit["contradicted"] == 0.0  # nothing says that there is no cat
    assert found.whole["contradicted"].missed == 1


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("Is there a snowboard in the image?", "snowboard"),
        ("Is there an apple in this image?", "apple"),
        ("Are there two cups in this image?", "two cups"),
        ("Is the sky sunny in this image?", None),
    ],
)
def test_what_is_asked_for(question: str, thing: str | None) -> None:
    assert asked_object(question) == thing


def test_an_answer_is_turned_only_by_what_the_evidence_says() -> None:
    there = Scene.model_validate({"entities": [{"category": "dog"}]})
    assert contradicts("dog", "no", [there], frozenset())
    assert not contradicts("dog", "yes", [there], frozenset())
    assert not contradicts("cat", "yes", [there], frozenset())
    assert contradicts("cat", "yes", [there], frozenset({"cat"}))


def test_the_files_are_read_as_their_description_says(data: Path) -> None:
    facts = [fact for answer in load_facts(data) for fact in answer]
    assert len(facts) == 443
    assert sum(fact.wrong for fact in facts) == 89
    hat = load_hat(data)
    assert len(hat) == 177
    assert sum(bool(row.marks) for row in hat) == 70
    assert len(load_foil(data)) > 70
    assert len(load_answers(data)) == 3880


def test_checking_finds_more_wrong_facts_than_absent_categories_do(data: Path) -> None:
    found = measure_facts(data, compare=False)
    assert (found.images, found.facts) == (10, 443)
    assert found.checked.precision >= 0.7
    assert found.checked.recall >= 0.4
    assert found.checked.recall > found.absent_alone.recall
    assert found.checked.precision > found.absent_alone.precision
    assert found.checked == found.halves[0] + found.halves[1]


def test_a_missing_folder_is_an_input_error(tmp_path: Path) -> None:
    for read in (load_facts, load_hat, load_foil, load_answers):
        with pytest.raises(InputError):
            read(tmp_path)


def test_a_false_caption_that_the_others_deny_is_told_from_the_true_one() -> None:
    others = ("A man in a red shirt rides a horse.", "There is a man on a brown horse.")
    pairs = [
        Pair("replace_obj", "A man rides a horse.", "A man rides a bike.", others),
        Pair("swap_obj", "A man rides a horse.", "A horse rides a man.", others),
        Pair("same", "A man rides a horse.", "a man rides a horse", others),
    ]
    replaced, swapped, same = tell(pairs)
    assert replaced.differs and replaced.unsupported[0] < replaced.unsupported[1]
    assert swapped.differs and swapped.unsupported[0] < swapped.unsupported[1]
    assert swapped.contradicted == (False, False)  # told the other way round: seen too seldom to count
    assert not same.differs and same.unsupported[0] == same.unsupported[1]
    found = summary([replaced, swapped, same])
    assert (found["pairs"], found["graphs_differ"], found["preferred"]) == (3, 0.6667, 0.8333)


def test_of_a_pair_the_caption_itself_is_no_evidence(data: Path) -> None:
    pairs = load_pairs(data)
    assert len(pairs) > 2900
    assert all(pair.caption.strip() not in pair.others for pair in pairs)
