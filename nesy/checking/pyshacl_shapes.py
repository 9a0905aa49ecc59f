"""Rules -> the shapes that pySHACL is given: prefixes written out, and one message for every query."""

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import BNode, Node

from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.ontology.languages import in_language
from nesy.ontology.namespaces import NESY

OWN_MESSAGE = NESY.message
_QUERIES = (SH.select, SH.ask, SH.construct)


def with_own_prefixes(graph: Graph) -> Graph:
    """Return a graph of shapes, changed in place: every query begins with its prefixes, and nothing names any.

    pySHACL knows no owl:imports, and where a node is no ontology it mixes prefixes of others in.
    """
    prefixes = Prefixes(graph)
    for node in set(graph.subjects(SH.prefixes)):
        known = prefixes.known(node)
        for kind in _QUERIES:
            for text in list(graph.objects(node, kind)):
                graph.remove((node, kind, text))
                graph.add((node, kind, Literal(with_prefixes(str(text), known))))
    graph.remove((None, SH.prefixes, None))
    return graph


def with_one_message(graph: Graph, rule: URIRef, language: str) -> Graph:
    """Return a graph of shapes, changed in place: every query of the rule has its one message, and no shape has any.

    pySHACL reports the messages of a query beside those of the shape around it. What a shape says itself is kept as
    OWN_MESSAGE. A query that two shapes share is copied, since it may speak for either.
    """
    own = {shape: in_language(graph.objects(shape, SH.message), language) for shape in set(graph.subjects(SH.message))}
    for shape, constraint in list(graph.subject_objects(SH.sparql)):
        graph.remove((shape, SH.sparql, constraint))
        copy = BNode()
        graph.add((shape, SH.sparql, copy))
        for predicate, value in list(graph.predicate_objects(constraint)):
            if predicate != SH.message:
                graph.add((copy, predicate, value))
        message = own.get(constraint) or own.get(shape) or own.get(rule)
        if message:
            graph.add((copy, SH.message, Literal(message)))
    for shape, message in own.items():
        if not _speaks_for_itself(graph, shape):
            graph.remove((shape, SH.message, None))
            if shape != rule:
                graph.add((shape, OWN_MESSAGE, Literal(message)))
    return graph


def _speaks_for_itself(graph: Graph, node: Node) -> bool:
    """Tell whether a node that has a message is no shape: a constraint component, or its validator."""
    links = (SH.validator, SH.nodeValidator, SH.propertyValidator, SH.sparql)
    return any((None, link, node) in graph for link in links) or (node, RDF.type, SH.ConstraintComponent) in graph
