"""Reading the answers to numbered claims out of a reply."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.errors import ReplyError
from nesy.perception.reply import Patch, parse_patch
from nesy.perception.reply_format import write_patch
from nesy.turns import NumberedClaim, Reply, Token

CLAIMS = (
    NumberedClaim(number=1, claim="r1", text="person_1 ride horse_1", answers=("keep", "withdraw", "sit_on")),
    NumberedClaim(number=2, claim="n1", text="1 person", answers=("keep", "withdraw", "2")),
)


def read(text: str) -> Patch:
    return parse_patch(Reply(text=text), CLAIMS)


# name: (reply, answers, a piece of the problem reported; "" when nothing is amiss)
PATCHES = {
    "whole": ('{"1":"withdraw","2":"keep"}', ("withdraw", "keep"), ""),
    "fenced": ('```json\n{"1": "withdraw", "2": "keep"}\n```', ("withdraw", "keep"), ""),
    "other order": ('{"2":"withdraw","1":"keep"}', ("keep", "withdraw"), ""),
    "another spelling": ('{"1":"Sit on","2":"KEEP"}', ("sit_on", "keep"), ""),
    "a number for a word": ('{"1":"keep","2":2}', ("keep", "2"), ""),
    "numbered with dots": ('{"1.":"withdraw","2)":"keep"}', ("withdraw", "keep"), ""),
    "wrapped": ('{"answers":{"1":"withdraw","2":"keep"}}', ("withdraw", "keep"), ""),
    "one missing": ('{"1":"withdraw"}', ("withdraw", "keep"), "claim 2 has no answer; it counts as keep"),
    "cut off": ('{"1":"withdraw","2":"ke', ("withdraw", "keep"), "ends in the middle"),
    "an unknown number": ('{"1":"withdraw","2":"keep","3":"keep"}', ("withdraw", "keep"), "'3' is no claim"),
    "an unknown key": ('{"1":"withdraw","2":"keep","why":"so"}', ("withdraw", "keep"), "'why' is no claim"),
    "not admissible": (
        '{"1":"swap","2":"withdraw"}',
        ("keep", "withdraw"),
        "claim 1: 'swap' is none of keep, withdraw",
    ),
    "a list": ('{"1":["withdraw"],"2":"keep"}', ("keep", "keep"), "claim 1: a list of 1 is none of"),
    "null": ('{"1":null,"2":"keep"}', ("keep", "keep"), "claim 1: None is none of"),
    "true": ('{"1":true,"2":"keep"}', ("keep", "keep"), "claim 1: True is none of"),
    "twice": ('{"1":"withdraw","1":"keep","2":"keep"}', ("withdraw", "keep"), "appears twice"),
    "twice, spelled apart": ('{"1":"withdraw","1.":"keep","2":"keep"}', ("withdraw", "keep"), "answered twice"),
    "a template first": (
        '{"1":"keep|withdraw"}\n{"1":"withdraw","2":"keep"}',
        ("withdraw", "keep"),
        "another JSON object, at character 0, was left out with its 0 answers",
    ),
    "thoughts first": (
        '<think>{"1":"keep","2":"withdraw"}</think>{"1":"withdraw","2":"keep"}',
        ("withdraw", "keep"),
        "at character 7, was left out",
    ),
    "a comment": ('{"1":"withdraw", // it is not there\n "2":"keep"}', ("withdraw", "keep"), ""),
    "only unknown numbers": ('{"7":"keep"}', ("keep", "keep"), "'7' is no claim"),
}


@pytest.mark.parametrize("name", PATCHES)
def test_patches(name: str) -> None:
    text, answers, problem = PATCHES[name]
    patch = read(text)
    assert patch.answers == dict(zip((1, 2), answers, strict=True))
    assert set(patch.confidences) == {1, 2}
    if problem:
        assert any(problem in line for line in patch.problems), patch.problems
    else:
        assert patch.problems == ()


@pytest.mark.parametrize(
    "text",
    ["", "keep", "[]", "{}", '{"answer":"keep"}', '{"entities":[]}', '{"1', "{" * 100_000, '{"999999999":"keep"}'],
)
def test_no_patch(text: str) -> None:
    with pytest.raises(ReplyError, match="no patch in the reply") as caught:
        read(text)
    assert caught.value.raw == text


@given(
    st.one_of(st.text(), st.lists(st.sampled_from([*'{}":,12', "keep", "withdraw", '{"1":"keep"}', "\\"])).map("".join))
)
def test_any_text_gives_admissible_answers_or_a_reply_error(text: str) -> None:
    try:
        patch = read(text)
    except ReplyError:
        return
    assert all(patch.answers[claim.number] in claim.answers for claim in CLAIMS)
    assert len(patch.answers) == len(CLAIMS)


@given(st.tuples(*(st.sampled_from(claim.answers) for claim in CLAIMS)))
def test_what_is_written_is_read_back(answers: tuple[str, ...]) -> None:
    patch = read(write_patch(dict(enumerate(answers, start=1))))
    assert (patch.answers, patch.problems) == (dict(enumerate(answers, start=1)), ())


def test_confidence_is_that_of_the_answer_alone() -> None:
    odds = [
        ('{"1":', 0.1),
        ('"', 0.1),
        ("with", 0.5),
        ("draw", 0.5),
        ('"', 0.1),
        (',"2":"', 0.1),
        ("keep", 0.75),
        ('"}', 0.1),
    ]
    tokens = tuple(Token(text=text, probability=share) for text, share in odds)
    patch = parse_patch(Reply(text="".join(text for text, _ in odds), tokens=tokens), CLAIMS)
    assert patch.confidences == {1: 0.25, 2: 0.75}


def test_a_missing_answer_has_no_confidence() -> None:
    text = '{"1":"keep"}'
    patch = parse_patch(Reply(text=text, tokens=tuple(Token(text=c, probability=0.5) for c in text)), CLAIMS)
    assert patch.confidences == {1: 0.5**4, 2: None}
