"""`nesy convert` and `nesy formats`: what is told, where results go, and what ends in an error."""

import json
from pathlib import Path
from subprocess import PIPE

import PIL.Image
import pytest

from nesy.batch import analyze
from nesy.cli import main
from nesy.interchange import FORMATS
from nesy.models.scripted import ScriptedModel
from nesy.pipeline import Pipeline
from tests.commands import nesy, python, running

SCENE = {
    "schema": "nesy.scene/1",
    "image": {"name": "a_12.png", "width_px": 200, "height_px": 100},
    "entities": [
        {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.4, 0.9], "attributes": ["red"]},
        {"id": "horse_1", "category": "horse", "box": [0.2, 0.5, 0.6, 1.0], "attributes": []},
        {"id": "sky_1", "category": "sky", "attributes": []},
    ],
    "part_states": [],
    "relations": [{"id": "r1", "subject": "person_1", "predicate": "ride", "object": "horse_1"}],
    "counts": [{"id": "n1", "category": "horse", "value": 1}],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("scene.json").write_text(json.dumps(SCENE))
    return tmp_path


def test_the_final_scenes_of_a_run_are_converted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, colour in (("a.png", "red"), ("b.png", "blue")):
        PIL.Image.new("RGB", (20, 10), colour).save(Path(name))
    analyze("*.png", "run", Pipeline(ScriptedModel(lambda _: '{"entities": [{"id": "cup_1", "box": [0, 0, 1, 1]}]}')))
    assert main(["convert", "run", "a.coco.json", "--strict"]) == 0
    err = capsys.readouterr().err
    assert err.splitlines() == [
        "run: read as a run: the final scenes of its analyses",
        "2 scenes -> a.coco.json (coco)",
    ]
    assert [one["file_name"] for one in json.loads(Path("a.coco.json").read_text())["images"]] == ["a.png", "b.png"]


def test_a_scene_goes_to_coco_and_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "scene.json", "a.coco.json"]) == 0
    out, err = capsys.readouterr()
    assert out == "" and err.splitlines() == [
        "scene.json: read as scene: scenes of nesy, nesy.scene/1, one in a file (of an analysis its final scene)",
        "not in coco: entities without a box: 1",
        "not in coco: counts: 1",
        "1 scene -> a.coco.json (coco)",
    ]
    assert json.loads(Path("a.coco.json").read_text())["images"][0]["id"] == 12
    assert main(["convert", "a.coco.json", "back.json"]) == 0
    back = json.loads(Path("back.json").read_text())
    assert back["entities"] == SCENE["entities"][:2] and back["relations"] == SCENE["relations"]
    assert main(["check", "back.json"]) in (0, 1)


def test_strict_writes_nothing_where_something_is_lost(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "scene.json", "a.coco.json", "--strict"]) == 2
    assert "error: --strict: not in coco: entities without a box: 1; counts: 1" in capsys.readouterr().err
    coco = {
        "images": [{"id": 1, "file_name": "a.png", "width": 9, "height": 9, "license": 3}],
        "annotations": [],
        "categories": [],
    }
    Path("b.json").write_text(json.dumps(coco))
    assert main(["convert", "b.json", "b.jsonl", "--strict"]) == 2
    assert "error: --strict: not in a scene: `license` of images: 1" in capsys.readouterr().err
    assert sorted(one.name for one in folder.iterdir()) == ["b.json", "scene.json"]
    assert main(["convert", "b.json", "b.jsonl"]) == 0
    assert "not in a scene: `license` of images: 1" in capsys.readouterr().err


def test_what_is_there_is_overwritten_by_force_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.jsonl").write_text("mine")
    assert main(["convert", "scene.json", "a.jsonl"]) == 2
    assert "a.jsonl: is there already; --force overwrites it" in capsys.readouterr().err
    assert Path("a.jsonl").read_text() == "mine"
    assert main(["convert", "scene.json", "a.jsonl", "--force"]) == 0
    assert json.loads(Path("a.jsonl").read_text())["relations"] == SCENE["relations"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("none.json a.jsonl", "none.json: cannot be read (No such file or directory)"),
        ("scene.json a.docx", "a.docx: its ending tells no format; --to says it"),
        ("scene.json -", "standard output has no ending; --to says the format"),
        ("scene.json a.json --from cocoa", "no format 'cocoa'; there are: scene, scenes, coco"),
        ("scene.json a.json --from coco", "scene.json: no COCO file"),
        ("scene.json a.json --from vrd", "scene.json: a folder is expected of vrd"),
        ("scene.json x/a.json", "x/a.json: the folder does not exist"),
        ("scene.json a.vg.json --images none", "none: no such folder"),
    ],
)
def test_what_cannot_be_is_one_line(
    arguments: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", *arguments.split()]) == 2
    assert told in capsys.readouterr().err.splitlines()[-1]


def test_pipes(folder: Path) -> None:
    done = nesy("convert", "scene.json", "-", "--to", "coco")
    assert done.returncode == 0 and json.loads(done.stdout)["relations"]
    lines = (json.dumps(SCENE) + "\n") * 2
    again = nesy("convert", "-", "-", "--to", "coco", given=lines.encode())
    assert again.returncode == 0 and len(json.loads(again.stdout)["images"]) == 2
    assert again.stderr.decode().startswith("standard input: read as scene")


@pytest.mark.parametrize("form", ["scenes", "r1-sgg", "vg", "pairs"])
def test_lines_come_through_a_pipe_as_of_a_file(folder: Path, form: str) -> None:
    Path("two.jsonl").write_text(f"{json.dumps(SCENE)}\n{json.dumps(SCENE)}\n")
    made = nesy("convert", "two.jsonl", "-", "--to", form).stdout
    assert nesy("convert", "-", "back.jsonl", "--from", form, "--to", "scenes", given=made).returncode == 0
    assert len(Path("back.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize("target", ["a.scene.json", "-"])
def test_no_file_of_ours_is_named_in_an_error(folder: Path, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("two.jsonl").write_text(f"{json.dumps(SCENE)}\n{json.dumps(SCENE)}\n")
    assert main(["convert", "two.jsonl", target, "--to", "scene"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "error: one scene goes into such a file, and there are several; a .jsonl holds any number, --to names others"
    )
    assert [one.name for one in folder.iterdir() if one.name.startswith(".")] == []


def test_every_format_is_listed_with_what_it_cannot_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["format", *FORMATS]
    assert all(
        one.directions in line and one.title in line for one, line in zip(FORMATS.values(), lines[1:], strict=True)
    )


def test_a_reader_that_goes_away_is_one_line(folder: Path) -> None:
    Path("many.jsonl").write_text((json.dumps(SCENE) + "\n") * 2000)
    with running("-m", "nesy", "convert", "many.jsonl", "-", "--to", "scenes", stdout=PIPE, stderr=PIPE) as process:
        process.stdout.close()
        told = process.stderr.read().decode()
    assert process.returncode == 2 and "error: standard output: nobody reads it any more" in told
    assert "Traceback" not in told


def test_the_table_of_formats_loads_no_large_library() -> None:
    loaded = python("-c", "import nesy.interchange, sys; print(*sys.modules)").stdout.decode().split()
    assert "nesy.interchange.formats" in loaded
    assert not {"rdflib", "pandas", "networkx", "torch", "spacy", "PIL"} & set(loaded)
