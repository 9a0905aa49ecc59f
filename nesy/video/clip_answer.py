"""ClipAnswer: a question about a clip with its answer, what the timeline says of it, and what spoke against it."""

from typing import Annotated, Literal

from pydantic import Field

from nesy.analysis.rounds import Frozen
from nesy.answering.answer import AnswerClaim, AnswerStop, AnswerTurn, answer_html
from nesy.answering.listed_answer import LIST
from nesy.ontology import Ontology
from nesy.scene import read_json
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Finding
from nesy.video.clip_question import ClipKind, ClipQuestion
from nesy.video.spells import Spell, frame_scenes
from nesy.video.timeline import Seconds, Timeline
from nesy.video.timeline_answer import of_timeline


class ClipAnswer(Frozen):
    """A question about a clip, and its answer, as `nesy.clip_answer/1`.

    >>> import nesy, tempfile
    >>> from pathlib import Path
    >>> from nesy.models.scripted import ScriptedModel
    >>> from nesy.video.drawn_clip import write_clips
    >>> cup = '{"entities": [{"id": "cup_1", "box": [0.1, 0.1, 0.3, 0.3]}]}'
    >>> model = ScriptedModel(lambda request: '{"answer": "a dog"}' if request.kind == "ask" else cup)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_clips(Path(folder), n=1, seed=0, frames=8)
    ...     answer: ClipAnswer = nesy.ask_video(f"{folder}/clip_0_00000", "Is there a cup?", model)
    >>> answer.answer, answer.listed, len(answer.shown_s), answer.consistent
    ('a dog', 'yes', 4, True)
    """

    schema_: Literal["nesy.clip_answer/1"] = Field(default="nesy.clip_answer/1", alias="schema")
    name: str
    """File name of the clip, or name of the folder of its frames."""
    duration_s: Seconds
    """How long the clip is shown, in seconds."""
    shown_s: tuple[Seconds, ...] = ()
    """When the frames are shown that the model was shown in one turn; none where it was not asked."""
    model: ModelInfo
    """Who answered; where it was not asked about the whole (`unasked`), who described the frames."""
    question: str
    """As it was asked."""
    kind: ClipKind
    """Of which time it asks: `when`, `how_long`, `first`, `order`, `at` ...; `ever`: of all of the clip."""
    answer: str
    """The final one."""
    listed: str | None = None
    """What the timeline says of it; None where no list can answer, or none was made."""
    unasked: str = Field(default="", exclude_if=lambda why: not why)
    """Why the model was not asked about the clip as a whole, where the timeline answers in its place."""
    because: tuple[tuple[str, str, str], ...] = ()
    """The reasons of the final answer: subject, predicate, object."""
    claims: tuple[AnswerClaim, ...] = ()
    """What the final answer and its reasons claim; supported by claims of the timeline."""
    findings: tuple[Finding, ...] = ()
    """What speaks against the final answer: the timeline, and rules that it breaks together with every frame."""
    consistent: bool
    """No finding is a violation. An answer that was not or could not be checked has none."""
    checked: bool
    """Whether the answer was compared with a timeline at all."""
    why_unknown: str = Field(default="", exclude_if=lambda why: not why)
    """Why nothing can be concluded, `consistent` or not: the model cannot read such pictures."""
    kept_turn: Annotated[int, Field(ge=0)] = 0
    """Index of the turn whose answer was taken."""
    turns: tuple[AnswerTurn, ...] = ()
    """Every reply to the question, in order; none where the timeline alone answers."""
    stop_reason: AnswerStop
    """Why it was not asked again."""
    timeline: Timeline | None = None
    """What the answer was checked against; None with checking switched off."""
    usage: Usage
    """Of the frames and all turns together."""

    def _repr_html_(self) -> str:
        """Return the answer with what it claims and what speaks against it, for a notebook."""
        return answer_html(self.question, self.answer, self.claims, self.findings)

    def to_json(self, indent: int | None = None) -> str:
        """Return the answer as `nesy.clip_answer/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "answer") -> "ClipAnswer":
        """Read `nesy.clip_answer/1` JSON.

        Raises:
            InputError: it is no JSON or no answer; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source)


def answered_by_timeline(
    question: ClipQuestion, timeline: Timeline, ontology: Ontology, usage: Usage | None = None, unasked: str = ""
) -> ClipAnswer:
    """Answer a question from what a timeline lists, without a model.

    Args:
        question: that is asked.
        timeline: what is so, and when.
        ontology: of its words.
        usage: what the timeline cost.
        unasked: why the model was not asked.

    Raises:
        InputError: no list can answer it, or it asks of a time that is not within the clip.
    """
    found = of_timeline(question, timeline, frame_scenes(timeline), ontology)
    claims = tuple(claim_of(spell, f"a{number}", question) for number, spell in enumerate(found.spells, start=1))
    return ClipAnswer(
        name=timeline.name,
        duration_s=timeline.duration_s,
        model=LIST,
        question=question.text,
        kind=question.kind,
        answer=found.answer,
        listed=found.answer,
        unasked=unasked,
        claims=claims,
        consistent=True,
        checked=found.known,
        stop_reason="consistent" if found.known else "unchecked",
        timeline=timeline,
        usage=usage or Usage(),
    )


def claim_of(spell: Spell, claim_id: str, question: ClipQuestion) -> AnswerClaim:
    """Return a spell as a claim with its span of time."""
    kind: Literal["relation", "attribute", "exists"] = "relation"
    target = spell.things[1] if len(spell.things) > 1 else ""
    if not spell.predicate:
        kind, target = ("attribute", question.asked.attribute) if question.asked.attribute else ("exists", "")
    return AnswerClaim(
        id=claim_id,
        kind=kind,
        subject=spell.things[0],
        predicate=spell.predicate,
        object=target,
        support=spell.claims,
        spans_s=((spell.start_s, spell.end_s),),
    )
