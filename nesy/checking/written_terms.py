"""Terms of a shapes graph -> as SPARQL writes them; the one way from a rule file into a query."""

from rdflib import XSD, Literal, URIRef
from rdflib.term import BNode, Node

from nesy.sparql import iri_text, literal_text


def written_term(node: Node) -> str:
    """Return an IRI or a literal as SPARQL writes it.

    Raises:
        ValueError: it is a blank node, its IRI is none, or its datatype or language is none.
    """
    if isinstance(node, URIRef):
        return iri_text(str(node))
    if isinstance(node, BNode) or not isinstance(node, Literal):
        raise ValueError("a blank node as a value")
    return literal_text(str(node), str(node.datatype or XSD.string), node.language or "")
