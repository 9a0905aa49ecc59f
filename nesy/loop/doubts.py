"""A description -> what it says with little belief, to be looked at before anything is corrected; and what comes of it.

What a model makes up breaks a rule now and then only, but it is seldom sure of it: the words and the box of a thing
that is not there come with less probability. So claims of little belief are disputed as well. A look at the image alone
decides about them, a claim at a time, those first that are least likely; what goes takes along what refers to it, and a
count that was right of the list follows the list.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from nesy.analysis import Answer, Withdrawal
from nesy.image import Image
from nesy.loop.options import KEEP, WITHDRAW
from nesy.loop.patch import apply_patch, following
from nesy.loop.potential import Measure
from nesy.ontology import Ontology
from nesy.scene import Count, Scene, in_words, named
from nesy.settings import CorrectionSettings
from nesy.turns import NumberedClaim, Request


def doubt(image: Image, scene: Scene, beliefs: Mapping[str, float], below: float, round: int) -> Request | None:
    """Return what is to be looked at: every claim of less belief than `below`; None where there is none.

    Args:
        image: the picture.
        scene: what was said of it.
        beliefs: the chance of a claim, by its id, that the model's own words give it; a claim without is not doubted.
        below: in [0, 1].
        round: the number of the round.
    """
    doubted = [c for c in scene.claims() if not isinstance(c, Count) and beliefs.get(c.id, 1.0) < below]
    if not doubted:
        return None
    ids = {entity.id for claim in doubted for entity in named(claim, scene.entities)}
    return Request(
        image=image,
        kind="verify",
        round=round,
        entities=tuple(entity for entity in scene.entities if entity.id in ids),
        claims=tuple(
            NumberedClaim(
                number=number,
                claim=claim.id,
                text=in_words(claim),
                answers=(KEEP, WITHDRAW),
                belief=beliefs[claim.id],
            )
            for number, claim in enumerate(doubted, start=1)
        ),
    )


@dataclass(frozen=True)
class Settled:
    """A scene after the looks at what was doubted of it."""

    scene: Scene
    recounted: tuple[str, ...]
    """Ids of the counts that follow what is listed, in scene order."""
    withdrawn: tuple[Withdrawal, ...]
    refused: tuple[str, ...]
    """Ids of the claims that the looks deny and that stay: without them the scene would be no better."""


def denied(scene: Scene, seen: Mapping[str, float], settings: CorrectionSettings) -> dict[str, float]:
    """Return the chances, by the ids of claims, that are too little for the claims to stay.

    Args:
        scene: whose claims they are.
        seen: the chance of each claim that could be looked at, by its id.
        settings: how much is too little.
    """
    things = {entity.id for entity in scene.entities}
    bounds = {claim: settings.deny_thing if claim in things else settings.deny for claim in seen}
    return {claim: chance for claim, chance in seen.items() if chance < bounds[claim]}


def settle(
    scene: Scene,
    request: Request,
    denied: Mapping[str, float],
    measure: Measure,
    ontology: Ontology,
) -> Settled:
    """Withdraw the claims that are denied, the least likely first, each only if the potential falls by it.

    Args:
        scene: what the request doubts.
        request: of `doubt`.
        denied: the chances of these claims, by their ids.
        measure: the potential of a scene; see `nesy.loop.potential`.
        ontology: tells what a count counts.
    """
    going = [(denied[c.claim], c) for c in request.claims if c.claim in denied]
    now, least, gone, refused = scene, measure(scene), list[Withdrawal](), list[str]()
    for chance, claim in sorted(going, key=lambda row: row[0]):
        if all(claim.claim != one.id for one in now.claims()):
            continue  # it went with a thing that it was about
        note = f"A look at the image alone leaves it a chance of {chance:.0%}."
        asked = request.model_copy(update={"claims": (claim,), "notes": (note,)})
        after = following(now, apply_patch(now, asked, {claim.number: WITHDRAW}, {}), ontology)
        potential = measure(after.scene)
        if potential < least:
            now, least = after.scene, potential
            gone += after.withdrawn
        else:
            refused.append(claim.claim)
    before = {count.id: count.value for count in scene.counts}
    return Settled(
        scene=now,
        recounted=tuple(count.id for count in now.counts if before[count.id] != count.value),
        withdrawn=tuple(gone),
        refused=tuple(refused),
    )


def said(request: Request, seen: Mapping[str, float], denied: Collection[str]) -> tuple[Answer, ...]:
    """Return what the looks say about each claim that is doubted, as answers: keep, or withdraw.

    Args:
        request: of `doubt`.
        seen: the chance of each claim that could be looked at, by its id.
        denied: the ids of those that have too little.
    """
    return tuple(
        Answer(number=c.number, claim=c.claim, answer=WITHDRAW, confidence=1.0 - chance)
        if c.claim in denied
        else Answer(number=c.number, claim=c.claim, answer=KEEP, confidence=chance)
        for c in request.claims
        if (chance := seen.get(c.claim)) is not None
    )
