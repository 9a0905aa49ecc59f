"""An answered question -> a readable account for a terminal, as rich text without markup."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from nesy.answering import AnswerClaim, Answered, AnswerTurn
from nesy.rendering.account import finding_line, line, told_only, usage_words
from nesy.rendering.plain import on_one_line
from nesy.scene import in_words
from nesy.verdict import Finding

STOPPED = {
    "consistent": "nothing that is asked about speaks against the answer",
    "unchecked": "the answer makes no claim that the list of what is seen could bear out",
    "unchanged": "the model answered the same again",
    "cycle": "the model came back to an earlier answer",
    "rounds_exhausted": "the last allowed round is over",
    "unreadable": "no reply of the last round could be read",
    "not_checked": "checking was switched off",
}


def answer_account(answered: Answered) -> Text:
    """Tell how an answer came about: each turn with what spoke against it, then the answer and what it rests on."""
    out = Text()
    line(out, answered.image.name, "bold")
    line(out, f"  model     {answered.model.id}")
    line(out, f"  question  {answered.question}")
    if answered.analysis is not None:
        seen = ", ".join(entity.id for entity in answered.analysis.scene.entities) or "nothing"
        rounds = len(answered.analysis.rounds)
        told = f"{rounds} {'round' if rounds == 1 else 'rounds'}, {usage_words(answered.analysis.usage)}"
        line(out, f"  seen      {seen} ({told})")
    if answered.read is not None:
        lines = ", ".join(repr(text.text) for text in answered.read) or "nothing"
        line(out, f"  read      {on_one_line(lines)}")
    tell_turns(out, answered.turns, answered.kept_turn, answered.claims, answered.findings, _listed(answered))
    left = told_only(answered.findings) if answered.stop_reason in ("consistent", "unchecked") else ""
    line(out, f"stopped: {STOPPED[answered.stop_reason]}{left} ({answered.stop_reason})")
    line(out, f"usage: {usage_words(answered.usage)}")
    if answered.why_unknown:
        line(out, f"unknown: {answered.why_unknown}", "bold yellow")
    elif not answered.checked:
        line(out, "not checked", "bold yellow")
    elif answered.consistent:
        line(out, "consistent", "bold green")
    else:
        line(out, "inconsistent: the answer and what is seen disagree; neither is preferred", "bold red")
    return out


def tell_turns(
    out: Text,
    turns: Sequence[AnswerTurn],
    kept: int,
    claims: Sequence[AnswerClaim],
    findings: Sequence[Finding],
    listed: Mapping[str, str],
) -> None:
    """Tell each turn with what spoke against it, then the answer that was kept and what it rests on.

    Args:
        out: what is written on.
        turns: all of them, at least one.
        kept: index of the one whose answer was kept.
        claims: of that answer.
        findings: against it.
        listed: claim of what is seen -> its words.
    """
    for turn in turns:
        _turn(out, turn, listed)
    out.append("\n")
    line(out, f"answer: {turns[kept].answer}{_sure(turns[kept])}", "bold")
    if turns[0].answer != turns[kept].answer:
        line(out, f"  changed from: {turns[0].answer}")
    for claim in claims:
        line(out, f"  {'rests on' if claim.source == 'because' else 'claims'}  {claim_words(claim, listed)}")
    for finding in findings:
        line(out, *finding_line(finding))


def _turn(out: Text, turn: AnswerTurn, listed: Mapping[str, str]) -> None:
    out.append("\n")
    verb = "looks again" if turn.index else "answers"
    line(out, f"turn {turn.index}: the model {verb} ({usage_words(turn.usage)})", "bold")
    for note in turn.notes:
        line(out, f"  note      {note}", "italic")
    for failure in turn.failures:
        line(out, f"  unread    a reply could not be read: {'; '.join(failure.problems)}", "yellow")
    if not turn.readable:
        return
    line(out, f"  answer    {turn.answer}{_sure(turn)}")
    for claim in turn.claims:
        line(out, f"  {'because ' if claim.source == 'because' else 'claim   '}  {claim_words(claim, listed)}")
    for finding in turn.findings:
        line(out, *finding_line(finding))
    if turn.problems:
        line(out, f"  ignored   {'; '.join(turn.problems)}", "yellow")


def claim_words(claim: AnswerClaim, listed: Mapping[str, str]) -> str:
    """Say a claim of an answer on one line, with what bears it out.

    Args:
        claim: of the answer.
        listed: claim of what is seen -> its words.
    """
    borne = ", ".join(f"{i} ({listed[i]})" for i in claim.support if i in listed)
    return on_one_line(f"{claim.id} {claim.text}" + (f"; listed: {borne}" if borne else "") + _read(claim))


def _read(claim: AnswerClaim) -> str:
    return "".join(f"; read: {text!r}" for text in claim.read)


def _listed(answered: Answered) -> dict[str, str]:
    scene = None if answered.analysis is None else answered.analysis.scene
    return {} if scene is None else {claim.id: in_words(claim) for claim in scene.claims()}


def _sure(turn: AnswerTurn) -> str:
    return "" if turn.confidence is None else f"  {turn.confidence:.0%}"
