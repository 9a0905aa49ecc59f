"""Shapes within a rule, named parts of it, messages in several languages: the same on every engine."""

from pathlib import Path

import pytest

from lab.oxigraph_engine import check_by_oxigraph
from nesy.checking import Rules, check
from nesy.checking.rules import lint
from nesy.errors import KnowledgeError
from nesy.scene import Scene
from nesy.verdict import Finding
from tests.rule_texts import asking, rule, write

SCENE = Scene.model_validate(
    {
        "entities": [{"category": "person"}, {"category": "cat"}],
        "relations": [{"subject": "person_1", "predicate": "ride", "object": "cat_1", "confidence": 0.9}],
    }
)
OF_PERSON = "sh:targetClass nesy:Person ;"
OF_RELATION = "sh:targetClass nesy:Relation ;"


def told(findings: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(one.rule.partition("#")[2], one.severity, one.message) for one in findings]


def found(path: Path, **options: str) -> list[tuple[str, str, str]]:
    """Return rule, severity and message of every finding; all engines say the same."""
    rules = Rules.load([path], shipped=False, **options)  # type: ignore[arg-type]
    looped = check(SCENE, rules).findings
    assert looped == check(SCENE, rules, engine="pyshacl").findings
    if not rules.unplanned:
        assert looped == check_by_oxigraph(SCENE, rules)
    return told(looped)


NO_RIDE = "sh:property [ sh:path nesy:ride ; sh:maxCount 0 %s ]"
SEVERITIES = {
    "milder within": (
        "sh:Violation",
        NO_RIDE % '; sh:severity sh:Info ; sh:message "{$this}!"',
        [("info", "person_1!")],
    ),
    "graver within": ("sh:Info", NO_RIDE % "; sh:severity sh:Violation", [("violation", "rule of person_1")]),
    "none within": ("sh:Warning", NO_RIDE % "", [("warning", "rule of person_1")]),
    "a message within": ("sh:Warning", NO_RIDE % '; sh:message "{?path}"', [("warning", "ride")]),
    "two within": (
        "sh:Violation",
        NO_RIDE % '; sh:severity sh:Info ; sh:message "mild"'
        + " ; sh:property [ sh:path nesy:ride ; sh:class nesy:Vehicle ]",
        [("violation", "rule of person_1"), ("info", "mild")],
    ),
    "two messages": (
        "sh:Violation",
        NO_RIDE % '; sh:message "one"'
        + " ; sh:property [ sh:path nesy:ride ; sh:class nesy:Vehicle ; sh:message 'two' ]",
        [("violation", "one"), ("violation", "two")],
    ),
    "further within": (
        "sh:Violation",
        NO_RIDE.replace("maxCount 0 %s", "property [ sh:path nesy:category ; sh:minCount 2 ; sh:severity sh:Info ]"),
        [("info", "rule of cat_1")],
    ),
    "on pySHACL": (
        "sh:Violation",
        (
            "sh:property [ sh:path nesy:ride ; sh:qualifiedMaxCount 0 ; sh:qualifiedValueShape [ sh:class nesy:Cat ] ;"
            ' sh:severity sh:Warning ; sh:message "no cat" ]'
        ),
        [("warning", "no cat")],
    ),
    "a query within": (
        "sh:Violation",
        (
            'sh:property [ sh:path nesy:ride ; sh:severity sh:Info ; sh:sparql [ sh:message "rides {?value}" ;'
            ' sh:select "SELECT $this ?value WHERE { $this $PATH ?value }" ] ]'
        ),
        [("info", "rides cat_1")],
    ),
    "a shape that is not the one at fault": (
        "sh:Violation",
        "sh:node [ sh:property [ sh:path nesy:ride ; sh:maxCount 0 ; sh:severity sh:Info ; sh:message 'inner' ] ]",
        [("violation", "rule of person_1")],
    ),
}


@pytest.mark.parametrize("name", SEVERITIES)
def test_the_shape_that_is_broken_gives_severity_and_message(tmp_path: Path, name: str) -> None:
    severity, body, expected = SEVERITIES[name]
    path = write(tmp_path, rule(body, '"rule of {$this}"', severity, OF_PERSON))
    assert [one[1:] for one in found(path)] == expected
    graded = Rules.load([path], shipped=False, severities={"R": "warning"})
    assert {one.severity for one in check(SCENE, graded).findings} == {"warning"}
    grave = Rules.load([path], shipped=False).grave
    assert told(check(SCENE, grave).findings) == [("R", *one) for one in expected if one[0] == "violation"]


def test_a_rule_tells_the_severities_within(tmp_path: Path) -> None:
    path = write(tmp_path, rule(NO_RIDE % "; sh:severity sh:Info", severity="sh:Violation"))
    assert Rules.load([path], shipped=False).only("R").rules[0].within == ("info",)


NAMED = {
    "a query": "sh:sparql :C . :C sh:prefixes <http://example.org/r> ; sh:select"
    ' "SELECT $this ?value WHERE { $this nesy:ride ?x . BIND (1 AS ?value) }"',
    "a list of values": "sh:property [ sh:path nesy:ride ; sh:in :L ] . :L rdf:first nesy:Cat ; rdf:rest :M ."
    " :M rdf:first nesy:Dog ; rdf:rest ()",
    "a list of shapes": "sh:or :L . :L rdf:first :S ; rdf:rest :M . :M rdf:first [ sh:class nesy:Cat ] ; rdf:rest () ."
    " :S sh:class nesy:Dog",
    "a property shape": "sh:property :P . :P sh:path nesy:ride ; sh:maxCount 0",
    "prefixes": 'sh:sparql [ sh:prefixes :N ; sh:select "SELECT $this WHERE { $this n:ride ?x }" ] . :N sh:declare :D .'
    ' :D sh:prefix "n" ; sh:namespace "https://w3id.org/nesy/ontology#"',
    "two prefixes for one namespace": 'sh:sparql [ sh:prefixes :N , <http://example.org/r> ; sh:select "SELECT $this'
    ' WHERE { $this n:ride ?x . ?x nesy:id ?i }" ] . :N a owl:Ontology ; sh:declare [ sh:prefix "n" ;'
    ' sh:namespace "https://w3id.org/nesy/ontology#" ]',
    "imported prefixes": 'sh:sparql [ sh:prefixes <http://e.org/a> ; sh:select "SELECT $this { $this n:ride ?x }" ] .'
    " <http://e.org/a> a owl:Ontology ; owl:imports <http://e.org/b> . <http://e.org/b> a owl:Ontology ; owl:imports"
    " <http://e.org/c> , <http://e.org/a> . <http://e.org/c> a owl:Ontology ;"
    ' sh:declare [ sh:prefix "n" ; sh:namespace "https://w3id.org/nesy/ontology#" ]',
}


@pytest.mark.parametrize("name", NAMED)
def test_what_has_a_name_is_part_of_the_rule(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, rule(NAMED[name], target=OF_PERSON))
    assert ("R", "info", "no") in found(path)
    assert [one for one in lint([path], shipped=False) if one.grave] == []


def test_rules_share_named_parts(tmp_path: Path) -> None:
    shared = ":P sh:path nesy:ride ; sh:maxCount 0 . :L rdf:first [ sh:class nesy:Dog ] ; rdf:rest () ."
    one = rule("sh:property :P ; sh:or :L", target=OF_PERSON)
    other = rule("sh:property :P ; sh:or :L", '"other"', "sh:Warning", OF_PERSON).replace(":R a", ":Other a")
    assert set(found(write(tmp_path, "\n".join([shared, one, other])))) == {
        ("R", "info", "no"),
        ("Other", "warning", "other"),
    }


def test_a_named_inference_rule_runs_on_every_engine(tmp_path: Path) -> None:
    infers = (
        ":I a sh:NodeShape ; sh:targetClass nesy:Person ; sh:rule :How . :How a sh:SPARQLRule ; sh:prefixes"
        ' <http://example.org/r> ; sh:construct "CONSTRUCT { $this nesy:seen nesy:Cat } { $this nesy:ride ?x }" .\n'
    )
    path = write(tmp_path, infers + rule("sh:property [ sh:path nesy:seen ; sh:maxCount 0 ]", target=OF_PERSON))
    assert found(path) == [("R", "info", "no")]


NUMBERS = {
    "sh:property [ sh:path nesy:confidence ; sh:hasValue 0.90 ]": 0,
    "sh:property [ sh:path nesy:confidence ; sh:hasValue 0.9 ]": 0,
    "sh:property [ sh:path nesy:confidence ; sh:hasValue '00.900'^^xsd:decimal ]": 0,
    "sh:property [ sh:path nesy:confidence ; sh:in ( 0.1 0.900 ) ]": 0,
    "sh:not [ sh:property [ sh:path nesy:confidence ; sh:hasValue 0.90 ] ]": 1,
    "sh:property [ sh:path nesy:confidence ; sh:hasValue 0.91 ]": 1,
    'sh:sparql [ sh:prefixes <http://example.org/r> ; sh:select "SELECT $this { $this nesy:confidence 0.90 }" ]': 1,
    'sh:sparql [ sh:prefixes <http://example.org/r> ; sh:select "SELECT $this { $this nesy:confidence 0.91 }" ]': 0,
}


@pytest.mark.parametrize("body", NUMBERS)
def test_a_number_counts_by_its_value_however_it_is_written(tmp_path: Path, body: str) -> None:
    assert len(found(write(tmp_path, rule(body, target=OF_RELATION)))) == NUMBERS[body]


LANGUAGES = {
    "de": ("de", "Deutsch"),
    "fr": ("fr", "English"),
    "en": ("en", "English"),
    "pt": ("pt", "Brasil"),
    "DE": ("DE", "Deutsch"),
}


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_language_asked_for_then_english_then_none(tmp_path: Path, name: str) -> None:
    language, expected = LANGUAGES[name]
    texts = '"Deutsch"@de , "English"@en , "aaa" , "AAA"@aa , "Brasil"@pt-BR'
    both = rule(NO_RIDE % "", texts, target=OF_PERSON + f" sh:name {texts} ;")
    within = rule(NO_RIDE % f"; sh:message {texts}", target=OF_PERSON).replace(":R a", ":W a")
    query = asking("SELECT $this ?value WHERE { $this nesy:hasRelation ?r . ?r nesy:id ?value }", texts)
    path = write(tmp_path, "\n".join([both, within, query.replace(":R a", ":Q a")]))
    assert {one[2] for one in found(path, language=language)} == {expected}
    assert Rules.load([path], shipped=False, language=language).only("R").rules[0].name == expected


def test_a_message_without_english_is_the_one_without_a_language(tmp_path: Path) -> None:
    path = write(tmp_path, rule(NO_RIDE % "", '"plain" , "Deutsch"@de', target=OF_PERSON))
    assert found(path) == [("R", "info", "plain")]
    path = write(tmp_path, rule(NO_RIDE % "", '"Deutsch"@de , "Dansk"@da', target=OF_PERSON))
    assert found(path) == [("R", "info", "Dansk")]


def test_a_variable_without_a_value_is_told_as_something(tmp_path: Path) -> None:
    query = (
        "SELECT $this ?value ?x WHERE { $this nesy:hasRelation ?r . ?r nesy:id ?value OPTIONAL { ?r nesy:part ?x } }"
    )
    assert found(write(tmp_path, asking(query, '"{?x} of {?value}"'))) == [("R", "info", "something of r1")]


def test_a_prefix_with_two_namespaces_is_refused_where_it_is_imported(tmp_path: Path) -> None:
    text = NAMED["imported prefixes"].replace(
        "<http://e.org/b> a owl:Ontology ;",
        '<http://e.org/b> a owl:Ontology ; sh:declare [ sh:prefix "n" ;\n sh:namespace "http://n.org/" ] ;',
    )
    with pytest.raises(KnowledgeError, match=r"the prefix 'n' is declared for .*one prefix .* \(lines \d+ and \d+\)"):
        Rules.load([write(tmp_path, rule(text, target=OF_PERSON))], shipped=False)
