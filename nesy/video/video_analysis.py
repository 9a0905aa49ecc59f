"""VideoAnalysis: a clip, each of its frames analyzed, what was asked about it, and the timeline that results."""

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from nesy.analysis import Analysis, Round
from nesy.analysis.rounds import Frozen
from nesy.ontology import Ontology
from nesy.scene import Claim, Scene, read_json
from nesy.scene.html_table import html_table
from nesy.settings import Settings
from nesy.turns import ModelInfo, Usage
from nesy.video.temporal_check import TemporalFinding
from nesy.video.timeline import Timeline
from nesy.video.timeline_triples import timeline_graph

if TYPE_CHECKING:
    import rdflib


class FrameQuestion(Frozen):
    """A frame that did not go with those around it, what the model was asked about it, and what it answered.

    >>> FrameQuestion.model_fields["frame"].annotation
    <class 'int'>
    """

    frame: int
    """Index of the frame."""
    rules: tuple[str, ...]
    """IRIs of the rules that objected."""
    proposed: tuple[Claim, ...] = ()
    """What frames around it say and this one did not, as claims of this frame: the model was asked whether it is so."""
    round: Round
    """The question and the answer, as a round about this frame's picture."""


class WindowEdit(Frozen):
    """One change that the repair over a window made.

    >>> WindowEdit.model_fields["op"].annotation
    typing.Literal['add', 'withdraw', 'cut']
    """

    frame: int
    """Index of the frame."""
    claim: str
    """Id of the claim in the scene of that frame; of a cut, of the entity that begins a track of its own."""
    op: Literal["add", "withdraw", "cut"]
    """`add`: frames around it say so; `withdraw`: none of them does; `cut`: it is another thing from here on."""
    rule: str
    """IRI of the rule that asked for it."""
    reason: str
    """In words."""
    was: Claim | None = None
    """The claim as it was; None where it was added."""
    now: Claim | None = None
    """The claim as it is; None where it was withdrawn."""


class VideoAnalysis(Frozen):
    """Everything about one analyzed clip, as `nesy.video/1`.

    >>> import nesy, tempfile
    >>> from pathlib import Path
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.video.drawn_clip import write_clips
    >>> cup = '{"entities": [{"id": "cup_1", "box": [0.1, 0.1, 0.3, 0.3]}]}'
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_clips(Path(folder), n=1, seed=0, frames=8)
    ...     analysis = nesy.analyze_video(f"{folder}/clip_0_00000", model=ScriptedModel(lambda request: cup))
    >>> [(track.id, len(track.frames)) for track in analysis.timeline.tracks], analysis.consistent
    ([('cup_1', 4)], True)
    >>> nesy.VideoAnalysis.from_json(analysis.to_json()) == analysis
    True
    """

    schema_: Literal["nesy.video/1"] = Field(default="nesy.video/1", alias="schema")
    name: str
    """File name of the clip, or name of the folder of its frames."""
    duration_s: Annotated[float, Field(ge=0.0)]
    """How long the clip is shown, in seconds."""
    all_frames: Annotated[int, Field(ge=0)]
    """So many frames the clip has."""
    model: ModelInfo
    """Who described the frames."""
    settings: Settings
    """Of every step."""
    frames: tuple[Analysis, ...] = Field(min_length=1)
    """The frames that were looked at, each analyzed as a picture by itself."""
    unread: tuple[str, ...] = Field(default=(), exclude_if=lambda lines: not lines)
    """Frames that are left out, as no reply about them could be read: when each is shown, and why, a line each."""
    before: Timeline
    """What they say over time, before anything was asked or mended over time."""
    found: tuple[TemporalFinding, ...] = ()
    """What the rules over time say of that."""
    questions: tuple[FrameQuestion, ...] = ()
    """What the model was asked because of it, in order."""
    edits: tuple[WindowEdit, ...] = ()
    """What the repair over a window changed."""
    timeline: Timeline
    """What is claimed of the clip in the end."""
    findings: tuple[TemporalFinding, ...] = ()
    """What the rules over time say of the end."""
    consistent: bool
    """Whether no rule of severity violation speaks against any frame, or against the timeline."""
    usage: Usage
    """Of all frames and questions."""

    @model_validator(mode="after")
    def _one_scene_a_frame(self) -> Self:
        for what, timeline in (("before", self.before), ("timeline", self.timeline)):
            if len(timeline.frames) != len(self.frames):
                raise ValueError(f"{what} has {len(timeline.frames)} frames, and {len(self.frames)} were analyzed")
        return self

    def __repr__(self) -> str:
        """Tell the analysis in one line; `to_json` tells all of it."""
        end = "consistent" if self.consistent else "unknown" if self.why_unknown else "inconsistent"
        return (
            f"<VideoAnalysis of {self.name!r}: {len(self.frames)} of {self.all_frames} frames, "
            f"{len(self.timeline.tracks)} tracks, {len(self.questions)} questions, {len(self.edits)} edits, {end}>"
        )

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """Return tables of what is followed and of what rules over time say of it, for a notebook."""
        moments = self.timeline.frames
        rows = [
            (
                one.id,
                one.category,
                f"{moments[one.frames[0]].time_s:g} s",
                f"{self.timeline.until_s(one.frames[-1]):g} s",
            )
            for one in self.timeline.tracks
        ]
        found = [(one.severity, one.message) for one in self.findings]
        return html_table(repr(self)[1:-1], ("id", "category", "from", "to"), rows) + (
            html_table("Findings over time", ("severity", "finding"), found) if found else ""
        )

    def to_rdf(self, base: str | None = None) -> "rdflib.Dataset":
        """Return the timeline as RDF: a named graph a frame, and when what is claimed was so in terms of OWL-Time.

        Args:
            base: what the ids are appended to, an IRI that ends in '#' or '/'; None takes that of nesy's scenes.

        Raises:
            InputError: no id can be appended to `base`.
            KnowledgeError: an ontology file of the settings cannot be read.
        """
        return timeline_graph(self.timeline, base, Ontology.with_own(*self.settings.ontology))

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """What is claimed of each frame in the end."""
        return tuple(frame.scene for frame in self.timeline.frames)

    @property
    def why_unknown(self) -> str:
        """Why nothing can be concluded though no rule objects: the model cannot read such pictures; else empty."""
        if self.consistent or any(one.severity == "violation" for one in self.findings):
            return ""
        return next((one.verdict.why_unknown for one in self.frames if one.verdict.why_unknown), "")

    def to_json(self, indent: int | None = None) -> str:
        """Return the analysis as `nesy.video/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "video") -> "VideoAnalysis":
        """Read `nesy.video/1` JSON.

        Raises:
            InputError: it is no JSON or no such analysis; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source, written_by_hand=True)
