"""`nesy convert` and `nesy formats`: the files of other tools to and from scenes."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import notice, result, table
from nesy.cli.input_files import holds_run
from nesy.cli.out_option import STREAM, ForceOption, place_for
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.interchange import Lost
    from nesy.scene import Scene

_PIPED = "standard input"


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="IN",
            help="A file, a folder where the format is one, a run, or - for standard input.",
            show_default=False,
        ),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar="OUT", help="The file or folder to write, or - for standard output.", show_default=False
        ),
    ],
    from_: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FORMAT",
            help="What IN is; told by its ending and content, unless said.",
            show_default=False,
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FORMAT", help="What OUT is; told by its ending, unless said.", show_default=False
        ),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where the pictures are: their sizes are read there if IN does not tell them.",
            show_default=False,
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Write nothing, and fail, if anything is lost.")] = False,
    force: ForceOption = False,
) -> None:
    """Convert scenes between the formats of tools and data sets; `nesy formats` lists them.

    What a scene cannot hold of IN, and OUT of a scene, is counted on standard error.
    """
    from nesy.interchange import write
    from nesy.interchange.formats import named, of_source, of_target

    if to is None and str(target) == STREAM:
        raise InputError("standard output has no ending; --to says the format")
    wanted = of_target(target) if to is None else named(to)
    with _file_of(source) as (file, name), place_for(target) as out:
        scenes: _Scenes | _ScenesOfRun
        if from_ is None and holds_run(file):
            notice(f"{name}: read as a run: the final scenes of its analyses")
            scenes = _ScenesOfRun(file)
        else:
            known = of_source(file) if from_ is None else named(from_)
            if from_ is None:
                notice(f"{name}: read as {known.name}: {known.title}")
            scenes = _Scenes(file, known.name, images, strict)
        lost = write(scenes, out, wanted.name, overwrite=force, strict=strict)
        for one in scenes.lost:
            notice(f"not in a scene: {one}")
        for one in lost:
            notice(f"not in {wanted.name}: {one}")
        notice(f"{scenes.count} {'scene' if scenes.count == 1 else 'scenes'} -> {target} ({wanted.name})")


class _Scenes:
    """The scenes of a file, gone through once, with their number and what was lost in reading them."""

    def __init__(self, file: Path, form: str, images: Path | None, strict: bool) -> None:
        self._file, self._form, self._images, self._strict = file, form, images, strict
        self.count = 0
        self.lost: list[Lost] = []

    def __iter__(self) -> Iterator["Scene"]:
        from nesy.interchange import read

        for scene in read(self._file, self._form, self.lost.append, self._images):
            self.count += 1
            yield scene
        if self._strict and self.lost:
            raise InputError(f"--strict: not in a scene: {'; '.join(map(str, self.lost))}")


class _ScenesOfRun:
    """The final scenes of a run, gone through once, with their number; a scene can hold each of them."""

    lost: tuple["Lost", ...] = ()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.count = 0

    def __iter__(self) -> Iterator["Scene"]:
        from nesy.batch import read_run

        for analysis in read_run(self._folder):
            self.count += 1
            yield analysis.scene


@contextmanager
def _file_of(source: Path) -> Iterator[tuple[Path, str]]:
    """Give the file to read and its name for messages; standard input goes to a temporary file first."""
    if str(source) != STREAM:
        yield source, str(source)
        return
    if sys.stdin is None:
        raise InputError(f"{_PIPED}: is closed")
    with tempfile.TemporaryDirectory(prefix="nesy-") as folder:
        file = Path(folder, _PIPED)
        with file.open("wb") as out:
            shutil.copyfileobj(sys.stdin.buffer, out)
        try:
            yield file, _PIPED
        except InputError as error:
            raise InputError(str(error).replace(str(file), _PIPED)) from None


def formats() -> None:
    """List the formats that `nesy convert` reads and writes, and what each cannot hold of a scene."""
    from nesy.interchange import FORMATS

    rows = [
        (
            one.name,
            " ".join(one.endings) or "(folder)",
            one.directions,
            one.title,
            one.cannot_hold or "nothing",
        )
        for one in FORMATS.values()
    ]
    result(table(("format", "endings", "", "what it is", "what it cannot hold"), rows))
