"""An attribute of an entity, and the evidence -> whether the thing is so: quantity, colour, posture, any other word."""

from nesy.grounding.entities import judge_count, judge_entity
from nesy.grounding.evidence import Evidence, Known
from nesy.grounding.hypothesis import Trial
from nesy.grounding.opinion import Opinion, article, contradicted, listed, supported, unknown
from nesy.ontology.morphology import verb_bases
from nesy.scene import Count, Entity, Scene, term
from nesy.verdict import Objection


def judge_attribute(
    entity: Entity, attribute: str, existence: Opinion, scene: Scene, evidence: Evidence, trial: Trial
) -> Opinion:
    """Tell whether the thing is as said.

    Args:
        existence: what is thought of the entity itself.
        scene: that the entity is of; where several of its entities are said to be so, as many must be able to.
    """
    if existence.status == "contradicted" and not evidence.others(entity.category):
        return existence
    quantity = _quantity(entity, attribute, evidence)
    if quantity is not None:
        return quantity
    if evidence.words.divisions(attribute):  # the dog is a greyhound
        return judge_entity(entity.model_copy(update={"category": attribute}), evidence)
    meant = evidence.meant(entity.category)
    saying = [k for k in evidence.possible(entity.category) if _is_said(attribute, k, evidence)]
    claimed = _claimed(entity, attribute, scene, evidence)
    plural = any(evidence.is_plural(k.entity) for k in saying)
    if saying and (plural or len(saying) >= claimed):
        names = evidence.names(saying)
        return supported(f"The evidence says so of {listed(names)}.", names)
    otherwise = [k for k in meant if _is_otherwise(attribute, k, evidence, trial)]
    if _partly_told(entity, attribute, meant, evidence):
        otherwise = []
    left = evidence.left(entity.category, otherwise) if otherwise else None
    if left is not None and left < claimed:
        names = evidence.names(otherwise)
        dimension = evidence.words.dimension(attribute)
        told = dict.fromkeys(
            a for k in otherwise for a in evidence.qualities(k) if evidence.words.dimension(a) == dimension
        )
        objection = _of_quality(entity, attribute, otherwise, evidence)
        return contradicted(objection, f"The evidence says otherwise: {listed(told or names)}.", names)
    if saying:
        return unknown(f"The evidence says so of {len(saying)} only.", evidence.names(saying))
    return unknown(f"The evidence does not say whether {article(entity.category)} is {attribute}.")


def _of_quality(entity: Entity, attribute: str, otherwise: list[Known], evidence: Evidence) -> Objection:
    """Return of which kind the objection is that things are otherwise."""
    match evidence.words.dimension(attribute):
        case "colour":
            several = len({known.source for known in otherwise}) > 1
            return "colour" if several or evidence.number(entity.category) is not None else "colour_once"
        case "posture":
            return evidence.words.posture_of(entity.category)
        case _:
            return "state"


def _quantity(entity: Entity, attribute: str, evidence: Evidence) -> Opinion | None:
    """Judge a word of quantity by the number of things; None for other words."""
    if attribute.isdigit() and len(attribute) < 5:
        return judge_count(Count(id="n", category=entity.category, value=int(attribute)), evidence)
    least, number = evidence.words.at_least(attribute), evidence.number(entity.category)
    if least is None:
        return None
    if number is None:
        return unknown(f"The evidence does not say how many {entity.category} there are.")
    there, which = number
    names = evidence.names(which)
    if there < least:
        return contradicted(
            "quantity", f"The evidence has {there or 'none'}, too few for {term(attribute).replace('_', ' ')}.", names
        )
    return supported(f"The evidence has {there}.", names)


def _claimed(entity: Entity, attribute: str, scene: Scene, evidence: Evidence) -> int:
    """Return how many things of this word the scene says to be so; a plural is two at least."""
    words = evidence.words
    one, so = words.base(entity.category), words.attribute(attribute)
    return sum(
        2 if words.is_plural(e.category) else 1
        for e in scene.entities
        if words.base(e.category) == one and any(words.attribute(a) == so for a in e.attributes)
    )


def _is_said(attribute: str, known: Known, evidence: Evidence) -> bool:
    """Tell whether the evidence says it of a thing: as an attribute, or by what it does (walk along says walking)."""
    wanted = evidence.words.attribute(attribute)
    verb = next(reversed(verb_bases(term(attribute))), wanted)
    return any(
        evidence.words.attribute(quality) == wanted or term(quality) == verb for quality in evidence.qualities(known)
    )


def _partly_told(entity: Entity, attribute: str, meant: list[Known], evidence: Evidence) -> bool:
    """Tell whether a thing is said to have several colours, and the evidence tells of one of them."""
    words, dimension = evidence.words, evidence.words.dimension(attribute)
    besides = [a for a in entity.attributes if a != attribute and words.dimension(a) == dimension is not None]
    return any(_is_said(other, known, evidence) for other in besides for known in meant)


def _is_otherwise(attribute: str, known: Known, evidence: Evidence, trial: Trial) -> bool:
    """Tell whether the evidence has a thing in another colour, posture ...: by its qualities, or by the rules."""
    words, entity = evidence.words, known.entity
    dimension = words.dimension(attribute)
    if dimension is None or (dimension == "posture" and not words.ontology.is_a(entity.category, "agent")):
        return False  # of a thing, to stand or to sit is a way to be somewhere
    same = [quality for quality in evidence.qualities(known) if words.dimension(quality) == dimension]
    if same:
        return all(words.clash(attribute, quality) for quality in same)
    if dimension == "colour":
        return False  # no rule tells a colour from what a thing does
    source = evidence.sources[known.source]
    return trial.attribute(source, entity, words.attribute(attribute)) is not None
