"""A claim -> what it costs to give it up or to change it, in thousandths of a nat: whole numbers, so sums are exact.

With c the confidence of a claim (0.5 where it has none), in nats:

    evidence   e(c) = 0.1 min(1, 2c) + max(0, ln(c / (1 - c)))     c clipped to 0.999, e at least 0.001
    change     e(c) + 0.010 + 0.001 for every likelier change      another category: 0.030, no category: 0.040
    withdraw   e(c) + 0.020 if c >= 0.5, else e(c)                 an entity: 0.050; a count: e(c) + 0.020 always
    attribute  as a claim of confidence c / 2, c that of its entity; with its entity it goes at its own price

The evidence is the log-odds of what the model believes: giving up two claims costs what giving up their conjunction
would. A claim that the model rather denies costs next to nothing, yet the less the less it is believed. The constants
are far below what evidence tells apart, so evidence decides which claim of a conflict gives way, and the constants only
what becomes of it: a claim that is believed is rather changed than lost (a change keeps what it tells of its entities),
one that is denied is withdrawn. Another category changes what every claim about the entity says, so it comes after a
change of one claim; no category at all tells less; and withdrawing the entity, which takes all of them along at their
own prices, and its attributes, comes last. A count is rather set to what is listed than lost, be it believed or not:
what is listed is known.

Where claims were looked at blindly, the chance that the look gave stands in place of the confidence, and a change costs
besides what speaks against the claim as it is then: d(p) = max(0, ln((1 - p) / p)) of its
chance p, 0 where nobody looked.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

from nesy.scene import Claim, Count, Entity, in_words, term

UNKNOWN_CONFIDENCE = 0.5
"""What a claim without a confidence counts as."""
SCALE = 1000
"""Units to the nat."""
_SUREST = 0.999
_DENIED = 100
"""What a claim of confidence 0.5 costs; below, the cost falls to 1 in proportion to the confidence."""
_CHANGE, _CATEGORY, _NO_CATEGORY, _LOSS, _LOST_ENTITY = 10, 30, 40, 20, 50


def evidence(claim: Claim) -> int:
    """Return what the model's belief in a claim weighs, in thousandths of a nat: from 1 to 7007, grows with confidence.

    >>> [evidence(Entity(id="a_1", category="a", confidence=sure)) for sure in (0.0, 0.25, 0.5, 0.9, 1.0)]
    [1, 50, 100, 2297, 7007]
    """
    sure = min(_confidence(claim), _SUREST)
    odds = 0.0 if sure <= 0.5 else math.log(sure / (1 - sure))
    return max(1, round(_DENIED * min(1.0, 2 * sure)) + round(SCALE * odds))


def withdrawing(claim: Claim, chances: Mapping[str, float] = MappingProxyType({})) -> int:
    """Return what it costs to withdraw a claim; what refers to a withdrawn entity costs its own price besides.

    Args:
        claim: `weighed` already.
        chances: as `weighed` takes them; of attributes.
    """
    match claim:
        case Entity():
            lost = _LOST_ENTITY if _confidence(claim) >= 0.5 else 0
            return evidence(claim) + lost + sum(unsaying(claim, said, chances) for said in claim.attributes)
        case Count():
            return evidence(claim) + _LOSS
        case _:
            return evidence(claim) + (_LOSS if _confidence(claim) >= 0.5 else 0)


def unsaying(entity: Entity, attribute: str, chances: Mapping[str, float] = MappingProxyType({})) -> int:
    """Return what it costs to withdraw an attribute of an entity, in thousandths of a nat.

    Nobody says how sure an attribute is, so it counts as one of confidence 0.5 where nobody looked, and it holds only
    where the entity does.

    >>> unsaying(Entity(id="cup_1", category="cup", confidence=0.9, attributes=("red",)), "red")
    90
    """
    own = chances.get(f"{entity.id} is {attribute}", UNKNOWN_CONFIDENCE)
    believed = entity.model_copy(update={"attributes": (), "confidence": own * _confidence(entity)})
    return evidence(believed) + (_LOSS if own * _confidence(entity) >= 0.5 else 0)


def changing(claim: Claim, rank: int | None) -> int:
    """Return what it costs to make the change of a claim that stands at `rank` among its changes, from 0.

    Args:
        rank: None for the change of an entity to a thing of no category.
    """
    if rank is None:
        return evidence(claim) + _NO_CATEGORY
    return evidence(claim) + (_CATEGORY if isinstance(claim, Entity) else _CHANGE) + rank


def price(claim: Claim, now: Claim | None, chances: Mapping[str, float] = MappingProxyType({})) -> int:
    """Return what it costs to withdraw a claim (`now` is None) or to change it, in thousandths of a nat.

    An entity that is of the same category still has lost attributes alone.

    Args:
        claim: as it was.
        now: as it is.
        chances: as `weighed` takes them.
    """
    own = weighed(claim, chances)
    if isinstance(own, Entity) and isinstance(now, Entity) and term(own.category) == term(now.category):
        return sum(unsaying(own, said, chances) for said in own.attributes if said not in now.attributes)
    return withdrawing(own, chances) if now is None else changing(own, 0) + denied(now, chances)


def weighed(claim: Claim, chances: Mapping[str, float]) -> Claim:
    """Return a claim with the chance that a look at it gave for its confidence; as it is where nobody looked.

    Args:
        chances: a statement in words of the scene -> the chance that it is true.
    """
    chance = chances.get(in_words(claim))
    return claim if chance is None else claim.model_copy(update={"confidence": chance})


def denied(claim: Claim, chances: Mapping[str, float]) -> int:
    """Return what a look says against a claim, in thousandths of a nat: from 0 to 6907, 0 where nobody looked.

    >>> [denied(Entity(id="a_1", category="b"), {"a_1 is a b": chance}) for chance in (0.0, 0.1, 0.5, 1.0)]
    [6907, 2197, 0, 0]
    """
    chance = max(chances.get(in_words(claim), 0.5), 1.0 - _SUREST)
    return 0 if chance >= 0.5 else round(SCALE * math.log((1.0 - chance) / chance))


def _confidence(claim: Claim) -> float:
    return UNKNOWN_CONFIDENCE if claim.confidence is None else claim.confidence
