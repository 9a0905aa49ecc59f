"""Statements of which it is known what is true -> how often each kind of objection is right, and its weight.

Of the claims of a data set one half may be false; of what models say of images it is about one in five. So the chance
that an objection is right is computed for that share, from how often the kind objects to false claims and to true ones:
an odds of (share of false claims x rate among them) to (share of true ones x rate among those).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from zlib import crc32

import numpy as np
from pydantic import BaseModel, ConfigDict

from nesy.experiments.faithfulness.labelled_statements import Statement
from nesy.grounding.judgement import judged
from nesy.grounding.objection_weights import EVERY, LEAST, Weight
from nesy.scene import Entity, PartState, Relation
from nesy.verdict import Judgement, Objection

FALSE_SHARE = 0.2
"""Of the claims that models make, so many are taken to be false (FaithScore's people found 20 % of all facts so)."""
STRENGTH = 2.0
"""To the objections of a kind so many are added at the precision of its family, and to those of a family at that of a
blind guess: with few seen, little is believed."""
ENOUGH = 8
"""From so many objections on, one data set that was not fitted to can show that a kind is too often wrong."""
FAMILIES: tuple[frozenset[Objection], ...] = (
    frozenset({"absent_class", "absent_wide", "absent_compound", "absent_sort", "absent_word", "denied", "present"}),
    frozenset({"count", "plural", "quantity", "too_many"}),
    frozenset({"count_fewer", "count_some", "stated_count_some"}),
    frozenset({"stated_count"}),
    frozenset({"other_kind", "worn_kind"}),
    frozenset({"elsewhere", "other_category"}),
    frozenset({"colour", "colour_once"}),
    frozenset({"posture", "posture_animal"}),
    frozenset({"state"}),
    frozenset({"reversed", "rule"}),
)
"""Kinds of objection that are alike: what is seen of one tells of the others. Every kind is in one."""
_DRAWS = 20000


class Tally(BaseModel):
    """Claims of one data set, and what one kind of objection does to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    right: int = 0
    """Objections to false claims."""
    false: int = 0
    """Objections to true claims."""
    false_claims: int = 0
    true_claims: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            right=self.right + other.right,
            false=self.false + other.false,
            false_claims=self.false_claims + other.false_claims,
            true_claims=self.true_claims + other.true_claims,
        )

    @property
    def objections(self) -> int:
        """How many there are."""
        return self.right + self.false

    @property
    def precision(self) -> float:
        """The chance that an objection is right if FALSE_SHARE of claims are false; Jeffreys' prior on both rates."""
        return float(self._drawn().mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `precision`."""
        low, high = np.quantile(self._drawn(), (0.025, 0.975))
        return float(low), float(high)

    def shrunk(self, towards: float) -> float:
        """Return `precision`, drawn towards another one by STRENGTH objections."""
        return (self.objections * self.precision + STRENGTH * towards) / (self.objections + STRENGTH)

    def _drawn(self) -> np.ndarray:
        generator = np.random.default_rng(0)
        found = generator.beta(self.right + 0.5, self.false_claims - self.right + 0.5, _DRAWS) * FALSE_SHARE
        lost = generator.beta(self.false + 0.5, self.true_claims - self.false + 0.5, _DRAWS) * (1 - FALSE_SHARE)
        return found / (found + lost)


Tallies = Mapping[Objection, Tally]


def tally(statements: Iterable[Statement]) -> tuple[dict[Objection, Tally], dict[Objection, Tally]]:
    """Hold every statement against its evidence, with all kinds of objection; the images fall into two halves.

    What hangs on an entity that is objected to counts with the entity, not again.
    """
    claims: tuple[Counter[bool], Counter[bool]] = (Counter(), Counter())
    objections: tuple[Counter[tuple[Objection, bool]], ...] = (Counter(), Counter())
    for one in statements:
        half = crc32(one.image.encode()) % 2
        for judgement, true in own(one):
            claims[half][true] += 1
            if judgement.objection is not None:
                objections[half][judgement.objection, true] += 1
    first, second = (
        {
            kind: Tally(right=n[kind, False], false=n[kind, True], false_claims=of[False], true_claims=of[True])
            for kind in sorted({kind for kind, _ in (*objections[0], *objections[1])})
        }
        for n, of in zip(objections, claims, strict=True)
    )
    return first, second


def own(statement: Statement) -> Iterable[tuple[Judgement, bool]]:
    """Yield the judgements of a statement that do not hang on that of an entity, and whether the claims are true."""
    said = statement.said
    found = judged(said, statement.evidence, EVERY, closed=statement.closed)
    of_entity = {j.claim: j.objection for j in found if j.attribute is None and j.objection is not None}
    claims = {claim.id: claim for claim in said.claims()}
    for judgement in found:
        ends: tuple[str, ...]
        match claims[judgement.claim]:
            case Entity(id=name):
                ends = (name,) if judgement.attribute is not None else ()
            case Relation(subject=subject, object=thing):
                ends = (subject, thing)
            case PartState(entity=entity, object=held):
                ends = (entity, *(() if held is None else (held,)))
            case _:
                ends = ()
        if judgement.objection is None or all(of_entity.get(end) != judgement.objection for end in ends):
            yield judgement, statement.is_true(judgement)


def added(one: Tallies, other: Tallies) -> dict[Objection, Tally]:
    """Return the sums of two halves of a data set, kind by kind."""
    both = (one, other)
    claims = Tally()
    for half in both:
        claims += next(iter(half.values()), Tally()).model_copy(update={"right": 0, "false": 0})
    return {
        kind: claims.model_copy(
            update={
                "right": sum(half[kind].right for half in both if kind in half),
                "false": sum(half[kind].false for half in both if kind in half),
            }
        )
        for kind in sorted({*one, *other})
    }


def together(found: Tallies, kinds: Collection[Objection]) -> Tally:
    """Return what some kinds of objection do on one data set; its claims count once."""
    chosen = [one for kind, one in found.items() if kind in kinds]
    if not chosen:
        return Tally()
    sums = {"right": sum(one.right for one in chosen), "false": sum(one.false for one in chosen)}
    return chosen[0].model_copy(update=sums)


def pooled(sets: Iterable[Tallies], kinds: Collection[Objection]) -> Tally:
    """Return the sum over the data sets in which one of the kinds objects at all."""
    return sum((together(found, kinds) for found in sets), Tally())


def weights(fitted: Sequence[Tallies], apart: Sequence[Tallies] = ()) -> dict[Objection, Weight]:
    """Return the weight of every kind; of one that never objects, without an interval, that of its family.

    Args:
        fitted: of the data sets that are fitted to.
        apart: of those that are not; one of them can show that a kind is too often wrong.
    """
    found = {}
    for family in FAMILIES:
        guess = pooled(fitted, family).shrunk(FALSE_SHARE)
        for kind in sorted(family):
            one = pooled(fitted, {kind})
            chance = one.shrunk(guess)
            beside = (together(other, {kind}) for other in apart)
            borne_out = all(other.precision >= LEAST for other in beside if other.objections >= ENOUGH)
            low, high = one.interval if one.objections else (None, None)
            found[kind] = Weight(
                chance=round(chance, 3),
                low=None if low is None else round(low, 3),
                high=None if high is None else round(high, 3),
                counts=chance >= LEAST and borne_out,
            )
    return found
