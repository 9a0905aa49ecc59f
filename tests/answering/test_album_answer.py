"""Questions about several pictures: what they ask, what the lists answer, and a model that says otherwise."""

import json

import pytest

import nesy
from nesy.analysis import Album
from nesy.answering.album_answer import AlbumAnswer, answered_by_album
from nesy.answering.album_question import read_album_question
from nesy.errors import InputError
from nesy.ontology import Ontology
from nesy.settings import Settings
from tests.pictures_together import picture, script, things

KNOWN = Ontology.default()
RIDE = json.dumps(
    {
        "entities": [{"id": "person_1", "attributes": ["red"]}, {"id": "horse_1"}, {"id": "dog_1"}],
        "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}],
        "part_states": [{"entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"}],
    }
)
FEED = json.dumps(
    {
        "entities": [{"id": "person_1", "attributes": ["blue"]}, {"id": "horse_1"}, {"id": "cup_1"}],
        "relations": [{"subject": "person_1", "predicate": "feed", "object": "horse_1"}],
    }
)
DOGS = things("dog_1 brown", "dog_2 white")
SAME = {"p2_person_1": "p1_person_1", "p2_horse_1": "p1_horse_1", "p3_dog_1": "p1_dog_1"}
IMAGES = [picture(1), picture(2), picture(3)]


@pytest.fixture(scope="module")
def album() -> Album:
    return nesy.Pipeline(script([RIDE, FEED, DOGS], SAME)).analyze_together(IMAGES)


@pytest.mark.parametrize(
    ("question", "kind", "asked"),
    [
        ("In which picture is the dog?", "in_which", "Is there the dog?"),
        ("in which images are dogs", "in_which", "Are there dogs?"),
        ("Which photo shows a red cup?", "in_which", "Is there a red cup?"),
        ("In which picture can you see a cat?", "in_which", "Is there a cat?"),
        ("In which picture does the man ride a horse?", "in_which", "Does the man ride a horse?"),
        ("In which picture is the man riding a horse?", "in_which", "Is the man riding a horse?"),
        ("In which picture is the dog brown?", "in_which", "Is the dog brown?"),
        ("How many dogs are there in all?", "how_many", "How many dogs are there?"),
        ("How many different dogs are there in total?", "how_many", "How many dogs are there?"),
        ("How many people are there in both pictures together?", "how_many", "How many people are there?"),
        ("How many dogs are in the pictures?", "how_many", "How many dogs are?"),
        ("What is different?", "difference", None),
        ("What's the difference between the pictures?", "difference", None),
        ("Spot the differences!", "difference", None),
        ("What has changed?", "difference", None),
        ("What is the same?", "same", None),
        ("Which things are the same?", "same", None),
        ("Why is the man laughing?", "other", None),
        ("Who is taller?", "other", None),
    ],
)
def test_what_is_asked(question: str, kind: str, asked: str | None) -> None:
    read = read_album_question(question, KNOWN)
    assert read.kind == kind
    assert (None if read.asked is None else read.asked.text) == asked


@pytest.mark.parametrize(
    ("question", "answer", "reasons"),
    [
        ("In which picture is the cup?", "picture 2", {"p2_cup_1"}),
        ("In which pictures are there dogs?", "pictures 1 and 3", {"p1_dog_1", "p3_dog_1", "p3_dog_2"}),
        ("In which picture does somebody ride a horse?", "picture 1", {"p1_r1", "p1_p1"}),
        ("In which picture is a zebra?", "none of them", set()),
        ("In which picture is the dog white?", "picture 3", {"p3_dog_2"}),
        ("How many dogs are there in all?", "2", {"p1_dog_1", "p3_dog_1", "p3_dog_2", "s3"}),
        ("How many animals are there in total?", "3", None),
        ("How many zebras are there in all?", "0", set()),
        ("How many people are there in all pictures?", "1", {"p1_person_1", "p2_person_1", "s1"}),
    ],
)
def test_what_the_lists_answer(album: Album, question: str, answer: str, reasons: set[str] | None) -> None:
    found = answered_by_album(read_album_question(question, KNOWN), album, KNOWN)
    assert found.answer == answer and found.listed and found.said is None
    if reasons is not None:
        assert set(found.reasons) >= reasons or (set(found.reasons) <= reasons and bool(found.reasons) == bool(reasons))
    assert AlbumAnswer.from_json(found.to_json()) == found


def test_what_differs(album: Album) -> None:
    found = answered_by_album(read_album_question("What is different?", KNOWN), album, KNOWN).differences
    told = {(one.kind, one.pictures, one.text.partition(" (")[0]) for one in found}
    assert told == {
        ("thing", (1, 2), "p1_person_1"),
        ("thing", (1, 2), "p1_horse_1"),
        ("thing", (1, 3), "p1_dog_1"),
        ("thing", (2,), "p2_cup_1"),
        ("thing", (3,), "p3_dog_2"),
        ("attribute", (1,), "p1_person_1 is red"),
        ("attribute", (2,), "p1_person_1 is blue"),
        ("attribute", (3,), "p1_dog_1 is brown"),
        ("doing", (1,), "p1_person_1 ride p1_horse_1"),
        ("doing", (1,), "p1_person_1 hip sit on p1_horse_1"),
        ("doing", (2,), "p1_person_1 feed p1_horse_1"),
    }
    alike = nesy.Pipeline(script([DOGS, DOGS], {"p2_dog_1": "p1_dog_1", "p2_dog_2": "p1_dog_2"}))
    same = answered_by_album(
        read_album_question("What is different?", KNOWN), alike.analyze_together(IMAGES[:2]), KNOWN
    )
    assert same.answer == "nothing that is listed differs" and same.differences == ()


def test_what_no_list_can_answer(album: Album) -> None:
    with pytest.raises(InputError, match="no list can answer this of several pictures"):
        answered_by_album(read_album_question("Why is he laughing?", KNOWN), album, KNOWN)


def ask(question: str, *answers: str, settings: Settings | None = None) -> AlbumAnswer:
    model = script([RIDE, FEED, DOGS], SAME, answers=answers)
    return nesy.Pipeline(model, settings).ask_together(IMAGES, question)


@pytest.mark.parametrize(
    ("question", "said", "agrees"),
    [
        ("In which picture is the cup?", "the second one", True),
        ("In which picture is the cup?", "image 2", True),
        ("In which pictures are there dogs?", "1 and 3", True),
        ("In which picture is a zebra?", "none of the pictures", True),
        ("In which pictures are there dogs?", "the last picture", False),
        ("In which pictures are there dogs?", "all of them", False),
        ("In which picture is the cup?", "on the table", None),
        ("How many dogs are there in all?", "two", True),
        ("How many dogs are there in all?", "There are 3 dogs.", False),
        ("How many dogs are there in all?", "a few", None),
        ("What is different?", "the dog", None),
    ],
)
def test_the_model_is_held_against_the_lists(question: str, said: str, agrees: bool | None) -> None:
    found = ask(question, said, said)
    assert (found.said, found.agrees) == (said, agrees)
    assert found.consistent == (agrees is not False)
    assert (found.first_said is None) == (agrees is not False)


def test_it_is_told_what_the_rules_say_of_its_number_and_asked_again() -> None:
    model = script([RIDE, FEED, DOGS], SAME, answers=("nine", "two"))
    found = nesy.Pipeline(model).ask_together(IMAGES, "How many dogs are there in all?")
    assert (found.answer, found.first_said, found.said, found.agrees) == ("2", "nine", "two", True)
    assert "There are said to be 9 in all: dog; but all pictures together show 3." in model.requests[-1].notes
    stays = ask("How many dogs are there in all?", "nine", "nine")
    assert [one.rule.rpartition("#")[2] for one in stays.findings] == ["CountAboveAllPictures", "CountAgainstIdentity"]
    assert not stays.consistent and stays.answer == "2"


def test_other_questions_are_the_models_alone() -> None:
    found = ask("Why is she laughing?", "because of the dog")
    assert (found.answer, found.listed, found.kind) == ("because of the dog", False, "other")
    assert ask("In which picture is the cup?", "3", settings=Settings(correction={"rounds": 0})).first_said is None


def test_an_album_serves_several_questions(album: Album) -> None:
    model = script([RIDE, FEED, DOGS], SAME, answers=("2",))
    found = nesy.Pipeline(model).ask_together(IMAGES, "In which picture is the cup?", album=album)
    assert [request.kind for request in model.requests] == ["ask"] and found.album == album
    with pytest.raises(InputError, match="of other pictures"):
        nesy.Pipeline(model).ask_together(IMAGES[::-1], "In which picture is the cup?", album=album)
