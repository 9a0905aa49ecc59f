"""Kinds of objection: each is named, weighed by how often it is right, and left out where that is too seldom."""

import json
from typing import Any, get_args

import pytest

import nesy
from nesy.experiments.faithfulness.objections import FALSE_SHARE, FAMILIES, Tally, added, together, weights
from nesy.grounding.judgement import judged
from nesy.grounding.objection_weights import EVERY, LEAST, Weight, Weights, shipped
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Judgement, Objection

COCO = Ontology.default().categories


def objections(said: dict[str, Any], *evidence: dict[str, Any], closed: Any = COCO) -> list[str | None]:
    found = judged(Scene.model_validate(said), [Scene.model_validate(one) for one in evidence], EVERY, closed=closed)
    return [one.objection for one in found]


def things(*words: str, **fields: Any) -> dict[str, Any]:
    return {"entities": [{"id": f"e{i}", "category": word} for i, word in enumerate(words)], **fields}


def boxes(*words: str) -> dict[str, Any]:
    step = 1 / len(words)
    places = [[i * step, 0.2, (i + 0.9) * step, 0.8] for i in range(len(words))]
    named = enumerate(zip(words, places, strict=True))
    return {"entities": [{"id": f"b{i}", "category": word, "box": box} for i, (word, box) in named]}


def one(said: str, *attributes: str) -> dict[str, Any]:
    return {"entities": [{"id": "e", "category": said, "attributes": list(attributes)}]}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("cat", "absent_class"),
        ("kitten", "absent_class"),
        ("sofa", "absent_class"),
        ("table", "absent_wide"),
        ("soccer ball", "absent_compound"),
        ("park bench", "absent_compound"),
        ("vehicles", "absent_sort"),
        ("crowd", None),  # there is a person
        ("baby", None),  # which the dog may have
        ("animal", None),
        ("tree", None),
        ("dogs", "plural"),
    ],
)
def test_absence_is_of_a_kind_by_the_way_in_which_a_word_names_a_class(word: str, kind: str | None) -> None:
    assert objections(things(word), boxes("person", "dog")) == [kind]


def test_a_word_of_people_that_is_used_of_animals_is_absent_where_there_is_neither() -> None:
    assert objections(things("baby"), boxes("zebra", "zebra")) == [None]
    assert objections(things("baby"), boxes("car")) == ["absent_sort"]
    assert objections(things("family"), boxes("car")) == ["absent_sort"]
    assert objections(things("woman"), boxes("zebra")) == ["absent_class"]


def test_a_caption_that_names_a_thing_speaks_for_a_box_that_was_forgotten() -> None:
    assert objections(things("vehicle"), boxes("dog"), things("cart", "truck")) == [None]
    assert objections(things("soccer ball"), boxes("dog"), things("ball")) == [None]


@pytest.mark.parametrize(
    ("said", "evidence", "kind"),
    [
        ({"entities": [], "counts": [{"category": "dog", "value": 3}]}, boxes("dog", "dog"), "count"),
        ({"entities": [], "counts": [{"category": "dog", "value": 1}]}, boxes("dog", "dog"), "count_some"),
        ({"entities": [], "counts": [{"category": "dog", "value": 0}]}, boxes("dog"), "present"),
        (one("dog", "several"), boxes("dog", "dog"), "quantity"),
        (one("swan"), things("duck"), "other_kind"),
        (one("dog"), {"entities": [], "counts": [{"category": "dog", "value": 0}]}, "denied"),
    ],
)
def test_each_objection_is_named(said: dict[str, Any], evidence: dict[str, Any], kind: str) -> None:
    closed = COCO if kind not in ("denied", "present") else ()
    assert kind in objections(said, evidence, closed=closed)


def test_one_witness_of_a_colour_is_worth_less_than_two_or_than_the_only_thing_there_is() -> None:
    red = {"entities": [{"id": "c", "category": "car", "attributes": ["red"]}]}
    assert objections(one("car", "blue"), red, closed=()) == [None, "colour_once"]
    assert objections(one("car", "blue"), red, red, closed=()) == [None, "colour"]
    boxed = {"entities": [{**red["entities"][0], "box": [0.1, 0.1, 0.5, 0.5]}]}
    assert objections(one("car", "blue"), boxed) == [None, "colour"]


def test_postures_of_people_are_told_from_those_of_animals() -> None:
    for word, kind in (("man", "posture"), ("cat", "posture_animal")):
        sitting = {"entities": [{"id": "x", "category": word, "attributes": ["sitting"]}]}
        assert objections(one(word, "standing"), sitting, closed=()) == [None, kind]


def test_another_category_in_that_box_tells_more_than_that_the_thing_is_elsewhere() -> None:
    evidence = boxes("dog", "horse")
    there = evidence["entities"][1]["box"]
    said = {"entities": [{"id": "e", "category": "dog", "box": there}]}
    assert objections(said, evidence) == ["other_category"]
    said["entities"][0]["box"] = [0.6, 0.9, 0.7, 1.0]
    assert objections(said, evidence) == ["elsewhere"]


def test_ends_exchanged_are_named_so() -> None:
    ends = [{"id": "m", "category": "man"}, {"id": "d", "category": "dog"}]
    said = {"entities": ends, "relations": [{"subject": "d", "predicate": "feed", "object": "m"}]}
    told = {"entities": ends, "relations": [{"subject": "m", "predicate": "feed", "object": "d"}]}
    assert objections(said, told, closed=())[-1] in ("reversed", "rule", None)
    said["relations"][0]["predicate"] = told["relations"][0]["predicate"] = "carry"
    assert objections(said, told, closed=())[-1] == "reversed"


def test_what_is_right_too_seldom_leaves_a_claim_unknown_and_tells_the_weak_reason() -> None:
    weak = Weights(made_by="test", kinds={"absent_class": Weight(chance=0.4, counts=False)})
    said = Scene.model_validate(
        {
            "entities": [{"id": "c", "category": "cat", "attributes": ["black"]}, {"id": "d", "category": "dog"}],
            "relations": [{"subject": "c", "predicate": "near", "object": "d"}],
        }
    )
    cat, *hanging = judged(said, Scene.model_validate(boxes("dog")), weak, closed=COCO)
    assert (cat.status, cat.objection, cat.chance) == ("unknown", "absent_class", 0.6)
    assert "names none" in cat.reason and "40%" in cat.reason
    assert all(judgement.status != "contradicted" for judgement in hanging)
    unmeasured = judged(said, Scene.model_validate(boxes("dog")), Weights(made_by="test", kinds={}), closed=COCO)[0]
    assert (unmeasured.status, unmeasured.chance) == ("unknown", None)
    assert "not measured" in unmeasured.reason


def test_what_counts_contradicts_with_its_chance() -> None:
    found = nesy.ground(Scene.model_validate(things("cat")), Scene.model_validate(boxes("dog")), closed=COCO)[0]
    assert found.status == "contradicted"
    assert found.chance == round(1 - (shipped().of("absent_class").chance or 0), 4)
    assert Judgement.model_validate(json.loads(found.model_dump_json())) == found


def test_the_shipped_table_has_every_kind_and_leaves_out_what_is_right_too_seldom() -> None:
    table = shipped()
    assert set(table.kinds) == set(get_args(Objection))
    for weight in table.kinds.values():
        assert weight.chance is not None
        assert not weight.counts or weight.chance >= LEAST
        assert weight.low is None or weight.high is None or weight.low <= weight.high
    assert any(not weight.counts for weight in table.kinds.values())
    assert table.of("absent_class").counts and table.of("colour").counts
    assert set().union(*FAMILIES) == set(get_args(Objection))
    assert sum(map(len, FAMILIES)) == len(get_args(Objection))


def test_a_precision_is_that_of_one_false_claim_in_five() -> None:
    equal = Tally(right=500, false=500, false_claims=1000, true_claims=1000)
    assert equal.precision == pytest.approx(FALSE_SHARE, abs=0.01)
    telling = Tally(right=400, false=10, false_claims=1000, true_claims=1000)
    assert telling.precision == pytest.approx(0.2 * 0.4 / (0.2 * 0.4 + 0.8 * 0.01), abs=0.02)
    low, high = telling.interval
    assert low < telling.precision < high
    few = Tally(right=4, false=0, false_claims=1000, true_claims=1000)
    assert few.interval[1] - few.interval[0] > high - low


def test_what_is_seldom_seen_is_worth_what_its_family_is_and_other_data_can_rule_a_kind_out() -> None:
    fitted: dict[Objection, Tally] = {
        "count": Tally(right=90, false=1, false_claims=1000, true_claims=1000),
        "plural": Tally(right=1, false=0, false_claims=1000, true_claims=1000),
        "colour": Tally(right=90, false=1, false_claims=1000, true_claims=1000),
    }
    bad: dict[Objection, Tally] = {"colour": Tally(right=2, false=12, false_claims=500, true_claims=3000)}
    found = weights([fitted], [bad])
    assert found["count"].counts and found["quantity"].counts
    assert found["quantity"].low is None
    assert not found["colour"].counts and weights([fitted])["colour"].counts
    assert not found["state"].counts and found["state"].chance == FALSE_SHARE


def test_tallies_add_up_and_claims_count_once() -> None:
    half: dict[Objection, Tally] = {
        "count": Tally(right=1, false_claims=10, true_claims=20),
        "plural": Tally(false=2, false_claims=10, true_claims=20),
    }
    both = added(half, {"count": Tally(right=3, false_claims=5, true_claims=5)})
    assert both["count"] == Tally(right=4, false_claims=15, true_claims=25)
    assert both["plural"] == Tally(false=2, false_claims=15, true_claims=25)
    assert together(half, {"count", "plural"}) == Tally(right=1, false=2, false_claims=10, true_claims=20)
    assert together(half, {"rule"}) == Tally()
