"""Results -> standard output, notices and progress -> standard error, files -> whole or not at all."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Never, TextIO, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from nesy.errors import InputError
from nesy.rendering.plain import on_one_line, printable

T = TypeVar("T")


def result(shown: str | Text | Table) -> None:
    """Print a result on standard output; what a terminal might obey is escaped.

    Raises:
        InputError: standard output is closed, its reader has gone (`nesy ... | head`), or what it goes to is full.
    """
    with standard_output() as stream:
        stream.write(printable(shown).rstrip("\n") + "\n" if isinstance(shown, str) else _lines(shown))


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Give standard output, and send on what was written when it is left.

    Raises:
        InputError: it is closed, its reader has gone, or what it goes to is full.
    """
    if sys.stdout is None:
        raise InputError("standard output is closed; results go there")
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        let_go_of(sys.stdout)
        raise InputError("standard output: nobody reads it any more") from None
    except OSError as error:
        let_go_of(sys.stdout)
        raise InputError(f"standard output: cannot be written to ({error.strerror})") from None


def let_go_of(stream: TextIO) -> None:
    """Send what is still in the buffer nowhere, or Python would try to write it once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def leave() -> Never:
    """End the process at once, with exit code 0, whatever its other threads do; what was printed is out."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(0)


def _lines(shown: Text | Table) -> str:
    """Lay out rich text; coloured and as wide as the terminal where there is one, plain whole lines where not."""
    if isinstance(shown, Text) and printable(shown.plain) != shown.plain:
        shown = Text(printable(shown.plain))
    # colours may be forced or refused by the environment; lines are folded for a terminal alone
    console = Console(markup=False, highlight=False, emoji=False, width=None if sys.stdout.isatty() else 10_000)
    with console.capture() as captured:
        console.print(shown, soft_wrap=isinstance(shown, Text), end="")
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n")) + "\n"


def notice(text: str) -> None:
    """Print one line on standard error."""
    if sys.stderr is not None:  # it may be closed, too; the exit code still tells
        sys.stderr.write(on_one_line(text) + "\n")
        sys.stderr.flush()


def fail(message: str, code: int) -> int:
    """Print `error: ...` as one line on standard error and return `code`."""
    notice(f"error: {message}")
    return code


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Lay out rows under column headings; every cell is text, never markup."""
    laid = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        laid.add_column(column, overflow="fold")
    for row in rows:
        laid.add_row(*(Text(on_one_line(cell)) for cell in row))
    return laid


def progress(items: Sequence[T], what: str) -> Iterator[T]:
    """Yield the items with a progress bar on standard error, where that is a terminal and there are several."""
    with growing(what, len(items), shown=len(items) > 1) as advance:
        for item in items:
            yield item
            advance(1)


@contextmanager
def growing(what: str, total: int | None, *, shown: bool = True, rate: bool = False) -> Iterator[Callable[[int], None]]:
    """Give what moves a progress bar on by so much, on standard error where that is a terminal.

    Args:
        what: stands beside the bar.
        total: where it ends; None if that is not known.
        shown: False shows none.
        rate: whether it tells how many are done, how many a second, and when it will end.
    """
    console = Console(stderr=True, markup=False)
    if not shown or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _by: None
        return
    columns: list[ProgressColumn] = [
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    ]
    if rate:
        columns += [MofNCompleteColumn(), _Rate(), TextColumn("left:"), TimeRemainingColumn()]
    # While a bar is shown, rich can send what goes to standard output through its own console, which is that of
    # standard error. That keeps the bar below the results on one terminal, and loses results that go anywhere else.
    together = sys.stdout is not None and sys.stdout.isatty()
    bar = Progress(*columns, console=console, transient=True, redirect_stdout=together, redirect_stderr=together)
    with bar:
        task = bar.add_task(what, total=total)
        yield lambda by: bar.update(task, advance=by)


class _Rate(ProgressColumn):
    """How many are done a second."""

    def render(self, task: Task) -> Text:
        """Return it as text; nothing while it is not known."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")


def folder_for(path: Path, option: str = "--out") -> Path:
    """Make the folder of an option; InputError when that cannot be done."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return path
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be written to ({error.strerror})") from None


def refuse_folder(path: Path, option: str) -> None:
    """Make sure, before any work is done, that the folder of an option can be made and written to; leave it unmade.

    Raises:
        InputError: it cannot.
    """
    new = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        folder_for(path, option)
    finally:
        for folder in new:
            with suppress(OSError):
                folder.rmdir()


def write_all(folder: Path, files: Mapping[str, bytes | Iterable[bytes]]) -> None:
    """Write every file, or none: each goes to a temporary file first; all are renamed when all are written.

    Args:
        folder: where they go.
        files: name -> content, whole or in pieces, which are taken as they are written.

    Raises:
        InputError: the disk is full, the folder is gone, or a name is taken by a folder.
    """
    with _temporary(folder, files) as written:
        for draft, name in written.items():
            try:
                draft.replace(folder / name)
            except OSError as error:
                raise InputError(f"{folder / name}: cannot be written ({error.strerror})") from None


@contextmanager
def _temporary(folder: Path, files: Mapping[str, bytes | Iterable[bytes]]) -> Iterator[dict[Path, str]]:
    drafts: dict[Path, str] = {}
    try:
        for name, data in files.items():
            if (folder / name).is_dir():
                raise InputError(f"{folder / name}: cannot be written (a folder has this name)")
            if (folder / name).exists() and not (folder / name).is_file():
                raise InputError(f"{folder / name}: cannot be written (it is a device or a pipe, and no file)")
            try:
                with tempfile.NamedTemporaryFile(dir=folder, prefix=".nesy-", suffix=".tmp", delete=False) as draft:
                    drafts[Path(draft.name)] = name
                    draft.writelines([data] if isinstance(data, bytes) else data)
                # A temporary file is private; a result is as readable as any other new file.
                Path(draft.name).chmod(0o666 & ~_umask())
            except OSError as error:
                raise InputError(f"{folder / name}: cannot be written ({error.strerror})") from None
        yield drafts
    finally:
        for left in drafts:
            left.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
