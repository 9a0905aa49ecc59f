"""A scene, the answers about it and a potential -> which of the answers are taken: those that lower the potential.

The potential of a scene is compared from left to right: how many rules of severity violation it breaks, how many
findings are left that are asked about, and what speaks against it: what the way to it gave up of the first scene's
claims, priced as the repair prices it, and what it claims although the looks deny it. So an answer counts for what it
mends, and of answers that mend the same the one counts that costs least of what the model believed; what it mends
nothing by is left out, be it asked for ever so firmly. Each part is a whole number of at least 0, so a potential that
only falls ends every dialogue, and no scene comes back.

Where claims were looked at blindly (`nesy.loop.looks`), the price is that of the chance that the look gave, and an
answer that the looks speak against is taken only if no fewer violations come without it, and none of the answers that
they speak for would do as much in its place.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nesy.loop.correction import to_ask
from nesy.loop.options import KEEP
from nesy.loop.patch import apply_patch
from nesy.loop.statements import Balance, Chances
from nesy.scene import Claim, Scene, term
from nesy.settings import CorrectionSettings
from nesy.turns import Request
from nesy.verdict import Verdict

Potential = tuple[int, int, int]
"""Violations, findings that are asked about, and thousandths of a nat given up or claimed against the looks."""
Price = Callable[[Claim, Claim | None], int]
"""What it costs that a claim says something else, or (None) is gone."""
Denial = Callable[[Claim], int]
"""What the looks say against a claim."""


def potential(
    scene: Scene, verdict: Verdict, first: Scene, price: Price, denial: Denial, settings: CorrectionSettings
) -> Potential:
    """Return the potential of a scene that came of `first`.

    Args:
        scene: what is judged.
        verdict: what the rules say of it.
        first: what the model said before it was asked anything; its confidences are the evidence.
        price: as `nesy.repair.prices` has it, of confidences or of what looks at the claims gave.
        denial: likewise.
        settings: what is asked about at all.
    """
    now = {claim.id: claim for claim in scene.claims()}
    given_up = sum(price(claim, now.get(claim.id)) for claim in first.claims() if _other(claim, now.get(claim.id)))
    # A changed claim's denial is in its price; one that stays pays for it here, and what it stands against is given up.
    denied = sum(denial(claim) for claim in first.claims() if not _other(claim, now.get(claim.id)))
    return len(verdict.violations), len(to_ask(verdict, settings)), given_up + denied


def lowering(
    scene: Scene,
    request: Request,
    answers: Mapping[int, str],
    measure: Callable[[Scene], Potential],
    chances: Chances = MappingProxyType({}),
) -> dict[int, str]:
    """Return the answers that are taken; for the others their claims are kept as they are.

    From all changes together one after the other is left out, that one first without which the potential is lowest,
    as long as it gets lower by that; what remains is taken if it is lower than before any of it. At most n (n + 1) / 2
    scenes are measured for n changes, and for those that the looks speak against one for each answer they speak for.
    """
    taken = {n: answer for n, answer in answers.items() if term(answer) != KEEP}

    def after(some: Mapping[int, str]) -> Potential:
        return measure(apply_patch(scene, request, some, {}).scene)

    if not taken:
        return {}
    lowest = after(taken)
    while taken:
        fewer = [{n: a for n, a in taken.items() if n != out} for out in taken]
        measured = [(after(some), place) for place, some in enumerate(fewer)]
        least, place = min(measured)
        if least >= lowest:
            break
        lowest, taken = least, fewer[place]
    balance = Balance(scene, request, chances)
    for number in [n for n, answer in taken.items() if balance.against(n, answer)]:
        rest, needed = {n: a for n, a in taken.items() if n != number}, after(taken)[0]
        instead = ({**rest, n: a} for n, a in balance.favoured())
        if after(rest)[0] <= needed or any(after(some)[0] <= needed for some in instead):
            taken = rest
    return taken if after(taken) < measure(scene) else {}


def _other(claim: Claim, now: Claim | None) -> bool:
    """Tell whether a claim is gone or says something else; another confidence alone is nothing else."""
    return now is None or claim.model_copy(update={"confidence": None}) != now.model_copy(update={"confidence": None})
