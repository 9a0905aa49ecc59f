"""Decisions of a repair -> its edits: what became of each claim, why, and at which price."""

from collections.abc import Mapping
from typing import Literal

from nesy.alternatives import SWAP
from nesy.analysis import Edit
from nesy.finding import Finding
from nesy.repair.choices import LISTED, WITHDRAW, Choices, Decisions, in_order
from nesy.repair.prices import SCALE
from nesy.scene import Claim


def edits_of(choices: Choices, decisions: Decisions, reasons: Mapping[str, Finding]) -> tuple[Edit, ...]:
    """Return one edit for every claim that is not kept, entities first, then in the order of ids.

    Args:
        reasons: a violation that names the claim.
    """
    after = {claim.id: claim for claim in choices.applied(decisions).claims()}
    return tuple(
        _edit(choices, claim_id, choice, after.get(claim_id), _reason(choices, claim_id, decisions, reasons))
        for claim_id, choice in sorted(
            decisions.items(), key=lambda item: (bool(choices.about(item[0])), in_order(item[0]))
        )
    )


def _edit(choices: Choices, claim_id: str, choice: str, now: Claim | None, reason: tuple[str, str | None]) -> Edit:
    op: Literal["withdraw", "relabel", "swap", "recount"]
    match choice:
        case _ if choice == WITHDRAW:
            op, now = "withdraw", None
        case _ if choice == SWAP:
            op = "swap"
        case _ if choice == LISTED:
            op = "recount"
        case _:
            op = "relabel"
    told, rule = reason
    price = choices.cost(claim_id, choice) / SCALE
    return Edit(claim=claim_id, op=op, reason=told, cost=price, was=choices.claims[claim_id], now=now, rule=rule)


def _reason(
    choices: Choices, claim_id: str, decisions: Decisions, reasons: Mapping[str, Finding]
) -> tuple[str, str | None]:
    """Return why a claim is not kept, and the rule behind it where one is known."""
    for entity in choices.about(claim_id):
        if decisions.get(entity) == WITHDRAW:
            behind = _objection(choices, entity, reasons)
            return f"it refers to {entity}, which was withdrawn", None if behind is None else behind.rule
    found = _objection(choices, claim_id, reasons)
    return ("a rule is broken without this change", None) if found is None else (found.message, found.rule)


def _objection(choices: Choices, claim_id: str, reasons: Mapping[str, Finding]) -> Finding | None:
    """Return the violation that names a claim, or else, for an entity, one of a claim about it or of a count."""
    counts = (count.id for count in choices.counts)
    about = sorted((*choices.hanging.get(claim_id, ()), *counts), key=in_order)
    return next((reasons[claim] for claim in (claim_id, *about) if claim in reasons), None)
