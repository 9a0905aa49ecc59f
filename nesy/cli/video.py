"""What `nesy analyze` does with clips: each analyzed over time, told, and written with its pictures."""

import io
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nesy.cli.console import fail, notice, progress, result, write_all
from nesy.cli.out_option import unclaimed
from nesy.errors import InputError, ModelError, ReplyError

if TYPE_CHECKING:
    from rich.text import Text

    from nesy.pipeline import Pipeline
    from nesy.video.clip import Clip
    from nesy.video.video_analysis import VideoAnalysis

VideoOption = Annotated[
    bool,
    typer.Option("--video", help="Take folders for clips; files of video and animated pictures are known as such."),
]
EveryOption = Annotated[
    float | None,
    typer.Option("--every", metavar="S", help="Of a clip, look at a frame every S seconds.", show_default="1"),
]
ENDINGS = (".video.json", ".timeline.json", ".trig", ".timeline.png", ".strip.png", ".annotated.gif", ".annotated.mp4")
"""What `--out` holds of one clip; the last where PyAV is there."""


def are_clips(paths: Sequence[Path], *, forced: bool) -> bool:
    """Tell whether the inputs are clips: because they are said to be, or by their suffixes and what they hold.

    Raises:
        InputError: some of them are clips and some are pictures; or they are said to be clips, and one is a picture.
    """
    from nesy.video.clip import is_clip

    found = [forced or is_clip(path) for path in paths]
    if forced and (alone := next(filter(_is_picture, paths), None)):
        raise InputError(f"{alone}: a picture by itself; --video takes folders of frames, and knows clips as such")
    if any(found) and not all(found):
        picture = paths[found.index(False)]
        raise InputError(f"{picture}: a picture beside clips; analyze pictures and clips in two commands")
    return bool(found) and all(found)


def _is_picture(path: Path) -> bool:
    """Tell whether a file holds one picture that does not move."""
    from nesy.image import Image
    from nesy.video.clip import VIDEO_SUFFIXES, is_clip

    if not path.is_file() or path.suffix.lower() in VIDEO_SUFFIXES or is_clip(path):
        return False
    try:
        return bool(Image.open(path).name)
    except InputError:
        return False


def refuse_unfit(
    *,
    clips: bool,
    together: bool,
    video: bool,
    every: float | None,
    concurrency: int = 1,
    force: bool = False,
    out: Path | None = None,
) -> None:
    """Refuse an option that would change nothing for what is given.

    Args:
        clips: whether it is clips; the others are the options.

    Raises:
        InputError: there is one; says what it belongs to.
    """
    if together and video:
        raise InputError("--video takes folders for clips, and --together takes pictures; one of them is meant")
    if together and clips:
        raise InputError("--together takes pictures, and these are clips")
    if every is not None and not clips:
        raise InputError(f"--every {every:g}: belongs to clips; a folder of frames is one with --video")
    if together and concurrency > 1:
        raise InputError(f"--concurrency {concurrency}: --together asks about its pictures one after the other")
    if force and out is None:
        raise InputError("--force: goes with --out DIR, whose results it overwrites")


def analyze_clips(
    paths: Sequence[Path],
    pipeline: "Pipeline",
    form: str,
    out: Path | None,
    stems: Sequence[str],
    *,
    force: bool,
    concurrency: int,
) -> int:
    """Analyze clips one after the other; return the exit code.

    Args:
        paths: files of video, animated pictures, folders of frames.
        pipeline: with its model, which is loaded when the first clip could be read.
        form: of `--format`.
        out: folder of `--out`.
        stems: what the files of each clip are called there.
        force: whether files that are there are overwritten.
        concurrency: how many frames of a clip are asked about at once.

    Raises:
        InputError: a result would overwrite an earlier one, and `force` is False.
        ModelError: the model cannot be loaded.
    """
    from nesy.video.clip import open_clip
    from nesy.video.video_pipeline import analyze_video, rules_over_time

    if out is not None:
        unclaimed((out / f"{stem}{ending}" for stem in stems for ending in ENDINGS), force=force)
    rules_over_time(pipeline.settings, pipeline.ontology)
    worst = 0
    for path, stem in zip(paths, stems, strict=True):
        try:
            clip = open_clip(path, pipeline.settings.video)
        except InputError as error:
            worst = max(worst, fail(str(error), 2))
            continue
        _ = pipeline.model
        try:
            watch = partial(progress, what=f"Analyzing {path.name}")
            analysis = analyze_video(clip, pipeline=pipeline, concurrency=concurrency, watch=watch)
        except (ModelError, ReplyError) as error:
            worst = max(worst, fail(f"{path}: {error}", 3))
            continue
        for line in analysis.unread:
            notice(f"{path}: left out, for no reply could be read: {line}")
        if out is not None:
            write_all(out, _files(stem, clip, analysis))
            _write_mp4(out / f"{stem}.annotated.mp4", clip, analysis)
        if form == "text" and path is not paths[0]:
            result("")
        result(_shown(analysis, form, several=len(paths) > 1))
        if analysis.why_unknown:
            notice(f"{path}: {analysis.why_unknown}")
        worst = max(worst, 0 if analysis.consistent else 1)
    return worst


def _shown(analysis: "VideoAnalysis", form: str, *, several: bool) -> "str | Text":
    if form == "json":
        return analysis.to_json(indent=None if several else 2)
    if form == "text":
        from nesy.rendering.video_account import video_account

        return video_account(analysis)
    graph = analysis.to_rdf()
    return (graph if form == "trig" else graph.default_graph).serialize(format=form)


def _files(stem: str, clip: "Clip", analysis: "VideoAnalysis") -> dict[str, bytes]:
    from nesy.rendering.clip_pictures import annotated_gif, filmstrip
    from nesy.rendering.timeline_plot import timeline_plot

    plot, strip = io.BytesIO(), io.BytesIO()
    timeline_plot(analysis.timeline).save(plot, "PNG")
    filmstrip(clip, analysis.timeline).save(strip, "PNG")
    return {
        f"{stem}.video.json": analysis.to_json(indent=2).encode() + b"\n",
        f"{stem}.timeline.json": analysis.timeline.to_json(indent=2).encode() + b"\n",
        f"{stem}.trig": analysis.to_rdf().serialize(format="trig").encode(),
        f"{stem}.timeline.png": plot.getvalue(),
        f"{stem}.strip.png": strip.getvalue(),
        f"{stem}.annotated.gif": annotated_gif(clip, analysis.timeline),
    }


def _write_mp4(path: Path, clip: "Clip", analysis: "VideoAnalysis") -> None:
    """Write the annotated clip as MP4 where PyAV is there; the GIF shows the same."""
    from importlib.util import find_spec

    from nesy.rendering.clip_pictures import write_annotated_mp4

    if find_spec("av") is not None:
        write_annotated_mp4(clip, analysis.timeline, path)
