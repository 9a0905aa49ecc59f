"""A description, and what witnesses saw -> how far they are believed of this picture at all.

What a witness is worth was measured on photographs. Of a drawing, in the dark, or where it looked at something else it
finds next to nothing, and then its silence tells of itself and not of the description. So it is asked first how much it
has in common with the description: at how many of the places that are named, and where it should find something, it
sees anything, of whatever kind. Two stories are weighed by Bayes' rule: it sees the picture as it saw others, or it
does not, and what it sees at those places is there by accident.
"""

from collections.abc import Iterable
from math import exp, log

from nesy.geometry import area
from nesy.grounding.sightings import WORTHLESS, Sightings
from nesy.scene import Entity

SIGHTED = 0.9
"""The chance that a witness sees a picture, before anything is compared. By hand."""
THERE = 0.8
"""Share of the things that a description names that are there: what a claim is worth of which nobody knows how sure its
words were. By hand."""
BY_ACCIDENT, LEAST = 0.5, 0.01
"""The chance that a witness which does not see the picture has something at a place all the same: this much of the
share of the picture that the place covers, and the least. Of V-COCO's annotated boxes, put into one another's pictures,
a third of that share meets one of 2.6 boxes; more things are seen than are annotated."""


def trust(entities: Iterable[Entity], sight: Sightings) -> float:
    """Return the chance that the witnesses see the picture that is described, in [0, 1].

    Things without a box, and those that are found too seldom, tell nothing of it. Of a picture that is too small, too
    narrow or too plain to be looked at (`nesy.grounding.visibility`) they are believed nothing.
    """
    if sight.obstacle is not None:
        return 0.0
    odds = log(SIGHTED / (1 - SIGHTED))
    for entity in entities:
        recall = 0.0 if entity.box is None else sight.recall(entity.category, entity.box)
        if entity.box is not None and recall >= WORTHLESS:
            accident = max(LEAST, BY_ACCIDENT * area(entity.box))
            found = max(THERE * recall, accident)
            seen = sight.at(entity.box, sight.seen) is not None
            odds += log(found / accident) if seen else log((1 - found) / (1 - accident))
    return 1 / (1 + exp(-max(-50.0, odds)))
