"""The grammar takes what the wire format writes, and nothing that the parser would have to drop for its form."""

import json

import PIL.Image
import pytest
import xgrammar
from hypothesis import given
from hypothesis import strategies as st
from xgrammar.testing import _is_grammar_accept_string

from nesy.image import Image
from nesy.ontology import Ontology
from nesy.perception.grammar import MAX_ATTRIBUTES, MAX_LABEL, patch_grammar, reply_grammar, reply_schema, scene_grammar
from nesy.perception.reply import parse_scene
from nesy.perception.reply_format import (
    MAX_COUNTS,
    MAX_ENTITIES,
    MAX_PART_STATES,
    MAX_RELATIONS,
    write_patch,
    write_scene,
)
from nesy.scene import Count, Entity, PartState, Relation, Scene
from nesy.turns import NumberedClaim, Reply, Request

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))
SCENE = xgrammar.Grammar.from_ebnf(scene_grammar())
ROW = '{"id":"person_1","box":[0.10,0.20,1.00,0.90],"attributes":[]}'


def accepts(grammar: xgrammar.Grammar, text: str) -> bool:
    return bool(_is_grammar_accept_string(grammar, text))


def scene_text(entities: str = ROW, states: str = "", relations: str = "", counts: str = "") -> str:
    return f'{{"entities":[{entities}],"part_states":[{states}],"relations":[{relations}],"counts":[{counts}]}}'


IDS = st.from_regex(r"[a-z]{1,24}(_[a-z]{1,24}){0,3}_[1-9][0-9]?", fullmatch=True)
LABELS = st.from_regex(rf"[a-zA-Z0-9(][a-zA-Z0-9_ ()-]{{0,{MAX_LABEL - 1}}}", fullmatch=True)
SHARES = st.integers(0, 100).map(lambda n: n / 100)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    ids = draw(st.lists(IDS, unique=True, min_size=1, max_size=MAX_ENTITIES))
    one = st.sampled_from(ids)
    return Scene(
        entities=tuple(
            Entity(
                id=name,
                category=name,
                box=draw(st.tuples(SHARES, SHARES, SHARES, SHARES)),
                attributes=tuple(draw(st.lists(LABELS, max_size=3))),
            )
            for name in ids
        ),
        part_states=tuple(
            PartState(id=f"P{n}", entity=draw(one), part=draw(LABELS), state=draw(LABELS), object=draw(st.none() | one))
            for n in range(draw(st.integers(0, 3)))
        ),
        relations=tuple(
            Relation(id=f"R{n}", subject=draw(one), predicate=draw(LABELS), object=draw(one))
            for n in range(draw(st.integers(0, 3)))
        ),
        counts=tuple(
            Count(id=f"N{n}", category=draw(LABELS), value=draw(st.integers(0, 9999)))
            for n in range(draw(st.integers(0, 3)))
        ),
    )


@given(scenes())
def test_every_written_scene_is_accepted(scene: Scene) -> None:
    assert accepts(SCENE, write_scene(scene))


def test_full_lists_are_accepted_and_one_row_more_is_not() -> None:
    state = '{"entity":"person_1","part":"hip","state":"sit on"}'
    relation = '{"subject":"a_1","predicate":"on","object":"b_2"}'
    count = '{"category":"person","value":10}'

    def full(**more: int) -> str:
        sizes = {
            "e": MAX_ENTITIES,
            "s": MAX_PART_STATES,
            "r": MAX_RELATIONS,
            "c": MAX_COUNTS,
        }
        e, s, r, c = (size + more.get(name, 0) for name, size in sizes.items())
        return scene_text(",".join([ROW] * e), ",".join([state] * s), ",".join([relation] * r), ",".join([count] * c))

    assert accepts(SCENE, full())
    for name in "esrc":
        assert not accepts(SCENE, full(**{name: 1})), name


@pytest.mark.parametrize("written", ["0.00", "0.10", "0.99", "1.00"])
def test_two_decimals(written: str) -> None:
    assert accepts(SCENE, scene_text(ROW.replace("0.10", written)))


@pytest.mark.parametrize(
    "written", ["0", "1", "0.1", "0.100", ".10", "1.01", "2.00", "-0.10", "1e-1", '"0.10"', "0.10,0.20"]
)
def test_other_numbers_are_no_share(written: str) -> None:
    assert not accepts(SCENE, scene_text(ROW.replace("0.10", written)))


@pytest.mark.parametrize(
    "old_new",
    [
        ("person_1", "person"),
        ("person_1", "person_0"),
        ("person_1", "person_100"),
        ("person_1", "Person_1"),
        ("person_1", "_1"),
        ("person_1", "p" * 200 + "_1"),
        (',"attributes":[]', ""),
        ('"box":[0.10,0.20,1.00,0.90],', ""),
        ('"attributes":[]', '"attributes":["<image>"]'),
        ('"attributes":[]', '"attributes":["a\\"b"]'),
        ('"attributes":[]', '"attributes":[""]'),
        ('"attributes":[]', '"attributes":[" "]'),
        ('"attributes":[]', f'"attributes":["{"a" * (MAX_LABEL + 1)}"]'),
        ('"attributes":[]', '"attributes":["a"' + ',"a"' * MAX_ATTRIBUTES + "]"),
        ('{"id"', '{ "id"'),
        ('"id"', '"name"'),
    ],
)
def test_what_is_not_of_the_wire_format_is_refused(old_new: tuple[str, str]) -> None:
    assert old_new[0] in ROW
    assert not accepts(SCENE, scene_text(ROW.replace(*old_new)))


def test_an_empty_scene_is_a_scene() -> None:
    text = scene_text("")
    assert accepts(SCENE, text)
    assert parse_scene(Reply(text=text), IMAGE).problems == ()


ANSWERS = ("keep", "withdraw", "sit_on", 'a "b" \\c', "café", "<image>", "line\nbreak", "🐈")


def claim(number: int, answers: tuple[str, ...] = ANSWERS) -> NumberedClaim:
    return NumberedClaim(number=number, claim=f"r{number}", text="a_1 on b_1", answers=answers)


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_written_patch_is_accepted(answer: str) -> None:
    grammar = xgrammar.Grammar.from_ebnf(patch_grammar([claim(1), claim(3)]))
    assert accepts(grammar, write_patch({1: "keep", 3: answer}))


@pytest.mark.parametrize(
    "text",
    ["{}", '{"1":"keep"}', '{"3":"keep","1":"keep"}', '{"1":"keep","3":"drop"}', '{"1":"keep","2":"keep","3":"keep"}'],
)
def test_a_patch_answers_these_numbers_in_this_order(text: str) -> None:
    assert not accepts(xgrammar.Grammar.from_ebnf(patch_grammar([claim(1), claim(3)])), text)


def request(kind: str) -> Request:
    return Request.model_validate(
        {"image": IMAGE, "kind": kind, "claims": (claim(1), claim(2)) if kind == "correct" else ()}
    )


def test_the_grammar_follows_the_kind_of_request() -> None:
    assert reply_grammar(request("describe")) == scene_grammar()
    assert reply_grammar(request("correct")) == patch_grammar((claim(1), claim(2)))


@pytest.mark.parametrize("kind", ["describe", "correct"])
def test_the_schema_compiles_and_takes_what_is_written(kind: str) -> None:
    schema = reply_schema(request(kind))
    assert "uniqueItems" not in json.dumps(schema)
    grammar = xgrammar.Grammar.from_json_schema(json.dumps(schema), any_whitespace=False, separators=(",", ":"))
    relation = '{"subject":"person_1","predicate":"look at","object":"person_1"}'
    written = scene_text(ROW, "", relation) if kind == "describe" else '{"1":"keep","2":"sit_on"}'
    assert accepts(grammar, written)
    assert not accepts(grammar, written[:-1] + ',"more":1}')


def test_the_whole_shipped_vocabulary_can_be_written() -> None:
    known = Ontology.default()
    for word in sorted(known.categories):
        assert accepts(SCENE, scene_text(ROW.replace("person_1", f"{word}_12"))), word
    states = {state for part in known.part_states for state in known.part_states[part]}
    for word in sorted(known.categories | known.verbs | known.spatial | known.parts | states):
        for label in (word, word.replace("_", " ")):
            assert accepts(SCENE, scene_text(ROW.replace("[]", f'["{label}"]'))), label
