"""Image: a picture file -> upright RGB pixels with name, size and sha256; bad files are refused in one line."""

import hashlib
import io
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import PIL.Image
import PIL.ImageOps

from nesy.errors import InputError
from nesy.scene import ImageInfo

MAX_PIXELS = 100_000_000
"""Pictures above this many pixels are refused before they are decoded (decompression bombs)."""
MAX_BYTES = 200_000_000
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


@dataclass(frozen=True)
class Image:
    """An upright RGB picture (EXIF rotation applied) and where it came from."""

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
        """Read a PNG, JPEG, WebP, BMP, GIF (first frame) or TIFF file; InputError names the path."""
        path = Path(path)
        if not path.exists():
            raise InputError(f"{path}: no such file")
        if not path.is_file():
            raise InputError(f"{path}: not a file")
        try:
            size = path.stat().st_size
            if size == 0:
                raise InputError(f"{path}: the file is empty")
            if size > MAX_BYTES:
                raise InputError(f"{path}: {size} bytes is more than the limit of {MAX_BYTES}")
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
        return cls.from_bytes(data, name=path.name, source=str(path))

    @classmethod
    def from_bytes(cls, data: bytes, name: str, source: str | None = None) -> "Image":
        """Decode picture bytes; InputError names `source`."""
        where = source or name
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Pillow warns of odd metadata and of large pictures; we judge below
                with PIL.Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                    width, height = opened.size
                    if width * height > MAX_PIXELS:
                        raise InputError(f"{where}: {width}x{height} pixels is more than the limit of {MAX_PIXELS}")
                    opened.load()
                    upright = PIL.ImageOps.exif_transpose(opened)
                    pixels = _on_white(upright)
        except PIL.UnidentifiedImageError:
            raise InputError(f"{where}: not an image (PNG, JPEG, WebP, BMP, GIF or TIFF expected)") from None
        except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError) as error:
            raise InputError(f"{where}: the image is damaged or truncated ({error})") from None
        return cls(name=name, pixels=pixels, sha256=hashlib.sha256(data).hexdigest())

    @classmethod
    def from_pixels(cls, pixels: PIL.Image.Image, name: str = "image") -> "Image":
        """Wrap a picture that is already in memory; it is taken as upright."""
        rgb = _on_white(pixels)
        return cls(name=name, pixels=rgb, sha256=hashlib.sha256(rgb.tobytes()).hexdigest())


def _on_white(picture: PIL.Image.Image) -> PIL.Image.Image:
    """Return an RGB copy; transparent pixels become white, as a page would show them."""
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        white = PIL.Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        return PIL.Image.alpha_composite(white, rgba).convert("RGB")
    return picture.convert("RGB")
