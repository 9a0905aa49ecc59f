"""Scenes that a person has judged -> a folder that `nesy evaluate` takes: `scenes.jsonl`, pictures in `images/`.

The picture is written first and the row after it, each whole or not at all: a folder that is left at any moment holds
no row without its picture.
"""

import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePath

import PIL.Image

from nesy.batch.line_file import replace
from nesy.encoding import read_text
from nesy.errors import InputError
from nesy.image import Image
from nesy.scene import Scene

SCENES, PICTURES, _LOCK = "scenes.jsonl", "images", ".lock"
_ENDINGS = {"JPEG": ".jpg", "MPO": ".jpg", "TIFF": ".tif", "HEIF": ".heic"}
"""Of formats whose files do not end in their name."""
_MOST_STEM = 80
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever they end in."""


@dataclass(frozen=True)
class Saved:
    """What became of a scene."""

    image: str
    """The name of its picture in `images/`."""
    rows: int
    """How many scenes the folder holds now."""
    replaced: bool
    """Whether there was one of the same picture, which this one stands in the place of."""


class GoldFolder:
    """A folder of true scenes, one for each picture: of a picture that is judged again the later one stays.

    Args:
        folder: is made where it is missing; what is there already stays.

    Raises:
        InputError: it cannot be written, or holds a `scenes.jsonl` that is none.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._lock = threading.Lock()
        try:
            (self.folder / PICTURES).mkdir(parents=True, exist_ok=True)
            with self._alone():
                pass
        except OSError as error:
            raise InputError(f"--gold {folder}: cannot be written ({error.strerror})") from None
        scenes = self.folder / SCENES
        if scenes.exists():
            for number, line in enumerate(read_text(scenes).splitlines(), start=1):
                if line.strip():
                    Scene.from_json(line, f"{scenes}, line {number}")

    def save(self, data: bytes, image: Image, scene: Scene) -> Saved:
        """Put a picture and its true scene into the folder.

        Args:
            data: the bytes of the picture's file.
            image: the same, decoded.
            scene: what is true of it; what it says of its image is set anew.

        Raises:
            InputError, OSError: it cannot be written; nothing has changed then.
        """
        with self._alone():
            rows = self._rows()
            same = [place for place, row in enumerate(rows) if self._is_of(row, image.sha256)]
            name = self._write_picture(data, image, [_name_in(rows[place]) for place in same])
            info = image.info.model_copy(update={"name": name})
            new = scene.model_copy(update={"image": info}).to_json().encode() + b"\n"
            kept = [row for place, row in enumerate(rows) if place not in same]
            kept.insert(same[0] if same else len(kept), new)
            replace(self.folder / SCENES, kept)
            return Saved(name, len(kept), bool(same))

    def _rows(self) -> list[bytes]:
        """Return the lines as they are, so that those of others are kept byte for byte."""
        try:
            data = (self.folder / SCENES).read_bytes()
        except FileNotFoundError:
            return []
        return [line + b"\n" for line in data.split(b"\n") if line.strip()]

    def _is_of(self, row: bytes, wanted: str) -> bool:
        """Tell whether a row is of a picture: by its sum, or where it has none by that of its file."""
        try:
            known = json.loads(row)["image"].get("sha256")
        except (ValueError, LookupError, TypeError, AttributeError):
            return False
        return known == wanted if known else self._sum(_name_in(row)) == wanted

    def _sum(self, name: str) -> str | None:
        file = self.folder / PICTURES / name
        return sha256(file.read_bytes()).hexdigest() if name and file.is_file() else None

    def _write_picture(self, data: bytes, image: Image, before: list[str]) -> str:
        """Write the picture where it is not there yet; return its name, which no other picture has."""
        own = file_name(image.name, data)
        stem, ending = PurePath(own).stem, PurePath(own).suffix
        for name in (*before, own, f"{stem}-{image.sha256[:16]}{ending}"):
            held = self._sum(name)
            if held == image.sha256:
                return name
            if name and held is None and not (self.folder / PICTURES / name).exists():
                replace(self.folder / PICTURES / name, [data])
                return name
        raise InputError(f"{own}: every name for it is taken by another picture")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep others from writing: threads of this process, and where the system can (flock) other processes."""
        with self._lock, (self.folder / _LOCK).open("ab") as lock:
            try:
                import fcntl
            except ImportError:
                pass
            else:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def file_name(name: str, data: bytes) -> str:
    """Return a name for a picture's file that every system can hold, which ends as its bytes are.

    >>> picture = BytesIO()
    >>> PIL.Image.new("RGB", (1, 1)).save(picture, "PNG")
    >>> [file_name(name, picture.getvalue()) for name in ("ride.jpg", "../../.a b", "con", "猫.png", "ride.v2.png")]
    ['ride.png', 'a_b.png', 'con_.png', 'picture.png', 'ride.v2.png']

    Args:
        name: what the picture is called.
        data: the bytes of its file.
    """
    with PIL.Image.open(BytesIO(data)) as opened:
        kind = opened.format or "img"
    last = PurePath(name.replace("\\", "/")).name
    stem = last if last.startswith(".") else PurePath(last).stem
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")[:_MOST_STEM].rstrip("._-") or "picture"
    if _DEVICES.fullmatch(stem.partition(".")[0]):
        stem = f"{stem.partition('.')[0]}_"
    return stem + _ENDINGS.get(kind, f".{kind.lower()}")


def _name_in(row: bytes) -> str:
    """Return the name of a row's picture as it is looked for in `images/`."""
    try:
        return os.fspath(PurePath(json.loads(row)["image"]["name"]).name)
    except (ValueError, LookupError, TypeError):
        return ""
