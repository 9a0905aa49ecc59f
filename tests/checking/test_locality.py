"""Which rules are local: what is read off their text, and that it holds when scenes are taken apart."""

from collections.abc import Collection
from pathlib import Path
from random import Random

import pytest
from rdflib import Graph

from nesy.checking import Rules, check, prepare
from nesy.checking.locality import reach_of
from nesy.experiments.rules.sample_scenes import sampled_scenes
from nesy.ontology import Ontology
from nesy.ontology.namespaces import RULES
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene

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
    "the id of a second claim": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?s nesy:id ?i . FILTER (?i != ?value) }}",
        None,
    ),
    "its confidence": (f"SELECT $this ?value WHERE {{ {RELATION} ?s nesy:confidence ?c . FILTER (?c < 0.5) }}", None),
    "its own confidence": (f"SELECT $this ?value WHERE {{ {RELATION} ?r nesy:confidence ?c }}", set()),
    "where it stands in the list": (f"SELECT $this ?value WHERE {{ {RELATION} ?r nesy:position 0 }}", None),
    "a plain triple": (f"SELECT $this ?value WHERE {{ {RELATION} ?a nesy:hold ?c }}", None),
    "a plain triple of an open word": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?a <https://w3id.org/nesy/label#pat> ?c }}",
        None,
    ),
    "a plain triple of a user's word": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?a <https://example.org/pat> ?c }}",
        None,
    ),
    "what a user's ontology says of a class": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?b a ?k . ?k <https://example.org/wheels> 2 }}",
        {"object"},
    ),
    "a path to a second claim": (f"SELECT $this ?value WHERE {{ {RELATION} ?r nesy:object/^nesy:subject ?s }}", None),
    "one way or the other, named in one": (
        f"SELECT $this ?value WHERE {{ {{ {RELATION} }} UNION {{ ?r nesy:subject ?a . ?s nesy:id ?value }} }}",
        None,
    ),
    "one way or the other, named in both": (
        f"SELECT $this ?value WHERE {{ {{ {RELATION} ?b a nesy:Cup }} UNION {{ {RELATION} ?a a nesy:Dog }} }}",
        {"subject", "object"},
    ),
    "a step to a claim that it does not name": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?r nesy:leadsTo ?s }}",
        None,
    ),
    "no step": (f"SELECT $this ?value WHERE {{ {RELATION} FILTER NOT EXISTS {{ ?r nesy:leadsTo ?r }} }}", None),
    "how its object is called, and how sure that is": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?b nesy:label ?l ; nesy:confidence ?c }}",
        {"object"},
    ),
    "what was inferred, named": (
        "SELECT $this ?value WHERE { ?n nesy:because ?value ; nesy:says nesy:on ; nesy:toEntity ?b . ?b a nesy:Cup }",
        {"subject", "object", "entity"},
    ),
    "what was inferred of an unknown claim": (
        f"SELECT $this ?value WHERE {{ {RELATION} ?n nesy:says nesy:on ; nesy:toEntity ?b }}",
        None,
    ),
    "what was inferred from more than is named": (
        "SELECT $this ?value WHERE { ?n nesy:fromEntity ?a ; nesy:suggestedActivity nesy:ride . ?a nesy:id ?value }",
        None,
    ),
    "a total above a bound": (
        """SELECT $this (GROUP_CONCAT(?i) AS ?value) WHERE { $this nesy:hasCount ?n . ?n nesy:value ?v ; nesy:id ?i ;
        nesy:category ?c . ?c nesy:holdsAtMost ?most } GROUP BY $this ?most HAVING (SUM(?v) > ?most)""",
        set(),
    ),
    "a total below a bound": (
        """SELECT $this (GROUP_CONCAT(?i) AS ?value) WHERE { $this nesy:hasCount ?n . ?n nesy:value ?v ; nesy:id ?i ;
        nesy:category ?c . ?c nesy:holdsAtMost ?most } GROUP BY $this ?most HAVING (?most > SUM(?v))""",
        None,
    ),
    "a total of what may be below zero": (
        """SELECT $this (GROUP_CONCAT(?i) AS ?value) WHERE { $this nesy:hasCount ?n . ?n nesy:value ?v ; nesy:id ?i ;
        nesy:category ?c . ?c nesy:holdsAtMost ?most . BIND (?v - 9 AS ?w) } GROUP BY $this ?most
        HAVING (SUM(?w) > ?most)""",
        None,
    ),
    "two claims, both named": (
        NAMED_PAIR,
        set(),
    ),
}


INFERENCE = """
rules:I a sh:NodeShape ; sh:targetClass nesy:Scene ; sh:name "i" ;
    sh:rule [ a sh:SPARQLRule ; sh:prefixes <https://example.org/rules> ; sh:construct '''%s''' ] ."""
MADE = "SELECT $this ?value WHERE { ?n nesy:because ?value ; nesy:impliesPlace ?x }"
TWO = "?r nesy:subject ?a ; nesy:id ?i . ?s nesy:object ?a"
STEP = "?r nesy:predicate ?p ; nesy:object ?b . ?s nesy:predicate ?p ; nesy:subject ?b ; nesy:object ?c"
INFERRED = {
    "of the claim that it names": (
        "CONSTRUCT { [] nesy:because ?i ; nesy:impliesPlace nesy:on } WHERE { ?r nesy:id ?i ; nesy:subject ?a }",
        MADE,
        set(),
    ),
    "of its category too": (
        """CONSTRUCT { [] nesy:because ?i ; nesy:impliesPlace nesy:on }
        WHERE { ?r nesy:id ?i ; nesy:subject ?a . ?a a nesy:Dog }""",
        MADE,
        {"subject"},
    ),
    "of a second claim": (f"CONSTRUCT {{ [] nesy:because ?i ; nesy:impliesPlace ?s }} WHERE {{ {TWO} }}", MADE, None),
    "of what is absent": (
        """CONSTRUCT { [] nesy:because ?i ; nesy:impliesPlace nesy:on }
        WHERE { ?r nesy:id ?i ; nesy:subject ?a . FILTER NOT EXISTS { ?s nesy:object ?a } }""",
        MADE,
        None,
    ),
    "of the entities that are there": (
        f"CONSTRUCT {{ ?a nesy:oneWay true }} WHERE {{ {TWO} }}",
        f"SELECT $this ?value WHERE {{ {RELATION} ?a nesy:oneWay true }}",
        None,
    ),
    "a type": (
        f"CONSTRUCT {{ ?a a nesy:Busy }} WHERE {{ {TWO} }}",
        f"SELECT $this ?value WHERE {{ {RELATION} ?a a nesy:Busy }}",
        None,
    ),
    "a field": (
        f"CONSTRUCT {{ ?r nesy:predicate nesy:ride }} WHERE {{ {TWO} }}",
        f"SELECT $this ?value WHERE {{ {RELATION} }}",
        None,
    ),
}
CIRCLE = 'nesy:circleOf "{?a} {?p} {?b}" ; '
STEPS = {
    "to where it goes on": (STEP, set()),
    "and not back": (STEP + " . ?r nesy:subject ?a . FILTER (?a != ?b && ?a != ?c)", set()),
    "of some predicates": (STEP + " . ?p nesy:acyclic true", set()),
    "over dogs only": (STEP + " . ?b a nesy:Dog", None),
    "where another claim says so": (STEP + " . ?q nesy:entity ?b", None),
    "with another predicate": (STEP.replace("?s nesy:predicate ?p", "?s nesy:predicate ?q"), None),
    "to what does not follow": (STEP.replace("nesy:subject ?b", "nesy:subject ?d"), None),
    "where nothing else is said": (STEP + " . FILTER NOT EXISTS { ?q nesy:entity ?b }", None),
}


def reach(text: str) -> set[str] | None:
    """Return what is read off the rule R, with the shipped inferences beside its own."""
    own = Rules.of(Graph().parse(data=HEAD + text, format="turtle"))
    inferences = [one.text for one in (*Rules.load().inferences, *own.inferences)]
    (found,) = reach_of(own.graph, ["https://example.org/rules#R"], inferences).values()
    return None if found is None else set(found)


@pytest.mark.parametrize(("query", "expected"), CASES.values(), ids=CASES)
def test_what_a_query_reads(query: str, expected: set[str] | None) -> None:
    assert reach(QUERY % query) == expected


@pytest.mark.parametrize(("inference", "query", "expected"), INFERRED.values(), ids=INFERRED)
def test_what_a_query_reads_of_what_is_inferred(
    inference: str,
    query: str,
    expected: set[str] | None,
) -> None:
    assert reach(QUERY % query + INFERENCE % inference) == expected


@pytest.mark.parametrize(("body", "expected"), STEPS.values(), ids=STEPS)
def test_a_circle_is_local_where_a_step_hangs_on_its_two_relations(
    body: str,
    expected: set[str] | None,
) -> None:
    query = "SELECT $this ?value WHERE { $this nesy:hasRelation ?r . ?r nesy:impliesPlace+ ?r ; nesy:id ?value }"
    step = INFERENCE % f"CONSTRUCT {{ ?r nesy:impliesPlace ?s }} WHERE {{ {body} }}"
    assert reach(CIRCLE + QUERY % query + step) == expected
    assert reach(QUERY % query + step) is None  # no circle: the other relations are not named


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
def test_what_a_shape_reads(shape: str, expected: set[str] | None) -> None:
    assert reach(shape) == expected


def test_of_the_shipped_violations_two_look_further() -> None:
    reach = Rules.load().grave.reach
    assert len(reach) == len(Rules.load().grave) > 30
    further = {iri for iri, ends in reach.items() if ends is None}
    # One counts what is listed, the other spares two things that both lie on a third.
    assert further == {str(RULES.CountMismatch), str(RULES.PlacedApart)}


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


# --- by taking scenes apart and putting others in

LOCAL = sorted(iri for iri, ends in Rules.load().grave.reach.items() if ends is not None)
GOLDEN = Path(__file__).parents[1] / "rules"
ENDS = ("subject", "object", "entity")
TRIES = 10


def standing(iri: str) -> list[bool]:
    """Tell of the golden findings of a rule, changed about: whether each still stands."""
    chance, ontology = Random(iri), Ontology.default()
    pack = Rules.load().only(iri)
    found: list[bool] = []
    paths = sorted((GOLDEN / iri.rsplit("#", 1)[-1]).glob("bad_*.json"))
    while len(found) < TRIES:
        scene = Scene.from_json(chance.choice(paths).read_text())
        finding = chance.choice(prepare(scene, ontology, pack).findings(pack))
        other = another(scene, finding.claims, pack.reach[iri] or (), chance, ontology)
        claims = [set(f.claims) for f in prepare(other, ontology, pack).findings(pack)]
        # of a circle with a short cut the shorter one is told
        found.append(bool(claims if pack.rules[0].circle_of else any(set(finding.claims) <= one for one in claims)))
    return found


@pytest.mark.parametrize("iri", LOCAL, ids=[iri.rsplit("#", 1)[-1] for iri in LOCAL])
def test_what_a_local_rule_objects_to_stays_wrong_whatever_is_taken_away_or_added(iri: str) -> None:
    """The other claims go or stay, new ones come, entities whose category it does not read are given another."""
    assert all(standing(iri))


@pytest.mark.parametrize("name", ["MoreThanItHolds", "HardlyBears", "ExpectedState"])
def test_what_a_rule_objects_to_that_looks_further_does_not(name: str) -> None:
    assert not all(standing(str(RULES[name])))


def another(scene: Scene, named: Collection[str], ends: Collection[str], chance: Random, ontology: Ontology) -> Scene:
    """Return a scene that agrees with this one in the named claims and the categories at these ends of them."""
    claims = [claim for claim in scene.claims() if claim.id in named]
    about = {getattr(c, end) for c in claims for end in ENDS if getattr(c, end, None)} | set(named)
    fixed = {getattr(c, end) for c in claims for end in ends if getattr(c, end, None)} | set(named)
    added = _renamed(chance.choice(sampled_scenes(12, 5)))
    everything = [*(c for c in scene.claims() if c.id in about or chance.random() < 0.5), *added.claims()]
    entities = [
        entity.model_copy(update={"category": chance.choice([*sorted(ontology.categories), "unicorn"])})
        if entity.id not in fixed and chance.random() < 0.5
        else entity
        for entity in everything
        if isinstance(entity, Entity)
    ]
    ids = {entity.id for entity in entities}
    rest = [c for c in everything if all(getattr(c, end, None) in (None, *ids) for end in ENDS)]
    words = [r.predicate for r in scene.relations] * 4 + sorted(ontology.verbs | ontology.spatial)
    near = sorted(about & ids) or sorted(ids)
    new = [
        Relation(id=f"new_{n}", subject=pair[0], predicate=chance.choice(words), object=pair[1])
        for n in range(chance.randint(0, 6))
        for pair in (chance.sample((chance.choice(near), chance.choice(sorted(ids))), 2),)
    ]
    states = [
        p.model_copy(update={"id": f"new_state_{n}", "entity": chance.choice(near), "object": chance.choice(near)})
        for n, p in enumerate((*scene.part_states, *added.part_states))
        if chance.random() < 0.4
    ]
    return scene.model_copy(
        update={
            "entities": tuple(entities),
            "part_states": (*(c for c in rest if isinstance(c, PartState)), *states),
            "relations": (*(c for c in rest if isinstance(c, Relation)), *new),
            "counts": tuple(c for c in rest if isinstance(c, Count)),
        }
    )


def _renamed(scene: Scene) -> Scene:
    """Return the scene with other ids."""

    def renamed(claim: Claim) -> Claim:
        return claim.model_copy(
            update={f: f"{getattr(claim, f)}_too" for f in ("id", *ENDS) if getattr(claim, f, None)}
        )

    update = {
        name: tuple(map(renamed, getattr(scene, name))) for name in ("entities", "part_states", "relations", "counts")
    }
    return scene.model_copy(update=update)
