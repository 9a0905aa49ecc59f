"""Scene -> RDF graph: claims reified with id, order and confidence, plus the plain triples that rules read."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from rdflib import DCTERMS, RDF, XSD, Graph, Literal, Namespace, URIRef

from nesy.geometry import Box
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, RULES, VOCABULARY
from nesy.scene import Claim, Count, Entity, ImageInfo, PartState, Relation, Scene

OA = Namespace("http://www.w3.org/ns/oa#")
BASE = "https://w3id.org/nesy/scene#"
"""Where the entities and claims of a scene live when nothing else is said: `...#person_1`."""
_MEDIA_FRAGMENTS = URIRef("http://www.w3.org/TR/media-frags/")


def claim_iri(claim_id: str, base: str = BASE) -> URIRef:
    """Return the IRI of a claim; an entity's claim and the entity are one node."""
    return URIRef(base + quote(claim_id, safe=""))


def beside(base: str, what: str) -> URIRef:
    """Return the IRI of a graph, an agent or a report: beside the ids of `base`, and never one of them.

    >>> str(beside("https://example.org/scene#", "round/0"))
    'https://example.org/scene/round/0'
    """
    return URIRef(f"{base.rstrip('#/')}/{what}")


def scene_iri(base: str = BASE) -> URIRef:
    """Return the IRI of the scene itself; no claim id can spell it."""
    return URIRef(base + "/scene")


def image_iri(base: str = BASE) -> URIRef:
    """Return the IRI of the picture; no claim id can spell it."""
    return URIRef(base + "/image")


def about_image(image: ImageInfo) -> Iterator[tuple[URIRef, URIRef | Literal]]:
    """Yield what is known of a picture: predicates and values."""
    yield RDF.type, NESY.Image
    yield NESY.name, Literal(image.name)
    known = ((NESY.widthPx, image.width_px), (NESY.heightPx, image.height_px), (NESY.sha256, image.sha256))
    yield from ((predicate, Literal(value)) for predicate, value in known if value is not None)


def number(value: float) -> Literal:
    """Return a float as xsd:decimal: exact, where Turtle's doubles are written with six digits."""
    return Literal(format(Decimal(repr(float(value))), "f"), datatype=XSD.decimal, normalize=False)


def fragment(box: Box) -> str:
    """Return a box as a media fragment.

    >>> fragment((0.1, 0.2, 0.4, 0.9))
    'xywh=percent:10,20,30,70'
    """
    left, top, right, bottom = (Decimal(repr(float(value))) * 100 for value in box)
    sides = (left, top, right - left, bottom - top)
    return "xywh=percent:" + ",".join(format(side.normalize(), "f") for side in sides)


def to_rdf(scene: Scene, base: str = BASE, ontology: Ontology | None = None, regions: bool = True) -> Graph:
    """Return the scene as RDF; `from_rdf` gives the same scene back.

    Args:
        base: what the ids are appended to; must end in '#' or '/'.
        ontology: whose words are known; the shipped one if None. Unknown words become IRIs of `nesy:label`.
        regions: whether boxes and the places in a text are written too, as Web Annotation selectors. Rules read
            neither; without them the spans of the claims and how sure the boxes are is left out.
    """
    writer = _Writer(base, ontology or Ontology.default())
    writer.scene(scene)
    if regions:
        writer.regions(scene)
    return writer.graph


class _Writer:
    """Collects the triples of one scene."""

    def __init__(self, base: str, ontology: Ontology) -> None:
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in (("nesy", VOCABULARY), ("rules", RULES), ("oa", OA), ("dcterms", DCTERMS)):
            self.graph.bind(prefix, namespace)
        self._base = base
        self._ontology = ontology

    def _add(self, subject: URIRef, *pairs: tuple[URIRef, Any]) -> None:
        for predicate, value in pairs:
            if value is not None:
                self.graph.add((subject, predicate, value))

    def _word(self, kind: str, label: str) -> URIRef:
        return self._ontology.node(kind, label)

    def scene(self, scene: Scene) -> None:
        node = scene_iri(self._base)
        self._add(node, (RDF.type, NESY.Scene))
        if scene.image is not None:
            self._image(node, scene.image)
        for position, entity in enumerate(scene.entities):
            self._entity(node, position, entity)
        for position, state in enumerate(scene.part_states):
            self._part_state(node, position, state)
        for position, relation in enumerate(scene.relations):
            self._relation(node, position, relation)
        for position, count in enumerate(scene.counts):
            self._count(node, position, count)

    def _image(self, scene: URIRef, image: ImageInfo) -> None:
        node = image_iri(self._base)
        self._add(scene, (NESY.image, node))
        self._add(node, *about_image(image))

    def _claim(self, scene: URIRef, link: URIRef, kind: URIRef, position: int, claim: Claim) -> URIRef:
        node = claim_iri(claim.id, self._base)
        self._add(scene, (link, node))
        self._add(
            node,
            (RDF.type, kind),
            (NESY.id, Literal(claim.id)),
            (NESY.position, Literal(position)),
            (NESY.confidence, None if claim.confidence is None else number(claim.confidence)),
        )
        return node

    def _entity(self, scene: URIRef, position: int, entity: Entity) -> None:
        node = self._claim(scene, NESY.hasEntity, NESY.Entity, position, entity)
        category = self._word("category", entity.category)
        self._add(node, (RDF.type, category), (NESY.category, category), (NESY.label, Literal(entity.category)))
        if entity.box is not None:
            edges = (NESY.left, NESY.top, NESY.right, NESY.bottom)
            self._add(node, *((edge, number(value)) for edge, value in zip(edges, entity.box, strict=True)))
        for place, attribute in enumerate(entity.attributes):
            claim = URIRef(f"{node}/attribute/{place}")
            self._add(node, (NESY.hasAttribute, claim))
            self._add(
                claim,
                (RDF.type, NESY.Attribute),
                (NESY.position, Literal(place)),
                (NESY.attribute, self._word("attribute", attribute)),
                (NESY.label, Literal(attribute)),
            )

    def _part_state(self, scene: URIRef, position: int, state: PartState) -> None:
        node = self._claim(scene, NESY.hasPartState, NESY.PartState, position, state)
        self._add(
            node,
            (NESY.entity, claim_iri(state.entity, self._base)),
            (NESY.part, self._word("part", state.part)),
            (NESY.partLabel, Literal(state.part)),
            (NESY.state, self._word("state", state.state)),
            (NESY.label, Literal(state.state)),
            (NESY.object, None if state.object is None else claim_iri(state.object, self._base)),
        )

    def _relation(self, scene: URIRef, position: int, relation: Relation) -> None:
        node = self._claim(scene, NESY.hasRelation, NESY.Relation, position, relation)
        subject, target = claim_iri(relation.subject, self._base), claim_iri(relation.object, self._base)
        predicate = self._word("predicate", relation.predicate)
        self._add(
            node,
            (NESY.subject, subject),
            (NESY.predicate, predicate),
            (NESY.object, target),
            (NESY.label, Literal(relation.predicate)),
        )
        self._add(subject, (predicate, target))

    def _count(self, scene: URIRef, position: int, count: Count) -> None:
        node = self._claim(scene, NESY.hasCount, NESY.Count, position, count)
        self._add(
            node,
            (NESY.category, self._word("category", count.category)),
            (NESY.label, Literal(count.category)),
            (NESY.value, Literal(count.value)),
        )

    def regions(self, scene: Scene) -> None:
        """Write where claims are seen and said: Web Annotation selectors, media fragments and text positions."""
        for claim in scene.claims():
            self._passages(claim)
        image = image_iri(self._base)
        for entity in scene.entities:
            if entity.box is None:
                continue
            node = claim_iri(entity.id, self._base)
            region, selector = URIRef(f"{node}/region"), URIRef(f"{node}/region/selector")
            self._add(node, (NESY.region, region))
            self._add(region, (RDF.type, OA.SpecificResource), (OA.hasSource, image), (OA.hasSelector, selector))
            if entity.box_confidence is not None:
                self._add(region, (NESY.confidence, number(entity.box_confidence)))
            self._add(
                selector,
                (RDF.type, OA.FragmentSelector),
                (DCTERMS.conformsTo, _MEDIA_FRAGMENTS),
                (RDF.value, Literal(fragment(entity.box))),
            )

    def _passages(self, claim: Claim) -> None:
        node = claim_iri(claim.id, self._base)
        for start, end in claim.spans:
            passage = URIRef(f"{node}/passage/{start}-{end}")
            self._add(node, (NESY.passage, passage))
            self._add(
                passage,
                (RDF.type, OA.TextPositionSelector),
                (OA.start, Literal(start)),
                (OA.end, Literal(end)),
            )
