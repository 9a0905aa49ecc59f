"""`nesy report`: runs, folders, files and traces in; one page out, or one clear line and no page at all."""

import json
import re
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

import nesy
from nesy.batch import analyze
from nesy.cli import main
from nesy.models.scripted import ScriptedModel
from tests.runs import cups, write

ROOT = Path(__file__).resolve().parent.parent.parent


def embedded(page: Path, kind: str) -> list[Any]:
    """Return what a page holds as JSON under names of a kind: `record-0`, `record-1` ..."""
    found = re.findall(
        rf'<script type="application/json" id="{kind}(?:-\d+)?">(.*?)</script>', page.read_text(encoding="utf-8")
    )
    return [json.loads(one) for one in found]


def cards(page: Path) -> list[dict[str, Any]]:
    (index,) = embedded(page, "index")
    found: list[dict[str, Any]] = index["cards"]
    return found


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return a run over two pictures and a file that is none."""
    pictures = write(tmp_path / "set", {"a.png": 1, "in/b.png": 2, "c.png": b"no picture"})
    analyze(str(pictures), tmp_path / "run", cups())
    return tmp_path / "run"


def test_of_a_run_its_pictures_are_found_where_it_found_them(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = run.parent / "report.html"
    assert main(["report", str(run), "-o", str(out)]) == 0
    assert [(card["name"], card["picture"]) for card in cards(out)] == [("a.png", True), ("in/b.png", True)]
    assert all(url.startswith("data:image/") for url in embedded(out, "picture"))
    told = capsys.readouterr()
    assert told.out == ""
    assert re.search(r"report.html: 2 pictures, \d+ KB: \d+ KB a picture, \d+ of them its pixels\n", told.err)
    assert "c.png could not be analyzed" in told.err and "c.png could not be analyzed" in str(embedded(out, "index"))


def test_a_picture_that_is_not_there_or_another_one_is_told_and_its_record_shown(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(run.parent / "set", {"a.png": 9})
    (run.parent / "set" / "in" / "b.png").unlink()
    out = tmp_path / "report.html"
    assert main(["report", str(run), "-o", str(out)]) == 0
    shown = {card["name"]: card for card in cards(out)}
    assert not shown["a.png"]["picture"] and "SHA-256" in shown["a.png"]["missing"]
    assert not shown["in/b.png"]["picture"] and "--images DIR" in shown["in/b.png"]["missing"]
    assert "1 picture without pixels: " in capsys.readouterr().err
    elsewhere = write(tmp_path / "else", {"deep/a.png": 1, "b.png": 2})
    assert main(["report", str(run), "-o", str(out), "--force", "--images", str(elsewhere)]) == 0
    assert [card["picture"] for card in cards(out)] == [True, True]


def test_only_so_many_are_shown_and_that_is_told(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report.html"
    assert main(["report", str(run), "-o", str(out), "--limit", "1"]) == 0
    assert len(cards(out)) == 1
    assert "Only the first 1 pictures are shown; --limit shows more." in capsys.readouterr().err


def test_files_and_folders_of_analyses(tmp_path: Path) -> None:
    pictures = write(tmp_path, {"a.png": 1, "b.png": 2})
    for name in ("a", "b"):
        analysis = cups().analyze(pictures / f"{name}.png")
        (tmp_path / f"{name}.analysis.json").write_text(analysis.to_json(indent=1))
    lines = [json.dumps(json.loads((tmp_path / f"{name}.analysis.json").read_text())) for name in "ba"]
    (tmp_path / "both.jsonl").write_text("\n".join(lines))
    out = tmp_path / "report.html"
    for given, names in (
        ([tmp_path], ["a.png", "b.png"]),
        ([tmp_path / "both.jsonl"], ["b.png", "a.png"]),
        ([tmp_path / "b.analysis.json", tmp_path / "both.jsonl"], ["b.png", "b.png", "a.png"]),
    ):
        assert main(["report", *map(str, given), "-o", str(out), "--force"]) == 0
        assert [card["name"] for card in cards(out)] == names
        assert all(card["picture"] for card in cards(out))


def test_an_answer_and_an_album_are_of_their_pictures(tmp_path: Path) -> None:
    cup = '{"entities": [{"id": "cup_1"}]}'
    answered = nesy.Pipeline(ScriptedModel([cup, '{"answer": "yes"}'])).ask(
        ROOT / "examples/images/tea.png", "Is there a cup?"
    )
    album = nesy.Pipeline(ScriptedModel([cup, cup, '{"p2_cup_1": "new"}'])).analyze_together(
        [ROOT / "examples/images/tea.png", ROOT / "examples/images/dog.png"]
    )
    (tmp_path / "answer.json").write_text(answered.to_json())
    (tmp_path / "x.album.json").write_text(album.to_json())
    out = tmp_path / "report.html"
    files = [str(tmp_path / name) for name in ("answer.json", "x.album.json")]
    assert main(["report", *files, "-o", str(out), "--images", str(ROOT / "examples/images")]) == 0
    assert [(card["name"], card["picture"]) for card in cards(out)] == [
        ("tea.png", True),
        ("tea.png", True),
        ("dog.png", True),
    ]


def test_of_traces_the_arm_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report.html"
    traces = str(ROOT / "examples/recorded/hard")
    assert main(["report", traces, "-o", str(out), "--limit", "2", "--arm", "none"]) == 0
    assert [len(view["stages"]) for view in embedded(out, "record")] == [1, 1]
    assert main(["report", traces, "-o", str(tmp_path / "b.html"), "--arm", "nobody"]) == 2
    assert "holds no arm 'nobody'; one of none, " in capsys.readouterr().err


def test_a_large_picture_is_reduced(tmp_path: Path) -> None:
    PIL.Image.effect_noise((800, 600), 90).convert("RGB").save(tmp_path / "noise.png")
    (tmp_path / "noise.analysis.json").write_text(cups().analyze(tmp_path / "noise.png").to_json())
    sizes = []
    for side in ("64", "640"):
        out = tmp_path / "report.html"
        assert main(["report", str(tmp_path), "-o", str(out), "--force", "--side", side]) == 0
        sizes.append(len(embedded(out, "picture")[0]))
    assert sizes[0] * 10 < sizes[1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["nowhere"], "nowhere: no such file"),
        (["empty"], "empty: holds no analyses"),
        (["scene.json"], "scene.json"),
        (["broken.jsonl"], "broken.jsonl:2"),
        (["good.json", "--images", "nowhere"], "--images nowhere: no such folder"),
        (["good.json", "-o", "report.txt"], "the ending .html would be right"),
        (["good.json", "-o", "nowhere/report.html"], "the folder does not exist"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing_behind(
    given: list[str], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    good = cups().analyze(ROOT / "examples/images/tea.png").to_json()
    (tmp_path / "empty").mkdir()
    (tmp_path / "scene.json").write_text('{"entities": []}')
    (tmp_path / "good.json").write_text(good)
    (tmp_path / "broken.jsonl").write_text(f"{good}\n{good[:80]}\n")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(["report", "-o", "report.html", *given]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and told in line
    assert sorted(tmp_path.rglob("*")) == before
