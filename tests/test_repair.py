"""Repair: the cheapest edits after which nothing is violated; exact, deterministic, and honest about what it is not."""

import itertools
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nesy.checking import Rules, check, prepare
from nesy.ontology import Ontology
from nesy.repair import changing, evidence, repair, withdrawing
from nesy.repair.choices import LISTED, WITHDRAW, Choices
from nesy.scene import Count, Entity, PartState, Relation, Scene
from tests import any_scenes
from tests.loop_scenes import conflicts_as_rules, finding, scenes, verdict

ONTOLOGY = Ontology.default()


def rules() -> Rules:
    return Rules.load().grave


def mended(scene: Scene):
    """Repair by the shipped rules, as the command does."""
    pack = rules()
    return repair(
        scene,
        lambda candidate: check(candidate, pack, ONTOLOGY),
        ONTOLOGY,
        violations_of=lambda candidate: prepare(candidate, ONTOLOGY, pack).findings(pack),
        reach=pack.reach,
    )


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
    monkeypatch.setattr("nesy.repair.repairing.ROUNDS", 1)
    horse = riding(("horse_1", 0.9), ("cup_1", 0.6), horse_1="horse", cup_1="cup")
    hidden = finding("horse_1", message="No horse.")  # seen only once r2 is gone

    def check_(scene: Scene):
        ids = {claim.id for claim in scene.claims()}
        return verdict(*([finding("r2")] if "r2" in ids else [hidden] if "horse_1" in ids else []))

    repaired = repair(horse, check_)
    assert repaired.verdict.consistent and not repaired.optimal
    assert edits(repaired) == [("horse_1", "withdraw"), ("r1", "withdraw"), ("r2", "withdraw")]


def test_an_entity_whose_category_is_doubted_stays_as_a_thing_with_all_that_is_said_of_it():
    scene = Scene(
        entities=[
            Entity(id="person_1", category="person", confidence=0.9),
            Entity(id="cup_1", category="cup", confidence=0.55),
        ],
        part_states=[PartState(id="p1", entity="person_1", part="hip", state="sit on", object="cup_1", confidence=0.9)],
        relations=[Relation(id="r1", subject="person_1", predicate="ride", object="cup_1", confidence=0.9)],
    )
    repaired = mended(scene)
    assert edits(repaired) == [("cup_1", "relabel")]
    assert repaired.scene.entity("cup_1").category == "thing"
    assert len(list(repaired.scene.claims())) == 4


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


# --- with the shipped rules


def test_who_is_said_to_ride_a_horse_and_a_table_rides_the_horse():
    for horse, table in ((0.6, 0.55), (0.9, 0.3), (None, 0.4)):
        scene = riding(("horse_1", horse), ("dining_table_1", table), horse_1="horse", dining_table_1="dining table")
        repaired = mended(scene)
        kept = [(r.predicate, r.object) for r in repaired.scene.relations if r.object == "horse_1"]
        assert kept == [("ride", "horse_1")]
        assert all(edit.claim == "r2" for edit in repaired.edits) and repaired.optimal


def test_roles_that_were_swapped_are_swapped_back_and_the_relation_is_kept():
    scene = Scene(
        entities=[
            Entity(id="person_1", category="person", confidence=0.95),
            Entity(id="chair_1", category="chair", confidence=0.95),
        ],
        relations=[Relation(id="r1", subject="chair_1", predicate="sit_on", object="person_1", confidence=0.8)],
    )
    (edit,) = mended(scene).edits
    assert (edit.claim, edit.op) == ("r1", "swap")
    assert edit.now == Relation(id="r1", subject="person_1", predicate="sit_on", object="chair_1")
    assert round(edit.cost * 1000) == changing(scene.relations[0], 0)


def test_what_the_model_rather_denies_is_withdrawn_and_not_changed():
    scene = Scene(
        entities=[
            Entity(id="person_1", category="person", confidence=0.95),
            Entity(id="chair_1", category="chair", confidence=0.95),
        ],
        relations=[Relation(id="r1", subject="chair_1", predicate="sit_on", object="person_1", confidence=0.2)],
    )
    assert edits(mended(scene)) == [("r1", "withdraw")]


def test_a_count_is_set_to_what_is_listed():
    scene = Scene(
        entities=[Entity(id=f"dog_{n}", category="dog", confidence=0.9) for n in (1, 2)],
        counts=[Count(id="n1", category="dog", value=3, confidence=0.6)],
    )
    repaired = mended(scene)
    assert edits(repaired) == [("n1", "recount")]
    assert [count.value for count in repaired.scene.counts] == [2]


def test_a_sure_count_makes_the_doubtful_entities_go():
    dogs = [Entity(id=f"dog_{n}", category="dog", confidence=c) for n, c in enumerate((0.9, 0.2, 0.8, 0.3), start=1)]
    scene = Scene(entities=dogs, counts=[Count(id="n1", category="dog", value=2, confidence=0.99)])
    repaired = mended(scene)
    assert edits(repaired) == [("dog_2", "withdraw"), ("dog_4", "withdraw")]
    assert repaired.optimal


def test_a_retraction_that_makes_a_count_wrong_is_made_good_at_the_count():
    """dog_2 must go, its box is empty; then there is one dog, and the count of two is set to one."""
    scene = Scene(
        entities=[
            Entity(id="dog_1", category="dog", box=(0.1, 0.1, 0.4, 0.4), confidence=0.9),
            Entity(id="dog_2", category="dog", box=(0.5, 0.5, 0.5, 0.9), confidence=0.9),
        ],
        counts=[Count(id="n1", category="dog", value=2, confidence=0.9)],
    )
    repaired = mended(scene)
    assert edits(repaired) == [("dog_2", "withdraw"), ("n1", "recount")]
    assert [count.value for count in repaired.scene.counts] == [1]
    assert repaired.optimal and repaired.verdict.consistent


def test_two_counts_of_one_category_do_not_come_to_say_the_same():
    scene = Scene(
        entities=[Entity(id="dog_1", category="dog", confidence=0.9)],
        counts=[
            Count(id="n1", category="dog", value=2, confidence=0.8),
            Count(id="n2", category="dogs", value=3, confidence=0.9),
        ],
    )
    repaired = mended(scene)
    assert repaired.verdict.consistent and repaired.optimal
    assert len(repaired.scene.counts) == 1 and repaired.scene.counts[0].value == 1


@settings(max_examples=25, deadline=None)
@given(any_scenes.scenes())
def test_any_scene_at_all_is_consistent_in_the_end(scene):
    before = check(scene, rules(), ONTOLOGY)
    repaired = mended(scene)
    again = Scene.model_validate_json(repaired.scene.to_json())
    assert again == repaired.scene
    assert check(again, rules(), ONTOLOGY).consistent and repaired.optimal
    if before.consistent:
        assert repaired.scene is scene
    assert {c.id for c in again.claims()} <= {c.id for c in scene.claims()}  # nothing is added


@settings(max_examples=25, deadline=None)
@given(scenes(), st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(scene, chance: random.Random):
    shuffled = {
        name: tuple(chance.sample(rows, len(rows)))
        for name in ("entities", "part_states", "relations", "counts")
        for rows in (getattr(scene, name),)
    }
    one, other = mended(scene), mended(scene.model_copy(update=shuffled))
    assert one.edits == other.edits
    assert {c.id: c for c in one.scene.claims()} == {c.id: c for c in other.scene.claims()}
    assert (one.cost, one.optimal, one.ties) == (other.cost, other.optimal, other.ties)


def every_choice(scene: Scene) -> list[tuple[str, str, int]]:
    """All edits of single claims with their prices; an entity that goes is priced with what hangs on it."""
    choices = Choices(scene, ONTOLOGY)
    found = [
        (claim, choice, choices.cost(claim, choice))
        for claim in choices.claims
        for choice in (*choices.changes(claim), WITHDRAW)
    ]
    hanging = choices.hanging
    return [
        (claim, choice, price + sum(choices.cost(h, WITHDRAW) for h in hanging.get(claim, ()) if choice == WITHDRAW))
        for claim, choice, price in found
    ]


@settings(max_examples=12, deadline=None)
@given(scenes())
def test_no_single_or_double_edit_is_cheaper(scene):
    """By brute force: every pair of edits that costs less than the repair leaves a violation."""
    repaired = mended(scene)
    assume(repaired.edits)
    bound = round(repaired.cost * 1000)
    choices, options = Choices(scene, ONTOLOGY), every_choice(scene)
    singles = [{claim: choice} for claim, choice, price in options if price < bound]
    doubles = [
        {one: first, other: second}
        for (one, first, price), (other, second, added) in itertools.combinations(options, 2)
        if one != other and price + added < bound
    ]
    for decisions in (*singles, *doubles[:150]):
        if LISTED in decisions.values() and len(scene.counts) > 1:
            continue  # two counts may come to say the same, which the repair does not allow itself
        assert not check(choices.applied(decisions), rules(), ONTOLOGY).consistent, decisions


def test_a_repaired_scene_is_consistent_by_the_reference_engine_too():
    scene = Scene(
        entities=[
            Entity(id="person_1", category="person", box=(0.1, 0.1, 0.4, 0.9), confidence=0.9),
            Entity(id="horse_1", category="horse", box=(0.1, 0.5, 0.6, 1.0), confidence=0.8),
            Entity(id="cup_1", category="cup", box=(0.8, 0.8, 0.8, 0.9), confidence=0.7),
        ],
        part_states=[PartState(id="p1", entity="person_1", part="head", state="sit on", object="horse_1")],
        relations=[
            Relation(id="r1", subject="person_1", predicate="ride", object="horse_1", confidence=0.9),
            Relation(id="r2", subject="horse_1", predicate="ride", object="person_1", confidence=0.6),
            Relation(id="r3", subject="person_1", predicate="ride", object="cup_1", confidence=0.6),
            Relation(id="r4", subject="person_1", predicate="no_interaction", object="horse_1", confidence=0.3),
        ],
        counts=[Count(id="n1", category="cup", value=2, confidence=0.6)],
    )
    assert len(check(scene, rules(), ONTOLOGY).violations) >= 6
    repaired = mended(scene)
    assert check(repaired.scene, rules(), ONTOLOGY, "pyshacl").consistent
    assert repaired.optimal
    kept = {claim.id for claim in repaired.scene.claims()}
    assert {"person_1", "horse_1", "r1"} <= kept
