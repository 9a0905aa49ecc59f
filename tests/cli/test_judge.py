"""`nesy judge`: files in, a report out; every reply kept, a run that was stopped gone on with, one line for errors."""

import json
from pathlib import Path

import PIL.Image
import pytest

from nesy.cli import main
from tests.chat_server import ChatServer, picture, said, words

MARKS = {"helpfulness": 6, "relevance": 6, "accuracy": 6, "detail": 6}


def rows(number: int, **more: object) -> list[dict[str, object]]:
    return [
        {"question": f"Question {n}?", "answers": {"a": f"A dog {n}.", "b": f"A cat {n} sleeps."}, **more}
        for n in range(number)
    ]


@pytest.fixture
def judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)

    def run(pairs: list[dict[str, object]], *options: str) -> tuple[int, str, str]:
        Path("pairs.jsonl").write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
        return (main(["judge", "pairs.jsonl", *options]), *capsys.readouterr())

    return run


def favouring_the_first(body: dict[str, object]) -> object:
    return said(json.dumps({"first": {**MARKS, "detail": 10}, "second": MARKS}))


def test_a_server_judges_and_every_reply_is_kept(judge) -> None:  # type: ignore[no-untyped-def]
    PIL.Image.new("RGB", (40, 30), "red").save("a.png")
    with ChatServer(favouring_the_first) as server:
        code, out, err = judge(
            rows(3, image="a.png"),
            "--model",
            server.spec,
            "--out",
            "kept.jsonl",
            "--format",
            "json",
            "--concurrency",
            "2",
        )
        assert (code, err) == (0, "") and len(server.bodies) == 6 and all(map(picture, server.bodies))
        report = json.loads(out)
        assert report["position_bias"]["value"] == pytest.approx(100 * 28 / 24 - 100, abs=1e-3)
        assert report["relative_score"]["value"] == 100 and report["by_aspect"]["detail"] == 100
        kept = [json.loads(line) for line in Path("kept.jsonl").read_text().splitlines()]
        assert {row["schema"] for row in kept} == {"nesy.judgements/1"} and len(kept) == 6
        # killed in the middle of the fourth line
        whole = Path("kept.jsonl").read_text()
        Path("kept.jsonl").write_text("".join(whole.splitlines(keepends=True)[:3]) + '{"schema": "nesy.jud')
        again = judge(
            rows(3, image="a.png"), "--model", server.spec, "--out", "kept.jsonl", "--resume", "--format", "json"
        )
        assert again[0] == 0 and json.loads(again[1]) == report and len(server.bodies) == 6 + 3
        assert Path("kept.jsonl").read_text() == whole
        code, out, err = judge(rows(3, image="a.png"), "--model", server.spec, "--out", "kept.jsonl")
        assert (code, out) == (2, "") and "is there already; --resume goes on with it" in err


def test_a_judge_of_texts_is_shown_no_picture(judge) -> None:  # type: ignore[no-untyped-def]
    with ChatServer(favouring_the_first) as server:
        code, out, _ = judge(rows(1, context="A dog sits."), "--model", server.spec)
        assert code == 0 and [part["type"] for part in server.bodies[0]["messages"][0]["content"]] == ["text"]
        assert "A dog sits." in words(server.bodies[0])
    lines = out.splitlines()
    assert "judged b against a: 1 of 1 pairs in both orders, 0 of 2 replies without marks" in lines[0]
    assert lines[1].split("  ")[0] == "relative score"
    assert "cannot be told from these lengths" in out


def test_replies_without_marks_are_told(judge) -> None:  # type: ignore[no-untyped-def]
    with ChatServer(lambda body: said("Both are fine.")) as server:
        code, out, err = judge(rows(1, context="A dog."), "--model", server.spec, "--format", "json")
    report = json.loads(out)
    assert code == 0 and (report["judged"], report["without_marks"], report["relative_score"]) == (0, 2, None)
    assert len(err.splitlines()) == 2 and "1, reference first: no marks in the reply" in err


def test_two_files_of_answers(judge) -> None:  # type: ignore[no-untyped-def]
    Path("mine.jsonl").write_text(json.dumps({"id": 1, "answer": "A cat."}))
    with ChatServer(favouring_the_first) as server:
        pairs: list[dict[str, object]] = [{"id": 1, "question": "What?", "answer": "A dog.", "context": "A dog."}]
        code, out, _ = judge(pairs, "mine.jsonl", "--model", server.spec, "--format", "json")
    report = json.loads(out)
    assert code == 0 and (report["reference"], report["candidate"]) == ("pairs", "mine")
    assert report["agreement"]["check"] == "supported"


@pytest.mark.parametrize("model", ["embedded", "witness"])
def test_a_model_that_cannot_judge_says_so_in_one_line(judge, model: str) -> None:  # type: ignore[no-untyped-def]
    PIL.Image.new("RGB", (40, 30)).save("a.png")
    code, out, err = judge(rows(1, image="a.png"), "--model", model, "--out", "kept.jsonl")
    assert (code, out, len(err.splitlines())) == (3, "", 1) and "not to judge" in err
    assert not Path("kept.jsonl").exists()


@pytest.mark.parametrize(
    ("more", "options", "told"),
    [
        ({}, "", "pairs.jsonl:1: neither image nor context"),
        ({"image": "none.png"}, "", "none.png: no such picture"),
        ({"image": "x" * 300}, "", "no such picture"),
        ({"context": "x", "id": "\ud800"}, "--out kept.jsonl", "pairs.jsonl:1: a text holds half a character"),
        ({"context": "x" * 100_001}, "", "pairs.jsonl:1: context: longer than 100000 characters"),
        ({"context": "x"}, "--reference c", "--reference 'c': the answers are called a and b"),
        ({"context": "x"}, "--resume", "--resume and --force belong to --out"),
        ({"context": "x"}, "--out no/kept.jsonl", "the folder does not exist"),
        ({"context": "x"}, "--evidence none.jsonl", "none.jsonl: no such file"),
        ({"context": "x"}, "other.jsonl", "other.jsonl: cannot be read"),
    ],
)
def test_what_cannot_be_judged_is_one_line(judge, more: dict[str, object], options: str, told: str) -> None:  # type: ignore[no-untyped-def]
    code, out, err = judge(rows(1, **more), "--model", "http://127.0.0.1:9/v1#m", *options.split())
    assert (code, out, len(err.splitlines())) == (2, "", 1) and told in err
