"""A corrective question -> the statements to be looked at blindly; and what their chances say of an answer."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nesy.image import Image
from nesy.loop.options import KEEP, WITHDRAW
from nesy.ontology import Ontology
from nesy.ontology.alternatives import changed, listed
from nesy.scene import Claim, Count, Entity, Scene, in_words, named, term
from nesy.turns import NumberedClaim, Request

Chances = Mapping[str, float]
"""A statement in words of the scene -> the chance that it is true, by a blind look; absent where nobody looked."""


@dataclass(frozen=True)
class Reading:
    """What a disputed claim says after one of its admissible answers, `keep` included."""

    claim: str
    answer: str
    says: Claim


def readings(request: Request, scene: Scene) -> tuple[Reading, ...]:
    """Return each claim of a corrective question as it stands and as each change has it, no words twice."""
    return readings_of(request.claims, scene)


def readings_of(claims_asked: Sequence[NumberedClaim], scene: Scene) -> tuple[Reading, ...]:
    """Return the same of numbered claims."""
    claims = {claim.id: claim for claim in scene.claims()}
    found: dict[str, Reading] = {}
    for asked in claims_asked:
        claim = claims.get(asked.claim)
        for answer in asked.answers if claim is not None else ():
            if answer != WITHDRAW and claim is not None:
                says = claim if answer == KEEP else changed(claim, answer, None)
                found.setdefault(in_words(says), Reading(asked.claim, answer, says))
    return tuple(found.values())


def looking(
    image: Image, claim: Claim, entities: Sequence[Entity], *, negated: bool = False, round: int = 0
) -> Request:
    """Return the question whether a claim is true, or (negated) wrong; it shows those of the entities that it names."""
    return Request(
        image=image,
        kind="verify",
        round=round,
        entities=named(claim, entities),
        question=in_words(claim),
        negated=negated,
    )


def spread(chances: Chances, scene: Scene, ontology: Ontology) -> Chances:
    """Return the chances with those of claims about things that were looked at: no likelier than the things are.

    A count that is right of what is listed is about all that it counts.
    """
    things = {entity.id: chances[said] for entity in scene.entities if (said := in_words(entity)) in chances}
    found = dict(chances)
    for claim in scene.claims():
        match claim:
            case Entity():
                continue
            case Count():
                about = listed(scene, claim.category, ontology)
                about = about if claim.value == len(about) else ()
            case _:
                about = named(claim, scene.entities)
        ends = [things[entity.id] for entity in about if entity.id in things]
        if ends:
            own = 0.5 if claim.confidence is None else claim.confidence
            found[in_words(claim)] = min(*ends, found.get(in_words(claim), own))
    return found


@dataclass(frozen=True)
class Balance:
    """What was looked at of the claims of one question."""

    scene: Scene
    request: Request
    chances: Chances

    def against(self, number: int, answer: str) -> bool:
        """Tell whether the looks speak against an answer: what it gives up is likelier than what it puts there."""
        shares = self._shares(number, answer)
        return shares is not None and shares[1] < shares[0]

    def favoured(self) -> Iterator[tuple[int, str]]:
        """Yield every admissible answer that the looks speak for: it puts what is likelier in the claim's place."""
        for asked in self.request.claims:
            for answer in asked.answers:
                shares = self._shares(asked.number, answer)
                if answer != KEEP and shares is not None and shares[1] > shares[0]:
                    yield asked.number, answer

    def _shares(self, number: int, answer: str) -> tuple[float, float] | None:
        """Return the chances of a claim and of what an answer puts in its place; to withdraw it is to deny it."""
        asked = next((c for c in self.request.claims if c.number == number), None)
        claim = next((c for c in self.scene.claims() if asked is not None and c.id == asked.claim), None)
        if asked is None or claim is None or (now := self.chances.get(in_words(claim))) is None:
            return None
        meant = next((a for a in asked.answers if term(a) == term(answer)), KEEP)
        if meant == WITHDRAW:
            return now, 1.0 - now
        then = now if meant == KEEP else self.chances.get(in_words(changed(claim, meant, None)))
        return None if then is None else (now, then)
