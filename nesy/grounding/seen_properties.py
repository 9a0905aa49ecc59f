"""An attribute of an entity, and what witnesses saw -> whether the thing is so: quantity, text, how a body is held."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from nesy.geometry import Box, area, intersection
from nesy.grounding.opinion import Opinion, article, listed
from nesy.grounding.seen_colours import judge_colour
from nesy.grounding.seen_entities import CONTRADICTED, SUPPORTED, judge_count
from nesy.grounding.seen_relations import PLAINLY_MISSED, holds
from nesy.grounding.sightings import PRIOR, Seen, Sightings
from nesy.observations import Keypoints, TextLine
from nesy.ontology import Ontology
from nesy.scene import Count, Entity, Scene
from nesy.verdict import Status
from nesy.witness.cues import pair
from nesy.witness.ocr import letters
from nesy.witness.showing import Cue, Showing, shown

_SAYS = re.compile(
    r"(?:says?|reads?|saying|reading|labell?ed|marked)\W*[\"'\u201c\u2018](?P<text>.+)[\"'\u201d\u2019]", re.I
)
"""An attribute that tells what can be read on a thing, as `parse` writes it: says "STOP"."""
READ = 0.8
"""Similarity from which a line of text is the one that is said (share of matching characters)."""


def judge_attribute(entity: Entity, attribute: str, existence: Opinion, scene: Scene, sight: Sightings) -> Opinion:
    """Tell whether the thing is as said.

    Args:
        entity: of which something is said.
        attribute: what.
        existence: what is thought of the entity itself.
        scene: that the entity is of.
        sight: what was seen.
    """
    if existence.status == "contradicted":
        return existence
    words = sight.words
    said = _SAYS.search(attribute)
    if said is not None:
        return _read(said["text"], entity, sight)
    least = words.at_least(attribute)
    if (attribute.isdigit() and len(attribute) < 5) or (least is not None and least > 1):
        return judge_count(Count(id="n", category=entity.category, value=least or int(attribute)), sight)
    if words.dimension(attribute) == "colour":
        return judge_colour(entity, attribute, scene, sight)
    cues = _showing(words.ontology).of_bearing(attribute)
    if cues and words.ontology.is_a(entity.category, "agent"):
        return _bearing(entity, attribute, cues, sight)
    return Opinion("unknown", f"Nothing that was seen tells whether {article(entity.category)} is {attribute}.")


def _boxes(entity: Entity, sight: Sightings) -> list[tuple[Box, Seen | None]]:
    """Return where the thing may be, and what was seen there."""
    maybe = sight.possible(entity.category)
    if entity.box is not None:
        return [(entity.box, sight.at(entity.box, maybe))]
    return [(seen.box, seen) for seen in maybe]


# --- how a body is held ---


def _bearing(entity: Entity, attribute: str, cues: Sequence[Cue], sight: Sightings) -> Opinion:
    best: tuple[float, str, Seen | None, bool] | None = None
    for box, seen in _boxes(entity, sight):
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


# --- text ---


def _read(text: str, entity: Entity, sight: Sightings) -> Opinion:
    """Hold a text that is said to be on a thing against the lines that were read."""
    lines = [line for seen in sight.several for line in seen.texts]
    if entity.box is not None:
        lines = [line for line in lines if is_on(line, entity.box)]
    if not lines:
        return Opinion("unknown", "No text was read there.")
    wanted = letters(text)
    best = max(lines, key=lambda line: _alike(wanted, letters(line.text)))
    alike = _alike(wanted, letters(best.text))
    said = f"What was read is {best.text!r}."
    if alike >= READ:
        return Opinion("supported", said, chance=best.score * alike)
    others = listed([repr(line.text) for line in lines])
    return Opinion("unknown", f"What was read is {others}.", chance=PRIOR * alike)


def is_on(line: TextLine, box: Box) -> bool:
    """Tell whether most of a line of text lies in a box."""
    return intersection(line.box, box) >= PRIOR * area(line.box)


def _alike(wanted: str, read: str) -> float:
    if not wanted or not read:
        return 0.0
    if wanted in read:
        return 1.0
    return SequenceMatcher(None, wanted, read, autojunk=False).ratio()


@lru_cache(maxsize=4)
def _showing(ontology: Ontology) -> Showing:
    return Showing(ontology)
