"""Ontology files of one's own + the shipped ontology -> both in one graph, with what nesy needs to know of each term.

A file says things as OWL does: `ex:Drone a owl:Class ; rdfs:subClassOf nesy:Vehicle ; rdfs:label "drone"`. What the
rest reads (`nesy:term`, a direct place below `nesy:interacts`, every class above) is made of that here, once. A
mistake is one line that names file, line and term.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from rdflib import OWL, RDF, RDFS, SKOS, XSD, Graph, Literal, URIRef
from rdflib.namespace import DefinedNamespace
from rdflib.term import Node

from nesy.errors import KnowledgeError
from nesy.ontology.class_logic import ClassLogic
from nesy.ontology.namespaces import NESY
from nesy.ontology.own_files import OwnFile, local_name
from nesy.ontology.own_labels import Labels
from nesy.ontology.own_properties import completed_properties
from nesy.ontology.well_formed import refuse_broken_lists

_CLASSES = (OWL.Class, RDFS.Class)
_PROPERTIES = (
    OWL.ObjectProperty, RDF.Property, OWL.SymmetricProperty, OWL.AsymmetricProperty, OWL.TransitiveProperty,
    OWL.IrreflexiveProperty, OWL.ReflexiveProperty, OWL.InverseFunctionalProperty,
)  # fmt: skip
_NO_RELATIONS = (OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.OntologyProperty)
_OF_CLASSES = (RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith, OWL.complementOf, OWL.disjointUnionOf)
_OF_PROPERTIES = (RDFS.subPropertyOf, OWL.inverseOf, OWL.propertyDisjointWith, OWL.equivalentProperty)
_TO_CLASSES = (*_OF_CLASSES[:4], RDFS.domain, RDFS.range)
_INDIVIDUALS = {NESY.AttributeValue: "attribute", NESY.BodyPart: "part", NESY.State: "state"}
_BUILT_IN = tuple(map(str, (OWL, RDF, RDFS, SKOS)))
_CLOSED: dict[str, type[DefinedNamespace]] = {str(vocabulary): vocabulary for vocabulary in (OWL, RDF, RDFS, SKOS, XSD)}
"""Vocabularies of which every term is known."""
_OF_CONTAINERS = re.compile(re.escape(str(RDF)) + r"_[1-9]\d*")
_KINDS = {OWL.Class: "a class", OWL.ObjectProperty: "a property", OWL.NamedIndividual: "an individual"}
_MARKS = (NESY.Capability, NESY.Incapability)
"""What lies right below these says what can be done with a thing; it is no category."""


def extended(shipped: Graph, files: Sequence[OwnFile]) -> Graph:
    """Return the shipped triples, those of the files, and what the rest reads of the files' terms.

    Raises:
        KnowledgeError: a term is declared nowhere, is two kinds of thing, has no word or the word of another term, or
            lies above itself.
    """
    merged = Graph("SimpleMemory", bind_namespaces="none")  # made in half the time of the other store
    for source in (shipped, *(file.graph for file in files)):
        for triple in source:
            merged.add(triple)
    for file in files:
        refuse_broken_lists(file.graph, file.path)
    own = _Own(shipped, files, merged)
    own.refuse_misspelt()
    own.declare()
    own.refuse_what_is_declared_nowhere()
    own.refuse_circles(RDFS.subClassOf, "class")
    own.refuse_circles(RDFS.subPropertyOf, "property")
    completed_properties(merged, own.properties)
    own.complete_classes()
    own.name()
    return merged


class _Own:
    """The files on their way into the graph."""

    def __init__(self, shipped: Graph, files: Sequence[OwnFile], merged: Graph) -> None:
        self.shipped, self.files, self.merged = shipped, files, merged
        self.classes: list[URIRef] = []
        self.properties: list[URIRef] = []
        self.individuals: list[URIRef] = []
        self.marks: set[Node] = set()

    # --- what is declared ---

    def declare(self) -> None:
        """Find the terms that the files declare, and give each the type that OWL wants."""
        for file in self.files:
            graph = file.graph
            classes = {*_typed(graph, _CLASSES), *(s for link in _OF_CLASSES for s in graph.subjects(link))}
            properties = {*_typed(graph, _PROPERTIES), *(s for link in _OF_PROPERTIES for s in graph.subjects(link))}
            properties -= _typed(graph, _NO_RELATIONS)
            individuals = _typed(graph, tuple(_INDIVIDUALS))
            for kind, found, what in ((OWL.Class, classes, "class"), (OWL.ObjectProperty, properties, "property")):
                for term in _names(found):
                    self._refuse_two_kinds(file, term, kind, what)
                    self.merged.add((term, RDF.type, kind))
            self.classes += [term for term in _names(classes) if not self._is_shipped(term)]
            self.properties += [term for term in _names(properties) if not self._is_shipped(term)]
            self.individuals += [term for term in _names(individuals) if not self._is_shipped(term)]

    def _refuse_two_kinds(self, file: OwnFile, term: URIRef, kind: URIRef, what: str) -> None:
        for other, named in _KINDS.items():
            if other != kind and (term, RDF.type, other) in self.merged:
                origin = "of the shipped ontology" if self._is_shipped(term) else "elsewhere in these files"
                raise _mistake(file, term, f"is a {what} here and {named} {origin}; give one of the two another IRI")

    def _is_shipped(self, term: Node) -> bool:
        return (term, RDF.type, None) in self.shipped

    # --- mistakes ---

    def refuse_misspelt(self) -> None:
        """Refuse a term of OWL, RDFS, SKOS or XSD that these do not have, and a property of nesy's that is none."""
        ours = {*_names(self.shipped.predicates()), *_names(self.merged.subjects())}
        ours = {one for one in ours if one.startswith(str(NESY))}
        for file in self.files:
            for triple in sorted(file.graph):
                for term in triple:
                    named = term.datatype if isinstance(term, Literal) else term
                    space = next((one for one in _CLOSED if isinstance(named, URIRef) and named.startswith(one)), None)
                    if space is None or named == URIRef(space) or _OF_CONTAINERS.fullmatch(str(named)):
                        continue
                    if str(named) not in _CLOSED[space]:
                        raise _no_such(file, URIRef(str(named)), "term", map(URIRef, dir(_CLOSED[space])))
                if str(triple[1]).startswith(str(NESY)) and triple[1] not in ours:
                    raise _no_such(file, triple[1], "property", ours)

    def refuse_what_is_declared_nowhere(self) -> None:
        """Refuse an axiom about a class or a property that neither the files nor the shipped ontology declare."""
        for file in self.files:
            for link in _TO_CLASSES:
                for first, other in sorted(file.graph.subject_objects(link)):
                    self._refuse_unknown(
                        file, first, other, OWL.Class, "parent class" if link == RDFS.subClassOf else "class"
                    )
            for listed in (OWL.unionOf, OWL.intersectionOf, OWL.disjointUnionOf, OWL.members):
                for first, members in sorted(file.graph.subject_objects(listed)):
                    for one in file.graph.items(members):
                        self._refuse_unknown(file, first, one, OWL.Class, "class")
            for link in _OF_PROPERTIES:
                for first, other in sorted(file.graph.subject_objects(link)):
                    what = "parent property" if link == RDFS.subPropertyOf else "property"
                    self._refuse_unknown(file, first, other, OWL.ObjectProperty, what)
            for first, verb in sorted(file.graph.subject_objects(NESY.affords)):
                self._refuse_unknown(file, first, verb, OWL.ObjectProperty, "property")

    def _refuse_unknown(self, file: OwnFile, first: Node, other: Node, kind: URIRef, what: str) -> None:
        if isinstance(other, Literal):
            raise _mistake(file, first, f"the {what} is the text {str(other)!r}, where the IRI of a {what} belongs")
        if not isinstance(other, URIRef) or (other, RDF.type, kind) in self.merged or str(other).startswith(_BUILT_IN):
            return
        if kind == OWL.ObjectProperty and any(
            (end, RDF.type, no) in self.merged for end in (first, other) for no in _NO_RELATIONS
        ):
            return
        of = f" of {file.shown(first)}" if isinstance(first, URIRef) else ""
        if (other, RDF.type, None) in self.merged:
            found = "a property" if kind == OWL.Class else "a class"
            raise _mistake(file, other, f"is {found}; it cannot be the {what}{of}")
        meant = self._near(other, kind)
        hint = f"; did you mean {file.shown(meant)}?" if meant is not None else "; declare it, or name another"
        raise _mistake(file, other, f"the {what}{of} is declared nowhere{hint}")

    def _near(self, term: URIRef, kind: URIRef) -> URIRef | None:
        names = {local_name(iri).lower(): iri for iri in sorted(_names(self.merged.subjects(RDF.type, kind)))}
        close = difflib.get_close_matches(local_name(term).lower(), names, n=1, cutoff=0.75)
        return names[close[0]] if close else None

    def refuse_circles(self, link: URIRef, what: str) -> None:
        """Refuse terms that lie above themselves: OWL takes them for one, and mostly one of the lines is a slip."""
        for file in self.files:
            for first, other in sorted(file.graph.subject_objects(link)):
                if isinstance(first, URIRef) and first in set(self.merged.transitive_objects(other, link)):
                    same = "equivalentClass" if what == "class" else "equivalentProperty"
                    told = "lies above itself" if first == other else f"lies above and below {file.shown(other)}"
                    raise _mistake(file, first, f"the {what} {told}; write owl:{same} if the two are one")

    # --- what the rest reads ---

    def complete_classes(self) -> None:
        """Put every class below `nesy:Thing`, and directly below every class that its axioms put it below."""
        graph = self.merged
        self.marks = {one for mark in _MARKS for one in graph.subjects(RDFS.subClassOf, mark)}
        for kind in self.classes:
            above = {one for one in graph.objects(kind, RDFS.subClassOf) if isinstance(one, URIRef)}
            if not above - {OWL.Thing, RDFS.Resource}:
                graph.add((kind, RDFS.subClassOf, NESY.Thing))
        logic = ClassLogic(graph)
        for low in logic.named:
            there = set(graph.transitive_objects(low, RDFS.subClassOf))
            # The narrowest first: what lies above it is then above `low` as well.
            for high in sorted(logic.above(low) - there, key=lambda one: (-len(logic.above(one)), one)):
                if high not in there:
                    graph.add((low, RDFS.subClassOf, high))
                    there = set(graph.transitive_objects(low, RDFS.subClassOf))

    def name(self) -> None:
        """Give every term its word."""
        categories = [kind for kind in self.classes if kind not in self.marks and self._is_thing(kind)]
        labels = Labels(self.shipped, self.merged, self.files)
        labels.give("category", categories)
        labels.give("predicate", self.properties)
        for kind, named in _INDIVIDUALS.items():
            labels.give(named, [one for one in self.individuals if (one, RDF.type, kind) in self.merged])

    def _is_thing(self, kind: URIRef) -> bool:
        return NESY.Thing in self.merged.transitive_objects(kind, RDFS.subClassOf)


def _typed(graph: Graph, kinds: Iterable[Node]) -> set[Node]:
    return {subject for kind in kinds for subject in graph.subjects(RDF.type, kind)}


def _names(nodes: Iterable[Node]) -> Iterator[URIRef]:
    yield from sorted({node for node in nodes if isinstance(node, URIRef) and not str(node).startswith(_BUILT_IN)})


def _no_such(file: OwnFile, term: Node, what: str, known: Iterable[URIRef]) -> KnowledgeError:
    names = {local_name(one): one for one in sorted(known)}
    close = difflib.get_close_matches(local_name(term), names, n=1)
    hint = f"; did you mean {file.shown(names[close[0]])}?" if close else ""
    return _mistake(file, term, f"no such {what}{hint}")


def _mistake(file: OwnFile, term: Node, what: str) -> KnowledgeError:
    return KnowledgeError(f"{file.at(term)}: {file.shown(term)}: {what}")
