"""What `nesy ask` does with clips, and with the files that hold what is claimed of them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from nesy.cli.console import notice, progress, result
from nesy.cli.near_records import clip_in, near
from nesy.errors import InputError

if TYPE_CHECKING:
    from nesy.pipeline import Pipeline
    from nesy.video.clip import Clip
    from nesy.video.clip_answer import ClipAnswer
    from nesy.video.timeline import Timeline
    from nesy.video.video_analysis import VideoAnalysis


def asked_of_clip(
    pipeline: "Pipeline",
    clip: "Path | Clip",
    question: str,
    *,
    checked: bool,
    analysis: "VideoAnalysis | Timeline | None" = None,
) -> "ClipAnswer":
    """Ask a question of a clip, with a progress bar over its frames.

    Raises:
        NesyError: as `ask_video`; a clip that cannot be read, a question that cannot be asked and rules that cannot be
            used are told before a model is loaded.
    """
    from nesy.video.clip import open_clip
    from nesy.video.clip_asking import ask_video
    from nesy.video.clip_question import read_clip_question
    from nesy.video.video_pipeline import rules_over_time

    read_clip_question(question, pipeline.ontology, pipeline.settings.language.code)
    opened = open_clip(clip, pipeline.settings.video) if isinstance(clip, Path) else clip
    if checked:
        _ = pipeline.rules, rules_over_time(pipeline.settings, pipeline.ontology)
    watch = partial(progress, what=f"Analyzing {opened.name}")
    return ask_video(opened, question, pipeline=pipeline, checked=checked, analysis=analysis, watch=watch)


def listed_of_clip(record: "VideoAnalysis | Timeline", question: str, language: str) -> "ClipAnswer":
    """Answer a question from what a record of a clip lists, without a model.

    Raises:
        InputError: the question cannot be asked, or no list can answer it.
        KnowledgeError: an ontology file of the record cannot be read.
    """
    from nesy.ontology import Ontology
    from nesy.video.clip_answer import answered_by_timeline
    from nesy.video.clip_question import read_clip_question
    from nesy.video.video_analysis import VideoAnalysis

    if isinstance(record, VideoAnalysis):
        known, timeline, usage = Ontology.with_own(*record.settings.ontology), record.timeline, record.usage
    else:
        known, timeline, usage = Ontology.default(), record, None
    return answered_by_timeline(read_clip_question(question, known, language), timeline, known, usage)


def clip_of(record: "VideoAnalysis | Timeline", file: Path, pipeline: "Pipeline") -> "Clip | None":
    """Return the clip of a record where it lies near its file, and shows the same frames.

    It is looked for beside the file, in the folder above and in the working folder. The frames are those of the record.
    """
    from nesy.video.timeline import Timeline

    if isinstance(record, Timeline):
        timeline, video = record, pipeline.settings.video
    else:
        timeline, video = record.timeline, record.settings.video
    try:
        return clip_in(near(file), timeline, video)
    except InputError:
        return None


def told_of_clip(answer: "ClipAnswer", form: str) -> int:
    """Print an answer; return the exit code."""
    if form == "json":
        result(answer.to_json(indent=2))
    else:
        from nesy.rendering.clip_answer_account import clip_answer_account

        result(clip_answer_account(answer))
    for line in (answer.unasked and f"{answer.unasked}; the timeline answers", answer.why_unknown):
        if line:
            notice(f"{answer.name}: {line}")
    return 0 if answer.consistent and not answer.why_unknown else 1
