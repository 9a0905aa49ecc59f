"""An attribute of an entity, and what witnesses saw -> whether the thing is so: quantity, text, posture, colour."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from nesy.geometry import Box
from nesy.grounding.colours import spread
from nesy.grounding.measured import chance, log_odds
from nesy.grounding.opinion import Opinion, article, listed
from nesy.grounding.read_text import judge_text, said_text
from nesy.grounding.seen_entities import CONTRADICTED, SUPPORTED, judge_count
from nesy.grounding.seen_relations import PLAINLY_MISSED, holds
from nesy.grounding.sightings import PRIOR, Seen, Sightings
from nesy.grounding.word_match import Words
from nesy.observations import Keypoints
from nesy.ontology import Ontology
from nesy.scene import Count, Entity
from nesy.verdict import Status
from nesy.witness.cues import pair
from nesy.witness.showing import Showing, shown

PLAIN_SHARE = 0.2
"""Share of a thing's pixels that must be of a colour itself, and not of one like it, for it to be supported."""


def judge_attribute(entity: Entity, attribute: str, existence: Opinion, sight: Sightings) -> Opinion:
    """Tell whether the thing is as said.

    Args:
        existence: what is thought of the entity itself.
    """
    if existence.status == "contradicted":
        return existence
    words = sight.words
    said = said_text(attribute)
    if said is not None:
        return judge_text(said, entity.box, [line for seen in sight.several for line in seen.texts])
    least = words.at_least(attribute)
    if (attribute.isdigit() and len(attribute) < 5) or (least is not None and least > 1):
        return judge_count(Count(id="n", category=entity.category, value=least or int(attribute)), sight)
    places = _boxes(entity, sight)
    dimension = words.dimension(attribute)
    if dimension == "posture" and words.ontology.is_a(entity.category, "agent"):
        return _posture(entity, attribute, places, sight)
    if dimension == "colour" and places and sight.image is not None:
        return _colour(entity, attribute, places, sight)
    return Opinion("unknown", f"Nothing that was seen tells whether {article(entity.category)} is {attribute}.")


def _boxes(entity: Entity, sight: Sightings) -> list[tuple[Box, Seen | None]]:
    """Return where the thing may be, and what was seen there."""
    maybe = sight.possible(entity.category)
    if entity.box is not None:
        return [(entity.box, sight.at(entity.box, maybe))]
    return [(seen.box, seen) for seen in maybe]


# --- colour ---


def _colour(entity: Entity, attribute: str, places: Sequence[tuple[Box, Seen | None]], sight: Sightings) -> Opinion:
    """Judge a colour by the pixels; of people, whose clothes have colours of their own, nothing is told."""
    assert sight.image is not None
    words = sight.words
    if words.covers("person", words.sort(entity.category)):
        return Opinion("unknown", "The colours of a person's box are those of clothes.")
    wanted = words.attribute(attribute)
    colours = sum(words.dimension(said) == "colour" for said in entity.attributes)  # a thing of two shows half of each
    found: list[tuple[float, float, Seen | None, str]] = []
    for box, seen in places:
        shares = spread(sight.image.pixels, box)
        if not shares:
            continue
        told = listed(sorted(shares, key=lambda name: -shares[name])[:2])
        own = sum(share for name, share in shares.items() if words.attribute(name) == wanted)
        found.append((min(1.0, colours * share_of(wanted, shares, words)), own, seen, told))
    if not found:
        return Opinion("unknown", "The box is too small for a colour.")
    share, own, seen, told = max(found, key=lambda one: one[0])
    first, slope = sight.measured.colour
    so = chance(first + slope * log_odds(0.01 + 0.98 * share))
    names = () if seen is None else (seen.name,)
    status: Status = "unknown"
    if so >= SUPPORTED and seen is not None and own >= PLAIN_SHARE:
        status = "supported"
    elif so < CONTRADICTED and all(one is not None for *_, one, _ in found):
        status = "contradicted"
    what = names[0] if names else f"the box of {article(entity.category)}"
    return Opinion(
        status, f"Most of {what} is {told}; {100 * share:.0f} % is {wanted} or close to it.", names, chance=so
    )


def share_of(wanted: str, shares: Mapping[str, float], words: Words) -> float:
    """Return how much is of a colour; what two people may call so and otherwise counts by half.

    Args:
        wanted: as `Words.attribute` gives it.
        shares: colour -> share, as `spread` gives them.
        words: of the ontology.
    """
    spellings = {other for other in shares if words.attribute(other) == wanted} | {wanted}
    like = {words.attribute(other) for word in spellings for other in words.lookalikes(word)} - {wanted}
    own = sum(share for name, share in shares.items() if words.attribute(name) == wanted)
    near = sum(share for name, share in shares.items() if words.attribute(name) in like)
    return min(1.0, own + PRIOR * near)


# --- posture ---


def _posture(entity: Entity, attribute: str, places: Sequence[tuple[Box, Seen | None]], sight: Sightings) -> Opinion:
    cues = _showing(sight.words.ontology).of_posture(sight.words.attribute(attribute))
    best: tuple[float, str, Seen | None, bool] | None = None
    for box, seen in places:
        joints: Keypoints | None = sight.joints_at(box) if seen is None else seen.joints
        told = shown(cues, pair(box, box, joints, sight.aspect), alone=True)
        if not told:
            continue
        so = holds(told, None, sight.measured.relation)
        says = listed([one.cue.seen if one.degree >= PRIOR else one.cue.missed for one in told])
        if best is None or so > best[0]:
            best = (so, says, seen, any(one.degree <= PLAINLY_MISSED for one in told))
    if best is None:
        return Opinion("unknown", f"No joints are seen that tell whether {article(entity.category)} is {attribute}.")
    so, says, seen, missed = best
    names = () if seen is None else (seen.name,)
    status: Status = "unknown"
    if so >= SUPPORTED and names:
        status = "supported"
    elif so < CONTRADICTED and missed and names and entity.box is not None:
        status = "contradicted"
    return Opinion(status, f"Of {listed(names) if names else 'the thing'}: {says}.", names, chance=so)


@lru_cache(maxsize=4)
def _showing(ontology: Ontology) -> Showing:
    return Showing(ontology)
