"""SHACL property path -> SPARQL property path."""

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import BNode, Node

from nesy.checking.written_terms import written_term

_REPEATED = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def sparql_path(graph: Graph, path: Node, depth: int = 0) -> str:
    """Return the path as SPARQL writes it, in brackets where it is more than one predicate.

    Raises:
        ValueError: no path; the sentence says what is wrong.
    """
    if isinstance(path, URIRef):
        return written_term(path)
    if not isinstance(path, BNode) or depth > 20:
        raise ValueError(f"{path} is no property path")
    if (path, RDF.first, None) in graph:
        return _joined(graph, path, "/", depth)
    inverse, alternatives = graph.value(path, SH.inversePath), graph.value(path, SH.alternativePath)
    if inverse is not None:
        return f"(^{sparql_path(graph, inverse, depth + 1)})"
    if alternatives is not None:
        return _joined(graph, alternatives, "|", depth)
    for kind, sign in _REPEATED.items():
        repeated = graph.value(path, kind)
        if repeated is not None:
            return f"({sparql_path(graph, repeated, depth + 1)}{sign})"
    raise ValueError("sh:path has none of the forms that SHACL knows")


def required(graph: Graph, path: Node) -> frozenset[str]:
    """Return the predicates without which the path leads nowhere; none where that depends."""
    if isinstance(path, URIRef):
        return frozenset({str(path)})
    if (path, RDF.first, None) in graph:
        return frozenset().union(*(required(graph, step) for step in graph.items(path)))
    for kind in (SH.inversePath, SH.oneOrMorePath):
        inner = graph.value(path, kind)
        if inner is not None:
            return required(graph, inner)
    return frozenset()


def _joined(graph: Graph, items: Node, sign: str, depth: int) -> str:
    steps = [sparql_path(graph, step, depth + 1) for step in graph.items(items)]
    if len(steps) < 2:
        raise ValueError("a list of paths needs at least two")
    return f"({sign.join(steps)})"
