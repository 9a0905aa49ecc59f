"""What is thought of one claim: a status, the evidence that it rests on, and one sentence."""

from collections.abc import Iterable
from dataclasses import dataclass

from nesy.verdict import Objection, Status


@dataclass(frozen=True)
class Opinion:
    """A judgement before it is put on record."""

    status: Status
    reason: str
    evidence: tuple[str, ...] = ()
    objection: Objection | None = None
    """Of which kind the objection is; None: there is none."""
    chance: float | None = None
    """That the claim is so, in [0, 1]; None: nothing is known, or nobody weighed it."""


def supported(reason: str, evidence: Iterable[str] = ()) -> Opinion:
    """The evidence says it."""
    return Opinion("supported", reason, tuple(evidence))


def contradicted(objection: Objection, reason: str, evidence: Iterable[str] = ()) -> Opinion:
    """It cannot be if the evidence holds."""
    return Opinion("contradicted", reason, tuple(evidence), objection)


def unknown(reason: str, evidence: Iterable[str] = ()) -> Opinion:
    """The evidence does not tell."""
    return Opinion("unknown", reason, tuple(evidence))


def listed(names: Iterable[str], most: int = 3) -> str:
    """Return names as words: `a, b and 2 more`."""
    found = list(names)
    if len(found) > most:
        found = [*found[: most - 1], f"{len(found) - most + 1} more"]
    return found[0] if len(found) == 1 else " and ".join([", ".join(found[:-1]), found[-1]])


def article(word: str) -> str:
    """Return a word with `a` or `an`, blanks for underscores.

    >>> article("dining_table"), article("airplane")
    ('a dining table', 'an airplane')
    """
    plain = word.replace("_", " ")
    return f"{'an' if plain[:1].lower() in 'aeiou' else 'a'} {plain}"
