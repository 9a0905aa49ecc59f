"""An analysis, a scene or a verdict -> a readable account for a terminal, as rich text without markup."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.text import Text

from nesy.geometry import Box
from nesy.rendering.claim_cells import claim_confidence, claim_content
from nesy.rendering.plain import on_one_line
from nesy.scene import Claim, Entity, Scene, in_words
from nesy.verdict import Finding, GroundedVerdict, Severity, Standing, Status, Verdict

if TYPE_CHECKING:
    from nesy.analysis import Analysis, Round
    from nesy.observations import Observations
    from nesy.turns import Usage

_COLOURS: Mapping[Severity, str] = {"violation": "red", "warning": "yellow", "info": "cyan"}
_STATUS_COLOURS: Mapping[Status, str] = {"supported": "green", "contradicted": "red", "unknown": ""}
_STANDING_COLOURS: Mapping[Standing, str] = {
    "consistent": "bold green",
    "unknown": "bold yellow",
    "inconsistent": "bold red",
}
_STOPPED = {
    "consistent": "no rule that is asked about is broken",
    "rounds_exhausted": "the last allowed round is over",
    "unchanged": "the model kept every claim it was asked about",
    "refused": "no change that the model wanted would have mended anything",
    "cycle": "the scene says again what an earlier round said",
    "no_progress": "the answer broke more rules than it mended; the better scene is kept",
    "nothing_to_ask": "what is broken names no claim of the scene",
    "unreadable": "no reply of the last round could be read",
    "unfit_picture": "the model cannot read pictures of this kind",
}


def account(analysis: "Analysis") -> Text:
    """Tell an analysis round by round: claims, findings, the prompt that was sent, the answer, and the result."""
    out = Text()
    line(out, analysis.image.name, "bold")
    if analysis.rounds[0].kind != "identify":  # that is about several pictures, each of which has its own account
        size = f"{analysis.image.width_px} x {analysis.image.height_px} px" if analysis.image.width_px else "unknown"
        line(out, f"  image  {size}" + (f", sha256 {analysis.image.sha256[:12]}" if analysis.image.sha256 else ""))
    line(out, f"  model  {_model(analysis)}")
    if analysis.observations is not None:
        line(out, f"  beside {_looked(analysis.observations)}")
    for turn in analysis.rounds:
        _round(out, turn, analysis.rounds[turn.index - 1] if turn.index else None)
    if analysis.kept_round != len(analysis.rounds) - 1:
        line(out, f"kept: the scene of round {analysis.kept_round}", "bold")
    if analysis.edits:
        _repair(out, analysis)
    if analysis.withdrawn:
        line(out, "withdrawn in all", "bold")
        for gone in analysis.withdrawn:
            line(out, f"  {_claim(gone.was)}, by the {gone.by} in round {gone.round}: {gone.reason}")
    if analysis.scene == analysis.rounds[0].scene:
        line(out, "final scene: that of round 0", "bold")
    else:
        line(out, "final scene", "bold")
        _scene(out, analysis.scene)
    left = told_only(analysis.verdict.findings) if analysis.stop_reason == "consistent" else ""
    line(out, f"stopped: {_STOPPED.get(analysis.stop_reason, '')}{left} ({analysis.stop_reason})")
    line(out, f"usage: {usage_words(analysis.usage)}")
    out.append_text(verdict_account(analysis.verdict))
    return out


def verdict_account(verdict: Verdict) -> Text:
    """Tell a verdict: the number of findings of each severity, then each finding with the claims in conflict."""
    out = Text()
    numbers = {severity: verdict.number(severity) for severity in _COLOURS}
    told = ", ".join(_number(numbers[severity], severity) for severity in _COLOURS if numbers[severity])
    if verdict.undecided:
        told = f"{told or 'no finding'}; {_number(len(verdict.undecided), 'rule')} not decided"
    if isinstance(verdict, GroundedVerdict):
        told = f"{told or 'no finding'}; {_tally(verdict)}"
    told = "; ".join(part for part in (verdict.why_unknown, told or "no finding") if part)
    word = "undecided" if verdict.status == "unknown" and not verdict.why_unknown else verdict.status
    line(out, f"{word}: {told}", _STANDING_COLOURS[verdict.status])
    _findings(out, verdict)
    if isinstance(verdict, GroundedVerdict):
        _judgements(out, verdict)
    return out


def _tally(verdict: GroundedVerdict) -> str:
    numbers = Counter(judgement.status for judgement in verdict.judgements)
    return "claims " + ", ".join(f"{numbers[status]} {status}" for status in _STATUS_COLOURS)


def _judgements(out: Text, verdict: GroundedVerdict) -> None:
    """Tell every claim with what the evidence says of it, and where the text says it (characters)."""
    for one in verdict.judgements:
        where = ", ".join(f"{start}-{end}" for start, end in one.spans)
        said = f"{one.says} [{where}]" if where else one.says
        weighed = "" if one.chance in (None, 0.0, 1.0) else f" (chance {one.chance:.2f})"
        line(out, f"  {one.status:<12}  {on_one_line(said)}: {one.reason}{weighed}", _STATUS_COLOURS[one.status])


def line(out: Text, text: str, style: str = "") -> None:
    """Add one line to an account; whatever would break it is shown escaped."""
    indent = len(text) - len(text.lstrip(" "))
    out.append(" " * indent + on_one_line(text) + "\n", style=style or None)


def _number(number: int, noun: str) -> str:
    if number == 1:
        return f"{number} {noun}"
    return f"{number} {noun[:-1] + 'ies' if noun.endswith('y') else noun + 's'}"


def _model(analysis: "Analysis") -> str:
    model = analysis.model
    told = [f"revision {model.revision}"] if model.revision else []
    told += [f"weights sha256 {model.weights_sha256[:12]}"] if model.weights_sha256 else []
    return model.id + (f" ({', '.join(told)})" if told else "")


def _looked(seen: "Observations") -> str:
    """Say who looked at the picture beside the model, and at how much."""
    who = ", ".join(witness.name for witness in seen.witnesses)
    parts = ((len(seen.things), "thing"), (len(seen.people), "skeleton"), (len(seen.texts), "text"))
    told = ", ".join(_number(number, noun) for number, noun in parts if number)
    return f"{who}, which sees {told or 'nothing'}"


def _round(out: Text, turn: "Round", before: "Round | None") -> None:
    out.append("\n")
    if turn.kind == "describe":
        line(out, f"round {turn.index}: the model describes the image ({usage_words(turn.usage)})", "bold")
    elif turn.kind == "identify":
        line(out, f"round {turn.index}: the model says what it has seen before ({usage_words(turn.usage)})", "bold")
    elif turn.kind == "verify":
        line(out, f"round {turn.index}: a look at what the model is not sure of ({usage_words(turn.usage)})", "bold")
    else:
        line(out, f"round {turn.index}: the model looks again ({usage_words(turn.usage)})", "bold")
        for words in turn.prompt.splitlines():
            line(out, f"  prompt    {words}", "italic")
        answers = {answer.number: answer for answer in turn.answers}
        width = max((len(on_one_line(claim.text)) for claim in turn.asked), default=0)
        for claim in turn.asked:
            answer = answers.get(claim.number)
            said = "(no answer)" if answer is None else answer.answer
            sure = "" if answer is None or answer.confidence is None else f"  {answer.confidence:.0%}"
            left = "  (not taken: it mends nothing)" if claim.claim in turn.refused else ""
            line(out, f"  asked {claim.number:>2}  {on_one_line(claim.text):<{width}}  -> {said}{sure}{left}")
    for one in turn.evidence:
        line(out, f"  {'looked ' if one.true is not None else 'weighed'}   {one.statement}: true with {one.chance:.0%}")
        if turn.kind == "verify" and one.claim in turn.refused:
            line(out, f"  kept      {one.statement}: the scene would be no better without it")
    if turn.no_evidence:
        line(out, f"  no look   {turn.no_evidence}")
    for failure in turn.failures:
        line(out, f"  unread    a reply could not be read: {'; '.join(failure.problems)}", "yellow")
    if turn.problems and turn.readable:
        line(out, f"  problem   {'; '.join(turn.problems)}", "yellow")
    if before is None:
        _scene(out, turn.scene)
    else:
        _changes(out, before.scene, turn)
    if turn.verdict.findings or turn.verdict.undecided:
        _findings(out, turn.verdict)
    else:
        line(out, "  no finding", "green" if turn.verdict.status == "consistent" else "")


def _repair(out: Text, analysis: "Analysis") -> None:
    cost = sum(edit.cost for edit in analysis.edits)
    known = {True: ", and no cheaper ones would do", False: ", perhaps not the cheapest", None: ""}
    told = f"repair: {_number(len(analysis.edits), 'edit')} for {cost:.2f} nats of evidence"
    line(out, told + known[analysis.repair_optimal], "bold")
    for edit in analysis.edits:
        if edit.attribute is not None:
            done = f'withdrew "{edit.attribute}" of {_claim(edit.was)}'
        elif edit.now is None:
            done = f"withdrew {_claim(edit.was)}"
        else:
            done = f"changed {_claim(edit.was)} to {in_words(edit.now)}{' (nobody said so)' if edit.invented else ''}"
        line(out, f"  {done}, for {edit.cost:.2f}: {edit.reason}", "yellow")
    if not analysis.verdict.consistent:
        line(out, "  what is left cannot be mended: it names no claim, or rules contradict each other", "bold red")


def _changes(out: Text, before: Scene, turn: "Round") -> None:
    old = {claim.id: claim for claim in before.claims()}
    for claim in turn.scene.claims():
        if claim.id not in old:
            line(out, f"  new       {_claim(claim)}{_sure(claim)}")
        if claim.id in turn.changed:
            was = f"{_claim(old[claim.id])} -> " if claim.id in old else ""
            line(out, f"  changed   {was}{in_words(claim)}")
    for gone in turn.withdrawn:
        line(out, f"  withdrawn {_claim(gone.was)}: {gone.reason}")
    if not turn.changed and not turn.withdrawn and all(claim.id in old for claim in turn.scene.claims()):
        line(out, "  the scene stays as it was")


def _scene(out: Text, scene: Scene) -> None:
    claims = list(scene.claims())
    if not claims:
        line(out, "  nothing is claimed")
        return
    rows = [(claim.id, claim_content(claim), _boxed(claim), claim_confidence(claim)) for claim in claims]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True)]
        line(out, ("  " + "  ".join(cells)).rstrip())


def _sure(claim: Claim) -> str:
    told = claim_confidence(claim)
    return f"  {told}" if told else ""


def _boxed(claim: Claim) -> str:
    return _box(claim.box) if isinstance(claim, Entity) and claim.box is not None else ""


def _box(box: Box) -> str:
    return "[" + " ".join(f"{value:.2f}" for value in box) + "]"


def _claim(claim: Claim) -> str:
    return f"{claim.id} ({in_words(claim)})"


def _findings(out: Text, verdict: Verdict) -> None:
    for finding in verdict.findings:
        line(out, *finding_line(finding))
    for rest in verdict.more:
        line(out, f"  {rest.severity:<9} {rest.rule}: {_number(rest.number, 'finding')} more", _COLOURS[rest.severity])
    for stopped in verdict.undecided:
        line(out, f"  undecided {stopped.rule}: {stopped.reason}", _COLOURS[stopped.severity])
    if verdict.unknown_labels:
        line(out, f"  unknown   {', '.join(verdict.unknown_labels)}: not in the vocabulary, so no rule judges it")


def told_only(findings: Iterable[Finding]) -> str:
    """Return what is added to `nothing is left to ask about` where findings remain; empty where there are none."""
    numbers = Counter(finding.severity for finding in findings)
    told = " and ".join(_number(numbers[severity], severity) for severity in _COLOURS if numbers[severity])
    return f"; {told} stay{'s' if numbers.total() == 1 else ''}, told and not asked about" if told else ""


def finding_line(finding: Finding) -> tuple[str, str]:
    """Return a finding as a line of an account, and its style."""
    told = f"{finding.name} [{_list(finding.claims)}]: {finding.message}"
    return f"  {finding.severity:<9} {told}", _COLOURS[finding.severity]


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def usage_words(usage: "Usage") -> str:
    """Say what calls cost, in one line."""
    cached = f" ({usage.cached_tokens} cached)" if usage.cached_tokens else ""
    return (
        f"{_number(usage.calls, 'call')}, {usage.prompt_tokens} prompt tokens{cached}, {usage.new_tokens} new, "
        f"{usage.seconds:.2f} s"
    )
