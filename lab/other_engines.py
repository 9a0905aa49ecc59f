"""Scene -> what other engines say of it and how long they take: pySHACL at its best, and HermiT on what OWL can say."""

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.term import Node

from nesy.checking import Rules, prepare
from nesy.graph import to_rdf
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.ontology.reasoner import reason
from nesy.scene import Scene

_UPWARDS = (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf, OWL.equivalentClass)
_APART = (OWL.disjointWith, OWL.propertyDisjointWith)


@dataclass(frozen=True)
class Timed:
    """How long an engine took for a scene, in seconds of the processor, and what it found."""

    seconds: float
    broken: frozenset[tuple[str, str]]
    """The rules that the scene breaks, and the nodes at which."""


def processor_seconds() -> float:
    """Return the time that the processor has spent on this process and on those it started that have ended."""
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


def pyshacl_at_its_best(scene: Scene, rules: Rules, ontology: Ontology, repeats: int) -> Timed:
    """Return the fastest of some runs of pySHACL, on a store in Python and, with oxrdflib, on Oxigraph.

    It is spared everything else: the data are made beforehand, with the slice of the ontology that the scene needs and
    all that the inferences add, and the queries of the rules are planned once for all scenes.
    """
    prepared = prepare(scene, ontology, rules)
    stores = ["default", *(["Oxigraph"] if find_spec("oxrdflib") else [])]
    runs = [prepared.reference(rules, store) for store in stores]
    return min((_timed(run) for run in runs for _ in range(repeats)), key=lambda one: one.seconds)


def _timed(run: Callable[[], Iterable[tuple[str, str]]]) -> Timed:
    start = processor_seconds()
    found = run()
    seconds = processor_seconds() - start
    return Timed(seconds, frozenset(found))


def hermit(scene: Scene, ontology: Ontology) -> tuple[float, bool]:
    """Return how long HermiT (owlready2) takes for a scene, in seconds of the processor; and whether it is consistent.

    It gets the axioms that the words of the scene need, and no more: classes above and disjoint with those of the
    entities and with domains and ranges. Only that a thing lacks what a verb demands can be said so.

    Raises:
        KnowledgeError: there is no Java runtime.
    """
    axioms = _axioms(scene, ontology)
    start = processor_seconds()
    report = reason(axioms)
    return processor_seconds() - start, report.consistent


def _axioms(scene: Scene, ontology: Ontology) -> Graph:
    """Return the scene as an ontology of OWL 2 DL: its entities, their relations, and axioms of all words."""
    knowledge, found = ontology.graph, Graph(bind_namespaces="none")
    kinds: set[Node] = set()
    links: set[Node] = set()
    told = to_rdf(scene, ontology=ontology, regions=False)
    entities = set(told.objects(None, NESY.hasEntity))
    for entity in entities:
        for kind in told.objects(entity, NESY.category):
            found.add((entity, RDF.type, kind))
            kinds.add(kind)
    for relation in told.objects(None, NESY.hasRelation):
        (subject,), (predicate,), (target,) = (
            list(told.objects(relation, link)) for link in (NESY.subject, NESY.predicate, NESY.object)
        )
        found.add((subject, URIRef(str(predicate)), target))
        links.add(predicate)
    waiting = [*kinds, *links]
    done = set(waiting)
    while waiting:
        node = waiting.pop()
        for axiom in _UPWARDS:
            for other in knowledge.objects(node, axiom):
                if isinstance(other, URIRef):
                    found.add((node, axiom, other))
                    if other not in done:
                        done.add(other)
                        waiting.append(other)
    for node in done:
        for axiom in _APART:
            for other in set(knowledge.objects(node, axiom)) & done:
                found.add((node, axiom, other))
    for node in done:
        for kind in knowledge.objects(node, RDF.type):
            if str(kind).startswith(str(OWL)):
                found.add((node, RDF.type, kind))
        if not any(found.objects(node, RDF.type)):
            found.add((node, RDF.type, OWL.ObjectProperty if node in links else OWL.Class))
    return found
