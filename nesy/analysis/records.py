"""An analysis -> the plain records that its provenance is written from: each edit with what spoke against the claim."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Literal

from nesy.analysis.history import History
from nesy.analysis.rounds import Edit, Round, Withdrawal
from nesy.graph.provenance import AnalysisRecord, ChangeRecord, RoundRecord, WithdrawalRecord
from nesy.scene import Claim, Count, PartState, Relation
from nesy.verdict import Finding


def record_of(analysis: History) -> AnalysisRecord:
    """Return the record of an analysis: rounds, final scene, and every edit of the way to it."""
    kept = analysis.rounds[: analysis.kept_round + 1]
    return AnalysisRecord(
        rounds=tuple(_round(turn) for turn in analysis.rounds),
        final=analysis.scene,
        verdict=analysis.verdict,
        model=analysis.model,
        kept=analysis.kept_round,
        withdrawn=tuple(_withdrawal(analysis, gone) for gone in analysis.withdrawn),
        image=analysis.image,
        observations=analysis.observations,
        changed=(
            *(change for before, after in pairwise(kept) for change in _answers(before, after)),
            *(_change(kept[-1], edit) for edit in analysis.edits if edit.now is not None),
        ),
    )


def _round(turn: Round) -> RoundRecord:
    return RoundRecord(
        turn.index,
        turn.scene,
        turn.verdict,
        turn.prompt,
        turn.reply,
        turn.usage,
        temperature=turn.temperature,
        seed=turn.seed,
    )


def _withdrawal(analysis: History, gone: Withdrawal) -> WithdrawalRecord:
    """A record names the last round that held the claim: the one before the answer that dropped it."""
    if gone.by == "model":
        held, asked = analysis.rounds[gone.round - 1], analysis.rounds[gone.round]
        places = tuple(_against(gone.was, held.verdict.findings, notes=asked.notes_about(gone.claim)))
        rules = _rules(held, places)
        return WithdrawalRecord(gone.claim, held.index, gone.reason, places, rules, prompted=asked.index)
    held = analysis.rounds[gone.round]
    edit = next((edit for edit in analysis.edits if edit.claim == gone.claim), None)
    places = tuple(_against(gone.was, held.verdict.findings, rule=None if edit is None else edit.rule))
    known = () if edit is None or edit.rule is None else (edit.rule,)
    return WithdrawalRecord(gone.claim, held.index, gone.reason, places, known or _rules(held, places))


def _answers(before: Round, after: Round) -> Iterator[ChangeRecord]:
    """Yield what the answer of a round changed."""
    old = {claim.id: claim for claim in before.scene.claims()}
    for now in after.scene.claims():
        if now.id in after.changed and now.id in old:
            notes = after.notes_about(now.id)
            places = tuple(_against(old[now.id], before.verdict.findings, notes=notes))
            yield ChangeRecord(
                now.id,
                before.index,
                _operation(old[now.id], now),
                " ".join(notes) or "it follows what is listed, of which something was withdrawn",
                None,
                places,
                _rules(before, places),
                prompted=after.index,
            )


def _change(held: Round, edit: Edit) -> ChangeRecord:
    places = tuple(_against(edit.was, held.verdict.findings, rule=edit.rule))
    rules = _rules(held, places) if edit.rule is None else (edit.rule,)
    return ChangeRecord(
        edit.claim,
        held.index,
        edit.op,
        edit.reason,
        edit.cost,
        places,
        rules,
        attribute=edit.attribute,
        invented=edit.invented,
    )


def _against(
    claim: Claim, findings: Sequence[Finding], *, notes: Iterable[str] | None = None, rule: str | None = None
) -> Iterator[int]:
    """Yield the places of the findings that name a claim; where none does, of those that name what it is about.

    Args:
        claim: as it was.
        findings: of the round that held it.
        notes: only findings that the model was told of, where given.
        rule: only findings of this rule, where given; violations alone, as it is the repair that asks.
    """
    told = None if notes is None else set(notes)
    some = [
        (place, finding)
        for place, finding in enumerate(findings)
        if (finding.message in told if told is not None else finding.severity == "violation")
        and rule in (None, finding.rule)
    ]
    for named in ({claim.id}, _about(claim)):
        places = [place for place, finding in some if named & set(finding.claims)]
        if places:
            yield from places
            return


def _about(claim: Claim) -> set[str]:
    match claim:
        case Relation():
            return {claim.subject, claim.object}
        case PartState():
            return {claim.entity} if claim.object is None else {claim.entity, claim.object}
        case _:
            return set()


def _rules(turn: Round, places: Iterable[int]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(turn.verdict.findings[place].rule for place in places))


def _operation(was: Claim, now: Claim) -> Literal["relabel", "swap", "recount"]:
    if isinstance(now, Count):
        return "recount"
    turned = isinstance(was, Relation) and isinstance(now, Relation) and was.subject != now.subject
    return "swap" if turned else "relabel"
