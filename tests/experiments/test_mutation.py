"""Each operator on a small rule, what kills a mutant, and what the command prints."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import SH, Graph

from nesy import Scene
from nesy.checking import Rules
from nesy.cli import main
from nesy.errors import InputError, KnowledgeError
from nesy.experiments.mutation.mutation import SURVIVORS, golden_cases, golden_folder, measure_mutation, read_reasons
from nesy.experiments.mutation.query_mutants import query_mutants
from nesy.experiments.mutation.shape_mutants import Mutant, mutants
from nesy.experiments.mutation.siblings import siblings
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.ontology.namespaces import NESY, RULES, VOCABULARY

HERE = Path(__file__).parents[1]
HEAD = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix x: <https://example.org/rules#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:all sh:declare [ sh:prefix "nesy" ; sh:namespace "https://w3id.org/nesy/ontology#"^^xsd:anyURI ] .
"""


def changed(query: str, operator: str) -> list[str]:
    return [" ".join(change.text.split()) for change in query_mutants(query) if change.operator == operator]


@pytest.mark.parametrize(
    ("operator", "query", "expected"),
    [
        (
            "pattern dropped",
            "SELECT $this WHERE { ?r nesy:subject ?a ; nesy:id ?i . ?a a ?c . }",
            [
                "SELECT $this WHERE { ?r nesy:id ?i . ?a a ?c . }",
                "SELECT $this WHERE { ?r nesy:subject ?a ; nesy:id ?i . }",
            ],
        ),
        (
            "pattern turned",
            "SELECT $this WHERE { ?r nesy:subject ?a . ?p nesy:opposite ?q }",
            ["SELECT $this WHERE { ?r nesy:subject ?a . ?q nesy:opposite ?p }"],
        ),
        (
            "roles exchanged",
            "SELECT $this WHERE { ?r nesy:subject ?a ; nesy:object ?b }",
            ["SELECT $this WHERE { ?r nesy:subject ?b ; nesy:object ?a }"],
        ),
        (
            "path changed",
            "SELECT $this WHERE { ?p <urn:a>|^<urn:b> ?q }",
            [
                "SELECT $this WHERE { ?p ^<urn:b> ?q }",
                "SELECT $this WHERE { ?p <urn:a> ?q }",
                "SELECT $this WHERE { ?p <urn:a>|<urn:b> ?q }",
            ],
        ),
        (
            "term replaced",
            "SELECT $this WHERE { ?a a nesy:Person }",
            ["SELECT $this WHERE { ?a a nesy:Animal }", "SELECT $this WHERE { ?a a nesy:Agent }"],
        ),
        (
            "filter dropped",
            "SELECT $this WHERE { ?a ?p ?b . FILTER (?p = nesy:on) }",
            ["SELECT $this WHERE { ?a ?p ?b . }"],
        ),
        (
            "not exists dropped",
            "SELECT $this WHERE { ?a ?p ?b . FILTER NOT EXISTS { ?a a nesy:Thing } }",
            ["SELECT $this WHERE { ?a ?p ?b . }"],
        ),
        (
            "exists denied",
            "SELECT $this WHERE { ?a ?p ?b . FILTER NOT EXISTS { ?a a nesy:Thing } }",
            ["SELECT $this WHERE { ?a ?p ?b . FILTER EXISTS { ?a a nesy:Thing } }"],
        ),
        (
            "filter denied",
            "SELECT $this WHERE { ?a ?p ?b . FILTER (?a = ?b) }",
            ["SELECT $this WHERE { ?a ?p ?b . FILTER (!(?a = ?b)) }"],
        ),
        (
            "having dropped",
            "SELECT $this WHERE { ?a ?p ?b } GROUP BY $this HAVING (COUNT(?a) > 2)",
            ["SELECT $this WHERE { ?a ?p ?b } GROUP BY $this"],
        ),
        (
            "optional dropped",
            "SELECT $this WHERE { ?a ?p ?b OPTIONAL { ?a ?q ?c } }",
            ["SELECT $this WHERE { ?a ?p ?b }"],
        ),
        (
            "condition dropped",
            "SELECT $this WHERE { ?a ?p ?b . FILTER (?a = ?b && ?a = ?c) }",
            [
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?a = ?c) }",
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?a = ?b) }",
            ],
        ),
        (
            "list shortened",
            "SELECT $this WHERE { ?a ?p ?b . FILTER (?p IN (nesy:on, nesy:in)) }",
            [
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?p IN (nesy:in)) }",
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?p IN (nesy:on)) }",
            ],
        ),
        (
            "sign changed",
            "SELECT $this WHERE { ?a ?p ?b . FILTER (?a < ?b || ?a = ?b) }",
            [
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?a > ?b || ?a = ?b) }",
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?a < ?b && ?a = ?b) }",
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?a < ?b || ?a != ?b) }",
            ],
        ),
        (
            "number shifted",
            "SELECT $this WHERE { ?a ?p ?b . FILTER (?b > 0.05) FILTER (?b > 2) }",
            [
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?b > 0.1) FILTER (?b > 2) }",
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?b > 0.025) FILTER (?b > 2) }",
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?b > 0.05) FILTER (?b > 3) }",
                "SELECT $this WHERE { ?a ?p ?b . FILTER (?b > 0.05) FILTER (?b > 1) }",
            ],
        ),
        (
            "branches exchanged",
            "SELECT $this WHERE { ?a ?p ?b . BIND (IF(?a > ?b, ?a, ABS(?b)) AS ?c) }",
            ["SELECT $this WHERE { ?a ?p ?b . BIND (IF(?a > ?b, ABS(?b), ?a) AS ?c) }"],
        ),
    ],
)
def test_an_operator_changes_a_query(operator: str, query: str, expected: list[str]) -> None:
    assert changed(query, operator) == expected


def test_what_the_data_says_anyway_is_not_left_out() -> None:
    """What has a subject is a relation of the scene; what has an object alone may be a part state."""
    said = "SELECT $this WHERE { $this nesy:hasRelation ?r . ?r nesy:subject ?a }"
    assert changed(said, "pattern dropped") == ["SELECT $this WHERE { $this nesy:hasRelation ?r . }"]
    bare = "SELECT $this WHERE { $this nesy:hasRelation ?r . ?r nesy:object ?a }"
    assert len(changed(bare, "pattern dropped")) == 2


def test_a_path_that_is_its_own_inverse_is_not_turned() -> None:
    for path in ("nesy:opposite|^nesy:opposite", "^nesy:opposite|nesy:opposite"):
        assert not changed(f"SELECT $this WHERE {{ ?p {path} ?q }}", "pattern turned")
    assert changed("SELECT $this WHERE { ?p owl:inverseOf|^nesy:opposite ?q }", "pattern turned")


def test_a_long_condition_is_told_around_the_change() -> None:
    parts = " && ".join(f"?number_{n} > {n}.5" for n in range(12))
    told = [c.what for c in query_mutants(f"SELECT $this WHERE {{ ?a ?p ?b . FILTER ({parts}) }}")]
    shifted = [what for what in told if "?number_6 > 13.0" in what]
    assert len(shifted) == 1
    assert len(shifted[0]) < 250
    assert len(set(told)) == len(told)


CORE = """x:R a sh:NodeShape ; sh:targetClass nesy:Relation ; sh:severity sh:Violation ; sh:message "m" ; """


def operators_of(constraints: str) -> set[tuple[str, str]]:
    graph = Graph().parse(data=HEAD + CORE + constraints + " .")
    return {(mutant.operator, mutant.what) for mutant in mutants(graph, "https://example.org/rules#R")}


@pytest.mark.parametrize(
    ("constraints", "operator", "what"),
    [
        ("sh:nodeKind sh:IRI", "target replaced", "sh:targetClass nesy:Relation -> sh:targetClass nesy:PartState"),
        ("sh:nodeKind sh:IRI", "constraint removed", "sh:nodeKind sh:IRI"),
        ("sh:class nesy:Relation", "term replaced", "sh:class nesy:Relation -> sh:class nesy:PartState"),
        ("sh:path nesy:subject ; sh:minCount 1", "number shifted", "sh:minCount 1 -> sh:minCount 2"),
        ("sh:path nesy:subject ; sh:minCount 1", "path turned", "sh:path nesy:subject -> ^nesy:subject"),
        ("sh:path nesy:subject ; sh:minCount 1", "path replaced", "sh:path nesy:subject -> sh:path nesy:object"),
        ("sh:path [ sh:inversePath nesy:on ] ; sh:minCount 1", "path turned", "sh:path ^nesy:on -> nesy:on"),
        ("sh:path nesy:left ; sh:minInclusive 0.5", "number shifted", "sh:minInclusive 0.5 -> sh:minInclusive 0.25"),
        (
            "sh:path nesy:left ; sh:minInclusive 0.5",
            "constraint mistaken",
            "sh:minInclusive 0.5 -> sh:minExclusive 0.5",
        ),
        (
            "sh:path nesy:left ; sh:lessThan nesy:right",
            "sides exchanged",
            "sh:path nesy:left and sh:lessThan nesy:right exchanged",
        ),
        (
            "sh:path nesy:left ; sh:disjoint nesy:right",
            "constraint mistaken",
            "sh:disjoint nesy:right -> sh:equals nesy:right",
        ),
        ("sh:path nesy:state ; sh:in ( nesy:on nesy:in )", "list shortened", "sh:in without nesy:on"),
        ("sh:not [ sh:nodeKind sh:IRI ]", "constraint mistaken", "sh:not [ ... ] -> sh:node [ ... ]"),
    ],
)
def test_an_operator_changes_a_core_shape(constraints: str, operator: str, what: str) -> None:
    assert (operator, what) in operators_of(constraints)


@pytest.fixture(scope="module")
def shipped() -> dict[str, tuple[Graph, list[Mutant]]]:
    """Every shipped rule with its shape and its mutants."""
    rules = Rules.load()
    shapes = {rule.iri: rules.shape(rule.iri) for rule in rules}
    return {iri: (shape, list(mutants(shape, iri))) for iri, shape in shapes.items()}


def test_message_name_and_severity_are_kept(shipped: dict[str, tuple[Graph, list[Mutant]]]) -> None:
    kept = (SH.message, SH.severity, SH.name)
    for shape, made in shipped.values():
        before = {(predicate, value) for _, predicate, value in shape if predicate in kept}
        assert len({predicate for predicate, _ in before}) == len(kept)
        whole = frozenset(shape)
        for mutant in made:
            assert {(p, value) for _, p, value in mutant.triples if p in kept} == before, mutant.what
            assert mutant.triples != whole
        assert set(made[0].graph()) == made[0].triples


def test_every_shipped_rule_has_mutants_in_a_fixed_order(shipped: dict[str, tuple[Graph, list[Mutant]]]) -> None:
    for iri, (shape, made) in shipped.items():
        assert len(made) >= 5, iri
        assert [(m.operator, m.what) for m in made] == [(m.operator, m.what) for m in mutants(shape, iri)]


def test_a_sibling_is_another_word_of_the_same_kind() -> None:
    assert siblings(NESY.subject) == (NESY.object,)
    assert VOCABULARY["Animal"] in siblings(VOCABULARY["Person"])
    assert siblings(NESY.object) != (NESY.object,)
    for word in ("ride", "left_of", "state_sit_on", "part_hip", "Carrier"):
        found = siblings(VOCABULARY[word])
        assert found and VOCABULARY[word] not in found


def a_rule(tmp_path: Path, select: str) -> str:
    path = tmp_path / "own.ttl"
    path.write_text(
        f'{HEAD} x:Own a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:severity sh:Warning ; sh:message "m" ; '
        f'sh:sparql [ sh:prefixes x:all ; sh:select """{select}""" ] .',
        encoding="utf-8",
    )
    return str(path)


RIDES = """SELECT $this ?value WHERE {
    $this nesy:hasRelation ?r .
    ?r nesy:predicate nesy:ride ; nesy:subject ?a ; nesy:object ?b ; nesy:id ?value .
    ?b a nesy:Animal .
}"""


def riding(what: str, verb: str = "ride") -> str:
    return Scene.model_validate(
        {
            "entities": [{"id": "person_1", "category": "person"}, {"id": "thing_1", "category": what}],
            "relations": [{"subject": "person_1", "predicate": verb, "object": "thing_1"}],
        }
    ).to_json()


OWN = "https://example.org/rules#Own"


def test_a_rule_without_any_scene_is_not_tested_at_all(tmp_path: Path) -> None:
    report = measure_mutation((), (), [OWN], [a_rule(tmp_path, RIDES)])
    assert (report.killed, report.score) == (0, 0.0)
    assert len(report.survivors) == report.mutants > 5


def test_better_cases_give_a_better_score(tmp_path: Path) -> None:
    rule = a_rule(tmp_path, RIDES)
    weak = measure_mutation([("Own", riding("horse"))], (), [OWN], [rule])
    strong = measure_mutation(
        [("Own", riding("horse")), ("Own", riding("bicycle")), ("Own", riding("horse", "feed"))], (), [OWN], [rule]
    )
    assert 0 < weak.score < strong.score
    assert {"pattern dropped"} <= {survivor.operator for survivor in weak.survivors}
    assert not any("nesy:ride" in s.change and s.operator == "pattern dropped" for s in strong.survivors)
    assert strong.killed_by["own cases"] == strong.killed
    assert strong.rules[0].by_own_cases == strong.killed


def test_another_sentence_on_an_own_case_is_noticed_too(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    select = "SELECT $this ?a ?value WHERE { ?r nesy:predicate nesy:ride ; nesy:subject ?a ; nesy:id ?value . }"
    path.write_text(
        f"{HEAD} x:Own a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:severity sh:Warning ; "
        f'sh:message "{{?a}} rides." ; '
        f'sh:sparql [ sh:prefixes x:all ; sh:select """{select}""" ] .',
        encoding="utf-8",
    )
    own = measure_mutation([("Own", riding("horse"))], (), [OWN], [str(path)])
    other = measure_mutation([("Other", riding("horse"))], (), [OWN], [str(path)])
    assert own.killed_by["own sentences"] > 0 == other.killed_by["own sentences"]
    assert own.killed == other.killed + own.killed_by["own sentences"]


def test_cases_of_other_rules_and_sampled_scenes_kill_too(tmp_path: Path) -> None:
    rule = a_rule(tmp_path, RIDES)
    report = measure_mutation([("Other", riding("horse"))], [Scene.from_json(riding("bicycle"))], [OWN], [rule])
    assert report.killed_by["own cases"] == 0
    assert report.killed_by["other cases"] > 0
    assert report.killed_by["sampled scenes"] > 0
    assert report.seed is None


def test_a_mutant_that_is_no_rule_is_counted_apart(tmp_path: Path) -> None:
    # Without its value the aggregate selects a variable that is not grouped: no engine takes that.
    grouped = (
        """SELECT $this (COUNT(?e) AS ?n) WHERE { $this nesy:hasEntity ?e . } GROUP BY $this HAVING (COUNT(?e) > 1)"""
    )
    report = measure_mutation([("Own", riding("horse"))], (), [OWN], [a_rule(tmp_path, grouped)])
    assert report.mutants + report.invalid >= report.killed
    assert sum(rule.invalid for rule in report.rules) == report.invalid


def test_the_score_is_the_same_each_time_and_on_any_number_of_cores() -> None:
    folder = golden_folder()
    assert folder is not None
    golden = golden_cases(folder)[:40]
    names = [rule.iri for rule in Rules.load()][:3]
    one = measure_mutation(golden, sampled_scenes(5, 0), names, processes=1)
    assert one == measure_mutation(golden, sampled_scenes(5, 0), names, processes=2)


def test_sampled_scenes_come_again_and_break_rules() -> None:
    some = sampled_scenes(30, 3, ("ride", "hold"))
    assert some == sampled_scenes(30, 3, ("ride", "hold"))
    assert some != sampled_scenes(30, 4, ("ride", "hold"))


def test_golden_cases_are_read_or_missed(tmp_path: Path) -> None:
    assert len(golden_cases(HERE / "rules")) >= 120
    with pytest.raises(InputError, match="no golden cases"):
        golden_cases(tmp_path)
    (tmp_path / "Own").mkdir()
    (tmp_path / "Own" / "bad_1.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad_1\.json"):
        golden_cases(tmp_path)


def test_every_reason_is_about_a_rule_and_an_operator_that_exist(
    shipped: dict[str, tuple[Graph, list[Mutant]]],
) -> None:
    names = {iri.removeprefix(str(RULES)) for iri in shipped} | {"*"}
    made = {(m.operator, m.what) for _, all_of_it in shipped.values() for m in all_of_it}
    for (rule, operator, what), reason in read_reasons(SURVIVORS).entries.items():
        assert rule in names
        assert (operator, what) in made, f"{rule}: no mutant {what!r} any more; take the reason out"
        assert reason.endswith(".")


@pytest.mark.parametrize("text", ["[[survivor]]\nrule = 'x'", "no toml ["])
def test_a_bad_file_of_reasons_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "survivors.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"survivors\.toml"):
        read_reasons(path)


Run = Callable[[str], tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(command: str) -> tuple[int, str, str]:
        code = main(command.split())
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_the_command_prints_a_table_and_json(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "scenes.jsonl"
    file.write_text(riding("horse") + "\n", encoding="utf-8")
    code, out, _ = run(f"rules mutate {file} --rule SelfRelation")
    assert code == 0
    assert "SelfRelation" in out
    assert "mutants killed" in out
    code, out, _ = run(f"rules mutate {file} --rule SelfRelation --format json --golden {HERE / 'rules'}")
    report = json.loads(out)
    assert (code, report["schema"], report["sampled"]) == (0, "nesy.mutation/1", 1)
    code, out, _ = run(f"rules mutate {file} --rule SelfRelation --out {tmp_path / 'm.json'}")
    assert (code, out) == (0, "")
    assert json.loads((tmp_path / "m.json").read_text()) == report


def test_an_unknown_rule_and_a_broken_line_are_told(run: Run, tmp_path: Path) -> None:
    code, _, err = run("rules mutate --rule NoSuchRule")
    assert code == 2
    assert "NoSuchRule" in err
    file = tmp_path / "scenes.jsonl"
    file.write_text(riding("horse") + "\n{}\n", encoding="utf-8")
    code, _, err = run(f"rules mutate {file} --rule SelfRelation")
    assert code == 2
    assert "scenes.jsonl:2" in err


def test_without_golden_cases_the_command_says_so(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nesy.experiments.mutation.mutation.golden_folder", lambda: None)
    file = tmp_path / "scenes.jsonl"
    file.write_text(riding("horse") + "\n", encoding="utf-8")
    code, out, err = run(f"rules mutate {file} --rule SelfRelation")
    assert code == 0
    assert "no golden cases in this installation" in err
    assert "mutants killed" in out


def test_a_rule_of_ones_own_is_named_by_the_last_part_of_its_iri(tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(
        HEAD
        + """
x:NoSubject a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:severity sh:Info ; sh:message "{?a} does something." ;
    sh:sparql [ sh:prefixes x:all ; sh:select
        "SELECT $this ?a ?value WHERE { $this nesy:hasRelation ?r . ?r nesy:subject ?a ; nesy:id ?value }" ] .
""",
        encoding="utf-8",
    )
    report = measure_mutation((), [], ["NoSubject"], [str(own)], processes=1)
    assert [one.rule for one in report.rules] == ["https://example.org/rules#NoSubject"]
    assert report.mutants > 0
    with pytest.raises(InputError, match="no rule 'NoOther'"):
        measure_mutation((), [], ["NoOther"], [str(own)], processes=1)
