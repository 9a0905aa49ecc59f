"""Scene -> RDF graph: claims reified with id, order and confidence, plus the plain triples that rules read."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from rdflib import DCTERMS, RDF, XSD, Graph, Literal, Namespace, URIRef

from nesy.geometry import Box
from nesy.graph.scene_triples import BASE, Plain, claim_node, decimal, image_triples, scene_triples
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, RULES, VOCABULARY
from nesy.scene import Claim, ImageInfo, Scene

OA = Namespace("http://www.w3.org/ns/oa#")
_MEDIA_FRAGMENTS = URIRef("http://www.w3.org/TR/media-frags/")


def claim_iri(claim_id: str, base: str = BASE) -> URIRef:
    """Return the IRI of a claim; an entity's claim and the entity are one node."""
    return URIRef(claim_node(claim_id, base)[1:-1])


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
    for _, predicate, value in image_triples("", image):
        yield URIRef(predicate[1:-1]), _term(value)


def number(value: float) -> Literal:
    """Return a float as xsd:decimal: exact, where Turtle's doubles are written with six digits."""
    found = _term(decimal(value))
    assert isinstance(found, Literal), "a number is a literal"
    return found


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
    known = ontology or Ontology.default()
    writer = _Writer(base, known.prefixes)
    writer.scene(scene, known)
    if regions:
        writer.regions(scene)
    return writer.graph


def _term(value: Plain) -> URIRef | Literal:
    """Return a plain value as a term of rdflib."""
    if isinstance(value, tuple):
        number_, kind = value
        return Literal(format(number_, "f" if kind == "decimal" else "d"), datatype=XSD[kind], normalize=False)
    return URIRef(value[1:-1]) if value[0] == "<" else Literal(value[1:])


class _Writer:
    """Collects the triples of one scene."""

    def __init__(self, base: str, prefixes: Mapping[str, str]) -> None:
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in (("nesy", VOCABULARY), ("rules", RULES), ("oa", OA), ("dcterms", DCTERMS)):
            self.graph.bind(prefix, namespace)
        for prefix, own in prefixes.items():
            self.graph.bind(prefix, own, override=False)
        self._base = base

    def _add(self, subject: URIRef, *pairs: tuple[URIRef, Any]) -> None:
        for predicate, value in pairs:
            if value is not None:
                self.graph.add((subject, predicate, value))

    def scene(self, scene: Scene, ontology: Ontology) -> None:
        """Write the claims."""
        for subject, predicate, value in scene_triples(scene, ontology, self._base):
            self.graph.add((URIRef(subject[1:-1]), URIRef(predicate[1:-1]), _term(value)))

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
