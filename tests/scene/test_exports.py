"""A scene as a table, as a graph that other programs read, and as an OWL document."""

import io
import sys
from itertools import chain

import networkx
import owlready2
import pandas
import pytest
from hypothesis import given, settings
from rdflib import OWL, RDF, Graph, Literal, URIRef

import nesy
from nesy.errors import InputError
from nesy.graph import from_rdf
from nesy.ontology import Ontology
from nesy.ontology.namespaces import LABEL, NESY, VOCABULARY
from nesy.scene import Count, Entity, PartState, Relation, Scene, in_words
from nesy.verdict import GroundedVerdict
from tests.any_scenes import scenes

SCENE = Scene(
    entities=(
        Entity(id="person_1", category="person", box=(0.1, 0.2, 0.4, 0.9), attributes=("red", "tall"), confidence=0.97),
        Entity(id="u", category="unicycle"),
    ),
    part_states=(
        PartState(id="p1", entity="person_1", part="hip", state="sit on", object="u"),
        PartState(id="p2", entity="person_1", part="head", state="inspect"),
    ),
    relations=(
        Relation(id="r1", subject="person_1", predicate="ride", object="u", confidence=0.5),
        Relation(id="r2", subject="person_1", predicate="juggle", object="u"),
        Relation(id="r3", subject="u", predicate="under", object="person_1"),
    ),
    counts=(Count(id="n1", category="person", value=1), Count(id="n2", category="unicycle", value=2, confidence=1.0)),
)
EMPTY = Scene(entities=())


# --- a table ---


def test_the_frame_has_a_row_a_claim() -> None:
    table = SCENE.to_frame()
    assert list(table["id"]) == [claim.id for claim in SCENE.claims()]
    assert list(table["text"]) == [in_words(claim) for claim in SCENE.claims()]
    rows = table.set_index("id")
    assert rows.loc["person_1", ["kind", "category", "attributes"]].tolist() == ["entity", "person", "red, tall"]
    assert rows.loc["person_1", ["left", "top", "right", "bottom"]].tolist() == [0.1, 0.2, 0.4, 0.9]
    assert rows.loc["r1", ["subject", "predicate", "object"]].tolist() == ["person_1", "ride", "u"]
    assert rows.loc["p1", ["kind", "predicate"]].tolist() == ["part_state", "hip sit on"]
    assert (
        rows.loc["n2", "value"] == 2
        and pandas.isna(rows.loc["u", "left"])
        and pandas.isna(rows.loc["r2", "confidence"])
    )
    assert table["confidence"].mean() == pytest.approx((0.97 + 0.5 + 1) / 3)


def test_the_frame_of_nothing_has_its_columns_and_their_types() -> None:
    nothing, all_of_it = EMPTY.to_frame(), SCENE.to_frame()
    assert nothing.empty and list(nothing.columns) == list(all_of_it.columns)
    assert nothing.dtypes["left"] == all_of_it.dtypes["left"] == "float64"
    assert pandas.concat([nothing, all_of_it]).shape == all_of_it.shape


# --- a graph of networkx ---


def test_the_graph_has_a_node_an_entity_and_an_edge_a_claim_between() -> None:
    graph = SCENE.to_networkx()
    assert dict(graph.nodes(data=True))["person_1"] == {
        "category": "person", "attributes": "red, tall", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.9,
        "confidence": 0.97,
    }  # fmt: skip
    edges = {key: (one, other, told["predicate"]) for one, other, key, told in graph.edges(keys=True, data=True)}
    assert edges == {
        "p1": ("person_1", "u", "hip sit on"),
        "p2": ("person_1", "person_1", "head inspect"),
        "r1": ("person_1", "u", "ride"),
        "r2": ("person_1", "u", "juggle"),
        "r3": ("u", "person_1", "under"),
    }
    assert graph["person_1"]["u"]["p1"] == {
        "kind": "part_state", "predicate": "hip sit on", "part": "hip", "state": "sit on",
    }  # fmt: skip
    assert graph.graph == {"counts": "1 person, 2 unicycle"}


@given(scenes())
@settings(max_examples=60, deadline=None)
def test_any_scene_can_be_written_as_graphml_and_gexf(scene: Scene) -> None:
    graph = scene.to_networkx()
    told = chain(graph.nodes.values(), graph.edges.values(), [graph.graph])
    assert {type(value) for one in told for value in one.values()} <= {str, int, float, bool}
    for write, read in ((networkx.write_graphml, networkx.read_graphml), (networkx.write_gexf, networkx.read_gexf)):
        file = io.BytesIO()
        write(graph, file)
        file.seek(0)
        again = read(file)
        assert set(again.nodes) == set(graph.nodes) and again.number_of_edges() == graph.number_of_edges()


@pytest.mark.parametrize(("library", "make"), [("pandas", Scene.to_frame), ("networkx", Scene.to_networkx)])
def test_a_library_that_is_missing_is_told_with_the_command_that_mends_it(
    library: str, make: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=f"^{library} is not installed; `pip install {library}` mends that$"):
        make(SCENE)  # type: ignore[operator]


# --- an OWL document ---


@given(scenes())
@settings(max_examples=30, deadline=None)
def test_a_document_holds_the_scene(scene: Scene) -> None:
    text = scene.to_rdf().serialize(format="turtle")
    assert from_rdf(Graph().parse(data=text, format="turtle")) == scene


def test_a_document_imports_the_vocabulary_and_declares_what_it_names() -> None:
    graph = SCENE.to_rdf("https://example.org/mine#")
    document = URIRef("https://example.org/mine")
    assert list(graph.subjects(RDF.type, OWL.Ontology)) == [document]
    shipped = set(Ontology.default().graph.subjects(RDF.type, OWL.Ontology))
    assert (
        set(graph.objects(document, OWL.imports)) == shipped
        and URIRef(f"{VOCABULARY}".rstrip("#") + "/scene") in shipped
    )
    for name, kind in (
        (document + "#person_1", OWL.NamedIndividual),
        (document + "#r1", OWL.NamedIndividual),
        (VOCABULARY.Person, OWL.Class),
        (LABEL.unicycle, OWL.Class),
        (VOCABULARY.ride, OWL.ObjectProperty),
        (LABEL.juggle, OWL.ObjectProperty),
        (NESY.subject, OWL.ObjectProperty),
        (NESY.id, OWL.DatatypeProperty),
        (NESY.category, OWL.AnnotationProperty),
    ):
        assert (URIRef(name), RDF.type, kind) in graph, name
    every = set(graph.subjects(RDF.type, NESY.Claim)) | set(graph.subjects(NESY.id, None))
    assert all((one, RDF.type, OWL.NamedIndividual) in graph for one in every) and len(every) == 9
    text = graph.serialize(format="turtle")
    assert "rdf:value" in text and "@prefix rdf: " in text and "22-rdf-syntax-ns#value" not in text


def test_owlready2_shows_classes_and_individuals() -> None:
    world = owlready2.World()
    for imported in Ontology.default().graph.subjects(RDF.type, OWL.Ontology):
        header = f"<{imported}> <{RDF.type}> <{OWL.Ontology}> .\n"  # so that none is fetched
        world.get_ontology(str(imported)).load(fileobj=io.BytesIO(header.encode()))
    triples = SCENE.to_rdf("https://example.org/mine#").serialize(format="nt").encode()
    read = world.get_ontology("https://example.org/mine").load(fileobj=io.BytesIO(triples))
    person = world["https://example.org/mine#person_1"]
    assert {kind.iri for kind in person.is_a} == {str(VOCABULARY.Person), str(NESY.Entity)}
    assert {one.name for one in read.individuals()} >= {"person_1", "u", "r1", "r2", "p1", "n1"}
    assert {one.iri for one in read.classes()} >= {str(VOCABULARY.Person), str(LABEL.unicycle)}
    assert world[str(VOCABULARY.ride)] in list(read.object_properties())
    assert len(read.imported_ontologies) == len(set(Ontology.default().graph.subjects(RDF.type, OWL.Ontology)))
    assert [str(Literal(value)) for value in world["https://example.org/mine#r1"].id] == ["r1"]


@pytest.mark.parametrize(
    "base", ["", "mine", "mine#", "https://example.org/mine", "https://example.org/<b>#", "urn:a b#"]
)
def test_a_base_that_is_none_is_told(base: str) -> None:
    with pytest.raises(InputError, match="no IRI that ids can be appended to") as caught:
        SCENE.to_rdf(base)
    assert "\n" not in str(caught.value)


# --- in a notebook ---


def test_a_scene_and_a_verdict_are_shown_in_one_line() -> None:
    assert repr(SCENE) == str(SCENE) == "<Scene: 2 entities, 2 part states, 3 relations, 2 counts>"
    assert repr(EMPTY) == "<Scene: nothing>"
    of_one = Scene.from_json('{"entities": [{"category": "cup"}], "image": {"name": "a b.png"}}')
    assert repr(of_one) == "<Scene of 'a b.png': 1 entity>"
    found = nesy.check(SCENE)
    assert repr(found).startswith("<Verdict: ") and len(repr(found)) < 80 and "\n" not in repr(found)
    assert repr(nesy.check(EMPTY)) == "<Verdict: consistent>"
    assert repr(GroundedVerdict(consistent=True, judgements=())) == "<GroundedVerdict: consistent>"
