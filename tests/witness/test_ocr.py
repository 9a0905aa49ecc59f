"""Text in a picture: what is drawn large is read where it stands; nothing is read where nothing is written."""

import builtins
import socket
import sys
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import PIL.ImageOps
import pytest

from nesy.errors import ModelError
from nesy.image import Image
from nesy.witness import text_networks
from nesy.witness.network import OnnxFile
from nesy.witness.ocr import NAME, TextReader
from nesy.witness.text_lines import letters


@pytest.fixture(scope="module")
def reader() -> TextReader:
    pytest.importorskip("rapidocr", reason="nesy[ocr] is not installed")
    return TextReader(threads=1)


def sign(text: str, size: tuple[int, int] = (400, 200)) -> Image:
    picture = PIL.Image.new("RGB", size, "firebrick")
    PIL.ImageDraw.Draw(picture).text((60, 80), text, "white", PIL.ImageFont.load_default(56))
    return Image.from_pixels(picture, name="sign.png")


def test_a_sign_is_read_where_it_stands(reader: TextReader) -> None:
    seen = reader.observe(sign("STOP"))
    assert seen.witnesses == (reader.info,)
    assert (reader.info.name, reader.info.categories) == (NAME, ())
    (line,) = seen.texts
    assert line.text == "STOP"
    left, top, right, bottom = line.box
    assert 0.05 < left < 0.25 and 0.3 < top < 0.5 and 0.4 < right < 0.75 and 0.6 < bottom < 0.85


@pytest.mark.parametrize("size", [(64, 48), (1, 1), (2000, 4)])
def test_nothing_is_read_where_nothing_is_written(size: tuple[int, int], reader: TextReader) -> None:
    blank = Image.from_pixels(PIL.Image.new("RGB", size), name="blank.png")
    assert reader.observe(blank).texts == ()


def large(text: str, size: int = 64) -> PIL.Image.Image:
    picture = PIL.Image.new("RGB", (640, 480), "white")
    PIL.ImageDraw.Draw(picture).text((140, 200), text, "black", PIL.ImageFont.load_default(size))
    return picture


@pytest.mark.parametrize("change", ["askew", "upright", "upside down", "mirrored"])
def test_text_is_read_however_it_lies(change: str, reader: TextReader) -> None:
    picture = large("PARKING LOT")
    turned = {
        "askew": lambda: picture.rotate(40, fillcolor="white"),
        "upright": lambda: picture.rotate(90, fillcolor="white", expand=True),
        "upside down": lambda: picture.rotate(180),
        "mirrored": lambda: PIL.ImageOps.mirror(picture),
    }[change]()
    seen = reader.observe(Image.from_pixels(turned, name="lot.png"))
    assert "parkinglot" in "".join(letters(line.text) for line in seen.texts)
    assert len(seen.texts) <= 2


def test_a_text_of_several_lines_is_told_in_its_order(reader: TextReader) -> None:
    picture = PIL.Image.new("RGB", (640, 480), "white")
    pen, font = PIL.ImageDraw.Draw(picture), PIL.ImageFont.load_default(48)
    for at, text in (((60, 300), "OPEN"), ((60, 60), "PUBLIC"), ((60, 130), "LIBRARY")):
        pen.text(at, text, "black", font)
    seen = reader.observe(Image.from_pixels(picture, name="door.png"))
    assert [line.text for line in seen.texts] == ["PUBLIC", "LIBRARY", "OPEN"]


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "rapidocr":
            raise ImportError(name)
        return imported(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "rapidocr", raising=False)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModelError, match="not installed") as raised:
        TextReader().observe(sign("STOP"))
    assert raised.value.hint == "pip install 'nesy[ocr]'"


@pytest.mark.parametrize("kept", [None, b"", b"no network", 1000])
def test_a_damaged_file_is_one_line_and_nothing_is_fetched(
    kept: bytes | int | None, reader: TextReader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(name: str) -> OnnxFile:
        file, copy = shipped(name), tmp_path / name
        if kept is not None:
            copy.write_bytes(file.read()[:kept] if isinstance(kept, int) else kept)
        return OnnxFile(copy, file.sha256, file.mended_by)

    def connected(*_: object) -> None:
        raise AssertionError("a connection was opened")

    shipped = text_networks.shipped
    monkeypatch.setattr(text_networks, "shipped", other)
    monkeypatch.setattr(socket.socket, "connect", connected)
    with pytest.raises(ModelError, match="cannot be read" if kept is None else "damaged") as raised:
        TextReader().observe(sign("STOP"))
    assert len(str(raised.value).splitlines()) == 1 and "rapidocr" in (raised.value.hint or "")


def test_a_wheel_with_other_networks_is_named(monkeypatch: pytest.MonkeyPatch, reader: TextReader) -> None:
    monkeypatch.setattr(text_networks, "_FINDS", "PP-OCRv9.onnx")
    with pytest.raises(ModelError, match=r"holds no PP-OCRv9\.onnx"):
        TextReader().observe(sign("STOP"))
