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

    An attribute that is withdrawn is an edit of its entity; one whose entity is withdrawn goes with it.

    Args:
        choices: what could become of the claims.
        decisions: what does.
        reasons: a violation that hangs on the claim, or on the attribute.
    """
    mended = choices.applied(decisions)
    after = {claim.id: claim for claim in mended.claims()}
    told = _Told(choices, decisions, reasons, (choices.scene, mended))
    ordered = sorted(decisions.items(), key=lambda item: (bool(choices.about(item[0])), in_order(item[0])))
    found = (_edit(choices, part, choice, after, told.reason(part)) for part, choice in ordered)
    return tuple(edit for edit in found if edit is not None)


def _edit(
    choices: Choices, part: str, choice: str, after: Mapping[str, Claim], reason: tuple[str, str | None]
) -> Edit | None:
    entity, place = choices.attributes.get(part, (None, 0))
    claim = choices.claims[part] if entity is None else entity
    now = after.get(claim.id)
    if entity is not None and now is None:
        return None
    told, rule = reason
    return Edit(
        claim=claim.id,
        op=_operation(choice),
        attribute=None if entity is None else entity.attributes[place],
        reason=told,
        cost=choices.cost(part, choice) / SCALE,
        was=claim,
        now=now,
        rule=rule,
        invented=choices.invented(part, choice),
    )


def _operation(choice: str) -> Literal["withdraw", "relabel", "swap", "recount"]:
    match choice:
        case _ if choice == WITHDRAW:
            return "withdraw"
        case _ if choice == SWAP:
            return "swap"
        case _ if choice == LISTED:
            return "recount"
        case _:
            return "relabel"


@dataclass(frozen=True)
class _Told:
    """What is known of why claims are not kept."""

    choices: Choices
    decisions: Decisions
    reasons: Mapping[str, Finding]
    scenes: tuple[Scene, Scene]
    """Before the repair and after it."""

    def reason(self, part: str) -> tuple[str, str | None]:
        """Return why a claim or an attribute is not kept, and the rule behind it where one is known."""
        for entity in self.choices.about(part):
            if self.decisions.get(entity) == WITHDRAW:
                behind = self._objection(entity)
                return f"it refers to {entity}, which was withdrawn", None if behind is None else behind.rule
        found = self._objection(part)
        return ("a rule is broken without this change", None) if found is None else (found.message, found.rule)

    def _objection(self, part: str) -> Finding | None:
        """Return the violation that hangs on a part; for an entity else one of a claim about it, else of its count."""
        if part in self.choices.attributes:
            return self.reasons.get(part) or self.reasons.get(self.choices.attributes[part][0].id)
        hanging = sorted(self.choices.hanging.get(part, ()), key=in_order)
        counts = sorted((count.id for count in self.choices.counts if self._counts(count, part)), key=in_order)
        return next((self.reasons[one] for one in (part, *hanging, *counts) if one in self.reasons), None)

    def _counts(self, count: Count, entity_id: str) -> bool:
        """Tell whether an entity is among those that a count is about, as it was or as it is now."""
        found = (listed(scene, count.category, self.choices.ontology) for scene in self.scenes)
        return any(entity.id == entity_id for entities in found for entity in entities)
