"""rdflib terms -> pyoxigraph terms and back; the two know the same numbers, but write some of them differently."""

import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import pyoxigraph as ox
from rdflib import XSD, BNode, Literal, URIRef
from rdflib.namespace import NamespaceManager
from rdflib.term import Node


@dataclass(frozen=True)
class TripleTerm(Node):
    """A triple that is talked about (RDF 1.2, Turtle-star's `<< s p o >>`), for which rdflib has no term."""

    subject: Node
    predicate: Node
    object: Node

    def n3(self, namespace_manager: NamespaceManager | None = None) -> str:
        """Return the term as Turtle 1.2 writes it."""
        parts = (part.n3(namespace_manager) for part in (self.subject, self.predicate, self.object))
        return f"<<( {' '.join(parts)} )>>"

    def __str__(self) -> str:
        return self.n3()


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


@lru_cache(maxsize=65536)
def typed(text: str, kind: str) -> ox.Literal:
    """Return a value of a type of XML Schema, by its name: `integer`, `decimal`, `boolean`, `dateTime`."""
    return decimal(text) if kind == "decimal" else ox.Literal(text, datatype=named(str(XSD[kind])))


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
    if isinstance(term, ox.Triple):
        return TripleTerm(to_node(term.subject), to_node(term.predicate), to_node(term.object))
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = URIRef(term.datatype.value)
    if datatype == XSD.string:
        return Literal(term.value)
    text = term.value + ".0" if datatype == XSD.decimal and _INTEGRAL.fullmatch(term.value) else term.value
    return Literal(text, datatype=datatype, normalize=False)


@contextmanager
def ill_typed_allowed() -> Iterator[None]:
    """Let rdflib make and write literals such as `"abc"^^xsd:integer` without a traceback or a warning for each.

    They are terms like others, of which it is only not known what they mean (RDF 1.1 Concepts, section 3.3).
    """
    _RDFLIB.addFilter(_no_complaint)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "(Parsing|Serializing) weird", UserWarning)
            yield
    finally:
        _RDFLIB.removeFilter(_no_complaint)


def _no_complaint(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Failed to convert Literal lexical form")


_RDFLIB = logging.getLogger("rdflib.term")
