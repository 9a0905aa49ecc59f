"""What became of every claim, on hand-made cases; intervals and tests that come out the same and find what is there."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from nesy.experiments.arms.harm import Account, account
from nesy.experiments.scoring.metrics import KINDS, Tally, tally
from nesy.experiments.statistics.resampling import counts, difference, f1, interval, precision, recall
from nesy.scene import Scene
from tests.loop_scenes import scenes

TRUTH = Scene.model_validate(
    {
        "entities": [
            {"id": "person_1", "category": "person", "box": [0.1, 0.1, 0.4, 0.8], "attributes": ["red"]},
            {"id": "horse_1", "category": "horse", "box": [0.1, 0.4, 0.6, 0.9]},
            {"id": "cup_1", "category": "cup", "box": [0.7, 0.7, 0.8, 0.8]},
        ],
        "relations": [
            {"id": "r1", "subject": "person_1", "predicate": "ride", "object": "horse_1"},
            {"id": "r2", "subject": "person_1", "predicate": "hold", "object": "cup_1"},
        ],
        "part_states": [{"id": "p1", "entity": "person_1", "part": "hip", "state": "sit on", "object": "horse_1"}],
        "counts": [{"id": "n1", "category": "person", "value": 1}],
    }
)


def having(**lists: object) -> Scene:
    return Scene.model_validate(TRUTH.model_dump(by_alias=True) | lists)


def relations(*rows: tuple[str, str, str, str]) -> list[dict[str, str]]:
    return [dict(zip(("id", "subject", "predicate", "object"), row, strict=True)) for row in rows]


RIDE, HOLD = ("r1", "person_1", "ride", "horse_1"), ("r2", "person_1", "hold", "cup_1")
STRADDLE = ("r1", "person_1", "hop_on", "horse_1")


@pytest.mark.parametrize(
    ("before", "after", "kind", "expected"),
    [
        ([RIDE, HOLD], [RIDE, HOLD], "relations", {"right -> right": 2}),
        ([STRADDLE], [RIDE], "relations", {"wrong -> right": 1}),
        ([RIDE], [STRADDLE], "relations", {"right -> wrong": 1}),
        ([STRADDLE, HOLD], [HOLD], "relations", {"wrong -> withdrawn": 1, "right -> right": 1}),
        ([RIDE, HOLD], [HOLD], "relations", {"right -> withdrawn": 1, "right -> right": 1}),
        ([HOLD], [HOLD, RIDE], "relations", {"right -> right": 1, "added right": 1}),
        ([HOLD], [HOLD, STRADDLE], "relations", {"right -> right": 1, "added wrong": 1}),
        ([("r1", "horse_1", "ride", "person_1")], [RIDE], "relations", {"wrong -> right": 1}),
        # an id that now stands for another claim is no change of that claim
        ([RIDE], [("r1", "person_1", "hold", "cup_1")], "relations", {"right -> withdrawn": 1, "added right": 1}),
        # other ids, same claims
        ([RIDE, HOLD], [("x9", *RIDE[1:]), ("x8", *HOLD[1:])], "relations", {"right -> right": 2}),
        # said twice it is right once
        ([RIDE, ("r7", *RIDE[1:])], [RIDE], "relations", {"right -> right": 1, "wrong -> withdrawn": 1}),
    ],
)
def test_every_transition(before, after, kind, expected) -> None:
    found = account(having(relations=relations(*before)), having(relations=relations(*after)), TRUTH)
    assert {move: n for (of, move), n in found.moves.items() if of == kind} == expected


def test_other_entities_under_other_names_are_the_same_by_their_boxes() -> None:
    renamed = Scene.model_validate(
        {
            "entities": [
                {"id": "horse_5", "category": "cow", "box": [0.12, 0.4, 0.6, 0.9]},
                {"id": "person_7", "category": "person", "box": [0.1, 0.1, 0.4, 0.82], "attributes": ["blue"]},
            ],
            "relations": [{"id": "r3", "subject": "person_7", "predicate": "ride", "object": "horse_5"}],
        }
    )
    found = account(TRUTH, renamed, TRUTH)
    assert {key: n for key, n in found.moves.items() if key[0] == "objects"} == {
        ("objects", "right -> right"): 1,
        ("objects", "right -> wrong"): 1,
        ("objects", "right -> withdrawn"): 1,
    }
    assert found.moves["attributes", "right -> wrong"] == 1
    # the horse is called a cow, so what is said of it is wrong with it
    assert found.moves["relations", "right -> wrong"] == 1
    assert found.moves["relations", "right -> withdrawn"] == 1


def test_collateral_is_what_changes_outside_the_conflict() -> None:
    before, after = having(relations=relations(RIDE, HOLD)), having(relations=relations(STRADDLE))
    assert account(before, after, TRUTH, {"r1", "r2"}).collateral == 0
    assert account(before, after, TRUTH, {"r1"}).collateral == 1
    assert account(before, after, TRUTH).collateral == 2
    assert account(before, TRUTH.without(frozenset({"person_1"})), TRUTH, {"person_1", "n1"}).collateral == 3


@settings(max_examples=60)
@given(scenes(), scenes(), scenes())
def test_the_account_adds_up(before: Scene, after: Scene, truth: Scene) -> None:
    found, was, now = account(before, after, truth), tally(before, truth), tally(after, truth)
    for kind in KINDS:

        def moved(*names: str, kind: str = kind) -> int:
            return found.of(*names, kinds=(kind,))

        right = moved("right -> right", "right -> wrong", "right -> withdrawn")
        wrong = moved("wrong -> right", "wrong -> wrong", "wrong -> withdrawn")
        assert (right, right + wrong) == (was[kind].right, was[kind].made)
        stays = moved("right -> right", "wrong -> right", "added right")
        assert stays == now[kind].right
        assert stays + moved("right -> wrong", "wrong -> wrong", "added wrong") == now[kind].made
    assert account(before, before, truth).collateral == 0


def test_accounts_are_added() -> None:
    one = account(TRUTH, having(relations=relations(RIDE)), TRUTH)
    assert (one + one).of("right -> withdrawn") == 2
    assert (one + Account()).collateral == one.collateral == 1


def rows(seed: int, images: int, share: float) -> list[Tally]:
    chance = np.random.default_rng(seed)
    return [Tally(int(chance.binomial(10, share)), 10, 10) for _ in range(images)]


def test_measures_are_those_of_the_tally() -> None:
    one = Tally(right=3, made=4, true=6)
    for measure, value in ((f1, one.f1), (precision, one.precision), (recall, one.recall)):
        assert float(measure(counts([one])[0])) == pytest.approx(value)
        assert float(measure(counts([Tally()])[0])) == 1.0


def test_intervals_come_out_the_same_and_hold_the_value() -> None:
    some = rows(3, 80, 0.7)
    first = interval(some, seed=5)
    assert first == interval(some, seed=5)
    assert first != interval(some, seed=6)
    assert first.low < first.value < first.high
    # of 800 draws with p = 0.7 the standard error is 0.016
    assert first.high - first.low == pytest.approx(4 * 0.0162, rel=0.3)


def test_a_difference_is_found_where_there_is_one() -> None:
    base = rows(1, 100, 0.6)
    better = [*(replace(one, right=one.right + 1) for one in base[:12]), *base[12:]]
    apart, p = difference(better, base, seed=1)
    assert apart.value == pytest.approx(12 / 1000, abs=1e-5)
    assert apart.low > 0
    assert p < 0.01
    nothing, sure = difference(base, base, seed=1)
    assert (nothing.value, nothing.low, nothing.high, sure) == (0.0, 0.0, 0.0, 1.0)
    assert difference(better, base, seed=1) == (apart, p)


def test_equal_arms_are_told_apart_no_oftener_than_the_level_says() -> None:
    found = [difference(rows(n, 40, 0.6), rows(1000 + n, 40, 0.6), seed=n, draws=200)[1] < 0.05 for n in range(60)]
    assert sum(found) <= 9  # of 60 at 5 %: 3 expected, more than 9 has a chance below 1 in 1000
