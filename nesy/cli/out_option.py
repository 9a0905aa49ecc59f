"""`--out` and `--force`: where a result goes instead of standard output; what is there already stays, unless forced."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from nesy.cli.console import result, standard_output, write_all
from nesy.errors import InputError

STREAM = "-"
"""Standard input or output, where a file is named."""
OutFileOption = Annotated[Path | None, typer.Option(metavar="FILE", help="Write the result (JSON) there instead.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite results that are there already.")]


def unclaimed(files: Iterable[Path], *, force: bool) -> None:
    """Make sure that nothing is overwritten, before any work is done.

    Raises:
        InputError: one of the files is there already, and `force` is False; or it can have no such name.
    """
    for file in files:
        try:
            there = file.exists()
        except OSError as error:  # the picture's own name fits, and no longer with an ending
            raise InputError(f"{file}: cannot be written ({error.strerror})") from None
        if there and not force:
            raise InputError(f"{file}: is there already; --force overwrites it")


def writable(out: Path | None, *, force: bool) -> None:
    """Make sure, before any work is done, that a result can go to a file.

    Raises:
        InputError: its folder does not exist, or it is there already and `force` is False.
    """
    if out is None:
        return
    if not out.parent.is_dir():
        raise InputError(f"--out {out}: the folder does not exist")
    unclaimed([out], force=force)


def deliver(text: str, out: Path | None) -> None:
    """Print a result, or write it to a file whole."""
    if out is None:
        result(text)
    else:
        write_all(out.parent, {out.name: (text.rstrip("\n") + "\n").encode()})


@contextmanager
def place_for(target: Path, ending: str = "") -> Iterator[Path]:
    """Give where to write; what is for standard output goes there when it is whole.

    Args:
        target: a file or folder, or `-`.
        ending: of the file that stands for standard output meanwhile.

    Raises:
        InputError: standard output is closed, nobody reads it, it is full, or a folder was written for it.
    """
    if str(target) != STREAM:
        yield target
        return
    with tempfile.TemporaryDirectory(prefix="nesy-") as folder:
        file = Path(folder, f"standard output{ending}")
        try:
            yield file
        except InputError as error:
            raise InputError(str(error).replace(str(file), "standard output")) from None
        if file.is_dir():
            raise InputError("standard output holds one file, and this format is a folder of several")
        with standard_output() as stream, file.open("rb") as written:
            shutil.copyfileobj(written, stream.buffer)
