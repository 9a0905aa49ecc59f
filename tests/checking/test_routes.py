"""A user's own rule goes one of two ways: loops, pySHACL; each is heard, and the list of rules says so."""

import json
from pathlib import Path

import pytest

from lab.oxigraph_engine import check_by_oxigraph
from nesy.checking import Rules, check
from nesy.cli import main
from nesy.scene import Scene

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix : <https://example.org/own#> .
<https://example.org/own> a <http://www.w3.org/2002/07/owl#Ontology> ;
    sh:declare [ sh:prefix "nesy" ; sh:namespace "https://w3id.org/nesy/ontology#" ] .
"""
QUERY = """:R sh:targetClass nesy:Scene ; sh:severity sh:Warning ; sh:message "{?n} is odd." ;
    sh:sparql [ sh:prefixes <https://example.org/own> ; sh:select "SELECT $this ?n %s WHERE {
        $this nesy:hasCount ?c . ?c nesy:value ?n ; nesy:id %s . FILTER (%s) }" ] .""".replace("\n", " ")
ROUTES = {
    "loops": QUERY % ("(CONCAT(?i, '') AS ?value)", "?i", "regex(?i, 'N', 'i') && ?n > 3"),
    "pySHACL (the function RAND)": QUERY % ("?value", "?value", "RAND() < 1 && ?n > 3"),
    "pySHACL (the regular expression n(?=1))": QUERY % ("?value", "?value", "regex(?value, 'n(?=1)') && ?n > 3"),
    "pySHACL (sh:closed)": ":R sh:targetClass nesy:Count ; sh:severity sh:Warning ;"
    ' sh:message "{?value} is odd." ; sh:property [ sh:path nesy:value ; sh:maxInclusive 3 ] ; sh:closed true ;'
    " sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> nesy:id nesy:label nesy:category"
    " nesy:position ) .",
}
SCENE = Scene.model_validate(
    {"entities": [], "counts": [{"category": "cup", "value": 5}, {"category": "horse", "value": 2}]}
)


@pytest.mark.parametrize("route", ROUTES)
def test_a_rule_goes_its_way_and_is_heard(route: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(HEAD + ROUTES[route], encoding="utf-8")
    rules = Rules.load([path], shipped=False)
    found = check(SCENE, rules).findings
    assert ("n1",) in {finding.claims for finding in found}
    assert found == check(SCENE, rules, engine="pyshacl").findings
    assert route != "loops" or found == check_by_oxigraph(SCENE, rules)
    assert main(["rules", "list", "--rules", str(path), "--format", "json"]) == 0
    engines = {rule["iri"].split("#")[1]: rule["engine"] for rule in json.loads(capsys.readouterr().out)}
    assert engines.pop("R") == route and set(engines.values()) == {"loops"}
    assert main(["rules", "list", "--rules", str(path)]) == 0
    assert (route.split()[0] in capsys.readouterr().out) == (route != "loops")
    assert main(["rules", "show", "R", "--rules", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["engine"] == route


def test_an_inference_that_is_no_loop_is_run_by_pyshacl_and_the_rules_are_loops_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(
        HEAD + ":R sh:targetSubjectsOf nesy:name ; sh:severity sh:Info ; sh:message 'named {?path}' ;"
        " sh:property [ sh:path nesy:name ; sh:maxCount 0 ] ."
        ":I sh:targetClass nesy:Count ; sh:rule [ a sh:SPARQLRule ; sh:prefixes"
        ' <https://example.org/own> ; sh:construct "CONSTRUCT { $this nesy:name ?n } WHERE { $this nesy:value ?n'
        ' MINUS { $this nesy:value 2 } }" ] .',
        encoding="utf-8",
    )
    rules = Rules.load([path], shipped=False)
    assert not rules.infers_by_loops and dict(rules.uncompiled) == {} and len(rules.programs) == 1
    found = check(SCENE, rules).findings
    assert [finding.claims for finding in found] == [("n1",)]
    assert found == check(SCENE, rules, engine="pyshacl").findings


def test_the_list_is_short_where_all_are_loops(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "list"]) == 0
    assert "loops" not in capsys.readouterr().out
    assert dict(Rules.load().uncompiled) == {}


def test_what_loops_cannot_tell_of_one_scene_runs_on_pyshacl(tmp_path: Path) -> None:
    """What a pattern that the data hold matches is not sure: pySHACL is asked, with all that is inferred."""
    path = tmp_path / "own.ttl"
    path.write_text(
        HEAD
        + QUERY % ("?value", "?value", "REGEX('n1', CONCAT('(?=', ?value, ')')) && ?n > 3")
        + ":I sh:targetClass nesy:Count ; sh:rule [ a sh:SPARQLRule ; sh:prefixes <https://example.org/own> ;"
        ' sh:construct "CONSTRUCT { $this nesy:name ?n } WHERE { $this nesy:value ?n FILTER ('
        "REGEX('5', CONCAT('(?=', STR(?n), ')'))) }\" ] ."
        ":N sh:targetSubjectsOf nesy:name ; sh:severity sh:Info ; sh:message 'named' ;"
        " sh:property [ sh:path nesy:name ; sh:maxCount 0 ] .",
        encoding="utf-8",
    )
    rules = Rules.load([path], shipped=False)
    assert rules.infers_by_loops and dict(rules.uncompiled) == {}
    found = check(SCENE, rules).findings
    assert [(finding.rule.split("#")[1], finding.claims) for finding in found] == [("R", ("n1",)), ("N", ("n1",))]
    assert found == check(SCENE, rules, engine="pyshacl").findings


def test_an_engine_that_fails_on_a_scene_is_one_line_with_the_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, scene = tmp_path / "own.ttl", tmp_path / "scene.json"
    path.write_text(
        HEAD + QUERY % ("?value", "?value", "RAND() < 1 && SUBSTR(?value, ?n + 0.5) = 'x'"), encoding="utf-8"
    )
    scene.write_text(SCENE.to_json(), encoding="utf-8")
    assert main(["check", str(scene), "--rules", str(path), "--only-rules"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"error: {path}: line 5: rule https://example.org/own#R: pySHACL fails on this scene: ")
    assert told.count("\n") == 1


def test_a_comparison_without_blanks_is_no_iri(tmp_path: Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(HEAD + QUERY % ("?value", "?value", "?n<?n+1&&?n>3&&2<5&&?n>4"), encoding="utf-8")
    rules = Rules.load([path], shipped=False)
    found = check(SCENE, rules).findings
    assert [finding.claims for finding in found] == [("n1",)]
    assert found == check(SCENE, rules, engine="pyshacl").findings
