"""What rules can name: the words of the ontology, of the rule files themselves, and of what inferences add."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from rdflib import DCTERMS, OWL, PROV, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.checking.lint.added_words import AddedWords
from nesy.checking.lint.mistake import At, Flaw, nearest
from nesy.checking.lint.shacl_terms import CLOSED, names_of, said, spelled
from nesy.graph.scene_triples import OA
from nesy.ontology import Ontology
from nesy.ontology.namespaces import LABEL, NESY, VOCABULARY

_NESY = str(VOCABULARY)
_OF_SCENES = (str(LABEL), str(OA), str(PROV), str(DCTERMS))
"""Vocabularies, beside nesy's, that scenes are written with."""
_CLASSES = (OWL.Class, RDFS.Class)
_OF_SHAPES = frozenset({SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint, SH.SPARQLRule, SH.TripleRule})
_CLASS_PLACES = (SH.targetClass, SH["class"])
_PROPERTY_PLACES = frozenset(
    {SH.path, SH.inversePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath, SH.targetSubjectsOf}
    | {SH.targetObjectsOf, SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals}
)


@dataclass(frozen=True)
class SceneWords:
    """What a scene and the ontology can say."""

    words: frozenset[str]
    """Every IRI that is declared or used."""
    classes: frozenset[str]
    """Those that can be the type of a node."""
    declared: frozenset[str]
    """The words without those that inferences alone add."""
    added: AddedWords

    @classmethod
    def of(cls, ontology: Ontology, shapes: Graph) -> "SceneWords":
        """Return the words of an ontology, of what rule files declare, and of what their inferences add."""
        known, classes = _of_ontology(ontology)
        classes = classes.union(_classes(shapes))
        said = (
            str(subject)
            for subject, kind in shapes.subject_objects(RDF.type)
            if isinstance(subject, URIRef) and kind not in _OF_SHAPES
        )
        added = AddedWords(shapes)
        words = {one.iri for one in added.all}
        kinds = {one.iri for one in added.all if one.place == "class"}
        declared = known.union(classes, said)
        return cls(declared | words, classes | kinds, declared, added)

    def flaws(self, graph: Graph) -> Iterator[Flaw]:
        """Yield what a rule file names and nothing declares: classes, properties, words of nesy, RDF, RDFS and OWL."""
        yield from self._added_in_vain(graph)
        steps = _steps(graph)
        parameters = set(graph.objects(None, SH.parameter))
        for subject, predicate, value in graph:
            if isinstance(value, Literal) and value.datatype is not None:
                problem, kind = self.no_word(str(value.datatype)), spelled(graph, value.datatype)
                if problem:
                    meant = self.meant(graph, str(value.datatype))
                    yield Flaw(subject, At(str(predicate), str(value)), f'"{value}"^^{kind}', problem, meant)
            if not isinstance(value, URIRef):
                continue
            at, told = At(str(predicate), str(value)), said(graph, predicate, value)
            if predicate in _CLASS_PLACES:
                problem = self.no_class(str(value))
                if problem:
                    yield Flaw(subject, at, told, problem, self._meant(graph, value, self.classes))
                    continue
            if predicate in _PROPERTY_PLACES and str(value) in self.classes and str(value).startswith(_NESY):
                yield Flaw(subject, at, told, "is a class, and no property")
                continue
            if (predicate in _PROPERTY_PLACES and subject not in parameters) or subject in steps:
                problem = self.no_property(str(value))
                if problem:
                    yield Flaw(subject, at, told, problem, self._meant(graph, value, self.words))
                    continue
            problem = self.no_word(str(value))
            if problem and (predicate != RDF.type or str(value).startswith(_NESY)):
                yield Flaw(subject, at, told, problem, self._meant(graph, value, self.words))
        for subject, predicate, _ in graph:
            problem = self.no_word(str(predicate))
            if problem:
                told = spelled(graph, predicate)
                yield Flaw(subject, At(str(predicate)), told, problem, self._meant(graph, predicate, self.words))

    def no_class(self, iri: str) -> str:
        """Say why nothing can be of this class; empty where something can."""
        if iri in self.classes or iri.startswith(str(LABEL)):
            return ""
        return "is no class" if iri in self.words else "is a class that nobody declares"

    def no_property(self, iri: str) -> str:
        """Say why nothing is said with this property; empty where something may be."""
        problem = self.no_word(iri)
        if problem or iri in self.words or any(iri.startswith(space) for space in (*CLOSED, *_OF_SCENES)):
            return problem
        return "is a property that nobody declares, and no scene has"

    def _added_in_vain(self, graph: Graph) -> Iterator[Flaw]:
        """Yield the words that inferences of a file add and that are none, or that nothing reads."""
        for one in self.added.of(graph):
            problem = "" if one.iri in self.declared else replace(self, words=self.declared).no_word(one.iri)
            at = At(str(one.link), None, one.text, one.line) if one.text else At(str(one.link), one.iri)
            told = spelled(graph, URIRef(one.iri))
            if problem and not one.iri.startswith(_NESY):
                yield Flaw(one.node, at, told, problem, self.meant(graph, one.iri))
                continue
            if one.iri in self.declared or one.iri in self.added.read:
                continue
            alike = [word for word in self.declared if _shape(word) == _shape(one.iri)]
            meant = self.meant(graph, one.iri, alike) if problem and alike else ""
            if one.place != "value" or meant:  # a value may be read by whoever reads the property
                grave = bool(meant) and one.place != "value"
                yield Flaw(one.node, at, told, "is added, and nothing reads it", meant, grave)

    def no_word(self, iri: str) -> str:
        """Say why an IRI means nothing; empty where it does, or where its vocabulary is not known."""
        if iri in self.words:
            return ""
        if iri.startswith(_NESY):
            return "is no word of the ontology" if iri != _NESY else ""
        for space, vocabulary in CLOSED.items():
            if iri.startswith(space) and iri != space:
                return "" if iri in vocabulary or "#_" in iri else "no such term in its vocabulary"
        return ""

    def _meant(self, graph: Graph, term: Node, among: Iterable[str]) -> str:
        """Return the nearest word of the same vocabulary; for classes of no known one, of any."""
        return self.meant(graph, str(term), among)

    def meant(self, graph: Graph, iri: str, among: Iterable[str] = ()) -> str:
        """Return the word that is probably meant, as the file writes it; empty where none is near."""
        start, name = _split(iri)
        for space, vocabulary in CLOSED.items():
            if iri.startswith(space):
                found = nearest(iri.removeprefix(space), names_of(vocabulary))
                return spelled(graph, URIRef(space + found)) if found else ""
        for space in dict.fromkeys((start, _NESY)):
            named = {word.removeprefix(space) for word in among or self.words if word.startswith(space)}
            found = nearest(name, named, 0.6 if space == start else 0.8)
            if found:
                return spelled(graph, URIRef(space + found))
        return ""


def _steps(graph: Graph) -> set[Node]:
    """Return the cells of the lists that are paths."""
    waiting = [*graph.objects(None, SH.path), *graph.objects(None, SH.alternativePath)]
    found: set[Node] = set()
    while waiting:
        cell = waiting.pop()
        if cell not in found and (cell, RDF.first, None) in graph:
            found.add(cell)
            waiting += [*graph.objects(cell, RDF.rest), *graph.objects(cell, RDF.first)]
    return found


@lru_cache(maxsize=8)
def _of_ontology(ontology: Ontology) -> tuple[frozenset[str], frozenset[str]]:
    """Return the words of an ontology, and its classes; all its triples are read for them, once."""
    graph = ontology.graph
    words = {str(term) for triple in graph for term in triple if isinstance(term, URIRef)}
    terms = (str(NESY[name]) for name in NESY.__annotations__ if not name.startswith("_"))
    classes = frozenset((*_classes(graph), *map(str, graph.objects(None, RDFS.subClassOf))))
    return classes.union(words, terms), classes


def _classes(graph: Graph) -> Iterator[str]:
    """Yield the classes that a graph declares."""
    for kind in _CLASSES:
        yield from map(str, graph.subjects(RDF.type, kind))
    yield from map(str, graph.subjects(RDFS.subClassOf))


def _shape(iri: str) -> str:
    """Return where capitals stand in the name of an IRI: `isTall` is no slip of `install`."""
    return re.sub(r"[^A-Z]+", "a", _split(iri)[1])


def _split(iri: str) -> tuple[str, str]:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    return iri[:cut], iri[cut:]
