"""A colour that is said of a thing, and what witnesses saw -> whether the pixels there are of it, with a chance.

Of a thing that is seen, the pixels of its box are looked at; of what is worn, those of the region of the body where it
is worn, or any part of the thing that wears it; of a glimpse, its box, which may be of something else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import PIL.Image

from nesy.geometry import Box
from nesy.grounding.colours import parts, spread, spread_within
from nesy.grounding.measured import chance, log_odds
from nesy.grounding.opinion import Opinion, article, listed
from nesy.grounding.seen_entities import CONTRADICTED, SUPPORTED
from nesy.grounding.sightings import PRIOR, Seen, Sightings
from nesy.grounding.word_match import Words
from nesy.ontology import Ontology
from nesy.scene import Entity, Scene, term
from nesy.verdict import Status
from nesy.witness.body_regions import REGIONS
from nesy.witness.showing import Showing

PLAIN_SHARE = 0.2
"""Share of a thing's pixels that must be of a colour itself, and not of one like it, for it to be supported."""
MOST_COLOURS = 3
"""A thing of more colours than these need not show more of each: all of them are hardly ever told. By hand."""
WORN = frozenset({"wear", "has", "have", "with", "in"})
"""Predicates between who wears a thing, or has it on, and the thing."""


@dataclass(frozen=True)
class Patch:
    """Where the colour of a thing may be looked for."""

    spreads: tuple[Mapping[str, float], ...]
    """Colour -> share of the pixels, of the whole and of its parts; what is of a colour shows it in one of them."""
    what: str
    """How it is called in a sentence."""
    name: str | None
    """Of what was seen there, or of who wears it; None: nobody is sure."""
    direct: bool = False
    """Whether it is the thing itself, and seen: only then a colour is supported or contradicted."""
    trust: float = 1.0
    """The chance that it is the thing."""


def judge_colour(entity: Entity, attribute: str, scene: Scene, sight: Sightings) -> Opinion:
    """Judge a colour by the pixels; of people, whose clothes have colours of their own, nothing is told.

    Args:
        entity: of which the colour is said.
        attribute: the colour.
        scene: that the entity is of; it says who wears it.
        sight: what was seen.
    """
    words = sight.words
    if sight.image is None:
        return Opinion("unknown", "Nobody has the pixels at hand.")
    if words.covers("person", words.sort(entity.category)):
        return Opinion("unknown", "The colours of a person's box are those of clothes.")
    found = list(_patches(entity, scene, sight, sight.image.pixels))
    if not found:
        return Opinion("unknown", f"It is not seen where {article(entity.category)} is.")
    wanted = words.attribute(attribute)
    colours = sum(words.dimension(said) == "colour" for said in entity.attributes)  # a thing of two shows half of each
    weighed = [(_share(patch, wanted, colours, words), patch) for patch in found]
    share, patch = max(weighed, key=lambda one: one[1].trust * (one[0] - PRIOR))
    first, slope = sight.measured.colour
    so = patch.trust * chance(first + slope * log_odds(0.01 + 0.98 * share)) + (1 - patch.trust) * PRIOR
    own = sum(part for name, part in patch.spreads[0].items() if words.attribute(name) == wanted)
    status: Status = "unknown"
    if so >= SUPPORTED and patch.direct and own >= PLAIN_SHARE:
        status = "supported"
    elif so < CONTRADICTED and all(one.direct for one in found):
        status = "contradicted"
    most = listed(sorted(patch.spreads[0], key=lambda name: -patch.spreads[0][name])[:2])
    there = _share(patch, wanted, 1, words)
    why = f"Most of {patch.what} is {most}; {100 * there:.0f} % is {wanted} or close to it."
    return Opinion(status, why, () if patch.name is None else (patch.name,), chance=so)


def _patches(entity: Entity, scene: Scene, sight: Sightings, pixels: PIL.Image.Image) -> Iterator[Patch]:
    """Yield where the thing may be: in its box or what is seen of it; else where it is worn; else at glimpses of it."""
    several = sum(sight.words.dimension(said) == "colour" for said in entity.attributes) > 1
    maybe = sight.possible(entity.category)
    places: list[tuple[Box, Seen | None]] = [(seen.box, seen) for seen in maybe]
    if entity.box is not None:
        places = [(entity.box, sight.at(entity.box, maybe))]
    if places:
        for box, seen in places:
            name = None if seen is None else seen.name
            what = f"the box of {article(entity.category)}" if name is None else name
            spreads = (spread(pixels, box), *(spread(pixels, part) for part in parts(box) if several))
            yield from _patch(spreads, what, name, direct=seen is not None)
        return
    worn = list(_worn(entity, scene, sight, pixels))
    yield from worn
    for glimpse in () if worn else sight.glimpses(entity.category):
        what = f"what may be {article(entity.category)}"
        yield from _patch((spread(pixels, glimpse.box),), what, None, trust=glimpse.right)


def _worn(entity: Entity, scene: Scene, sight: Sightings, pixels: PIL.Image.Image) -> Iterator[Patch]:
    """Yield where the thing is worn: of people the region of the body, of other things that are seen any part."""
    words = sight.words
    region = _showing(words.ontology).region(entity.category)
    wearers = {r.subject for r in scene.relations if r.object == entity.id and term(r.predicate) in WORN}
    for wearer in (scene.entity(name) for name in sorted(wearers)):
        maybe = sight.possible(wearer.category)
        if wearer.box is not None:
            seen = sight.at(wearer.box, maybe)
            maybe = [] if seen is None else [seen]
        for seen in maybe:
            if not words.covers("person", seen.category):
                if region is not None:
                    spreads = (spread(pixels, seen.box), *(spread(pixels, part) for part in parts(seen.box)))
                    yield from _patch(spreads, seen.name, seen.name)
                continue
            polygon = None if region is None or seen.joints is None else REGIONS[region](seen.joints)
            if polygon is not None:
                what = f"{seen.name} where {article(entity.category)} is worn"
                yield from _patch((spread_within(pixels, polygon),), what, seen.name)


def _patch(
    spreads: Sequence[Mapping[str, float]], what: str, name: str | None, *, direct: bool = False, trust: float = 1.0
) -> Iterator[Patch]:
    """Yield a patch of these spreads, or nothing where the whole has no pixels."""
    if spreads[0]:
        yield Patch(tuple(spreads), what, name, direct, trust)


def _share(patch: Patch, wanted: str, colours: int, words: Words) -> float:
    whole, *some = (share_of(wanted, shares, words) for shares in patch.spreads)
    return max(min(1.0, max(1, min(colours, MOST_COLOURS)) * whole), *some, 0.0)


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


@lru_cache(maxsize=4)
def _showing(ontology: Ontology) -> Showing:
    return Showing(ontology)
