"""A file that grows by whole lines, whatever interrupts it; and files that are replaced as a whole."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from nesy.errors import InputError

_BLOCK = 1 << 20


class LineFile:
    """A file that lines are added to; a line that cannot be written whole is taken back."""

    def __init__(self, path: Path) -> None:
        """Open or make the file, and cut off a last line that is not whole.

        Raises:
            InputError: it cannot be written.
        """
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o666)
            end = _whole(self._file)
            if end < self.size:
                os.ftruncate(self._file, end)
        except OSError as error:
            raise _unwritten(path, error) from None

    @property
    def size(self) -> int:
        """In bytes."""
        return os.fstat(self._file).st_size

    def append(self, line: bytes) -> None:
        """Add a line.

        Raises:
            InputError: it cannot be written; nothing of it is.
        """
        start, left = self.size, memoryview(line)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise _unwritten(self._path, error) from None
        finally:
            if left:  # an interrupt may come in the middle, too
                with suppress(OSError):  # of a device; of a file, its broken end is cut off when it is next opened
                    os.ftruncate(self._file, start)

    def sync(self) -> None:
        """Return when the lines are on the disk; InputError when they cannot be."""
        try:
            os.fsync(self._file)
        except OSError as error:
            raise _unwritten(self._path, error) from None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._file)


def _whole(file: int) -> int:
    """Return where the last whole line of a file ends, in bytes; it is looked for from the end."""
    end = os.fstat(file).st_size
    while end:
        start = max(0, end - _BLOCK)
        found = os.pread(file, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def replace(path: Path, lines: Iterable[bytes]) -> None:
    """Write a file anew: it is the old one or the new one, whatever happens, and no other file is touched.

    Raises:
        InputError: it cannot be written.
    """
    draft = path.with_name(f".nesy-{secrets.token_hex(8)}.tmp")
    try:
        with draft.open("xb") as stream:
            stream.writelines(lines)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        with suppress(OSError):  # mostly it has its name by now
            draft.unlink()


def _unwritten(path: Path, error: OSError) -> InputError:
    return InputError(f"{path}: cannot be written ({error.strerror})")
