"""`--together`: pictures in, an album and answers out; every mistake is one line."""

import json
from pathlib import Path

import PIL.Image
import pytest

from nesy.analysis import Album
from nesy.cli import main
from tests.pictures_together import things


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "b").mkdir()
    PIL.Image.new("RGB", (64, 48), "red").save(tmp_path / "x.png")
    PIL.Image.new("L", (30, 90), 90).save(tmp_path / "b" / "x.png")
    lines = [
        {"image": "x.png", "kind": "describe", "text": things("dog_1 brown", "cup_1")},
        {"image": "x.png", "kind": "describe", "text": things("dog_1 brown", "cat_1")},
        {"image": "x.png", "kind": "identify", "text": '{"p2_dog_1":"p1_dog_1","p2_cat_1":"p1_cup_1"}'},
        {"image": "x.png", "kind": "correct", "text": '{"1":"keep"}'},
        {"image": "x.png", "kind": "ask", "text": '{"answer":"the second","because":[]}'},
    ]
    (tmp_path / "r.jsonl").write_text("\n".join(map(json.dumps, lines)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


PAIR = ["x.png", "b/x.png", "--together", "--model", "replay:r.jsonl"]


def test_an_album_of_pictures_of_one_name_in_two_folders(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", *PAIR, "--format", "json", "--out", "out", "--store", "store"]) == 0
    album = Album.from_json(capsys.readouterr().out)
    assert album.groups == (("p1_dog_1", "p2_dog_1"), ("p1_cup_1",), ("p2_cat_1",))
    names = sorted(path.name for path in (folder / "out").iterdir())
    assert "together.album.json" in names and "together.png" in names and "together.trig" in names
    assert len([name for name in names if name.endswith(".analysis.json")]) == 2
    assert Album.from_json((folder / "out/together.album.json").read_text()) == album
    assert main(["query", "store", "ASK { ?a nesy:same_as ?b }"]) == 0
    assert capsys.readouterr().out == "yes\n"
    assert main(["analyze", *PAIR, "--out", "out"]) == 2
    assert "--force overwrites it" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "turtle", "trig"])
def test_every_format(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main(["analyze", *PAIR, "--format", form]) == 0
    assert ("same as" if form == "text" else "nesy:same_as") in capsys.readouterr().out


def test_a_question_is_answered_by_the_lists_and_the_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = [*PAIR[:2], "In which picture is the cat?", *PAIR[2:]]
    assert main(["ask", *asked, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["answer"], answer["said"], answer["agrees"]) == ("picture 2", "the second", True)


def test_an_album_is_asked_and_explained_without_a_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", *PAIR, "--out", "out"]) == 0
    capsys.readouterr()
    file = "out/together.album.json"
    assert main(["ask", file, "How many dogs are there in all?"]) == 0
    assert "answer: 1" in capsys.readouterr().out
    assert main(["ask", file, "Why?"]) == 2
    assert main(["explain", file, "s2"]) == 0
    assert "cannot be the same" in capsys.readouterr().out
    assert main(["explain", file]) == 0
    assert capsys.readouterr().out.startswith("s2: ")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["analyze", "x.png", "--together"], 2, "from 2 to 12 pictures are analyzed together, and one is given"),
        (["analyze", *["x.png"] * 13, "--together"], 2, "13 are given"),
        (["analyze", "x.png", "x.png", "--together"], 2, "x.png: picture 2 is picture 1 again"),
        (["analyze", "x.png", "nix.png", "--together"], 2, "nix.png: no such file"),
        (
            ["analyze", "x.png", "r.jsonl", "--together"],
            2,
            "r.jsonl: a data set; --together takes",
        ),
        (
            ["analyze", "x.png", "b/x.png", "--together", "--model", "embedded"],
            3,
            "nesy-embedded takes turns",
        ),
        (["analyze", "x.png", "b/x.png", "--together", "--model", "witness"], 3, "takes turns about one picture alone"),
        (["analyze", "x.png", "b/x.png", "--together", "--model", "http://h/v1#mine"], 3, "(`pictures`, --profile)"),
        (["ask", "x.png", "b/x.png", "What is different?"], 2, "--together asks of all of them at once"),
        (["ask", "x.png", "What is different?", "--together"], 2, "one is given"),
        (["ask", "x.png", "b/x.png", "What?", "--together", "--no-check"], 2, "--no-check: belongs to a question"),
        (["ask", "x.png", "b/x.png", "", "--together"], 2, "the question is empty"),
    ],
)
def test_a_mistake_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, told: str
) -> None:
    if "--model" not in arguments:
        arguments = [*arguments, "--model", "replay:r.jsonl"]
    assert main(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1 and told in captured.err


def test_a_file_that_is_called_an_album_and_is_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "a.album.json").write_text("{}")
    assert main(["ask", "a.album.json", "What is the same?"]) == 2
    assert "a.album.json" in capsys.readouterr().err


def test_rules_across_pictures_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list", "--together"]) == 0
    assert "SameAsTwo" in (told := capsys.readouterr().out) and "BoxTiny" not in told
    assert main(["rules", "show", "SameAsTwo"]) == 0
    assert "the same as two things of one picture" in capsys.readouterr().out
    assert main(["rules", "list"]) == 0
    assert "SameAsTwo" not in capsys.readouterr().out
