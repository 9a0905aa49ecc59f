"""The Croissant metadata of folders of scenes: valid by mlcroissant, and its records are the scenes."""

import json
from pathlib import Path

import pytest

from nesy import Scene
from nesy.cli import main
from nesy.interchange.croissant import About, croissant
from nesy.synthetic import write_split

mlcroissant = pytest.importorskip("mlcroissant")
ABOUT = About("CC-BY-4.0", creators=("Ada",), url="https://example.org/", cite="@misc{a}", published="2026-01-31")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn")
    write_split(folder, n=2, seed=3, split="hard")
    (folder / "croissant.json").write_text(croissant(folder, ABOUT), encoding="utf-8")
    return folder


def scenes_of(folder: Path) -> list[Scene]:
    return [Scene.from_json(line) for line in (folder / "scenes.jsonl").read_text().splitlines()]


def plain(value):
    """A record without the ids of its fields before their names, text as text, and without what is not there."""
    match value:
        case dict():
            return {key.rsplit("/", 1)[-1]: plain(one) for key, one in value.items() if one is not None}
        case bytes():
            return value.decode()
        case list():
            return [plain(one) for one in value]
        case float():
            return pytest.approx(value)
    return value


def records(folder: Path, name: str = "scenes"):
    return [plain(record) for record in mlcroissant.Dataset(str(folder / "croissant.json")).records(name)]


def test_it_is_valid_and_nothing_that_is_recommended_is_missing(drawn):
    found = mlcroissant.Dataset(str(drawn / "croissant.json")).metadata
    assert not found.ctx.issues.errors and not found.ctx.issues.warnings
    assert found.license == ["https://spdx.org/licenses/CC-BY-4.0"] and "split hard, seed 3" in found.data_collection


def test_its_records_are_the_scenes(drawn):
    for record, scene in zip(records(drawn), scenes_of(drawn), strict=True):
        told = json.loads(scene.to_json())
        assert told.pop("schema") == "nesy.scene/1"
        assert {name: claims for name, claims in told.items() if claims != []} == {
            name: claims for name, claims in record.items() if claims != []
        }


def test_its_pictures_are_those_that_the_scenes_name(drawn):
    found = {record["name"]: record["content"].size for record in records(drawn, "pictures")}
    assert found == {s.image.name: (s.image.width_px, s.image.height_px) for s in scenes_of(drawn)}  # type: ignore[union-attr]


def test_the_same_files_give_the_same_text(drawn):
    assert croissant(drawn, ABOUT) == (drawn / "croissant.json").read_text(encoding="utf-8")


def test_scenes_without_pictures_without_sizes_with_confidences_and_odd_words(tmp_path):
    cup = {"id": "cup_1", "category": 'say "hi" größe', "confidence": 0.5}
    dog = {"id": "x", "category": "dog", "attributes": ["red"]}
    lines = [
        json.dumps({"image": {"name": "a/b.jpg"}, "entities": [cup]}),
        json.dumps({"image": {"name": "c.jpg", "width_px": 9}, "entities": [dog]}, ensure_ascii=False),
    ]
    (tmp_path / "scenes.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "croissant.json").write_text(croissant(tmp_path, ABOUT), encoding="utf-8")
    first, second = records(tmp_path)
    assert first["entities"] == [{"id": "cup_1", "category": 'say "hi" größe', "confidence": pytest.approx(0.5)}]
    assert (
        second["entities"] == [{"id": "x", "category": "dog", "attributes": ["red"]}]
        and second["image"]["width_px"] == 9
    )
    with pytest.raises(Exception, match="pictures"):
        records(tmp_path, "pictures")


def test_the_command_writes_it_beside_the_scenes_and_says_what_croissant_asks_for(tmp_path, capsys):
    write_split(tmp_path, n=1, seed=0)
    told = ["--license", "MIT", "--url", "https://example.org", "--rai", "dataBiases=a=b"]
    assert main(["croissant", str(tmp_path), *told]) == 0
    assert capsys.readouterr().err.endswith("written; Croissant asks for --creator, --cite, --date too\n")
    assert json.loads((tmp_path / "croissant.json").read_text())["rai:dataBiases"] == "a=b"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--license=CC BY"], "an identifier of SPDX"),
        (["--license=proprietary"], "an identifier of SPDX"),
        (["--license=LicenseRef-mine"], "an identifier of SPDX"),
        (["--license=MIT OR Apache-2.0"], "an identifier of SPDX"),
        (["--license=MIT", "--date=yesterday"], "a day is expected"),
        (["--license=MIT", "--version=one"], "as 1.0.0"),
        (["--license=MIT", "--url=example"], "an address (https://...)"),
        (["--license=MIT", "--rai=dataBias=none"], "no property of the RAI vocabulary"),
        (["--license=MIT", "--rai=dataBiases"], "PROPERTY=TEXT is expected"),
        ([], "--license"),
    ],
)
def test_what_croissant_does_not_take_is_one_line(tmp_path, capsys, options, told):
    write_split(tmp_path, n=1, seed=0)
    assert main(["croissant", str(tmp_path), *options]) == 2
    err = capsys.readouterr().err
    assert told in err and err.count("\n") == 1 and not (tmp_path / "croissant.json").exists()


def test_a_missing_picture_a_broken_line_and_a_file_that_is_there_are_told(tmp_path, capsys):
    write_split(tmp_path, n=2, seed=0)
    command = ["croissant", str(tmp_path), "--license", "MIT"]
    gone = next((tmp_path / "images").iterdir())
    kept = gone.read_bytes()
    gone.unlink()
    assert main(command) == 2 and f"holds no {gone.name}, which scenes.jsonl names" in capsys.readouterr().err
    gone.write_bytes(kept)
    assert main(command) == 0 and main(command) == 2 and "is there already" in capsys.readouterr().err
    (tmp_path / "scenes.jsonl").write_text('{"entities": []}\n{"entities": 1}\n')
    assert main([*command, "--force"]) == 2 and "scenes.jsonl:2: entities" in capsys.readouterr().err
    assert main(["croissant", str(tmp_path / "images"), "--license", "MIT"]) == 2
    assert main(["croissant", str(tmp_path / "none"), "--license", "MIT"]) == 2
