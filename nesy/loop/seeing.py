"""A picture that a witness looked at, and claims -> what is seen otherwise, as findings; and the chances of claims.

A finding of this kind is a question to the model, with the witness's boxes named: never a violation, for detectors err,
too. A claim is asked about that something seen contradicts, and one to which the model's own words and the witness
together leave too little chance: that nothing is found, or that little shows a relation, is a doubt only where the
words were unsure as well. All that a witness says weighs as far as it sees this picture at all (`nesy.loop.trust`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from nesy.geometry import iou
from nesy.grounding.measured import chance as chance_of
from nesy.grounding.measured import log_odds
from nesy.grounding.opinion import Opinion
from nesy.grounding.seen_entities import VERY_BOX
from nesy.grounding.seen_scene import seen_scene
from nesy.grounding.sight import opinions_of, seen_opinions
from nesy.grounding.sightings import Sightings
from nesy.grounding.word_match import Words
from nesy.image import Image
from nesy.loop.trust import SIGHTED, THERE, trust
from nesy.observations import Observations, Witness, joined
from nesy.ontology import Ontology
from nesy.perception.reply_format import MAX_ENTITIES, write_box
from nesy.scene import Claim, Count, Entity, Scene, attribute_id, in_words, named
from nesy.verdict import Finding, Verdict

RULE = "https://w3id.org/nesy/rules#SeenOtherwise"
"""What findings of this kind name for a rule; no rule file holds it."""
SUREST = 0.9
"""No witness counts for more than this chance, or for less than what it leaves: what it is worth was measured on
photographs of other kinds than yours."""
DOUBTED = 0.3
"""From so little chance by the witness alone it may doubt a claim that nothing seen contradicts. By hand."""

_HAIR = 1e-9
"""What sums of logarithms may be off by."""


class Seeing:
    """What witnesses see of one picture, which they look at once."""

    def __init__(self, witnesses: Sequence[Witness], image: Image, ontology: Ontology, share: float = 1.0) -> None:
        """Look.

        Args:
            witnesses: who looks.
            image: the picture.
            ontology: what its words mean.
            share: by so much their log-odds are multiplied beside those of a model's words and looks, in [0, 1]:
                both may rest on the same evidence.

        Raises:
            ModelError: a witness cannot.
        """
        self.observations: Observations = joined([witness.observe(image) for witness in witnesses])
        self._words = Words(ontology)
        self._sight = Sightings([self.observations], self._words, image)
        self._share = share
        self._opinions = lru_cache(maxsize=4096)(self._judged)
        self._trust = lru_cache(maxsize=64)(lambda entities: trust(entities, self._sight))

    def things(self) -> tuple[Entity, ...]:
        """Return the plain things of the picture as entities, with boxes and chances, the surest first."""
        return seen_scene(self._sight).entities[:MAX_ENTITIES]

    def findings(
        self, scene: Scene, gate: float, words: Mapping[str, float] = MappingProxyType({})
    ) -> tuple[Finding, ...]:
        """Return the claims that are left less chance than `gate`, in scene order.

        What something seen contradicts is left the witness's chance; any other claim that of its words and the witness
        together. What is said of a thing that is asked about is no finding of its own. Of attributes colours alone are
        held against what is seen: objections to others are not measured.

        Args:
            scene: what is claimed.
            gate: in [0, 1].
            words: the chance of a claim by the model's own words, by its id, where that is calibrated; else its
                confidence counts.
        """
        found: dict[str, Finding] = {}
        for claim, attribute, opinion in seen_opinions(scene, self._sight, of_all=True):
            if self._left(claim, opinion, scene, words) >= gate:
                continue
            if attribute is None:
                ends = {entity.id for entity in named(claim, scene.entities)} - {claim.id}
                if not ends & found.keys():
                    why, instead = self._placed(opinion), self._instead(claim, opinion)
                    found[claim.id] = _finding(claim, claim.id, _stated(claim), why, instead)
            elif isinstance(claim, Entity) and opinion.status == "contradicted" and self._is_weighed(attribute):
                at = attribute_id(claim, claim.attributes.index(attribute))
                if claim.id not in found:
                    found[at] = _finding(claim, at, quality(claim, attribute), self._placed(opinion))
        return tuple(found.values())

    def _left(self, claim: Claim, opinion: Opinion, scene: Scene, words: Mapping[str, float]) -> float:
        """Return the chance that is left to a claim; 1 where the witness has nothing to say against it."""
        if opinion.chance is None or opinion.status == "supported":
            return 1.0
        believed = self._trust(scene.entities)
        if opinion.status == "contradicted":
            return chance_of(believed * log_odds(opinion.chance))
        against = believed * weight(opinion.chance)
        # A number it is not sure of it does not doubt, nor how things stand of which it sees none; and where it is
        # silent of so much that it is rather blind itself, it doubts nothing.
        sees_none = not isinstance(claim, Entity) and not opinion.evidence
        is_blind = believed < SIGHTED - _HAIR
        if isinstance(claim, Count) or sees_none or is_blind or chance_of(against) >= DOUBTED:
            return 1.0
        own = words.get(claim.id, THERE if claim.confidence is None else claim.confidence)
        return chance_of(log_odds(own) + self._share * against)

    def reweighed(self, scene: Scene, chances: Mapping[str, float]) -> dict[str, float]:
        """Return the chances of claims of a scene, by their ids, each with what is seen of it."""
        claims = [claim for claim in scene.claims() if claim.id in chances]
        known = {in_words(claim): chances[claim.id] for claim in claims}
        found = self.chances(claims, scene.entities, known)
        return {claim.id: found.get(in_words(claim), chances[claim.id]) for claim in claims}

    def chances(
        self, claims: Iterable[Claim], entities: Sequence[Entity], seen: Mapping[str, float]
    ) -> dict[str, float]:
        """Return statement -> its chance, of these claims, by what is seen and what is known already.

        Two that do not share their eyes are independent: their log-odds add up. What nobody else weighed has the
        witness's chance, where something is seen that supports or contradicts it. Colours have chances as well.

        Args:
            claims: what is stated.
            entities: among which are those that the claims name.
            seen: statement -> its chance by words and looks.
        """
        found: dict[str, float] = {}
        believed = self._trust(tuple(entities))
        for claim in claims:
            apart = isinstance(claim, Entity) and claim.box is None  # it must be another than the others
            for attribute, opinion in self._opinions(claim, tuple(entities) if apart else named(claim, entities)):
                statement = in_words(claim) if attribute is None else quality(claim, attribute)
                if opinion.chance is None or not (attribute is None or self._is_weighed(attribute)):
                    continue
                adds = believed * weight(opinion.chance)
                if statement in seen:
                    found[statement] = chance_of(log_odds(seen[statement]) + self._share * adds)
                elif opinion.status != "unknown":
                    found[statement] = chance_of(adds)
        return found

    def _is_weighed(self, attribute: str) -> bool:
        return self._words.dimension(attribute) == "colour"

    def _judged(self, claim: Claim, entities: tuple[Entity, ...]) -> tuple[tuple[str | None, Opinion], ...]:
        return tuple(opinions_of(claim, entities, self._sight).items())

    def _instead(self, claim: Claim, opinion: Opinion) -> tuple[str, ...]:
        """Return the category that is seen in the very box of an entity and contradicts it; one of the ontology."""
        if not isinstance(claim, Entity) or claim.box is None or opinion.status != "contradicted":
            return ()
        named = (seen for seen in self._sight.seen if seen.name in opinion.evidence)
        here = sorted((seen for seen in named if iou(seen.box, claim.box) >= VERY_BOX), key=lambda seen: -seen.right)
        found = dict.fromkeys(seen.category for seen in here if not self._words.may_be(claim.category, seen.category))
        return tuple(category for category in found if category in self._words.ontology.categories)

    def _placed(self, opinion: Opinion) -> str:
        """Return the reason with the witness's things named by their boxes: its ids are not those of the scene."""
        boxes = {
            seen.name: f"the {seen.category.replace('_', ' ')} at {write_box(seen.box)}"
            for seen in self._sight.seen
            if seen.name in opinion.evidence
        }
        if not boxes:
            return opinion.reason
        names = "|".join(sorted(map(re.escape, boxes), key=len, reverse=True))
        told = re.sub(rf"\b({names})\b", lambda name: boxes[name[0]], opinion.reason)
        left = [place for place in boxes.values() if place not in told]
        return told if not left else f"{told} Seen: {', '.join(left)}."


def _stated(claim: Claim) -> str:
    """Return what is claimed as the end of a sentence."""
    return f"the count of {claim.category} is {claim.value}" if isinstance(claim, Count) else in_words(claim)


def quality(claim: Claim, attribute: str) -> str:
    """Return in words that a thing has an attribute, as `nesy.repair` prices it."""
    return f"{claim.id} is {attribute}"


def _finding(claim: Claim, at: str, says: str, why: str, instead: tuple[str, ...] = ()) -> Finding:
    return Finding(
        rule=RULE,
        name="a witness sees it otherwise",
        severity="warning",
        focus=at,
        claims=(claim.id,),
        message=f"A detector does not bear out that {says}: {why}",
        instead=instead,
    )


def weight(chance: float) -> float:
    """Return what a witness's chance adds to the log-odds of a claim; it is cut off at `SUREST`."""
    return log_odds(min(SUREST, max(1 - SUREST, chance)))


def told(verdict: Verdict, findings: Sequence[Finding]) -> Verdict:
    """Return a verdict with findings that are no violations beside its own."""
    return verdict.model_copy(update={"findings": (*verdict.findings, *findings)}) if findings else verdict
