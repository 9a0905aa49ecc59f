"""`nesy parse`: one text, a file, lines; what goes into `nesy check -`; errors in their places."""

import io
import json
import sys
from pathlib import Path

import pytest

from nesy.cli.app import main
from nesy.scene import Scene

RIDE = "A man is riding a horse. The horse is riding the man."


class _Input:
    def __init__(self, text: str) -> None:
        self.buffer = io.BytesIO(text.encode())


def test_a_text_becomes_a_scene_that_check_refuses(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["parse", RIDE]) == 0
    printed = capsys.readouterr().out
    assert [entity.id for entity in Scene.from_json(printed).entities] == ["man_1", "horse_1"]
    monkeypatch.setattr(sys, "stdin", _Input(printed))
    assert main(["check", "-"]) == 1
    assert "cannot both ride each other" in capsys.readouterr().out


def test_as_text_each_claim_stands_with_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "A man is possibly riding a horse.", "--format", "text"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["man_1", "man", '"man"']
    assert lines[2].split() == ["r1", "man_1", "ride", "horse_1", "50%", '"riding"']


def test_a_file_is_one_description(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A man rides a bike.\nHe wears a helmet.\n", encoding="utf-8")
    assert main(["parse", "--file", str(path)]) == 0
    assert len(Scene.from_json(capsys.readouterr().out).relations) == 2


@pytest.mark.parametrize("source", ["file", "stdin"])
def test_lines_go_on_after_one_that_is_no_text(
    source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        '{"text": "A dog sits on a sofa."}',
        '{"texts": 1}',
        "",
        '{"text": "  "}',
        "no",
        '{"text": "A cat.", "id": 3}',
    ]
    text = "\n".join(rows) + "\n"
    path = tmp_path / "many.jsonl"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", _Input(text))
    assert main(["parse", "--file", str(path) if source == "file" else "-"]) == 2
    out, err = capsys.readouterr()
    records = [json.loads(line) for line in out.splitlines()]
    assert [record["schema"] for record in records] == [
        "nesy.scene/1", "nesy.error/1", "nesy.error/1", "nesy.error/1", "nesy.scene/1",
    ]  # fmt: skip
    assert [record["line"] for record in records if "line" in record] == [2, 4, 5]
    assert err.count("error: ") == 3


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["parse"], "give either a TEXT or --file"),
        (["parse", "a", "--file", "b.txt"], "give either a TEXT or --file"),
        (["parse", " "], "the text is blank"),
        (["parse", "--file", "missing.txt"], "no such file"),
        (["parse", "ein Mann", "--language", "de"], "'de'"),
    ],
)
def test_what_cannot_be_parsed_is_one_line(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1


def test_a_list_of_one_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "- dog", "--format", "text"]) == 0
    assert capsys.readouterr().out.startswith("dog_1  dog")


def test_a_file_that_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"A man \xff\xfe")
    assert main(["parse", "--file", str(path)]) == 2
    assert "not UTF-8 text" in capsys.readouterr().err


def test_a_file_without_words_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\x00" * 1000)
    assert main(["parse", "--file", str(path)]) == 2
    assert capsys.readouterr().err == f"error: {path}: the text holds no words; a description in words is expected\n"
    assert main(["parse", "--file", str(path), "--language", "de"]) == 2
    assert capsys.readouterr().err == "error: no model for the language 'de'; nesy ships: en\n"
