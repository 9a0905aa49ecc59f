"""Which things are seen again: the grammar holds their names alone, and the reader tells what it cannot use."""

import pytest
import xgrammar
from hypothesis import given
from hypothesis import strategies as st
from xgrammar.testing import _is_grammar_accept_string

from nesy.errors import ModelError, ReplyError
from nesy.geometry import BoxForm
from nesy.perception.grammar import reply_grammar, reply_schema
from nesy.perception.identities import parse_identities
from nesy.perception.prompt import render
from nesy.scene import Entity, Scene, joint_entities, joint_names, picture_of
from nesy.turns import Reply, Request, Token
from tests.pictures_together import picture

KNOWN = (
    Entity(id="p1_dog_1", category="dog", box=(0.1, 0.2, 0.3, 0.4), attributes=("brown",)),
    Entity(id="p2_cup_1", category="cup"),
)
LATER = (Entity(id="p3_dog_1", category="dog"), Entity(id="p3_cup_1", category="cup"))
REQUEST = Request(image=picture(1), others=(picture(2), picture(3)), kind="identify", entities=LATER, known=KNOWN)


def read(text: str, tokens: tuple[Token, ...] = ()) -> tuple[dict[str, str], tuple[str, ...]]:
    found = parse_identities(Reply(text=text, tokens=tokens), LATER, KNOWN)
    return dict(found.same), found.problems


def test_the_grammar_and_the_schema_hold_the_names_alone() -> None:
    grammar = reply_grammar(REQUEST)
    for text, good in (
        ('{"p3_dog_1":"p1_dog_1","p3_cup_1":"new"}', True),
        ('{"p3_dog_1":"p2_cup_1","p3_cup_1":"p2_cup_1"}', True),
        ('{"p3_dog_1":"p3_cup_1","p3_cup_1":"new"}', False),
        ('{"p3_dog_1":"new"}', False),
        ('{"p3_cup_1":"new","p3_dog_1":"new"}', False),
    ):
        assert _is_grammar_accept_string(xgrammar.Grammar.from_ebnf(grammar), text) == good
    schema = reply_schema(REQUEST)
    assert schema is not None
    assert schema["required"] == ["p3_dog_1", "p3_cup_1"] and schema["additionalProperties"] is False
    assert schema["properties"]["p3_dog_1"]["enum"] == ["p1_dog_1", "p2_cup_1", "new"]


def test_the_prompt_names_pictures_and_things() -> None:
    words = render(REQUEST, "full")
    assert "These are 3 pictures." in words and "Things in picture 3:" in words
    assert "p1_dog_1 is a dog at [0.10,0.20,0.30,0.40], brown" in words
    pixels = BoxForm(size=(640.0, 480.0), picture=(0.0, 0.0, 640.0, 480.0), whole=True)
    assert "at [" not in render(REQUEST, "full", pixels)  # pixels of one picture say nothing of another
    thousandths = BoxForm(size=(1000.0, 1000.0), picture=(0.0, 0.0, 1000.0, 1000.0), whole=True)
    assert "p1_dog_1 is a dog at [100,200,300,400], brown" in render(REQUEST, "full", thousandths)
    with pytest.raises(ModelError, match="no compact prompt"):
        render(REQUEST, "compact")
    again = REQUEST.model_copy(update={"kind": "ask", "question": "Which?", "notes": ("a note",)})
    assert "Things in these images:" in render(again, "full") and "Look at the images again" in render(again, "full")


@pytest.mark.parametrize(
    ("text", "same", "told"),
    [
        ('{"p3_dog_1":"p1_dog_1","p3_cup_1":"new"}', {"p3_dog_1": "p1_dog_1"}, ""),
        ('Here: ```json\n{"p3_dog_1": "p1_dog_1", "p3_cup_1": "New",}\n```', {"p3_dog_1": "p1_dog_1"}, ""),
        ('{"p3_dog_1":"p3_cup_1","p3_cup_1":null}', {}, "is no thing of an earlier picture; it counts as new"),
        ('{"p3_dog_1":"p1_dog_1"}', {"p3_dog_1": "p1_dog_1"}, "p3_cup_1: nothing is no thing"),
        ('{"p3_dog_1":"p1_dog_1","p9_cat_1":"p1_dog_1"}', {"p3_dog_1": "p1_dog_1"}, "'p9_cat_1' is no thing"),
        ('{"p3_dog_1":["p1_dog_1"]}', {}, "a list of 1 is no thing"),
    ],
)
def test_a_reply_is_read_and_what_is_lost_is_told(text: str, same: dict[str, str], told: str) -> None:
    found, problems = read(text)
    assert found == same
    assert told in " ".join(problems)


@pytest.mark.parametrize("text", ["", "the dog is the same", '{"dog":"p1_dog_1"}', "[1, 2]"])
def test_what_names_no_thing_is_no_reply(text: str) -> None:
    with pytest.raises(ReplyError):
        read(text)


def test_how_sure_it_is_is_that_of_the_name() -> None:
    parts = ('{"p3_dog_1":"', "p1_", "dog_1", '","p3_cup_1":"', "new", '"}')
    tokens = tuple(
        Token(text=part, probability=p) for part, p in zip(parts, (1.0, 0.8, 0.5, 1.0, 0.3, 1.0), strict=True)
    )
    found = parse_identities(Reply(text="".join(parts), tokens=tokens), LATER, KNOWN)
    assert found.confidences == {"p3_dog_1": pytest.approx(0.4)}


ids = st.from_regex(r"[a-z]\w{0,98}", fullmatch=True).filter(str.isascii)


@given(st.lists(st.lists(ids, max_size=4, unique=True), min_size=2, max_size=12))
def test_things_of_several_pictures_have_names_of_their_own(pictures: list[list[str]]) -> None:
    scenes = [Scene(entities=[Entity(id=name, category="dog") for name in names]) for names in pictures]
    names = joint_names(scenes)
    assert len(names) == sum(map(len, pictures))
    assert list(names.values()) == [(n, own) for n, some in enumerate(pictures, 1) for own in some]
    assert all(picture_of(name) == number for name, (number, _) in names.items())
    joined = [entity.id for some in joint_entities(scenes) for entity in some]
    assert joined == list(names)
    Scene(entities=[Entity(id=name, category="dog") for name in joined])  # each is an id
