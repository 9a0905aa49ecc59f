"""A tar file of pictures (WebDataset) -> its pictures, streamed; nothing is ever unpacked to the disk.

A picture is called by the shard and its member: `shard-000/000012.jpg`. Where a member says that it belongs above the
shard (`../x.jpg`, `/x.jpg`), that is left out of its name.
"""

import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from functools import partial
from lzma import LZMAError
from pathlib import Path
from typing import Self

from nesy.batch.picture_files import Picture, is_picture
from nesy.errors import InputError
from nesy.image import MAX_BYTES, valid_name

ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_BROKEN = (tarfile.TarError, OSError, EOFError, zlib.error, LZMAError, ValueError, TypeError)
"""What reading a tar file that is cut or none raises; TypeError where a packed one ends in its head."""
_NAMES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_BLOCK = 1 << 20
_LONGEST_NAME = 1 << 20
"""Bytes; members that name the next one are read whole."""


def is_shard(path: Path) -> bool:
    """Tell by the suffix whether a file is a shard."""
    return path.name.lower().endswith(ENDINGS)


def try_shard(path: Path) -> None:
    """Read the beginning of a shard.

    Raises:
        InputError: it cannot be read, or is no tar file.
    """
    try:
        with tarfile.open(path, "r|*"):
            return
    except OSError as error:
        told = error.strerror if error.errno else "not a tar file"
        raise InputError(f"{path}: cannot be read ({told})") from None
    except _BROKEN:
        raise InputError(f"{path}: not a tar file, or its beginning is damaged") from None


def in_shard(path: Path, prefix: str = "") -> Iterator[Picture]:
    """Yield the pictures of a shard in its order; where it breaks off, what it still held fails under its own name.

    What is hidden is passed over, and so is what has no picture's suffix. A link fails, and so does a picture above
    the limit of size, which is not read.
    """
    lowered = path.name.lower()
    stem = prefix + path.name[: -len(next(end for end in ENDINGS if lowered.endswith(end)))]
    try:
        with tarfile.open(path, "r|*", tarinfo=_Member) as shard:
            while (member := shard.next()) is not None:
                after = shard.offset  # of a sparse file its size is not what it takes
                shard.members = []  # type: ignore[attr-defined]  # else it keeps every member it has passed
                name = posixpath.normpath(f"/{member.name}").lstrip("/")
                if not member.isdir() and is_picture(name) and not any(map(_is_hidden, name.split("/"))):
                    yield Picture(valid_name(f"{stem}/{name}"), partial(_read, shard, member, f"{path}: {name}"))
                _pass(shard, after)
    except _BROKEN as error:
        yield Picture(valid_name(prefix + path.name), partial(_refuse, f"{path}: the tar file {_told(error)}"))


class _BrokenOffError(tarfile.ReadError):
    """What is wrong with a tar file, in words that go on from its name."""


class _Member(tarfile.TarInfo):
    """A member whose head is whole: tarfile itself takes a head that is cut or damaged for the end of the file."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        if not buf:
            raise _BrokenOffError("breaks off: the mark at its end is missing")
        try:
            member = super().frombuf(buf, encoding, errors)
        except (tarfile.TruncatedHeaderError, tarfile.InvalidHeaderError):  # type: ignore[attr-defined]
            raise _BrokenOffError("breaks off, or is damaged from there on") from None
        if member.type in _NAMES and member.size > _LONGEST_NAME:
            raise _BrokenOffError(f"names a member by {member.size} bytes")
        return member


def _is_hidden(part: str) -> bool:
    return part.startswith(".")


def _pass(shard: tarfile.TarFile, end: int) -> None:
    """Go on to the end of a member; tarfile itself would look for it far beyond the end of the file, block by block."""
    stream = shard.fileobj
    while stream is not None and (left := end - stream.tell()) > 0:
        if not stream.read(min(left, _BLOCK)):
            raise _BrokenOffError("breaks off")


def _read(shard: tarfile.TarFile, member: tarfile.TarInfo, where: str) -> bytes:
    if not member.isfile():
        raise InputError(f"{where}: a link or a special file; nothing outside of the shard is read")
    if member.size == 0:
        raise InputError(f"{where}: the file is empty")
    if member.size > MAX_BYTES:
        raise InputError(f"{where}: {member.size} bytes is more than the limit of {MAX_BYTES}")
    try:
        stream = shard.extractfile(member)
        data = b"" if stream is None else stream.read()
    except _BROKEN as error:
        raise InputError(f"{where}: the tar file {_told(error)}") from None
    if len(data) < member.size:
        raise InputError(f"{where}: the tar file breaks off in it")
    return data


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, _BrokenOffError) else f"is damaged or breaks off ({error})"


def _refuse(told: str) -> bytes:
    raise InputError(told)
