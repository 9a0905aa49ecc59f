"""`nesy report`: runs, folders, files and traces in; one page out, or one clear line and no page at all."""

import io
import json
import re
import shutil
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

import nesy
from nesy.batch import analyze
from nesy.cli import main
from nesy.models.scripted import ScriptedModel
from nesy.video.drawn_clip import write_clips
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


def test_of_many_those_that_changed_most_are_shown_and_that_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the recorded loops by what the repair and the model changed, then by what was objected to."""
    traces, out = str(ROOT / "examples/recorded/hard"), tmp_path / "report.html"
    assert main(["report", traces, "-o", str(out)]) == 0
    every = cards(out)
    assert "Shown are" not in capsys.readouterr().err
    for number in (1, 3):
        assert main(["report", traces, "-o", str(out), "--force", "--limit", str(number)]) == 0
        best = sorted(every, key=lambda card: (-card["changed"], -card["doubted"]))[:number]
        assert sorted(card["name"] for card in cards(out)) == sorted(card["name"] for card in best)
        told = f"Shown are {number} of {len(every)} pictures: those that changed most, then those doubted most."
        assert told in capsys.readouterr().err and told in str(embedded(out, "index"))
        assert str(embedded(out, "index")).count("Shown are") == 1


def test_analyses_on_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps(json.loads(cups().analyze(ROOT / "examples/images/tea.png").to_json()))
    piped = io.TextIOWrapper(io.BytesIO(f"{line}\n{line}\n".encode()))
    monkeypatch.setattr("sys.stdin", piped)
    assert main(["report", "-", "-o", str(tmp_path / "report.html")]) == 0
    assert len(cards(tmp_path / "report.html")) == 2


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a drawn clip and records of it, of its GIF and of its folder of frames."""
    folder = tmp_path_factory.mktemp("clip")
    write_clips(folder / "clips", n=1, seed=4, frames=8)
    cup = '{"entities": [{"id": "cup_1", "box": [0.1, 0.1, 0.3, 0.3]}]}'
    (folder / "out").mkdir()
    for name in ("clip_4_00000", "clip_4_00000/clip.gif"):
        analysis = nesy.analyze_video(folder / "clips" / name, model=ScriptedModel(lambda _request: cup))
        (folder / "out" / f"{Path(name).stem}.video.json").write_text(analysis.to_json())
    return folder


def test_the_frames_of_a_clip_are_found_near_its_record(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside it, in the folder above, in the working folder, or below --images: the clip, its folder, or the frames."""
    out, records = tmp_path / "report.html", tmp_path / "a" / "out"
    shutil.copytree(clip / "out", records)
    monkeypatch.chdir(tmp_path)
    gif, frames = clip / "clips/clip_4_00000/clip.gif", clip / "clips/clip_4_00000"

    def shown(record: str, *more: str) -> set[bool]:
        assert main(["report", str(records / record), "-o", str(out), "--force", *more]) == 0
        return {card["picture"] for card in cards(out)}

    for record in ("clip.video.json", "clip_4_00000.video.json"):
        assert shown(record) == {False}
        told = capsys.readouterr().err
        assert re.search(r"4 pictures without pixels: The clip clip\S* is not beside its record, .*--images DIR", told)
        assert told.count("without pixels") == 1
        assert shown(record, "--images", str(clip)) == {True}
        assert shown(record, "--images", str(frames)) == {True}
    for place in (records, records.parent, tmp_path):
        shutil.copy(gif, place)
        shutil.copytree(frames, place / "clip_4_00000")
        assert shown("clip.video.json") == shown("clip_4_00000.video.json") == {True}
        (place / "clip.gif").unlink()
        shutil.rmtree(place / "clip_4_00000")
    shutil.copytree(frames, records, dirs_exist_ok=True)
    (records / "clip.gif").write_bytes(gif.read_bytes()[:900])
    assert shown("clip_4_00000.video.json") == {True}
    assert shown("clip.video.json") == {False} and "clip.gif" in capsys.readouterr().err


def test_a_folder_of_clips_and_what_holds_over_time(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert main(["report", str(clip / "out"), "-o", str(out), "--images", str(clip)]) == 0
    assert len(cards(out)) == 8 and all(card["picture"] for card in cards(out))
    video = nesy.VideoAnalysis.from_json((clip / "out" / "clip.video.json").read_text())
    told = [note for note in embedded(out, "index")[0]["notes"] if note.startswith("clip.gif, over time: ")]
    assert len(told) == len(video.findings)


def test_a_picture_is_found_in_the_folder_above_its_record(tmp_path: Path) -> None:
    """Another one of its name beside the record is not taken for it."""
    write(tmp_path, {"a.png": 1, "out/a.png": 2})
    (tmp_path / "out" / "a.analysis.json").write_text(cups().analyze(tmp_path / "a.png").to_json())
    assert main(["report", str(tmp_path / "out"), "-o", str(tmp_path / "report.html")]) == 0
    assert cards(tmp_path / "report.html")[0]["picture"]


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


def test_a_piece_that_cannot_be_read_is_named_and_not_the_page(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (piece,) = (run / "analyses").iterdir()
    piece.unlink()
    piece.mkdir()
    assert main(["report", str(run), "-o", str(run.parent / "report.html")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("part-00000.jsonl: cannot be read (Is a directory)")


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
        (["no_number.json"], "rounds.0.answers.0.confidence: Input should be a finite number"),
        (["wide.json"], "image.width_px: Input should be less than 2147483648"),
        (["good.html", "-o", "good.html", "--force"], "--out good.html: is what the report is of"),
        (["good.json", "--arm", "full"], "--arm full: belongs to traces"),
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
    (tmp_path / "good.html").write_text(good)
    odd = json.loads(good)
    (tmp_path / "wide.json").write_text(json.dumps({**odd, "image": {**odd["image"], "width_px": 10**400}}))
    odd["rounds"][0]["answers"] = [{"number": 1, "claim": "cup_1", "answer": "keep", "confidence": float("nan")}]
    (tmp_path / "no_number.json").write_text(json.dumps(odd))
    (tmp_path / "broken.jsonl").write_text(f"{good}\n{good[:80]}\n")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(["report", "-o", "report.html", *given]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ") and told in line
    assert sorted(tmp_path.rglob("*")) == before
