"""rdflib terms -> pyoxigraph terms and back; the two know the same numbers, but write some of them differently."""

import re
from functools import lru_cache

import pyoxigraph as ox
from rdflib import XSD, BNode, Literal, URIRef
from rdflib.term import Node

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Resource = ox.NamedNode | ox.BlankNode

_LONG = re.compile(r"[+-]?\d*\.\d{19,}")
"""A decimal of more digits than pyoxigraph holds, which would take the text for no number."""
_INTEGRAL = re.compile(r"[+-]?\d+")


@lru_cache(maxsize=65536)
def named(iri: str) -> ox.NamedNode:
    """Return an IRI of pyoxigraph, made once."""
    return ox.NamedNode(iri)


def decimal(text: str) -> ox.Literal:
    """Return an xsd:decimal; an xsd:double where it has more than 18 digits after the point."""
    return ox.Literal(text, datatype=_DOUBLE if _LONG.fullmatch(text) else _DECIMAL)


_DOUBLE = ox.NamedNode(str(XSD.double))
_DECIMAL = ox.NamedNode(str(XSD.decimal))


def to_term(node: Node) -> Term:
    """Return the term of pyoxigraph that means the same."""
    if isinstance(node, URIRef):
        return named(str(node))
    if isinstance(node, BNode):
        return ox.BlankNode(str(node))
    assert isinstance(node, Literal), f"no term of RDF: {node!r}"
    if node.language:
        return ox.Literal(str(node), language=node.language)
    if node.datatype == XSD.decimal:
        return decimal(str(node))
    return ox.Literal(str(node), datatype=named(str(node.datatype))) if node.datatype else ox.Literal(str(node))


def to_resource(node: Node) -> Resource:
    """Return the term for a subject.

    Raises:
        TypeError: a literal, which can be no subject.
    """
    found = to_term(node)
    if isinstance(found, ox.NamedNode | ox.BlankNode):
        return found
    raise TypeError(f"a literal is no subject: {node!r}")


def to_quad(triple: tuple[Node, Node, Node]) -> ox.Quad:
    """Return a triple of rdflib as one of the default graph."""
    subject, predicate, value = triple
    return ox.Quad(to_resource(subject), named(str(predicate)), to_term(value))


def to_node(term: Term) -> Node:
    """Return the term of rdflib that means the same; a decimal without a point is written as scenes write it, `1.0`."""
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    assert isinstance(term, ox.Literal), "scenes hold no quoted triples"
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    if datatype == XSD.string:
        return Literal(term.value)
    text = term.value + ".0" if datatype == XSD.decimal and _INTEGRAL.fullmatch(term.value) else term.value
    return Literal(text, datatype=datatype, normalize=False)
