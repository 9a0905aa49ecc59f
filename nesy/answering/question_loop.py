"""Dialogue + image + question -> Answered: ask, compare the answer with the scene, ask again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nesy.analysis import Analysis, Failure
from nesy.answering.answer import AnswerClaim, Answered, AnswerStop, AnswerTurn
from nesy.answering.claims import statements
from nesy.answering.comparison import Compared, compare
from nesy.image import Image
from nesy.loop.correction import grave_enough
from nesy.loop.dialogue import Dialogue, Unreadable
from nesy.observations import TextLine
from nesy.ontology import Ontology
from nesy.ontology.reference import same_predicate
from nesy.perception.reply import SpokenAnswer, parse_answer, parse_spoken
from nesy.question import Question
from nesy.scene import Relation, Scene, term
from nesy.settings import CorrectionSettings
from nesy.turns import ModelInfo, Request, Usage, misfit_of
from nesy.verdict import Verdict


@dataclass(frozen=True)
class Spoken:
    """What came of one request: an answer, or None where no reply could be read."""

    answer: SpokenAnswer | None
    prompt: str
    reply: str
    usage: Usage
    failures: tuple[Failure, ...] = ()


def speak(dialogue: Dialogue, request: Request) -> Spoken:
    """Ask a question in one turn, format-only retries included; after the last, words in place of the form are read."""
    ids = {entity.id for entity in request.entities}
    said = dialogue.exchange(request, lambda reply: parse_answer(reply, ids), parse_spoken)
    if isinstance(said, Unreadable):
        last = said.failures[-1]
        return Spoken(None, last.prompt, last.reply, said.usage, said.failures)
    return Spoken(said.parsed, said.reply.prompt, said.reply.text, said.usage, said.failures)


def ask(
    dialogue: Dialogue,
    image: Image,
    question: Question,
    analysis: Analysis,
    read: tuple[TextLine, ...] | None = None,
) -> Answered:
    """Ask a question about an analysed image until nothing speaks against the answer, or the model stays with it.

    What is grave enough to ask about, `settings.ask` says: violations, or warnings as well, such as a relation that is
    not listed. Of several answers that one is kept against which the fewest violations speak, then the fewest findings
    that were asked about, of equal ones the first: a changed answer has to be better. An answer that is kept in spite
    of a violation is `consistent: false`; it is never replaced by what the scene says.

    Args:
        dialogue: with the model.
        image: that is asked about.
        question: what is asked.
        analysis: of the image.
        read: the lines that a witness read in it, where the question is about something written; None: nobody read.

    Raises:
        ModelError: the model cannot answer.
        ReplyError: the first reply is no answer, not even after the format-only retries.
    """
    request = Request(image=image, kind="ask", question=question.text, entities=analysis.scene.entities)
    judge = partial(_judge, question, analysis.scene, dialogue, read)
    turns, kept, stop = ask_on(dialogue, request, judge, checkable=question.kind != "other")
    return _concluded(question, dialogue.info, turns, kept, stop, analysis, read)


def ask_on(
    dialogue: Dialogue, request: Request, judge: Callable[[SpokenAnswer], Compared], *, checkable: bool
) -> tuple[tuple[AnswerTurn, ...], AnswerTurn, AnswerStop]:
    """Ask until nothing grave speaks against the answer, or the model stays with it; return all turns, the kept, why.

    Args:
        dialogue: with the model.
        request: the question, of round 0.
        judge: says what an answer claims, and what speaks against it.
        checkable: whether an answer that holds nothing against it was held against anything.

    Raises:
        ModelError, ReplyError: as `ask`.
    """
    settings = dialogue.settings.correction
    turns: list[AnswerTurn] = []
    while True:
        spoken = speak(dialogue, request)
        if spoken.answer is None and not turns:
            raise Unreadable(spoken.failures, spoken.usage).error(dialogue.info, "answer")
        turns.append(_turn(spoken, request, turns, judge))
        stop = _stop(turns, settings, checkable=checkable)
        if stop is not None:
            break
        notes = tuple(dict.fromkeys(f.message for f in grave_enough(turns[-1].findings, settings)))
        request = request.model_copy(update={"round": len(turns), "notes": notes[: settings.findings_per_request]})
    kept = min(turns, key=lambda turn: (turn.conflicts, len(grave_enough(turn.findings, settings)), turn.index))
    return tuple(turns), kept, stop


def _judge(
    question: Question, scene: Scene, dialogue: Dialogue, read: Sequence[TextLine] | None, answer: SpokenAnswer
) -> Compared:
    return judged(question, answer, scene, dialogue.check, dialogue.ontology, read)


def ask_unchecked(dialogue: Dialogue, image: Image, question: Question) -> Answered:
    """Return the bare model's answer: one request that lists nothing, and no check; raises as `ask` does."""
    turn = ask_once(dialogue, Request(image=image, kind="ask", question=question.text))
    return Answered(
        image=image.info,
        model=dialogue.info,
        question=question.text,
        kind=question.kind,
        answer=turn.answer,
        consistent=True,
        checked=False,
        why_unknown=misfit_of(dialogue.model, image),
        kept_turn=0,
        turns=(turn,),
        stop_reason="not_checked",
        usage=turn.usage,
    )


def ask_once(dialogue: Dialogue, request: Request) -> AnswerTurn:
    """Return the answer to a question, held against nothing; raises as `ask` does."""
    spoken = speak(dialogue, request)
    if spoken.answer is None:
        raise Unreadable(spoken.failures, spoken.usage).error(dialogue.info, "answer")
    return AnswerTurn(
        index=0,
        prompt=spoken.prompt,
        reply=spoken.reply,
        answer=spoken.answer.answer,
        confidence=spoken.answer.confidence,
        usage=spoken.usage,
        problems=spoken.answer.problems,
        failures=spoken.failures,
    )


def judged(
    question: Question,
    answer: SpokenAnswer,
    scene: Scene,
    check: Callable[[Scene], Verdict],
    ontology: Ontology,
    read: Sequence[TextLine] | None = None,
) -> Compared:
    """Return what an answer claims, and all that speaks against it: the scene, and the rules over both together.

    Relations that the scene does not hold yet are added to it, and the rules asked what they say then of these.
    """
    compared = compare(answer.answer, statements(question, answer, scene, ontology), scene, ontology, read)
    joined = _joined(scene, compared, ontology)
    if joined is scene:
        return compared
    added = {claim.id for claim in compared.claims} & {claim.id for claim in joined.claims()}
    broken = [f for f in check(joined).findings if added & set(f.claims)]
    return Compared(compared.claims, (*compared.findings, *broken))


def _joined(scene: Scene, compared: Compared, ontology: Ontology) -> Scene:
    known = {e.id for e in scene.entities}
    new = [
        Relation(id=c.id, subject=c.subject, predicate=term(c.predicate), object=c.object)
        for c in compared.claims
        if c.kind == "relation" and c.holds and {c.subject, c.object} <= known and not _said(c, scene, ontology)
    ]
    return scene.model_copy(update={"relations": (*scene.relations, *new)}) if new else scene


def _said(claim: AnswerClaim, scene: Scene, ontology: Ontology) -> bool:
    """Tell whether the scene states this relation already; one that only follows from it is not stated."""
    return any(
        (r.subject, r.object) == (claim.subject, claim.object)
        and same_predicate(r.predicate, claim.predicate, ontology)
        for r in scene.relations
    )


def _turn(
    spoken: Spoken, request: Request, turns: Sequence[AnswerTurn], judge: Callable[[SpokenAnswer], Compared]
) -> AnswerTurn:
    said = spoken.answer
    if said is None:
        return turns[-1].model_copy(
            update={
                "index": len(turns),
                "prompt": spoken.prompt,
                "reply": spoken.reply,
                "readable": False,
                "usage": spoken.usage,
                "notes": request.notes,
                "problems": spoken.failures[-1].problems,
                "failures": spoken.failures,
            }
        )
    found = judge(said)
    return AnswerTurn(
        index=len(turns),
        prompt=spoken.prompt,
        reply=spoken.reply,
        answer=said.answer,
        because=said.because,
        confidence=said.confidence,
        claims=found.claims,
        findings=found.findings,
        usage=spoken.usage,
        notes=request.notes,
        problems=said.problems,
        failures=spoken.failures,
    )


def _stop(turns: Sequence[AnswerTurn], settings: CorrectionSettings, *, checkable: bool) -> AnswerStop | None:
    last = turns[-1]
    if not last.readable:
        return "unreadable"
    if not grave_enough(last.findings, settings):
        return "consistent" if is_checked(last) and checkable else "unchecked"
    if len(turns) > 1 and _words(last) == _words(turns[-2]):
        return "unchanged"
    if _words(last) in {_words(turn) for turn in turns[:-1]}:
        return "cycle"
    return "rounds_exhausted" if len(turns) > settings.rounds else None


def is_checked(turn: AnswerTurn) -> bool:
    """Tell whether the answer was held against anything: a text is where it, or another one, is listed or read."""
    weighed = {finding.focus for finding in turn.findings}
    return any(
        claim.source == "answer" and (claim.kind != "text" or claim.support or claim.read or claim.id in weighed)
        for claim in turn.claims
    )


def _words(turn: AnswerTurn) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    return term(turn.answer.strip(" .!")), turn.because


def _concluded(
    question: Question,
    model: ModelInfo,
    turns: Sequence[AnswerTurn],
    kept: AnswerTurn,
    stop: AnswerStop,
    analysis: Analysis,
    read: tuple[TextLine, ...] | None,
) -> Answered:
    return Answered(
        image=analysis.image,
        model=model,
        question=question.text,
        kind=question.kind,
        answer=kept.answer,
        because=kept.because,
        claims=kept.claims,
        findings=kept.findings,
        consistent=not kept.conflicts,
        read=read,
        checked=is_checked(kept),
        why_unknown=analysis.verdict.why_unknown,
        kept_turn=kept.index,
        turns=tuple(turns),
        stop_reason=stop,
        analysis=analysis,
        usage=sum((turn.usage for turn in turns), analysis.usage),
    )
