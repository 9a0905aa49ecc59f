"""The repair of one scene is one repair: whatever the order of its claims, and however many cost the same."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.repair import repair, withdrawing
from nesy.repair.cardinality import counter
from nesy.repair.choices import in_order
from nesy.scene import Count, Entity, Relation, Scene
from tests.loop_scenes import conflicts_as_rules, scenes
from tests.repair.test_shipped_rules import mended


def dogs(number: int, said: int, sure: float | None = None) -> Scene:
    return Scene(
        entities=[Entity(id=f"dog_{n}", category="dog", confidence=sure) for n in range(1, number + 1)],
        counts=[Count(id="n1", category="dog", value=said, confidence=1.0)],
    )


def told(repaired) -> tuple:
    claims = {claim.id: claim for claim in repaired.scene.claims()}
    return repaired.edits, repaired.cost, repaired.optimal, repaired.ties, claims


@pytest.mark.parametrize("sure", [None, 1.0, 0.3], ids=["no confidence", "sure", "denied"])
def test_rides_that_share_all_their_ends_in_any_order(sure: float | None) -> None:
    entities = [
        Entity(id="person_1", category="person", confidence=sure),
        Entity(id="cup_1", category="cup", confidence=sure),
    ]
    rides = [("person_1", "person_1"), ("person_1", "cup_1"), ("cup_1", "person_1")]
    relations = [
        Relation(id=f"r{n}", subject=a, predicate="ride", object=b, confidence=1.0)
        for n, (a, b) in enumerate(rides, start=1)
    ]
    found = [
        told(mended(Scene(entities=some, relations=others)))
        for some in itertools.permutations(entities)
        for others in itertools.permutations(relations)
    ]
    assert all(one == found[0] for one in found)


@pytest.mark.parametrize(("number", "said"), [(10, 5), (12, 9)])
def test_of_more_cheapest_repairs_than_are_looked_at_the_order_chooses_none(number: int, said: int) -> None:
    """252 and 220 of them; which one is taken hung on the order of the entities."""
    scene = dogs(number, said)
    chance = random.Random(1)
    for _ in range(5):
        shuffled = scene.model_copy(update={"entities": tuple(chance.sample(scene.entities, number))})
        repaired = mended(shuffled)
        assert [edit.claim for edit in repaired.edits] == [f"dog_{n}" for n in range(said + 1, number + 1)]
        assert repaired.optimal and repaired.ties


@pytest.mark.parametrize("sure", [None, 0.6])
def test_a_count_far_off_in_a_crowd_takes_no_longer_than_a_small_one(sure: float | None) -> None:
    """Forty dogs, any twenty of which could go: a solver that tries sets of them would not come back."""
    repaired = mended(dogs(40, 20, sure))
    assert repaired.optimal
    if sure is None:
        assert [edit.claim for edit in repaired.edits] == [f"dog_{n}" for n in range(21, 41)]
    else:
        assert [(edit.claim, edit.op) for edit in repaired.edits] == [("n1", "recount")]


@given(scenes(), st.data())
def test_of_equal_repairs_the_later_claims_go(scene: Scene, data: st.DataObject) -> None:
    """By going through all sets of claims."""
    claims = {c.id: c.model_copy(update={"confidence": None}) for c in scene.claims() if c.id not in scene_ids(scene)}
    ids = sorted(claims, key=in_order)
    if not ids:
        return
    bare = scene.model_copy(
        update={
            name: tuple(claims[c.id] for c in getattr(scene, name)) for name in ("part_states", "relations", "counts")
        }
    )
    some = st.lists(st.sampled_from(ids), min_size=1, max_size=3, unique=True)
    check = conflicts_as_rules(data.draw(st.lists(some, min_size=1, max_size=5)))
    repairs = [
        gone
        for size in range(len(ids) + 1)
        for gone in itertools.combinations(ids, size)
        if check(bare.without(frozenset(gone))).consistent
    ]
    costs = {gone: sum(withdrawing(claims[claim]) for claim in gone) for gone in repairs}
    least = [gone for gone in repairs if costs[gone] == min(costs.values())]
    repaired = repair(bare, check)
    assert tuple(edit.claim for edit in repaired.edits) == max(least, key=lambda gone: [in_order(c) for c in gone])
    assert repaired.ties is (len(least) > 1)


def scene_ids(scene: Scene) -> set[str]:
    return {entity.id for entity in scene.entities}


@given(st.lists(st.integers(0, 9), max_size=5).map(sorted))
def test_a_counter_counts_and_its_numbers_cost_what_the_literals_cost(costs: list[int]) -> None:
    from pysat.solvers import Solver

    literals = list(range(1, len(costs) + 1))
    found = counter(literals, costs, len(costs))
    with Solver("g3", bootstrap_with=found.clauses) as solver:
        for true in itertools.product((False, True), repeat=len(costs)):
            assumed = [literal if holds else -literal for literal, holds in zip(literals, true, strict=True)]
            # everything else is told by unit propagation
            _, told_ = solver.propagate(assumptions=assumed)
            held = set(told_)
            assert len(held) == len(literals) * (len(literals) + 1) // 2 + len(literals)
            assert [variable in held for variable in found.at_least] == [
                k <= sum(true) for k in range(1, len(costs) + 1)
            ]
            paid = sum(cost for cost, holds in zip(costs, true, strict=True) if holds)
            assert sum(cost for variable, cost in found.costs.items() if variable in held) == paid
