"""Verdicts: exact claims, stable order, user rules, errors in one line, and no scene that crashes the check."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from rdflib import OWL, RDFS, SH, Graph, Variable
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result

from nesy.checking import Rules, check
from nesy.checking.data_graph import data_graph
from nesy.checking.pyshacl_query_plan import ordered, prepared
from nesy.errors import InputError, KnowledgeError
from nesy.graph.triples import scene_iri
from nesy.ontology import Ontology
from nesy.ontology.namespaces import RULES, VOCABULARY
from nesy.pipeline import Pipeline
from nesy.scene import Scene
from nesy.settings import CheckingSettings, Settings
from nesy.verdict import Verdict
from tests.any_scenes import scenes
from tests.steps import steps

HEAD = """@prefix : <http://example.org/r#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix nesy: <https://w3id.org/nesy/ontology#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<http://example.org/r> a <http://www.w3.org/2002/07/owl#Ontology> ; sh:declare
  [ sh:prefix "nesy" ; sh:namespace "https://w3id.org/nesy/ontology#"^^xsd:anyURI ] .
"""


def scene(entities: list[str], *relations: tuple[str, str, str]) -> Scene:
    """A scene in one line; categories are the ids without their number."""
    return Scene.model_validate(
        {
            "entities": [{"id": e, "category": e.rsplit("_", 1)[0]} for e in entities],
            "relations": [{"subject": s, "predicate": p, "object": o} for s, p, o in relations],
        }
    )


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.ttl"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


TABLE = scene(["cup_1", "dining_table_1"], ("cup_1", "on", "dining_table_1"), ("dining_table_1", "on", "cup_1"))


def test_the_example_of_the_contract() -> None:
    verdict = check(TABLE)
    (finding,) = verdict.findings
    assert not verdict.consistent
    assert (finding.rule, finding.severity, finding.focus, finding.claims) == (
        "https://w3id.org/nesy/rules#SpatialAsymmetry",
        "violation",
        "cup_1",
        ("r1", "r2"),
    )
    assert finding.message == ("cup_1 is on dining_table_1 and dining_table_1 is on cup_1; one of the two cannot hold.")


def test_warnings_leave_a_scene_consistent() -> None:
    verdict = check(scene(["person_1", "suitcase_1"], ("person_1", "sit_on", "suitcase_1")))
    assert verdict.consistent
    assert [finding.severity for finding in verdict.findings] == ["warning"]


def test_unknown_words_are_listed_and_break_nothing() -> None:
    odd = scene(["person_1", "unicycle_1"], ("person_1", "blork", "unicycle_1"), ("person_1", "ride", "unicycle_1"))
    verdict = check(odd)
    assert verdict == Verdict(consistent=True, findings=(), unknown_labels=("blork", "unicycle"))


def test_order_is_severity_then_rule_then_claims_and_never_changes() -> None:
    busy = scene(
        ["person_1", "horse_1", "cup_1", "suitcase_1"],
        ("person_1", "sit_on", "suitcase_1"),
        ("person_1", "ride", "horse_1"),
        ("person_1", "ride", "cup_1"),
        ("cup_1", "on", "cup_1"),
    )
    first = check(busy)
    assert check(busy) == first
    ranks = [({"violation": 0, "warning": 1, "info": 2}[f.severity], f.rule, f.claims) for f in first.findings]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


@given(scenes())
@settings(max_examples=12, deadline=None)
def test_any_scene_gets_a_verdict(any_scene: Scene) -> None:
    verdict = check(any_scene)
    ids = {claim.id for claim in any_scene.claims()}
    for finding in verdict.findings:
        assert finding.claims
        assert set(finding.claims) <= ids
        assert list(finding.claims) == sorted(set(finding.claims))
        assert not re.search(r"[\n\x00]", finding.message)


def test_rules_can_be_switched_off_by_iri_or_name() -> None:
    for name in ("SpatialAsymmetry", "https://w3id.org/nesy/rules#SpatialAsymmetry"):
        rules = Rules.load(off=[name])
        assert check(TABLE, rules).consistent
        assert str(RULES["SpatialAsymmetry"]) not in {rule.iri for rule in rules}
    with pytest.raises(InputError, match="no rule 'Nonsense'"):
        Rules.load(off=["Nonsense"])


def test_a_user_rule_in_plain_shacl_core(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ":NoHorse a sh:NodeShape ; sh:targetClass nesy:Person ; sh:severity sh:Warning ;"
        ' sh:message "{$this} must not {?path} anything." ; sh:property [ sh:path nesy:ride ; sh:maxCount 0 ] .',
    )
    verdict = check(scene(["person_1", "horse_1"], ("person_1", "ride", "horse_1")), Rules.load([path]))
    (finding,) = verdict.findings
    assert (finding.rule, finding.severity) == ("http://example.org/r#NoHorse", "warning")
    assert (finding.focus, finding.claims) == ("person_1", ("r1",))
    assert finding.message == "person_1 must not ride anything."


def test_a_folder_of_rules(tmp_path: Path) -> None:
    write(tmp_path, ':R sh:targetClass nesy:Scene ; sh:severity sh:Info ; sh:message "hm" .')
    assert len(Rules.load([tmp_path])) == len(Rules.load()) + 1


SPARQL = """:R a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:severity sh:Info ; sh:message "%s" ;
    sh:sparql [ sh:prefixes <http://example.org/r> ; sh:select "%s" ] ."""
AGAIN = """<https://w3id.org/nesy/rules#SelfRelation> sh:targetClass nesy:Scene ;
    sh:severity sh:Info ; sh:message "x" ."""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (":R a sh:NodeShape ; sh:targetClass", r"line 5: not Turtle"),
        (':R a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:message "x" .', "r#R has no sh:severity"),
        (":R a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:severity sh:Info .", "r#R has no sh:message"),
        (':R sh:targetClass nesy:Scene ; sh:message "x" ; sh:severity sh:Fatal .', "severity .*Fatal"),
        ('[] sh:targetClass nesy:Scene ; sh:message "x" ; sh:severity sh:Info .', "has no IRI"),
        (":nothing :at :all .", "holds no rule"),
        (SPARQL % ("x", "SELECT $this WHERE { $this nesy:id }"), "r#R is no valid SHACL: its query, line 1, column"),
        (SPARQL % ("x", "SELECT $this WHERE { $this ex:id ?x }"), "r#R is no valid SHACL: .*ex"),
        (SPARQL % ("{?who}", "SELECT $this ?x WHERE { $this nesy:id ?x }"), r"names \{\?who\}"),
        (
            ':R sh:targetClass nesy:Scene ; sh:message "x" ; sh:severity sh:Info ; sh:property [ sh:minCount 1 ] .',
            "r#R is no valid SHACL",
        ),
        (AGAIN, "already defined in"),
    ],
)
def test_bad_rule_files_are_one_line_with_path(tmp_path: Path, text: str, problem: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(KnowledgeError, match=problem) as caught:
        Rules.load([path])
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bad_rule_file_is_refused_with_path_line_and_rule(tmp_path: Path) -> None:
    good = ':Good sh:targetClass nesy:Scene ; sh:message "x" ; sh:severity sh:Info .'
    path = write(tmp_path, f"{good}\n# :Bad\n\n:Bad sh:targetClass nesy:Scene .")
    line = 1 + path.read_text(encoding="utf-8").splitlines().index(":Bad sh:targetClass nesy:Scene .")
    with pytest.raises(KnowledgeError, match=rf"{re.escape(str(path))}: line {line}: rule \S+Bad has no sh:message"):
        Rules.load([path])


def test_a_rule_that_the_engine_refuses_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write(tmp_path, ':R sh:targetClass nesy:Cat ; sh:message "x" ; sh:severity sh:Info ; sh:maxCount 0 .')
    with pytest.raises(KnowledgeError, match="can only be present on a PropertyShape"):
        Rules.load([path])
    assert caplog.records == []


def test_own_rules_can_replace_the_pack(tmp_path: Path) -> None:
    path = write(tmp_path, ':R sh:targetClass nesy:Scene ; sh:message "x" ; sh:severity sh:Info .')
    assert [rule.iri.rsplit("#")[-1] for rule in Rules.load([path], shipped=False)] == ["R"]
    assert len(Rules.load([path])) == len(Rules.load()) + 1
    with pytest.raises(InputError, match="at least one rule file"):
        Rules.load(shipped=False)


@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
def test_a_rule_can_be_graded_otherwise(engine: Literal["compiled", "pyshacl"]) -> None:
    scene = Scene.model_validate(
        {"entities": [{"category": "cup"}], "relations": [{"subject": "cup_1", "predicate": "on", "object": "cup_1"}]}
    )
    assert not check(scene).consistent
    softer = check(scene, Rules.load(severities={"SelfRelation": "info"}), engine=engine)
    assert softer.consistent
    assert [(f.rule, f.severity) for f in softer.findings] == [(str(RULES["SelfRelation"]), "info")]
    with pytest.raises(InputError, match="no rule 'Nothing'"):
        Rules.load(severities={"Nothing": "info"})


def test_settings_choose_switch_off_and_grade_rules(tmp_path: Path) -> None:
    path = write(tmp_path, ':R sh:targetClass nesy:Scene ; sh:message "x" ; sh:severity sh:Info .')
    chosen = CheckingSettings(rules=(str(path),), shipped=False, severity={"R": "violation"})
    pipeline = Pipeline(model="embedded", settings=Settings(checking=chosen))
    assert [(rule.message, rule.severity) for rule in pipeline.rules] == [("x", "violation")]


def test_missing_and_empty_places_are_input_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such rule file"):
        Rules.load([tmp_path / "absent.ttl"])
    with pytest.raises(InputError, match="without rule files"):
        Rules.load([tmp_path])


def test_patterns_are_ordered_along_the_joins() -> None:
    this, a, b, x, y = map(Variable, ("this", "a", "b", "x", "y"))
    patterns = [(b, "left", y), (a, "left", x), (this, "has", a), (a, "near", b)]
    assert ordered(patterns, frozenset({this})) == [
        (this, "has", a),
        (a, "left", x),
        (a, "near", b),
        (b, "left", y),
    ]


def told(rows: Result) -> list[list[list[str]]]:
    """Every solution in words; those of GROUP_CONCAT stand in any order."""
    return sorted([sorted(str(node).split()) for node in row] for row in rows)  # type: ignore[union-attr]


def test_planned_queries_answer_as_the_plain_ones_do() -> None:
    """Each query on the scenes that break its rule, and on every thirtieth of the others: in rdflib they take long."""
    rules, ontology = Rules.load(), Ontology.default()
    spaces = (("nesy", VOCABULARY), ("rdfs", RDFS), ("owl", OWL))
    prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in spaces)
    own = {prefixes + str(rules.graph.value(query, SH.select)): rule for rule, query in rules.graph[: SH.sparql]}
    queries = {text: prepareQuery(text) for text in own}
    assert len(queries) >= 30
    folder = Path(__file__).parents[1] / "rules"
    answers = 0
    for number, path in enumerate(sorted(folder.glob("*/bad_1.json"))):
        data = data_graph(Scene.from_json(path.read_text(encoding="utf-8")), ontology)
        for place, (text, unplanned) in enumerate(queries.items(), number):
            if place % 30 and own[text] != RULES[path.parent.name]:
                continue
            bound = {"this": scene_iri()}
            plain = told(Graph.query(data, unplanned, initBindings=bound))
            assert told(Graph.query(data, prepared(text), initBindings=bound)) == plain, text
            answers += len(plain)
    assert answers >= 30


def test_a_crowd_is_checked_in_few_steps() -> None:
    """Thirty people who sit and ride, in some 200,000 steps: with patterns in the wrong order this takes hours."""
    people, mounts = [f"person_{i}" for i in range(30)], [f"bicycle_{i}" for i in range(30)]
    rides = [(person, verb, mount) for person, mount in zip(people, mounts, strict=True) for verb in ("ride", "sit_on")]
    row = scene(people + mounts, *rides, *((a, "left_of", b) for a, b in pairwise(people)))
    assert check(row).consistent
    assert steps(lambda: check(row), most=1_000_000) > 0
