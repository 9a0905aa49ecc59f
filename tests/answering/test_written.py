"""Answers about something written, held against the lines that a witness read."""

import json
from typing import Any

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from nesy import pipeline
from nesy.answering import Answered
from nesy.cli import main
from nesy.image import Image
from nesy.pipeline import Pipeline
from nesy.rendering.answer_account import answer_account
from nesy.settings import Settings
from tests.eyes import Eyes
from tests.loop_scenes import ScriptedModel

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (64, 48), "white"), name="sign.png")
BOX = [0.4, 0.1, 0.6, 0.3]


def described(*attributes: str, box: list[float] | None = BOX) -> str:
    return json.dumps({"entities": [{"id": "sign_1", "box": box or [0, 0, 1, 1], "attributes": list(attributes)}]})


def asked(
    question: str, *replies: str, read: list[str] | None, monkeypatch: pytest.MonkeyPatch, scene: str | None = None
) -> tuple[Answered, ScriptedModel]:
    """Ask a model that describes a sign, where a witness reads these lines; None: nobody reads."""
    texts: list[dict[str, Any]] = [
        {"text": text, "box": (0.42, 0.12, 0.58, 0.28), "score": 0.98, "witness": "told"} for text in read or ()
    ]
    monkeypatch.setattr(pipeline, "reader", lambda: None if read is None else Eyes(texts=texts))
    model = ScriptedModel(scene or described(), *(json.dumps({"answer": reply, "because": []}) for reply in replies))
    return Pipeline(model, Settings()).ask(IMAGE, question), model


@pytest.mark.parametrize("question", ["What does the sign say?", "What is written on the sign?"])
def test_what_was_read_bears_it_out(question: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answered, _ = asked(question, "It says STOP.", read=["STOP"], monkeypatch=monkeypatch)
    assert (answered.kind, answered.answer, answered.checked, answered.stop_reason) == (
        "text", "It says STOP.", True, "consistent",
    )  # fmt: skip
    (claim,) = answered.claims
    assert (claim.text, claim.read) == ('sign_1 says "STOP"', ("STOP",))
    told = answer_account(answered).plain
    assert "  read      'STOP'" in told and "a1 sign_1 says \"STOP\"; read: 'STOP'" in told
    assert Answered.from_json(answered.to_json()) == answered


def test_another_text_in_that_very_box_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    answered, model = asked("What does the sign say?", "EXIT", "STOP", read=["STOP"], monkeypatch=monkeypatch)
    assert (answered.answer, answered.consistent, len(answered.turns)) == ("STOP", True, 2)
    assert "read is 'STOP'" in model.requests[-1].notes[0]
    answered, _ = asked("What does the sign say?", "EXIT", "EXIT", read=["STOP"], monkeypatch=monkeypatch)
    assert (answered.answer, answered.consistent, answered.stop_reason) == ("EXIT", True, "unchanged")
    assert [finding.severity for finding in answered.findings] == ["warning"]


@pytest.mark.parametrize("read", [None, []])
def test_where_nothing_is_read_nothing_is_checked(read: list[str] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    answered, _ = asked("What does the sign say?", "EXIT", read=read, monkeypatch=monkeypatch)
    assert (answered.answer, answered.checked, answered.stop_reason) == ("EXIT", False, "unchecked")
    assert answered.read == (None if read is None else ())
    assert ("  read      nothing" in answer_account(answered).plain) is (read is not None)


@pytest.mark.parametrize(
    ("question", "answer", "read", "findings"),
    [
        ("Does the sign say STOP?", "yes", ["STOP"], 0),
        ("Does the sign say STOP?", "no", ["STOP"], 1),
        ("Does the sign say STOP?", "yes", ["EXIT"], 1),
        ("Does the sign say STOP?", "no", ["EXIT"], 0),
        ("Does the sign say STOP?", "yes", [], 0),
        ("What number is on the sign?", "13", ["no. 13"], 0),
        ("What does the sign say?", "I cannot tell", ["STOP"], 0),
    ],
)
def test_yes_and_no(
    question: str, answer: str, read: list[str], findings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, _ = asked(question, answer, answer, read=read, monkeypatch=monkeypatch)
    assert len(answered.findings) == findings and answered.consistent


def test_what_the_list_says_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = described('says "STOP"')
    answered, _ = asked("What does the sign say?", "STOP", read=None, scene=scene, monkeypatch=monkeypatch)
    assert answered.claims[0].support == ("sign_1",) and answered.checked
    answered, _ = asked("What does the sign say?", "EXIT", "EXIT", read=None, scene=scene, monkeypatch=monkeypatch)
    assert "sign_1 says 'STOP'" in answered.findings[0].message


def test_a_sentence_and_a_question_are_held_against_a_picture(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rapidocr", reason="nesy[ocr] is not installed")
    picture = PIL.Image.new("RGB", (320, 160), "firebrick")
    PIL.ImageDraw.Draw(picture).text((60, 50), "STOP", "white", PIL.ImageFont.load_default(56))
    path, said = tmp_path / "sign.png", tmp_path / "said.json"
    picture.save(path)
    for text, status in (("STOP", "supported"), ("EXIT", "unknown")):
        said.write_text(json.dumps({"entities": [{"category": "sign", "attributes": [f'says "{text}"']}]}))
        assert main(["check", str(said), "--evidence", str(path), "--format", "json"]) == 0
        judgements = json.loads(capsys.readouterr().out)["judgements"]
        assert [one["status"] for one in judgements if one.get("attribute")] == [status]
    assert main(["ask", str(path), "What does the sign say?", "--model", "witness"]) == 0
    assert "answer: STOP" in capsys.readouterr().out
