"""Timelines: intervals, events, JSON and RDF; rules over time, on both engines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.checking import Rules
from nesy.errors import InputError
from nesy.settings import VideoSettings
from nesy.video.drawn_clip import draw_clip
from nesy.video.temporal_check import check_over_time
from nesy.video.timeline import Timeline
from nesy.video.timeline_triples import timeline_graph
from tests.video.clips import scene, timeline

RIDE, SIT, HOLD = ("person_1", "ride", "horse_1"), ("person_1", "sit on", "bench_1"), ("person_1", "hold", "cup_1")
AWAY = {"person_1": None}


def found(scenes, step_s=0.5, **chosen):
    """Return rule -> frames of its findings; both engines must agree."""
    line = timeline(scenes, step_s)
    findings = check_over_time(line, settings=VideoSettings(**chosen))
    assert findings == check_over_time(line, settings=VideoSettings(**chosen), engine="pyshacl")
    told = {}
    for one in findings:
        told.setdefault(one.rule.split("#")[1], []).append(one.frames)
    return told


def spans(line):
    return [(one.subject, one.predicate, one.object, one.start_s, one.end_s) for one in line.relations]


def test_a_claim_lasts_from_its_first_frame_to_the_one_after_its_last():
    line = timeline([scene(SIT), scene(SIT), scene(), scene(RIDE), scene(RIDE)])
    assert spans(line) == [("person_1", "sit on", "bench_1", 0.0, 1.0), ("person_1", "ride", "horse_1", 1.5, 2.5)]
    assert line.relations[0].frames == (0, 1) and line.relations[1].claims == ("r1", "r1")


def test_a_pause_ends_an_interval_unless_one_of_the_two_is_not_seen_then():
    assert len(timeline([scene(RIDE), scene(), scene(RIDE)]).relations) == 2
    (ride,) = timeline([scene(RIDE), scene(**AWAY), scene(RIDE)]).relations
    assert (ride.start_s, ride.end_s, ride.frames) == (0.0, 1.5, (0, 2))


def test_words_that_mean_the_same_are_one_claim():
    riding = ("person_1", "riding", "horse_1")
    (ride,) = timeline([scene(RIDE), scene(riding), scene(RIDE)]).relations
    assert ride.predicate == "ride" and ride.end_s == 1.5


def test_what_comes_and_goes():
    line = timeline([scene(**AWAY), scene(), scene(), scene(horse_1=None)])
    events = [(one.kind, one.track, one.time_s) for one in line.events]
    assert events == [("appear", "person_1", 0.5), ("vanish", "horse_1", 1.5)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 200), st.integers(8, 10))
def test_a_drawn_truth_is_read_back_and_breaks_no_rule(index, frames):
    truth = draw_clip(7, index, frames).truth
    assert Timeline.from_json(truth.to_json()) == truth
    assert check_over_time(truth) == ()
    for one in truth.relations:
        assert one.start_s < one.end_s <= truth.duration_s


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('"schema":"nesy.timeline/1"|"schema":"nesy.timeline/2"', "schema"),
        ('"duration_s"|"seconds"', "seconds: unknown key"),
        ('"subject":"person_1"|"subject":"person_9"', "person_9"),
        ('"claims":["r1"|"claims":["r9"', "r9"),
        ('"index":1|"index":5', "index 5"),
    ],
)
def test_a_timeline_that_is_none_is_refused_in_one_line(change, told):
    text = timeline([scene(RIDE), scene(RIDE)]).to_json()
    wrong = text.replace(*change.split("|"))
    assert wrong != text
    with pytest.raises(InputError) as caught:
        Timeline.from_json(wrong, "t.json")
    assert told in str(caught.value) and str(caught.value).startswith("t.json") and "\n" not in str(caught.value)


# --- RDF ---


def test_rdf_says_when_in_terms_of_owl_time_and_has_a_graph_a_frame():
    line = timeline([scene(SIT), scene(SIT), scene(RIDE)])
    graph = timeline_graph(line, "https://example.org/clip#")
    rows = graph.query(
        """PREFIX time: <http://www.w3.org/2006/time#> PREFIX nesy: <https://w3id.org/nesy/ontology#>
        SELECT ?id ?start ?end WHERE {
            ?r a nesy:Relation ; nesy:id ?id ; time:hasTime ?when .
            ?when a time:ProperInterval ; time:hasBeginning ?b ; time:hasEnd ?e .
            ?b time:inTimePosition ?p . ?p time:numericPosition ?start ; time:hasTRS ?trs .
            ?e time:inTimePosition ?q . ?q time:numericPosition ?end ; time:hasTRS ?trs . } ORDER BY ?start"""
    )
    assert [(str(i), float(s), float(e)) for i, s, e in rows] == [("r1", 0.0, 1.0), ("r2", 1.0, 1.5)]
    names = {str(one.identifier) for one in graph.graphs()}
    assert {f"https://example.org/clip/frame/{n}" for n in range(3)} <= names
    seen = graph.query(
        "PREFIX nesy: <https://w3id.org/nesy/ontology#> SELECT ?c { GRAPH ?g { ?e a nesy:Entity ; nesy:category ?c } }"
    )
    assert len(seen) == 9


def test_a_base_that_ids_cannot_be_appended_to_is_refused():
    with pytest.raises(InputError, match="ends in"):
        timeline_graph(timeline([scene()] * 2), "https://example.org/clip")


# --- rules over time ---


def test_a_quiet_clip_breaks_nothing():
    assert found([scene(SIT)] * 3 + [scene()] * 2 + [scene(RIDE, dx=0.02 * n) for n in range(3)]) == {}


def test_nothing_moves_faster_than_the_settings_say():
    far = [scene(), scene(person_1=(0.75, 0.2, 0.95, 0.6))]
    assert found(far) == {"Teleports": [(0, 1)]}
    assert found(far, fastest=2.0) == {}
    assert found(far, step_s=2.0) == {}


def test_nobody_is_in_two_places():
    assert found([scene(RIDE, SIT)] * 2)["TwoPlacesAtOnce"] == [(0,), (1,)]
    on = {"bench_1": (0.1, 0.5, 0.4, 0.95)}
    assert "TwoPlacesAtOnce" not in found([scene(RIDE, SIT, **on)] * 2)


def test_one_thing_is_not_followed_as_two():
    twin = {"person_2": (0.1, 0.2, 0.3, 0.61)}
    assert found([scene(**twin)] * 2)["OneThingTwice"] == [(0, 1)]
    assert "OneThingTwice" not in found([scene(person_2=(0.5, 0.2, 0.7, 0.6))] * 2)


def test_what_is_held_goes_with_the_hand():
    cups = [(0.25, 0.4, 0.3, 0.45)] * 3
    moved = [(round(0.25 + 0.1 * n, 2), 0.4, round(0.3 + 0.1 * n, 2), 0.45) for n in range(3)]
    along = [scene(HOLD, dx=0.1 * n, cup_1=moved[n]) for n in range(3)]
    assert "LeftBehind" not in found(along)
    left = [scene(HOLD, dx=0.25 * n, cup_1=cups[n]) for n in range(3)]
    assert found(left)["LeftBehind"] == [(0, 1), (1, 2)]


def test_what_stops_and_begins_again_at_once_flickers():
    hip = ("person_1", "hip", "sit on", "horse_1")
    on, off = scene(RIDE, states=[hip]), scene()
    assert found([on, off, on]) == {"RelationFlickers": [(0, 2)], "StateFlickers": [(0, 2)]}
    assert found([on, off, on], shortly_s=0.9) == {}
    assert found([on, off, off, off, on, on], shortly_s=1.0) == {}
    assert found([on, scene(**AWAY), on]) == {}


def test_who_drinks_still_holds():
    cup = {"cup_1": (0.25, 0.4, 0.3, 0.45)}
    drink = ("person_1", "drink_with", "cup_1")
    assert found([scene(HOLD, **cup), scene(drink, **cup), scene(drink, **cup), scene(HOLD, **cup)]) == {}


def test_what_is_said_once_and_seen_once():
    assert found([scene(), scene(RIDE), scene()]) == {"SaidOnce": [(1,)]}
    assert found([scene(), scene(RIDE), scene(RIDE)]) == {}
    assert found([scene(), scene(cup_1=(0.5, 0.4, 0.55, 0.45)), scene()]) == {"SeenOnce": [(1,)]}


def test_who_sits_and_rides_has_mounted():
    assert found([scene(SIT)] * 2 + [scene(RIDE)] * 2) == {"MountsUnseen": [(1, 2)]}
    assert found([scene(SIT)] * 2 + [scene()] + [scene(RIDE)] * 2) == {}


def test_a_count_that_changes_for_a_moment():
    def counted(value):
        return scene().model_validate({**scene().model_dump(), "counts": [{"category": "person", "value": value}]})

    assert found([counted(1), counted(2), counted(1)]) == {"CountFlickers": [(0, 1, 2)]}
    assert found([counted(1), counted(2), counted(2)]) == {}


SLOW = """
@prefix my: <https://example.org/rules#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/rules> sh:declare [ sh:prefix "nesy" ;
    sh:namespace "https://w3id.org/nesy/ontology#"^^xsd:anyURI ] .
my:Slow a sh:NodeShape ; sh:targetClass <https://w3id.org/nesy/ontology#Timeline> ; sh:severity sh:Warning ;
    sh:message "Four claims of one frame and of none." ;
    sh:sparql [ sh:prefixes <https://example.org/rules> ; sh:select '''SELECT $this ?value WHERE {
        $this nesy:hasEntity ?a , ?b , ?c , ?d , ?e . ?a nesy:id ?value .
        FILTER (?a = ?b && ?b = ?c && ?c = ?d && ?d = ?e && ?a != ?e) }''' ] .
"""


def test_a_rule_that_takes_too_long_is_a_finding_that_says_so(tmp_path):
    (tmp_path / "own.ttl").write_text(SLOW)
    rules = Rules.over_time([tmp_path / "own.ttl"]).only("Slow")
    (finding,) = check_over_time(timeline([scene(RIDE)] * 12), rules, seconds_per_rule=0.05)
    assert (finding.rule, finding.claims, finding.severity) == ("https://example.org/rules#Slow", (), "warning")
    assert "not known" in finding.message


def test_a_finding_names_things_times_and_claims():
    (finding,) = check_over_time(timeline([scene(RIDE), scene(), scene(RIDE)]))
    assert finding.message.startswith("person_1 ride horse_1 is said at 0.0 s and at 1.0 s, but not at 0.5 s")
    assert finding.times_s == (0.0, 1.0) and [(c.frame, c.claim) for c in finding.claims] == [(0, "r1"), (2, "r1")]


def test_rules_are_switched_graded_and_added(tmp_path):
    rules = Rules.over_time(off=["SaidOnce"], severities={"Teleports": "info"})
    names = {rule.iri.split("#")[1]: rule.severity for rule in rules}
    assert "SaidOnce" not in names and names["Teleports"] == "info" and not rules.uncompiled
    shape = Rules.over_time().shape("CountFlickers").serialize(format="turtle")
    own = tmp_path / "own.ttl"
    own.write_text(shape.replace("rules#CountFlickers", "rules#Mine").replace("rules:CountFlickers", "rules:Mine"))
    assert "Mine" in {rule.iri.split("#")[1] for rule in Rules.over_time([own])}
    with pytest.raises(InputError, match="Nothing"):
        Rules.over_time(off=["Nothing"])
    assert not {"Teleports", "SaidOnce"} & {rule.iri.split("#")[1] for rule in Rules.load()}
