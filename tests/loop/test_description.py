"""A description in sentences, through the loop: read, told, checked and asked about like any other."""

import json
from typing import Literal

import PIL.Image
import pytest

from nesy.analysis import Analysis
from nesy.errors import ModelError, ReplyError
from nesy.image import Image
from nesy.loop.description import IS_JSON, IS_PROSE
from nesy.models.scripted import ScriptedModel
from nesy.perception.prompt import render
from nesy.pipeline import Pipeline
from nesy.scene import in_words
from nesy.settings import PerceptionSettings, Settings
from nesy.turns import Reply, Request, Token

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (64, 48)), name="a.png")
SAID = "The image features a woman riding a brown horse."


def perceived(*replies: str | Reply, describe: Literal["json", "prose"] = "json") -> tuple[list[str], tuple[str, ...]]:
    pipeline = Pipeline(ScriptedModel(replies), Settings(perception=PerceptionSettings(describe=describe)))
    parsed = pipeline.dialogue.perceive(IMAGE).parsed
    return [in_words(claim) for claim in parsed.scene.claims()], parsed.problems


def test_sentences_are_a_description_and_it_is_told() -> None:
    claims, problems = perceived(SAID)
    assert claims == ["woman_1 is a woman", "horse_1 is a horse", "woman_1 ride horse_1"]
    assert problems == (IS_PROSE,)


def test_sentences_that_were_asked_for_are_no_problem_and_json_is_read_all_the_same() -> None:
    assert perceived(SAID, describe="prose") == (perceived(SAID)[0], ())
    claims, problems = perceived('{"entities":[{"id":"cup_1"}]}', describe="prose")
    assert (claims, problems[0]) == (["cup_1 is a cup"], IS_JSON)


@pytest.mark.parametrize(
    "reply",
    ["", "couchcouchcouch", "I'm sorry, I can't help with that.", "asdf qwer zxcv.", "Une femme monte à cheval."],
)
@pytest.mark.parametrize("describe", ["json", "prose"])
def test_what_is_neither_is_no_description(reply: str, describe: Literal["json", "prose"]) -> None:
    with pytest.raises(ReplyError, match="no readable scene in 2 tries"):
        perceived(reply, reply, describe=describe)


def test_what_is_neither_is_asked_for_again() -> None:
    for replies in (("couchcouchcouch", SAID), (SAID, "couchcouchcouch"), (SAID, SAID), (SAID,)):
        claims, problems = perceived(*replies)
        assert "woman_1 ride horse_1" in claims and problems == (IS_PROSE,)


def test_json_is_asked_for_once_more_before_sentences_are_read_for_it_has_boxes() -> None:
    model = ScriptedModel([SAID, '{"entities":[{"id":"cup_1"}]}'])
    seen = Pipeline(model).dialogue.perceive(IMAGE)
    assert [entity.id for entity in seen.parsed.scene.entities] == ["cup_1"]
    assert [failure.reply for failure in seen.failures] == [SAID]
    assert len(model.requests) == 2


def test_broken_json_is_asked_for_again_and_not_read_as_sentences() -> None:
    assert perceived('{"entities":[{"id":"a wom', '{"entities":[{"id":"cup_1"}]}')[0] == ["cup_1 is a cup"]


def test_a_claim_is_as_sure_as_its_words_or_its_hedge() -> None:
    text = "A woman holds a cup. There is probably a dog."
    tokens = tuple(Token(text=piece, probability=0.5 if "woman" in piece else 0.9) for piece in text.split(" "))
    spaced = tuple(
        token.model_copy(update={"text": f"{' ' if n else ''}{token.text}"}) for n, token in enumerate(tokens)
    )
    scene = Pipeline(ScriptedModel([Reply(text=text, tokens=spaced)])).perceive(IMAGE)
    woman, cup, dog = scene.entities
    assert (woman.confidence, cup.confidence) == (0.5, 0.9)
    assert dog.confidence is not None and dog.confidence < 0.9
    assert [text[slice(*woman.spans[0])], text[slice(*cup.spans[0])]] == ["woman", "cup"]


def test_the_whole_chain_takes_sentences() -> None:
    told = "A cup is on a table. The table is on the cup."
    analysis = Pipeline(ScriptedModel([told, told, '{"1":"keep","2":"withdraw"}'])).analyze(IMAGE)
    assert analysis.rounds[0].problems == (IS_PROSE,)
    assert analysis.consistent and len(analysis.scene.relations) == 1
    assert Analysis.from_json(analysis.to_json()) == analysis
    assert analysis.to_rdf("trig")


def test_the_prompt_asks_for_sentences_and_a_retry_too() -> None:
    model = ScriptedModel(["", SAID])
    Pipeline(model, Settings(perception=PerceptionSettings(describe="prose"))).perceive(IMAGE)
    first, again = (render(request, "full") for request in model.requests)
    assert "sentences" in first and "{" not in first
    assert again.endswith("Answer with sentences alone.")
    with pytest.raises(ModelError, match="no compact prompt for a description in sentences"):
        render(Request(image=IMAGE, kind="describe", form="prose"), "compact")


def test_the_embedded_model_says_that_it_writes_no_sentences() -> None:
    pipeline = Pipeline("embedded", Settings(perception=PerceptionSettings(describe="prose")))
    with pytest.raises(ModelError, match="nesy-embedded has not learnt to describe in sentences; leave out --describe"):
        pipeline.perceive(IMAGE)


def test_the_form_is_of_the_settings_record() -> None:
    settings = Settings(perception=PerceptionSettings(describe="prose"))
    assert json.loads(Pipeline(ScriptedModel([SAID]), settings).analyze(IMAGE).to_json())["settings"]["perception"][
        "describe"
    ] == ("prose")
