"""The verify turn: its words in both styles, and a tiny model held to yes or no with a probability for each."""

import json
from pathlib import Path

import pytest
import torch
import xgrammar

from nesy.errors import ModelError, ReplyError
from nesy.image import Image
from nesy.models.local_model import LocalModel, load_folder
from nesy.perception.calibration import Calibration
from nesy.perception.grammar import reply_grammar, reply_schema
from nesy.perception.prompt import render
from nesy.perception.reply import parse_verified
from nesy.scene import Entity
from nesy.settings import PerceptionSettings
from nesy.synthetic import draw
from nesy.turns import ModelInfo, Reply, Request, Token
from tests import tiny
from tests.perception.test_grammar import accepts

IMAGE = Image.from_pixels(draw(0, 1).image)
SHOWN = (
    Entity(id="person_1", category="person", box=(0.1, 0.2, 0.4, 0.9)),
    Entity(id="bicycle_1", category="bicycle", box=(0.2, 0.5, 0.6, 1.0)),
)
TRUE = Request(image=IMAGE, kind="verify", entities=SHOWN, question="person_1 ride bicycle_1")
WRONG = TRUE.model_copy(update={"negated": True})


def test_the_words_name_the_things_and_the_statement_alone() -> None:
    assert render(TRUE, "compact").splitlines() == [
        "person_1 [0.10,0.20,0.40,0.90]",
        "bicycle_1 [0.20,0.50,0.60,1.00]",
        "person_1 ride bicycle_1: true?",
    ]
    assert render(WRONG, "compact").endswith("\nperson_1 ride bicycle_1: wrong?")
    assert render(TRUE, "full").splitlines() == [
        "Things in this image, each with its box (left, top, right, bottom, as shares of the image):",
        "person_1 is a person at [0.10,0.20,0.40,0.90]",
        "bicycle_1 is a bicycle at [0.20,0.50,0.60,1.00]",
        "A statement about this image: person_1 ride bicycle_1",
        "Look at the image alone. Is the statement true?",
        "Answer with yes or no alone.",
    ]
    counted = Request(image=IMAGE, kind="verify", question="2 person", negated=True)
    assert render(counted, "compact") == "2 person: wrong?"
    assert render(counted, "full").splitlines()[1] == "Look at the image alone. Is the statement wrong?"
    again = TRUE.model_copy(update={"complaint": "neither"})
    assert render(again, "full").endswith("Your last answer could not be read: neither. Answer with yes or no alone.")


def test_the_reply_is_yes_or_no() -> None:
    grammar = xgrammar.Grammar.from_ebnf(reply_grammar(TRUE))
    assert accepts(grammar, "yes") and accepts(grammar, "no")
    assert not any(accepts(grammar, text) for text in ("", "Yes", "yes ", "maybe", '"yes"', "yesno"))
    schema = xgrammar.Grammar.from_json_schema(
        json.dumps(reply_schema(TRUE)), any_whitespace=False, separators=(",", ":")
    )
    assert accepts(schema, '{"answer":"no"}') and not accepts(schema, '{"answer":"maybe"}')


@pytest.mark.parametrize(
    ("reply", "yes"),
    [
        (Reply(text="yes"), 1.0),
        (Reply(text="no"), 0.0),
        (Reply(text='{"answer": "no"}'), 0.0),
        (Reply(text="Yes."), 1.0),
        (Reply(text=" **No**, it is not."), 0.0),
        (Reply(text="yes", tokens=(Token(text="yes", probability=0.8),)), 0.8),
        (Reply(text="no", tokens=(Token(text="no", probability=0.9),)), 0.1),
        (Reply(text="no", tokens=(Token(text="n", probability=0.5), Token(text="o", probability=0.5))), 0.75),
        (Reply(text="yes", tokens=(Token(text="no", probability=0.9),)), 1.0),  # tokens of something else
    ],
)
def test_the_probability_of_yes_is_read(reply: Reply, yes: float) -> None:
    assert parse_verified(reply) == pytest.approx(yes)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), None])
def test_a_probability_that_is_none_is_no_evidence(odd: float | None) -> None:
    with pytest.raises(ReplyError, match="no probability"):
        parse_verified(Reply(text="yes", tokens=(Token(text="yes", probability=odd),)))


def test_a_reply_of_a_million_braces_is_no_answer() -> None:
    with pytest.raises(ReplyError, match="neither yes nor no"):
        parse_verified(Reply(text="{" * 1_000_000 + "yes"))


@pytest.mark.parametrize("text", ["", "maybe", "I think yes", "nothing", "yesterday", "true"])
def test_neither_yes_nor_no_is_an_error(text: str) -> None:
    with pytest.raises(ReplyError, match="one of the two was expected"):
        parse_verified(Reply(text=text))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return load_folder(tiny.save_onevision(tmp_path_factory.mktemp("tiny") / "model"), PerceptionSettings())


def test_a_model_is_held_to_yes_or_no_and_the_polarities_differ(model: LocalModel) -> None:
    shares = []
    for request in (TRUE, WRONG):
        reply = model.reply(request)
        assert reply.text in ("yes", "no")
        share = parse_verified(reply)
        # The first byte decides: P(yes) is that of "y" among the tokens that the grammar allows there, "y" and "n".
        turn = model._prompts.of_one(request.image, reply.prompt)
        with torch.inference_mode():
            logits = model._model(input_ids=torch.tensor([list(turn.ids)]), **turn.vision()).logits[0, -1].double()
        ids = [model._prompts.tokenizer.convert_tokens_to_ids(letter) for letter in ("y", "n")]
        assert share == pytest.approx(float(torch.softmax(logits[ids], -1)[0]), rel=1e-3)
        shares.append(share)
    assert shares[0] != shares[1]
    assert model.calibration is None


def test_a_calibration_lies_in_the_models_folder_and_a_card_may_leave_the_turn_out(tmp_path: Path) -> None:
    folder = tiny.save_onevision(tmp_path / "model")
    card = json.loads((folder / "nesy_model.json").read_text())
    (folder / "nesy_model.json").write_text(json.dumps({**card, "turns": ["describe", "correct"]}))
    mine = Calibration(model=ModelInfo(id="tiny"), a=-1.0, b=0.2, auroc=0.8, statements=9)
    (folder / "calibration.json").write_text(mine.model_dump_json(by_alias=True))
    loaded = load_folder(folder, PerceptionSettings())
    assert loaded.calibration == mine
    with pytest.raises(ModelError, match="has learnt to describe, correct, not to verify"):
        loaded.reply(TRUE)
