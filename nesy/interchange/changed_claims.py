"""An analysis -> what became of each claim that did not stay as it was first said, by whom, and how sure that is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from nesy.analysis import Analysis, Round
from nesy.analysis.records import record_of
from nesy.graph.provenance import ChangeRecord, WithdrawalRecord
from nesy.scene import Claim, Scene, in_words

How = Literal["withdrawn", "repaired", "reasked"]
"""`withdrawn`: the claim is gone, by whomever; `repaired`: by the repair; `reasked`: the model looked again."""


@dataclass(frozen=True)
class ChangedClaim:
    """What became of one claim, by its id."""

    claim: str
    was: Claim | None
    """As it was first said; None where a later round brought it up."""
    now: Claim | None
    """As it stands in the end; None where it is gone."""
    how: frozenset[How]
    rules: tuple[str, ...]
    """IRIs of the rules whose findings asked for it; none where a look alone did."""
    reasons: tuple[str, ...]
    """Why, a sentence or two for each step."""
    belief: float | None
    """That it is right, in [0, 1]; None where nothing tells: see `changed_claims`."""


def changed_claims(analysis: Analysis) -> tuple[ChangedClaim, ...]:
    """Return the claims that are not in the final scene as round 0 said them, in the order in which they were said.

    How sure a correction is: of a claim that is gone, one less its chance by the last look at it; of one that says
    something else now, the chance of that. Where nobody looked, the confidence of the model's own answer; where it was
    not asked either, and the repair chose, one less the confidence with which the claim was first said.
    """
    first, last = _by_id(analysis.rounds[0].scene), _by_id(analysis.scene)
    steps = _steps(analysis)
    found = []
    for claim in dict.fromkeys((*first, *last)):
        was, now = first.get(claim), last.get(claim)
        if was is not None and now is not None and same(was, now):
            continue
        taken = steps.get(claim, ())
        how: set[How] = {"withdrawn"} if now is None else set()
        how |= {"repaired"} if any(step.by_repair for step in taken) else set()
        how |= {"reasked"} if not all(step.by_repair for step in taken) or not taken else set()
        rules = tuple(dict.fromkeys(rule for step in taken for rule in step.rules))
        reasons = tuple(dict.fromkeys(step.reason for step in taken))
        belief = _belief(analysis, claim, was, now)
        found.append(ChangedClaim(claim, was, now, frozenset(how), rules, reasons, belief))
    return tuple(found)


def same(one: Claim, other: Claim) -> bool:
    """Tell whether two claims say the same, however sure they are and wherever a text says them."""
    return _content(one) == _content(other)


def belief_in(analysis: Analysis, claim: Claim) -> float | None:
    """Return the chance of a claim of the final scene: by the last look at what it says, else its own confidence."""
    looked = _last_look(analysis, claim.id, claim)
    return claim.confidence if looked is None else looked


@dataclass(frozen=True)
class _Step:
    rules: tuple[str, ...]
    reason: str
    by_repair: bool


def _steps(analysis: Analysis) -> Mapping[str, tuple[_Step, ...]]:
    record = record_of(analysis)
    found: dict[str, tuple[_Step, ...]] = {}
    taken: list[ChangeRecord | WithdrawalRecord] = [*record.changed, *record.withdrawn]
    for step in sorted(taken, key=lambda step: step.round):
        found[step.claim] = (*found.get(step.claim, ()), _Step(step.rules, step.reason, step.prompted is None))
    return found


def _belief(analysis: Analysis, claim: str, was: Claim | None, now: Claim | None) -> float | None:
    looked = _last_look(analysis, claim, was if now is None else now)
    if looked is not None:
        return 1.0 - looked if now is None else looked
    answers = [answer.confidence for turn in _kept(analysis) for answer in turn.answers if answer.claim == claim]
    if answers:
        return answers[-1]
    if was is None:
        return None if now is None else now.confidence
    return None if was.confidence is None else 1.0 - was.confidence


def _last_look(analysis: Analysis, claim: str, said: Claim | None) -> float | None:
    """Return the chance of what a claim says by the last look at it alone; None where nobody looked."""
    words = None if said is None else in_words(said)
    chances = [
        one.chance
        for turn in _kept(analysis)
        for one in turn.evidence
        if one.claim == claim and one.statement == words and one.true is not None
    ]
    return chances[-1] if chances else None


def _kept(analysis: Analysis) -> Iterator[Round]:
    yield from analysis.rounds[: analysis.kept_round + 1]


def _by_id(scene: Scene) -> dict[str, Claim]:
    return {claim.id: claim for claim in scene.claims()}


def _content(claim: Claim) -> dict[str, object]:
    return claim.model_dump(exclude={"confidence", "box_confidence", "spans"})
