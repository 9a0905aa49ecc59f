"""A scene with its choices -> facts for clingo, which finds the cheapest repair by the rules of repair_rules.lp."""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from rdflib import OWL, RDF, RDFS, SKOS
from rdflib.term import Node

from nesy.geometry import Box
from nesy.ontology import Ontology
from nesy.ontology.alternatives import changed
from nesy.ontology.concepts import WIDER
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.repair.choices import LISTED, WITHDRAW, Choices
from nesy.scene import Claim, Count, Entity, PartState, Relation

RULES = Path(__file__).with_name("repair_rules.lp")
KEEP = "keep"
_KNOWLEDGE = (
    RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf, OWL.disjointWith, SKOS.broader,
    NESY.affords, NESY.ambiguousView, NESY.acyclic, NESY.besides, NESY.boxesWithin, NESY.direction, NESY.entails,
    NESY.excludes, NESY.firstStep, NESY.gives, NESY.impliesPlace, NESY.intrinsicFrame, NESY.ofPart, NESY.ofState,
    NESY.oneObject, NESY.oneWay, NESY.opposite, NESY.personNeeds, NESY.secondStep, NESY.verbKind, NESY.withinGroup,
)  # fmt: skip
_KINDS = (OWL.SymmetricProperty, NESY.State, NESY.BodyPart)


def rules_text() -> str:
    """Return the rules; each stands under a comment with its name."""
    return RULES.read_text(encoding="utf-8")


@lru_cache(maxsize=4)
def knowledge(ontology: Ontology) -> str:
    """Return what the rules read of the ontology, as facts."""
    facts = [
        _fact("t", _name(subject), _name(link), _name(value))
        for link in _KNOWLEDGE
        for subject, value in ontology.graph.subject_objects(link)
    ]
    facts += [
        _fact("t", _name(subject), "type", _name(kind))
        for kind in _KINDS
        for subject in ontology.graph.subjects(RDF.type, kind)
    ]
    return "\n".join(sorted(facts))


def facts(choices: Choices) -> str:
    """Return what is claimed, what may become of it, and what the boxes say, as facts."""
    return "\n".join((*_of_choices(choices), *_of_boxes(choices)))


def _of_choices(choices: Choices) -> Iterator[str]:
    ontology, labels = choices.ontology, set()
    for claim in choices.claims.values():
        for choice in (KEEP, *choices.changes(claim.id), WITHDRAW):
            yield _fact("choice", claim.id, choice)
            if choice != KEEP:
                yield _fact("cost", claim.id, choice, choices.cost(claim.id, choice))
            if choice not in (WITHDRAW, LISTED):
                after = claim if choice == KEEP else changed(claim, choice, None)
                yield _told(after, choice, ontology)
                labels |= {after.category} if isinstance(after, Entity) else set()
        for entity in dict.fromkeys(choices.about(claim.id)):
            yield _fact("hangs", claim.id, entity)
    for label in sorted(labels):
        for kind in ontology.classes(label):
            yield _fact("class", _name(ontology.node("category", label)), _name(kind))
    yield from _of_counts(choices)


def _told(claim: Claim, choice: str, ontology: Ontology) -> str:
    match claim:
        case Entity():
            return _fact("category", claim.id, choice, _name(ontology.node("category", claim.category)))
        case Relation():
            predicate = _name(ontology.node("predicate", claim.predicate))
            return _fact("says", claim.id, choice, claim.subject, predicate, claim.object)
        case PartState():
            part, state = _name(ontology.node("part", claim.part)), _name(ontology.node("state", claim.state))
            return _fact("holds", claim.id, choice, claim.entity, part, state, claim.object or "")
        case Count():
            return _fact("counts", claim.id, _name(ontology.node("category", claim.category)), claim.value)


def _of_counts(choices: Choices) -> Iterator[str]:
    """Yield which count is of a kind of what another counts, and which is of a category with known uses of its own."""
    ontology = choices.ontology
    for count in choices.scene.counts:
        own, concept = ontology.node("category", count.category), ontology.concept("category", count.category)
        if (own, NESY.affords, None) in ontology.graph:
            yield _fact("own", count.id)
        if concept is None or concept.score == WIDER:
            continue
        for other in choices.scene.counts:
            node = ontology.node("category", other.category)
            if node != own and node in ontology.classes(count.category):
                yield _fact("within", count.id, other.id)


def _of_boxes(choices: Choices) -> Iterator[str]:
    boxes = {entity.id: _exact(entity.box) for entity in choices.scene.entities if entity.box is not None}
    margins = {(str(value), Decimal(str(value))) for value in choices.ontology.graph.objects(None, NESY.boxesWithin)}
    slack, drop, reach, tiny = Decimal("0.03"), Decimal("0.05"), Decimal("0.04"), Decimal("0.005")
    for a, (left, top, right, bottom) in boxes.items():
        if left >= right or top >= bottom:
            yield _fact("degenerate", a)
        if (right - left) * (bottom - top) <= tiny:
            yield _fact("tiny", a)
        for b, (b_left, b_top, b_right, b_bottom) in boxes.items():
            across = max(b_left - right, left - b_right, Decimal(0))
            down = max(b_top - bottom, top - b_bottom, Decimal(0))
            told = {
                "rightOf": left > b_right + slack,
                "leftOf": right < b_left - slack,
                "below": top > b_bottom + slack,
                "above": bottom < b_top - slack,
                "wellBelow": top > b_bottom + drop,
                "far": across * across + down * down > reach,
            }
            yield from (_fact(name, a, b) for name, holds in told.items() if holds)
            yield from (_fact("apart", a, b, text) for text, margin in margins if across > margin or down > margin)


def _exact(box: Box) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    left, top, right, bottom = (Decimal(repr(float(side))) for side in box)
    return left, top, right, bottom


def _name(node: Node) -> str:
    """Return a node of the ontology as a word: without the namespace of nesy, or what follows the last # of others."""
    text = str(node)
    return text.removeprefix(str(VOCABULARY)) if text.startswith(str(VOCABULARY)) else text.rsplit("#", 1)[-1]


def _fact(name: str, *terms: str | int) -> str:
    """Return a fact.

    >>> _fact("cost", "r1", "swap", 3)
    'cost("r1","swap",3).'
    """
    written = [str(t) if isinstance(t, int) else f'"{_escaped(t)}"' for t in terms]
    return f"{name}({','.join(written)})."


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
