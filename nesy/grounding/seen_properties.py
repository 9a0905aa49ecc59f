"""An attribute of an entity, and what witnesses saw -> whether the thing is so: quantity, text, how a body is held."""

from collections.abc import Sequence
from functools import lru_cache

from nesy.geometry import Box
from nesy.grounding.opinion import Opinion, article, listed
from nesy.grounding.read_text import judge_text, said_text
from nesy.grounding.seen_colours import judge_colour
from nesy.grounding.seen_entities import CONTRADICTED, SUPPORTED, judge_count
from nesy.grounding.seen_relations import PLAINLY_MISSED, holds
from nesy.grounding.sightings import PRIOR, Seen, Sightings
from nesy.observations import Keypoints
from nesy.ontology import Ontology
from nesy.scene import Count, Entity, Scene
from nesy.verdict import Status
from nesy.witness.cues import pair
from nesy.witness.showing import Cue, Showing, shown


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
    said = said_text(attribute)
    if said is not None:
        return judge_text(said, entity.box, [line for seen in sight.several for line in seen.texts])
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


@lru_cache(maxsize=4)
def _showing(ontology: Ontology) -> Showing:
    return Showing(ontology)
