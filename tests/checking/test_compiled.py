"""The compiled engine says what pySHACL says: of golden scenes, of any scene, of drawn scenes with an error."""

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from rdflib import Graph, URIRef

from lab.oxigraph_engine import check_by_oxigraph
from lab.oxigraph_engine import findings as by_store
from lab.training.correction_turns import both_ways, impossible_use, miscount, second_use, turned, wrong_part
from nesy.checking import Rules, check, check_rule, prepare
from nesy.checking.data_graph import data_graph
from nesy.checking.loops import Index
from nesy.checking.loops.nodes import node_of
from nesy.errors import InputError
from nesy.graph.terms import to_node, to_term
from nesy.graph.triples import number
from nesy.ontology import Ontology
from nesy.ontology.namespaces import RULES
from nesy.scene import Scene
from nesy.synthetic import draw
from nesy.verdict import Finding
from tests.any_scenes import scenes
from tests.shapes import PREFIXES

HERE = Path(__file__).parents[1]
GOLDEN = sorted(path for kind in ("good", "bad") for path in (HERE / "rules").glob(f"*/{kind}*.json"))
FOLDERS = sorted({path.parent.name for path in GOLDEN})
CORRUPTIONS = (second_use, both_ways, turned, impossible_use, miscount, wrong_part)

# --- the shipped rules ---


def read(path: Path) -> Scene:
    return Scene.from_json(path.read_text(encoding="utf-8"), str(path))


def both(scene: Scene) -> tuple[Finding, ...]:
    """Check with either engine, assert that they agree, and return the findings."""
    compiled, reference = check(scene), check(scene, engine="pyshacl")
    assert compiled == reference
    assert compiled.findings == check_by_oxigraph(scene)
    return compiled.findings


def test_every_shipped_rule_is_compiled_to_loops() -> None:
    rules = Rules.load()
    assert list(rules.programs) == [rule.iri for rule in rules] and rules.infers_by_loops
    assert dict(rules.uncompiled) == {}
    assert [plan.iri for plan in rules.plans] == [rule.iri for rule in rules]


@cache
def bare() -> Rules:
    """The shipped rules without the inferences, which take pySHACL more time than a rule does."""
    return Rules.load(off=[inference.iri for inference in Rules.load().inferences])


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_rule_says_the_same_of_its_golden_scenes(folder: str) -> None:
    """By loops, by pySHACL and by the store; the first bad one with all that is inferred."""
    rule = bare().only(folder)
    for path in (path for path in GOLDEN if path.parent.name == folder):
        pack = Rules.load() if path.name == "bad_1.json" else bare()
        prepared = prepare(read(path), rules=pack)
        found = prepared.findings(rule)
        assert found == prepared.findings(rule, "pyshacl") == by_store(prepared, rule), path.name
        assert found or path.name != "bad_1.json"


@pytest.mark.parametrize("folder", FOLDERS[::3])
def test_all_rules_say_the_same_of_a_golden_scene(folder: str) -> None:
    path = next(path for path in GOLDEN if path.parent.name == folder and path.name.startswith("bad"))
    assert both(read(path))


@given(scenes())
@settings(max_examples=15, deadline=None)
def test_all_rules_say_the_same_of_any_scene(any_scene: Scene) -> None:
    both(any_scene)


def corrupted(n: int) -> Iterator[Scene]:
    for index in range(n):
        scene = draw(11, index).scene
        spoilt = CORRUPTIONS[index % len(CORRUPTIONS)](scene, random.Random(index))
        yield spoilt or scene


def test_all_rules_say_the_same_of_drawn_scenes_with_an_error() -> None:
    assert sum(len(both(scene)) for scene in corrupted(12)) >= 8


@given(scenes())
@settings(max_examples=150, deadline=None)
def test_loops_say_of_any_scene_what_the_store_says(any_scene: Scene) -> None:
    assert check(any_scene).findings == check_by_oxigraph(any_scene)


def test_loops_say_of_golden_scenes_what_the_store_says() -> None:
    """All rules of every fourth scene; of its own scenes every rule is asked above."""
    for path in GOLDEN[::4]:
        assert check(read(path)).findings == check_by_oxigraph(read(path)), path


# --- the data ---


def test_the_index_of_a_scene_holds_its_triples() -> None:
    ontology = Ontology.default()
    for path in GOLDEN[::7]:
        index = Index.of(read(path), ontology)
        held = list(index.triples())
        expected = {(node_of(s), f"<{p}>", node_of(o)) for s, p, o in data_graph(read(path), ontology)}
        assert set(held) == expected and len(held) == len(expected), path


# --- one rule, many scenes ---

ON_ITSELF = Scene.model_validate(
    {
        "entities": [{"id": "cup_1", "category": "cup"}, {"id": "person_1", "category": "person"}],
        "relations": [
            {"subject": "cup_1", "predicate": "on", "object": "cup_1"},
            {"subject": "cup_1", "predicate": "ride", "object": "person_1"},
        ],
    }
)


def test_one_rule_alone_on_prepared_data() -> None:
    rules, prepared = Rules.load(), prepare(ON_ITSELF)
    (finding,) = check_rule(prepared, rules, "SelfRelation")
    assert finding in prepared.findings(rules)
    assert finding.claims == ("r1",)
    assert {f.rule for f in prepared.findings(rules.only("SelfRelation", "AgentCannotAct"))} == {
        str(RULES["SelfRelation"]),
        str(RULES["AgentCannotAct"]),
    }
    with pytest.raises(InputError, match="no rule 'Nothing'"):
        rules.only("Nothing")


def test_a_changed_copy_of_a_rule_is_another_rule() -> None:
    shape = Rules.load().shape("SelfRelation")
    changed = Graph()
    for s, p, o in shape:
        changed.add((s, p, URIRef("https://w3id.org/nesy/ontology#label") if p.endswith("#disjoint") else o))
    prepared = prepare(ON_ITSELF)
    assert prepared.findings(Rules.of(shape)) == check_rule(prepared, Rules.load(), "SelfRelation")
    assert prepared.findings(Rules.of(changed)) == ()


# --- messages ---


def test_a_message_of_shacl_core_may_name_the_fields_of_the_claim(tmp_path: Path) -> None:
    path = tmp_path / "mine.ttl"
    path.write_text(
        PREFIXES + "@prefix nesy: <https://w3id.org/nesy/ontology#> .\n"
        ":Relation a sh:NodeShape ; sh:targetClass nesy:Relation ; sh:severity sh:Info ; sh:class nesy:Count ;"
        ' sh:message "{?subject} {?predicate} {?object}" .\n'
        ":State a sh:NodeShape ; sh:targetClass nesy:PartState ; sh:severity sh:Info ; sh:class nesy:Count ;"
        ' sh:message "{?part} of {?entity}: {?state} {?object}" .\n'
        ":Count a sh:NodeShape ; sh:targetClass nesy:Count ; sh:severity sh:Info ; sh:class nesy:Entity ;"
        ' sh:message "{?value} {?category}" .\n'
        ":Entity a sh:NodeShape ; sh:targetClass nesy:Entity ; sh:severity sh:Info ; sh:class nesy:Count ;"
        ' sh:message "{$this} is a {?category}" .',
        encoding="utf-8",
    )
    scene = Scene.model_validate(
        {
            "entities": [{"id": "p.1", "category": "person"}, {"id": "p", "category": "dining table"}],
            "relations": [{"subject": "p.1", "predicate": "sit at", "object": "p"}],
            "part_states": [{"entity": "p.1", "part": "hip", "state": "sit on", "object": "p"}],
            "counts": [{"category": "wine glass", "value": 3}],
        }
    )
    rules = Rules.load([path]).only(
        *(f"http://example.org/{name}" for name in ("Relation", "State", "Count", "Entity"))
    )
    prepared = prepare(scene)
    messages = [finding.message for finding in prepared.findings(rules)]
    assert messages == [
        "3 wine glass",
        "p is a dining table",
        "p.1 is a person",
        "p.1 sit at p",
        "hip of p.1: sit on p",
    ]
    assert prepared.findings(rules) == prepared.findings(rules, "pyshacl")


# --- what is not compiled ---


def test_an_uncompiled_rule_is_heard_in_a_check(tmp_path: Path) -> None:
    closed = tmp_path / "closed.ttl"
    closed.write_text(
        PREFIXES + "@prefix nesy: <https://w3id.org/nesy/ontology#> .\n"
        ":Closed a sh:NodeShape ; sh:targetClass nesy:Count ; sh:severity sh:Warning ;"
        ' sh:message "{$this} is closed." ;'
        " sh:closed true ; sh:ignoredProperties ( nesy:id ) .",
        encoding="utf-8",
    )
    rules = Rules.load([closed])
    scene = Scene.model_validate({"entities": [], "counts": [{"category": "cup", "value": 0}]})
    assert dict(rules.uncompiled) == {"http://example.org/Closed": "sh:closed"}
    told = [finding for finding in check(scene, rules).findings if finding.rule.endswith("Closed")]
    assert [(finding.claims, finding.message) for finding in told] == [(("n1",), "n1 is closed.")]
    assert check(scene, rules) == check(scene, rules, engine="pyshacl")
    assert [f for f in check(scene, rules).findings if f not in told] == list(check(scene).findings)


# --- numbers ---


def test_decimals_of_any_scene_are_written_alike() -> None:
    """A store keeps the value of a number, not its text; it comes back as scenes write it."""
    for value, text in ((1.0, "1.0"), (0.5, "0.5"), (0.0, "0.0"), (1e-07, "0.0000001"), (0.1 + 0.2, None)):
        literal = number(value)
        assert to_node(to_term(literal)) == literal
        assert text is None or str(literal) == text


def stretched(scene: Scene) -> Scene:
    """The same with boxes of many digits, as pixels divided by a width are."""

    def side(value: float) -> float:
        return 0.003 + value * 0.9876543210987654

    entities = [
        entity if entity.box is None else entity.model_copy(update={"box": tuple(map(side, entity.box))})
        for entity in scene.entities
    ]
    return scene.model_copy(update={"entities": tuple(entities)})


def test_boxes_of_many_digits_are_multiplied() -> None:
    """A product of decimals is an error to the store when it would have more than 18 digits."""
    folders = {path.parent.name for path in GOLDEN if '"box"' in path.read_text(encoding="utf-8")}
    multiplying = [rule.iri for rule in Rules.load() if rule.path.stem == "boxes"]
    rules, told = Rules.load().only(*multiplying), set()
    for path in GOLDEN:
        if path.parent.name in folders and path.name.startswith("bad_1"):
            prepared = prepare(stretched(read(path)))
            findings = prepared.findings(rules)
            assert findings == prepared.findings(rules, "pyshacl"), path
            told |= {finding.rule for finding in findings}
    assert len(told) >= 15
