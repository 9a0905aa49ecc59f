"""Answered: a question about an image with its answer, what the answer rests on and what spoke against it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from nesy.analysis import Analysis, Failure
from nesy.errors import InputError
from nesy.observations import TextLine
from nesy.scene import ImageInfo, read_json
from nesy.scene.exports import needed, without_controls
from nesy.scene.html_table import html_table
from nesy.scene.matplotlib_figure import Axes, figure_text
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Finding

if TYPE_CHECKING:
    import networkx
    import pandas

AnswerStop = Literal[
    "consistent",  # nothing that is listed and no rule speaks so gravely against the answer that it is asked about
    "unchecked",  # the answer makes no claim that the scene could bear out
    "unchanged",  # the model answered the same again, in spite of the note
    "cycle",  # it came back to an earlier answer
    "rounds_exhausted",  # the last allowed round is over
    "unreadable",  # no further reply could be read, retries included
    "not_checked",  # checking was switched off
]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class AnswerClaim(_Frozen):
    """One thing that an answer claims, about entities of the scene where its words mean any.

    A relation is a triple; `exists` has a subject alone; an attribute's value, a count's number and what is written on
    a thing are the `object`.

    >>> AnswerClaim(id="a1", kind="relation", subject="person_1", predicate="ride", object="horse_1").text
    'person_1 ride horse_1'
    >>> AnswerClaim(id="a1", kind="exists", subject="a dog", holds=False).text
    'not: there is a dog'
    """

    id: str
    """Within this answer."""
    source: Literal["answer", "because"] = "answer"
    """Whether the answer claims it, or a reason of it."""
    kind: Literal["exists", "relation", "attribute", "count", "text"]
    """What it claims."""
    subject: str
    """An entity's id, or the words of the answer where no entity is meant."""
    predicate: str = ""
    """Of a relation; of a count, what those counted do."""
    object: str = ""
    """An entity's id, a value, a number, or words of the answer."""
    holds: bool = True
    """False: the answer denies it."""
    support: tuple[str, ...] = ()
    """Ids of the claims of the scene that bear it out."""
    read: tuple[str, ...] = Field(default=(), exclude_if=lambda read: not read)
    """Of a text, the lines read in the picture that bear it out."""
    spans_s: tuple[tuple[float, float], ...] = Field(default=(), exclude_if=lambda spans: not spans)
    """Of a clip, from when to when it is claimed, in seconds from the beginning; none: at some time."""

    def same_as(self, other: "AnswerClaim") -> bool:
        """Tell whether both claim the same, whatever their ids and sources."""
        mine, theirs = ((c.kind, c.subject, c.predicate, c.object, c.holds, c.spans_s) for c in (self, other))
        return mine == theirs

    @property
    def text(self) -> str:
        """The claim in words of the scene: `person_1 ride horse_1`, `not: a dog`."""
        match self.kind:
            case "relation":
                words = f"{self.subject} {self.predicate} {self.object}"
            case "exists":
                words = f"there is {self.subject}"
            case "attribute":
                words = f"{self.subject} is {self.object}"
            case "count":
                words = f"{self.object} {self.subject}" + (f" that {self.predicate}" if self.predicate else "")
            case "text":
                words = f'{self.subject} says "{self.object}"'
        when = ", ".join(f"from {start:g} s to {end:g} s" for start, end in self.spans_s)
        words = f"{words} {when}" if when else words
        return words if self.holds else f"not: {words}"


class AnswerTurn(_Frozen):
    """One reply to the question: what was asked, what came back, and what spoke against it.

    >>> turn = AnswerTurn(
    ...     index=0, prompt="What is the man riding?", reply='{"answer": "a horse"}', answer="a horse",
    ...     usage=Usage(calls=1))
    >>> turn.answer, turn.conflicts
    ('a horse', 0)
    """

    index: int
    """From 0, the first reply."""
    prompt: str
    """What the model was given."""
    reply: str
    """What it said."""
    readable: bool = True
    """False where the reply could not be read."""
    answer: str
    """Of the turn before where this reply could not be read."""
    because: tuple[tuple[str, str, str], ...] = ()
    """The reasons it gave: subject, predicate, object."""
    confidence: float | None = None
    """Of the answer's words, in [0, 1]; None when unknown."""
    claims: tuple[AnswerClaim, ...] = ()
    """What answer and reasons claim."""
    findings: tuple[Finding, ...] = ()
    """What speaks against it."""
    usage: Usage
    """Of this turn."""
    notes: tuple[str, ...] = ()
    """The findings that this turn was shown."""
    problems: tuple[str, ...] = ()
    """What was wrong with the reply and was ignored or mended."""
    failures: tuple[Failure, ...] = ()
    """Replies of this turn that could not be read."""

    @property
    def conflicts(self) -> int:
        """How many violations speak against the answer."""
        return sum(finding.severity == "violation" for finding in self.findings)


_COLUMNS = ("id", "source", "kind", "text", "subject", "predicate", "object", "holds", "support")
_ENDS = ("id", "subject", "object")
"""What a graph says by its keys and ends."""


def _row(claim: AnswerClaim) -> dict[str, Any]:
    return {name: getattr(claim, name) for name in _COLUMNS} | {"support": " ".join(claim.support)}


def answer_html(question: str, answer: str, claims: Iterable[AnswerClaim], findings: Iterable[Finding]) -> str:
    """Return a question with its answer, what it claims and what speaks against it as HTML, for a notebook."""
    made = [(claim.id, claim.text, ", ".join(claim.support)) for claim in claims]
    against = [(one.severity, one.name, one.message) for one in findings]
    return html_table(f"{question} — {answer}", ("id", "it claims", "borne out by"), made) + (
        html_table("What speaks against it", ("severity", "rule", "finding"), against) if against else ""
    )


class Answered(_Frozen):
    """A question, its final answer and how it came about.

    >>> import nesy
    >>> from nesy.models.scripted import ScriptedModel
    >>> described = '''{"entities": [{"id": "person_1"}, {"id": "horse_1"}],
    ...     "relations": [{"subject": "person_1", "predicate": "ride", "object": "horse_1"}]}'''
    >>> model = ScriptedModel([described, '{"answer": "a horse"}'])
    >>> answered: Answered = nesy.Pipeline(model).ask("examples/images/ride.png", "What is the person riding?")
    >>> answered.answer, answered.consistent, [claim.text for claim in answered.claims]
    ('a horse', True, ['person_1 ride horse_1'])
    """

    schema_: Literal["nesy.answer/1"] = Field(default="nesy.answer/1", alias="schema")
    image: ImageInfo
    """The picture."""
    model: ModelInfo
    """Who answered."""
    question: str
    """As it was asked."""
    kind: str
    """What the question asks: `yes_no`, `which`, `doing`, `where`, `how_many`, `attribute`, `text`, `other`."""
    answer: str
    """The final one."""
    because: tuple[tuple[str, str, str], ...] = ()
    """The reasons of the final answer: subject, predicate, object."""
    claims: tuple[AnswerClaim, ...] = ()
    """What the final answer and its reasons claim."""
    findings: tuple[Finding, ...] = ()
    """What speaks against the final answer: the scene, and rules that it breaks together with the scene."""
    consistent: bool
    """No finding is a violation. An answer that was not or could not be checked has none."""
    read: tuple[TextLine, ...] | None = None
    """Of a question about something written, the lines that a witness read in the picture; None: nobody read."""
    checked: bool
    """Whether the answer was compared with a scene at all, or with what was read."""
    why_unknown: str = Field(default="", exclude_if=lambda why: not why)
    """Why nothing can be concluded, `consistent` or not: the model cannot read such a picture, or no word is known."""
    kept_turn: int
    """Index of the turn whose answer was taken."""
    turns: tuple[AnswerTurn, ...] = Field(min_length=1)
    """Every reply to the question, in order."""
    stop_reason: AnswerStop
    """Why it was not asked again."""
    analysis: Analysis | None = None
    """The scene that the answer was checked against; None with checking switched off."""
    usage: Usage
    """Of the description and all turns together."""

    def _repr_html_(self) -> str:
        """Return the answer with what it claims and what speaks against it, for a notebook."""
        return answer_html(self.question, self.answer, self.claims, self.findings)

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row a claim of the answer: `id, source, kind, text, subject, predicate, object, holds, support`.

        Raises:
            InputError: pandas is not installed.
        """
        rows = [_row(claim) for claim in self.claims]
        found: pandas.DataFrame = needed("pandas").DataFrame(rows, columns=list(_COLUMNS))
        return found

    def to_networkx(self) -> "networkx.MultiDiGraph[str]":
        """Return what the answer claims as a graph: an edge from subject to object a claim, its key the claim's id.

        A claim without an object is an edge from its subject to itself. GraphML and GEXF can be written of it.

        Raises:
            InputError: networkx is not installed.
        """
        graph: networkx.MultiDiGraph[str] = needed("networkx").MultiDiGraph()
        for claim in self.claims:
            subject, goal = (without_controls(name) for name in (claim.subject, claim.object or claim.subject))
            told = {name: without_controls(value) for name, value in _row(claim).items() if name not in _ENDS}
            graph.add_edge(subject, goal, key=claim.id, **told)
        return graph

    def plot(self, image: object | None = None, ax: Axes | None = None) -> Axes:
        """Draw the scene that the answer was checked against, with question and answer above; returns the field.

        Args:
            image: a `nesy.Image`, a picture of Pillow, or its pixels as an array.
            ax: a field of matplotlib; None makes a new figure.

        Raises:
            InputError: matplotlib is not installed, or the answer was not checked against a scene.
        """
        if self.analysis is None:
            raise InputError("the answer was not checked, so there is no scene to draw")
        drawn = self.analysis.plot(image, ax)
        drawn.set_title(figure_text(f"{self.question} {self.answer}", 120), fontsize=9, parse_math=False)
        return drawn

    def to_json(self, indent: int | None = None) -> str:
        """Return the answer as `nesy.answer/1` JSON, without fields that are not set.

        Args:
            indent: spaces a level; None puts all on one line.
        """
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, source: str = "answer") -> "Answered":
        """Read `nesy.answer/1` JSON.

        Raises:
            InputError: it is no JSON or no answer; names `source`, the field and what is wrong with it.
        """
        return read_json(cls, text, source)
