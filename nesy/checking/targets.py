"""Targets of a SHACL shape -> the nodes it is asked of, as a pattern and in a store."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking.rule_graph import is_class
from nesy.checking.value_tests import constant
from nesy.graph.terms import Term, named, to_term

_TYPE, _BELOW = named(str(RDF.type)), named(str(RDFS.subClassOf))


@dataclass(frozen=True)
class Target:
    """Where a shape begins: which nodes it is asked of."""

    classes: tuple[str, ...]
    nodes: tuple[Node, ...]
    subjects_of: tuple[str, ...]
    objects_of: tuple[str, ...]

    @classmethod
    def of(cls, graph: Graph, shape: Node) -> "Target":
        """Read the targets of a shape, the implicit one of a class that is a shape among them."""
        classes = set(graph.objects(shape, SH.targetClass))
        if is_class(graph, shape):
            classes.add(shape)
        return cls(
            classes=_iris(classes),
            nodes=tuple(sorted(graph.objects(shape, SH.targetNode), key=str)),
            subjects_of=_iris(graph.objects(shape, SH.targetSubjectsOf)),
            objects_of=_iris(graph.objects(shape, SH.targetObjectsOf)),
        )

    def pattern(self) -> str:
        """Return the pattern that binds ?this to every target."""
        ways = [f"?this {RDF.type.n3()}/{RDFS.subClassOf.n3()}* <{kind}> ." for kind in self.classes]
        ways += [f"VALUES ?this {{ {' '.join(constant(node) for node in self.nodes)} }}"] if self.nodes else []
        ways += [f"?this <{link}> ?of ." for link in self.subjects_of]
        ways += [f"?of <{link}> ?this ." for link in self.objects_of]
        return ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)


def targets(store: ox.Store, target: Target) -> tuple[Term, ...]:
    """Return the nodes of the store that are targets, in the order of their names."""
    found: set[Term] = {to_term(node) for node in target.nodes}
    for kind in target.classes:
        for below in _with_those_below(store, named(kind)):
            found.update(quad.subject for quad in store.quads_for_pattern(None, _TYPE, below))
    for link in target.subjects_of:
        found.update(quad.subject for quad in store.quads_for_pattern(None, named(link), None))
    for link in target.objects_of:
        found.update(quad.object for quad in store.quads_for_pattern(None, named(link), None))
    return tuple(sorted(found, key=str))


def _with_those_below(store: ox.Store, kind: Term) -> set[Term]:
    found, waiting = {kind}, [kind]
    while waiting:
        for quad in store.quads_for_pattern(None, _BELOW, waiting.pop()):
            if quad.subject not in found:
                found.add(quad.subject)
                waiting.append(quad.subject)
    return found


def _iris(nodes: Iterable[Node]) -> tuple[str, ...]:
    found = sorted(nodes, key=str)
    if not all(isinstance(node, URIRef) for node in found):
        raise ValueError("a target must be an IRI")
    return tuple(str(node) for node in found)
