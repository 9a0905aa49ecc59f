"""When a rule is reached, what coverage counts, and what the command prints."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from rdflib import SH, Graph, URIRef

from nesy import Scene
from nesy.checking import Rules, prepare
from nesy.cli import main
from nesy.errors import KnowledgeError
from nesy.experiments.mutation.query_text import read_query
from nesy.experiments.rules.coverage import measure_coverage, preconditions, reach, reached
from nesy.experiments.rules.preconditions import path_text, precondition_graph, relaxed_query
from nesy.experiments.rules.probes import interactions, part_states, probe, touching
from nesy.experiments.rules.selection import Selection
from nesy.ontology.namespaces import RULES
from nesy.synthetic import draw
from tests.any_scenes import scenes

HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix x: <https://example.org/rules#> .
"""


def scene(**lists: object) -> Scene:
    return Scene.model_validate({"entities": [], **lists})


RIDER = scene(
    entities=[
        {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.4, 0.8]},
        {"id": "horse_1", "category": "horse", "box": [0.1, 0.4, 0.6, 0.9]},
    ],
    relations=[{"id": "r1", "subject": "person_1", "predicate": "ride", "object": "horse_1"}],
)
EATEN = scene(
    entities=[{"id": "person_1", "category": "person"}, {"id": "car_1", "category": "car"}],
    relations=[{"id": "r1", "subject": "person_1", "predicate": "eat", "object": "car_1"}],
)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("query", "relaxed"),
    [
        pytest.param(
            "SELECT $this ?a ?value WHERE { ?a <urn:p> ?n ; nesy:id ?value . FILTER (?n > 0.5 && ?n < 1) }",
            "SELECT DISTINCT $this ?value WHERE { ?a <urn:p> ?n ; nesy:id ?value . }",
            id="bounds are granted",
        ),
        pytest.param(
            "SELECT $this WHERE { ?a <urn:p> ?b . FILTER NOT EXISTS { ?a <urn:q> ?c . FILTER (?c > 1) } }",
            "SELECT DISTINCT $this WHERE { ?a <urn:p> ?b . }",
            id="what must be missing is granted, with all within it",
        ),
        pytest.param(
            "SELECT $this WHERE { ?a <urn:p> ?b . FILTER EXISTS { ?a <urn:q> ?c . FILTER (?c > 1) } }",
            "SELECT DISTINCT $this WHERE { ?a <urn:p> ?b . FILTER EXISTS { ?a <urn:q> ?c . } }",
            id="what must be there is kept",
        ),
        pytest.param(
            "SELECT $this WHERE { ?a ?p ?b . FILTER ((?p IN (nesy:on, nesy:in) && ?x > 1) || ?p = nesy:under) }",
            "SELECT DISTINCT $this WHERE { ?a ?p ?b . FILTER (((?p IN (nesy:on, nesy:in)) || ?p = nesy:under)) }",
            id="lists and words are kept",
        ),
        pytest.param(
            "SELECT $this WHERE { ?a ?p ?b . FILTER (STR(?a) < STR(?b) && ?a != ?b) }",
            "SELECT DISTINCT $this WHERE { ?a ?p ?b . FILTER (STR(?a) < STR(?b) && ?a != ?b) }",
            id="two different things stay two",
        ),
        pytest.param(
            "SELECT $this WHERE { ?a nesy:value ?n . ?b nesy:value ?m . FILTER (?n != ?m) }",
            "SELECT DISTINCT $this WHERE { ?a nesy:value ?n . ?b nesy:value ?m . }",
            id="two different numbers are granted",
        ),
        pytest.param(
            "SELECT $this WHERE { ?a ?p ?b . FILTER (!(?n > 3) && !BOUND(?c)) }",
            "SELECT DISTINCT $this WHERE { ?a ?p ?b . }",
            id="a denied comparison is granted too",
        ),
        pytest.param(
            "SELECT $this WHERE { ?a ?p ?b . FILTER (?p != nesy:hold || NOT EXISTS { ?a a nesy:Bench }) }",
            "SELECT DISTINCT $this WHERE { ?a ?p ?b . }",
            id="one granted choice grants the whole",
        ),
        pytest.param(
            'SELECT $this ?value WHERE { ?r nesy:id ?i . ?s nesy:id ?k . BIND (CONCAT(?i, " ", ?k) AS ?value) }',
            "SELECT DISTINCT $this ?value WHERE { ?r nesy:id ?i . ?s nesy:id ?k . "
            'BIND (CONCAT(?i, " ", ?k) AS ?value) FILTER (?i != ?k) }',
            id="claims named together are different ones",
        ),
        pytest.param(
            "SELECT $this ?n (COUNT(?e) AS ?m) WHERE { $this <urn:e> ?e } GROUP BY $this ?n HAVING (COUNT(?e) != ?n)",
            "SELECT $this ?n (COUNT(?e) AS ?m) WHERE { $this <urn:e> ?e } GROUP BY $this ?n",
            id="what groups must have is granted",
        ),
        pytest.param(
            "SELECT $this WHERE { ?p rdfs:range ?c . ?l owl:disjointWith ?c . ?b a ?l , nesy:Thing . }",
            "SELECT DISTINCT $this WHERE { ?p rdfs:range ?c . ?b a nesy:Thing . }",
            id="what the ontology denies is granted",
        ),
    ],
)
def test_a_query_is_relaxed(query: str, relaxed: str) -> None:
    assert flat(relaxed_query(query)) == relaxed


@pytest.mark.parametrize("text", ["SELECT $this", "SELECT $this WHERE { ?a ?b", "SELECT ` WHERE {}", "", "{ ?a ?b }"])
def test_a_query_that_cannot_be_read_is_told(text: str) -> None:
    with pytest.raises(KnowledgeError, match="query"):
        read_query(text)


def test_every_shipped_query_is_read_and_put_together_again() -> None:
    rules, patterns = Rules.load(), 0
    for rule in rules:
        for text in rules.shape(rule.iri).objects(None, SH.select):
            query = read_query(str(text))
            patterns += sum(len(statement.patterns) for statement in query.statements)
            assert query.replaced() == str(text)
            assert all(query.triple(pattern).count("\n") == 0 for s in query.statements for pattern in s.patterns)
    assert patterns > 150


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("nesy:on", "<{n}on>"),
        ("[ sh:inversePath nesy:on ]", "^<{n}on>"),
        ("( nesy:on [ sh:inversePath nesy:in ] )", "(<{n}on>/^<{n}in>)"),
        ("[ sh:alternativePath ( nesy:on nesy:in ) ]", "(<{n}on>|<{n}in>)"),
        ("[ sh:zeroOrMorePath nesy:on ]", "(<{n}on>)*"),
        ("[ sh:oneOrMorePath nesy:on ]", "(<{n}on>)+"),
        ("[ sh:zeroOrOnePath nesy:on ]", "(<{n}on>)?"),
    ],
)
def test_a_path_is_written(path: str, written: str) -> None:
    graph = Graph().parse(data=f"{HEAD} x:S sh:path {path} .")
    start = graph.value(URIRef("https://example.org/rules#S"), SH.path)
    assert start is not None
    assert path_text(graph, start) == written.format(n="https://w3id.org/nesy/ontology#")


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        pytest.param("sh:property [ sh:path nesy:confidence ; sh:maxInclusive 1 ]", False, id="a path without value"),
        pytest.param("sh:property [ sh:path nesy:subject ; sh:disjoint nesy:object ]", True, id="a path with one"),
        pytest.param("sh:property [ sh:path nesy:confidence ; sh:minCount 1 ]", True, id="a value that is missed"),
        pytest.param("sh:nodeKind sh:IRI", True, id="the node itself"),
    ],
)
def test_a_core_shape_is_reached_where_its_path_has_a_value(constraint: str, expected: bool) -> None:
    text = (
        f'{HEAD} x:R a sh:NodeShape ; sh:targetClass nesy:Relation ; sh:severity sh:Info ; sh:message "m"'
        f" ; {constraint} ."
    )
    rules = Rules.of(Graph().parse(data=text))
    assert bool(reached(preconditions(rules), prepare(RIDER))) is expected


def short(iris: frozenset[str]) -> set[str]:
    return {iri.removeprefix(str(RULES)) for iri in iris}


def test_a_rule_is_reached_and_cleared_or_reached_and_broken() -> None:
    rules = Rules.load()
    conditions = preconditions(rules)
    met = short(reached(conditions, prepare(RIDER)))
    assert {"ObjectIncapable", "UnusualPair", "AgentNotPerson", "BoxDegenerate"} <= met
    assert not {"CountMismatch", "StateOfPart", "SpatialAsymmetry", "NoInteractionExclusive"} & met
    found = {finding.rule for finding in prepare(RIDER).findings(rules)}
    assert str(RULES.ObjectIncapable) not in found
    broken = prepare(EATEN)
    assert str(RULES.ObjectIncapable) in {finding.rule for finding in broken.findings(rules)} & reached(
        conditions, broken
    )


def test_one_rule_is_asked_alone() -> None:
    rules = {rule.iri: rule for rule in Rules.load()}
    assert reach(rules[str(RULES.ObjectIncapable)], prepare(RIDER))
    assert not reach(rules[str(RULES.StateOfPart)], prepare(RIDER))


@settings(max_examples=40)
@given(scenes())
def test_what_fires_is_reached(any_scene: Scene) -> None:
    rules = Rules.load()
    prepared = prepare(any_scene)
    assert {finding.rule for finding in prepared.findings(rules)} <= reached(_conditions(), prepared)


def test_what_fires_on_golden_cases_is_reached() -> None:
    rules, fired = Rules.load(), set()
    for path in sorted((Path(__file__).parents[1] / "rules").glob("*/bad*.json")):
        prepared = prepare(Scene.from_json(path.read_text(encoding="utf-8"), str(path)))
        found = {finding.rule for finding in prepared.findings(rules)}
        fired |= found
        assert found <= reached(_conditions(), prepared), path
    assert len(fired) >= 36


_PACK: list[Rules] = []


def _conditions() -> Rules:
    if not _PACK:
        _PACK.append(preconditions(Rules.load()))
    return _PACK[0]


def test_the_vocabulary_is_complete() -> None:
    assert len(interactions()) == 600
    assert len(part_states()) == 93


def test_a_probe_is_looked_at_by_the_rules_it_is_for() -> None:
    rules = Rules.load()
    looking = short(touching(("ride", "bicycle"), rules))
    assert {"ObjectIncapable", "UnusualPair", "NoInteractionExclusive"} <= looking
    assert "StateOfPart" not in looking
    assert "StateOfPart" in short(touching(("hip", "sit_on"), rules))
    assert probe(("ride", "bicycle"), rules) == probe(("ride", "bicycle"), rules)


def test_no_word_is_looked_at_by_no_rule() -> None:
    rules = Rules.load()
    for word in (*interactions()[::40], *part_states()[::20]):
        assert touching(word, rules), word


def test_coverage_counts_scenes_and_claims() -> None:
    found = measure_coverage([RIDER, EATEN, EATEN], processes=1, vocabulary=False)
    by_name = {rule.rule.removeprefix(str(RULES)): rule for rule in found.rules}
    incapable = by_name["ObjectIncapable"]
    assert (incapable.reached, incapable.fired, incapable.cleared, incapable.topic) == (3, 2, 1, "types")
    assert by_name["CountMismatch"].reached == 0
    assert found.scenes == 3
    assert (found.verbs["eat"].seen, found.verbs["eat"].reached, found.verbs["eat"].found) == (2, 2, 2)
    assert (found.verbs["ride"].seen, found.verbs["ride"].found) == (1, 0)
    assert found.topics["types"]["eat"] == 2
    assert found.interactions.seen == {"ride horse": 1}
    assert found.interactions.total == 600
    assert found.interactions.rules == {}
    assert found.part_states.total == 93


def test_every_word_of_the_vocabulary_is_tried_on_the_rules() -> None:
    found = measure_coverage([RIDER], processes=1, selection=Selection(only=("ObjectIncapable",)))
    assert len(found.interactions.rules) == 600 and found.interactions.rules["ride bicycle"] == 1
    assert len(found.part_states.rules) == 93 and not any(found.part_states.rules.values())


def test_coverage_is_the_same_on_one_core_and_on_two() -> None:
    drawn = [draw(1, index).scene for index in range(70)]
    assert measure_coverage(drawn, processes=1, vocabulary=False) == measure_coverage(
        drawn, processes=2, vocabulary=False
    )


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[[str], tuple[int, str, str]]:
    def call(command: str) -> tuple[int, str, str]:
        code = main(command.split())
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_command_prints_a_table_and_json(run: Callable[[str], tuple[int, str, str]], tmp_path: Path) -> None:
    file = tmp_path / "scenes.jsonl"
    file.write_text(f"{RIDER.to_json()}\n\n{EATEN.to_json()}\n", encoding="utf-8")
    code, out, _ = run(f"rules coverage {file} --no-vocabulary")
    assert code == 0
    assert "2 scenes reach" in out
    assert "1 of 600 human-object interactions" in out
    code, out, _ = run(f"rules coverage {file} --no-vocabulary --format json")
    assert code == 0
    assert json.loads(out)["schema"] == "nesy.coverage/1"
    code, out, _ = run(f"rules coverage {file} --no-vocabulary --out {tmp_path / 'coverage.json'}")
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "coverage.json").read_text())["scenes"] == 2


def test_a_broken_line_is_told_with_its_number(run: Callable[[str], tuple[int, str, str]], tmp_path: Path) -> None:
    file = tmp_path / "scenes.jsonl"
    file.write_text(f'{RIDER.to_json()}\n{{"entities": 3}}\n', encoding="utf-8")
    code, out, err = run(f"rules coverage {file}")
    assert (code, out) == (2, "")
    assert "scenes.jsonl:2: entities" in err
    assert err.count("\n") == 1


def test_a_query_of_ones_own_that_cannot_be_read_names_its_rule() -> None:
    text = f'{HEAD} x:R sh:targetClass nesy:Scene ; sh:sparql [ sh:select "SELECT $this WHERE {{ ?a ?b" ] .'
    with pytest.raises(KnowledgeError, match=r"https://example\.org/rules#R"):
        precondition_graph(Graph().parse(data=text), "https://example.org/rules#R")
