"""Files, folders, patterns and addresses of scenes -> the scenes of all of them, in order."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from nesy.cli.input_files import SceneFile, SceneText, holds_run, lines_of, read_scenes
from nesy.errors import InputError

_ENDINGS = (".jsonl", ".ndjson")
"""Of files with a scene a line, which a folder is searched for."""


def scenes_of(sources: Sequence[str], *, addresses: bool) -> SceneFile:
    """Read scenes as `read_scenes` does; of several sources, of a folder, a pattern or an address there are many.

    Args:
        sources: files; folders, of which the files that hold a scene a line are taken; quoted patterns; runs; and
            addresses, also with patterns.
        addresses: whether addresses (`s3://BUCKET/x.jsonl`) are read.

    Raises:
        InputError: one is missing, unreadable or empty, nothing matches, or an address is not to be read.
    """
    files = [file for source in sources for file in _files(source, addresses=addresses)]
    if len(files) == 1 and files == list(sources) and not is_address(files[0]):
        return read_scenes(Path(files[0]))
    for file in files:
        if not is_address(file) and file != "-" and not Path(file).exists():
            raise InputError(f"{file}: no such file")
    scenes = chain.from_iterable(map(_scenes, files))
    first = next(scenes, None)
    if first is None:
        raise InputError(f"{', '.join(sources)}: no scene in it")
    return SceneFile(chain([first], scenes), many=True, size=_size(files))


def is_address(source: str) -> bool:
    """Tell whether a source is an address, and no file of this machine."""
    return "://" in source


def _files(source: str, *, addresses: bool) -> list[str]:
    from nesy.batch.brace_pattern import has_braces
    from nesy.batch.picture_files import is_pattern, matches

    if is_address(source):
        if not addresses:
            raise InputError(f"{source}: an address; --engine ray reads it, where it names files that pyarrow reads")
        from nesy.distributed.addresses import listed

        return listed(source, _ENDINGS)
    path = Path(source)
    if path.is_dir() and not holds_run(path):
        found = sorted(str(one) for end in _ENDINGS for one in path.glob(f"*{end}"))
        if not found:
            raise InputError(f"{source}: a folder without a run and without {' or '.join(_ENDINGS)} files")
        return found
    if not path.exists() and (is_pattern(source) or has_braces(source)):
        found = [str(one) for one, _ in matches(source)]
        if not found:
            raise InputError(f"{source}: no file matches")
        return found
    return [source]


def _scenes(file: str) -> Iterator[SceneText]:
    """Yield the scenes of one of several files; of a file with a scene a line there may be none, as of a shard."""
    has_lines = file.lower().endswith(_ENDINGS) and not Path(file).is_dir()
    if not is_address(file) and not has_lines:
        yield from read_scenes(Path(file)).scenes
        return
    lines = lines_of(_opened(file), file)
    if has_lines:
        yield from (one for one in lines if one.text.strip())
    else:
        yield SceneText(file, b"".join(one.text for one in lines))


def _opened(file: str) -> BinaryIO:
    if is_address(file):
        from nesy.distributed.addresses import opened

        return opened(file)
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror})") from None


def _size(files: Sequence[str]) -> int | None:
    """Return how many bytes all files have; None where that is not known."""
    if any(is_address(file) or file == "-" or Path(file).is_dir() for file in files):
        return None
    with suppress(OSError):
        return sum(Path(file).stat().st_size for file in files)
    return None
