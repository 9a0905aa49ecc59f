"""Questions in English, read: golden questions, the drawn world's own, and input that is no question."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.errors import InputError
from nesy.language.question_parser import MOST_CHARACTERS, read_question
from nesy.ontology import Ontology
from nesy.question import Question, Thing
from nesy.synthetic import draw
from nesy.synthetic.question_set import questions
from tests.steps import steps

ONTOLOGY = Ontology.default()

GOLDEN = """
What is the man riding?                              | which | man | ride | ? |
What's the man riding?                               | which | man | ride | ? |
Tell me what the man is riding.                      | which | man | ride | ? |
Can you tell me what the man is riding?              | which | man | ride | ? |
What is the man in red riding?                       | which | red man | ride | ? |
What is the man in the red shirt holding in his hand? | which | man | hold | ? |
What is the man holding in his left hand?            | which | man | hold | ? |
What is the man sitting on?                          | which | man | sit_on | ? |
What is the woman drinking from?                     | which | woman | drink | ? |
What is the person with the hat holding?             | which | person | hold | ? |
What is in the hand of the person in red?            | which | red person | hold | ? |
What is in the man's hand?                           | which | man | hold | ? |
What does the person have in the hand?               | which | person | hold | ? |
What does the man eat?                               | which | man | eat | ? |
What is being ridden by the man?                     | which | man | ride | ? |
Which thing is the woman sitting on?                 | which | woman | sit_on | ? |
Who is the man talking to?                           | which | man | talk_to | ? |
Who is riding the horse?                             | which | ? person | ride | horse |
Who rides the horse?                                 | which | ? person | ride | horse |
Who is wearing a hat?                                | which | ? person | wear | hat |
Which person is holding the umbrella?                | which | ? person | hold | umbrella |
What is the dog being walked by?                     | which | ? | walk | dog |
What is on the table?                                | which | ? | on | table |
What objects are on the table?                       | which | ? | on | table |
What is under the dining table?                      | which | ? | under | dining table |
What is above the sofa?                              | which | ? | above | couch |
What is in front of the car?                         | which | ? | in_front_of | car |
What is left of the horse?                           | which | ? | left_of | horse |
What is to the left of the bench?                    | which | ? | to_the_left_of | bench |
Which animal is next to the car?                     | which | ? animal | next_to | car |
What kind of animal is on the grass?                 | which | ? animal | on | grass |
What animal is on the grass?                         | which | ? animal | on | grass |
Is the dog sitting on the couch?                     | yes_no | dog | sit_on | couch |
Does the man ride a horse?                           | yes_no | man | ride | horse |
Does the woman wear a hat?                           | yes_no | woman | wear | hat |
Is the man wearing a red hat?                        | yes_no | man | wear | red hat |
Is the man standing next to the bike wearing a hat?  | yes_no | man | wear | hat |
Is the person in blue kicking a ball?                | yes_no | blue person | kick | ball |
Is the woman holding a cup in her hand?              | yes_no | woman | hold | cup |
Is the cup on the table?                             | yes_no | cup | on | table |
Is the cup left of the book?                         | yes_no | cup | left_of | book |
Is anyone riding a horse?                            | yes_no | person | ride | horse |
Is anything on the table?                            | yes_no | thing | on | table |
Is there a dog under the table?                      | yes_no | dog | under | table |
Is the horse ridden by a man?                        | yes_no | man | ride | horse |
Is the horse being ridden by a man?                  | yes_no | man | ride | horse |
Is the man smiling?                                  | yes_no | man | smile | |
Is there a cat?                                      | yes_no | cat | | |
Is there a red car?                                  | yes_no | red car | | |
Are there any people in the picture?                 | yes_no | person | | |
Are there any green benches?                         | yes_no | green bench | | |
Can you see a bicycle?                               | yes_no | bicycle | | |
Do you see an umbrella?                              | yes_no | umbrella | | |
Is the man in the picture?                           | yes_no | man | | |
Is the car red?                                      | yes_no | car | | | red
Is the person standing?                              | yes_no | person | | | standing
How many dogs are there?                             | how_many | dog | | |
How many people are in the picture?                  | how_many | person | | |
How many red cars can you see?                       | how_many | red car | | |
How many people are riding bikes?                    | how_many | person | ride | bicycle |
How many people are sitting on the bench?            | how_many | person | sit_on | bench |
Where is the cup?                                    | where | cup | | |
Where can you see the man in green?                  | where | green man | | |
What is the man doing?                               | doing | man | | |
What does the woman in green do?                     | doing | green woman | | |
What is the man next to the horse doing?             | doing | man | | |
Do you know what the dog is doing?                   | doing | dog | | |
What color is the car?                               | attribute | car | | | colour
What is the colour of the car?                       | attribute | car | | | colour
What does the sign say?                              | text | sign | | |
Can you tell me what the sign says?                  | text | sign | | |
What is written on the side of the bus?              | text | bus | | |
What number is on the player's shirt?                | text | shirt | | |
What number is the player wearing?                   | text | player | | |
What does it say on the truck?                       | text | truck | | |
What text can you see?                               | text | | | |
What is the man reading?                             | which | man | read | ? |
What does the man say?                               | other | | | |
What is displayed on the screen?                     | which | ? | displayed_on | screen |
Why is the man smiling?                              | other | | | |
What time is it?                                     | other | | | |
Is it raining?                                       | other | | | |
What brand is the laptop?                            | other | | | |
Are there two dogs?                                  | other | | | |
Who is not riding?                                   | other | | | |
"""
CASES = [line for line in GOLDEN.strip().splitlines() if line.strip()]


def shown(question: Question) -> tuple[str, ...]:
    """The question as a row of the table above."""

    def thing(which: str, named: Thing | None) -> str:
        return " ".join(filter(None, ["?" if question.hole == which else "", "" if named is None else named.words]))

    subject, target = thing("subject", question.subject), thing("object", question.object)
    return question.kind, subject, question.predicate, target, question.attribute


def test_there_are_many_golden_questions() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("line", CASES, ids=lambda line: line.split("|")[0].strip())
def test_a_golden_question_is_read(line: str) -> None:
    text, *expected = (cell.strip() for cell in line.split("|"))
    assert shown(read_question(text, ONTOLOGY)) == tuple(expected)


def test_the_question_is_kept_as_it_was_asked() -> None:
    assert read_question("  What is\tthe man\nriding? ", ONTOLOGY).text == "What is the man riding?"


def test_what_is_asked_of_drawings_is_read_as_it_was_meant() -> None:
    """The makers of questions and their reader know nothing of each other."""

    def essence(q: Question) -> tuple[object, ...]:
        def meant(thing: Thing | None) -> object:
            return None if thing is None else (ONTOLOGY.canonical("category", thing.label), thing.attributes)

        predicate = {"to_the_left_of": "left_of", "to_the_right_of": "right_of", "drink": "drink_with"}
        subject = None if q.hole == "subject" else meant(q.subject)
        return q.kind, subject, predicate.get(q.predicate, q.predicate), meant(q.object), q.hole, q.attribute

    made = {q.text: q for i in range(300) for q in [questions(draw(3, i).scene, Random(i)).question]}
    assert len(made) > 150
    for text, question in made.items():
        assert essence(read_question(text, ONTOLOGY)) == essence(question), text


@pytest.mark.parametrize("text", ["", " ", "\n\t\x00\x1b"])
def test_an_empty_question_is_told(text: str) -> None:
    with pytest.raises(InputError, match="the question is empty"):
        read_question(text, ONTOLOGY)


def test_a_megabyte_is_no_question_and_is_told_at_once() -> None:
    def ask() -> None:
        with pytest.raises(InputError, match=f"1000000 characters; at most {MOST_CHARACTERS}"):
            read_question("x" * 1_000_000, ONTOLOGY)

    assert steps(ask) < 10_000, "the text was read before it was refused"


@pytest.mark.parametrize(
    "text",
    [
        "那个人在骑什么？",
        "Что делает мужчина?",
        "🐎" * 50,
        "<script>alert('?')</script>",
        "?" * 999,
        "what " * 190,
        "is the " * 140,
        "Is \x1b[31m the\x00 dog \u202e here?",
        "'; DROP TABLE answers; --",
        "What",
        "Is",
        "How many",
        "Who is the",
    ],
)
def test_any_text_is_some_question(text: str) -> None:
    question = read_question(text, ONTOLOGY)
    assert question.kind in ("other", "yes_no", "which")
    assert question.text.isprintable() or "\u202e" in question.text


@given(
    st.lists(
        st.sampled_from(
            "what who which how where is are 's does do can you see there many colour of the a man red horse in hand "
            "on left to riding ridden by being with his wearing picture doing ? not two and".split()
        ),
        min_size=1,
        max_size=9,
    )
)
@settings(max_examples=300)
def test_any_words_in_any_order_are_some_question(words: list[str]) -> None:
    question = read_question(" ".join(words), ONTOLOGY)
    if question.hole:
        assert question.predicate
    if question.kind in ("where", "doing", "how_many", "attribute"):
        assert question.subject is not None


def test_another_language_is_told() -> None:
    with pytest.raises(InputError, match="'de'"):
        read_question("Was reitet der Mann?", ONTOLOGY, "de")
