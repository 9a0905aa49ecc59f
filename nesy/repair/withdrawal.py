"""Scene and a checker -> a scene without violations: the least believed claim of each conflict is withdrawn."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from nesy.analysis import Edit
from nesy.finding import Finding, Verdict
from nesy.scene import Claim, Entity, Scene

UNKNOWN_CONFIDENCE = 0.5
"""What a claim without a confidence counts as."""
_SUREST = 0.999


@dataclass(frozen=True)
class Repaired:
    """The scene after the repair, what the rules say of it, and every change in the order it was made."""

    scene: Scene
    verdict: Verdict
    edits: tuple[Edit, ...]

    @property
    def unrepairable(self) -> tuple[Finding, ...]:
        """Violations that are left because they name no claim that could be withdrawn."""
        return self.verdict.violations

    @property
    def cost(self) -> float:
        """The sum of the edits' costs."""
        return sum(edit.cost for edit in self.edits)


def repair(scene: Scene, verdict_of: Callable[[Scene], Verdict], verdict: Verdict | None = None) -> Repaired:
    """Withdraw claims, one of one conflict at a time with a recheck, until no violation can be mended further.

    In the violation with the fewest claims to choose from, the one with the lowest confidence goes (0.5
    where it is unknown; of equal ones the later in scene order). Entities go only where a conflict holds
    nothing else, and take the claims that refer to them along. Nothing is ever added, so it ends after at
    most as many steps as there are claims. A violation that names no claim of the scene stays, and the
    verdict says so. Not optimal: conflicts are met one by one.

    Args:
        verdict: of `scene`, where it is known already; saves one check.
    """
    verdict = verdict_of(scene) if verdict is None else verdict
    edits: list[Edit] = []
    while (choice := _weakest(scene, verdict)) is not None:
        finding, claim = choice
        smaller = scene.without(frozenset({claim.id}))
        left = {c.id for c in smaller.claims()}
        edits += [
            Edit(
                claim=gone.id,
                op="withdraw",
                reason=finding.message if gone.id == claim.id else f"it refers to {claim.id}, which was withdrawn",
                cost=cost(gone),
                was=gone,
            )
            for gone in sorted(scene.claims(), key=lambda c: c.id != claim.id)
            if gone.id not in left
        ]
        scene = Scene.model_validate(smaller.model_dump(by_alias=True))
        verdict = verdict_of(scene)
    return Repaired(scene, verdict, tuple(edits))


def cost(claim: Claim) -> float:
    """Return the log-odds of a claim's confidence, from -6.9 to 6.9: what believing the model says against dropping it.

    >>> cost(Entity(id="cup_1", category="cup")), round(cost(Entity(id="cup_1", category="cup", confidence=0.9)), 2)
    (0.0, 2.2)
    """
    sure = min(max(_confidence(claim), 1 - _SUREST), _SUREST)
    return math.log(sure / (1 - sure))


def _confidence(claim: Claim) -> float:
    return UNKNOWN_CONFIDENCE if claim.confidence is None else claim.confidence


def _weakest(scene: Scene, verdict: Verdict) -> tuple[Finding, Claim] | None:
    """Return the violation to mend next and the claim of it to withdraw, or None when there is none to mend.

    Violations with the fewest claims to choose from come first: where only one can go, it goes in any case,
    and may take a conflict with others along.
    """
    chosen: tuple[Finding, list[Claim]] | None = None
    for finding in verdict.violations:
        named = [claim for claim in scene.claims() if claim.id in finding.claims]
        choice: list[Claim] = [claim for claim in named if not isinstance(claim, Entity)]
        choice = choice or named
        if choice and (chosen is None or len(choice) < len(chosen[1])):
            chosen = finding, choice
    if chosen is None:
        return None
    # min takes the first of equals: the claims are turned around so that the later one goes
    return chosen[0], min(reversed(chosen[1]), key=_confidence)
