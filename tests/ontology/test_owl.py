"""The ontology stays within OWL 2 DL, owlready2 reads from it what rdflib reads, and the explanations name axioms."""

from collections.abc import Iterator

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

import nesy
from nesy.graph import to_rdf
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY, class_iri, predicate_iri
from nesy.ontology.owl import OwlView, class_named
from nesy.ontology.reasoner import owl_world, reason
from nesy.scene import Scene

ONTOLOGY = Ontology.default()
GRAPH = ONTOLOGY.graph
BUILT_IN = (str(OWL), str(RDF), str(RDFS))
PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
NEED_SIMPLE = (OWL.AsymmetricProperty, OWL.IrreflexiveProperty, OWL.FunctionalProperty, OWL.InverseFunctionalProperty)


def of_type(graph: Graph, kind: URIRef) -> set[Node]:
    return set(graph.subjects(RDF.type, kind))


@pytest.fixture(scope="module")
def view() -> OwlView:
    return OwlView(GRAPH)


@pytest.fixture(scope="module")
def soil() -> Graph:
    """A copy of the ontology, for tests that put something in and take it out again."""
    copy = Graph(bind_namespaces="none")
    for triple in GRAPH:
        copy.add(triple)
    return copy


# --- within OWL 2 DL ---


def faults(graph: Graph) -> Iterator[str]:
    """Yield what OWL 2 DL does not allow, one line each."""
    classes, objects = of_type(graph, OWL.Class), of_type(graph, OWL.ObjectProperty)
    properties = set().union(*(of_type(graph, kind) for kind in PROPERTY_KINDS))
    annotations = of_type(graph, OWL.AnnotationProperty)
    individuals = {s for s, kind in graph.subject_objects(RDF.type) if kind in classes} | of_type(
        graph, OWL.NamedIndividual
    )
    for name in (classes & properties) | (classes & individuals) | (properties & individuals):
        yield f"punned: {name}"
    for predicate in set(graph.predicates()):
        if predicate not in properties and not str(predicate).startswith(BUILT_IN):
            yield f"undeclared property: {predicate}"
    for _, kind in graph.subject_objects(RDF.type):
        if kind not in classes and not str(kind).startswith(BUILT_IN):
            yield f"undeclared class: {kind}"
    for link in (RDFS.subClassOf, OWL.disjointWith, OWL.equivalentClass):
        for pair in graph.subject_objects(link):
            yield from (f"undeclared class in an axiom: {end}" for end in pair if end not in classes)
    for link in (RDFS.domain, RDFS.range, RDFS.subPropertyOf, OWL.inverseOf, OWL.propertyDisjointWith):
        for name, other in graph.subject_objects(link):
            if name in annotations or other in annotations:
                yield f"annotation property in an axiom: {name}"
            if link in (RDFS.subPropertyOf, OWL.inverseOf) and not {name, other} <= objects:
                yield f"undeclared property in an axiom: {name}"
    for name in not_simple(graph):
        for kind in NEED_SIMPLE:
            if (name, RDF.type, kind) in graph:
                yield f"not simple, yet {kind}: {name}"
    datatypes = of_type(graph, RDFS.Datatype)
    for value in graph.objects():
        kind = value.datatype if isinstance(value, Literal) else None
        if kind is not None and kind.startswith(str(VOCABULARY)) and kind not in datatypes:
            yield f"undeclared datatype: {kind}"


def not_simple(graph: Graph) -> set[Node]:
    """Return the properties that are transitive, have a transitive inverse, or lie above such a one."""
    transitive = of_type(graph, OWL.TransitiveProperty)
    for name in tuple(transitive):
        transitive |= {*graph.objects(name, OWL.inverseOf), *graph.subjects(OWL.inverseOf, name)}
    return {above for name in transitive for above in graph.transitive_objects(name, RDFS.subPropertyOf)}


def test_the_ontology_is_within_owl_2_dl() -> None:
    assert sorted(set(faults(GRAPH))) == []


@pytest.mark.parametrize(
    ("turtle", "fault"),
    [
        ("nesy:tom a nesy:Tomcat .", "undeclared class: "),
        ("nesy:Dog a owl:ObjectProperty .", "punned: "),
        ("nesy:Dog nesy:likes nesy:Cat .", "undeclared property: "),
        ("nesy:Dog rdfs:subClassOf nesy:Barker .", "undeclared class in an axiom: "),
        ("nesy:ofVerb rdfs:range nesy:Thing .", "annotation property in an axiom: "),
        ("nesy:ride owl:inverseOf nesy:ridden_by .", "undeclared property in an axiom: "),
        ("nesy:inside a owl:AsymmetricProperty .", "not simple, yet "),
        ("nesy:placedRelativeTo a owl:FunctionalProperty .", "not simple, yet "),
        ('nesy:Dog skos:notation "1"^^nesy:zoo .', "undeclared datatype: "),
    ],
)
def test_every_fault_is_found_when_planted(soil: Graph, turtle: str, fault: str) -> None:
    planted = set(
        Graph().parse(
            data=f"@prefix nesy: <{VOCABULARY}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> .\n"
            f"@prefix skos: <{SKOS}> . {turtle}",
            format="turtle",
        )
    )
    assert planted and not any(triple in soil for triple in planted)
    for triple in planted:
        soil.add(triple)
    found = list(faults(soil))
    for triple in planted:
        soil.remove(triple)
    assert [line for line in found if line.startswith(fault)]


def test_what_is_symmetric_has_one_class_at_both_ends() -> None:
    """Else whatever is related at all becomes of the other end's class."""
    for name in of_type(GRAPH, OWL.SymmetricProperty):
        assert set(GRAPH.objects(name, RDFS.domain)) == set(GRAPH.objects(name, RDFS.range)), name


def test_one_way_is_asymmetric_wherever_owl_allows_it() -> None:
    one_way, asymmetric = set(GRAPH.subjects(NESY.oneWay)), of_type(GRAPH, OWL.AsymmetricProperty)
    assert asymmetric <= one_way
    verbs = {predicate_iri(verb) for verb in ONTOLOGY.verbs}
    assert one_way & verbs == asymmetric & verbs != set()
    assert one_way.isdisjoint(of_type(GRAPH, OWL.SymmetricProperty))


# --- owlready2 and rdflib ---


def test_owlready2_counts_what_rdflib_counts() -> None:
    world = owl_world(GRAPH)
    assert len(list(world.classes())) == len(of_type(GRAPH, OWL.Class)) > 150
    assert len(list(world.object_properties())) == len(of_type(GRAPH, OWL.ObjectProperty)) > 150
    assert len(list(world.data_properties())) == len(of_type(GRAPH, OWL.DatatypeProperty))
    assert len(list(world.individuals())) == len(of_type(GRAPH, OWL.NamedIndividual)) > 200
    pairs = len(list(GRAPH.subject_objects(OWL.disjointWith)))
    assert len(list(world.disjoint_classes())) == pairs + len(of_type(GRAPH, OWL.AllDisjointClasses)) > 25
    for kind in (NESY.Affordance, NESY.Activity, NESY.Expectation, NESY.Signature, NESY.VcocoRole, NESY.PartStateType):
        assert len(world[str(kind)].instances()) == len(of_type(GRAPH, kind)), kind


def test_ancestors_agree_with_owlready2(view: OwlView) -> None:
    world = owl_world(GRAPH)
    for category in ONTOLOGY.categories:
        above = view.ancestors(class_iri(category))
        assert {str(one) for one in above} == {str(one.iri) for one in world[str(class_iri(category))].ancestors()} - {
            str(OWL.Thing)
        }
        assert above == set(GRAPH.transitive_objects(class_iri(category), RDFS.subClassOf))
        assert len(above) == len(ONTOLOGY.ancestors(category)) + 1
    assert view.ancestors(NESY.ofVerb) == frozenset()


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        ("dog", "vehicle", "dog is an animal, and animal and vehicle are disjoint"),
        ("Dog", "car", "dog is an animal, car is a vehicle, and animal and vehicle are disjoint"),
        ("dog", "cat", "dog and cat are disjoint"),
        (
            "cup",
            "rideable",
            "cup is kitchenware, kitchenware is not rideable, and not rideable and rideable are disjoint",
        ),
        ("apple", "NotEdible", "apple is food, food is edible, and edible and not edible are disjoint"),
    ],
)
def test_why_two_classes_are_disjoint(first: str, second: str, why: str) -> None:
    assert nesy.Ontology.default().why_disjoint(first, second) == why


@pytest.mark.parametrize(
    ("first", "second"),
    [("dog", "animal"), ("dog", "dog"), ("couch", "bed"), ("tv", "readable"), ("dog", "blork"), ("", "dog")],
)
def test_what_no_axiom_keeps_apart_has_no_reason(first: str, second: str) -> None:
    assert ONTOLOGY.why_disjoint(first, second) is None


def test_a_reason_is_given_for_exactly_the_disjoint_pairs(view: OwlView) -> None:
    """Among the categories: where a class above the one is declared disjoint with a class above the other."""
    apart = {frozenset(pair) for pair in GRAPH.subject_objects(OWL.disjointWith)}
    for axiom in of_type(GRAPH, OWL.AllDisjointClasses):
        members = list(GRAPH.items(GRAPH.value(axiom, OWL.members)))
        apart |= {frozenset((a, b)) for a in members for b in members if a != b}
    categories = sorted(class_iri(category) for category in ONTOLOGY.categories)[::5]
    above = {kind: set(GRAPH.transitive_objects(kind, RDFS.subClassOf)) for kind in categories}
    for one in categories:
        for other in categories:
            expected = any(frozenset((a, b)) in apart for a in above[one] for b in above[other])
            assert (view.why_disjoint(one, other) is not None) == expected, (one, other)


@pytest.mark.parametrize(
    ("predicate", "found"),
    [
        ("near", {"symmetric"}),
        ("inside", {"transitive", "one_way", "acyclic"}),
        ("on", {"asymmetric", "irreflexive", "one_way", "acyclic"}),
        ("ride", {"asymmetric", "irreflexive", "one_way"}),
        ("no_interaction", {"symmetric", "irreflexive"}),
        ("hug", set()),
        ("blork", set()),
    ],
)
def test_characteristics(predicate: str, found: set[str]) -> None:
    assert ONTOLOGY.characteristics(predicate) == found


def test_characteristics_agree_with_the_other_answers() -> None:
    for predicate in ONTOLOGY.verbs | ONTOLOGY.spatial:
        found = ONTOLOGY.characteristics(predicate)
        assert ("symmetric" in found) == (predicate in ONTOLOGY.symmetric)
        assert ("one_way" in found) == ONTOLOGY.is_asymmetric(predicate)


def test_classes_are_found_by_their_own_names() -> None:
    assert class_named(GRAPH, "non agent") == class_named(GRAPH, "NonAgent") == NESY.NonAgent
    assert class_named(GRAPH, "dining_table") == class_iri("dining table")
    assert class_named(GRAPH, "ofVerb") is class_named(GRAPH, "blork") is None


@pytest.mark.parametrize(("category", "consistent"), [("car", True), ("horse", True), ("giraffe", False)])
def test_driving_a_giraffe_is_an_owl_inconsistency(category: str, consistent: bool) -> None:
    """Capability classes and their disjoint complements, as in VRD-World: the rules are not needed to see it."""
    scene = Scene.model_validate(
        {
            "entities": [{"id": "person_1", "category": "person"}, {"id": "it_1", "category": category}],
            "relations": [{"subject": "person_1", "predicate": "drive", "object": "it_1"}],
        }
    )
    graph = Graph(bind_namespaces="none")
    for triple in (*Ontology.default().graph, *to_rdf(scene, regions=False)):
        graph.add(triple)
    assert reason(graph).consistent is consistent
