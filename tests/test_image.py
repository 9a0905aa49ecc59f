"""Picture files -> upright RGB pixels, or one line that says what is wrong with the file."""

import io
import os
import struct
import sys
import zlib
from pathlib import Path

import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.errors import InputError
from nesy.image import Image

RED, BLUE = (255, 0, 0), (0, 0, 255)
ORIENTATION = 0x0112


def encoded(picture: PIL.Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def two_tone(size: tuple[int, int] = (40, 20)) -> PIL.Image.Image:
    """Left half red, right half blue."""
    picture = PIL.Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    return picture


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and carries next to no pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def gif_with_large_frame() -> bytes:
    """A GIF whose screen is 1x1 and whose first frame claims 65535x65535."""
    small = bytearray(encoded(PIL.Image.new("P", (1, 1)), "GIF"))
    at = small.index(b"\x2c")
    small[at + 5 : at + 9] = struct.pack("<HH", 65535, 65535)
    return bytes(small)


def bmp_header(width: int, height: int) -> bytes:
    data = bytearray(encoded(PIL.Image.new("RGB", (1, 1)), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


def jpeg_header(width: int, height: int) -> bytes:
    data = bytearray(encoded(PIL.Image.new("RGB", (8, 8)), "JPEG"))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def tiff_header(width: int, height: int) -> bytes:
    data = encoded(PIL.Image.new("L", (3, 5)), "TIFF")
    for tag, old, new in ((256, 3, width), (257, 5, height)):
        for kind, form in ((3, "<HHIHH"), (4, "<HHII")):
            row = struct.pack(form, tag, kind, 1, old, *([0] if kind == 3 else []))
            data = data.replace(row, struct.pack("<HHII", tag, 4, 1, new))
    return data


BAD_BYTES = {
    "empty": (b"", "empty"),
    "text": (b"hello, I am no picture at all\n", "not an image"),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not an image"),
    "pdf": (b"%PDF-1.7\n", "not an image"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not an image"),
    "png signature alone": (b"\x89PNG\r\n\x1a\n", "damaged or truncated|not an image"),
    "png bomb": (png_header(100_000, 100_000), "more pixels than the limit"),
    "png line bomb": (png_header(2**31 - 1, 1), "more pixels than the limit"),
    "gif frame bomb": (gif_with_large_frame(), "more (pixels )?than the limit"),
    "bmp bomb": (bmp_header(60_000, 60_000), "more pixels than the limit"),
    "jpeg bomb": (jpeg_header(65_000, 65_000), "more pixels than the limit"),
    "tiff bomb": (tiff_header(70_000, 70_000), "more pixels than the limit"),
    "png just above": (png_header(12_000, 12_000), "12000x12000 pixels is more than the limit"),
    "32-bit float": (encoded(PIL.Image.new("F", (2, 2), 0.5), "TIFF"), "8 or 16 bits"),
    "32-bit integer": (encoded(PIL.Image.new("I", (2, 2), 7), "TIFF"), "8 or 16 bits"),
}


@pytest.mark.parametrize("case", BAD_BYTES)
def test_bad_bytes_are_refused_in_one_line(case: str, tmp_path: Path) -> None:
    data, expected = BAD_BYTES[case]
    path = tmp_path / "bad.png"
    path.write_bytes(data)
    with pytest.raises(InputError, match=expected) as caught:
        Image.open(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_files_are_refused(form: str, share: float) -> None:
    noise = PIL.Image.frombytes("RGB", (64, 64), os.urandom(64 * 64 * 3))
    data = encoded(noise, form)
    with pytest.raises(InputError, match=r"^cut\.x: "):
        Image.from_bytes(data[: int(len(data) * share)], name="cut.x")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    for path, expected in (
        (tmp_path / "missing.png", "no such file"),
        (tmp_path, "a folder"),
        (fifo, "not a regular file"),
        (tmp_path / ("x" * 400), "cannot be read"),
        (tmp_path / "a\0b.png", "no file can have this name"),
        (tmp_path / "fifo" / "x.png", "cannot be read"),
    ):
        with pytest.raises(InputError, match=expected):
            Image.open(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read every file")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(two_tone()))
    path.chmod(0)
    with pytest.raises(InputError, match=r"secret\.png: cannot be read"):
        Image.open(path)


def test_a_read_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(encoded(two_tone()))

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match=r"secret\.png: cannot be read \(Permission denied\)"):
        Image.open(path)


def test_a_name_that_is_no_unicode_is_kept_readable(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.png"))
    path.write_bytes(encoded(two_tone()))
    assert Image.open(path).name == "caf\N{REPLACEMENT CHARACTER}.png"
    path.write_bytes(b"")
    with pytest.raises(InputError) as caught:
        Image.open(path)
    str(caught.value).encode("utf-8")


UPRIGHT = {
    1: lambda p: p,
    2: lambda p: p.transpose(PIL.Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda p: p.transpose(PIL.Image.Transpose.ROTATE_180),
    6: lambda p: p.transpose(PIL.Image.Transpose.ROTATE_270),
    8: lambda p: p.transpose(PIL.Image.Transpose.ROTATE_90),
}


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", UPRIGHT)
def test_exif_rotation_is_honoured(form: str, orientation: int) -> None:
    stored = two_tone()
    exif = PIL.Image.Exif()
    exif[ORIENTATION] = orientation
    image = Image.from_bytes(encoded(stored, form, exif=exif), name="photo")
    expected = UPRIGHT[orientation](stored)
    assert image.size_px == expected.size
    width, height = expected.size
    for x in (width // 4, 3 * width // 4):
        for y in (height // 4, 3 * height // 4):
            got, want = image.pixels.getpixel((x, y)), expected.getpixel((x, y))
            assert isinstance(got, tuple) and isinstance(want, tuple)
            assert all(abs(a - b) < 40 for a, b in zip(got, want, strict=True))
    assert image.info.width_px == width


def test_broken_exif_is_no_traceback() -> None:
    data = encoded(two_tone(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    try:
        assert Image.from_bytes(data, name="photo").size_px == (40, 20)
    except InputError as error:
        assert "photo" in str(error)


def pixel(data: bytes) -> object:
    return Image.from_bytes(data, name="x").pixels.getpixel((0, 0))


def test_colour_modes_become_rgb() -> None:
    grey16 = PIL.Image.new("I;16", (2, 2), 0x8080)
    assert pixel(encoded(grey16)) == (128, 128, 128)
    assert pixel(encoded(grey16, "TIFF")) == (128, 128, 128)
    assert pixel(encoded(PIL.Image.new("L", (2, 2), 7))) == (7, 7, 7)
    assert pixel(encoded(PIL.Image.new("1", (2, 2), 1))) == (255, 255, 255)
    assert pixel(encoded(PIL.Image.new("CMYK", (2, 2), (0, 255, 255, 0)), "TIFF")) == RED
    cmyk = pixel(encoded(PIL.Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert isinstance(cmyk, tuple) and cmyk[0] > 240 and max(cmyk[1:]) < 15


def test_transparent_pixels_become_white() -> None:
    assert pixel(encoded(PIL.Image.new("RGBA", (2, 2), (0, 0, 0, 0)))) == (255, 255, 255)
    assert pixel(encoded(PIL.Image.new("LA", (2, 2), (0, 0)))) == (255, 255, 255)
    palette = PIL.Image.new("P", (2, 2), 0)
    palette.putpalette([9, 9, 9, 255, 0, 0])
    palette.putpixel((1, 1), 1)
    data = encoded(palette, "PNG", transparency=0)
    assert pixel(data) == (255, 255, 255)
    assert Image.from_bytes(data, name="x").pixels.getpixel((1, 1)) == RED


def test_an_animation_is_its_first_frame() -> None:
    first, second = PIL.Image.new("RGB", (4, 4), RED), PIL.Image.new("RGB", (4, 4), BLUE)
    for form in ("GIF", "PNG", "WEBP"):
        options = {"lossless": True} if form == "WEBP" else {}
        assert pixel(encoded(first, form, save_all=True, append_images=[second], **options)) == RED


def test_the_name_of_the_file_says_nothing_of_its_format(tmp_path: Path) -> None:
    path = tmp_path / "really.png"
    path.write_bytes(encoded(two_tone(), "JPEG"))
    assert Image.open(path).size_px == (40, 20)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
@settings(deadline=None, max_examples=60)
@given(edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_damage_gives_an_image_or_an_input_error(form: str, edits: list[tuple[float, int]]) -> None:
    data = bytearray(encoded(two_tone(), form))
    for where, value in edits:
        data[int(where * len(data))] = value
    try:
        image = Image.from_bytes(bytes(data), name="x")
    except InputError:
        return
    assert image.pixels.mode == "RGB"


def with_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk + data[33:]


@pytest.mark.parametrize("length", [100, 1 << 17, 3 << 20])
@pytest.mark.parametrize(
    ("kind", "before"),
    [
        (b"zTXt", b"Comment\0\0"),
        (b"iTXt", b"Comment\0\1\0en\0\0"),
        (b"iCCP", b"profile\0\0"),
    ],
)
def test_a_long_text_or_profile_leaves_the_pixels(kind: bytes, before: bytes, length: int) -> None:
    data = with_chunk(encoded(two_tone()), kind, before + zlib.compress(b"a" * length))
    image = Image.from_bytes(data, "a.png")
    assert image.size_px == (40, 20) and image.pixels.getpixel((39, 0)) == BLUE


def test_texts_that_are_long_in_all_leave_the_pixels() -> None:
    data = encoded(two_tone())
    for _ in range(80):
        data = with_chunk(data, b"zTXt", b"Comment\0\0" + zlib.compress(b"a" * (1 << 20)))
    assert Image.from_bytes(data, "a.png").pixels.getpixel((0, 0)) == RED


def test_avif_and_heic_are_read() -> None:
    picture = two_tone((64, 64))
    assert Image.from_bytes(encoded(picture, "AVIF", quality=100), "a.avif").size_px == (64, 64)
    heif = pytest.importorskip("pillow_heif", reason="nesy[heic] is not installed")
    buffer = io.BytesIO()
    heif.from_pillow(picture).save(buffer, quality=95)
    red = Image.from_bytes(buffer.getvalue(), "a.heic").pixels.getpixel((5, 5))
    assert red[0] > 200 and red[2] < 60


def test_heic_without_its_library_says_what_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    data = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100
    with pytest.raises(InputError, match=r"a.heic: a HEIC picture.*pip install 'nesy\[heic\]'.*save it as JPEG"):
        Image.from_bytes(data, "a.heic")
