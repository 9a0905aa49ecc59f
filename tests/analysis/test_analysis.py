"""The analysis as a value: JSON there and back, rows, graph."""

import json
import math
import warnings

import pytest

from nesy.analysis import Analysis, Answer, Edit, Failure, Round, Withdrawal
from nesy.errors import InputError
from nesy.scene import ImageInfo, Scene
from nesy.settings import Settings
from nesy.turns import ModelInfo, NumberedClaim, Usage
from tests.loop_scenes import finding, verdict

SCENE = Scene.model_validate(
    {
        "entities": [
            {"id": "person_1", "category": "person", "box": [0.1, 0.2, 0.4, 0.9], "attributes": ["réd <b>"]},
            {"id": "horse_1", "category": "horse", "confidence": 0.9},
        ],
        "part_states": [
            {"id": "p1", "entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"},
            {"id": "p2", "entity": "person_1", "part": "head", "state": "inspect"},
        ],
        "relations": [
            {"id": "r1", "subject": "person_1", "predicate": "ride", "object": "horse_1", "confidence": 0.8},
            {"id": "r2", "subject": "horse_1", "predicate": "ride", "object": "person_1", "confidence": 0.3},
            {"id": "r3", "subject": "person_1", "predicate": "under", "object": "horse_1"},
        ],
        "counts": [{"id": "n1", "category": "person", "value": 1}],
    }
)
ONE = Usage(calls=1, prompt_tokens=10, cached_tokens=0, new_tokens=4, seconds=0.25)


def example() -> Analysis:
    """Round 0 rides both ways; in round 1 the model withdraws r2; r3 is repaired away."""
    after = SCENE.without(frozenset({"r2"}))
    final = after.without(frozenset({"r3"}))
    claims = {claim.id: claim for claim in SCENE.claims()}
    gone = Withdrawal(claim="r2", round=1, reason="asked", by="model", was=claims["r2"])
    rounds = (
        Round(
            index=0,
            kind="describe",
            prompt="Describe.",
            reply="{}",
            scene=SCENE,
            verdict=verdict(finding("r1", "r2"), finding("p1", "r3")),
            usage=ONE + ONE,
            problems=("counts: missing",),
            failures=(Failure(prompt="Describe.", reply="Sure!", problems=("no JSON",)),),
        ),
        Round(
            index=1,
            kind="correct",
            prompt="Note.",
            reply='{"1":"keep","2":"withdraw"}',
            scene=after,
            verdict=verdict(finding("p1", "r3")),
            usage=ONE,
            notes=("r1 and r2 cannot hold together.",),
            asked=(NumberedClaim(number=1, claim="r2", text="horse_1 ride person_1", answers=("keep", "withdraw")),),
            answers=(Answer(number=1, claim="r2", answer="withdraw"),),
            withdrawn=(gone,),
        ),
    )
    return Analysis(
        image=ImageInfo(name="ride.png", width_px=192, height_px=192, sha256="0" * 64),
        model=ModelInfo(id="scripted"),
        settings=Settings(),
        rounds=rounds,
        kept_round=1,
        scene=final,
        verdict=verdict(),
        edits=(Edit(claim="r3", op="withdraw", reason="p1 and r3", cost=0.0, was=claims["r3"]),),
        withdrawn=(gone, Withdrawal(claim="r3", round=1, reason="p1 and r3", by="repair", was=claims["r3"])),
        stop_reason="rounds_exhausted",
        consistent=True,
        usage=ONE + ONE + ONE,
    )


def test_a_notebook_shows_an_analysis_in_one_line() -> None:
    shown = repr(example())
    assert shown == str(example()) and "\n" not in shown
    assert shown.startswith("<Analysis of 'ride.png': ") and shown.endswith("rounds, consistent>"), shown


def test_json_there_and_back_is_the_identity():
    analysis = example()
    assert Analysis.from_json(analysis.to_json()) == analysis
    assert Analysis.from_json(analysis.to_json(indent=2)).to_json() == analysis.to_json()


def test_json_holds_what_the_format_promises():
    data = json.loads(example().to_json())
    assert data["schema"] == "nesy.analysis/1"
    for key in ("image", "model", "settings", "rounds", "scene", "verdict", "withdrawn", "stop_reason", "usage"):
        assert key in data
    assert data["consistent"] is True
    assert {"prompt", "reply", "scene", "verdict", "usage"} <= data["rounds"][0].keys()
    assert data["rounds"][0]["usage"] == {
        "calls": 2, "prompt_tokens": 20, "cached_tokens": 0, "new_tokens": 8, "seconds": 0.5,
    }  # fmt: skip
    assert {"claim", "op", "reason", "cost"} <= data["edits"][0].keys()
    assert [(gone["claim"], gone["round"], gone["reason"]) for gone in data["withdrawn"]] == [
        ("r2", 1, "asked"),
        ("r3", 1, "p1 and r3"),
    ]
    assert data["withdrawn"][0]["was"]["predicate"] == "ride"


def withdrawn_in(number, by="model"):
    return [json.loads(example().to_json())["withdrawn"][0] | {"round": number, "by": by}]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": "nesy.analysis/2"}, "schema"),
        ({"verdikt": 1}, "verdikt: unknown key"),
        ({"stop_reason": "bored"}, "stop_reason"),
        ({"rounds": []}, "rounds"),
        ({"kept_round": 7}, "kept_round is 7, and the last round is"),
        ({"kept_round": -1}, "kept_round is -1"),
        ({"withdrawn": withdrawn_in(2)}, "withdrawn.0.round is 2; of what the model withdrew it is 1 to 1 here"),
        ({"withdrawn": withdrawn_in(0)}, "withdrawn.0.round is 0; of what the model withdrew it is 1 to 1 here"),
        ({"withdrawn": withdrawn_in(-1, by="repair")}, "withdrawn.0.round is -1; of what the repair withdrew it is 0"),
        ({"rounds": json.loads(example().to_json())["rounds"][::-1]}, "rounds.0.index is 1"),
        ({"rounds": json.loads(example().to_json())["rounds"][1:]}, "rounds.0.index is 1"),
    ],
)
def test_bad_json_is_one_line_with_source_and_field(change, told):
    text = json.dumps(json.loads(example().to_json()) | change)
    with pytest.raises(InputError) as caught:
        Analysis.from_json(text, source="old.json")
    assert str(caught.value).startswith("old.json: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_frame_has_a_row_per_claim_per_round_with_what_becomes_of_it():
    frame = example().to_frame()
    assert list(frame.columns) == ["round", "id", "kind", "text", "confidence", "violations", "state"]
    assert len(frame) == 8 + 7
    state = frame.set_index(["round", "id"])["state"]
    assert state[0, "r2"] == "withdrawn"
    assert state[1, "r3"] == "repaired"
    assert (state.drop([(0, "r2"), (1, "r3")]) == "kept").all()
    first = frame[frame["round"] == 0].set_index("id")
    assert first.loc["p1", "text"] == "person_1 hip sit on horse_1"
    assert first.loc["r1", "violations"] == 1
    assert first.loc["n1", "violations"] == 0
    assert math.isnan(first.loc["p1", "confidence"])


def test_the_frame_of_an_empty_scene_keeps_its_columns():
    nothing = Scene(entities=())
    turn = Round(index=0, kind="describe", prompt="", reply="", scene=nothing, verdict=verdict(), usage=ONE)
    analysis = example().model_copy(update={"rounds": (turn,), "kept_round": 0, "scene": nothing})
    assert list(analysis.to_frame().columns) == ["round", "id", "kind", "text", "confidence", "violations", "state"]
    assert analysis.to_frame().empty


def test_the_graph_has_every_claim_of_the_final_scene():
    graph = example().to_networkx()
    assert list(graph.nodes) == ["person_1", "horse_1"]
    assert graph.nodes["person_1"]["attributes"] == "réd <b>"
    edges = {key: (s, o, data["predicate"]) for s, o, key, data in graph.edges(keys=True, data=True)}
    assert edges == {
        "p1": ("person_1", "horse_1", "hip sit on"),
        "p2": ("person_1", "person_1", "head inspect"),
        "r1": ("person_1", "horse_1", "ride"),
    }
    assert graph["person_1"]["horse_1"]["r1"]["confidence"] == 0.8
    assert graph.graph["counts"] == "1 person"


def test_the_dataset_names_a_graph_per_round_and_tells_what_was_withdrawn_where():
    from nesy.graph import from_rdf
    from nesy.graph.provenance import withdrawals

    analysis = example()
    dataset = analysis.graph
    named = {str(graph.identifier): graph for graph in dataset.graphs() if len(graph)}
    by_end = {name.rsplit("/", 1)[-1]: from_rdf(graph) for name, graph in named.items() if not name.startswith("urn:")}
    assert by_end == {"0": SCENE, "1": analysis.rounds[1].scene, "final": analysis.scene}
    told = [(str(claim), reason) for claim, reason in withdrawals(dataset)]
    assert [reason for _, reason in told] == ["asked", "p1 and r3"]
    assert [claim[-2:] for claim, _ in told] == ["r2", "r3"]


def test_every_withdrawal_leads_to_its_finding_its_rule_and_the_turn_that_was_answered():
    from rdflib import PROV, URIRef

    from nesy.ontology.namespaces import NESY

    analysis = example()
    log = analysis.graph.default_graph
    for claim, message, asked in (
        ("r2", "r1 and r2 cannot hold together.", True),
        ("r3", "p1 and r3 cannot hold together.", False),
    ):
        edit = log.value(URIRef(analysis.base + claim), PROV.wasInvalidatedBy)
        influences = set(log.objects(edit, PROV.wasInfluencedBy))
        assert {str(log.value(one, NESY.message)) for one in influences if log.value(one, NESY.message)} == {message}
        assert URIRef("https://example.org/rule") in influences
        assert len(influences) == 2
        assert (log.value(edit, PROV.wasInformedBy) is not None) == asked


def test_what_an_answer_or_the_repair_changed_is_on_record_with_the_round_that_held_it():
    from nesy.analysis.records import record_of

    first, turn = example().rounds
    said = {claim.id: claim for claim in first.scene.claims()}
    turned = said["r2"].model_copy(update={"subject": "person_1", "object": "horse_1", "predicate": "hold"})
    relations = tuple(turned if r.id == "r2" else r for r in first.scene.relations)
    after = first.scene.model_copy(update={"relations": relations})
    turn = turn.model_copy(update={"scene": after, "changed": ("r2",), "withdrawn": ()})
    set_anew = said["n1"].model_copy(update={"value": 2})
    edit = Edit(claim="n1", op="recount", reason="why", cost=0.5, was=said["n1"], now=set_anew, rule="urn:rule")
    analysis = example().model_copy(update={"rounds": (first, turn), "edits": (edit,), "withdrawn": ()})
    by_answer, by_repair = record_of(analysis).changed
    assert (by_answer.claim, by_answer.round, by_answer.op, by_answer.prompted) == ("r2", 0, "swap", 1)
    assert (by_answer.findings, by_answer.rules, by_answer.cost) == ((0,), ("https://example.org/rule",), None)
    assert (by_repair.claim, by_repair.round, by_repair.op, by_repair.prompted) == ("n1", 1, "recount", None)
    assert (by_repair.findings, by_repair.rules, by_repair.cost) == ((), ("urn:rule",), 0.5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's readers use its own old calls
@pytest.mark.parametrize("form", ["trig", "nquads", "json-ld"])
def test_rdf_text_says_the_same_as_the_dataset(form):
    import rdflib
    from rdflib import OWL, RDF

    analysis = example()
    with warnings.catch_warnings(action="error"):
        text = analysis.to_rdf(form)
    read = rdflib.Dataset()
    read.parse(data=text, format=form)
    added = {RDF.type, OWL.imports} if form == "trig" else set()
    assert {quad[:3] for quad in analysis.graph.quads()} <= {quad[:3] for quad in read.quads()}
    more = {quad[:3] for quad in read.quads()} - {quad[:3] for quad in analysis.graph.quads()}
    assert bool(more) == bool(added) and {predicate for _, predicate, _ in more} == added


def test_turtle_holds_the_final_scene():
    import rdflib

    from nesy.graph import from_rdf

    analysis = example()
    assert from_rdf(rdflib.Graph().parse(data=analysis.to_rdf("turtle"), format="turtle")) == analysis.scene
