"""Decisions of a repair -> its edits: what became of each claim, why, and at which price."""

from collections.abc import Mapping

from nesy.alternatives import SWAP
from nesy.analysis import Edit
from nesy.repair.choices import LISTED, WITHDRAW, Choices, Decisions, in_order
from nesy.repair.prices import SCALE
from nesy.scene import Claim


def edits_of(choices: Choices, decisions: Decisions, reasons: Mapping[str, str]) -> tuple[Edit, ...]:
    """Return one edit for every claim that is not kept, entities first, then in the order of ids.

    Args:
        reasons: the message of a violation that names the claim.
    """
    after = {claim.id: claim for claim in choices.applied(decisions).claims()}
    return tuple(
        _edit(choices, claim_id, choice, after.get(claim_id), _reason(choices, claim_id, decisions, reasons))
        for claim_id, choice in sorted(
            decisions.items(), key=lambda item: (bool(choices.about(item[0])), in_order(item[0]))
        )
    )


def _edit(choices: Choices, claim_id: str, choice: str, now: Claim | None, reason: str) -> Edit:
    price = choices.cost(claim_id, choice) / SCALE
    was = choices.claims[claim_id]
    match choice:
        case "withdraw":
            return Edit(claim=claim_id, op="withdraw", reason=reason, cost=price, was=was)
        case _ if choice == SWAP:
            return Edit(claim=claim_id, op="swap", reason=reason, cost=price, was=was, now=now)
        case _ if choice == LISTED:
            return Edit(claim=claim_id, op="recount", reason=reason, cost=price, was=was, now=now)
        case _:
            return Edit(claim=claim_id, op="relabel", reason=reason, cost=price, was=was, now=now)


def _reason(choices: Choices, claim_id: str, decisions: Decisions, reasons: Mapping[str, str]) -> str:
    for entity in choices.about(claim_id):
        if decisions.get(entity) == WITHDRAW:
            return f"it refers to {entity}, which was withdrawn"
    told = reasons.get(claim_id)
    if told is None:  # an entity in doubt because of a claim about it, or of a count
        counts = (count.id for count in choices.counts)
        about = sorted((*choices.hanging.get(claim_id, ()), *counts), key=in_order)
        told = next((reasons[claim] for claim in about if claim in reasons), "a rule is broken without this change")
    return told
