"""Things that were seen -> where they are to each other, where the boxes leave hardly another reading."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from nesy.geometry import area, centre
from nesy.grounding.sightings import Seen, Sightings
from nesy.ontology import Ontology
from nesy.scene import Relation
from nesy.witness.cues import Pair, borne, contact, in_column, near, pair

LARGE = 0.01
"""Share of the picture from which a thing is told to be beside its neighbour."""
ROW = 5
"""So many of the largest things are told so."""
PLAIN = 0.9
"""Degree of a cue from which a place is plain."""
_LEVEL = 0.15
"""Things that end at one height within so much of the larger one's height stand beside each other."""
_ALIKE = 0.6
"""Share of the larger one's height that the smaller has at least, where two stand beside each other."""
_MOST_OF_BEARER = 0.5
"""What lies on a thing covers less of the picture than this share of it."""


def places(sure: Sequence[Seen], sight: Sightings) -> Iterator[Relation]:
    """Yield what lies on what, what stands beside what, and who is left of whom; all have one id.

    Args:
        sure: the things that may take part.
        sight: what was seen.
    """
    for one in sure:
        bearers = [other for other in sure if _lies_on(one, other, sight)]
        bearer = min(bearers, key=lambda other: area(other.box), default=None)
        if bearer is not None:
            yield _said(one, "on", bearer)
    row = sorted(sorted(sure, key=lambda seen: -area(seen.box))[:ROW], key=lambda seen: centre(seen.box)[0])
    for one, other in pairwise(seen for seen in row if area(seen.box) >= LARGE):
        if one.box[2] <= other.box[0] and _share_rows(one, other):
            yield _said(one, "left_of", other)
            if _is_beside(one, other, sight):
                yield _said(one, "next_to", other)


def _said(one: Seen, predicate: str, other: Seen) -> Relation:
    return Relation(id="r", subject=one.name, predicate=predicate, object=other.name)


def _lies_on(one: Seen, other: Seen, sight: Sightings) -> bool:
    """Tell whether a thing lies on a seat or table: it ends upon it, and no person would be said to sit there."""
    ontology = sight.words.ontology
    if not _bears(other.category, ontology) or not _can_lie(one.category, ontology):
        return False
    if ontology.is_a(one.category, "agent") and ontology.is_a(other.category, "dining_table"):
        return False  # a dog's box ends upon the table that it stands behind
    of = _pair(one, other, sight)
    tests: tuple[Callable[[Pair], float | None], ...] = (borne, contact, in_column)
    small = area(one.box) < _MOST_OF_BEARER * area(other.box)
    return small and all((test(of) or 0.0) >= PLAIN for test in tests)


def _bears(category: str, ontology: Ontology) -> bool:
    """Tell whether things of a category are there to be put things on, or sat on: a table, a couch, no car."""
    return ontology.is_a(category, "body_support") and (ontology.is_a(category, "furniture") or category == "bench")


def _can_lie(category: str, ontology: Ontology) -> bool:
    """Tell whether a thing is no person, no furniture and nothing as large: its box may lie before a table's, too."""
    apart = ("person", "furniture", "vehicle", "outdoor", "appliance")
    return not any(ontology.is_a(category, above) for above in apart)


def _is_beside(one: Seen, other: Seen, sight: Sightings) -> bool:
    """Tell whether two are close, of one size and end at one height, so that neither is farther off."""
    heights = sorted(seen.box[3] - seen.box[1] for seen in (one, other))
    level = abs(one.box[3] - other.box[3]) <= _LEVEL * heights[1] and heights[0] >= _ALIKE * heights[1]
    return level and (near(_pair(one, other, sight)) or 0.0) >= PLAIN


def _share_rows(one: Seen, other: Seen) -> bool:
    top, bottom = max(one.box[1], other.box[1]), min(one.box[3], other.box[3])
    shorter = min(seen.box[3] - seen.box[1] for seen in (one, other))
    return bottom - top >= 0.5 * shorter


def _pair(one: Seen, other: Seen, sight: Sightings) -> Pair:
    return pair(one.box, other.box, one.joints, sight.aspect)
