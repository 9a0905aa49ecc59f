"""Properties of one's own in the graph of an ontology -> the same, with what rules and the language read of a verb."""

from collections.abc import Sequence
from itertools import combinations

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.ontology.namespaces import NESY

_GROUPS = (NESY.interacts, NESY.placedRelativeTo, NESY.connects)
"""What a predicate is: a deed, a place, or any other relation."""


def completed_properties(graph: Graph, own: Sequence[URIRef]) -> None:
    """Add to `graph` what follows for the properties `own`; what hangs on their classes' axioms is not among it.

    A property without a place is a verb. What holds of a property above it or of its inverse (`rdfs:domain`,
    `rdfs:range`) holds of it, what lies above it holds where it does, and what OWL says of a property becomes the marks
    that rules read.
    """
    for one in own:
        for other in list(graph.objects(one, OWL.equivalentProperty)):
            graph.add((one, NESY.entails, other))
            graph.add((other, NESY.entails, one))
            _below(graph, one, other)
    for one in own:
        above = [p for p in graph.transitive_objects(one, RDFS.subPropertyOf) if p is not None and p != one]
        _place(graph, one, above)
        for higher in above:
            if higher not in (*_GROUPS, NESY.relates):
                graph.add((one, NESY.entails, higher))
            _below(graph, one, higher)
        for inverse in {*graph.objects(one, OWL.inverseOf), *graph.subjects(OWL.inverseOf, one)}:
            for link, turned in ((RDFS.domain, RDFS.range), (RDFS.range, RDFS.domain)):
                for needed in list(graph.objects(inverse, turned)):
                    graph.add((one, link, needed))
        if (one, RDF.type, OWL.AsymmetricProperty) in graph:
            graph.add((one, NESY.oneWay, Literal(True)))
        for other in {*graph.objects(one, OWL.propertyDisjointWith), *graph.subjects(OWL.propertyDisjointWith, one)}:
            _keep_apart(graph, one, other)
    for group in list(graph.subjects(RDF.type, OWL.AllDisjointProperties)):
        members = [member for listed in graph.objects(group, OWL.members) for member in graph.items(listed)]
        for first, second in combinations(members, 2):
            _keep_apart(graph, first, second)


def _place(graph: Graph, one: URIRef, above: Sequence[Node]) -> None:
    if any(group in above for group in _GROUPS):
        groups = [group for group in _GROUPS if group in above]
    else:
        groups = [NESY.connects] if NESY.relates in above else [NESY.interacts]
    for group in groups:
        graph.add((one, RDFS.subPropertyOf, group))


def _below(graph: Graph, one: URIRef, higher: Node) -> None:
    for link in (RDFS.domain, RDFS.range):
        for needed in list(graph.objects(higher, link)):
            graph.add((one, link, needed))


def _keep_apart(graph: Graph, one: Node, other: Node) -> None:
    places = all((end, RDFS.subPropertyOf, NESY.placedRelativeTo) in graph for end in (one, other))
    graph.add((one, NESY.opposite if places else NESY.excludes, other))
