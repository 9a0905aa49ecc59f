"""Questions about something written, and what answers tell to be written."""

import pytest

from nesy.language.question_parser import read_question
from nesy.language.text_questions import answered_text, text_question
from nesy.ontology import Ontology


@pytest.mark.parametrize(
    ("question", "thing", "written"),
    [
        ("Does the sign say STOP?", "sign", "STOP"),
        ('Does the red sign say "No parking"?', "sign", "No parking"),
        ("Is the word STOP written on the sign?", "sign", "STOP"),
        ("Is 'Main St' printed on the bus?", "bus", "Main St"),
        ("Is there a sign that says EXIT?", "sign", "EXIT"),
        ("Does the shirt have the number 13 on it?", "shirt", "13"),
    ],
)
def test_whether_something_is_written(question: str, thing: str, written: str) -> None:
    read = read_question(question, Ontology.default())
    assert read.subject is not None
    assert (read.kind, read.subject.label, read.written, read.of_text) == ("yes_no", thing, written, True)


@pytest.mark.parametrize(
    "question",
    [
        "Does the sign say anything?",
        "Does the boy read a book?",
        "Is the man reading a book?",
        "Does the man say hello?",
        "Is a clock displayed on the wall?",
        "What is the number of people in the picture?",
        "What is the name of the dog?",
        "Is the sign red?",
    ],
)
def test_other_questions_stay_what_they_are(question: str) -> None:
    assert not read_question(question, Ontology.default()).of_text


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ('The sign says "STOP".', "STOP"),
        ("It says STOP", "STOP"),
        ("13.", "13"),
        ("The number on the shirt is 13.", "13"),
        ("NO PARKING", "NO PARKING"),
        ("\u201cMain St\u201d and \u201cElm St\u201d", "Main St Elm St"),
        ("Joe's Diner", "Joe's Diner"),
        ("no", None),
        ("No text is visible.", None),
        ("I can't read it", None),
        ("It is illegible.", None),
        ("nothing", None),
        ("...", None),
        ("", None),
    ],
)
def test_what_an_answer_tells_to_be_written(answer: str, text: str | None) -> None:
    assert answered_text(answer) == text


def test_a_long_question_ends() -> None:
    assert text_question("what is the " + "text on the " * 80) is not None
    assert text_question("is the word " + "a " * 400 + "?") is None
