"""Replies that are no JSON: which sentences may describe an image, and what is a refusal, babble or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.perception.prose import MAX_PROSE, prose_of
from tests.steps import steps

DESCRIPTIONS = {
    "The image features a woman riding a horse.": "The image features a woman riding a horse.",
    "Sure! A woman rides a horse.": "A woman rides a horse.",
    "Here is a description of the scene: \nA cup stands on a table. I hope this helps!": "A cup stands on a table.",
    "I apologize for the confusion. Two dogs sleep on a couch.": "Two dogs sleep on a couch.",
    "<think>A cow {or so}?</think>A horse eats grass.": "A horse eats grass.",
    "I can see a dog, and I cannot see a cat.": "I can see a dog, and I cannot see a cat.",
    "A man can't reach the cup.": "A man can't reach the cup.",
    "- a person\n- a horse": "- a person - a horse",
    "A sign says 3.5 t. A car waits.": "A sign says 3.5 t. A car waits.",
    "A man sits. A man sits. A dog runs.": "A man sits. A dog runs.",
}


@pytest.mark.parametrize("reply", DESCRIPTIONS)
def test_sentences_that_describe_are_kept_in_their_places(reply: str) -> None:
    found = prose_of(reply)
    assert found is not None
    assert " ".join(found.text.split()) == DESCRIPTIONS[reply]
    assert len(found.text) == len(reply)
    assert all(ours in (theirs, " ") for ours, theirs in zip(found.text, reply, strict=True))


@pytest.mark.parametrize(
    "reply",
    [
        *(
            "",
            " \n",
            "...",
            "?!",
            "horse",
            "No.",
            "123 456",
            "couchcouchcouch",
            "withdraw" * 30,
            "couch couch couch couch",
        ),
        *("a a a a a a a a a a a a", "I'm sorry, I can't help with that.", "I’m sorry, but I can’t assist with that."),
        *("Sorry, I am unable to view images. Please upload one.", "As an AI language model, I see nothing."),
        *("I cannot describe people in images.", "We are not able to process this request.", "Please upload an image."),
        *(
            "There is no image attached to your message.",
            "I don't have access to the picture.",
            "<think>A dog sits here.",
        ),
        *('{"entities":[{"id":"per', '["a person","a horse"]', 'A cat sits. {"answer":"yes"}', "{ a dog runs }"),
        *(
            "Sure! I hope this helps.",
            "I won't answer this question about a person.",
            "I can't identify the people here.",
        ),
    ],
)
def test_what_describes_nothing_is_none(reply: str) -> None:
    assert prose_of(reply) is None


def test_what_is_left_out_is_told() -> None:
    found = prose_of("Sure! A man rides a horse. " + "A dog runs. " * 30)
    assert found is not None
    assert found.left_out == (
        "left out, for it describes nothing: 'Sure!'",
        "sentences that were said before are left out: 29",
    )
    words = [f"{n:05}".translate(str.maketrans("0123456789", "abcdefghij")) for n in range(2_000)]
    long = prose_of(" ".join(f"A man holds a {word}." for word in words))
    assert long is not None and len(long.text) == MAX_PROSE and "only the first" in long.left_out[-1]


@given(st.text(max_size=200))
def test_any_text_is_prose_or_none(reply: str) -> None:
    found = prose_of(reply)
    assert found is None or len(found.text) == len(reply)


@pytest.mark.parametrize("piece", [".", "I can't ", "I ", "a.b", "! ", "\n", "here is "])
def test_the_work_grows_with_the_length(piece: str) -> None:
    assert steps(lambda: prose_of(piece * 1_600)) < 8 * steps(lambda: prose_of(piece * 400)) + 200
