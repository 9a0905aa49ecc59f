"""A scene survives RDF and its serialisations; odd labels break nothing."""

from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given, settings
from rdflib import DCTERMS, PROV, RDF, Dataset, Graph, Literal, URIRef

from nesy.errors import InputError
from nesy.graph import from_rdf, to_rdf
from nesy.graph.provenance import AnalysisRecord, ChangeRecord, RoundRecord, WithdrawalRecord, to_dataset, withdrawals
from nesy.graph.scene_triples import BASE, OA, fragment
from nesy.ontology.namespaces import LABEL, NESY, VOCABULARY
from nesy.scene import Relation, Scene
from nesy.turns import ModelInfo, Usage
from nesy.verdict import Finding, Verdict
from tests.any_scenes import ODD, scenes

STEM = BASE.rstrip("#")


@given(scenes())
@settings(max_examples=80, deadline=None)
def test_scene_graph_scene_is_the_identity(scene: Scene) -> None:
    assert from_rdf(to_rdf(scene)) == scene


@given(scenes())
@settings(max_examples=60, deadline=None)
def test_identity_survives_turtle_and_ntriples(scene: Scene) -> None:
    graph = to_rdf(scene)
    for form in ("turtle", "nt"):
        again = Graph().parse(data=graph.serialize(format=form), format=form)
        assert from_rdf(again) == scene, form
    dataset = Dataset()
    context = dataset.graph(URIRef("urn:round:0"))
    for triple in graph:
        context.add(triple)
    for form in ("nquads", "trig"):
        again = Dataset()
        again.parse(data=dataset.serialize(format=form), format=form)
        assert from_rdf(again.graph(URIRef("urn:round:0"))) == scene, form


@pytest.mark.parametrize("odd", ODD)
def test_odd_labels_become_legal_iris_and_verbatim_literals(odd: str) -> None:
    scene = Scene.model_validate(
        {
            "entities": [{"id": "a", "category": odd, "attributes": [odd]}, {"id": "b", "category": "cup"}],
            "relations": [{"subject": "a", "predicate": odd, "object": "b"}],
        }
    )
    graph = to_rdf(scene)
    for node in graph.all_nodes() | set(graph.predicates()):
        if isinstance(node, URIRef):
            assert not set(str(node)) & set('<>"{}|^`\\ \n\t\x00') and str(node).isprintable()
    assert (None, NESY.label, Literal(odd)) in graph
    assert from_rdf(Graph().parse(data=graph.serialize(format="turtle"), format="turtle")) == scene


def test_known_words_get_ontology_iris_and_plain_triples() -> None:
    scene = Scene.model_validate(
        {
            "entities": [{"id": "person_1", "category": "Person"}, {"id": "u", "category": "unicycle"}],
            "relations": [{"id": "r1", "subject": "person_1", "predicate": "Sit on", "object": "u"}],
        }
    )
    graph = to_rdf(scene, base="http://example.org/s#")
    person, thing = URIRef("http://example.org/s#person_1"), URIRef("http://example.org/s#u")
    assert (person, RDF.type, VOCABULARY.Person) in graph
    assert (thing, RDF.type, LABEL.unicycle) in graph
    assert (person, VOCABULARY.sit_on, thing) in graph


def test_boxes_are_web_annotation_regions() -> None:
    scene = Scene.model_validate({"entities": [{"id": "a", "category": "cup", "box": [0.1, 0.2, 0.4, 0.9]}]})
    values = [
        str(v)
        for s in to_rdf(scene).subjects(RDF.type, OA.FragmentSelector)
        for v in to_rdf(scene).objects(s, RDF.value)
    ]
    assert values == ["xywh=percent:10,20,30,70"] == [fragment((0.1, 0.2, 0.4, 0.9))]


def test_a_graph_that_is_no_scene_says_so() -> None:
    with pytest.raises(InputError, match="0 nodes of type nesy:Scene"):
        from_rdf(Graph())
    broken = to_rdf(Scene.model_validate({"entities": [{"id": "a", "category": "cup"}]}))
    broken.remove((None, NESY.label, None))
    with pytest.raises(InputError, match=r"entities\.0\.category"):
        from_rdf(broken)


def _analysis() -> AnalysisRecord:
    first = Scene.model_validate(
        {
            "entities": [{"id": "a", "category": "cup"}, {"id": "b", "category": "dining table"}],
            "relations": [
                {"id": "r1", "subject": "a", "predicate": "on", "object": "b"},
                {"id": "r2", "subject": "b", "predicate": "on", "object": "a"},
            ],
        }
    )
    found = Finding(rule="urn:rule", name="n", severity="violation", focus="a", claims=("r1", "r2"), message="both")
    rounds = (
        RoundRecord(
            0,
            first,
            Verdict(consistent=False, findings=(found,)),
            prompt="Describe",
            started=datetime(2026, 1, 2, 3, 4, 5, 678, UTC),
        ),
        RoundRecord(1, first, usage=Usage(calls=1, new_tokens=7, seconds=0.25)),
    )
    return AnalysisRecord(
        rounds=rounds,
        final=first.without(frozenset({"r2"})),
        verdict=Verdict(consistent=True),
        model=ModelInfo(id="m", revision="abc", weights_sha256="0" * 64),
        withdrawn=(WithdrawalRecord("r2", 1, "least sure"),),
    )


def test_provenance_has_a_graph_per_round_and_a_chain_of_revisions() -> None:
    record = _analysis()
    dataset = to_dataset(record)
    rounds = [URIRef(f"{STEM}/round/{number}") for number in (0, 1)]
    final = URIRef(STEM + "/final")
    assert from_rdf(dataset.graph(rounds[0])) == record.rounds[0].scene
    assert from_rdf(dataset.graph(final)) == record.final
    log = dataset.default_graph
    assert (rounds[1], PROV.wasRevisionOf, rounds[0]) in log
    assert (final, PROV.wasRevisionOf, rounds[1]) in log
    activity = log.value(rounds[0], PROV.wasGeneratedBy)
    assert log.value(activity, PROV.startedAtTime) is not None
    assert str(log.value(activity, NESY.promptSha256)) == sha256(b"Describe").hexdigest()
    agent = log.value(activity, PROV.wasAssociatedWith)
    assert str(log.value(agent, NESY.revision)) == "abc"
    assert str(log.value(log.value(rounds[1], PROV.wasGeneratedBy), NESY.newTokens)) == "7"


def test_the_final_graph_comes_from_the_round_that_was_kept() -> None:
    dataset = to_dataset(replace(_analysis(), kept=0))
    assert (URIRef(STEM + "/final"), PROV.wasRevisionOf, URIRef(STEM + "/round/0")) in dataset.default_graph


def test_analyses_of_two_pictures_can_be_loaded_together() -> None:
    bases = ("https://example.org/a#", "https://example.org/b#")
    together = Dataset()
    for base in bases:
        for quad in to_dataset(_analysis(), base).quads():
            together.add(quad)
    for base in bases:
        assert from_rdf(together.graph(URIRef(base.rstrip("#") + "/final"))) == _analysis().final


def test_a_withdrawn_claim_leaves_a_tombstone() -> None:
    dataset = to_dataset(_analysis())
    claim = URIRef(BASE + "r2")
    assert list(withdrawals(dataset)) == [(claim, "least sure")]
    tombstone = dataset.default_graph.value(claim, PROV.wasInvalidatedBy)
    assert dataset.default_graph.value(tombstone, NESY.round) == URIRef(STEM + "/round/1")
    assert (claim, RDF.type, NESY.Relation) in dataset.graph(URIRef(STEM + "/round/1"))
    assert (claim, RDF.type, NESY.Relation) not in dataset.graph(URIRef(STEM + "/final"))


def test_what_the_repair_changed_is_told_with_its_reason_and_price() -> None:
    record = replace(_analysis(), changed=(ChangeRecord("r1", 1, "swap", "told the wrong way round", 0.25),))
    dataset = to_dataset(record)
    log = dataset.default_graph
    (change,) = log.subjects(RDF.type, NESY.Change)
    assert str(log.value(change, NESY.operation)) == "swap"
    assert str(log.value(change, NESY.reason)) == "told the wrong way round"
    assert float(log.value(change, NESY.cost)) == 0.25
    assert log.value(change, PROV.used) == URIRef(STEM + "/round/1")
    assert log.value(change, PROV.generated) == URIRef(STEM + "/final")
    assert log.value(change, DCTERMS.references) == URIRef(BASE + "r1")
    assert list(withdrawals(dataset)) == list(withdrawals(to_dataset(_analysis())))  # a change is no tombstone


def test_an_edit_leads_to_its_finding_its_rule_and_the_prompt_that_was_answered() -> None:
    found = Finding(rule="urn:rule", name="n", severity="violation", focus="a", claims=("r1", "r2"), message="both")
    record = _analysis()
    first = replace(record.rounds[0], verdict=Verdict(consistent=False, findings=(found,)))
    asked = replace(record.rounds[1], prompt="Note: both", temperature=0.7, seed=3)
    gone = WithdrawalRecord("r2", 0, "both", findings=(0,), rules=("urn:rule",), prompted=1)
    turned = ChangeRecord("r1", 0, "swap", "both", None, findings=(0,), rules=("urn:rule",), prompted=1)
    log = to_dataset(replace(record, rounds=(first, asked), withdrawn=(gone,), changed=(turned,))).default_graph
    for edit in (log.value(URIRef(BASE + "r2"), PROV.wasInvalidatedBy), log.value(None, RDF.type, NESY.Change)):
        finding, rule = sorted(log.objects(edit, PROV.wasInfluencedBy))
        assert str(log.value(finding, NESY.message)) == "both"
        assert log.value(finding, NESY.rule) == rule == URIRef("urn:rule")
        turn = log.value(edit, PROV.wasInformedBy)
        assert str(log.value(turn, NESY.promptSha256)) == sha256(b"Note: both").hexdigest()
        assert str(log.value(log.value(turn, PROV.wasAssociatedWith), NESY.revision)) == "abc"
        assert (float(log.value(turn, NESY.temperature)), int(log.value(turn, NESY.seed))) == (0.7, 3)
    assert log.value(log.value(None, RDF.type, NESY.Change), PROV.generated) == URIRef(STEM + "/round/1")
    greedy = log.value(URIRef(STEM + "/round/0"), PROV.wasGeneratedBy)
    assert log.value(greedy, NESY.seed) is None


def test_what_is_found_is_counted_without_the_edits() -> None:
    found = Finding(rule="urn:rule", name="n", severity="violation", focus="a", claims=("r2",), message="both")
    record = _analysis()
    first = replace(record.rounds[0], verdict=Verdict(consistent=False, findings=(found,)))
    gone = WithdrawalRecord("r2", 0, "both", findings=(0,), rules=("urn:rule",), prompted=1)
    log = to_dataset(replace(record, rounds=(first, record.rounds[1]), withdrawn=(gone,))).default_graph
    assert len(list(log.triples((None, NESY.rule, None)))) == len(list(log.triples((None, NESY.finding, None)))) == 1


@pytest.mark.parametrize("claims", [0, 1, 5, 60])
def test_provenance_is_compact_whatever_the_number_of_claims(claims: int) -> None:
    """A quiet round costs the same few triples, and a finding or an edit its own few; no claim costs any."""
    record = _analysis()
    more = tuple(Relation(id=f"x{n}", subject="a", predicate=f"p{n}", object="b") for n in range(claims))
    rounds = tuple(
        replace(turn, scene=turn.scene.model_copy(update={"relations": (*turn.scene.relations, *more)}))
        for turn in record.rounds
    )
    grown = replace(record, rounds=rounds, final=rounds[1].scene.without(frozenset({"r2"})))
    assert len(to_dataset(grown).default_graph) == len(to_dataset(record).default_graph)
    quiet = replace(grown, withdrawn=(), rounds=(rounds[1], replace(rounds[1], number=2, prompt="again")))
    third = replace(rounds[1], number=3, prompt="again", verdict=Verdict(consistent=True))
    a_round = len(to_dataset(replace(quiet, rounds=(*quiet.rounds, third))).default_graph) - len(
        to_dataset(quiet).default_graph
    )
    assert 10 <= a_round <= 24
    edits = replace(grown, withdrawn=(WithdrawalRecord("r2", 0, "both", (0,), ("urn:rule",), prompted=1),))
    assert len(to_dataset(edits).default_graph) - len(to_dataset(replace(grown, withdrawn=())).default_graph) <= 12


def test_a_dataset_survives_trig() -> None:
    record = _analysis()
    again = Dataset()
    again.parse(data=to_dataset(record).serialize(format="trig"), format="trig")
    assert from_rdf(again.graph(URIRef(STEM + "/final"))) == record.final
    assert list(withdrawals(again)) == list(withdrawals(to_dataset(record)))
