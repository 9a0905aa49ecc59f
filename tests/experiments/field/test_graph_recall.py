"""R@K, mR@K, zR@K and F1@K on graphs whose recall is counted by hand, and beside a second evaluation in arrays."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.field_evaluators import (
    graph_recall_by_arrays,
    interaction_ap_by_arrays,
    mean_ap,
    role_ap_by_arrays,
)
from nesy.experiments.scoring.field.average_precision import area, eleven_points
from nesy.experiments.scoring.field.graph_recall import GraphImage, graph_recall
from nesy.experiments.scoring.field.interaction_ap import interaction_ap
from nesy.experiments.scoring.field.role_ap import Agent, RoleClaim, RoleImage, role_ap, roles_of
from nesy.experiments.scoring.field.triplets import Triplet

LEFT, RIGHT, TOP = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.25)
NEAR_LEFT, HALF_LEFT, LESS_LEFT = (0.0, 0.0, 0.5, 0.9), (0.0, 0.0, 0.5, 0.5), (0.0, 0.0, 0.5, 0.49)


def says(subject: str, predicate: str, target: str, boxes=(LEFT, RIGHT), score: float = 1.0, pair=None) -> Triplet:  # type: ignore[no-untyped-def]
    return Triplet(subject, predicate, target, *boxes, score, pair or (subject, target))


RIDE, HOLD, FEED = says("man", "ride", "horse"), says("man", "hold", "rope", (LEFT, TOP)), says("man", "feed", "horse")


def test_recall_is_averaged_over_images_and_mean_recall_over_predicates() -> None:
    images = [
        GraphImage((RIDE,), (RIDE, HOLD)),  # 1 of 2
        GraphImage((RIDE, FEED), (RIDE,)),  # 1 of 1
        GraphImage((HOLD,), ()),  # nothing is true: it does not count
        GraphImage((), (HOLD, HOLD, RIDE)),  # 0 of 3
    ]
    found = graph_recall(images)
    assert (found.images, found.relations) == (3, 6)
    assert found.recall[50] == pytest.approx((1 / 2 + 1 + 0) / 3)
    # ride: 1, 1, 0 in its three images; hold: 0, 0 in its two
    assert found.by_predicate == {
        "hold": {20: 0.0, 50: 0.0, 100: 0.0},
        "ride": {20: pytest.approx(2 / 3), 50: pytest.approx(2 / 3), 100: pytest.approx(2 / 3)},
    }
    assert found.mean_recall[20] == pytest.approx(1 / 3)
    assert found.f1[20] == pytest.approx(2 * (1 / 2) * (1 / 3) / (1 / 2 + 1 / 3))


def test_only_the_first_k_count_and_a_true_triplet_counts_once() -> None:
    wrong = [says("man", "ride", "cow", score=0.9 - at / 100, pair=(f"m{at}", "c")) for at in range(20)]
    late = says("man", "ride", "horse", score=0.1)
    twice = says("man", "ride", "horse", score=0.05, pair=("m2", "h2"))
    found = graph_recall([GraphImage((late, *wrong, twice), (RIDE, HOLD))])
    assert (found.recall[20], found.recall[50]) == (0.0, 0.5)


def test_the_graph_constraint_keeps_the_surest_predicate_of_a_pair() -> None:
    told = (says("man", "feed", "horse", score=0.8), says("man", "ride", "horse", score=0.7))
    image = GraphImage(told, (RIDE,))
    assert graph_recall([image]).recall[20] == 0.0
    free = graph_recall([image], constrained=False)
    assert (free.recall[20], free.predicted) == (1.0, 2)
    back = says("horse", "carry", "man", (RIGHT, LEFT), 0.1, ("horse", "man"))
    assert graph_recall([GraphImage((*told, back), (RIDE,))]).predicted == 2  # the other direction is another pair


def test_zero_shot_recall_counts_words_that_training_never_had() -> None:
    images = [GraphImage((RIDE,), (RIDE, FEED)), GraphImage((HOLD,), (HOLD,)), GraphImage((FEED,), (FEED, FEED))]
    found = graph_recall(images, seen={("man", "ride", "horse"), ("man", "hold", "rope")})
    assert found.zero_shot_relations == 3
    assert found.zero_shot is not None and found.zero_shot[20] == pytest.approx((0 + 1) / 2)
    assert graph_recall(images).zero_shot is None
    assert graph_recall(images, seen={one.words for one in (RIDE, HOLD, FEED)}).zero_shot is None


@pytest.mark.parametrize(("box", "found"), [(LEFT, 1.0), (NEAR_LEFT, 1.0), (HALF_LEFT, 1.0), (LESS_LEFT, 0.0)])
def test_both_boxes_overlap_by_half(box: tuple[float, float, float, float], found: float) -> None:
    for boxes in ((box, RIGHT), (LEFT, RIGHT)):
        expected = found if boxes[0] is box else 1.0
        assert graph_recall([GraphImage((says("man", "ride", "horse", boxes),), (RIDE,))]).recall[20] == expected
    assert graph_recall([GraphImage((says("man", "ride", "horse", (None, RIGHT)),), (RIDE,))]).recall[20] == 0.0


def test_nothing_true_is_no_recall() -> None:
    assert graph_recall([GraphImage((RIDE,), ())]).images == 0


# --- average precision ---


def test_average_precision_on_known_answers() -> None:
    assert area([True, False, True, False], 3) == pytest.approx(1 / 3 + (1 / 3) * (2 / 3))
    assert eleven_points([True, False, True, False], 3) == pytest.approx((4 * 1 + 3 * (2 / 3)) / 11)
    # a recall of exactly 0.3 reaches the point 0.3: four points at precision 1
    assert eleven_points([True] * 3, 10) == pytest.approx(4 / 11)
    assert area([], 2) == eleven_points([], 2) == 0.0
    assert area([True, True], 2) == eleven_points([True, True], 2) == pytest.approx(1.0)


def test_an_interaction_is_found_once_and_known_objects_are_of_their_images() -> None:
    again = says("man", "ride", "horse", score=0.5, pair=("m2", "h2"))
    apart = says("man", "ride", "horse", (LEFT, LEFT), 0.9)
    elsewhere = GraphImage((says("man", "ride", "horse", score=0.95),), (says("man", "read", "book"),))
    images = [GraphImage((says("man", "ride", "horse", score=0.8), again, apart), (RIDE, FEED)), elsewhere]
    found = interaction_ap(images, rare={("read", "book")})
    # ride horse, by rank: elsewhere (wrong), apart (wrong), right, again (wrong): precision 1/3 at recall 1
    assert found.by_class["ride", "horse"] == pytest.approx(1 / 3)
    assert found.by_class["feed", "horse"] == found.by_class["read", "book"] == 0.0
    assert found.full == pytest.approx(1 / 9)
    assert (found.rare, found.non_rare, found.rare_classes) == (0.0, pytest.approx(1 / 6), 1)
    assert found.known_object == pytest.approx(1 / 6)  # without `elsewhere`, which has no horse: precision 1/2
    assert interaction_ap([GraphImage((RIDE,), ())]).full is None


def test_the_scenarios_of_a_role_differ_where_nothing_is_annotated() -> None:
    role, read = ("hit", "obj"), ("read", "obj")
    agent = Agent(LEFT, {role: (RIGHT,), read: ()})
    claims = (RoleClaim(role, LEFT, RIGHT, 0.9), RoleClaim(read, LEFT, TOP, 0.8))
    found = role_ap([RoleImage(claims, (agent,))])
    assert found.by_role == {role: (1.0, 1.0), read: (0.0, 1.0)}
    assert (found.scenario_1, found.scenario_2, found.agents) == (0.5, 1.0, 2)
    nothing = role_ap([RoleImage((RoleClaim(read, LEFT, None, 0.8),), (agent,))])
    assert nothing.by_role[read] == (1.0, 1.0)


def test_who_was_not_annotated_counts_neither_way_and_a_person_is_found_once() -> None:
    role = ("hit", "obj")
    people = (Agent(LEFT, {role: (RIGHT,)}), Agent(TOP, {}, annotated=False))
    ignored, right, again = (RoleClaim(role, box, RIGHT, s) for box, s in ((TOP, 0.9), (LEFT, 0.8), (NEAR_LEFT, 0.7)))
    assert role_ap([RoleImage((ignored, right), people)]).scenario_1 == 1.0
    assert role_ap([RoleImage((again, right), people)]).scenario_1 == 1.0
    second = RoleImage((right,), (Agent(LEFT, {role: (RIGHT,)}),))
    # right, right, again (wrong): all of the recall at precision 1
    assert role_ap([RoleImage((again, right), people), second]).scenario_1 == 1.0
    assert role_ap([RoleImage((RoleClaim(role, LEFT, TOP, 0.95), right), people)]).scenario_1 == 0.5


def test_who_does_nothing_may_be_taken_for_another() -> None:
    """V-COCO goes by the person that is overlapped most, also where that one does nothing: IoU 0.9 against 0.8."""
    other = (0.0, 0.0, 0.4, 1.0)
    true = (says("man", "hit", "ball", (LEFT, RIGHT), pair=("man_1", "ball_1")),)
    said = (says("man", "hit", "ball", ((0.0, 0.0, 0.4, 0.9), RIGHT)),)
    image = GraphImage(said, true)
    assert role_ap([roles_of(image)]).scenario_1 == 1.0
    assert role_ap([roles_of(image, {"man_1": LEFT, "man_2": other})]).scenario_1 == 0.0
    assert role_ap([roles_of(image, {"man_1": LEFT})]).scenario_1 == 1.0


# --- beside a second evaluation, in arrays ---

WORD = st.sampled_from(("man", "horse", "cup"))
EDGE = st.sampled_from((0.0, 0.2, 0.4, 0.5))
BOX = st.builds(lambda x, y, w, h: (x, y, x + 0.1 + w, y + 0.1 + h), EDGE, EDGE, EDGE.map(lambda e: e * 0.8), EDGE)
TRIPLET = st.builds(
    Triplet,
    WORD,
    st.sampled_from(("ride", "hold")),
    WORD,
    BOX,
    BOX,
    st.integers(0, 5).map(lambda n: n / 5),
    st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")),
)
IMAGE = st.builds(GraphImage, st.lists(TRIPLET, max_size=6).map(tuple), st.lists(TRIPLET, max_size=4).map(tuple))
SEEN = frozenset({("man", "ride", "horse"), ("man", "hold", "cup")})


@settings(max_examples=40, deadline=None)
@given(st.lists(IMAGE, max_size=4), st.booleans(), st.sampled_from((1, 3, 20)))
def test_both_evaluations_of_graphs_agree(images: list[GraphImage], constrained: bool, cut: int) -> None:
    found = graph_recall(images, (cut,), constrained=constrained, seen=SEEN)
    other = graph_recall_by_arrays(images, cut, constrained, SEEN)
    zero = 0.0 if found.zero_shot is None else found.zero_shot[cut]
    ours = {"R": found.recall[cut], "mR": found.mean_recall[cut], "F1": found.f1[cut], "zR": zero}
    assert ours == pytest.approx(other)


@settings(max_examples=40, deadline=None)
@given(st.lists(IMAGE, max_size=4))
def test_both_evaluations_of_interactions_agree(images: list[GraphImage]) -> None:
    found = interaction_ap(images)
    default, known = (interaction_ap_by_arrays(images, of_known) for of_known in (False, True))
    assert found.by_class == pytest.approx(default)
    if default:
        assert found.known_object == pytest.approx(mean_ap(known))
    roles = [roles_of(image) for image in images]
    both = role_ap(roles)
    for scenario, value in ((1, both.scenario_1), (2, both.scenario_2)):
        assert (value or 0.0) == pytest.approx(role_ap_by_arrays(roles, scenario))
