"""Addresses of files (`s3://BUCKET/dir/*.jsonl`) -> the files, by the file systems of pyarrow."""

import fnmatch
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from io import BufferedReader
from threading import Thread
from typing import Any, BinaryIO, TypeVar

from nesy.errors import InputError, first_line

T = TypeVar("T")

_MAGIC = re.compile(r"[*?\[]")
_QUERY = re.compile(r"\?\w+=[^*?\[/]*$")
_PATIENCE_S = 20.0
"""How long a file system has to say what is at an address."""


def listed(address: str, endings: Sequence[str]) -> list[str]:
    """Return the addresses that an address stands for, in the order of their names.

    Args:
        address: of a file; of a folder, in which the files with these endings are meant; or with `*`, `?` and `[...]`
            in its last part.
        endings: such as `.jsonl`.

    Raises:
        InputError: there is no such file, or no file system that can be asked.
    """
    from pyarrow import ArrowException
    from pyarrow.fs import FileSelector, FileType

    bare, query = _split(address)
    folder, _, last = bare.rpartition("/")
    is_pattern = bool(_MAGIC.search(last))
    if _MAGIC.search(folder):
        raise InputError(f"{address}: a pattern of an address stands in its last part alone")
    above = folder if is_pattern else bare.rstrip("/")
    system, path, info = _in_time(address, partial(_found, f"{above}{query}"))
    if not is_pattern and info.type is FileType.NotFound:
        raise InputError(f"{address}: no such file")
    if not is_pattern and info.type is not FileType.Directory:
        return [address]
    try:
        inside = system.get_file_info(FileSelector(path))
    except (ArrowException, OSError) as error:
        raise InputError(f"{address}: cannot be read ({first_line(error)})") from None
    names = sorted(one.base_name for one in inside if one.type is FileType.File)
    found = fnmatch.filter(names, last) if is_pattern else [name for name in names if name.endswith(tuple(endings))]
    if not found:
        raise InputError(f"{address}: no file matches" if is_pattern else f"{address}: no {' or '.join(endings)} in it")
    return [f"{above}/{name}{query}" for name in found]


def opened(address: str) -> BinaryIO:
    """Open a file to be read.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    from pyarrow import ArrowException

    system, path = _place(address)
    try:
        return BufferedReader(system.open_input_file(path))
    except (ArrowException, OSError) as error:
        raise InputError(f"{address}: cannot be read ({first_line(error)})") from None


def _split(address: str) -> tuple[str, str]:
    """Return an address without what stands behind its path, such as `?region=eu-west-1`, and that."""
    found = _QUERY.search(address)
    return (address, "") if found is None else (address[: found.start()], found[0])


def _found(address: str) -> tuple[Any, str, Any]:
    """Return the file system of an address, the path in it, and what is known of that."""
    from pyarrow import ArrowException

    system, path = _place(address)
    try:
        (info,) = system.get_file_info([path])
    except (ArrowException, OSError) as error:
        raise InputError(f"{address}: cannot be read ({first_line(error)})") from None
    return system, path, info


def _in_time(address: str, ask: Callable[[], T]) -> T:
    """Return what is answered; some file systems try for a quarter of an hour to reach who is not there.

    Raises:
        InputError: nothing is answered in time, or what the question raises.
    """
    answer: Future[T] = Future()

    def wait() -> None:
        try:
            answer.set_result(ask())
        except InputError as error:
            answer.set_exception(error)

    thread = Thread(target=wait, daemon=True)  # it may never end
    thread.start()
    thread.join(_PATIENCE_S)
    if not answer.done():
        raise InputError(f"{address}: does not answer within {_PATIENCE_S:g} s")
    return answer.result()


def _place(address: str) -> tuple[Any, str]:
    from pyarrow import ArrowException
    from pyarrow.fs import FileSystem

    try:
        system, path = FileSystem.from_uri(address)
    except (ArrowException, OSError, ValueError) as error:
        raise InputError(f"{address}: no address that pyarrow reads ({first_line(error)})") from None
    return system, path
