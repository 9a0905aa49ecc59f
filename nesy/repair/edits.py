"""Decisions of a repair -> its edits: what became of each claim, why, and at which price."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nesy.analysis import Edit
from nesy.ontology.alternatives import SWAP, listed
from nesy.repair.choices import LISTED, WITHDRAW, Choices, Decisions, in_order
from nesy.repair.prices import SCALE
from nesy.scene import Claim, Count, Scene
from nesy.verdict import Finding


def edits_of(choices: Choices, decisions: Decisions, reasons: Mapping[str, Finding]) -> tuple[Edit, ...]:
    """Return one edit for every claim that is not kept, entities first, then in the order of ids.

    Args:
        reasons: a violation that names the claim.
    """
    mended = choices.applied(decisions)
    after = {claim.id: claim for claim in mended.claims()}
    told = _Told(choices, decisions, reasons, (choices.scene, mended))
    return tuple(
        _edit(choices, claim_id, choice, after.get(claim_id), told.reason(claim_id))
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


@dataclass(frozen=True)
class _Told:
    """What is known of why claims are not kept."""

    choices: Choices
    decisions: Decisions
    reasons: Mapping[str, Finding]
    scenes: tuple[Scene, Scene]
    """Before the repair and after it."""

    def reason(self, claim_id: str) -> tuple[str, str | None]:
        """Return why a claim is not kept, and the rule behind it where one is known."""
        for entity in self.choices.about(claim_id):
            if self.decisions.get(entity) == WITHDRAW:
                behind = self._objection(entity)
                return f"it refers to {entity}, which was withdrawn", None if behind is None else behind.rule
        found = self._objection(claim_id)
        return ("a rule is broken without this change", None) if found is None else (found.message, found.rule)

    def _objection(self, claim_id: str) -> Finding | None:
        """Return the violation that names a claim; for an entity else one of a claim about it, else of its count."""
        hanging = sorted(self.choices.hanging.get(claim_id, ()), key=in_order)
        counts = sorted((count.id for count in self.choices.counts if self._counts(count, claim_id)), key=in_order)
        return next((self.reasons[claim] for claim in (claim_id, *hanging, *counts) if claim in self.reasons), None)

    def _counts(self, count: Count, entity_id: str) -> bool:
        """Tell whether an entity is among those that a count is about, as it was or as it is now."""
        found = (listed(scene, count.category, self.choices.ontology) for scene in self.scenes)
        return any(entity.id == entity_id for entities in found for entity in entities)
