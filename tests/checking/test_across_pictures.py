"""The rules across pictures: each fires on what it is about, alone, and both engines say the same."""

import pytest

from nesy.assets import rules as rule_folder
from nesy.checking import Rules, check, check_together
from nesy.checking.rules import ACROSS_PICTURES, lint
from nesy.errors import InputError
from nesy.scene import Count, Entity, Relation, Scene

THINGS = (
    Entity(id="p1_dog_1", category="dog", attributes=("brown",)),
    Entity(id="p1_dog_2", category="dog", attributes=("white",)),
    Entity(id="p1_cup_1", category="cup"),
    Entity(id="p2_dog_1", category="dog", attributes=("brown",)),
    Entity(id="p2_dog_2", category="dog"),
    Entity(id="p2_cat_1", category="cat"),
    Entity(id="p3_puppy_1", category="puppy", attributes=("black",)),
    Entity(id="p3_bowl_1", category="bowl"),
    Entity(id="p3_dog_1", category="dog", attributes=("grey", "brown")),
)


def scene(*same: str, counts: tuple[tuple[str, int], ...] = ()) -> Scene:
    pairs = [one.split(" = ") for one in same]
    return Scene(
        entities=THINGS,
        relations=tuple(
            Relation(id=f"s{n}", subject=a, predicate="same as", object=b) for n, (a, b) in enumerate(pairs, 1)
        ),
        counts=tuple(Count(id=f"n{n}", category=what, value=k) for n, (what, k) in enumerate(counts, 1)),
    )


CASES = {
    "nothing": (scene(), []),
    "right": (scene("p2_dog_1 = p1_dog_1", "p3_dog_1 = p1_dog_1"), []),
    "a kind of it": (scene("p3_puppy_1 = p2_dog_2"), []),
    "other categories": (scene("p2_cat_1 = p1_dog_1"), [("SameButDisjoint", "s1")]),
    "two of one picture": (scene("p2_dog_1 = p1_dog_1", "p1_dog_1 = p2_dog_2"), [("SameAsTwo", "s1 s2")]),
    "told from either end": (scene("p1_dog_1 = p2_dog_1", "p2_dog_2 = p1_dog_1"), [("SameAsTwo", "s1 s2")]),
    "by a chain": (
        scene("p2_dog_2 = p1_dog_1", "p3_puppy_1 = p2_dog_2", "p3_puppy_1 = p1_dog_2"),
        [("SameByChain", "s1 s2 s3"), ("SameInAnotherColour", "s3")],
    ),
    "in one picture": (
        scene("p1_dog_1 = p1_dog_2"),
        [("SameInOnePicture", "s1"), ("SameInAnotherColour", "s1")],
    ),
    "another name": (scene("p3_bowl_1 = p1_cup_1"), [("SameByAnotherName", "s1")]),
    "another colour": (scene("p3_puppy_1 = p1_dog_1"), [("SameInAnotherColour", "s1")]),
    "one of two colours": (scene("p3_dog_1 = p2_dog_1"), []),
    "too few": (scene(counts=(("dog", 1),)), [("CountBelowOnePicture", "n1"), ("CountAgainstIdentity", "n1")]),
    "the fewest": (
        scene("p2_dog_1 = p1_dog_1", "p2_dog_2 = p1_dog_2", "p3_dog_1 = p1_dog_1", counts=(("dog", 2),)),
        [("CountAgainstIdentity", "n1")],  # the puppy is a dog and nobody's double
    ),
    "as many as there are": (scene("p2_dog_1 = p1_dog_1", counts=(("dog", 5),)), []),
    "too many": (scene(counts=(("dog", 7),)), [("CountAboveAllPictures", "n1"), ("CountAgainstIdentity", "n1")]),
    "what nobody sees": (scene(counts=(("zebra", 1), ("horse", 0))), [("CountAboveAllPictures", "n1")]),
    "an unknown word": (scene(counts=(("blork", 0),)), []),
}


@pytest.mark.parametrize("name", CASES)
def test_each_rule_says_what_it_is_about(name: str) -> None:
    given, expected = CASES[name]
    verdict = check_together(given)
    found = [(one.rule.rpartition("#")[2], " ".join(one.claims)) for one in verdict.findings]
    assert sorted(found) == sorted(expected)
    assert verdict == check_together(given, engine="pyshacl")
    assert verdict.consistent == all(rule in WARNINGS for rule, _ in expected)
    for one in verdict.findings:
        assert "{" not in one.message and "://" not in one.message and len(one.message) < 160


WARNINGS = {"SameByAnotherName", "SameInAnotherColour", "CountAgainstIdentity"}


def test_every_rule_has_a_case_and_tells_about_itself() -> None:
    rules = Rules.across_pictures()
    fired = {rule for _, expected in CASES.values() for rule, _ in expected}
    assert {rule.iri.rpartition("#")[2] for rule in rules} == fired
    assert {rule.iri.rpartition("#")[2] for rule in rules if rule.severity == "warning"} == WARNINGS
    assert not rules.uncompiled
    for rule in rules:
        assert rule.why and rule.source and len(rule.message) < 160


def test_they_stand_apart_from_the_rules_of_one_picture() -> None:
    across = {rule.iri for rule in Rules.across_pictures()}
    assert not across & {rule.iri for rule in Rules.load()}
    assert lint([rule_folder() / ACROSS_PICTURES]) == []
    twice = scene("p2_dog_1 = p1_dog_1", "p1_dog_1 = p2_dog_2")
    assert check(twice).consistent  # they say nothing of the scene of one picture
    boxed = [one.model_copy(update={"box": (0.1, 0.1, 0.5, 0.5)}) for one in THINGS]
    assert check_together(Scene(entities=boxed)).findings == ()  # and those nothing of several


def test_one_is_switched_off_or_graded_otherwise() -> None:
    softer = Rules.across_pictures(off=("SameAsTwo",), severities={"SameButDisjoint": "warning"})
    given = scene("p2_dog_1 = p1_dog_1", "p1_dog_1 = p2_dog_2", "p2_cat_1 = p1_dog_2")
    found = check_together(given, softer)
    assert found.consistent and [one.rule.rpartition("#")[2] for one in found.findings] == ["SameButDisjoint"]
    with pytest.raises(InputError, match="no rule 'RarePair'"):
        Rules.across_pictures(off=("RarePair",))


def test_a_thing_without_a_picture_is_told() -> None:
    with pytest.raises(InputError, match="'dog_1' begins with no number of a picture"):
        check_together(Scene(entities=[Entity(id="dog_1", category="dog")]))
