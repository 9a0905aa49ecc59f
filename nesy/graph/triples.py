"""Scene -> RDF graph: claims reified with id, order and confidence, plus the plain triples that rules read."""

from decimal import Decimal
from functools import lru_cache
from itertools import chain

from rdflib import DCTERMS, OWL, PROV, RDF, XSD, Graph, Literal, URIRef
from rdflib.namespace import NamespaceManager

from nesy.graph.scene_triples import (
    BASE,
    OA,
    Written,
    WrittenTriple,
    claim_node,
    decimal,
    region_triples,
    scene_triples,
)
from nesy.ontology import Ontology
from nesy.ontology.namespaces import LABEL, RULES, VOCABULARY
from nesy.scene import Scene

_PREFIXES = (
    ("nesy", VOCABULARY),
    ("rules", RULES),
    ("label", LABEL),
    ("oa", OA),
    ("dcterms", DCTERMS),
    ("prov", PROV),
    ("owl", OWL),
    ("rdf", RDF),
)


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


def number(value: float) -> Literal:
    """Return a float as xsd:decimal: exact, where Turtle's doubles are written with six digits."""
    found = _term(decimal(value))
    assert isinstance(found, Literal), "a number is a literal"
    return found


def to_rdf(scene: Scene, base: str = BASE, ontology: Ontology | None = None, regions: bool = True) -> Graph:
    """Return the scene as RDF; `from_rdf` gives the same scene back.

    Args:
        base: what the ids are appended to; must end in '#' or '/'.
        ontology: whose words are known; the shipped one if None. Unknown words become IRIs of `nesy:label`.
        regions: whether boxes and the places in a text are written too, as Web Annotation selectors. Rules read
            neither; without them the spans of the claims and how sure the boxes are is left out.
    """
    graph = Graph(bind_namespaces="none")
    bind(graph, ontology)
    seen = region_triples(scene, base) if regions else ()
    for triple in chain(scene_triples(scene, ontology or Ontology.default(), base), seen):
        graph.add(to_nodes(triple))
    return graph


def bind(graph: Graph, ontology: Ontology | None = None) -> None:
    """Bind the prefixes that scenes and analyses are written with, those of an ontology of one's own too.

    No others are made up when the graph is written: rdflib would cut the IRI of an odd word amid a `%`.
    """
    graph.namespace_manager = _BoundAlone(graph, bind_namespaces="none")
    for prefix, namespace in _PREFIXES:
        graph.bind(prefix, namespace)
    for prefix, own in ({} if ontology is None else ontology.prefixes).items():
        graph.bind(prefix, own, override=False)


class _BoundAlone(NamespaceManager):
    """The prefixes that were bound, and no more."""

    def compute_qname(self, uri: str, generate: bool = True) -> tuple[str, URIRef, str]:
        del generate
        return super().compute_qname(uri, generate=False)


def to_nodes(triple: WrittenTriple) -> tuple[URIRef, URIRef, URIRef | Literal]:
    """Return a plain triple in terms of rdflib."""
    subject, predicate, value = triple
    return _iri(subject), _iri(predicate), _term(value)


@lru_cache(maxsize=65536)
def _iri(node: str) -> URIRef:
    return URIRef(node[1:-1])


@lru_cache(maxsize=65536)
def _term(value: Written) -> URIRef | Literal:
    """Return a plain value as a term of rdflib."""
    if isinstance(value, tuple):
        return Literal(lexical(value), datatype=XSD[value[1]], normalize=False)
    return _iri(value) if value[0] == "<" else Literal(value[1:])


def lexical(value: tuple[int | Decimal | str, str]) -> str:
    """Return how a typed value is written.

    >>> lexical((Decimal("0.50"), "decimal")), lexical((3, "integer")), lexical(("true", "boolean"))
    ('0.50', '3', 'true')
    """
    held, kind = value
    return held if isinstance(held, str) else format(held, "f" if kind == "decimal" else "d")
