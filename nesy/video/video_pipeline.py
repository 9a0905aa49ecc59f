"""The loop over a clip: frames -> analyses -> tracks -> rules over time -> questions about frames -> a timeline."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from nesy.analysis import Analysis
from nesy.checking import Rules
from nesy.errors import ReplyError
from nesy.observations import Observations
from nesy.ontology import Ontology
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.settings import Settings
from nesy.turns import Usage, VisionLanguageModel, misfit_of
from nesy.verdict import Verdict
from nesy.video.clip import Clip, Frame, open_clip
from nesy.video.frame_questions import FrameContext, ask
from nesy.video.oddities import oddities
from nesy.video.previous_frame import WithPreviousFrame
from nesy.video.temporal_check import TemporalFinding, check_over_time
from nesy.video.timeline import Timeline, TimelineFrame
from nesy.video.timeline_building import Statement, names_by_frame, said, timeline_of
from nesy.video.tracking import tracked
from nesy.video.video_analysis import FrameQuestion, VideoAnalysis
from nesy.video.window_repair import Mended, mend

Watch = Callable[[Sequence[Frame]], Iterable[Frame]]
"""Wraps the frames while they are analyzed, for a progress bar."""


def analyze_video(
    path: str | Path | Clip,
    model: str | VisionLanguageModel | None = None,
    settings: Settings | None = None,
    *,
    pipeline: Pipeline | None = None,
    concurrency: int = 1,
    watch: Watch = iter,
) -> VideoAnalysis:
    """Analyze a clip: each frame as a picture, things followed through them, checked over time, asked about, mended.

    >>> import nesy, tempfile
    >>> from nesy.video.drawn_clip import write_clips
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_clips(Path(folder), n=1, seed=3, frames=8)
    ...     few = nesy.Settings(video=nesy.VideoSettings(every_s=2.0))
    ...     analysis = nesy.analyze_video(f"{folder}/clip_3_00000", model="embedded", settings=few)
    >>> [frame.time_s for frame in analysis.timeline.frames], analysis.consistent
    ([0.0, 2.0], True)

    Args:
        path: a file of video (with the extra `nesy[video]`), an animated picture, a folder of pictures, or what
            `nesy.video.clip.open_clip` read of one.
        model: as `Pipeline` takes it.
        settings: of every step, `settings.video` among them; None takes the defaults.
        pipeline: in place of model and settings, where one is there already.
        concurrency: how many frames are asked about at once, of a model behind an address.
        watch: wraps the frames while they are analyzed.

    Raises:
        InputError: the clip cannot be read.
        KnowledgeError: a rule or ontology file cannot be used.
        ModelError: the model cannot be loaded or cannot answer.
        ReplyError: of no frame the first reply is a scene, not even after the format-only retries.
    """
    chain = pipeline or Pipeline(model, settings)
    clip = path if isinstance(path, Clip) else open_clip(path, chain.settings.video)
    told = WithPreviousFrame(chain.model) if chain.settings.video.context else None
    _ = rules_over_time(chain.settings, chain.ontology)  # what is wrong with them is told before a model is asked
    frames: list[Frame] = []
    analyses: list[Analysis] = []
    unread: list[str] = []
    # with what the frame before shows, each waits for the one before
    found = chain.map(_analyzed, clip.frames, concurrency) if told is None else _one_by_one(chain, told, clip.frames)
    for frame in watch(clip.frames):
        analysis = next(found)
        if isinstance(analysis, Analysis):
            analyses.append(analysis)
            frames.append(replace(frame, index=len(frames)))
        elif len(unread) + 1 == len(clip.frames):
            raise analysis  # it has read none of them
        else:
            unread.append(f"{frame.time_s:g} s: {analysis}")
    return over_time(chain, replace(clip, frames=tuple(frames)), analyses, unread)


def _analyzed(chain: Pipeline, frame: Frame) -> Analysis | ReplyError:
    try:
        return chain.analyze(frame.image)
    except ReplyError as error:
        return error


def _one_by_one(chain: Pipeline, told: WithPreviousFrame, frames: Sequence[Frame]) -> Iterator[Analysis | ReplyError]:
    describing = chain.of(told)
    for frame in frames:
        analysis = _analyzed(describing, frame)
        if isinstance(analysis, Analysis):
            told.follow(analysis.scene)
        yield analysis


def over_time(
    pipeline: Pipeline, clip: Clip, analyses: Sequence[Analysis], unread: Sequence[str] = ()
) -> VideoAnalysis:
    """Go on from frames that are analyzed already: follow things, check over time, ask, mend.

    Args:
        pipeline: whose model is asked about frames.
        clip: the frames that were analyzed.
        analyses: of these frames, in order.
        unread: lines about frames that were left out.

    Raises:
        InputError, KnowledgeError, ModelError: as `analyze_video`.
    """
    rules = rules_over_time(pipeline.settings, pipeline.ontology)
    return _VideoLoop(pipeline, rules, clip, tuple(analyses), tuple(unread)).run()


def rules_over_time(settings: Settings, ontology: Ontology) -> Rules:
    """Return the rules over time that settings choose.

    Raises:
        InputError: they name a rule or a file that is not there.
        KnowledgeError: a rule file cannot be used.
    """
    chosen = settings.video
    return Rules.over_time(chosen.rules, chosen.off, chosen.severity, settings.language.code, ontology)


class _VideoLoop:
    """One clip, from the analyses of its frames to the end."""

    def __init__(
        self, chain: Pipeline, rules: Rules, clip: Clip, analyses: tuple[Analysis, ...], unread: tuple[str, ...]
    ) -> None:
        self._chain, self._rules, self._clip, self._analyses = chain, rules, clip, analyses
        self._unread = unread
        self._video = chain.settings.video
        self._seen: list[Observations | None] = [one.observations for one in analyses]
        self._answered: dict[int, Mapping[Statement | str, bool]] = {}

    def run(self) -> VideoAnalysis:
        before = self._timeline([one.scene for one in self._analyses])
        found = self._over_time(before)
        timeline, findings = before, found
        questions: tuple[FrameQuestion, ...] = ()
        if self._video.ask and found:
            questions, scenes = self._asked(before, found)
            if questions:
                timeline = self._timeline(scenes)
                findings = self._over_time(timeline)
        mended = Mended(timeline, (), findings)
        if self._video.mend and findings:
            mended = mend(
                timeline, findings, self._answered, self._check, self._over_time, self._chain.ontology, self._video
            )
        verdicts = [self._check(frame.index, frame.scene) for frame in mended.timeline.frames]
        quiet = all(verdict.status == "consistent" for verdict in verdicts)
        usage = sum((one.usage for one in self._analyses), Usage())
        return VideoAnalysis(
            name=self._clip.name,
            duration_s=self._clip.duration_s,
            all_frames=self._clip.all_frames,
            model=self._chain.model_info,
            settings=self._chain.settings,
            unread=self._unread,
            frames=self._analyses,
            before=before,
            found=found,
            questions=questions,
            edits=mended.edits,
            timeline=mended.timeline,
            findings=mended.findings,
            consistent=quiet and not any(finding.severity == "violation" for finding in mended.findings),
            usage=sum((question.round.usage for question in questions), usage),
        )

    def _timeline(self, scenes: Sequence[Scene]) -> Timeline:
        frames = [
            TimelineFrame(index=frame.index, time_s=frame.time_s, source=frame.source, scene=scene)
            for frame, scene in zip(self._clip.frames, scenes, strict=True)
        ]
        tracks = tracked(scenes, self._chain.ontology, self._video.gap, self._seen)
        return timeline_of(self._clip.name, self._clip.duration_s, frames, tracks, self._chain.ontology)

    def _over_time(self, timeline: Timeline) -> tuple[TemporalFinding, ...]:
        seconds = self._chain.settings.checking.seconds_per_rule
        return check_over_time(timeline, self._rules, self._chain.ontology, self._video, seconds_per_rule=seconds)

    def _check(self, frame: int, scene: Scene) -> Verdict:
        misfit = misfit_of(self._chain.model, self._clip.frames[frame].image)
        return self._chain.check(scene).doubted(misfit)

    def _asked(
        self, timeline: Timeline, found: Sequence[TemporalFinding]
    ) -> tuple[tuple[FrameQuestion, ...], list[Scene]]:
        """Ask about every frame that is odd; return the questions, and the scenes after them."""
        questions: list[FrameQuestion] = []
        scenes = [frame.scene for frame in timeline.frames]
        names = names_by_frame(timeline.tracks, len(timeline.frames))
        every = said(timeline, self._chain.ontology)
        for index, odd in oddities(timeline, found, self._chain.ontology).items():
            image = self._clip.frames[index].image
            if misfit_of(self._chain.model, image):
                continue  # it would answer about what it cannot see
            window = range(index - self._video.window, index + self._video.window + 1)
            around = {
                statement: by_frame
                for statement, by_frame in every.items()
                if any(frame in by_frame for frame in window if frame != index)
            }
            rounds = len(self._analyses[index].rounds)
            context = FrameContext(index, image, names[index], around, rounds)
            asked = ask(self._chain.dialogue_about(image), scenes[index], odd, context)
            scenes[index] = asked.scene
            questions += asked.questions
            self._answered[index] = asked.answered
        return tuple(questions), scenes
