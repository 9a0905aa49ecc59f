"""Records of any kind -> their analyses, each with the pixels of its picture, or with the reason why there are none."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.cli.input_files import SceneText, holds_run, read_scenes
from nesy.errors import InputError
from nesy.image import Image, picture_bytes
from nesy.interchange.picture_paths import PicturePaths, bare

if TYPE_CHECKING:
    from nesy.analysis import Analysis
    from nesy.batch import Run
    from nesy.scene import ImageInfo

Find = Callable[["ImageInfo"], Path | None]
"""The file of a picture, where it is at hand."""
_CARD = "run.json"
_NOT_BESIDE = "The picture is not beside its record; --images DIR names the folder that it lies in."
_ANOTHER = (
    "The file of this name beside the record is another picture, by its SHA-256 sum; --images DIR names the folder of "
    "the right one."
)
_MOST_TOLD = 5


@dataclass(frozen=True)
class Recorded:
    """An analysis, and the picture that it is of."""

    analysis: "Analysis"
    read: Callable[[], bytes] | None
    """Gives the bytes of the picture's file; None where it was not found. To be called before the next is taken."""
    missing: str = ""
    """Why it was not found."""

    def picture(self) -> tuple[Image | None, str]:
        """Return the picture, or None and why it cannot be shown."""
        if self.read is None:
            return None, self.missing
        known = self.analysis.image
        try:
            data = self.read()
            if known.sha256 is not None and hashlib.sha256(data).hexdigest() != known.sha256:
                return None, _ANOTHER
            return Image.from_bytes(data, known.name), ""
        except InputError as error:
            return None, f"The picture cannot be shown: {error}"


class Records:
    """What `nesy report` is of: runs, folders of analyses, files of one or many, traces of `nesy evaluate --arms`.

    Args:
        paths: of them, in order.
        images: a folder that the pictures lie in; None: they are looked for beside their records.
        arm: which arm of traces is meant.

    Raises:
        InputError: there is no such folder of pictures.
    """

    def __init__(self, paths: Sequence[Path], images: Path | None = None, arm: str | None = None) -> None:
        self._paths, self._arm = paths, arm
        self._below = None if images is None else PicturePaths(images)
        self.notes: list[str] = []
        """What is to be told of them as a whole; complete when all are taken."""

    def __iter__(self) -> Iterator[Recorded]:
        for path in self._paths:
            if _holds_traces(path):
                yield from self._of_traces(path)
            elif holds_run(path):
                yield from self._of_run(path)
            elif path.is_dir():
                yield from self._of_folder(path)
            else:
                yield from self._of_file(path)

    def _of_run(self, path: Path) -> Iterator[Recorded]:
        from nesy.batch import read_run

        run = read_run(path)
        failed = list(run.failures())
        for one in failed[:_MOST_TOLD]:
            self.notes.append(f"{one.name} could not be analyzed: {one.error}")
        if len(failed) > _MOST_TOLD:
            self.notes.append(f"and {len(failed) - _MOST_TOLD:,} more pictures could not be analyzed")
        if self._below is not None:
            yield from (self._with_file(one, _NOT_BESIDE, None) for one in run)
        else:
            yield from _beside_sources(run)

    def _of_folder(self, path: Path) -> Iterator[Recorded]:
        files = sorted(path.glob("*.analysis.json"))
        if not files:
            raise InputError(
                f"{path}: holds no analyses; a run (`nesy analyze FOLDER --out RUN`) or *.analysis.json "
                "(`nesy analyze IMAGE --out DIR`) would be right"
            )
        for file in files:
            yield from self._of_file(file)

    def _of_file(self, path: Path) -> Iterator[Recorded]:
        folder = Path() if str(path) == "-" else path.parent
        for text in read_scenes(path, by_content=True).scenes:
            for analysis in _analyses(text):
                yield self._with_file(analysis, _NOT_BESIDE, folder)

    def _of_traces(self, path: Path) -> Iterator[Recorded]:
        from nesy.experiments import Traces
        from nesy.experiments.arms.trace_analysis import analyses_of

        traces = Traces(path)
        folder = Path(traces.card().folder)
        missing = f"The picture is not in {folder}, where the run found it; --images DIR names its folder."
        for analysis in analyses_of(traces, self._arm):
            yield self._with_file(analysis, missing, folder)

    def _with_file(self, analysis: "Analysis", missing: str, folder: Path | None) -> Recorded:
        if self._below is not None:
            found = self._below.find(analysis.image)
            missing = f"No picture of this name and sum is in {self._below.folder}."
        else:
            found = None if folder is None else _beside(folder, analysis.image)
        return Recorded(analysis, None if found is None else lambda: picture_bytes(found), missing)


def _holds_traces(path: Path) -> bool:
    """Tell whether a folder is that of `nesy evaluate --arms`."""
    try:
        with (path / _CARD).open("rb") as card:
            return b'"nesy.run/' in card.read(200)
    except OSError:
        return False


def _beside(folder: Path, image: "ImageInfo") -> Path | None:
    """Return the picture in the folder of a record, or in `images/` there, as `nesy synth` writes them."""
    try:
        return next(
            (one for one in (folder / bare(image.name), folder / "images" / bare(image.name)) if one.is_file()), None
        )
    except (OSError, ValueError):  # no file can have this name
        return None


def _analyses(text: SceneText) -> "Iterator[Analysis]":
    """Yield the analyses of a file's one line: itself, or those of an answer, an album or a clip."""
    match text.schema():
        case "nesy.album/1":
            from nesy.analysis import Album

            yield from Album.from_json(text.text, text.source).pictures
        case "nesy.album_answer/1":
            from nesy.answering.album_answer import AlbumAnswer

            yield from AlbumAnswer.from_json(text.text, text.source).album.pictures
        case "nesy.answer/1":
            from nesy.answering.answer import Answered

            analysis = Answered.from_json(text.text, text.source).analysis
            if analysis is None:
                raise InputError(f"{text.source}: an answer that was not checked; it holds no analysis")
            yield analysis
        case "nesy.video/1":
            yield from text.video().frames
        case _:
            yield text.analysis()


def _beside_sources(run: "Run") -> Iterator[Recorded]:
    """Yield the analyses of a run in the order of its data set, each with its picture; then those without."""
    from nesy.batch.data_set import DataSet

    left = dict.fromkeys(run.names())
    sources = tuple(dict.fromkeys(source for card in run.cards for source in card.sources))
    missing = f"The picture is not where the run found it ({', '.join(sources)}); --images DIR names its folder."
    try:
        pictures = iter(DataSet(sources))
        while left and (picture := next(pictures, None)) is not None:
            if picture.name in left:
                del left[picture.name]
                yield Recorded(run[picture.name], picture.read)
    except InputError as error:
        missing = f"The picture is not where the run found it ({error}); --images DIR names its folder."
    for name in left:
        yield Recorded(run[name], None, missing)
