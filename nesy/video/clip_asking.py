"""Clip + question -> ClipAnswer: analyzed over time, asked about as a whole in one turn, held against the timeline."""

from collections.abc import Sequence
from pathlib import Path

from nesy.answering.answer import AnswerTurn
from nesy.answering.question_loop import ask_on, ask_once, is_checked
from nesy.errors import InputError, ModelError
from nesy.image import Image
from nesy.pipeline import Pipeline
from nesy.scene import Entity
from nesy.settings import Settings
from nesy.turns import Request, Usage, VisionLanguageModel, misfit_of, most_frames
from nesy.video.clip import Clip, Frame, open_clip
from nesy.video.clip_answer import ClipAnswer, answered_by_timeline
from nesy.video.clip_judgement import Judge
from nesy.video.clip_question import ClipQuestion, read_clip_question
from nesy.video.spells import frame_scenes, merged
from nesy.video.timeline import Timeline
from nesy.video.video_analysis import VideoAnalysis
from nesy.video.video_pipeline import Watch, analyze_video


def ask_video(
    path: str | Path | Clip,
    question: str,
    model: str | VisionLanguageModel | None = None,
    settings: Settings | None = None,
    *,
    checked: bool = True,
    analysis: VideoAnalysis | Timeline | None = None,
    pipeline: Pipeline | None = None,
    watch: Watch = iter,
) -> ClipAnswer:
    """Analyze a clip over time, ask a question of all of it in one turn, and hold the answer against the timeline.

    What speaks against the answer goes back to the model as in `Pipeline.ask`. A model that takes one picture a turn
    is not asked about the whole: its frames are analyzed, the timeline answers, and `unasked` says so.

    >>> import nesy, tempfile
    >>> from nesy.video.drawn_clip import write_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_clips(Path(folder), n=1, seed=3, frames=8)
    ...     few = nesy.Settings(video=nesy.VideoSettings(every_s=2.0))
    ...     answer = nesy.ask_video(f"{folder}/clip_3_00000", "Is there a cat?", "embedded", few)
    >>> answer.answer, answer.unasked
    ('yes', 'nesy-embedded takes one picture a turn')

    Args:
        path: as `analyze_video` takes it.
        question: in the language of the settings.
        model: as `Pipeline` takes it.
        settings: of every step; None takes the defaults.
        checked: False asks the bare model alone; no frame is described, and nothing is checked.
        analysis: of this clip, or its timeline, where there is one already: several questions then share it.
        pipeline: in place of model and settings, where one is there already.
        watch: wraps the frames while they are analyzed.

    Raises:
        InputError: the clip or the question cannot be used.
        KnowledgeError: a rule or ontology file cannot be used.
        ModelError: the model cannot be loaded or cannot answer; or it takes one picture a turn, and no list can answer.
        ReplyError: no first reply is a scene, or an answer, not even after the format-only retries.
    """
    chain = pipeline or Pipeline(model, settings)
    asked = read_clip_question(question, chain.ontology, chain.settings.language.code)
    clip = path if isinstance(path, Clip) else open_clip(path, chain.settings.video)
    _within(asked, clip)
    most = most_frames(chain.model)
    frames = evenly(clip.frames, most)
    if not checked:
        if most < 2:
            raise ModelError(_alone(chain), "name another model with --model, or ask without --no-check")
        return _unchecked(chain, clip, frames, asked)
    if most < 2 and not asked.listable:
        raise ModelError(f"{_alone(chain)}, and no list can answer {asked.text!r}", "name another model with --model")
    known = analyze_video(clip, pipeline=chain, watch=watch) if analysis is None else analysis
    timeline = known.timeline if isinstance(known, VideoAnalysis) else known
    usage = known.usage if isinstance(known, VideoAnalysis) else Usage()
    doubt = known.why_unknown if isinstance(known, VideoAnalysis) else ""
    if most < 2:
        found = answered_by_timeline(asked, timeline, chain.ontology, usage, _alone(chain))
        return found.model_copy(update={"model": chain.model_info, "why_unknown": doubt})
    return _checked(chain, frames, asked, timeline, usage, doubt)


def evenly(frames: Sequence[Frame], most: int) -> tuple[Frame, ...]:
    """Return so many frames at most, evenly over all, the first and the last among them."""
    if len(frames) <= most or most < 2:
        return tuple(frames)
    places = [round(place * (len(frames) - 1) / (most - 1)) for place in range(most)]
    return tuple(frames[place] for place in places)


def whole_clip(frames: Sequence[Frame], question: str, things: Sequence[Entity] = ()) -> Request:
    """Return a question about a clip as one turn."""
    first, *others = (frame.image for frame in frames)
    return Request(
        image=first,
        others=tuple(others),
        moments=tuple(frame.time_s for frame in frames),
        kind="ask",
        question=question,
        entities=tuple(things),
    )


def _alone(chain: Pipeline) -> str:
    return f"{chain.model_info.id} takes one picture a turn"


def _within(asked: ClipQuestion, clip: Clip) -> None:
    if asked.at_s not in (None, float("inf")) and (asked.at_s or 0.0) > clip.duration_s:
        raise InputError(f"{asked.text!r}: asks for {asked.at_s:g} s, and the clip lasts {clip.duration_s:g} s")


def _unchecked(chain: Pipeline, clip: Clip, frames: Sequence[Frame], asked: ClipQuestion) -> ClipAnswer:
    turn = ask_once(chain.dialogue, whole_clip(frames, asked.text))
    return ClipAnswer(
        name=clip.name,
        duration_s=clip.duration_s,
        shown_s=tuple(frame.time_s for frame in frames),
        model=chain.model_info,
        question=asked.text,
        kind=asked.kind,
        answer=turn.answer,
        consistent=True,
        checked=False,
        why_unknown=_misfit(chain, [frame.image for frame in frames]),
        turns=(turn,),
        stop_reason="not_checked",
        usage=turn.usage,
    )


def _checked(
    chain: Pipeline, frames: Sequence[Frame], asked: ClipQuestion, timeline: Timeline, usage: Usage, doubt: str
) -> ClipAnswer:
    judge = Judge(asked, timeline, chain.check, chain.ontology)
    scenes = frame_scenes(timeline)
    things = merged(scenes, frozenset(range(len(scenes)))).entities
    request = whole_clip(frames, asked.text, [one.model_copy(update={"box": None}) for one in things])
    turns, kept, stop = ask_on(chain.dialogue, request, judge, checkable=asked.listable)
    found = judge.listed()
    return ClipAnswer(
        name=timeline.name,
        duration_s=timeline.duration_s,
        shown_s=request.moments,
        model=chain.model_info,
        question=asked.text,
        kind=asked.kind,
        answer=kept.answer,
        listed=None if found is None else found.answer,
        because=kept.because,
        claims=kept.claims,
        findings=kept.findings,
        consistent=not kept.conflicts,
        checked=is_checked(kept),
        why_unknown=doubt or _misfit(chain, [frame.image for frame in frames]),
        kept_turn=kept.index,
        turns=turns,
        stop_reason=stop,
        timeline=timeline,
        usage=_sum(turns, usage),
    )


def _sum(turns: Sequence[AnswerTurn], usage: Usage) -> Usage:
    return sum((turn.usage for turn in turns), usage)


def _misfit(chain: Pipeline, images: Sequence[Image]) -> str:
    """Return why the model cannot read these frames, or has not seen them, after they were asked about."""
    return next((why for image in images if (why := misfit_of(chain.model, image))), "")
