"""Cues: every one is declared and tested; support shows by contact and order; what is taken away lowers the chance."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.grounding.measured import measured
from nesy.grounding.seen_relations import holds
from nesy.observations import Keypoints
from nesy.ontology import Ontology
from nesy.witness.body_regions import REGIONS
from nesy.witness.cues import POSTURES, TESTS, Pair, pair
from nesy.witness.showing import Cue, Showing, Shown, Way, names, shown

SHOWING = Showing(Ontology.default())
PERSON = (0.2, 0.1, 0.5, 0.9)
JOINTS = Keypoints(
    nose=(0.35, 0.15, 0.9), left_shoulder=(0.3, 0.3, 0.9), right_shoulder=(0.4, 0.3, 0.9),
    right_elbow=(0.45, 0.4, 0.9), right_wrist=(0.48, 0.5, 0.9),
    left_hip=(0.32, 0.55, 0.9), right_hip=(0.38, 0.55, 0.9),
    left_knee=(0.32, 0.72, 0.9), right_knee=(0.38, 0.72, 0.9),
    left_ankle=(0.32, 0.88, 0.9), right_ankle=(0.38, 0.88, 0.9),
)  # fmt: skip


def test_every_cue_that_is_declared_has_a_test_and_the_other_way_round() -> None:
    assert set(names(Ontology.default())) == set(TESTS)
    assert all(names(Ontology.default()).values())


def test_every_region_that_is_declared_can_be_found_and_the_other_way_round() -> None:
    assert set(SHOWING.regions) == set(REGIONS)


@pytest.mark.parametrize(
    ("cue", "one", "other", "plain"),
    [
        ("contact", (0.1, 0.1, 0.3, 0.3), (0.3, 0.1, 0.5, 0.3), True),
        ("contact", (0.1, 0.1, 0.2, 0.2), (0.8, 0.8, 0.9, 0.9), False),
        ("inside", (0.4, 0.4, 0.5, 0.5), (0.3, 0.3, 0.7, 0.7), True),
        ("inside", (0.3, 0.3, 0.7, 0.7), (0.4, 0.4, 0.5, 0.5), False),
        ("around", (0.3, 0.3, 0.7, 0.7), (0.4, 0.4, 0.5, 0.5), True),
        ("borne", (0.4, 0.3, 0.5, 0.5), (0.2, 0.48, 0.8, 0.7), True),
        ("borne", (0.4, 0.75, 0.5, 0.95), (0.2, 0.48, 0.8, 0.7), False),
        ("bearing", (0.2, 0.48, 0.8, 0.7), (0.4, 0.3, 0.5, 0.5), True),
        ("left", (0.1, 0.1, 0.2, 0.2), (0.7, 0.1, 0.8, 0.2), True),
        ("right", (0.1, 0.1, 0.2, 0.2), (0.7, 0.1, 0.8, 0.2), False),
        ("higher", (0.1, 0.1, 0.2, 0.2), (0.1, 0.6, 0.2, 0.8), True),
        ("lower", (0.1, 0.1, 0.2, 0.2), (0.1, 0.6, 0.2, 0.8), False),
        ("far", (0.0, 0.0, 0.1, 0.1), (0.8, 0.8, 0.9, 0.9), True),
        ("near", (0.0, 0.0, 0.1, 0.1), (0.8, 0.8, 0.9, 0.9), False),
        ("nearer", (0.1, 0.3, 0.4, 0.9), (0.3, 0.2, 0.6, 0.5), True),
        ("farther", (0.1, 0.3, 0.4, 0.9), (0.3, 0.2, 0.6, 0.5), False),
        ("aside", (0.1, 0.3, 0.3, 0.7), (0.35, 0.3, 0.6, 0.7), True),
        ("in_column", (0.1, 0.3, 0.3, 0.4), (0.1, 0.6, 0.3, 0.7), True),
    ],
)
def test_what_boxes_show(cue: str, one: tuple[float, ...], other: tuple[float, ...], plain: bool) -> None:
    degree = TESTS[cue](pair(one, other))  # type: ignore[arg-type]
    assert degree is not None
    assert (degree > 0.7) if plain else (degree < 0.3)


@pytest.mark.parametrize(
    ("cue", "thing", "plain"),
    [
        ("hand_at", (0.47, 0.48, 0.6, 0.58), True),
        ("hand_at", (0.85, 0.8, 0.95, 0.9), False),
        ("hand_near", (0.5, 0.6, 0.6, 0.7), True),
        ("arm_at", (0.43, 0.38, 0.55, 0.45), True),
        ("foot_at", (0.25, 0.86, 0.45, 0.95), True),
        ("foot_at", (0.25, 0.1, 0.45, 0.2), False),
        ("leg_at", (0.25, 0.7, 0.45, 0.8), True),
        ("hips_over", (0.2, 0.5, 0.5, 0.7), True),
        ("hips_over", (0.7, 0.1, 0.9, 0.2), False),
        ("body_on", (0.25, 0.86, 0.45, 0.95), True),
        ("head_at", (0.33, 0.13, 0.38, 0.18), True),
        ("head_at", (0.8, 0.8, 0.9, 0.9), False),
        ("upright", (0.8, 0.8, 0.9, 0.9), True),
        ("seated", (0.8, 0.8, 0.9, 0.9), False),
        ("lying", (0.8, 0.8, 0.9, 0.9), False),
        ("arm_raised", (0.8, 0.8, 0.9, 0.9), False),
        ("hips_off", (0.2, 0.5, 0.5, 0.7), False),
        ("hips_off", (0.7, 0.1, 0.9, 0.2), True),
        ("striding", (0.8, 0.8, 0.9, 0.9), False),
        ("folded", (0.8, 0.8, 0.9, 0.9), False),
        ("leaning", (0.8, 0.8, 0.9, 0.9), False),
        ("head_towards", (0.3, 0.0, 0.4, 0.05), True),
    ],
)
def test_what_joints_show(cue: str, thing: tuple[float, ...], plain: bool) -> None:
    degree = TESTS[cue](pair(PERSON, thing, JOINTS))  # type: ignore[arg-type]
    assert degree is not None
    assert (degree > 0.7) if plain else (degree < 0.3)


def test_a_joint_that_is_not_seen_says_nothing() -> None:
    unsure = Keypoints(right_wrist=(0.48, 0.5, 0.05))
    assert TESTS["hand_at"](pair(PERSON, (0.47, 0.48, 0.6, 0.58), unsure)) is None
    assert TESTS["hips_over"](pair(PERSON, PERSON)) is None


def test_lengths_are_measured_in_heights_of_the_picture() -> None:
    one, other = (0.1, 0.4, 0.2, 0.6), (0.25, 0.4, 0.35, 0.6)
    narrow, wide = (TESTS["contact"](pair(one, other, aspect=aspect)) for aspect in (0.2, 4.0))
    assert narrow is not None and wide is not None
    assert narrow > wide


@pytest.mark.parametrize(
    ("predicate", "telling"),
    [
        ("hold", {"hand_at"}),
        ("on", {"borne"}),
        ("in", {"inside"}),
        ("wear", {"around"}),
        ("sit on", {"hips_over", "seated"}),
        ("riding", {"body_on", "borne"}),
        ("stand beside", {"aside"}),
        ("sit in", {"inside", "seated"}),
        ("walk through", set()),
        ("push", {"hand_at"}),
        ("blork", set()),
    ],
)
def test_predicates_are_shown_by_what_is_declared(predicate: str, telling: set[str]) -> None:
    assert {cue.name for cue in SHOWING.of_predicate(predicate) if cue.way == "telling"} == telling


@pytest.mark.parametrize(
    ("word", "cue"),
    [
        ("sitting", "seated"),
        ("sits", "seated"),
        ("lying", "lying"),
        ("walks across", "striding"),
        ("crouching", "folded"),
        ("leaning", "leaning"),
        ("tall", None),
    ],
)
def test_how_a_body_is_held_needs_no_second_thing(word: str, cue: str | None) -> None:
    cues = SHOWING.of_bearing(word)
    assert {one.name for one in cues} <= POSTURES
    assert cue is None or cue in {one.name for one in cues}


@pytest.mark.parametrize(
    ("word", "region"),
    [
        ("shirt", "torso"),
        ("T-shirt", "torso"),
        ("long-sleeved shirt", "torso"),
        ("jackets", "torso"),
        ("trousers", "legs"),
        ("shorts", "thighs"),
        ("baseball cap", "crown"),
        ("wedding dress", "body"),
        ("necklace", None),
        ("dog", None),
    ],
)
def test_where_something_is_worn(word: str, region: str | None) -> None:
    assert SHOWING.region(word) == region


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        ("torso", (0.35, 0.45), (0.35, 0.15)),
        ("legs", (0.35, 0.8), (0.35, 0.4)),
        ("thighs", (0.35, 0.65), (0.35, 0.85)),
        ("body", (0.35, 0.65), (0.35, 0.85)),
    ],
)
def test_a_region_lies_between_its_joints(
    region: str, inside: tuple[float, float], outside: tuple[float, float]
) -> None:
    polygon = REGIONS[region](JOINTS)
    assert polygon is not None
    box = min(x for x, _ in polygon), min(y for _, y in polygon), max(x for x, _ in polygon), max(y for _, y in polygon)
    assert box[0] <= inside[0] <= box[2] and box[1] <= inside[1] <= box[3]
    assert not (box[0] <= outside[0] <= box[2] and box[1] <= outside[1] <= box[3])
    assert REGIONS[region](Keypoints()) is None


def test_the_crown_lies_above_the_eyes() -> None:
    crown = REGIONS["crown"](Keypoints(left_eye=(0.55, 0.3, 0.9), right_eye=(0.45, 0.3, 0.9)))
    assert crown is not None and all(y < 0.3 for _, y in crown)
    assert REGIONS["crown"](Keypoints(left_eye=(0.55, 0.3, 0.9))) is None


def test_a_state_is_shown_by_its_part_unless_it_needs_no_touch() -> None:
    assert "hand_at" in {cue.name for cue in SHOWING.of_state("right hand", "hold")}
    assert "hips_over" in {cue.name for cue in SHOWING.of_state("hip", "sit on")}
    assert "hand_at" not in {cue.name for cue in SHOWING.of_state("hand", "reach for")}
    assert SHOWING.of_state("hand", "blork") == ()


SHARE = st.floats(0.0, 1.0)
CUES = st.lists(st.tuples(st.sampled_from(get_args(Way)), SHARE), min_size=1, max_size=4)


@given(CUES, st.data(), st.none() | SHARE)
def test_a_cue_taken_away_lowers_the_chance(
    cues: list[tuple[Way, float]], data: st.DataObject, layout: float | None
) -> None:
    weights = measured().relation
    told = [Shown(Cue(f"c{i}", "", "", way), degree) for i, (way, degree) in enumerate(cues)]
    which = data.draw(st.integers(0, len(told) - 1))
    plainly = [replace(one, degree=1.0) if i == which else one for i, one in enumerate(told)]
    missed = [replace(one, degree=0.0) if i == which else one for i, one in enumerate(told)]
    unseen = [one for i, one in enumerate(told) if i != which]
    assert holds(plainly, layout, weights) > holds(unseen, layout, weights) > holds(missed, layout, weights)


@given(SHARE, SHARE, st.sampled_from(["right_wrist", "right_elbow"]))
def test_a_hand_that_leaves_the_thing_makes_holding_less_likely(x: float, y: float, joint: str) -> None:
    thing = (0.47, 0.48, 0.6, 0.58)
    cues, weights = SHOWING.of_predicate("hold"), measured().relation
    there = holds(shown(cues, pair(PERSON, thing, JOINTS)), None, weights)
    moved = JOINTS.model_copy(update={joint: (x, y, 0.9)})
    assert holds(shown(cues, pair(PERSON, thing, moved)), None, weights) <= there
    gone = JOINTS.model_copy(update={"right_wrist": None})
    assert holds(shown(cues, pair(PERSON, thing, gone)), None, weights) < there


BOXES = st.tuples(SHARE, SHARE, SHARE, SHARE)


@given(BOXES, BOXES, st.dictionaries(st.sampled_from(list(JOINTS.named())), st.tuples(SHARE, SHARE, SHARE)))
def test_every_degree_is_a_share(
    one: tuple[float, ...], other: tuple[float, ...], joints: dict[str, tuple[float, ...]]
) -> None:
    of: Pair = pair(one, other, Keypoints.model_validate(joints), 1.5)  # type: ignore[arg-type]
    for test in TESTS.values():
        degree = test(of)
        assert degree is None or 0.0 <= degree <= 1.0
