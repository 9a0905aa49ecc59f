"""Merged shapes graph + IRI of a rule -> the triples of that rule alone, with all that it refers to."""

from collections.abc import Callable

from rdflib import OWL, RDF, RDFS, SH, Graph, URIRef
from rdflib.term import BNode, Node

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_SHAPES = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
_LISTS_OF_SHAPES = (SH["and"], SH["or"], SH.xone)
_VALIDATORS = (SH.validator, SH.nodeValidator, SH.propertyValidator)


def rule_graph(graph: Graph, rule: URIRef) -> Graph:
    """Return a copy of a rule's triples: its own, those of nameless nodes below, of shapes it refers to, and prefixes.

    A shape that is referred to by its IRI comes as a nameless one without its targets: in this graph it is a part of
    the rule, and nothing else.
    """
    alone = Graph(bind_namespaces="none")
    _copy(graph, rule, alone, {rule: rule})
    add_shared(graph, alone)
    return alone


def add_shared(graph: Graph, to: Graph) -> None:
    """Copy what any rule may use: ontologies with prefixes, and constraint components."""
    for ontology in set(graph.subjects(SH.declare)):
        _copy(graph, ontology, to, None)
    for component in custom_components(graph):
        _copy(graph, component, to, None)
        for link in _VALIDATORS:
            for validator in graph.objects(component, link):
                _copy(graph, validator, to, None)


def custom_components(graph: Graph) -> set[Node]:
    """Return the constraint components that a shapes graph defines."""
    return set(graph.subjects(RDF.type, SH.ConstraintComponent))


def is_class(graph: Graph, node: Node) -> bool:
    """Tell whether a shape is a class too: its instances are then its targets."""
    kinds = {RDFS.Class, OWL.Class, *graph.subjects(RDFS.subClassOf, RDFS.Class)}
    return bool(kinds & set(graph.objects(node, RDF.type)))


def _copy(graph: Graph, start: Node, to: Graph, names: dict[Node, Node] | None) -> None:
    """Copy what is said of a node and of nameless nodes below; with `names`, shapes that have a name as well."""
    waiting, done = [start], {start}

    def called(node: Node, is_shape: bool) -> Node:
        if is_shape and names is not None and isinstance(node, URIRef) and node not in names:
            names[node] = BNode()
        follow = isinstance(node, BNode) or (is_shape and names is not None)
        if follow and node not in done:
            done.add(node)
            waiting.append(node)
        return (names or {}).get(node, node) if is_shape else node

    members = _members(graph)
    while waiting:
        node = waiting.pop()
        for predicate, value in graph.predicate_objects(node):
            if names is not None and node != start and predicate in TARGETS:
                continue
            is_shape = predicate in _SHAPES or (predicate == RDF.first and members(node))
            to.add(((names or {}).get(node, node), predicate, called(value, is_shape)))


def _members(graph: Graph) -> Callable[[Node], bool]:
    """Return a test: is this a cell of a list of shapes?"""
    cells: set[Node] = set()
    for link in _LISTS_OF_SHAPES:
        for _, cell in graph.subject_objects(link):
            while cell is not None and cell != RDF.nil and cell not in cells:
                cells.add(cell)
                cell = graph.value(cell, RDF.rest) or RDF.nil
    return cells.__contains__
