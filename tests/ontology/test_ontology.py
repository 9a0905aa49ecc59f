"""The vocabulary is complete, its relations are as said, and a reasoner finds nothing wrong with it."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, SKOS, URIRef

from nesy import assets
from nesy.errors import KnowledgeError
from nesy.ontology import NO_INTERACTION, Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY, class_iri, predicate_iri
from nesy.ontology.reasoner import find_java
from nesy.ontology.turtle import read_turtle


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return Ontology.default()


def test_vocabulary_is_complete(ontology: Ontology) -> None:
    assert len(ontology.categories) == 80
    assert len(ontology.verbs) == 117
    assert NO_INTERACTION in ontology.verbs
    assert {"foot", "leg", "hip", "hand", "arm", "head", "left_hand", "right_foot"} <= ontology.parts
    assert len(ontology.parts) == 6 + 8
    merged = ("foot", "leg", "hip", "hand", "arm", "head")
    assert [len(ontology.part_states[part]) for part in merged] == [16, 15, 6, 34, 8, 14]
    assert ontology.part_states["left_hand"] == ontology.part_states["hand"]
    assert len(list(ontology.graph.subjects(RDF.type, NESY.Affordance))) == 600
    assert sum(len(ontology.affordances(category)) for category in ontology.categories) == 520
    supers = list(ontology.graph.subjects(NESY.supercategory))
    assert len(supers) == 12


@pytest.mark.parametrize(
    ("order", "size"),
    [
        ("coco80", 80),
        ("coco80From0", 80),
        ("coco91", 80),
        ("hico80", 80),
        ("hico80From0", 80),
        ("hicoVerb", 117),
        ("hicoInteraction", 600),
        ("hakePart", 10),
        ("hake93From0", 93),
        ("hake76From0", 76),
    ],
)
def test_every_index_order_is_a_notation(ontology: Ontology, order: str, size: int) -> None:
    notations = [n for n in ontology.graph.objects(None, SKOS.notation) if n.datatype == VOCABULARY[order]]
    assert len({str(n) for n in notations}) == len(notations) == size
    if order.endswith("From0"):
        assert {int(n) for n in notations} == set(range(size))


def test_taxonomy(ontology: Ontology) -> None:
    assert ontology.ancestors("dining table")[0] == "furniture"
    assert ontology.is_a("dog", "animal")
    assert ontology.is_a("Bicycle", "rideable")
    assert not ontology.is_a("cup", "rideable")
    assert not ontology.is_a("unicycle", "vehicle")
    assert ontology.ancestors("unicycle") == ()
    for category in ontology.categories:
        assert ontology.is_a(category, "agent") + ontology.is_a(category, "non_agent") == (category != "teddy_bear")


def test_affordances(ontology: Ontology) -> None:
    assert "ride" in ontology.affordances("bicycle")
    assert NO_INTERACTION not in ontology.affordances("bicycle")
    assert ontology.objects("drink with") == {"bottle", "cup"}
    assert ontology.affordances("unicycle") == ontology.objects("blork") == frozenset()


def test_no_capability_contradicts_what_hico_shows(ontology: Ontology) -> None:
    graph = ontology.graph
    for category in ontology.categories:
        above = set(graph.transitive_objects(class_iri(category), RDFS.subClassOf))
        for verb in ontology.affordances(category):
            for link in (RDFS.range, NESY.personNeeds):
                for needed in graph.objects(predicate_iri(verb), link):
                    lacking = {*graph.subjects(OWL.disjointWith, needed), *graph.objects(needed, OWL.disjointWith)}
                    assert not above & lacking, f"{verb} {category}"


def test_relations_of_predicates(ontology: Ontology) -> None:
    assert ontology.inverse("left of") == "right_of"
    assert ontology.inverse("right_of") == "left_of"
    assert ontology.inverse("near") == "near"
    assert ontology.inverse("on") is None
    assert ontology.is_asymmetric("on")
    assert ontology.is_asymmetric("inside")
    assert not ontology.is_asymmetric("near")
    assert "under" in ontology.opposites("on")
    assert "on" in ontology.opposites("under")
    assert ontology.spatial.isdisjoint(ontology.verbs)
    assert {"on", "under", "above", "below", "left_of", "right_of", "in_front_of", "behind", "inside", "contains"} <= (
        ontology.spatial
    )


def test_colours_exclude_each_other(ontology: Ontology) -> None:
    assert {"red", "blue", "gray", "grey"} <= ontology.dimensions["colour"] <= ontology.attributes


def test_hand_written_terms_are_closed() -> None:
    with pytest.raises(AttributeError):
        _ = NESY.hasEntitty


def test_hand_written_terms_and_the_file_agree(ontology: Ontology) -> None:
    named = {URIRef(str(NESY[name])) for name in NESY.__annotations__ if not name.startswith("_")}
    assert all((iri, RDF.type, None) in ontology.graph for iri in named)
    used = {node for triple in ontology.graph for node in triple if str(node).startswith(str(VOCABULARY))}
    undefined = sorted(str(iri) for iri in used if (iri, RDF.type, None) not in ontology.graph)
    assert undefined == []


def test_no_name_means_two_kinds_of_thing(ontology: Ontology) -> None:
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual)
    for subject in set(ontology.graph.subjects(RDF.type)):
        assert sum((subject, RDF.type, kind) in ontology.graph for kind in kinds) <= 1, subject


def test_reasoner_finds_it_consistent(ontology: Ontology) -> None:
    report = ontology.reason()
    assert report.consistent
    assert report.unsatisfiable == ()
    assert report.classes > 100


def test_reasoner_finds_a_planted_contradiction(tmp_path: Path) -> None:
    path = tmp_path / "bad.ttl"
    path.write_text(
        "@prefix : <http://example.org/#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        ":A a owl:Class . :B a owl:Class ; owl:disjointWith :A . :C a owl:Class ; rdfs:subClassOf :A , :B .",
        encoding="utf-8",
    )
    assert Ontology.load([path]).reason().unsatisfiable == ("http://example.org/#C",)


def test_missing_java_names_the_mending_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(KnowledgeError, match="apt-get install default-jre-headless"):
        find_java()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"@prefix a: <b> .\n\na:x a:y .", "line 3: not Turtle"),
        (b"\xe9", "not UTF-8"),
        (None, "cannot be read"),
    ],
)
def test_bad_files_are_one_line(tmp_path: Path, text: bytes | None, problem: str) -> None:
    path = tmp_path / "o.ttl"
    if text is not None:
        path.write_bytes(text)
    with pytest.raises(KnowledgeError, match=problem) as caught:
        Ontology.load([path])
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.integers(0, 4000), st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_damage_to_a_file_gives_triples_or_one_line(tmp_path: Path, cut: int, junk: str) -> None:
    path = tmp_path / "damaged.ttl"
    whole = (assets.rules() / "boxes.ttl").read_text(encoding="utf-8")
    path.write_text(whole[:cut] + junk, encoding="utf-8")
    try:
        read_turtle(path)
    except KnowledgeError as error:
        assert str(error).startswith(f"{path}: ")
        assert "\n" not in str(error)
