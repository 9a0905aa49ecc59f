"""`nesy witness`: tables, JSON, drawn pictures; and one line for what cannot be looked at."""

import json
from pathlib import Path

import PIL.Image
import pytest

from nesy.cli import main
from nesy.image import Image
from nesy.observations import Observations, Person, TextLine, Thing, WitnessInfo
from nesy.rendering.observed_picture import observed_picture


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    PIL.Image.new("RGB", (64, 48), "grey").save(path)
    return path


def test_a_picture_without_anything_is_a_result(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["witness", str(picture)]) == 0
    told = capsys.readouterr()
    assert told.out == "grey.png: nothing (by embedded)\n" and told.err == ""


def test_json_is_one_line_a_picture_also_of_a_folder(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    PIL.Image.new("RGB", (48, 64), "black").save(picture.with_name("a.JPG"), "JPEG")
    picture.with_name("notes.txt").write_text("no picture")
    assert main(["witness", str(picture.parent), "--format", "json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["image"]["name"] for line in lines] == ["a.JPG", "grey.png"]
    assert all(Observations.from_json(line).witnesses[0].name == "embedded" for line in lines)


def test_out_holds_json_and_a_picture_and_overwrites_nothing(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["witness", str(picture), "--out", str(tmp_path / "seen")]
    assert main(command) == 0
    written = Observations.from_json((tmp_path / "seen" / "grey.observations.json").read_bytes())
    assert written.image == Image.open(picture).info
    with PIL.Image.open(tmp_path / "seen" / "grey.observed.png") as drawn:
        assert min(drawn.size) > 0
    assert main(command) == 2 and "--force" in capsys.readouterr().err
    assert main([*command, "--force"]) == 0


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        (["absent.jpg"], 2, "absent.jpg: no such file"),
        (["{here}/text.jpg"], 2, "not an image"),
        (["{here}/empty"], 2, "a folder without pictures"),
        (["{here}/grey.png", "--witness", "no such witness"], 2, "no witness 'no such witness'"),
        (["{here}/grey.png", "--format", "yaml"], 2, "yaml"),
        ([], 2, "IMAGE"),
    ],
)
def test_what_cannot_be_looked_at_is_one_line(
    given: list[str], code: int, told: str, picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture.with_name("text.jpg").write_text("no picture")
    picture.with_name("empty").mkdir()
    assert main(["witness", *(word.format(here=picture.parent) for word in given)]) == code
    error = capsys.readouterr().err
    assert told in error and len(error.splitlines()) == 1 and error.startswith("error: ")


def test_one_bad_picture_leaves_the_others(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["witness", "absent.jpg", str(picture), "--format", "json"]) == 2
    told = capsys.readouterr()
    assert json.loads(told.out)["image"]["name"] == "grey.png" and "absent.jpg" in told.err


def test_things_skeletons_and_text_are_drawn() -> None:
    image = Image.from_pixels(PIL.Image.new("RGB", (400, 300), "grey"))
    witnesses = (WitnessInfo(name="w"),)
    joints = {"left_shoulder": (0.2, 0.3, 0.9), "left_elbow": (0.3, 0.6, 0.9), "left_wrist": (0.4, 0.8, 0.01)}
    seen = Observations(
        witnesses=witnesses,
        things=tuple(
            Thing(category=category, box=box, score=0.5, witness="w")
            for category, box in (
                ("cup", (0.5, 0.5, 0.7, 0.9)),
                ("cup", (0.5, 0.5, 0.9, 0.9)),
                ("ein rotes \u2028 <Einrad>!", (0, 0, 0, 0)),
            )
        ),
        people=(Person(box=(0.1, 0.1, 0.5, 0.9), score=0.5, keypoints=joints, witness="w"),),
        texts=tuple(
            TextLine(text=t, box=(0.5, 0.1, 0.9, 0.2), score=0.5, witness="w")
            for t in ("STOP", "STOP", "", "\u4e2d\n" * 90)
        ),
    )
    drawn = observed_picture(image, seen)
    bare = observed_picture(image, Observations(witnesses=witnesses))
    width, height = drawn.size
    middle_of_the_arm = (round(0.25 * width), round(0.45 * height))
    assert drawn.getpixel(middle_of_the_arm) != bare.getpixel(middle_of_the_arm)
    hidden = (round(0.4 * (width - 1)), round(0.8 * (height - 1)))
    assert drawn.getpixel(hidden) == bare.getpixel(hidden)
