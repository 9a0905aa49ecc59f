"""The turns of other loops: describe again, criticize, decide; and drawn answers."""

import json
from pathlib import Path

import pytest
import xgrammar

from nesy.errors import ModelError, ReplyError
from nesy.image import Image
from nesy.models.local_model import load_folder
from nesy.perception.grammar import reply_grammar, reply_schema
from nesy.perception.prompt import render
from nesy.perception.reply import parse_critique, parse_decision, parse_scene
from nesy.perception.reply_format import write_scene
from nesy.settings import PerceptionSettings
from nesy.synthetic import draw
from nesy.turns import Reply, Request
from tests import tiny
from tests.perception.test_grammar import accepts

DRAWING = draw(0, 1)
IMAGE = Image.from_pixels(DRAWING.image)
SCENE = DRAWING.scene
REPLIES = {
    "revise": write_scene(SCENE),
    "critique": '{"notes":["There is no cup.","It is a dog"]}',
    "decide": '{"better":"second"}',
}


def again(kind: str, **more: object) -> Request:
    drafts = (SCENE, SCENE) if kind == "decide" else (SCENE,)
    return Request.model_validate({"image": IMAGE, "kind": kind, "drafts": drafts, **more})


@pytest.mark.parametrize("kind", REPLIES)
def test_the_answer_fits_grammar_and_schema_and_is_shown_what_it_is_about(kind: str) -> None:
    asked = again(kind, notes=("Look at the\ncup.",))
    written = REPLIES[kind]
    assert accepts(xgrammar.Grammar.from_ebnf(reply_grammar(asked)), written)
    schema = json.dumps(reply_schema(asked))
    strict = xgrammar.Grammar.from_json_schema(schema, any_whitespace=False, separators=(",", ":"))
    assert accepts(strict, written)
    other = REPLIES["decide" if kind != "decide" else "critique"]
    assert not accepts(xgrammar.Grammar.from_ebnf(reply_grammar(asked)), other)
    words = render(asked, "full")
    assert words.count(write_scene(SCENE)) == len(asked.drafts)
    assert ("Look at the cup." in words) == (kind == "revise")
    with pytest.raises(ModelError, match=f"no compact prompt to {kind}"):
        render(asked, "compact")


def test_answers_are_read() -> None:
    assert parse_scene(Reply(text=REPLIES["revise"]), IMAGE).scene.entities
    assert parse_critique(Reply(text=REPLIES["critique"])) == ("There is no cup.", "It is a dog")
    assert parse_critique(Reply(text='Well: {"notes":[]}')) == ()
    assert parse_decision(Reply(text=REPLIES["decide"])) == 1
    assert parse_decision(Reply(text='{"better": "first"}')) == 0


@pytest.mark.parametrize("text", ["", "first", '{"better":"both"}', '{"notes":"none"}', "{}"])
def test_what_is_neither_is_an_error(text: str) -> None:
    for parse in (parse_critique, parse_decision):
        with pytest.raises(ReplyError, match="expected"):
            parse(Reply(text=text))


def test_a_drawn_answer_is_the_same_by_the_same_seed_and_another_by_another(tmp_path: Path) -> None:
    model = load_folder(tiny.save_onevision(tmp_path), PerceptionSettings(max_new_tokens=40))
    assert model.turns == ("describe", "correct", "ask", "verify")  # its card says compact
    greedy = Request(image=IMAGE, kind="describe")
    drawn = [greedy.model_copy(update={"temperature": 1.0, "sample": n}) for n in (1, 2, 1)]
    one, two, one_again = (model.reply(request) for request in drawn)
    assert one.text == one_again.text
    assert one.text != two.text
    assert two.text.startswith('{"entities":[')
    assert all(0.0 <= token.probability <= 1.0 for token in two.tokens)
    coldest = greedy.model_copy(update={"temperature": 0.001, "sample": 5})
    assert model.reply(coldest).text == model.reply(greedy).text
