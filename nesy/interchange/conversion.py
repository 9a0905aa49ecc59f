"""A file of any format -> scenes, and back: whole or not at all, with what is lost on the way."""

import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from nesy.errors import InputError
from nesy.interchange.format import Format
from nesy.interchange.formats import named, of_source, of_target
from nesy.interchange.labels import Labels
from nesy.interchange.losses import Lost, summed
from nesy.interchange.pixels import SizeOf, no_size, sizes_in
from nesy.scene import Scene


def read(
    path: str | Path,
    format: str | None = None,
    lost: Callable[[Lost], object] | None = None,
    images: str | Path | None = None,
) -> Iterator[Scene]:
    """Yield the scenes of a file of any format.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "cups.jsonl")
    ...     _ = file.write_text('{"entities": [{"category": "cup"}]}')
    ...     [scene.entities[0].id for scene in read(file)]
    ['cup_1']

    Args:
        path: a file, or a folder where the format is one.
        format: a name of `FORMATS`; None goes by ending and content.
        lost: is told what a scene cannot hold of the file, or what had to be mended; None warns of it.
        images: folder of the pictures, whose sizes are read where the file does not tell them.

    Raises:
        InputError: it cannot be read, is in no such format, or a row of it cannot be used.
    """
    where = Path(path)
    chosen = _readable(where, format)
    size_of = no_size if images is None else sizes_in(Path(images))
    for one in _scenes(where, chosen, size_of):
        if isinstance(one, Scene):
            yield one
        elif lost is None:
            warnings.warn(f"{where}: {one}", stacklevel=2)
        else:
            lost(one)


def read_labels(
    path: str | Path, format: str | None = None, lost: Callable[[Lost], object] | None = None, size_of: SizeOf = no_size
) -> Iterator[Labels]:
    """Yield what a file of any format tells of its pictures: scenes, and what is listed in full, doubted or denied.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "cups.json")
    ...     _ = file.write_text('''{"images": [{"id": 1, "file_name": "a.jpg", "width": 8, "height": 8}],
    ...         "annotations": [], "categories": [{"id": 1, "name": "cup"}]}''')
    ...     [(one.scene.image.name, sorted(one.whole)) for one in read_labels(file)]  # no cup is in the picture
    [('a.jpg', ['cup'])]

    Args:
        path: a file, or a folder where the format is one.
        format: a name of `FORMATS`; None goes by ending and content.
        lost: is told what had to be left out or to be mended; None tells nobody.
        size_of: tells the sizes of pictures where the file does not.

    Raises:
        InputError: as `read`.
    """
    where = Path(path)
    chosen = _readable(where, format)
    found = _scenes(where, chosen, size_of) if chosen.labels is None else chosen.labels(where, size_of)
    for one in found:
        if isinstance(one, Scene):
            yield Labels(one)
        elif isinstance(one, Labels):
            yield one
        elif lost is not None:
            lost(one)


def _readable(path: Path, format: str | None) -> Format:
    chosen = of_source(path) if format is None else named(format)
    if chosen.read is None:
        raise InputError(f"--from {chosen.name}: is written only")
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if path.is_dir() != chosen.folder:
        raise InputError(f"{path}: a {'folder' if chosen.folder else 'file'} is expected of {chosen.name}")
    return chosen


def _scenes(path: Path, chosen: Format, size_of: SizeOf) -> Iterator[Scene | Lost]:
    assert chosen.read is not None
    return chosen.read(path) if chosen.read_sized is None else chosen.read_sized(path, size_of)


def write(
    scenes: Iterable[Scene],
    path: str | Path,
    format: str | None = None,
    *,
    overwrite: bool = False,
    strict: bool = False,
) -> tuple[Lost, ...]:
    """Write scenes to a file in any format, and return what it cannot hold, counted.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write([Scene.from_json('{"entities": [{"category": "cup"}]}')], Path(folder, "cups.jsonl"))
    ()

    Args:
        scenes: gone through once; formats of one scene a line hold one at a time.
        path: appears when it is whole; its folder must be there.
        format: a name of `FORMATS`; None goes by the ending.
        overwrite: whether what is there already may be replaced.
        strict: whether it is an error if anything would be lost; then nothing is written.

    Raises:
        InputError: it cannot be written, is there already, or the scenes cannot be had in this format.
    """
    where = Path(path)
    chosen = of_target(where) if format is None else named(format)
    if chosen.write is None:
        raise InputError(f"--to {chosen.name}: is read only")
    if not where.absolute().parent.is_dir():
        raise InputError(f"{where}: the folder does not exist")
    if where.exists() and not (where.is_file() or where.is_dir()):
        raise InputError(f"{where}: is a device or a pipe, and no file; `-` is standard output")
    if where.exists() and not overwrite:
        raise InputError(f"{where}: is there already; --force overwrites it")
    if where.exists() and where.is_dir() != chosen.folder:
        raise InputError(f"{where}: a {'folder' if where.is_dir() else 'file'} has this name")
    try:
        with tempfile.TemporaryDirectory(dir=where.absolute().parent, prefix=".nesy-") as draft:
            lost = _written(scenes, Path(draft) / where.name, chosen)
            if strict and lost:
                raise InputError(f"--strict: not in {chosen.name}: {'; '.join(map(str, lost))}")
            _put(Path(draft) / where.name, where)
            return lost
    except OSError as error:
        raise InputError(f"{where}: cannot be written ({error.strerror or error})") from None


def _written(scenes: Iterable[Scene], draft: Path, chosen: Format) -> tuple[Lost, ...]:
    assert chosen.write is not None
    if chosen.folder:
        draft.mkdir()
    return summed(chosen.write(scenes, draft))


def _put(draft: Path, path: Path) -> None:
    """Put what is whole in its place; of a folder that is there the files of other names stay."""
    if not draft.is_dir():
        draft.replace(path)
        return
    path.mkdir(exist_ok=True)
    for file in sorted(draft.iterdir()):
        file.replace(path / file.name)
