"""A scene, the answers about it and a potential -> which of the answers are taken: those that lower the potential.

So an answer counts for what it mends, and of answers that mend the same the one counts that costs least of what the
model believed; what it mends nothing by is left out, be it asked for ever so firmly. An answer that the looks speak
against is taken only if no fewer violations come without it, and none of the answers that they speak for would do as
much in its place. `nesy.loop.potential` tells what is compared.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from nesy.analysis import Evidence
from nesy.loop.options import KEEP
from nesy.loop.patch import apply_patch, following
from nesy.loop.potential import Measure, Potential
from nesy.loop.readings import Balance, Chances
from nesy.loop.run import Answers, Rounds
from nesy.ontology import Ontology
from nesy.scene import Scene, term
from nesy.turns import Request


def lowering(
    scene: Scene,
    request: Request,
    answers: Mapping[int, str],
    measure: Measure,
    ontology: Ontology,
    chances: Chances = MappingProxyType({}),
) -> dict[int, str]:
    """Return the answers that are taken; for the others their claims are kept as they are.

    From all changes together one after the other is left out, that one first without which the potential is lowest,
    as long as it gets lower by that; what remains is taken if it is lower than before any of it. At most n (n + 1) / 2
    scenes are measured for n changes, and for those that the looks speak against one for each answer they speak for.
    """
    taken = {n: answer for n, answer in answers.items() if term(answer) != KEEP}

    def after(some: Mapping[int, str]) -> Potential:
        return measure(following(scene, apply_patch(scene, request, some, {}), ontology).scene)

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


def any_answer(_rounds: Rounds, _request: Request, answers: Answers, _looked: Sequence[Evidence] = ()) -> Answers:
    """Take every answer, whatever comes of it."""
    return answers
