"""SHACL rules: what they add, in which order, for how long, and as pySHACL adds it."""

from pathlib import Path

import pytest

from lab.oxigraph_engine import OxigraphData
from nesy.checking import Rules, check, prepare
from nesy.checking.data_graph import DataGraph
from nesy.checking.loop_engine import LoopData
from nesy.checking.loops import Index
from nesy.checking.loops.nodes import term_of
from nesy.checking.pyshacl_engine import infer as infer_by_reference
from nesy.errors import KnowledgeError
from nesy.scene import Scene
from tests.shapes import DECLARED, PREFIXES, THINGS, merged

SCENE = Scene.model_validate(
    {"entities": [{"id": "cup_1", "category": "cup"}, {"id": "person_1", "category": "person"}]}
)
INFER = (
    ":%s a sh:NodeShape ; sh:targetClass :T ; sh:order %s ;"
    ' sh:rule [ a sh:SPARQLRule ; sh:prefixes <http://example.org/> ; sh:construct "%s" ] .\n'
)
CHAIN = "CONSTRUCT { $this :r ?c } WHERE { $this :r ?b . ?b :r ?c }"
START = "CONSTRUCT { $this :r ?b } WHERE { $this :q ?b }"


def inferred(text: str) -> set[tuple[str, ...]]:
    """Return what is added, as either engine adds it; nameless nodes are all alike."""
    rules, data = Rules.of(merged(text)), merged(THINGS)
    held = OxigraphData(data, inferences=rules.inferences)
    copy = DataGraph()
    for triple in data:
        copy.add(triple)
    infer_by_reference(copy, rules.inferences, rules.reference_inferences)

    def seen(*nodes: object) -> tuple[str, ...]:
        return tuple("[]" if str(node).startswith(("_:", "N", "n")) else str(node).strip("<>") for node in nodes)

    ours = [seen(quad.subject, quad.predicate, quad.object) for quad in held.added]
    theirs = [seen(*triple) for triple in copy if triple not in data]
    assert sorted(ours) == sorted(theirs)
    if rules.infers_by_loops:
        looped = LoopData(Index.of_graph(data), rules.inferences)
        assert sorted(seen(*map(term_of, triple)) for triple in looped.added) == sorted(theirs)
    return set(ours)


def test_inferences_run_in_their_order_until_nothing_is_new() -> None:
    backwards = inferred(DECLARED + INFER % ("Chain", 1, CHAIN) + INFER % ("Start", 2, START))
    assert backwards == inferred(DECLARED + INFER % ("Chain", 2, CHAIN) + INFER % ("Start", 1, START))
    assert ("http://example.org/c", "http://example.org/r", "http://example.org/b") in backwards


def test_a_level_that_makes_nodes_runs_once() -> None:
    made = "CONSTRUCT { $this :r [ :of ?b ] } WHERE { $this :q ?b }"
    again = "CONSTRUCT { $this :q :z } WHERE { $this :r ?b }"
    added = inferred(DECLARED + INFER % ("Made", 1, made) + INFER % ("Again", 2, again))
    assert ("http://example.org/c", "http://example.org/r", "[]") in added
    assert ("http://example.org/d", "http://example.org/q", "http://example.org/z") in added
    assert not any(triple[1:] == ("http://example.org/of", "http://example.org/z") for triple in added)


def test_triple_rules_infer_as_well() -> None:
    text = (
        ":R a sh:NodeShape ; sh:targetClass :T ; sh:rule [ a sh:TripleRule ; sh:subject sh:this ;"
        " sh:predicate :seen ; sh:object [ sh:path ( :p :q ) ] ] ."
    )
    assert inferred(text) == {
        (f"http://example.org/{s}", "http://example.org/seen", f"http://example.org/{o}")
        for s, o in ("aa", "ab", "ba", "bb", "dd")
    }


ILL_INFERENCES = {
    "the wrong form": (INFER % ("R", 1, "SELECT $this WHERE { $this :q ?b }"), "CONSTRUCT"),
    "a message": (INFER.replace("sh:order", 'sh:message "x" ; sh:order') % ("R", 1, START), "take away sh:message"),
    "no target": (INFER.replace("sh:targetClass :T ;", "") % ("R", 1, START), "needs a target"),
    "no type": (INFER.replace("a sh:SPARQLRule ; ", "") % ("R", 1, START), "needs the type"),
    "no order": (INFER % ("R", '"first"', START), "is a number"),
    "no SPARQL": (INFER % ("R", 1, "CONSTRUCT { $this :r } WHERE { $this :q ?b }"), "no valid SHACL rule"),
    "a condition": (INFER.replace("sh:prefixes", "sh:condition :T ; sh:prefixes") % ("R", 1, START), "into the query"),
}


@pytest.mark.parametrize("name", ILL_INFERENCES)
def test_an_ill_formed_inference_is_refused(name: str) -> None:
    text, problem = ILL_INFERENCES[name]
    with pytest.raises(KnowledgeError, match=r"r\.ttl: inference http://example.org/R .*" + problem) as caught:
        Rules.of(merged(DECLARED + text), Path("r.ttl"))
    assert "\n" not in str(caught.value)


def test_inferences_are_no_rules_and_last_for_one_check(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    nesy = '[ sh:prefix "nesy" ; sh:namespace "https://w3id.org/nesy/ontology#" ]'
    path.write_text(
        PREFIXES + "@prefix nesy: <https://w3id.org/nesy/ontology#> .\n"
        f"<http://example.org/> a owl:Ontology ; sh:declare {nesy} .\n"
        ':Mark a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:name "marks" ; sh:rule [ a sh:SPARQLRule ;'
        ' sh:prefixes <http://example.org/> ; sh:construct "CONSTRUCT { $this nesy:entails nesy:on } WHERE {}" ] .\n'
        ':Marked a sh:NodeShape ; sh:targetSubjectsOf nesy:entails ; sh:severity sh:Info ; sh:message "{$this}" ;'
        " sh:class nesy:Count .",
        encoding="utf-8",
    )
    rules = Rules.load([path])
    mark = next(one for one in rules.inferences if one.iri == "http://example.org/Mark")
    assert (mark.name, mark.path) == ("marks", path)
    assert mark.iri not in {rule.iri for rule in rules}
    marked = rules.only("http://example.org/Marked")
    assert {f.focus for f in prepare(SCENE, rules=rules).findings(marked)} >= {"cup_1", "person_1"}
    assert "cup_1" not in {f.focus for f in prepare(SCENE).findings(marked)}
    silent = Rules.load([path], off=["http://example.org/Mark"])
    assert "cup_1" not in {f.focus for f in prepare(SCENE, rules=silent).findings(marked)}
    with_both = check(SCENE, rules)
    assert with_both == check(SCENE, rules, engine="pyshacl")
