"""Scene -> its triples as plain values; the one place that says how a scene is written, for graphs and for the check.

An IRI is `<...>`, a text `"...` (a tag in front, nothing behind), a number the pair of value and type. So a triple is
made and compared at no cost, and whoever wants terms of rdflib makes them of it.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from rdflib import RDF, URIRef

from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.scene import Claim, Entity, ImageInfo, Scene

BASE = "https://w3id.org/nesy/scene#"
"""Where the entities and claims of a scene live when nothing else is said: `...#person_1`."""
Plain = str | tuple[int | Decimal, str]
PlainTriple = tuple[str, str, Plain]


def scene_triples(scene: Scene, ontology: Ontology, base: str = BASE) -> Iterator[PlainTriple]:
    """Yield the triples of a scene: claims reified with id, order and confidence, and the relations as they are told.

    Args:
        base: what the ids are appended to; must end in '#' or '/'.
    """
    node = f"<{base}/scene>"
    yield node, _TYPE, _SCENE
    if scene.image is not None:
        yield node, _IMAGE_OF, f"<{base}/image>"
        yield from image_triples(f"<{base}/image>", scene.image)
    for position, entity in enumerate(scene.entities):
        claim = claim_node(entity.id, base)
        yield node, _HAS_ENTITY, claim
        yield claim, _TYPE, _ENTITY_CLASS
        yield from _any_claim(claim, position, entity)
        yield from _entity(claim, entity, ontology)
    for position, state in enumerate(scene.part_states):
        claim = claim_node(state.id, base)
        yield node, _HAS_STATE, claim
        yield claim, _TYPE, _STATE_CLASS
        yield from _any_claim(claim, position, state)
        yield claim, _ENTITY, claim_node(state.entity, base)
        yield claim, _PART, _word(ontology, "part", state.part)
        yield claim, _PART_LABEL, '"' + state.part
        yield claim, _STATE, _word(ontology, "state", state.state)
        yield claim, _LABEL, '"' + state.state
        if state.object is not None:
            yield claim, _OBJECT, claim_node(state.object, base)
    for position, relation in enumerate(scene.relations):
        claim = claim_node(relation.id, base)
        yield node, _HAS_RELATION, claim
        yield claim, _TYPE, _RELATION_CLASS
        yield from _any_claim(claim, position, relation)
        subject, target = claim_node(relation.subject, base), claim_node(relation.object, base)
        predicate = _word(ontology, "predicate", relation.predicate)
        yield claim, _SUBJECT, subject
        yield claim, _PREDICATE, predicate
        yield claim, _OBJECT, target
        yield claim, _LABEL, '"' + relation.predicate
        yield subject, predicate, target
    for position, count in enumerate(scene.counts):
        claim = claim_node(count.id, base)
        yield node, _HAS_COUNT, claim
        yield claim, _TYPE, _COUNT_CLASS
        yield from _any_claim(claim, position, count)
        yield claim, _CATEGORY, _word(ontology, "category", count.category)
        yield claim, _LABEL, '"' + count.category
        yield claim, _VALUE, _whole(count.value)


def image_triples(node: str, image: ImageInfo) -> Iterator[PlainTriple]:
    """Yield what is known of a picture."""
    yield node, _TYPE, _IMAGE
    yield node, _NAME, '"' + image.name
    for predicate, value in ((_WIDTH, image.width_px), (_HEIGHT, image.height_px)):
        if value is not None:
            yield node, predicate, _whole(value)
    if image.sha256 is not None:
        yield node, _SHA256, '"' + image.sha256


def _any_claim(node: str, position: int, claim: Claim) -> Iterator[PlainTriple]:
    yield node, _ID, '"' + claim.id
    yield node, _POSITION, _whole(position)
    if claim.confidence is not None:
        yield node, _CONFIDENCE, decimal(claim.confidence)


def _entity(node: str, entity: Entity, ontology: Ontology) -> Iterator[PlainTriple]:
    category = _word(ontology, "category", entity.category)
    yield node, _TYPE, category
    yield node, _CATEGORY, category
    yield node, _LABEL, '"' + entity.category
    if entity.box is not None:
        for edge, value in zip(_EDGES, entity.box, strict=True):
            yield node, edge, decimal(value)
    for place, attribute in enumerate(entity.attributes):
        claim = f"{node[:-1]}/attribute/{place}>"
        yield node, _HAS_ATTRIBUTE, claim
        yield claim, _TYPE, _ATTRIBUTE_CLASS
        yield claim, _POSITION, _whole(place)
        yield claim, _ATTRIBUTE, _word(ontology, "attribute", attribute)
        yield claim, _LABEL, '"' + attribute


# --- values, made once ---


@lru_cache(maxsize=65536)
def claim_node(claim_id: str, base: str = BASE) -> str:
    """Return the node of a claim; an entity's claim and the entity are one node."""
    return f"<{base}{quote(claim_id, safe='')}>"


@lru_cache(maxsize=65536)
def decimal(value: float) -> tuple[Decimal, str]:
    """Return a float as xsd:decimal: exact, where Turtle's doubles are written with six digits."""
    return Decimal(repr(float(value))), "decimal"


@lru_cache(maxsize=65536)
def _word(ontology: Ontology, kind: str, label: str) -> str:
    return f"<{ontology.node(kind, label)}>"


@lru_cache(maxsize=65536)
def _whole(value: int) -> tuple[int, str]:
    return value, "integer"


def _named(term: URIRef) -> str:
    return f"<{term}>"


_TYPE, _SCENE, _IMAGE = _named(RDF.type), _named(NESY.Scene), _named(NESY.Image)
_ENTITY_CLASS, _STATE_CLASS = _named(NESY.Entity), _named(NESY.PartState)
_RELATION_CLASS, _COUNT_CLASS, _ATTRIBUTE_CLASS = _named(NESY.Relation), _named(NESY.Count), _named(NESY.Attribute)
_HAS_ENTITY, _HAS_STATE = _named(NESY.hasEntity), _named(NESY.hasPartState)
_HAS_RELATION, _HAS_COUNT = _named(NESY.hasRelation), _named(NESY.hasCount)
_IMAGE_OF, _NAME, _SHA256 = _named(NESY.image), _named(NESY.name), _named(NESY.sha256)
_WIDTH, _HEIGHT = _named(NESY.widthPx), _named(NESY.heightPx)
_ID, _POSITION, _CONFIDENCE, _LABEL = (_named(t) for t in (NESY.id, NESY.position, NESY.confidence, NESY.label))
_CATEGORY, _VALUE = _named(NESY.category), _named(NESY.value)
_EDGES = (_named(NESY.left), _named(NESY.top), _named(NESY.right), _named(NESY.bottom))
_HAS_ATTRIBUTE, _ATTRIBUTE = _named(NESY.hasAttribute), _named(NESY.attribute)
_ENTITY, _PART, _PART_LABEL, _STATE = (_named(t) for t in (NESY.entity, NESY.part, NESY.partLabel, NESY.state))
_SUBJECT, _PREDICATE, _OBJECT = _named(NESY.subject), _named(NESY.predicate), _named(NESY.object)
