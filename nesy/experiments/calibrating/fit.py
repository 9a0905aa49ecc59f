"""What a model gave for true and false statements -> a calibration, and figures on pictures that it was not fitted on.

The pictures are divided into parts by chance. What a part's statements come to is told by what was fitted on all other
parts, so no picture is in both; the calibration itself is then fitted on all.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from nesy.experiments.calibrating.trials import Description, Look, Trials
from nesy.experiments.statistics.logistic_regression import regression, weight_beside
from nesy.perception.calibration import Kind, Own, Together, features, log_odds, logistic, own_log_odds

PARTS = 5
LEAST, LEAST_OF_EACH = 50, 5
"""So many statements, and so many true and so many false ones, are needed to fit what looks, or the words of a kind of
claims, are worth."""
_LEAST_OF_PARTS = 25, 1
"""The same to fit it on all parts but one."""
KINDS: tuple[Kind, ...] = ("entity", "partstate", "relation", "count")
"""Entities first: the other claims are weighed by them."""


@dataclass(frozen=True)
class Fitted:
    """What was fitted on some pictures."""

    looks: tuple[float, float] | None
    """a and b of the Platt scaling; None: too few looks."""
    own: Mapping[Kind, Own]
    together: Mapping[Kind, Together]

    def of_look(self, share: float) -> float | None:
        """Return the log-odds that a look leaves."""
        return None if self.looks is None else -(self.looks[0] * log_odds(share) + self.looks[1])

    def of_both(self, kind: Kind, own: float, share: float) -> float | None:
        """Return the log-odds that words and a look leave together, as `Calibration.chance` has it."""
        look = self.of_look(share)
        if look is None or kind not in self.together:
            return look
        weights = self.together[kind]
        return weights.bias + weights.own * own + weights.look * look


@dataclass(frozen=True)
class Guess:
    """A statement of a picture that nothing was fitted on: what it was before, and what it is after."""

    part: int
    """That of the picture: what it comes to was fitted on the others."""
    picture: int
    kind: Kind
    true: bool
    before: float
    """Chance, in [0, 1]."""
    after: float
    """Log-odds."""
    added: float | None = None
    """As `Look.added`."""
    claim: str = ""
    """The id of a claim of a description; empty: a statement that was made."""


@dataclass(frozen=True)
class Guesses:
    """Of every part, by what was fitted on the others."""

    looks: list[Guess] = field(default_factory=list)
    words: list[Guess] = field(default_factory=list)
    both: list[Guess] = field(default_factory=list)


def fit(
    looks: Sequence[Look], descriptions: Sequence[Description], least: tuple[int, int] = (LEAST, LEAST_OF_EACH)
) -> Fitted:
    """Fit what looks, words and both together are worth; what there is too little of is left out.

    Args:
        looks: at statements that were made.
        descriptions: with looks at their claims, where there were any.
        least: how many statements are needed, and how many of them true and false.
    """
    platt = None
    if enough([one.true for one in looks], least):
        bias, weight = regression([[log_odds(one.share)] for one in looks], [one.true for one in looks])
        platt = -weight, -bias
    own: dict[Kind, Own] = {}
    for kind in KINDS:
        rows = list(_words(descriptions, kind, own))
        if enough([true for _, true in rows], least):
            bias, words, box, ends = regression([seen for seen, _ in rows], [true for _, true in rows])
            own[kind] = Own(bias=bias, words=words, box=box, ends=ends, auroc=0.5)
    fitted = Fitted(platt, own, {})
    together: dict[Kind, Together] = {}
    for kind in KINDS if platt is not None else ():
        pairs = [
            (known[claim.id], look, one.true[claim.id])
            for one in descriptions
            for known in (own_log_odds(one.scene, own),)
            for claim in one.claims(kind)
            if claim.id in known and claim.id in one.shares
            if (look := fitted.of_look(one.shares[claim.id])) is not None
        ]
        if enough([row[2] for row in pairs], least):
            bias, words, seen = regression([row[:2] for row in pairs], [row[2] for row in pairs])
            together[kind] = Together(bias=bias, own=words, look=seen)
    return Fitted(platt, own, together)


def enough(true: Sequence[bool], least: tuple[int, int] = (LEAST, LEAST_OF_EACH)) -> bool:
    """Tell whether there are statements enough, and true and false ones among them, to fit anything on."""
    return len(true) >= least[0] and least[1] <= sum(true) <= len(true) - least[1]


def _words(
    descriptions: Sequence[Description], kind: Kind, own: Mapping[Kind, Own]
) -> Iterator[tuple[tuple[float, float, float], bool]]:
    for one in descriptions:
        known = own_log_odds(one.scene, own)
        for claim in one.claims(kind):
            seen = features(claim, one.scene, known)
            if seen is not None:
                yield seen, one.true[claim.id]


def cross_fitted(trials: Trials, whole: Fitted, seed: int, parts: int = PARTS) -> Guesses:
    """Return what each statement comes to by what was fitted on other pictures.

    Args:
        trials: of the pictures.
        whole: what was fitted on all of them; what is not in it is not measured.
        seed: of their division.
        parts: how many; fewer where there are fewer pictures.
    """
    found = Guesses()
    pictures = [look.picture for look in trials.looks] + [one.picture for one in trials.descriptions]
    of = parts_of(pictures, seed, parts)
    for part in sorted(set(of.values())):
        fitted = fit(
            [one for one in trials.looks if of[one.picture] != part],
            [one for one in trials.descriptions if of[one.picture] != part],
            _LEAST_OF_PARTS,
        )
        for look in trials.looks:
            z = fitted.of_look(look.share)
            if of[look.picture] == part and z is not None and whole.looks is not None:
                found.looks.append(Guess(part, look.picture, look.kind, look.true, look.share, z, look.added))
        for one in trials.descriptions:
            if of[one.picture] == part:
                _guess(part, one, fitted, [kind for kind in KINDS if kind in whole.own], found)
    return found


def _guess(part: int, one: Description, fitted: Fitted, kinds: Sequence[Kind], found: Guesses) -> None:
    """Add what each claim of a description comes to, by its words and with the look at it."""
    known = own_log_odds(one.scene, fitted.own)
    for kind in kinds:
        for claim in one.claims(kind):
            if claim.id not in known or claim.confidence is None:
                continue
            true, added = one.true[claim.id], one.added.get(claim.id)
            guess = Guess(part, one.picture, kind, true, claim.confidence, known[claim.id], added, claim.id)
            found.words.append(guess)
            share = one.shares.get(claim.id)
            both = None if share is None else fitted.of_both(kind, known[claim.id], share)
            if both is not None:
                found.both.append(replace(guess, after=both))


def parts_of(pictures: Iterable[int], seed: int, parts: int = PARTS) -> dict[int, int]:
    """Return the part of each picture, from 0; the parts are as large as each other, as far as that goes."""
    order = sorted(set(pictures))
    Random(f"nesy calibrate parts {seed}").shuffle(order)
    return {picture: place % parts for place, picture in enumerate(order)}


def beside(guesses: Guesses) -> list[Guess]:
    """Return the statements that a witness has something to say of, with what the model thinks of them.

    A claim that was looked at stands with its words and the look, any other claim with its words.
    """
    looked = {(one.picture, one.claim) for one in guesses.both}
    words = (one for one in guesses.words if (one.picture, one.claim) not in looked)
    return [one for one in (*guesses.looks, *guesses.both, *words) if one.added is not None]


def share_of(seen: Sequence[Guess]) -> float:
    """Return how much the log-odds of a witness count beside the model's, in [0, 1]."""
    return weight_beside([g.after for g in seen], [g.added or 0.0 for g in seen], [g.true for g in seen])


def with_witness(seen: Sequence[Guess]) -> list[tuple[Guess, float]]:
    """Return each with its chance beside a witness, whose share was fitted on the other parts."""
    found = []
    for part in sorted({one.part for one in seen}):
        share = share_of([one for one in seen if one.part != part])
        found += [(one, logistic(one.after + share * (one.added or 0.0))) for one in seen if one.part == part]
    return found
