"""Bytes of a text file -> its text: UTF-8, or UTF-16 and UTF-32 where the bytes say so; anything else is refused.

PowerShell's `>` writes UTF-16, editors on Windows write a byte order mark, and old files are Latin-1. The last cannot
be told from other single-byte encodings, so it is refused with its place instead of being guessed at.
"""

import codecs
from collections.abc import Iterator
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from nesy.errors import InputError

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(start: bytes) -> str:
    """Return the encoding that the first bytes of a text tell, UTF-8 where they tell none.

    >>> encoding_of("{}".encode("utf-16")), encoding_of("{}".encode("utf-16-le")), encoding_of(b"{}")
    ('utf-16', 'utf-16-le', 'utf-8')
    """
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    # Without a mark UTF-16 is told by the zeros beside its first two letters, which no text in UTF-8 has.
    if len(start) >= 4:
        if start[0] and not start[1] and start[2] and not start[3]:
            return "utf-16-le"
        if not start[0] and start[1] and not start[2] and start[3]:
            return "utf-16-be"
    return "utf-8"


def decoded(data: bytes, where: str) -> str:
    """Return the text of a file's bytes, without a byte order mark.

    >>> decoded("scène".encode("utf-16"), "scene.json")
    'scène'

    Args:
        data: the whole file.
        where: its name, for the message.

    Raises:
        InputError: they are no text in UTF-8 or UTF-16; names the line and the byte, and what it probably is.
    """
    encoding = encoding_of(data[:4])
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: {_reason(data, encoding, error)}") from None


def read_text(path: str | Path) -> str:
    """Return the text of a file.

    Raises:
        InputError: it cannot be read, or is no text in UTF-8 or UTF-16.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError:
        raise InputError(f"{str(path)!r}: no file can have this name") from None
    return decoded(data, str(path))


def utf8_lines(stream: BinaryIO, where: str) -> Iterator[bytes]:
    """Yield the lines of a stream in UTF-8, without a byte order mark, whatever encoding its first bytes tell.

    Lines of UTF-8 are handed on as they are, so a broken one spoils itself alone.

    Raises:
        InputError: UTF-16 or UTF-32 that breaks off; names `where`.
    """
    first = stream.readline()
    encoding = encoding_of(first[:4])
    if encoding in ("utf-8", "utf-8-sig"):
        if first:
            yield first.removeprefix(codecs.BOM_UTF8)
        yield from stream
        return
    # readline stopped at a byte 0x0A, amid a letter; what it took is put before the rest.
    text = TextIOWrapper(BufferedReader(_Rejoined(first, stream)), encoding=encoding, newline="")
    try:
        for line in text:
            yield line.encode()
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: {_reason(b'', encoding, error)}") from None


class _Rejoined(RawIOBase):
    """A stream of bytes with what was already read of it put before it again; whoever opened the stream closes it."""

    def __init__(self, before: bytes, rest: BinaryIO) -> None:
        self._before, self._rest = before, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._before[: len(buffer)] or self._rest.read(len(buffer))
        self._before = self._before[len(data) :]
        buffer[: len(data)] = data
        return len(data)


_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*")
"""How the files of pictures begin."""


def _reason(data: bytes, encoding: str, error: UnicodeDecodeError) -> str:
    if data.startswith(_PICTURES):
        return "a picture, no text"
    if encoding not in ("utf-8", "utf-8-sig"):
        return f"begins as {encoding.upper()}, but is none at byte {error.start}; save it as UTF-8"
    newline = b"\n"
    line = f"line {data.count(newline, 0, error.start) + 1}: " if newline in data.rstrip() else ""
    byte = f"byte 0x{data[error.start]:02X}"
    return f"{line}not UTF-8 text ({byte}); it is probably Latin-1 or Windows-1252: save it as UTF-8"
