"""A file of scenes or texts, or standard input -> one, or many with the line of each, read as they are wanted."""

import io
import json
import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from nesy.encoding import utf8_lines
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.analysis import Analysis
    from nesy.batch import Run
    from nesy.scene import Scene
    from nesy.video.timeline import Timeline
    from nesy.video.video_analysis import VideoAnalysis

_PIPED = "standard input"
_MOST_NAMED = 10
"""Pictures of a run that a message names."""
_ENOUGH = 1 << 24
"""After so many bytes, text that no single line has explained yet is taken for many scenes."""


@dataclass(frozen=True)
class SceneText:
    """One scene, or an analysis that ends with one, as it was written, not yet read."""

    source: str
    """The file, and the line where there are many."""
    text: bytes
    line: int = 1

    def scene(self) -> "Scene":
        """Read it; of an analysis the final scene. InputError names the source and the field."""
        from nesy.scene import Scene

        match self.schema():
            case "nesy.analysis/1":
                return self.analysis().scene
            case str(other) if other.startswith("nesy.") and not other.startswith("nesy.scene/"):
                raise InputError(f"{self.source}: this is {other}; a scene or an analysis would be right")
            case _:
                try:
                    return Scene.from_json(self.text, source=self.source)
                except InputError:
                    self._refuse_other_format()
                    raise

    def _refuse_other_format(self) -> None:
        """Say of a file of another tool what it is, in place of all that is no field of a scene."""
        from nesy.interchange.formats import told_by_content

        try:
            found = told_by_content(json.loads(self.text))
        except (ValueError, RecursionError):
            return
        if found is not None:
            file = self.source.removesuffix(f":{self.line}")
            raise InputError(
                f"{self.source}: this is {found.name} ({found.title}); "
                f"`nesy convert {shlex.quote('-' if file == _PIPED else file)} - --to scenes` makes scenes of it"
            )

    def analysis(self) -> "Analysis":
        """Read it as an analysis; InputError names the source and the field."""
        from nesy.analysis import Analysis

        other = self.schema()
        if isinstance(other, str) and other.startswith("nesy.") and not other.startswith("nesy.analysis/"):
            raise InputError(
                f"{self.source}: this is {other}; an analysis (`nesy analyze --format json`) would be right"
            )
        return Analysis.from_json(self.text, source=self.source)

    def video(self) -> "VideoAnalysis":
        """Read it as the analysis of a clip; InputError names the source and the field."""
        from nesy.video.video_analysis import VideoAnalysis

        return VideoAnalysis.from_json(self.text, source=self.source)

    def record(self) -> "Analysis | VideoAnalysis | Timeline":
        """Read it as the analysis of a picture or a clip, or as a timeline, as it says; raises as `analysis` does."""
        from nesy.video.timeline import Timeline

        match self.schema():
            case "nesy.video/1":
                return self.video()
            case "nesy.timeline/1":
                return Timeline.from_json(self.text, source=self.source)
            case _:
                return self.analysis()

    def schema(self) -> object:
        """Return the name of the format that the text says it has; None where it does not say, or is no JSON."""
        return self._field("schema")

    def has(self, field: str) -> bool:
        """Tell whether the text is a JSON object with such a field."""
        return self._field(field) is not None

    def _field(self, name: str) -> object:
        if f'"{name}"'.encode() not in self.text:
            return None
        try:
            read = json.loads(self.text)
        except (ValueError, RecursionError):
            return None
        return read.get(name) if isinstance(read, dict) else None


@dataclass(frozen=True)
class SceneFile:
    """What a file holds: one scene, or one a line."""

    scenes: Iterable[SceneText]
    """To be read once; lines come as the file is read."""
    many: bool
    size: int | None = None
    """In bytes, where that is known beforehand."""


def read_scenes(path: Path, *, by_content: bool = False) -> SceneFile:
    """Read a `.json` file (one scene), a `.jsonl` file (one a line), or `-`, where the content tells which of the two.

    Of a run (`nesy analyze FOLDER --out RUN`), or a folder of runs, these are its analyses.

    Empty lines of a `.jsonl` file are skipped. Nothing is parsed yet: one broken line leaves the others readable. Of
    many scenes only the line at hand is held.

    Args:
        path: the file; `-` for standard input.
        by_content: whether the content tells of a `.json` file as well.

    Raises:
        InputError: the file is missing, a folder, unreadable or empty.
    """
    if path.is_dir():
        run = _run(path)
        return SceneFile((SceneText(place, text, number) for number, (place, text) in enumerate(run.lines(), 1)), True)
    name = _PIPED if str(path) == "-" else str(path)
    stream = _opened(path, name)
    size, lines = _size(stream), lines_of(stream, name)
    first = next((one for one in lines if one.text.strip()), None)
    if first is None:
        raise InputError(f'{name}: empty; a scene ({{"entities": [...]}}) is expected')
    suffix = path.suffix.lower()
    if suffix == ".json" and not by_content:
        return SceneFile((_whole([first, *lines], name),), many=False)
    if suffix != ".jsonl":
        held, many = _held(first, lines)
        if not many:
            return SceneFile((_whole(held, name),), many=False)
        lines = chain(held[1:], lines)
    rest = (one for one in lines if one.text.strip())
    return SceneFile(chain([first], rest), many=True, size=size)


def chosen_analysis(path: Path, image: str | None) -> "Analysis":
    """Read a file of one analysis, or of one a line, and return the one that is meant.

    Args:
        path: the file; `-` for standard input.
        image: name of the picture, where the file holds several.

    Raises:
        InputError: a line is no analysis, or it is not clear which is meant; tells the pictures there are.
    """
    from nesy.analysis import Analysis

    found = chosen_record(path, image)
    if not isinstance(found, Analysis):
        raise InputError(f"{path}: this is nesy.video/1; an analysis of a picture would be right")
    return found


def chosen_record(path: Path, image: str | None) -> "Analysis | VideoAnalysis":
    """Read a file of one analysis, or of one a line, of pictures or of clips, and return the one that is meant.

    Args:
        path: the file; `-` for standard input.
        image: name of the picture, where the file holds several.

    Raises:
        InputError: a line is no analysis, or it is not clear which is meant; tells the pictures there are.
    """
    from nesy.video.timeline import Timeline

    found = chosen_list(path, image)
    if isinstance(found, Timeline):
        raise InputError(f"{path}: this is nesy.timeline/1; an analysis (`nesy analyze --format json`) would be right")
    return found


def chosen_list(path: Path, image: str | None) -> "Analysis | VideoAnalysis | Timeline":
    """Read a file as `chosen_record` does, or one of timelines; raises as it does."""
    from nesy.analysis import Analysis

    if path.is_dir():
        return _chosen_of_run(path, image)
    name = _PIPED if str(path) == "-" else str(path)
    analyses = [text.record() for text in read_scenes(path, by_content=True).scenes]
    called = [one.image.name if isinstance(one, Analysis) else one.name for one in analyses]
    names = ", ".join(called)
    found = [analysis for analysis, own in zip(analyses, called, strict=True) if image in (None, own)]
    if not found:
        raise InputError(f"--image {image}: {name} holds no analysis of it; it has {names}")
    if len(found) > 1:
        raise InputError(f"{name}: holds several analyses; name one with --image: {names}")
    return found[0]


def holds_run(path: Path) -> bool:
    """Tell whether a folder is that of a run, or holds those of some."""
    return path.is_dir() and any(any(path.glob(name)) for name in ("run.json", "*/run.json"))


def _run(folder: Path) -> "Run":
    from nesy.batch import read_run

    run = read_run(folder)
    if not len(run):
        raise InputError(f"{folder}: a run without an analysis")
    return run


def _chosen_of_run(folder: Path, image: str | None) -> "Analysis":
    """Return the analysis of a run that is meant, without reading the others."""
    run = _run(folder)
    if image is None and len(run) > 1:
        names = ", ".join(islice(run.names(), _MOST_NAMED))
        more = f" and {len(run) - _MOST_NAMED:,} more" if len(run) > _MOST_NAMED else ""
        raise InputError(f"{folder}: holds several analyses; name one with --image: {names}{more}")
    return run[next(run.names()) if image is None else image]


def read_texts(path: Path) -> SceneFile:
    """Read a `.jsonl` file (a text in each line), or any other file as one text; of `-` the content tells which.

    Standard input holds many texts where its first line is a JSON object.

    Raises:
        InputError: the file is missing, a folder, unreadable or empty.
    """
    name = _PIPED if str(path) == "-" else str(path)
    stream = _opened(path, name)
    size, lines = _size(stream), lines_of(stream, name)
    before = []
    for first in lines:
        before.append(first)
        if first.text.strip():
            break
    else:
        raise InputError(f"{name}: empty; a description in words is expected")
    if path.suffix.lower() == ".jsonl" or (str(path) == "-" and _is_object(before[-1].text.strip())):
        rest = (one for one in lines if one.text.strip())
        return SceneFile(chain(before[-1:], rest), many=True, size=size)
    return SceneFile((_whole([*before, *lines], name),), many=False)


def standard_input() -> BinaryIO:
    """Return the stream that `-` reads; InputError where it is closed."""
    if sys.stdin is None:
        raise InputError("standard input is closed; `-` reads it")
    return sys.stdin.buffer


def _opened(path: Path, name: str) -> BinaryIO:
    try:
        if str(path) != "-":
            return path.open("rb")
        return standard_input()
    except FileNotFoundError:
        raise InputError(f"{name}: no such file") from None
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise InputError(f"{name!r}: no file can have this name") from None


def lines_of(stream: BinaryIO, name: str) -> Iterator[SceneText]:
    """Yield every line of a stream with its number, empty ones too, and close it.

    Raises:
        InputError: it cannot be read, or is no text in UTF-8.
    """
    try:
        for number, line in enumerate(utf8_lines(stream, name), start=1):
            yield SceneText(f"{name}:{number}", line, number)
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror})") from None
    finally:
        if stream is not sys.stdin.buffer:
            stream.close()


def _whole(lines: Iterable[SceneText], name: str) -> SceneText:
    return SceneText(name, b"".join(one.text for one in lines))


def _held(first: SceneText, lines: Iterator[SceneText]) -> tuple[list[SceneText], bool]:
    """Read as many lines as it takes to tell whether they are one scene or one each; return them, and which.

    Many are told by a line that is an object by itself, in a text that is no JSON as a whole.
    """
    held, size = [first], len(first.text)
    begins_with_one = _is_object(first.text)
    for one in lines:
        held.append(one)
        size += len(one.text)
        if begins_with_one and one.text.strip():
            return held, True  # two values in a row are no JSON
        if size > _ENOUGH:
            break
    else:
        return held, _is_many(held)
    return held, True


def _is_many(lines: list[SceneText]) -> bool:
    filled = [one.text for one in lines if one.text.strip()]
    if len(filled) < 2 or _is_json(b"".join(filled)):
        return False
    return any(_is_object(text) for text in filled)


def _is_object(text: bytes) -> bool:
    return text.startswith(b"{") and _is_json(text)


def _is_json(data: bytes) -> bool:
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def _size(stream: BinaryIO) -> int | None:
    """Return how many bytes a file has; None for a pipe or a terminal."""
    try:
        return os.fstat(stream.fileno()).st_size or None
    except (OSError, io.UnsupportedOperation):
        return None
