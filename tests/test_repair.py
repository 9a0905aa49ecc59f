"""Repair: whatever is violated, the least believed claims go, nothing else changes, and the result is honest."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.checking import Rules, check
from nesy.ontology import Ontology
from nesy.repair import cost, repair
from nesy.scene import Count, Entity, Relation, Scene
from tests.loop_scenes import conflicts_as_rules, finding, scenes, verdict


def cups(*confidences: float | None) -> Scene:
    """cup_1 and dining_table_1, each said to be on the other: r1, r2 ... with these confidences."""
    ends = ("cup_1", "dining_table_1")
    return Scene(
        entities=[Entity(id="cup_1", category="cup"), Entity(id="dining_table_1", category="dining table")],
        relations=[
            Relation(id=f"r{n}", subject=ends[n % 2 - 1], predicate="on", object=ends[n % 2], confidence=sure)
            for n, sure in enumerate(confidences, start=1)
        ],
        counts=[Count(id="n1", category="cup", value=1)],
    )


@given(scenes(), st.data())
def test_the_result_is_consistent_and_only_smaller(scene, data):
    ids = [claim.id for claim in scene.claims()]
    conflicts = data.draw(st.lists(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True), max_size=5))
    check = conflicts_as_rules(conflicts)
    repaired = repair(scene, check)
    assert repaired.verdict == check(repaired.scene)
    assert repaired.verdict.consistent
    before, after = {c.id: c for c in scene.claims()}, {c.id: c for c in repaired.scene.claims()}
    assert after.items() <= before.items()
    assert before.keys() - after.keys() == {edit.claim for edit in repaired.edits}
    assert len(repaired.edits) == len(before) - len(after)
    assert all(edit.was == before[edit.claim] for edit in repaired.edits)
    assert Scene.model_validate_json(repaired.scene.to_json()) == repaired.scene
    assert repaired == repair(scene, check)


@given(scenes())
def test_a_consistent_scene_comes_back_unchanged(scene):
    warned = verdict(finding(scene.entities[0].id, severity="warning"))
    repaired = repair(scene, lambda _: warned)
    assert repaired.scene is scene
    assert repaired.edits == ()


@given(scenes())
def test_a_violation_that_never_goes_away_ends_and_is_admitted(scene):
    repaired = repair(scene, lambda _: verdict(finding(*(claim.id for claim in scene.claims()))))
    assert list(repaired.scene.claims()) == []
    assert not repaired.verdict.consistent
    assert repaired.unrepairable


def test_a_finding_without_claims_stays_and_the_others_are_still_mended():
    scene = cups(0.9, 0.2)
    nameless = finding(message="Something is wrong.")
    pair = finding("r1", "r2")
    repaired = repair(scene, lambda s: verdict(nameless, pair) if len(s.relations) == 2 else verdict(nameless))
    assert [edit.claim for edit in repaired.edits] == ["r2"]
    assert repaired.unrepairable == (nameless,)
    assert not repaired.verdict.consistent


@pytest.mark.parametrize(
    ("confidences", "goes"),
    [((0.9, 0.2), "r2"), ((0.2, 0.9), "r1"), ((None, 0.4), "r2"), ((None, 0.6), "r1"), ((0.7, 0.7), "r2")],
    ids=["the less sure", "the less sure, first", "unknown is 0.5, below", "unknown is 0.5, above", "tie: the later"],
)
def test_which_claim_goes(confidences, goes):
    edit, *others = repair(cups(*confidences), conflicts_as_rules([("r1", "r2")])).edits
    assert (edit.claim, edit.op, others) == (goes, "withdraw", [])
    assert edit.reason == "r1 and r2 cannot hold together."
    assert edit.cost == cost(edit.was)


def test_an_entity_goes_only_where_nothing_else_is_in_conflict():
    scene = cups(0.99)
    spared = repair(scene, conflicts_as_rules([("cup_1", "r1")]))
    assert [edit.claim for edit in spared.edits] == ["r1"]
    gone = repair(scene, conflicts_as_rules([("cup_1",)]))
    assert [(edit.claim, edit.reason) for edit in gone.edits] == [
        ("cup_1", "cup_1 cannot hold together."),
        ("r1", "it refers to cup_1, which was withdrawn"),
    ]
    assert [claim.id for claim in gone.scene.claims()] == ["dining_table_1", "n1"]


def test_a_repair_that_breaks_another_rule_is_followed_up():
    scene = cups()

    def check(s: Scene):  # the cup may not be there; and the counts must agree with the entities
        cups_seen = sum(e.category == "cup" for e in s.entities)
        return verdict(
            *([finding("cup_1")] if cups_seen else []),
            *(finding(c.id) for c in s.counts if c.value != cups_seen),
        )

    repaired = repair(scene, check)
    assert [edit.claim for edit in repaired.edits] == ["cup_1", "n1"]
    assert repaired.verdict.consistent


def test_what_must_go_anyway_goes_first():
    forced = repair(cups(0.2, 0.9), conflicts_as_rules([("r1", "r2"), ("r2",)]))
    assert [edit.claim for edit in forced.edits] == ["r2"]


def test_a_known_verdict_saves_a_check():
    checked = []
    rules = conflicts_as_rules([("r1", "r2")])
    scene = cups(0.9, 0.2)

    def check(s: Scene):
        checked.append(s)
        return rules(s)

    assert repair(scene, check, rules(scene)) == repair(scene, rules)
    assert len(checked) == 1


@given(st.floats(0, 1))
def test_cost_is_finite_odd_and_grows_with_confidence(sure):
    entity = Entity(id="cup_1", category="cup", confidence=sure)
    assert -7 < cost(entity) < 7
    assert cost(entity) == pytest.approx(-cost(entity.model_copy(update={"confidence": 1 - sure})), abs=1e-6)
    assert (cost(entity) > 0) == (sure > 0.5)


@settings(max_examples=15, deadline=None)
@given(scenes())
def test_the_shipped_rules_are_satisfied_in_the_end(scene):
    rules, ontology = Rules.load(), Ontology.default()
    repaired = repair(scene, lambda candidate: check(candidate, rules, ontology))
    assert repaired.verdict.consistent
    assert check(Scene.model_validate_json(repaired.scene.to_json()), rules, ontology).consistent
    kept = {claim.id: claim for claim in repaired.scene.claims()}
    assert kept.items() <= {claim.id: claim for claim in scene.claims()}.items()
