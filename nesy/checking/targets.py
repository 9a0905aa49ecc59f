"""Targets of a SHACL shape: the nodes it is asked of."""

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking.rule_graph import is_class


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


def _iris(nodes: Iterable[Node]) -> tuple[str, ...]:
    found = sorted(nodes, key=str)
    if not all(isinstance(node, URIRef) for node in found):
        raise ValueError("a target must be an IRI")
    return tuple(str(node) for node in found)
