"""Folders, glob patterns, lists and tar shards -> one data set: its pictures, one after the other, by stable names."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from nesy.batch.brace_pattern import expanded, has_braces
from nesy.batch.picture_files import PICTURES, Picture, in_folder, is_pattern, is_picture, matches, picture_of
from nesy.batch.picture_lists import LISTS, ROWS, in_list
from nesy.batch.share import Share
from nesy.batch.tar_shards import in_shard, is_shard, try_shard
from nesy.errors import InputError


@dataclass(frozen=True)
class Part:
    """One source of a data set."""

    source: str
    """As it was named."""
    pictures: Callable[[], Iterator[Picture]]
    countable: bool
    """Whether its pictures are counted without reading all of it."""


class DataSet:
    """The pictures of one or several sources, in their order; each time it is gone through they are found anew.

    >>> [picture.name for picture in DataSet(["examples/images"])][:2]
    ['bicycle.png', 'dog.png']

    Args:
        sources: a folder, a glob pattern, a list (`.txt`, `.lst`: a path a line; `.jsonl`, `.ndjson`: a row a line), a
            tar file, a pattern of such files (`shard-{000..009}.tar`), a picture file; or several of them.

    Raises:
        InputError: one of them is not there or cannot be read, or there is no picture in all of them.
    """

    def __init__(self, sources: Sequence[str | Path] | str | Path) -> None:
        named = [sources] if isinstance(sources, (str, Path)) else list(sources)
        if not named:
            raise InputError("no source of pictures; a folder, a list or a tar file would be right")
        self.sources = tuple(str(one) for one in named)
        self.parts = tuple(part for one in self.sources for part in _parts(one, alone=len(named) == 1))
        folders = [Path(one).resolve().name for one in self.sources if Path(one).is_dir()]
        twice = next((name for place, name in enumerate(folders) if name in folders[:place]), None)
        if twice is not None:
            raise InputError(f"two folders are called {twice}, so their pictures would be; name the folder above them")
        if next(iter(self), None) is None:
            raise InputError(f"{', '.join(self.sources)}: {_nothing(self.sources)}")

    @classmethod
    def of_files(cls, files: Mapping[str, Path], source: str) -> "DataSet":
        """Return the data set of files that are known by names of their own, as annotations have them.

        Args:
            files: name -> file, in order.
            source: where they come from, as a run is to say.

        Raises:
            InputError: there is none.
        """
        if not files:
            raise InputError(f"{source}: no picture in it")
        found = cls.__new__(cls)
        found.sources = (source,)
        found.parts = (Part(source, partial(_of_files, dict(files)), countable=True),)
        return found

    def __iter__(self) -> Iterator[Picture]:
        for part in self.parts:
            yield from part.pictures()

    def count(self, share: Share | None = None) -> int | None:
        """Return how many pictures there are, or fall to a share; None where a tar file would have to be read."""
        if not all(part.countable for part in self.parts):
            return None
        return sum(share is None or share.holds(picture.name) for picture in self)


def is_data_set(source: str | Path) -> bool:
    """Tell whether a source names many pictures, and no single file."""
    path = Path(source)
    if path.is_dir():
        return True
    if is_shard(path) or path.suffix.lower() in (*LISTS, *ROWS):
        return True
    return not path.exists() and (is_pattern(str(source)) or has_braces(str(source)))


def _parts(source: str, *, alone: bool) -> Iterator[Part]:
    path = Path(source)
    if path.is_dir():
        name = "" if alone else f"{path.resolve().name}/"
        yield Part(source, partial(in_folder, path, name), countable=True)
    elif path.exists() or not is_data_set(source):
        yield _file(path, path.name)
    elif is_pattern(source):
        shards = [one for one, _ in _matching(source) if is_shard(one)]
        for shard in shards:
            try_shard(shard)
        yield Part(source, partial(_in_pattern, source), countable=not shards)
    elif has_braces(source):
        yield from (_file(Path(one), Path(one).name) for one in expanded(source))
    else:
        raise InputError(f"{source}: no such file")


def _file(path: Path, name: str) -> Part:
    if is_shard(path):
        try_shard(path)
        return Part(str(path), partial(in_shard, path), countable=False)
    if path.suffix.lower() in (*LISTS, *ROWS):
        next(in_list(path), None)
        return Part(str(path), partial(in_list, path), countable=True)
    return Part(str(path), partial(_one, path, name), countable=True)


def _matching(pattern: str) -> list[tuple[Path, str]]:
    found = [(one, name) for one, name in matches(pattern) if is_shard(one) or is_picture(one.name)]
    if not found:
        raise InputError(f"{pattern}: no picture and no tar file matches")
    return found


def _in_pattern(pattern: str) -> Iterator[Picture]:
    for path, name in _matching(pattern):
        if is_shard(path):
            yield from in_shard(path)
        else:
            yield picture_of(path, name)


def _of_files(files: Mapping[str, Path]) -> Iterator[Picture]:
    return (picture_of(path, name) for name, path in files.items())


def _one(path: Path, name: str) -> Iterator[Picture]:
    yield picture_of(path, name)


def _nothing(sources: Sequence[str]) -> str:
    folders = [Path(one) for one in sources if Path(one).is_dir()]
    shards = [one for folder in folders for one in sorted(folder.iterdir()) if is_shard(one)]
    if shards:
        return f"no picture, but tar files; name them: {shards[0].parent}/*{shards[0].suffix}"
    return f"no picture in it ({' '.join(sorted(PICTURES))})"
