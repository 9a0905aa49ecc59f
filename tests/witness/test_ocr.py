"""Text in a picture: what is drawn large is read where it stands; nothing is read where nothing is written."""

import builtins
import sys
from typing import Any

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from nesy.errors import ModelError
from nesy.image import Image
from nesy.witness.ocr import NAME, TextReader


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
