"""An ontology of one's own: what OWL says of a class or a verb is known, and a mistake is one line that names it."""

import json
import pickle
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import isomorphic

import nesy
from nesy.ontology import Ontology
from nesy.ontology.alternatives import changes_of
from tests.ontology.own_files import DRONE, PREFIXES, known, said, written

SKY = "https://example.org/sky#"


def told(ontology: Ontology, subject: str, predicate: str, target: str) -> list[str]:
    return [finding.message for finding in nesy.check(said(subject, predicate, target), ontology=ontology).violations]


def test_a_category_and_a_verb_are_known_by_their_own_iris(tmp_path: Path) -> None:
    ontology = known(tmp_path, DRONE)
    assert ontology.iri("category", "drones") == URIRef(f"{SKY}Drone")
    assert ontology.iri("predicate", "steering") == URIRef(f"{SKY}steer")
    assert ontology.is_a("drone", "vehicle") and "steer" in ontology.verbs
    assert ontology.why_disjoint("drone", "dog") == (
        "drone is a vehicle, dog is an animal, and vehicle and animal are disjoint"
    )
    assert ontology.own_words == {URIRef(f"{SKY}Drone"): "drone", URIRef(f"{SKY}steer"): "steer"}
    assert nesy.check(said("person", "steer", "drone"), ontology=ontology).unknown_labels == ()
    assert told(ontology, "person", "steer", "drone") == []
    assert told(ontology, "person", "steer", "cup") == ["Nobody can steer other_1."]


def test_the_shipped_ontology_stays_as_it_is(tmp_path: Path) -> None:
    shipped, size = Ontology.default(), len(Ontology.default().graph)
    known(tmp_path, DRONE + "nesy:Horse skos:altLabel 'gee-gee' .")
    assert Ontology.with_own() is shipped and len(shipped.graph) == size and not shipped.own_words
    assert shipped.concept("category", "drone") is shipped.concept("category", "gee-gee") is None


def test_the_same_files_are_loaded_once_and_anew_when_changed(tmp_path: Path) -> None:
    path = written(tmp_path, DRONE)
    first = Ontology.with_own(path)
    assert Ontology.with_own(str(path)) is first is pickle.loads(pickle.dumps(first))
    written(tmp_path, DRONE + "ex:Glider rdfs:subClassOf nesy:Vehicle .")
    assert Ontology.with_own(path).concept("category", "glider") is not None


def test_to_load_the_shipped_files_with_ones_own_says_the_same(tmp_path: Path) -> None:
    path = written(tmp_path, DRONE)
    loaded = Ontology.load([*Ontology.default().paths, path])
    assert isomorphic(_named(loaded), _named(Ontology.with_own(path)))


def _named(ontology: Ontology) -> Graph:
    """Return what is said of the terms of the file."""
    found = Graph()
    for term in ontology.own_words:
        for triple in ontology.graph.triples((term, None, None)):
            found.add(triple)
    return found


@pytest.mark.parametrize(
    ("text", "kind", "label", "iri"),
    [
        ("ex:Drone rdfs:subClassOf nesy:Vehicle .", "category", "drone", "Drone"),
        ("ex:Drone a rdfs:Class .", "category", "drones", "Drone"),
        ("ex:SearchLight a owl:Class ; rdfs:subClassOf owl:Thing .", "category", "search lights", "SearchLight"),
        ("ex:c7 a owl:Class ; rdfs:label 'hover board' .", "category", "hoverboards", "c7"),
        ("ex:Drone a owl:Class ; rdfs:label 'Drohne'@de, 'drone'@en .", "category", "drone", "Drone"),
        ("ex:Drone a owl:Class ; rdfs:label 'Drohne'@de .", "category", "drohne", "Drone"),
        ("ex:Drone a owl:Class ; skos:altLabel 'UAV', 'quad copter' .", "category", "quadcopters", "Drone"),
        ("ex:Drone a owl:Class ; skos:altLabel 'plane' .", "category", "plane", "Drone"),
        ("ex:Drone rdfs:subClassOf nesy:Flyable .", "category", "drone", "Drone"),
        ("ex:Steed a owl:Class ; owl:equivalentClass nesy:Horse .", "category", "steed", "Steed"),
        ("ex:steer rdfs:subPropertyOf nesy:drive .", "predicate", "steers", "steer"),
        ("ex:steer a owl:ObjectProperty .", "predicate", "is steering", "steer"),
        ("ex:hovers_over a owl:ObjectProperty ; rdfs:label 'hover over' ; rdfs:subPropertyOf nesy:placedRelativeTo .",
         "predicate", "hovering over", "hovers_over"),
        ("ex:matte a nesy:AttributeValue .", "attribute", "matte", "matte"),
    ],
)  # fmt: skip
def test_what_owl_says_is_known(tmp_path: Path, text: str, kind: str, label: str, iri: str) -> None:
    assert known(tmp_path, text).iri(kind, label) == URIRef(SKY + iri)


def test_what_holds_of_a_property_above_holds(tmp_path: Path) -> None:
    ontology = known(
        tmp_path, "ex:steer rdfs:subPropertyOf nesy:drive . ex:p a owl:ObjectProperty ; owl:inverseOf ex:steer ."
    )
    assert ontology.entails("steer") == {"drive"} and ontology.inverse("steer") == "p"
    assert told(ontology, "person", "steer", "cat") == ["Nobody can steer other_1."]
    assert told(ontology, "person", "steer", "car") == []


def test_properties_that_owl_keeps_apart_exclude_each_other(tmp_path: Path) -> None:
    ontology = known(tmp_path, "ex:steer a owl:ObjectProperty ; owl:propertyDisjointWith nesy:push .")
    both = nesy.Scene.model_validate(
        {
            "entities": [{"category": "person"}, {"category": "cart"}],
            "relations": [{"subject": "person_1", "predicate": word, "object": "cart_1"} for word in ("steer", "push")],
        }
    )
    assert [f.claims for f in nesy.check(both, ontology=ontology).violations] == [("r1", "r2")]
    assert nesy.check(both).consistent


def test_a_capability_of_ones_own(tmp_path: Path) -> None:
    ontology = known(
        tmp_path,
        "ex:Steerable rdfs:subClassOf nesy:Capability . ex:NotSteerable rdfs:subClassOf nesy:Incapability ;\n"
        "  owl:disjointWith ex:Steerable . nesy:Cup rdfs:subClassOf ex:NotSteerable .\n"
        "ex:steer a owl:ObjectProperty ; rdfs:range ex:Steerable .",
    )
    assert ontology.concept("category", "steerable") is None
    assert told(ontology, "person", "steer", "cup") and not told(ontology, "person", "steer", "bicycle")


def test_repair_offers_what_the_files_name(tmp_path: Path) -> None:
    scene = said("person", "hold", "bus")
    ontology = known(tmp_path, DRONE + "ex:Drone nesy:affords nesy:hold .")
    assert "drone" in changes_of(scene.entities[1], scene, ontology)
    assert ontology.affordances("drones") == {"hold"}


MISTAKES = [
    ("ex:Drone a owl:Class ;\n  rdfs:subClassOf nesy:Vehicl .", 7, "nesy:Vehicl", "did you mean nesy:Vehicle?"),
    ("ex:Drone rdfs:subClassOf ex:Aircraft .", 6, "ex:Aircraft", "declared nowhere"),
    ("ex:Drone owl:disjointWith nesy:Carr .", 6, "nesy:Carr", "did you mean nesy:Car?"),
    ("ex:steer rdfs:subPropertyOf nesy:interact .", 6, "nesy:interact", "did you mean nesy:interacts?"),
    ("\nex:steer a owl:ObjectProperty ;\n  rdfs:range nesy:Boatt .", 8, "nesy:Boatt", "did you mean nesy:Boat?"),
    ("ex:Drone rdfs:subClassOf 'vehicle' .", 6, "ex:Drone", "the text 'vehicle'"),
    ("ex:Drone rdfs:subClassOf nesy:ride .", 6, "nesy:ride", "is a property"),
    ("ex:steer rdfs:subPropertyOf nesy:Vehicle .", 6, "nesy:Vehicle", "is a class"),
    ("ex:0042 a owl:Class .", 6, "ex:0042", "no word"),
    ("ex:Drone a owl:Class ; rdfs:label ' ' .", 6, "ex:Drone", "no word"),
    ("ex:Drone a owl:Class ; rdfs:label 'dr\\u202eone' .", 6, "ex:Drone", "not to be seen"),
    ("nesy:Horse a owl:ObjectProperty .", 6, "nesy:Horse", "a class of the shipped ontology"),
    ("nesy:ride a owl:Class .", 6, "nesy:ride", "a property of the shipped ontology"),
    ("ex:x a owl:Class , owl:ObjectProperty .", 6, "ex:x", "is a class here and a property"),
    ("ex:Horse rdfs:subClassOf nesy:Animal .", 6, "ex:Horse", "the word of nesy:Horse already"),
    ("ex:ride a owl:ObjectProperty .", 6, "ex:ride", "the word of nesy:ride already"),
    ("ex:Drone a owl:Class ; skos:altLabel 'car' .", 6, "ex:Drone", "the word of nesy:Car already"),
    ("ex:A a owl:Class ; rdfs:label 'zig' .\nex:B a owl:Class ; rdfs:label 'zig' .", 7, "ex:B", "the word of ex:A"),
    ("nesy:Horse nesy:term 'steed' .", 6, "nesy:Horse", "has the word 'horse'"),
    ("ex:A rdfs:subClassOf ex:B .\nex:B rdfs:subClassOf ex:A .", 6, "ex:A", "above and below ex:B"),
    ("ex:A rdfs:subClassOf ex:A .", 6, "ex:A", "above itself"),
    ("nesy:Vehicle rdfs:subClassOf nesy:Car .", 6, "nesy:Vehicle", "above and below nesy:Car"),
    ("ex:p rdfs:subPropertyOf ex:q .\nex:q rdfs:subPropertyOf ex:p .", 6, "ex:p", "write owl:equivalentProperty"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "term", "problem"), MISTAKES)
def test_a_mistake_is_one_line_with_file_line_and_term(
    tmp_path: Path, text: str, line: int, term: str, problem: str
) -> None:
    with pytest.raises(nesy.KnowledgeError) as raised:
        known(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path}/own.ttl:{line}: {term}: ")
    assert problem in str(raised.value) and "\n" not in str(raised.value)


XML = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
    xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xml:base="https://example.org/sky">
  <owl:Class rdf:about="#Drone"><rdfs:subClassOf rdf:resource="https://w3id.org/nesy/ontology#Vehicle"/></owl:Class>
</rdf:RDF>"""
TRIPLES = (
    f"<{SKY}Drone> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Class> .\n"
    f"<{SKY}Drone> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <https://w3id.org/nesy/ontology#Vehicle> .\n"
)
JSON_LD = json.dumps(
    {
        "@context": {"rdfs": "http://www.w3.org/2000/01/rdf-schema#"},
        "@id": f"{SKY}Drone",
        "@type": "http://www.w3.org/2002/07/owl#Class",
        "rdfs:subClassOf": {"@id": "https://w3id.org/nesy/ontology#Vehicle"},
    }
)


@pytest.mark.parametrize(
    ("name", "text"),
    [("o.rdf", XML), ("o.owl", XML), ("o.xml", XML), ("o.nt", TRIPLES), ("o.jsonld", JSON_LD), ("o.json", JSON_LD),
     ("o.owl", PREFIXES + DRONE), ("ontology", PREFIXES + DRONE), ("o.owl", JSON_LD)],
)  # fmt: skip
def test_every_syntax_of_rdf_is_read(tmp_path: Path, name: str, text: str) -> None:
    path = written(tmp_path, text, name, prefixes="")
    assert Ontology.with_own(path).iri("category", "drone") == URIRef(f"{SKY}Drone")


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_marked_encodings_are_read_in_other_syntaxes(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "o.nt"
    path.write_bytes(TRIPLES.encode(coding))
    assert Ontology.with_own(path).concept("category", "drone") is not None


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("o.owl", '<Ontology xmlns="http://www.w3.org/2002/07/owl#"></Ontology>', "is OWL/XML"),
        ("o.ofn", "Prefix(:=<http://x#>)\nOntology(<http://x>)", "is OWL functional syntax"),
        ("o.omn", "Ontology: <http://x>\nClass: Drone", "is Manchester syntax"),
        ("o.obo", "format-version: 1.2\n", "is OBO format"),
        ("o.ttl", "ex:Drone a owl:Class .", "not Turtle"),
        ("o.rdf", XML[:-20], "o.rdf:4: not RDF/XML"),
        ("o.nt", "<x> <y>", "not N-Triples"),
        ("o.jsonld", '{"@id":\n', ":2: not JSON-LD"),
        ("o.jsonld", "[" * 100_000, "nested too deep"),
        ("o.jsonld", '{"@context": "http://127.0.0.1:9/c"}', "lies elsewhere and nothing is fetched"),
        ("o.jsonld", '[{"@context": [{"a": {"@id": "http://x", "@context": "file:///etc/passwd"}}]}]', "elsewhere"),
        ("o.jsonld", '{"@context": {"@import": "http://127.0.0.1:9/c"}}', "elsewhere"),
        ("o.ttl", " \n", "empty"),
        ("o.ttl", PREFIXES, "holds no statement"),
    ],
)
def test_what_is_no_rdf_is_told(tmp_path: Path, name: str, text: str, problem: str) -> None:
    path = written(tmp_path, text, name, prefixes="")
    with pytest.raises(nesy.KnowledgeError) as raised:
        Ontology.with_own(path)
    assert str(raised.value).startswith(str(path)) and problem in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("path", ["nowhere.ttl", ".", "a\0b"])
def test_a_file_that_cannot_be_read_is_told(path: str) -> None:
    with pytest.raises(nesy.KnowledgeError, match=r"cannot be read|no file can have this name"):
        Ontology.with_own(path)


def test_nothing_is_imported(tmp_path: Path) -> None:
    text = f"<https://example.org/sky> a owl:Ontology ; owl:imports <http://127.0.0.1:9/sky> .\n{DRONE}"
    assert known(tmp_path, text).concept("category", "drone") is not None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ex:Drone a owl:Clas ; rdfs:subClassOf nesy:Vehicle .", "owl:Clas: no such term; did you mean owl:Class?"),
        (DRONE + "ex:Drone rdfs:lable 'copter' .", "rdfs:lable: no such term; did you mean rdfs:label?"),
        (DRONE + "ex:Drone nesy:afords nesy:ride .", "nesy:afords: no such property; did you mean nesy:affords?"),
        (DRONE + "ex:Drone ex:mass '1'^^xsd:intger .", "xsd:intger: no such term; did you mean xsd:integer?"),
        (DRONE + "ex:Drone skos:quux 'q' .", "skos:quux: no such term"),
    ],
)
def test_a_term_that_does_not_exist_is_told_with_the_one_that_is_meant(tmp_path: Path, text: str, told: str) -> None:
    path = written(tmp_path, "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n" + text)
    with pytest.raises(nesy.KnowledgeError) as raised:
        Ontology.with_own(path)
    assert str(raised.value).startswith(f"{path}:") and told in str(raised.value)


def test_all_that_owl_has_may_be_said(tmp_path: Path) -> None:
    text = "ex:Drone rdfs:comment 'flies'@en ; skos:note 'a' ; rdfs:seeAlso <urn:kite> ."
    text = (
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        + text
        + "<urn:bag> a rdf:Bag ; rdf:_1 ex:Drone ; rdf:_12 <urn:kite> ; rdfs:label 'bag'@en ."
    )
    assert known(tmp_path, DRONE + text).concept("category", "drone") is not None
