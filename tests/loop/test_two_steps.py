"""Descriptions in two steps: sentences and then boxes, or what the things do that a witness sees."""

import json

import PIL.Image
import pytest
import xgrammar
from xgrammar.testing import _is_grammar_accept_string

from nesy.analysis import Analysis
from nesy.errors import InputError, ModelError, ReplyError
from nesy.image import Image
from nesy.loop.description import GIVEN, NOTHING_SEEN
from nesy.models.replay import ReplayModel, record
from nesy.models.scripted import ScriptedModel
from nesy.perception.grammar import reply_grammar, reply_schema
from nesy.perception.locations import parse_locations
from nesy.perception.profile import profiles
from nesy.perception.prompt import render
from nesy.pipeline import Pipeline
from nesy.scene import Entity, in_words
from nesy.settings import CorrectionSettings, PerceptionSettings, Settings
from nesy.turns import Reply, Request, Token
from tests.eyes import Eyes

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (640, 480)), name="a.png")
SAID = "A woman rides a brown horse."
PLACES = '{"woman_1":[0.30,0.10,0.60,0.60],"horse_1":[0.20,0.40,0.80,0.90]}'
WOMAN, HORSE = (0.3, 0.1, 0.6, 0.6), (0.2, 0.4, 0.8, 0.9)


def analyzed(
    *replies: str | Reply, eyes: Eyes | None = None, describe: str = "sentences"
) -> tuple[Analysis, ScriptedModel]:
    model = ScriptedModel(replies)
    perception = PerceptionSettings.model_validate({"describe": describe})
    settings = Settings(perception=perception, correction=CorrectionSettings(rounds=0))
    return Pipeline(model, settings, witness=eyes).analyze(IMAGE), model


class TestSentences:
    def test_what_was_named_is_asked_for_and_placed(self) -> None:
        analysis, model = analyzed(SAID, PLACES)
        first = analysis.rounds[0]
        assert [in_words(claim) for claim in first.scene.claims()] == [
            "woman_1 is a woman", "horse_1 is a horse", "woman_1 ride horse_1"
        ]  # fmt: skip
        assert [entity.box for entity in first.scene.entities] == [WOMAN, HORSE]
        assert first.reply == SAID and first.located is not None
        assert (first.located.reply, first.usage.calls) == (PLACES, 2)
        where = model.requests[1]
        assert (where.kind, where.said) == ("locate", SAID)
        words = render(where, "full")
        assert SAID in words and "horse_1 is a horse" in words and '{"woman_1":[0.10,0.20,0.40,0.90],' in words
        assert Analysis.from_json(analysis.to_json()) == analysis

    def test_null_is_a_thing_that_is_not_seen(self) -> None:
        analysis, _ = analyzed(SAID, '{"woman_1":[0.30,0.10,0.60,0.60],"horse_1":null}')
        assert [entity.box for entity in analysis.rounds[0].scene.entities] == [WOMAN, None]
        assert "horse_1: the model gives no box" in analysis.rounds[0].problems

    def test_no_boxes_leave_the_sentences(self) -> None:
        analysis, _ = analyzed(SAID, "I cannot tell.", "Still not.")
        first = analysis.rounds[0]
        assert len(first.scene.entities) == 2 and first.located is not None and first.located.reply == "Still not."
        assert "no boxes: the reply to where things are could not be read" in first.problems
        assert [failure.reply for failure in first.failures] == ["I cannot tell.", "Still not."]

    def test_json_that_has_boxes_is_asked_nothing_more(self) -> None:
        _, model = analyzed('{"entities":[{"id":"cup_1","box":[0.1,0.2,0.3,0.4]}]}')
        assert len(model.requests) == 1

    def test_a_model_that_gives_no_boxes_is_not_asked(self) -> None:
        model = ScriptedModel([SAID])
        model.gives_boxes = False  # type: ignore[attr-defined]
        settings = Settings(perception=PerceptionSettings(describe="sentences"))
        assert Pipeline(model, settings).perceive(IMAGE).entities[0].box is None

    def test_a_recording_gives_both_again(self, tmp_path: object) -> None:
        path = f"{tmp_path}/said.jsonl"
        said = [Reply(text=SAID, prompt="Describe."), Reply(text=PLACES, prompt="Where?")]
        _, model = analyzed(*said)
        record(path, zip(model.requests, said, strict=True))
        from pathlib import Path

        settings = Settings(perception=PerceptionSettings(describe="sentences"))
        assert Pipeline(ReplayModel(Path(path)), settings).perceive(IMAGE).entities[1].box == HORSE

    @pytest.mark.parametrize("name", ["llava-onevision", "qwen2.5-vl", "gemma3"])
    def test_the_grammar_holds_each_thing_once(self, name: str) -> None:
        form = profiles()[name].form(640, 480)
        assert form is not None
        things = (Entity(id="woman_1", category="woman"), Entity(id="horse_1", category="horse"))
        where = Request(image=IMAGE, kind="locate", entities=things, said=SAID)
        grammar = xgrammar.Grammar.from_ebnf(reply_grammar(where, boxes=form))
        numbers = [int(n) if form.whole else round(n, 2) for n in form.numbers(WOMAN)]
        box = "[" + ",".join(str(n) if form.whole else f"{n:.2f}" for n in numbers) + "]"
        assert _is_grammar_accept_string(grammar, f'{{"woman_1":{box},"horse_1":null}}')
        assert not _is_grammar_accept_string(grammar, f'{{"woman_1":{box}}}')
        schema = xgrammar.Grammar.from_json_schema(
            json.dumps(reply_schema(where, form)), any_whitespace=False, separators=(",", ":")
        )
        assert _is_grammar_accept_string(schema, f'{{"woman_1":{box},"horse_1":null}}')
        found = parse_locations(Reply(text=f'{{"woman_1":{box},"horse_1":null}}', boxes=form), things, IMAGE)
        assert found.boxes["woman_1"] == pytest.approx(WOMAN, abs=0.005)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ('{"woman_1":[0.1,0.2,0.3],"horse_1":null}', "four numbers expected"),
            ('{"woman_1":[0.5,0.2,0.3,0.4],"horse_1":null}', "inside out"),
            ('{"woman_1":[50,20,63,40],"horse_1":null}', "so none is read otherwise"),
            ('{"woman_1":[0.1,0.2,0.3,0.4],"cow_1":[0.1,0.2,0.3,0.4]}', "'cow_1' is no thing that was asked for"),
        ],
    )
    def test_what_is_no_box_is_told(self, text: str, told: str) -> None:
        things = (Entity(id="woman_1", category="woman"), Entity(id="horse_1", category="horse"))
        assert any(told in line for line in parse_locations(Reply(text=text), things, IMAGE).problems)

    def test_a_box_is_as_sure_as_its_numbers(self) -> None:
        tokens = [
            Token(text=one, probability=0.5 if one == "0.3" else 1.0)
            for one in ('{"cup_1":[', "0.1,0.2,", "0.3", ",0.4]}")
        ]
        text = "".join(token.text for token in tokens)
        found = parse_locations(Reply(text=text, tokens=tuple(tokens)), (Entity(id="cup_1", category="cup"),), IMAGE)
        assert found.confidences["cup_1"] == pytest.approx(0.5**0.25)

    def test_an_object_that_names_none_of_them_is_no_answer(self) -> None:
        with pytest.raises(ReplyError, match="no boxes in the reply"):
            parse_locations(Reply(text='{"cow_1":[0,0,1,1]}'), (Entity(id="cup_1", category="cup"),), IMAGE)


class TestGrounded:
    EYES = (("person", WOMAN, 0.97), ("horse", HORSE, 0.96))

    def test_the_things_are_those_of_the_witness(self) -> None:
        said = (
            '{"entities":[{"id":"horse_1","attributes":["brown"]}],"part_states":[],'
            '"relations":[{"subject":"person_1","predicate":"ride","object":"horse_1"}],"counts":[]}'
        )
        analysis, model = analyzed(said, eyes=Eyes(*self.EYES), describe="grounded")
        first = analysis.rounds[0]
        assert {e.id: e.box for e in first.scene.entities} == {"person_1": WOMAN, "horse_1": HORSE}
        assert first.scene.entity("horse_1").attributes == ("brown",)
        assert [in_words(r) for r in first.scene.relations] == ["person_1 ride horse_1"]
        assert first.problems[0] == GIVEN
        assert all((entity.confidence or 0) > 0.6 for entity in first.scene.entities)
        words = render(model.requests[0], "full")
        assert "person_1 is a person at [0.30,0.10,0.60,0.60]" in words and '"box"' not in words

    def test_what_is_said_of_others_is_dropped_and_told(self) -> None:
        said = (
            '{"entities":[{"id":"dog_1"}],"part_states":[],"counts":[],'
            '"relations":[{"subject":"dog_1","predicate":"on","object":"horse_1"}]}'
        )
        analysis, _ = analyzed(said, eyes=Eyes(*self.EYES), describe="grounded")
        assert analysis.rounds[0].scene.relations == ()
        assert any(line.startswith("'dog_1' is none of the given things") for line in analysis.rounds[0].problems)

    def test_a_grammar_of_these_names_alone(self) -> None:
        things = (Entity(id="cup_1", category="cup", box=WOMAN), Entity(id="table_1", category="table", box=HORSE))
        asked = Request(image=IMAGE, kind="describe", form="grounded", entities=things)
        for grammar in (
            xgrammar.Grammar.from_ebnf(reply_grammar(asked)),
            xgrammar.Grammar.from_json_schema(
                json.dumps(reply_schema(asked)), any_whitespace=False, separators=(",", ":")
            ),
        ):
            related = '[{{"subject":"{}","predicate":"on","object":"table_1"}}]'
            row = '{{"entities":[],"part_states":[],"relations":' + related + ',"counts":[]}}'
            assert _is_grammar_accept_string(grammar, row.format("cup_1"))
            assert not _is_grammar_accept_string(grammar, row.format("dog_1"))

    def test_where_nothing_is_seen_the_model_is_asked_what_is_there(self) -> None:
        analysis, model = analyzed('{"entities":[{"id":"cup_1"}]}', eyes=Eyes(), describe="grounded")
        assert model.requests[0].form == "json" and analysis.rounds[0].problems[0] == NOTHING_SEEN

    def test_without_a_witness_it_is_an_error(self) -> None:
        with pytest.raises(InputError, match="there is none"):
            analyzed("{}", describe="grounded")

    def test_a_model_that_has_not_learnt_it_is_named(self) -> None:
        settings = Settings(perception=PerceptionSettings(describe="grounded"), witness="embedded")
        with pytest.raises(ModelError, match="has not learnt to describe things that it is given"):
            _ = Pipeline("embedded", settings).model
