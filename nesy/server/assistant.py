"""Pictures and a text -> what is said to it: a checked answer, a description in words, or the bare model's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nesy.analysis import Album, Analysis, Evidence
from nesy.answering import Answered
from nesy.answering.album_answer import AlbumAnswer
from nesy.answering.album_question import read_album_question
from nesy.answering.wish import wish
from nesy.errors import InputError
from nesy.image import Image
from nesy.interchange.spoken_scene import sentences
from nesy.language.question_parser import read_question
from nesy.ontology import Ontology
from nesy.pipeline import Pipeline
from nesy.rendering.plain import on_one_line
from nesy.turns import MOST_TOGETHER, Usage, most_pictures
from nesy.verdict import Finding

Wanted = Literal["description", "question", "other"]
_NOTHING = "Nothing is seen in the picture."


@dataclass(frozen=True)
class Said:
    """What is said to a text, and what it rests on."""

    wanted: Wanted
    """What the text was taken to ask for; `other` is answered by the model alone, unchecked."""
    text: str
    """The answer, or the description in sentences."""
    record: Answered | Analysis | Album | AlbumAnswer
    """How it came about."""
    usage: Usage
    """Of all turns together."""

    @property
    def checked(self) -> bool:
        """Whether it was held against anything: the rules, or what is listed of the picture."""
        match self.record:
            case Answered():
                return self.record.checked
            case AlbumAnswer():
                return self.record.listed
            case _:
                return True

    @property
    def consistent(self) -> bool | None:
        """Whether nothing grave speaks against it; None where that was not, or could not be, checked."""
        return self.record.consistent if self.checked and not self.why_unknown else None

    @property
    def why_unknown(self) -> str:
        """Why nothing can be concluded, where that is so."""
        match self.record:
            case Answered():
                return self.record.why_unknown
            case Analysis():
                return self.record.verdict.why_unknown
            case _:
                return ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What speaks against it."""
        match self.record:
            case Answered() | AlbumAnswer():
                return self.record.findings
            case Analysis():
                return self.record.verdict.findings
            case Album():
                return self.record.together.verdict.findings

    @property
    def analyses(self) -> tuple[Analysis, ...]:
        """The analysis of each picture; none where only the bare model was asked."""
        match self.record:
            case Analysis():
                return (self.record,)
            case Album():
                return self.record.pictures
            case AlbumAnswer():
                return self.record.album.pictures
            case Answered():
                return () if self.record.analysis is None else (self.record.analysis,)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """What looks at single statements gave."""
        return tuple(one for analysis in self.analyses for turn in analysis.rounds for one in turn.evidence)

    def account(self) -> dict[str, Any]:
        """Return all of it as JSON: what stands beside the text in an answer of the server."""
        record = self.record
        told: dict[str, Any] = {
            "wanted": self.wanted,
            "checked": self.checked,
            "consistent": self.consistent,
            "findings": [finding.model_dump(mode="json") for finding in self.findings],
            "evidence": [one.model_dump(mode="json", exclude_none=True) for one in self.evidence],
        }
        if self.why_unknown:
            told["why_unknown"] = self.why_unknown
        if len(self.analyses) == 1:
            told["scene"] = _json(self.analyses[0].scene)
            told["analysis"] = _json(self.analyses[0])
        if isinstance(record, Answered):
            told["answer"] = _json(record.model_copy(update={"analysis": None}))
        elif isinstance(record, (Album, AlbumAnswer)):
            told["album" if isinstance(record, Album) else "answer"] = _json(record)
        return told


def said_to(
    pipeline: Pipeline,
    images: Sequence[Image],
    text: str,
    wanted: Wanted | None = None,
    analysis: Analysis | None = None,
) -> Said:
    """Say what a text beside pictures asks for; several pictures are analyzed together.

    Args:
        pipeline: who is asked.
        images: one, or up to twelve where the model takes so many.
        text: what stands beside them; none wants a description.
        wanted: what the text asks for, where that is known already.
        analysis: of the one picture, where there is one already: a question then shares it.

    Raises:
        InputError: there are too many pictures, or the text cannot be asked.
        KnowledgeError, ModelError, ReplyError: as `Pipeline.analyze`.
    """
    if not images:
        raise InputError("a picture is expected: an answer is about one")
    most = min(MOST_TOGETHER, most_pictures(pipeline.model))
    if len(images) > most:
        raise InputError(f"{len(images)} pictures; the model takes {most} at once")
    code = pipeline.settings.language.code

    def asks(question: str) -> bool:
        if len(images) > 1:
            return read_album_question(question, pipeline.ontology, code).kind != "other"
        return read_question(question, pipeline.ontology, code).kind != "other"

    meant = wish(text, asks)
    kind = wanted or meant.kind
    if len(images) > 1:
        if kind == "description":
            album = pipeline.analyze_together(images)
            return Said(kind, _of_album(album, pipeline.ontology), album, album.usage)
        together = pipeline.ask_together(images, meant.text)
        return Said(kind, together.answer, together, together.album.usage + together.usage)
    if kind == "description":
        found = pipeline.analyze(images[0]) if analysis is None else analysis
        return Said(kind, _described(found, pipeline.ontology), found, Usage() if analysis else found.usage)
    checked = kind == "question"
    answered = pipeline.ask(images[0], meant.text, checked=checked, analysis=analysis if checked else None)
    usage = answered.usage
    if analysis is not None and checked:
        usage = sum((turn.usage for turn in answered.turns), Usage())
    return Said(kind, answered.answer, answered, usage)


def _described(analysis: Analysis, ontology: Ontology) -> str:
    """Return the final scene in sentences, and what rules still say against it."""
    against = [f"(This cannot all be true: {one.message})" for one in analysis.verdict.violations]
    why = [f"({analysis.verdict.why_unknown})"] if analysis.verdict.why_unknown else []
    said = on_one_line(sentences(analysis.scene, ontology)) or _NOTHING
    return "\n".join((said, *against, *why))


def _of_album(album: Album, ontology: Ontology) -> str:
    told = [f"Picture {number}: {_described(one, ontology)}" for number, one in enumerate(album.pictures, start=1)]
    several = [" = ".join(names) for names in album.groups if len(names) > 1]
    return "\n".join((*told, f"The same: {'; '.join(several) or 'nothing'}."))


def _json(record: Any) -> Any:
    return record.model_dump(mode="json", by_alias=True, exclude_none=True)
