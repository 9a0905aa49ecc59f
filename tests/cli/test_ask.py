"""`nesy ask`: what is printed and with which exit code, bad input, and what the shipped model says."""

import json
import shutil
from pathlib import Path

import PIL.Image
import pytest

from nesy import assets
from nesy.answering import Answered
from nesy.cli import main
from nesy.errors import ModelError
from nesy.pipeline import Pipeline

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "images" / "ride.png"
SEEN = (
    '{"entities":[{"id":"person_1","box":[0.10,0.10,0.30,0.80],"attributes":[]},'
    '{"id":"horse_1","box":[0.05,0.40,0.40,0.95],"attributes":[]}],"part_states":[],'
    '"relations":[{"subject":"person_1","predicate":"ride","object":"horse_1"}],"counts":[]}'
)
BIKE, HORSE = '{"answer":"a bike","because":[]}', '{"answer":"a horse","because":[]}'


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Ask about a picture with recorded answers; gives exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)
    PIL.Image.new("RGB", (64, 48), "white").save("a.png")

    def run(question: str, *options: str, replies: tuple[str, ...] = (SEEN, BIKE, HORSE)) -> tuple[int, str, str]:
        rows = [json.dumps({"image": "a.png", "text": text}) for text in replies]
        Path("talk.jsonl").write_text("\n".join(rows), encoding="utf-8")
        code = main(["ask", "a.png", question, "--model", "replay:talk.jsonl", *options])
        return (code, *capsys.readouterr())

    return run


def test_the_account_tells_what_changed_and_why(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, err = ask("What is the man riding?")
    assert (code, err) == (0, "")
    assert "question  What is the man riding?" in out
    assert "note      The answer names a bike, but no bike is listed." in out
    assert "answer: a horse" in out and "changed from: a bike" in out
    assert "a1 person_1 ride horse_1; listed: r1 (person_1 ride horse_1)" in out
    assert out.rstrip().endswith("consistent")


def test_a_disagreement_that_stays_ends_with_one(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, err = ask("What is the man riding?", replies=(SEEN, BIKE, BIKE))
    assert (code, err) == (1, "")
    assert "answer: a bike" in out and "the answer and what is seen disagree; neither is preferred" in out


def test_json_is_the_whole_answer(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = ask("What is the man riding?", "--format", "json")
    answered = Answered.from_json(out)
    assert (code, answered.answer, len(answered.turns)) == (0, "a horse", 2)
    assert json.loads(out)["schema"] == "nesy.answer/1"


def test_the_bare_model_is_one_call(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = ask("What is the man riding?", "--no-check", replies=(BIKE,))
    assert code == 0 and "answer: a bike" in out and "not checked" in out


def _broken(ask, reason: str) -> list[str]:  # type: ignore[no-untyped-def]
    """The violated rules that an answer is told."""
    answered = Answered.from_json(ask("Is there a horse?", "--format", "json", replies=(SEEN, reason, reason))[1])
    return [finding.rule for finding in answered.findings if finding.severity == "violation"]


def test_rules_may_be_switched_off_and_rounds_counted(ask) -> None:  # type: ignore[no-untyped-def]
    code, _, _ = ask("What is the man riding?", "--rounds", "0", replies=(SEEN, BIKE))
    assert code == 1
    reason = '{"answer":"yes","because":[{"subject":"horse_1","predicate":"ride","object":"person_1"}]}'
    assert ask("Is there a horse?", replies=(SEEN, reason, reason))[0] == 1
    # HardlyDone is a warning, and one of those that are asked about all the same.
    off = [word for rule in (*_broken(ask, reason), "HardlyDone") for word in ("--off", rule)]
    assert off and ask("Is there a horse?", *off, replies=(SEEN, reason))[0] == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["a.png", ""], "the question is empty"),
        (["a.png", " \x00\x1b\n "], "the question is empty"),
        (["a.png", "why " * 300_000], "characters; at most 1000 can be asked"),
        (["nowhere.png", "Is there a dog?"], "nowhere.png"),
        (["talk.jsonl", "Is there a dog?"], "talk.jsonl"),
        (["a.png", "Is there a dog?", "--rules", "nowhere.ttl"], "nowhere.ttl"),
        (["a.png"], "QUESTION"),
    ],
)
def test_bad_input_is_one_line(  # type: ignore[no-untyped-def]
    ask, capsys: pytest.CaptureFixture[str], arguments: list[str], problem: str
) -> None:
    ask("Is there a horse?", replies=(SEEN, '{"answer":"yes"}'))
    code = main(["ask", *arguments, "--model", "replay:talk.jsonl"])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert err.count("\n") == 1 and problem in err and len(err) < 300


def test_a_model_that_gives_no_answer_is_told(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, err = ask("Is there a horse?", replies=(SEEN, "hm", "well"))
    assert (code, out) == (3, "")
    assert "no readable answer in 2 tries" in err and err.count("\n") == 1


def test_another_script_passes_unchecked(ask) -> None:  # type: ignore[no-untyped-def]
    code, out, _ = ask("那个人在骑什么？", replies=(SEEN, '{"answer":"马","because":[]}'))
    assert code == 0 and "answer: 马" in out and "not checked" in out


@pytest.mark.parametrize(
    ("question", "answer", "code"), [("Is there a bicycle?", "yes", 0), ("How many elephants are there?", "0", 0)]
)
def test_the_shipped_model_answers(question: str, answer: str, code: int, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", str(EXAMPLE), question, "-m", "embedded"]) == code
    told = capfd.readouterr()
    assert told.err == ""
    assert f"answer: {answer}" in told.out


def _without_questions(folder: Path) -> Path:
    shutil.copytree(assets.embedded_model(), folder)
    card = json.loads((folder / "nesy_model.json").read_text(encoding="utf-8"))
    card["turns"] = ["describe", "correct"]
    (folder / "nesy_model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def test_a_model_that_has_not_learnt_questions_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has learnt to describe, correct, not to ask"):
        Pipeline(str(_without_questions(tmp_path / "model"))).ask(EXAMPLE, "Is there a bicycle?")


def test_a_question_does_not_look_at_the_picture_again() -> None:
    answered = Pipeline("embedded").ask(EXAMPLE, "Is there a bicycle?")
    turn = answered.turns[0].usage
    assert turn.cached_tokens > 100  # the image's tokens are not computed a second time
    assert turn.cached_tokens > 0.6 * turn.prompt_tokens
