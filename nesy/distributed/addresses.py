"""Addresses of files (`s3://BUCKET/dir/*.jsonl`) -> the files, by the file systems of pyarrow."""

import fnmatch
import re
from collections.abc import Sequence
from io import BufferedReader
from typing import Any, BinaryIO

from nesy.errors import InputError, first_line

_MAGIC = re.compile(r"[*?\[]")


def listed(address: str, endings: Sequence[str]) -> list[str]:
    """Return the addresses that an address stands for, in the order of their names.

    Args:
        address: of a file; of a folder, in which the files with these endings are meant; or with `*`, `?` and `[...]`
            in its last part.
        endings: such as `.jsonl`.

    Raises:
        InputError: there is no such file, or no file system that can be asked.
    """
    from pyarrow.fs import FileSelector, FileType

    folder, _, last = address.rpartition("/")
    is_pattern = bool(_MAGIC.search(last))
    if _MAGIC.search(folder):
        raise InputError(f"{address}: a pattern of an address stands in its last part alone")
    system, path = _place(folder if is_pattern else address)
    try:
        if not is_pattern:
            (info,) = system.get_file_info([path])
            if info.type is FileType.NotFound:
                raise InputError(f"{address}: no such file")
            if info.type is not FileType.Directory:
                return [address]
        inside = system.get_file_info(FileSelector(path))
    except OSError as error:
        raise InputError(f"{address}: cannot be read ({first_line(error)})") from None
    names = sorted(one.base_name for one in inside if one.type is FileType.File)
    found = fnmatch.filter(names, last) if is_pattern else [name for name in names if name.endswith(tuple(endings))]
    if not found:
        raise InputError(f"{address}: no file matches" if is_pattern else f"{address}: no {' or '.join(endings)} in it")
    above = folder if is_pattern else address.rstrip("/")
    return [f"{above}/{name}" for name in found]


def opened(address: str) -> BinaryIO:
    """Open a file to be read.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    system, path = _place(address)
    try:
        return BufferedReader(system.open_input_file(path))
    except OSError as error:
        raise InputError(f"{address}: cannot be read ({first_line(error)})") from None


def _place(address: str) -> tuple[Any, str]:
    from pyarrow import ArrowException
    from pyarrow.fs import FileSystem

    try:
        system, path = FileSystem.from_uri(address)
    except (ArrowException, OSError, ValueError) as error:
        raise InputError(f"{address}: no address that pyarrow reads ({first_line(error)})") from None
    return system, path
