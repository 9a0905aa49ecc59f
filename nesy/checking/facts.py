"""Scene + Ontology -> the data graph that rules are run on: the scene, its inferred types, and a slice of knowledge."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rdflib import OWL, RDF, RDFS, SKOS, Graph
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result
from rdflib.term import Node

from nesy.checking.planning import prepared
from nesy.graph import to_rdf
from nesy.ontology import Ontology
from nesy.ontology_names import NESY
from nesy.scene import Scene

Triple = tuple[Node, Node, Node]

_OF_PREDICATES = (
    RDFS.subPropertyOf,
    RDFS.domain,
    RDFS.range,
    OWL.inverseOf,
    NESY.oneWay,
    NESY.acyclic,
    NESY.opposite,
    NESY.verbKind,
    NESY.personNeeds,
)


class DataGraph(Graph):
    """A graph that parses and plans each query text once; the engine hands over the same texts for every scene."""

    def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
        """Run a query; see rdflib."""
        planned = prepared(query_object) if isinstance(query_object, str) else query_object
        return super().query(planned, *args, **kwargs)


def data_graph(scene: Scene, ontology: Ontology) -> DataGraph:
    """Return the scene as RDF with every type an entity inherits, and what the ontology says of the words used."""
    graph = DataGraph(bind_namespaces="none")
    for triple in to_rdf(scene, ontology=ontology, regions=False):
        graph.add(triple)
    facts: set[Triple] = set()
    for entity, category in graph.subject_objects(NESY.category):
        if (entity, RDF.type, NESY.Entity) in graph:
            above = _classes_above(ontology, category)
            facts.update((entity, RDF.type, kind) for kind in above)
        facts.update(_of_class(ontology, category))
    for predicate in graph.objects(None, NESY.predicate):
        facts.update(_of_predicate(ontology, predicate))
    for state in graph.subjects(RDF.type, NESY.PartState):
        part, word = graph.value(state, NESY.part), graph.value(state, NESY.state)
        if part is not None and word is not None:
            facts.update(_of_part_state(ontology, part, word))
    for value in graph.objects(None, NESY.attribute):
        facts.update(_of_attribute(ontology, value))
    for fact in facts:
        graph.add(fact)
    return graph


@lru_cache(maxsize=4096)
def _classes_above(ontology: Ontology, category: Node) -> frozenset[Node]:
    return frozenset(node for node in ontology.graph.transitive_objects(category, RDFS.subClassOf) if node is not None)


@lru_cache(maxsize=4096)
def _of_class(ontology: Ontology, category: Node) -> frozenset[Triple]:
    knowledge = ontology.graph
    return frozenset(
        triple
        for kind in _classes_above(ontology, category)
        for link in (RDFS.subClassOf, NESY.affords)
        for triple in knowledge.triples((kind, link, None))
    )


@lru_cache(maxsize=4096)
def _of_predicate(ontology: Ontology, predicate: Node) -> frozenset[Triple]:
    return frozenset(_about_predicate(ontology.graph, predicate))


def _about_predicate(knowledge: Graph, predicate: Node) -> Iterator[Triple]:
    for link in _OF_PREDICATES:
        yield from knowledge.triples((predicate, link, None))
        if link in (NESY.opposite, OWL.inverseOf):
            yield from knowledge.triples((None, link, predicate))
    for other in {*knowledge.objects(predicate, NESY.opposite), *knowledge.subjects(NESY.opposite, predicate)}:
        yield from knowledge.triples((other, OWL.inverseOf, None))
        yield from knowledge.triples((None, OWL.inverseOf, other))
    for link in (RDFS.domain, RDFS.range, NESY.personNeeds):
        for needed in knowledge.objects(predicate, link):
            yield from _disjoint_with(knowledge, needed)


def _disjoint_with(knowledge: Graph, needed: Node) -> Iterator[Triple]:
    """Yield `lacking disjointWith needed`, whichever way round the file says it."""
    lacking = {*knowledge.subjects(OWL.disjointWith, needed), *knowledge.objects(needed, OWL.disjointWith)}
    for kind in lacking:
        yield kind, OWL.disjointWith, needed


@lru_cache(maxsize=4096)
def _of_part_state(ontology: Ontology, part: Node, state: Node) -> frozenset[Triple]:
    knowledge = ontology.graph
    facts: set[Triple] = set(knowledge.triples((part, RDF.type, NESY.BodyPart)))
    facts.update(knowledge.triples((state, RDF.type, NESY.State)))
    parts = {part, *knowledge.objects(part, SKOS.broader)}
    for kind in knowledge.subjects(NESY.ofState, state):
        if not parts & set(knowledge.objects(kind, NESY.ofPart)):
            continue
        facts.update({(kind, NESY.ofPart, part), (kind, NESY.ofState, state)})
        for needed in knowledge.objects(kind, NESY.personNeeds):
            facts.add((kind, NESY.personNeeds, needed))
            facts.update(_disjoint_with(knowledge, needed))
    return frozenset(facts)


@lru_cache(maxsize=4096)
def _of_attribute(ontology: Ontology, value: Node) -> frozenset[Triple]:
    knowledge = ontology.graph
    links = (NESY.ofDimension, SKOS.exactMatch)
    return frozenset(triple for link in links for triple in knowledge.triples((value, link, None)))
