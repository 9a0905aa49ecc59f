"""Scene + what the rules and the looks say of it -> its potential: what counts against it, to be compared and lowered.

The potential of a scene is compared from left to right: how many rules of severity violation it breaks, how many
findings are left that are asked about, and what speaks against it: what the way to it gave up of the first scene's
claims, priced as the repair prices it, and what it claims although the looks deny it. Each part is a whole number of
at least 0, so a potential that only falls ends every dialogue, and no scene comes back.

Where claims were looked at blindly (`nesy.loop.looks`), the price is that of the chance that the look gave.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from types import MappingProxyType

from nesy.analysis import Evidence, Round
from nesy.loop.correction import number_to_ask
from nesy.loop.dialogue import Dialogue
from nesy.loop.looks import believed
from nesy.loop.readings import Chances, readings_of, spread
from nesy.repair import denied, price
from nesy.scene import Claim, Entity, Scene, in_words
from nesy.settings import CorrectionSettings
from nesy.turns import Request
from nesy.verdict import Verdict

Potential = tuple[int, int, int]
"""Violations, findings that are asked about, and thousandths of a nat given up or claimed against the looks."""
Price = Callable[[Claim, Claim | None], int]
"""What it costs that a claim says something else, or (None) is gone."""
Denial = Callable[[Claim], int]
"""What the looks say against a claim."""
Measure = Callable[[Scene], Potential]
"""The potential of any scene that came of one description."""


def chances_so_far(
    dialogue: Dialogue, rounds: Sequence[Round], looked: Sequence[Evidence] = (), asked: Request | None = None
) -> Chances:
    """Return the chance of every statement by the description's own words, all the looks so far, and the witness.

    Args:
        dialogue: whose model's words are worth what its calibration says.
        rounds: the rounds so far; the first is the description.
        looked: looks that no round has on record yet.
        asked: a question that no round has on record yet; what its claims could be changed to has a chance as well.
    """
    first = rounds[0].scene
    own = believed(dialogue.model, dialogue.info, dialogue.settings.correction, first)
    words = {in_words(claim): own[claim.id] for claim in first.claims() if claim.id in own}
    # A look knows more than the words do: where both speak, the look counts (its chance has the words in it).
    seen = {one.statement: one.chance for one in (*(one for turn in rounds for one in turn.evidence), *looked)}
    known = words | seen
    if dialogue.seeing is not None:
        known |= dialogue.seeing.chances(_stated(rounds, asked), _entities(rounds), known)
    return spread(known, first, dialogue.ontology)


def _stated(rounds: Sequence[Round], asked: Request | None) -> Iterator[Claim]:
    """Yield the claims of the description, and what each claim that was asked about could be changed to."""
    yield from rounds[0].scene.claims()
    questions = [(before.scene, turn.asked) for before, turn in pairwise(rounds)]
    if asked is not None:
        questions.append((rounds[-1].scene, asked.claims))
    for scene, claims in questions:
        yield from (reading.says for reading in readings_of(claims, scene))


def _entities(rounds: Sequence[Round]) -> tuple[Entity, ...]:
    """Return every entity of the rounds, as it was named first."""
    return tuple({e.id: e for turn in reversed(rounds) for e in turn.scene.entities}.values())


def measure(dialogue: Dialogue, first: Scene, chances: Chances = MappingProxyType({})) -> Measure:
    """Return the potential of scenes that came of `first`.

    Args:
        dialogue: what checks a scene, and what is asked about at all.
        first: what the model said before it was asked anything; its confidences are the evidence.
        chances: of the statements that were looked at.
    """
    priced, against = partial(price, chances=chances), partial(denied, chances=chances)
    settings = dialogue.settings.correction
    return lambda scene: potential(scene, dialogue.check(scene), first, priced, against, settings)


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
    return verdict.number("violation"), number_to_ask(verdict, settings), given_up + denied


def _other(claim: Claim, now: Claim | None) -> bool:
    """Tell whether a claim is gone or says something else; another confidence alone is nothing else."""
    return now is None or claim.model_copy(update={"confidence": None}) != now.model_copy(update={"confidence": None})
