"""Scene -> its triples as plain values; the one place that says how a scene is written, for graphs and for the check.

An IRI is `<...>`, a text `"...` (a tag in front, nothing behind), any other value the pair of value and type. So a
triple is made and compared at no cost, and whoever wants terms of rdflib or of Oxigraph makes them of it.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from urllib.parse import quote

from rdflib import DCTERMS, RDF, Namespace, URIRef

from nesy.geometry import Box
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.scene import Claim, Entity, ImageInfo, Scene

BASE = "https://w3id.org/nesy/scene#"
"""Where the entities and claims of a scene live when nothing else is said: `...#person_1`."""
OA = Namespace("http://www.w3.org/ns/oa#")
Plain = str | tuple[int | Decimal, str]
PlainTriple = tuple[str, str, Plain]
Written = Plain | tuple[str, str]
"""What stands in the graphs of an analysis: truth values and times too, as they are written."""
WrittenTriple = tuple[str, str, Written]


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
        yield claim, _VALUE, whole(count.value)


def region_triples(scene: Scene, base: str = BASE) -> Iterator[PlainTriple]:
    """Yield where claims are seen and said: Web Annotation selectors, media fragments and text positions."""
    for claim in scene.claims():
        node = claim_node(claim.id, base)
        for start, end in claim.spans:
            passage = f"{node[:-1]}/passage/{start}-{end}>"
            yield node, _PASSAGE, passage
            yield passage, _TYPE, _TEXT_POSITION
            yield passage, _START, whole(start)
            yield passage, _END, whole(end)
    for entity in scene.entities:
        if entity.box is None:
            continue
        node = claim_node(entity.id, base)
        region, selector = f"{node[:-1]}/region>", f"{node[:-1]}/region/selector>"
        yield node, _REGION, region
        yield region, _TYPE, _SPECIFIC_RESOURCE
        yield region, _HAS_SOURCE, f"<{base}/image>"
        yield region, _HAS_SELECTOR, selector
        if entity.box_confidence is not None:
            yield region, _CONFIDENCE, decimal(entity.box_confidence)
        yield selector, _TYPE, _FRAGMENT
        yield selector, _CONFORMS_TO, _MEDIA_FRAGMENTS
        yield selector, _RDF_VALUE, '"' + fragment(entity.box)


def fragment(box: Box) -> str:
    """Return a box as a media fragment.

    >>> fragment((0.1, 0.2, 0.4, 0.9))
    'xywh=percent:10,20,30,70'
    """
    left, top, right, bottom = (Decimal(repr(float(value))) * 100 for value in box)
    sides = (left, top, right - left, bottom - top)
    return "xywh=percent:" + ",".join(format(side.normalize(), "f") for side in sides)


def image_triples(node: str, image: ImageInfo) -> Iterator[PlainTriple]:
    """Yield what is known of a picture."""
    yield node, _TYPE, _IMAGE
    yield node, _NAME, '"' + image.name
    for predicate, value in ((_WIDTH, image.width_px), (_HEIGHT, image.height_px)):
        if value is not None:
            yield node, predicate, whole(value)
    if image.sha256 is not None:
        yield node, _SHA256, '"' + image.sha256


def _any_claim(node: str, position: int, claim: Claim) -> Iterator[PlainTriple]:
    yield node, _ID, '"' + claim.id
    yield node, _POSITION, whole(position)
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
        yield claim, _POSITION, whole(place)
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
def whole(value: int) -> tuple[int, str]:
    """Return a whole number as xsd:integer."""
    return value, "integer"


@lru_cache(maxsize=4096)
def node_of(term: URIRef) -> str:
    """Return the node that an IRI stands for."""
    return f"<{term}>"


_TYPE, _SCENE, _IMAGE = node_of(RDF.type), node_of(NESY.Scene), node_of(NESY.Image)
_ENTITY_CLASS, _STATE_CLASS = node_of(NESY.Entity), node_of(NESY.PartState)
_RELATION_CLASS, _COUNT_CLASS, _ATTRIBUTE_CLASS = node_of(NESY.Relation), node_of(NESY.Count), node_of(NESY.Attribute)
_HAS_ENTITY, _HAS_STATE = node_of(NESY.hasEntity), node_of(NESY.hasPartState)
_HAS_RELATION, _HAS_COUNT = node_of(NESY.hasRelation), node_of(NESY.hasCount)
_IMAGE_OF, _NAME, _SHA256 = node_of(NESY.image), node_of(NESY.name), node_of(NESY.sha256)
_WIDTH, _HEIGHT = node_of(NESY.widthPx), node_of(NESY.heightPx)
_ID, _POSITION, _CONFIDENCE, _LABEL = (node_of(t) for t in (NESY.id, NESY.position, NESY.confidence, NESY.label))
_CATEGORY, _VALUE = node_of(NESY.category), node_of(NESY.value)
_EDGES = (node_of(NESY.left), node_of(NESY.top), node_of(NESY.right), node_of(NESY.bottom))
_HAS_ATTRIBUTE, _ATTRIBUTE = node_of(NESY.hasAttribute), node_of(NESY.attribute)
_ENTITY, _PART, _PART_LABEL, _STATE = (node_of(t) for t in (NESY.entity, NESY.part, NESY.partLabel, NESY.state))
_SUBJECT, _PREDICATE, _OBJECT = node_of(NESY.subject), node_of(NESY.predicate), node_of(NESY.object)
_REGION, _PASSAGE = node_of(NESY.region), node_of(NESY.passage)
_TEXT_POSITION, _START, _END = node_of(OA.TextPositionSelector), node_of(OA.start), node_of(OA.end)
_SPECIFIC_RESOURCE, _HAS_SOURCE, _HAS_SELECTOR = (
    node_of(OA[w]) for w in ("SpecificResource", "hasSource", "hasSelector")
)
_FRAGMENT, _CONFORMS_TO, _RDF_VALUE = node_of(OA.FragmentSelector), node_of(DCTERMS.conformsTo), node_of(RDF.value)
_MEDIA_FRAGMENTS = "<http://www.w3.org/TR/media-frags/>"
