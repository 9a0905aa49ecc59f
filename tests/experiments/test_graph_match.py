"""Two graphs in, the scores of their agreement out."""

import pytest

from lab.training.language.caption_graphs import read_tuples
from nesy.experiments.scoring.graph_match import matched, parts, score_graphs

TRUE = read_tuples("( man , ride , horse ) , ( horse , is , brown )")


def no_synonyms(one: str, other: str) -> bool:
    return one == other


def man_is_person(one: str, other: str) -> bool:
    return one == other or {one, other} == {"man", "person"}


def scores(made: str, same=no_synonyms) -> dict[str, float]:
    return score_graphs([(read_tuples(made), TRUE)], same).to_json()


def test_a_graph_agrees_with_itself() -> None:
    found = scores("( horse , is , brown ) , ( man , ride , horse )")
    assert {found[name] for name in found if name != "texts"} == {100.0}


def test_spice_counts_objects_attributes_and_relations_as_one_set() -> None:
    # 4 tuples are true (2 objects, 1 attribute, 1 relation), 2 are made, both right: F = 2 * 2 / 6.
    found = scores("( man ) , ( horse )")
    assert found["spice"] == pytest.approx(66.7)
    assert found["set_match"] == found["relations_f1"] == found["attributes_f1"] == 0
    assert found["objects_f1"] == 100


def test_synonyms_count_in_spice_and_not_in_the_exact_scores() -> None:
    made = "( person , ride , horse ) , ( horse , is , brown )"
    exact, loose = scores(made), scores(made, man_is_person)
    assert exact["spice"] == 50.0
    assert loose["spice"] == 100.0
    assert loose["spice_exact"] == 50.0
    assert (loose["relations_f1"], loose["relations_f1_synonyms"]) == (0.0, 100.0)
    assert loose["set_match"] == 0.0


def test_a_true_tuple_is_matched_once() -> None:
    tally = matched({("man",), ("person",)}, {("man",)}, man_is_person)
    assert (tally.right, tally.made, tally.true) == (1, 2, 1)


def test_the_direction_of_a_relation_counts() -> None:
    assert scores("( horse , ride , man ) , ( horse , is , brown )")["relations_f1"] == 0


def test_spice_is_averaged_over_texts_and_f1_is_not() -> None:
    empty = read_tuples("( man )")
    found = score_graphs([(TRUE, TRUE), (empty, read_tuples("( dog )"))], no_synonyms)
    assert found.spice == pytest.approx(0.5)
    assert found.exact["relations"].f1 == 1.0
    assert found.exact["objects"].f1 == pytest.approx(2 / 3)


def test_objects_are_read_from_every_tuple_and_attributes_are_no_objects() -> None:
    assert parts(TRUE)["objects"] == {("man",), ("horse",)}
    assert read_tuples("( kite , is , five ) , ( wall )") == {("kite", "is", "five"), ("wall",)}


def test_nothing_said_of_nothing_is_right() -> None:
    assert score_graphs([(frozenset(), frozenset())], no_synonyms).set_match == 1.0
