"""A Turtle file of the package -> its triples, read by pyoxigraph in half of rdflib's time.

Files of one's own are read by rdflib, which says more plainly what is wrong with one; so is one of the package that
was edited and spoiled.
"""

from pathlib import Path

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef

_STRING = str(XSD.string)


def read_shipped(path: Path, into: Graph) -> bool:
    """Add the triples of a file, and its prefixes, to a graph; False, and nothing is added, where it is no Turtle."""
    known: dict[ox.NamedNode | ox.BlankNode | ox.Literal, URIRef | BNode | Literal] = {}

    def term(given: ox.NamedNode | ox.BlankNode | ox.Literal) -> URIRef | BNode | Literal:
        if given not in known:
            known[given] = _term(given)
        return known[given]

    parser = ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=path.resolve().as_uri())
    try:
        quads = list(parser)
    except SyntaxError:
        return False
    for quad in quads:
        into.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    for prefix, namespace in parser.prefixes.items():
        into.bind(prefix, namespace)
    return True


def _term(given: ox.NamedNode | ox.BlankNode | ox.Literal) -> URIRef | BNode | Literal:
    if isinstance(given, ox.NamedNode):
        return URIRef(given.value)
    if isinstance(given, ox.BlankNode):
        return BNode(given.value)
    if given.language is not None:
        return Literal(given.value, lang=given.language)
    kind = given.datatype.value
    return Literal(given.value, datatype=None if kind == _STRING else URIRef(kind))
