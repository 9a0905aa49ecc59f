"""Pictures of every kind, and a missing extra, through all commands at which a witness looks."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from nesy.cli import main
from nesy.witness import roster, text_networks


def noise(width: int, height: int) -> PIL.Image.Image:
    return PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8))


def turned(path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    noise(64, 48).save(path, "JPEG", exif=exif)


def moving(path: Path) -> None:
    frames = [PIL.Image.new("P", (64, 48), colour) for colour in (0, 1, 2)]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:])


KINDS: dict[str, tuple[Callable[[Path], object], tuple[int, int]]] = {
    "black": (lambda path: PIL.Image.new("RGB", (640, 480)).save(path, "PNG"), (640, 480)),
    "white": (lambda path: PIL.Image.new("L", (64, 48), 255).save(path, "PNG"), (64, 48)),
    "one pixel": (lambda path: PIL.Image.new("RGB", (1, 1), "red").save(path, "PNG"), (1, 1)),
    "a strip": (lambda path: noise(10_000, 50).save(path, "PNG"), (10_000, 50)),
    "a tall strip": (lambda path: noise(50, 10_000).save(path, "PNG"), (50, 10_000)),
    "inks": (lambda path: PIL.Image.new("CMYK", (64, 48), (9, 99, 9, 9)).save(path, "JPEG"), (64, 48)),
    "16 bits": (
        lambda path: PIL.Image.fromarray(np.arange(64 * 48, dtype=np.uint16).reshape(48, 64) * 21).save(path, "PNG"),
        (64, 48),
    ),
    "palette": (lambda path: PIL.Image.new("P", (64, 48), 1).save(path, "PNG", transparency=1), (64, 48)),
    "moving": (moving, (64, 48)),
    "turned": (turned, (48, 64)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_picture_is_a_result(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write, size = KINDS[kind]
    path, said = tmp_path / "picture", tmp_path / "said.json"
    write(path)
    ocr = ["--ocr"] if text_networks.is_installed() else []
    assert main(["witness", str(path), "--format", "json", *ocr]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert (seen["image"]["width_px"], seen["image"]["height_px"]) == size
    assert seen.get("texts", []) == []
    said.write_text('{"entities": [{"category": "sign", "attributes": ["says \\"STOP\\""]}]}')
    assert main(["check", str(said), "--evidence", str(path), "--format", "json"]) == 0
    judgements = json.loads(capsys.readouterr().out)["judgements"]
    assert {one["status"] for one in judgements} == {"unknown"}


@pytest.mark.parametrize("kind", ["one pixel", "a strip"])
def test_any_picture_is_a_scene(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture"
    KINDS[kind][0](path)
    assert main(["analyze", str(path), "--model", "witness", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["consistent"]


def test_a_missing_extra_is_told_where_it_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise text_networks.ModelError("text in pictures needs rapidocr, which is not installed", text_networks.EXTRA)

    monkeypatch.setattr(text_networks, "_installed", missing)
    roster.load.cache_clear()
    path, said = tmp_path / "white.png", tmp_path / "said.json"
    PIL.Image.new("RGB", (64, 48), "white").save(path)
    said.write_text('{"entities": [{"category": "sign", "attributes": ["says \\"STOP\\""]}]}')
    for asked in (
        ["witness", str(path), "--ocr"],
        ["analyze", str(path), "--model", "witness", "--witness", "rapidocr"],
        ["check", str(said), "--evidence", str(path), "--witness", "embedded,rapidocr"],
    ):
        assert main(asked) == 3
        told = capsys.readouterr().err
        assert "not installed" in told and "nesy[ocr]" in told and len(told.splitlines()) == 1
    for silent in (
        ["check", str(said), "--evidence", str(path)],
        ["ask", str(path), "What does the sign say?", "--model", "witness"],
    ):
        assert main(silent) == 0
        assert capsys.readouterr().err == ""
    roster.load.cache_clear()


def test_several_witnesses_may_be_joined_by_commas(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "white.png"
    PIL.Image.new("RGB", (64, 48), "white").save(path)
    assert main(["witness", str(path), "--witness", "embedded,embedded"]) == 0
    assert "(by embedded)" in capsys.readouterr().out
    assert main(["witness", str(path), "--witness", ""]) == 2
    assert "no witness is named" in capsys.readouterr().err
