"""RDF of scenes and analyses -> OWL documents: a header that imports the vocabulary, and what each name is.

Editors of ontologies (Protégé) and owlready2 show as classes, properties and individuals what is declared to be one.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.errors import InputError
from nesy.graph.scene_triples import BASE
from nesy.graph.triples import to_rdf
from nesy.ontology import Ontology
from nesy.scene import Scene

_PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_OF_RDF = tuple(str(namespace) for namespace in (RDF, RDFS, OWL))


def scene_document(scene: Scene, base: str | None = None) -> Graph:
    """Return a scene as an OWL document; `Scene.to_rdf` in the words of a function.

    >>> import nesy
    >>> cup = nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup")])
    >>> (document,) = nesy.scene_document(cup, "https://example.org/mine#").subjects(RDF.type, OWL.Ontology)
    >>> str(document)
    'https://example.org/mine'

    Args:
        scene: what is written.
        base: what the ids are appended to, an IRI that ends in '#' or '/'; None takes that of nesy's scenes.

    Raises:
        InputError: no id can be appended to `base`.
    """
    base = BASE if base is None else base
    if base[-1:] not in ("#", "/") or not urlsplit(base).scheme or set(base) & set('<>"{}|^`\\ \n\t'):
        raise InputError(f"base {base!r}: no IRI that ids can be appended to; https://example.org/mine# would be right")
    graph = to_rdf(scene, base)
    declare(graph, graph, base)
    return graph


def declare(header: Graph, statements: Iterable[Any], base: str, ontology: Ontology | None = None) -> None:
    """Add to `header` what makes statements an OWL document.

    Args:
        header: the graph that is added to.
        statements: triples or quads; may be those of `header`.
        base: what the ids are appended to; without its '#' or '/' the document's own IRI.
        ontology: what is imported, and knows what the words are; the shipped one if None.
    """
    known = (ontology or Ontology.default()).graph
    declarations = {fact for s, p, o, *_ in statements for fact in _declared(s, p, o, known)}
    document = URIRef(base.rstrip("#/"))
    header.add((document, RDF.type, OWL.Ontology))
    for imported in known.subjects(RDF.type, OWL.Ontology):
        header.add((document, OWL.imports, imported))
    for name, kind in declarations:
        header.add((name, RDF.type, kind))


def _declared(subject: Node, predicate: Node, value: Node, known: Graph) -> Iterator[tuple[Node, URIRef]]:
    if predicate == RDF.type:
        yield subject, OWL.NamedIndividual
        if not str(value).startswith(_OF_RDF):
            yield value, OWL.Class
    elif not str(predicate).startswith(_OF_RDF):
        of_literals = OWL.DatatypeProperty if isinstance(value, Literal) else OWL.ObjectProperty
        kinds = (kind for kind in _PROPERTIES if (predicate, RDF.type, kind) in known)
        yield predicate, next(kinds, of_literals)
