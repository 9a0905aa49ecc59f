"""A term of the vocabulary -> the terms that a mistaken author might have written instead: siblings and parents."""

from collections.abc import Iterable
from functools import cache

from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.term import Node

from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY

_FAMILIES: tuple[tuple[URIRef, ...], ...] = (
    (NESY.Scene, NESY.Entity),
    (NESY.Relation, NESY.PartState),
    (NESY.subject, NESY.object),
    (NESY.entity, NESY.object),
    (NESY.part, NESY.state),
    (NESY.left, NESY.right),
    (NESY.top, NESY.bottom),
    (NESY.hasRelation, NESY.hasPartState),
    (NESY.hasEntity, NESY.hasCount),
    (RDFS.domain, RDFS.range, NESY.personNeeds),
    (NESY.oneWay, NESY.acyclic),
    (NESY.opposite, OWL.inverseOf),
    (NESY.ofPart, NESY.ofState),
    (NESY.ofVerb, NESY.withVerb),
)
"""Terms of the same use that the ontology puts under no parent of their own."""
_GENERAL: frozenset[Node] = frozenset({OWL.NamedIndividual, OWL.Class, OWL.Thing, RDFS.Class})


@cache
def siblings(term: URIRef) -> tuple[URIRef, ...]:
    """Return at most two other terms: the next of the same family, and for a class its parent; () for foreign terms.

    >>> [str(term).rsplit("#")[-1] for term in siblings(NESY.subject)]
    ['object']
    """
    for family in _FAMILIES:
        if term in family:
            return (family[(family.index(term) + 1) % len(family)],)
    if not str(term).startswith(str(VOCABULARY)):
        return ()
    graph = Ontology.default().graph
    for link in (RDFS.subClassOf, RDFS.subPropertyOf, RDF.type):
        parents = _named(graph.objects(term, link)) - _GENERAL
        if parents and (link != RDF.type or (term, RDF.type, OWL.NamedIndividual) in graph):
            super_first = sorted(parents, key=lambda node: ((node, NESY.supercategory, None) not in graph, node))
            return _beside(graph, term, link, super_first[0])
    return ()


def _beside(graph: Graph, term: URIRef, link: URIRef, parent: URIRef) -> tuple[URIRef, ...]:
    row = sorted(_named(graph.subjects(link, parent)))
    following = row[(row.index(term) + 1) % len(row)]
    found = [following] if following != term else []
    if link == RDFS.subClassOf:
        found.append(parent)
    return tuple(found)


def _named(nodes: Iterable[Node]) -> set[URIRef]:
    return {node for node in nodes if isinstance(node, URIRef)}
