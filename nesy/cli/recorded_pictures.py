"""Records of any kind -> their analyses, each with the pixels of its picture, or with the reason why there are none."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.cli.input_files import SceneText, holds_run, read_scenes
from nesy.cli.near_records import clip_in, near
from nesy.errors import InputError
from nesy.image import Image, picture_bytes
from nesy.interchange.picture_paths import PicturePaths, bare

if TYPE_CHECKING:
    from nesy.analysis import Analysis
    from nesy.batch import Run
    from nesy.scene import ImageInfo
    from nesy.video.video_analysis import VideoAnalysis

Read = Callable[[], bytes | Image | None]
"""Gives a picture, or the bytes of its file, where it is at hand."""
_CARD = "run.json"
_NOT_BESIDE = (
    "The picture is not beside its record, in the folder above or in the working folder; --images DIR names the folder "
    "that it lies in."
)
_ANOTHER = (
    "The file of this name that is at hand is another picture, by its SHA-256 sum; --images DIR names the folder of "
    "the right one."
)
_MOST_TOLD = 5


@dataclass(frozen=True)
class Recorded:
    """An analysis, and the picture that it is of."""

    analysis: "Analysis"
    read: Read
    """Looks for the picture; to be called before the next is taken."""
    missing: str = ""
    """Why there is none, where none is found."""

    def picture(self) -> tuple[Image | None, str]:
        """Return the picture, or None and why it cannot be shown."""
        known = self.analysis.image
        try:
            data = self.read()
            if data is None or isinstance(data, Image):
                return data, "" if data else self.missing
            if known.sha256 is not None and hashlib.sha256(data).hexdigest() != known.sha256:
                return None, _ANOTHER
            return Image.from_bytes(data, known.name), ""
        except InputError as error:
            return None, f"The picture cannot be shown: {error}"


class Records:
    """What `nesy report` is of: runs, folders of analyses, files of one or many, traces of `nesy evaluate --arms`.

    They can be gone through more than once.

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
        self._piped: dict[Path, tuple[SceneText, ...]] = {}
        self.notes: list[str] = []
        """What is to be told of them as a whole; complete when all are taken."""

    def __iter__(self) -> Iterator[Recorded]:
        self.notes.clear()
        if self._arm is not None and not any(map(_holds_traces, self._paths)):
            raise InputError(f"--arm {self._arm}: belongs to traces, and nothing here is a folder of them")
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
            yield from (self._with_file(one, _NOT_BESIDE, ()) for one in run)
        else:
            yield from _beside_sources(run)

    def _of_folder(self, path: Path) -> Iterator[Recorded]:
        kinds = ("*.analysis.json", "*.video.json")
        files = sorted(file for kind in kinds for file in path.glob(kind)) or sorted(path.glob("*.album.json"))
        if not files:
            raise InputError(
                f"{path}: holds no analyses; a run (`nesy analyze FOLDER --out RUN`), *.analysis.json or *.video.json "
                "(`nesy analyze IMAGE --out DIR`) would be right"
            )
        for file in files:
            yield from self._of_file(file)

    def _of_file(self, path: Path) -> Iterator[Recorded]:
        folders = near(path)
        for text in self._texts(path):
            if text.schema() == "nesy.video/1":
                yield from self._of_clip(text.video(), folders)
            else:
                for analysis in _analyses(text):
                    yield self._with_file(analysis, _NOT_BESIDE, folders)

    def _texts(self, path: Path) -> Iterable[SceneText]:
        """Return what a file holds; what cannot be read a second time, standard input or a pipe, is kept."""
        if path.is_file():
            return read_scenes(path, by_content=True).scenes
        if path not in self._piped:
            self._piped[path] = tuple(read_scenes(path, by_content=True).scenes)
        return self._piped[path]

    def _of_clip(self, video: "VideoAnalysis", folders: Sequence[Path]) -> Iterator[Recorded]:
        """Yield its frames, each a picture; what holds over time is told above them."""
        for found in video.findings[:_MOST_TOLD]:
            self.notes.append(f"{video.name}, over time: {found.severity}: {found.message}")
        if (more := len(video.findings) - _MOST_TOLD) > 0:
            self.notes.append(f"{video.name}, over time: and {more:,} more findings")
        name = Path(video.name).name
        if self._below is not None:
            folders, where = self._below.folders_with(name), f"in {self._below.folder}"
        else:
            where = "beside its record, in the folder above or in the working folder"
        frames = _Frames(video, folders)
        missing = f"The clip {video.name} is not {where}, nor are its frames; --images DIR names the folder of either."
        for analysis in video.frames:
            alone = self._with_file(analysis, missing, folders)
            yield Recorded(analysis, partial(frames.of, analysis.image, alone.read), missing)

    def _of_traces(self, path: Path) -> Iterator[Recorded]:
        from nesy.experiments import Traces
        from nesy.experiments.arms.trace_analysis import analyses_of

        traces = Traces(path)
        folder = Path(traces.card().folder)
        missing = f"The picture is not in {folder}, where the run found it; --images DIR names its folder."
        for analysis in analyses_of(traces, self._arm):
            yield self._with_file(analysis, missing, (folder,))

    def _with_file(self, analysis: "Analysis", missing: str, folders: Sequence[Path]) -> Recorded:
        if (below := self._below) is not None:
            missing = f"No picture of this name and sum is in {below.folder}."
            return Recorded(analysis, lambda: _bytes(below.find(analysis.image)), missing)
        return Recorded(analysis, lambda: _beside(folders, analysis.image), missing)


class _Frames:
    """The frames of a clip that is looked for when the first of them is wanted."""

    def __init__(self, video: "VideoAnalysis", folders: Sequence[Path]) -> None:
        self._video, self._folders = video, folders

    @cached_property
    def _by_sum(self) -> dict[str, Image] | InputError:
        try:
            clip = clip_in(self._folders, self._video.timeline, self._video.settings.video)
        except InputError as error:
            return error
        return {} if clip is None else {frame.image.sha256: frame.image for frame in clip.frames}

    def of(self, image: "ImageInfo", otherwise: Read) -> Image | bytes | None:
        """Return a frame of the clip, or what else is at hand; InputError where the clip cannot be read."""
        found = self._by_sum
        frame = None if image.sha256 is None or isinstance(found, InputError) else found.get(image.sha256)
        shown = otherwise() if frame is None else frame
        if shown is None and isinstance(found, InputError):
            raise found
        return shown


def _holds_traces(path: Path) -> bool:
    """Tell whether a folder is that of `nesy evaluate --arms`."""
    try:
        with (path / _CARD).open("rb") as card:
            return b'"nesy.run/' in card.read(200)
    except OSError:
        return False


def _beside(folders: Sequence[Path], image: "ImageInfo") -> bytes | None:
    """Return the picture that lies in one of the folders, or in `images/` there, as `nesy synth` writes them.

    Of several of its name it is that of its sum; where none has it, the first.
    """
    other = None
    for folder in dict.fromkeys(place for one in folders for place in (one, one / "images")):
        try:
            if not (file := folder / bare(image.name)).is_file():
                continue
        except (OSError, ValueError):  # no file can have this name
            return None
        data = picture_bytes(file)
        if image.sha256 in (None, hashlib.sha256(data).hexdigest()):
            return data
        other = other or data
    return other


def _bytes(file: Path | None) -> bytes | None:
    return None if file is None else picture_bytes(file)


def _analyses(text: SceneText) -> "Iterator[Analysis]":
    """Yield the analyses of a file's one line: itself, or those of an answer or an album."""
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
        yield Recorded(run[name], lambda: None, missing)
