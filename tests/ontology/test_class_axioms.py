"""What keeps two classes apart is the same to `why_disjoint`, to `check` and to HermiT, whichever axiom says it."""

import shutil
from itertools import combinations
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, Graph, Namespace

import nesy
from nesy.ontology import Ontology
from nesy.ontology.class_logic import ClassLogic
from nesy.ontology.namespaces import NESY
from nesy.ontology.reasoner import reason
from tests.ontology.own_files import known, said

BOTH = Namespace("https://example.org/both#")
STEER = " ex:steers a owl:ObjectProperty ; rdfs:range ex:A ."
CLASSES = "ex:A a owl:Class . ex:B a owl:Class . ex:C a owl:Class . ex:A1 rdfs:subClassOf ex:A . "
AXIOMS = {
    "disjointWith": "ex:B owl:disjointWith ex:A .",
    "AllDisjointClasses": "[] a owl:AllDisjointClasses ; owl:members (ex:A ex:B ex:C) .",
    "disjointUnionOf": "ex:C owl:disjointUnionOf (ex:A ex:B) .",
    "complementOf": "ex:B owl:complementOf ex:A .",
    "equivalent to a complement": "ex:B owl:equivalentClass [ a owl:Class ; owl:complementOf ex:A ] .",
    "below a complement": "ex:A rdfs:subClassOf [ a owl:Class ; owl:complementOf ex:B ] .",
    "equivalentClass": "ex:A owl:equivalentClass nesy:Dog . ex:B owl:equivalentClass nesy:Car . "
    "ex:C owl:equivalentClass ex:B .",
    "equivalent to an intersection": "ex:A owl:equivalentClass [ owl:intersectionOf (nesy:Vehicle nesy:Flyable) ] .",
    "equivalent to a union": "ex:A owl:equivalentClass [ owl:unionOf (nesy:Dog nesy:Cat) ] . "
    "ex:B rdfs:subClassOf nesy:Vehicle .",
    "what remains of a union": "ex:C owl:disjointUnionOf (ex:A ex:B) . ex:A owl:disjointWith nesy:Car . "
    "ex:D rdfs:subClassOf ex:C ; owl:disjointWith ex:B .",
    "disjoint with a union": "ex:A owl:disjointWith [ owl:unionOf (ex:B nesy:Car) ] .",
    "a class without members": "ex:A rdfs:subClassOf nesy:Dog , nesy:Car .",
    "a complement of a shipped class": "ex:A owl:complementOf nesy:Vehicle . ex:B rdfs:subClassOf nesy:Vehicle .",
    "nothing": "ex:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:steers ; owl:someValuesFrom ex:A ] .",
}  # fmt: skip
KEPT = {RDFS.subClassOf, OWL.disjointWith, OWL.equivalentClass, OWL.complementOf, OWL.unionOf, OWL.intersectionOf}
KEPT |= {OWL.disjointUnionOf, OWL.members, RDF.first, RDF.rest, OWL.onProperty, OWL.someValuesFrom}


def taxonomy(ontology: Ontology) -> Graph:
    """Return the class axioms alone, which HermiT is quick with."""
    kinds = (OWL.Class, OWL.AllDisjointClasses, OWL.Restriction, OWL.ObjectProperty)
    found = Graph(bind_namespaces="none")
    for triple in ontology.graph:
        if triple[1] in KEPT or (triple[1] == RDF.type and triple[2] in kinds):
            found.add(triple)
    return found


def words(place: int) -> tuple[str, ...]:
    """Return the categories of the case of this number, and two shipped ones."""
    return (*(f"k{place} {name}" for name in ("a", "b", "c", "a1")), "dog", "car")


@pytest.fixture(scope="module")
def ontology(tmp_path_factory: pytest.TempPathFactory) -> Ontology:
    """All cases in one ontology, each with classes of its own."""
    texts = (f"{CLASSES}{axiom}{STEER}".replace("ex:", f"ex:k{place}_") for place, axiom in enumerate(AXIOMS.values()))
    return known(tmp_path_factory.mktemp("axioms"), "\n".join(texts))


@pytest.fixture(scope="module")
def impossible(ontology: Ontology) -> frozenset[frozenset[str]]:
    """The pairs of categories of which HermiT says that nothing can be both."""
    if shutil.which("java") is None:
        pytest.skip("HermiT needs a Java runtime")
    graph, named = taxonomy(ontology), {}
    for pair in [pair for place in range(len(AXIOMS)) for pair in combinations(words(place), 2)]:
        both = BOTH[f"c{len(named)}"]
        named[str(both)] = frozenset(pair)
        graph.add((both, RDF.type, OWL.Class))
        for word in pair:
            iri = ontology.iri("category", word)
            assert iri is not None
            graph.add((both, RDFS.subClassOf, iri))
    found = reason(graph).unsatisfiable
    return frozenset(named[iri] for iri in found if iri in named)


@pytest.mark.parametrize("axiom", AXIOMS)
def test_every_axiom_means_the_same_to_the_reasons_and_to_the_reasoner(
    ontology: Ontology, impossible: frozenset[frozenset[str]], axiom: str
) -> None:
    for pair in combinations(words(list(AXIOMS).index(axiom)), 2):
        assert (ontology.why_disjoint(*pair) is not None) == (frozenset(pair) in impossible), pair


@pytest.mark.parametrize("axiom", AXIOMS)
def test_every_axiom_means_the_same_to_the_reasons_and_to_the_check(ontology: Ontology, axiom: str) -> None:
    place = list(AXIOMS).index(axiom)
    for word in words(place):
        refused = not nesy.check(said("person", f"k{place} steers", word), ontology=ontology).consistent
        assert refused == (ontology.why_disjoint(f"k{place} a", word) is not None), word


def test_the_reasons_name_the_axioms(tmp_path: Path) -> None:
    ontology = known(tmp_path, CLASSES + AXIOMS["equivalentClass"])
    assert ontology.why_disjoint("a1", "car") == (
        "a1 is an a, a is a dog, dog is an animal, car is a vehicle, and animal and vehicle are disjoint"
    )
    ontology = known(tmp_path, CLASSES + AXIOMS["disjoint with a union"])
    assert ontology.why_disjoint("a1", "b") == "a1 is a, and a and (b or car) are disjoint"


def test_what_shares_nothing_with_a_shipped_class_is_inherited() -> None:
    """Who is not fit to bear a body is not fit to be ridden: that is what the shipped files say of a kite."""
    ontology = Ontology.default()
    assert ontology.lacking(NESY.Agent) >= {NESY.NonAgent}
    assert ontology.why_disjoint("kite", "rideable") is not None
    assert [f.name for f in nesy.check(said("person", "ride", "kite")).violations] == ["the object does not allow it"]


def test_a_list_in_a_circle_ends(tmp_path: Path) -> None:
    graph = Graph().parse(data=f"<x:a> <{OWL.unionOf}> _:l . _:l <{RDF.first}> <x:b> ; <{RDF.rest}> _:l .")
    with pytest.raises(ValueError, match="recursive"):
        ClassLogic(graph)
    with pytest.raises(nesy.KnowledgeError, match="runs in a circle"):
        known(
            tmp_path, f"ex:A owl:disjointUnionOf _:l . _:l <{RDF.first}> ex:B ; <{RDF.rest}> _:l . ex:B a owl:Class ."
        )


@pytest.mark.parametrize("holder", ["[] a owl:AllDisjointClasses ; owl:members", "ex:A owl:unionOf", "ex:A ex:any"])
@pytest.mark.parametrize(
    ("rest", "told"),
    [
        ("_:l <{rest}> _:m . _:m <{first}> ex:B ; <{rest}> _:l .", "runs in a circle"),
        ("_:l <{rest}> () , ( ex:B ) .", "goes on in two ways"),
    ],
)
def test_a_list_that_never_ends_or_forks_is_refused_wherever_it_stands(
    holder: str, rest: str, told: str, tmp_path: Path
) -> None:
    text = f"{holder} _:l . _:l <{RDF.first}> ex:B . ex:A a owl:Class . ex:B a owl:Class . "
    with pytest.raises(nesy.KnowledgeError, match=told):
        known(tmp_path, text + rest.format(first=RDF.first, rest=RDF.rest))
