"""Image: a picture file -> upright RGB pixels with name, size and sha256; bad files are refused in one line."""

import hashlib
import io
import struct
import warnings
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageOps

from nesy.errors import InputError
from nesy.scene import ImageInfo

MAX_PIXELS = 100_000_000
"""Pictures above this many pixels are refused before they are decoded (decompression bombs)."""
MAX_BYTES = 200_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "AVIF")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
"""What a file of ISO/IEC 23008-12 (HEIF) says it is, after `ftyp`; a phone's photographs are of the first kind."""
_PNG_MARK = b"\x89PNG\r\n\x1a\n"
_PNG_TEXT = (b"tEXt", b"zTXt", b"iTXt", b"iCCP")
_MOST_TEXT = 1 << 16
"""Longer texts and profiles of a PNG are left out: Pillow refuses a file for them, though its pixels are whole."""
_DAMAGED = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, struct.error)
"""What Pillow's decoders raise for bytes that are not what they claim to be."""


@dataclass(frozen=True)
class Image:
    """An upright RGB picture (EXIF rotation applied) and where it came from.

    >>> import PIL.Image
    >>> image = Image.from_pixels(PIL.Image.new("RGB", (64, 48), "white"), name="table.png")
    >>> image.name, image.size_px
    ('table.png', (64, 48))
    """

    name: str
    pixels: PIL.Image.Image = field(repr=False, compare=False)
    sha256: str
    """Of the file's bytes, or of the raw RGB pixels when there is no file."""

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height) of the upright picture."""
        return self.pixels.size

    @property
    def info(self) -> ImageInfo:
        """The `image` part of a scene."""
        return ImageInfo(name=self.name, width_px=self.size_px[0], height_px=self.size_px[1], sha256=self.sha256)

    @classmethod
    def open(cls, path: str | Path) -> "Image":
        """Read a PNG, JPEG, WebP, AVIF, BMP, GIF (first frame) or TIFF file (first page); HEIC with `nesy[heic]`.

        Raises:
            InputError: there is no such file, it is no picture, or it is damaged or too large; names the path.
        """
        path = Path(path)
        return cls.from_bytes(picture_bytes(path), name=valid_name(path.name), source=valid_name(str(path)))

    @classmethod
    def from_bytes(cls, data: bytes, name: str, source: str | None = None) -> "Image":
        """Decode picture bytes.

        Raises:
            InputError: as `open`; names `source`, or `name` where there is none.
        """
        where = source or name
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of odd metadata; what matters is judged here
                with PIL.Image.open(io.BytesIO(_without_long_text(data)), formats=_formats(data, where)) as opened:
                    _check_size(opened.size, where)
                    opened.load()
                    _check_size(opened.size, where)  # a frame may be larger than its file's header said
                    upright = PIL.ImageOps.exif_transpose(opened)
        except PIL.UnidentifiedImageError:
            raise InputError(f"{where}: not an image (PNG, JPEG, WebP, AVIF, BMP, GIF or TIFF expected)") from None
        except PIL.Image.DecompressionBombError:
            raise InputError(f"{where}: more pixels than the limit of {MAX_PIXELS}") from None
        except _DAMAGED as error:
            raise InputError(f"{where}: the image is damaged or truncated ({error})") from None
        return cls(name=name, pixels=_rgb(upright, where), sha256=hashlib.sha256(data).hexdigest())

    @classmethod
    def from_pixels(cls, pixels: PIL.Image.Image, name: str = "image") -> "Image":
        """Wrap a picture that is already in memory; it is taken as upright.

        Raises:
            InputError: it has 32-bit pixels, which have no agreed black and white.
        """
        rgb = _rgb(pixels, name)
        return cls(name=name, pixels=rgb, sha256=hashlib.sha256(rgb.tobytes()).hexdigest())


def _formats(data: bytes, where: str) -> tuple[str, ...]:
    """Return what the bytes may be read as; a phone's HEIC only where the library for it is there."""
    if data[4:8] != b"ftyp" or data[8:12] not in _HEIC_BRANDS:
        return _FORMATS
    if data[8:12] in (b"mif1", b"msf1") and b"avif" in data[12:64]:
        return _FORMATS
    try:
        import pillow_heif
    except ImportError:
        raise InputError(
            f"{where}: a HEIC picture, as phones take them; `pip install 'nesy[heic]'` reads it, or save it as JPEG"
        ) from None
    pillow_heif.register_heif_opener()
    return (*_FORMATS, "HEIF")


def _without_long_text(data: bytes) -> bytes:
    """Return a PNG without its long texts and profiles, which say nothing of pixels; other bytes as they are."""
    if not data.startswith(_PNG_MARK):
        return data
    kept, at = [data[:8]], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        kind = data[at + 4 : at + 8]
        if kind not in _PNG_TEXT or not _is_long(kind, data[at + 8 : end - 4]):
            kept.append(data[at:end])
        at = end
    kept.append(data[at:])
    return b"".join(kept)


def _is_long(kind: bytes, chunk: bytes) -> bool:
    """Tell whether a chunk's text or profile is over the limit, as it stands or unpacked (PNG, third edition, 11.3)."""
    if len(chunk) > _MOST_TEXT:
        return True
    packed = chunk.partition(b"\0")[2]
    if kind == b"iTXt":  # keyword, flag, method, language, translated keyword, text
        packed = packed[2:].partition(b"\0")[2].partition(b"\0")[2] if packed[:1] == b"\1" else b""
    else:  # keyword, method, text
        packed = packed[1:]
    try:
        return len(zlib.decompressobj().decompress(packed, _MOST_TEXT + 1)) > _MOST_TEXT
    except zlib.error:
        return False


def picture_bytes(path: Path) -> bytes:
    """Return the bytes of a picture file.

    Raises:
        InputError: there is no such file, or it is no regular one, empty, too large or unreadable; names the path.
    """
    where = valid_name(str(path))
    try:
        if path.is_dir():
            raise InputError(f"{where}: a folder, not an image file")
        status = path.stat()
        if not path.is_file():
            raise InputError(f"{where}: not a regular file")
        if status.st_size == 0:
            raise InputError(f"{where}: the file is empty")
        if status.st_size > MAX_BYTES:
            raise InputError(f"{where}: {status.st_size} bytes is more than the limit of {MAX_BYTES}")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{where}: no such file") from None
    except OSError as error:
        raise InputError(f"{where}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise InputError(f"{where!r}: no file can have this name") from None


def valid_name(name: str) -> str:
    """Return a file name that is valid Unicode: bytes that are no UTF-8 become the replacement character."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _check_size(size: tuple[int, int], where: str) -> None:
    width, height = size
    if width < 1 or height < 1:
        raise InputError(f"{where}: the image is {width}x{height} pixels; it has nothing to show")
    if width * height > MAX_PIXELS:
        raise InputError(f"{where}: {width}x{height} pixels is more than the limit of {MAX_PIXELS}")


def _rgb(picture: PIL.Image.Image, where: str) -> PIL.Image.Image:
    """Return an RGB copy; transparent pixels become white, as a page would show them."""
    if picture.mode.startswith("I;16"):
        # Pillow cuts 16-bit greys off at 255 when it converts them; the upper byte is what the eye sees.
        grey = np.asarray(picture, dtype=np.uint32) // 257
        return PIL.Image.fromarray(grey.astype(np.uint8), mode="L").convert("RGB")
    if picture.mode in ("I", "F"):
        raise InputError(f"{where}: 32-bit pixels have no agreed black and white; save the image with 8 or 16 bits")
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        white = PIL.Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return PIL.Image.alpha_composite(white, rgba).convert("RGB")
    return picture.convert("RGB")
