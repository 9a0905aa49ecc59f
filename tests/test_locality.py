"""Which rules are local: what is read off their text, and that it holds when scenes are taken apart."""

from pathlib import Path

import pytest

from nesy.checking import Rules, check, prepare
from nesy.evaluation.sampling import sampled_scenes
from nesy.ontology import Ontology
from nesy.ontology_names import RULES
from nesy.scene import Scene

HEAD = """
@prefix rules: <https://example.org/rules#> . @prefix nesy: <https://w3id.org/nesy/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/rules> a owl:Ontology ;
    sh:declare [ sh:prefix "nesy" ; sh:namespace "https://w3id.org/nesy/ontology#"^^xsd:anyURI ] .
rules:R a sh:NodeShape ; sh:name "r" ; sh:message "no" ; sh:severity sh:Violation ;
"""
QUERY = 'sh:targetClass nesy:Scene ; sh:sparql [ sh:prefixes <https://example.org/rules> ; sh:select """%s""" ] .'
RELATION = (
    "$this nesy:hasRelation ?r . ?r nesy:id ?value ; nesy:predicate nesy:ride ; nesy:subject ?a ; nesy:object ?b."
)

NAMED_PAIR = """SELECT $this ?value WHERE {
    ?r nesy:id ?i ; nesy:subject ?a . ?s nesy:id ?j ; nesy:entity ?a . BIND (CONCAT(?i, ' ', ?j) AS ?value) }"""

CASES = {
    "one claim, no category": (f"SELECT $this ?value WHERE {{ {RELATION} }}", set()),
    "the category of its object": (f"SELECT $this ?value WHERE {{ {RELATION} ?b a nesy:Horse }}", {"object"}),
    "what is absent, at its entities": (
        f"SELECT $this ?value WHERE {{ {RELATION} FILTER NOT EXISTS {{ ?a a nesy:Person }} }}",
        {"subject"},
    ),
    "what is absent in the ontology": (
        f"SELECT $this ?value WHERE {{ {RELATION} FILTER NOT EXISTS {{ ?p nesy:ambiguousView true }} }}",
        set(),
    ),
    "what is absent in the scene": (
        f"SELECT $this ?value WHERE {{ {RELATION} FILTER NOT EXISTS {{ ?s nesy:entity ?a }} }}",
        None,
    ),
    "no horse anywhere": (
        f"SELECT $this ?value WHERE {{ {RELATION} FILTER NOT EXISTS {{ ?x a nesy:Horse }} }}",
        None,
    ),
    "no plain triple": (f"SELECT $this ?value WHERE {{ {RELATION} FILTER NOT EXISTS {{ ?b nesy:on ?c }} }}", None),
    "any predicate absent": (f"SELECT $this ?value WHERE {{ {RELATION} FILTER NOT EXISTS {{ ?b ?p ?c }} }}", None),
    "a count": (f"SELECT $this ?value (COUNT(?b) AS ?n) WHERE {{ {RELATION} }} GROUP BY $this ?value", None),
    "an optional part": (f"SELECT $this ?value WHERE {{ {RELATION} OPTIONAL {{ ?b a ?c }} }}", None),
    "a second claim that it does not name": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?q nesy:subject ?b ; nesy:predicate nesy:ride }}",
        None,
    ),
    "a second entity that it does not name": (
        f"SELECT $this ?value WHERE {{ {RELATION} $this nesy:hasEntity ?x . ?x a nesy:Horse }}",
        None,
    ),
    "two claims, both named": (
        NAMED_PAIR,
        set(),
    ),
}


def reach(text: str, folder: Path) -> set[str] | None:
    path = folder / "r.ttl"
    path.write_text(HEAD + text)
    (found,) = (ends for iri, ends in Rules.load((path,)).reach.items() if iri == "https://example.org/rules#R")
    return None if found is None else set(found)


@pytest.mark.parametrize(("query", "expected"), CASES.values(), ids=CASES)
def test_what_a_query_reads(query: str, expected: set[str] | None, tmp_path: Path) -> None:
    assert reach(QUERY % query, tmp_path) == expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("sh:targetClass nesy:Relation ; sh:property [ sh:path nesy:subject ; sh:class nesy:Person ] .", {"subject"}),
        ("sh:targetClass nesy:Relation ; sh:property [ sh:path nesy:subject ; sh:disjoint nesy:object ] .", set()),
        ("sh:targetClass nesy:Scene ; sh:property [ sh:path nesy:hasRelation ; sh:minCount 1 ] .", None),
        (
            "sh:targetClass nesy:Entity ; sh:property [ sh:path [ sh:inversePath nesy:subject ] ; sh:minCount 1 ] .",
            None,
        ),
        ("sh:targetClass nesy:Entity ; sh:property [ sh:path nesy:ride ; sh:maxCount 1 ] .", None),
        ("sh:targetClass nesy:Person ; sh:property [ sh:path nesy:left ; sh:minCount 1 ] .", None),
    ],
    ids=["class of the subject", "not the same", "the scene has one", "backwards", "plain triples", "other targets"],
)
def test_what_a_shape_reads(shape: str, expected: set[str] | None, tmp_path: Path) -> None:
    assert reach(shape, tmp_path) == expected


def test_of_the_shipped_violations_only_the_count_of_what_is_listed_looks_further() -> None:
    reach = Rules.load().grave.reach
    assert len(reach) == len(Rules.load().grave) > 30
    assert [iri for iri, ends in reach.items() if ends is None] == [str(RULES.CountMismatch)]


def test_a_violation_of_a_local_rule_stands_in_the_scene_of_its_claims_alone() -> None:
    """Taken alone with the entities they are about, the claims of a violation still violate the rule."""
    rules, ontology = Rules.load().grave, Ontology.default()
    seen = set()
    for scene in sampled_scenes(150, 7):
        for finding in check(scene, rules, ontology).violations:
            if rules.reach[finding.rule] is None or finding.rule in seen:
                continue
            alone = _alone(scene, finding.claims)
            again = prepare(alone, ontology, rules).findings(rules)
            assert any((f.rule, f.claims) == (finding.rule, finding.claims) for f in again), finding
            seen.add(finding.rule)
    assert len(seen) > 15


def _alone(scene: Scene, claims: tuple[str, ...]) -> Scene:
    ends = set(claims)
    for claim in scene.claims():
        if claim.id in claims:
            ends |= {getattr(claim, end, None) for end in ("subject", "object", "entity")}
    return scene.model_copy(
        update={
            "entities": tuple(e for e in scene.entities if e.id in ends),
            "part_states": tuple(p for p in scene.part_states if p.id in claims),
            "relations": tuple(r for r in scene.relations if r.id in claims),
            "counts": tuple(c for c in scene.counts if c.id in claims),
        }
    )
