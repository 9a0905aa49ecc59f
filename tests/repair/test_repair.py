"""Repair: the cheapest edits after which nothing is violated; exact, deterministic, and honest about what it is not."""

import itertools

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nesy.repair import changing, evidence, repair, withdrawing
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


def riding(*rides: tuple[str, float | None], **entities: str) -> Scene:
    """person_1 rides things: pairs of id and confidence."""
    return Scene(
        entities=[
            Entity(id="person_1", category="person", confidence=0.95),
            *(Entity(id=name, category=category, confidence=0.95) for name, category in entities.items()),
        ],
        relations=[
            Relation(id=f"r{n}", subject="person_1", predicate="ride", object=thing, confidence=sure)
            for n, (thing, sure) in enumerate(rides, start=1)
        ],
    )


def edits(repaired) -> list[tuple[str, str]]:
    return [(edit.claim, edit.op) for edit in repaired.edits]


# --- with any rules at all


@given(scenes(), st.data())
def test_the_result_is_consistent_and_every_change_is_told(scene, data):
    ids = [claim.id for claim in scene.claims()]
    conflicts = data.draw(st.lists(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True), max_size=5))
    check = conflicts_as_rules(conflicts)
    repaired = repair(scene, check)
    assert repaired.verdict == check(repaired.scene)
    before, after = {c.id: c for c in scene.claims()}, {c.id: c for c in repaired.scene.claims()}
    # these rules name ids, so only withdrawing helps, and every such conflict can be met
    assert repaired.verdict.consistent and repaired.optimal
    assert after.items() <= before.items()
    assert before.keys() - after.keys() == {edit.claim for edit in repaired.edits}
    assert all(edit.was == before[edit.claim] and edit.now is None for edit in repaired.edits)
    assert Scene.model_validate_json(repaired.scene.to_json()) == repaired.scene
    assert repaired == repair(scene, check)


@given(scenes(), st.data())
def test_no_other_set_of_withdrawals_is_cheaper(scene, data):
    """Exhaustively, over all sets of claims."""
    claims = list(scene.claims())
    assume(len(claims) <= 8)
    ids = [claim.id for claim in claims]
    conflicts = data.draw(
        st.lists(st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True), min_size=1, max_size=5)
    )
    check = conflicts_as_rules(conflicts)
    least = min(
        sum(withdrawing(claim) for claim in claims if claim.id not in {c.id for c in left.claims()})
        for size in range(len(ids) + 1)
        for gone in itertools.combinations(ids, size)
        if check(left := scene.without(frozenset(gone))).consistent
    )
    assert round(repair(scene, check).cost * 1000) == least


@given(scenes())
def test_a_consistent_scene_comes_back_unchanged(scene):
    warned = verdict(finding(scene.entities[0].id, severity="warning"))
    repaired = repair(scene, lambda _: warned)
    assert repaired.scene is scene
    assert (repaired.edits, repaired.optimal, repaired.ties, repaired.cost) == ((), True, False, 0)


@settings(max_examples=20)
@given(scenes())
def test_a_violation_that_never_goes_away_ends_and_is_admitted(scene):
    always = finding(*(claim.id for claim in scene.claims()))
    repaired = repair(scene, lambda _: verdict(always))
    assert not repaired.verdict.consistent
    assert not repaired.optimal
    assert repaired.unrepairable == (always,)


def test_a_finding_without_claims_stays_and_the_others_are_still_mended():
    nameless, pair = finding(message="Something is wrong."), finding("r1", "r2")

    def check(scene: Scene):
        return verdict(nameless, pair) if len(scene.relations) == 2 else verdict(nameless)

    repaired = repair(cups(0.9, 0.2), check)
    assert edits(repaired) == [("r2", "withdraw")]
    assert repaired.unrepairable == (nameless,)
    assert not repaired.optimal


def test_rules_that_contradict_each_other_leave_as_little_as_can_be():
    """One rule wants no r1, another (which looks at the whole scene) wants a relation to be there."""
    wants = finding("cup_1", message="cup_1 must be on something.").model_copy(update={"rule": "urn:wants"})

    def check(scene: Scene):
        found = [finding("r1")] if any(r.id == "r1" for r in scene.relations) else []
        if not scene.relations and any(e.id == "cup_1" for e in scene.entities):
            found.append(wants)
        return verdict(*found)

    scene = cups(0.9)
    repaired = repair(scene, check, reach={"urn:wants": None})
    assert repaired.verdict.consistent and not repaired.optimal
    assert ("cup_1", "withdraw") in edits(repaired)

    def hopeless(scene: Scene):
        found = [finding("r1")] if any(r.id == "r1" for r in scene.relations) else []
        return verdict(*found, *([] if scene.relations else [finding(message="Nothing is related.")]))

    left = repair(scene, hopeless)
    assert not left.verdict.consistent and not left.optimal
    assert len(left.unrepairable) == 1


@pytest.mark.parametrize(
    ("confidences", "goes"),
    [
        ((0.9, 0.2), "r2"),
        ((0.2, 0.9), "r1"),
        ((0.1, 0.3), "r1"),
        ((None, 0.4), "r2"),
        ((None, 0.6), "r1"),
        ((0.7, 0.7), "r2"),
    ],
    ids=["less sure", "less sure, first", "denied the more", "unknown is 0.5, below", "above", "tie: the later"],
)
def test_which_claim_goes(confidences, goes):
    repaired = repair(cups(*confidences), conflicts_as_rules([("r1", "r2")]))
    (edit,) = repaired.edits
    assert (edit.claim, edit.op) == (goes, "withdraw")
    assert edit.reason == "r1 and r2 cannot hold together."
    assert round(edit.cost * 1000) == withdrawing(edit.was)
    assert repaired.ties is (confidences == (0.7, 0.7))


def test_when_the_search_is_cut_short_the_result_is_consistent_and_not_called_the_cheapest(monkeypatch):
    monkeypatch.setattr("nesy.repair.search.ROUNDS", 1)
    horse = riding(("horse_1", 0.9), ("cup_1", 0.6), horse_1="horse", cup_1="cup")
    hidden = finding("horse_1", message="No horse.")  # seen only once r2 is gone

    def check_(scene: Scene):
        ids = {claim.id for claim in scene.claims()}
        return verdict(*([finding("r2")] if "r2" in ids else [hidden] if "horse_1" in ids else []))

    repaired = repair(horse, check_)
    assert repaired.verdict.consistent and not repaired.optimal
    assert edits(repaired) == [("horse_1", "withdraw"), ("r1", "withdraw"), ("r2", "withdraw")]


def test_an_entity_goes_only_where_nothing_else_is_in_conflict():
    scene = cups(0.99)
    spared = repair(scene, conflicts_as_rules([("cup_1", "r1")]))
    assert edits(spared) == [("r1", "withdraw")]
    gone = repair(scene, conflicts_as_rules([("cup_1",)]))
    assert [(edit.claim, edit.reason) for edit in gone.edits] == [
        ("cup_1", "cup_1 cannot hold together."),
        ("r1", "it refers to cup_1, which was withdrawn"),
    ]
    assert [claim.id for claim in gone.scene.claims()] == ["dining_table_1", "n1"]


def test_the_whole_is_cheaper_than_conflict_by_conflict():
    """r2 is in both conflicts: it alone goes, though r1 and r3 are each a little less sure."""
    scene = cups(0.7, 0.75, 0.7)
    assert edits(repair(scene, conflicts_as_rules([("r1", "r2"), ("r2", "r3")]))) == [("r2", "withdraw")]


def test_a_known_verdict_saves_a_check():
    checked = []
    pair = conflicts_as_rules([("r1", "r2")])
    scene = cups(0.9, 0.2)

    def check(s: Scene):
        checked.append(s)
        return pair(s)

    assert repair(scene, check, verdict=pair(scene)) == repair(scene, pair)
    assert len(checked) == 1


@given(st.floats(0, 1), st.floats(0, 1))
def test_prices_are_whole_positive_and_grow_with_confidence(one, other):
    low, high = (Relation(id="r1", subject="a", predicate="on", object="b", confidence=c) for c in sorted((one, other)))
    for price in (evidence, withdrawing, lambda claim: changing(claim, 0)):
        assert isinstance(price(low), int)
        assert 0 < price(low) <= price(high) <= 7100
    assert (changing(low, 0) < withdrawing(low)) == (low.confidence >= 0.5)
