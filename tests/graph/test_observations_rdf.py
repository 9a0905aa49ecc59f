"""Observations as RDF: agents and activities of their own, regions, scores; and nothing that a scene holds."""

from decimal import Decimal

from rdflib import DCTERMS, PROV, RDF, Literal, URIRef

import nesy
from nesy.graph.scene_triples import OA
from nesy.observations import Observations, Person, TextLine, Thing, WitnessInfo
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.scene import ImageInfo

CUP = VOCABULARY["Cup"]
SEEN = Observations(
    image=ImageInfo(name="a.jpg", width_px=64, height_px=48),
    witnesses=(
        WitnessInfo(name="embedded", version="3", weights_sha256="a" * 64, categories=("cup", "unicycle")),
        WitnessInfo(name="rapidocr"),
    ),
    things=(
        Thing(category="cup", box=(0.1, 0.2, 0.4, 0.9), score=0.71, witness="embedded"),
        Thing(category="unicycle", box=(0, 0, 1, 1), score=0.5, witness="embedded"),
    ),
    people=(Person(box=(0, 0, 1, 1), score=0.8, keypoints={"nose": (0.5, 0.1, 0.9)}, witness="embedded"),),
    texts=(TextLine(text='"STOP"\n<a>', box=(0.4, 0.1, 0.5, 0.2), score=0.98, witness="rapidocr"),),
)


def test_each_witness_is_an_agent_with_an_activity_of_its_own() -> None:
    graph = SEEN.to_rdf()
    agents = set(graph.subjects(RDF.type, PROV.SoftwareAgent))
    assert {str(graph.value(agent, DCTERMS.identifier)) for agent in agents} == {"embedded", "rapidocr"}
    for node in graph.objects(None, NESY.hasObservation):
        agent, activity = graph.value(node, PROV.wasAttributedTo), graph.value(node, PROV.wasGeneratedBy)
        assert agent in agents and (activity, PROV.wasAssociatedWith, agent) in graph
        assert (activity, RDF.type, NESY.Looking) in graph
    (model,) = graph.subjects(DCTERMS.identifier, Literal("embedded"))
    assert graph.value(model, NESY.sha256) == Literal("a" * 64)
    assert (model, NESY.looksFor, CUP) in graph


def test_boxes_scores_words_and_joints_are_there() -> None:
    graph = SEEN.to_rdf()
    (cup,) = graph.subjects(NESY.category, CUP)
    assert graph.value(cup, NESY.score).toPython() == Decimal("0.71")
    selector = graph.value(graph.value(cup, NESY.region), OA.hasSelector)
    assert str(graph.value(selector, RDF.value)) == "xywh=percent:10,20,30,70"
    (line,) = graph.subjects(RDF.type, NESY.SeenText)
    assert str(graph.value(line, NESY.text)) == '"STOP"\n<a>'
    (joint,) = graph.objects(None, NESY.hasKeypoint)
    assert [graph.value(joint, p).toPython() for p in (NESY.x, NESY.y, NESY.score)] == [
        Decimal("0.5"), Decimal("0.1"), Decimal("0.9"),
    ]  # fmt: skip


def test_every_name_is_written_short() -> None:
    head, _, body = SEEN.to_rdf().serialize(format="turtle").partition("\n\n")
    assert "@prefix rdfs:" in head and "rdfs:label" in body and "rdf-schema#" not in body


def test_nothing_of_it_is_a_claim_or_an_entity_even_beside_a_scene() -> None:
    scene = nesy.Scene.from_json('{"entities": [{"id": "cup_1", "category": "cup", "box": [0, 0, 1, 1]}]}')
    seen, perceived = SEEN.to_rdf(), scene.to_rdf()
    kinds = set(seen.objects(None, RDF.type))
    assert not kinds & {NESY.Entity, NESY.Claim, NESY.Scene, CUP, PROV.Person}
    shared = set(seen.subjects()) & set(perceived.subjects())
    assert {str(node).rpartition("/")[2] for node in shared} <= {"image"}


def test_every_term_is_declared_with_what_it_means() -> None:
    vocabulary = nesy.Ontology.default()
    graph = SEEN.to_rdf()
    ours = {node for triple in graph for node in triple if isinstance(node, URIRef) and node.startswith(str(NESY))}
    import rdflib

    from nesy import assets

    declared = rdflib.Graph().parse(assets.ontologies() / "scene.ttl")
    known = {*declared.subjects(), *(URIRef(vocabulary.node("category", "cup")),)}
    assert {node for node in ours if node not in known and "label" not in str(node)} == set()


def test_a_base_of_ones_own_and_none_at_all() -> None:
    graph = SEEN.to_rdf("https://example.org/a#")
    assert all(str(node).startswith("https://example.org/a/") for node in graph.objects(None, NESY.hasObservation))
    assert len(Observations(witnesses=()).to_rdf()) == 2
