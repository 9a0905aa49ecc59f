"""Merged shapes graph + IRI of a rule -> the triples of that rule alone, with all that it refers to."""

from collections.abc import Iterator

from rdflib import OWL, RDF, RDFS, SH, Graph, URIRef
from rdflib.term import BNode, Node

from nesy.verdict import Severity

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
SHAPES = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
"""What refers to a shape."""
LISTS_OF_SHAPES = (SH["and"], SH["or"], SH.xone)
SEVERITIES: dict[Node, Severity] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}
DESCRIBING = frozenset(URIRef(str(SH) + name) for name in ("codeIdentifier", "agentInstruction", "intent"))
"""Words of SHACL 1.2 that say something of a shape and constrain nothing."""
_PARTS = frozenset(
    {SH.sparql, SH.rule, SH.declare, SH.prefixes, SH.alternativePath, SH["in"], SH.languageIn, SH.ignoredProperties}
)
"""What refers to a part of a rule that is no shape: it is copied as it is, by whatever name."""
_VALIDATORS = (SH.validator, SH.nodeValidator, SH.propertyValidator)

_SHAPE, _CELL, _PART = "shape", "cell", "part"


def rule_graph(graph: Graph, rule: URIRef) -> Graph:
    """Return a copy of a rule's triples: its own, those of all that it is made of, named or not, and prefixes.

    A shape within the rule comes as a nameless one without its targets: in this graph it is a part of the rule, and
    nothing else. So does a list of shapes. Other parts (a query, a list of values, a sh:rule) keep their names.
    """
    alone = Graph(bind_namespaces="none")
    _copy(graph, rule, alone, {rule: rule})
    add_shared(graph, alone)
    return alone


def add_shared(graph: Graph, to: Graph) -> None:
    """Copy what any rule may use: ontologies with prefixes or imports, and constraint components."""
    for ontology in {*graph.subjects(SH.declare), *graph.subjects(OWL.imports)}:
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


def inner_properties(graph: Graph, shape: Node) -> Iterator[Node]:
    """Yield the property shapes within a shape at any depth: besides itself, what results of it can come from."""
    waiting, seen = [shape], {shape}
    while waiting:
        for inner in graph.objects(waiting.pop(), SH.property):
            if inner not in seen:
                seen.add(inner)
                waiting.append(inner)
                yield inner


def _copy(graph: Graph, start: Node, to: Graph, names: dict[Node, Node] | None) -> None:
    """Copy what is said of a node and of all that it is made of.

    Args:
        names: the names that shapes and lists of shapes get; None: shapes with a name are no part, and names stay.
    """
    waiting: list[tuple[Node, str]] = [(start, _SHAPE)]
    done = {start}
    while waiting:
        node, role = waiting.pop()
        for predicate, value in graph.predicate_objects(node):
            if names is not None and node != start and predicate in TARGETS:
                continue
            part = _role(predicate, value, role)
            if names is None and part in (_SHAPE, _CELL) and isinstance(value, URIRef):
                part = ""
            if part in (_SHAPE, _CELL) and names is not None and value != RDF.nil:
                names.setdefault(value, BNode())
            if part and value not in done:
                done.add(value)
                waiting.append((value, part))
            renamed = names is not None and part in (_SHAPE, _CELL)
            to.add(((names or {}).get(node, node), predicate, (names or {}).get(value, value) if renamed else value))


def _role(predicate: Node, value: Node, role: str) -> str:
    """Return what a value is to the node that has it: a shape, a cell of a list of shapes, another part, or nothing."""
    if predicate in SHAPES or (predicate == RDF.first and role == _CELL):
        return _SHAPE
    if predicate in LISTS_OF_SHAPES or (predicate == RDF.rest and role == _CELL):
        return _CELL
    is_part = predicate in _PARTS or (predicate == RDF.rest and role == _PART)
    return _PART if is_part or isinstance(value, BNode) else ""
