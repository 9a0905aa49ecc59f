"""One thing that was seen stands for one thing that is said; plurals, groups and words that nobody counts."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesy
from nesy.observations import Observations
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Judgement

COCO = sorted(Ontology.default().categories)


def seen(*things: tuple[str, tuple[float, ...]], glimpses: Any = ()) -> Observations:
    def listed(some: Any, score: float) -> list[dict[str, Any]]:
        return [{"category": category, "box": box, "score": score, "witness": "w"} for category, box in some]

    return Observations.model_validate(
        {
            "witnesses": [{"name": "w", "categories": COCO, "glimpses_from": 0.1}],
            "things": listed(things, 0.9),
            "glimpses": listed(glimpses, 0.25),
        }
    )


def entities(evidence: Observations, *categories: str, box: Any = None) -> list[Judgement]:
    said = {"entities": [{"id": f"e{i}", "category": one, "box": box} for i, one in enumerate(categories)]}
    return list(nesy.ground(Scene.model_validate(said), evidence))


DOG, OTHER = (0.1, 0.2, 0.5, 0.8), (0.55, 0.2, 0.95, 0.8)


def test_one_dog_supports_one_of_three() -> None:
    first, *rest = entities(seen(("dog", DOG)), "dog", "dog", "dog")
    assert first.status == "supported"
    assert [one.status for one in rest] == ["unknown", "unknown"]
    assert all((one.chance or 1.0) < (first.chance or 0.0) for one in rest)
    assert "no more of the kind" in rest[0].reason and rest[0].evidence == ("dog_1",)


def test_what_may_be_there_unseen_is_no_less_likely_where_there_is_a_glimpse_of_it() -> None:
    alone, glimpsed = (entities(seen(("dog", DOG), glimpses=some), "dog", "dog")[1] for some in ((), [("dog", OTHER)]))
    assert (glimpsed.chance or 0.0) > (alone.chance or 1.0)
    again = entities(seen(("dog", DOG), glimpses=[("dog", DOG)]), "dog", "dog")[1]
    assert again.chance == alone.chance  # that is a second look at the same dog


def test_small_things_that_are_missed_often_are_not_doubted_for_it() -> None:
    dogs, spoons = (
        entities(seen((word, box)), word, word)[1] for word, box in (("dog", DOG), ("spoon", (0, 0, 0.03, 0.03)))
    )
    assert (spoons.chance or 0.0) > (dogs.chance or 1.0)


@pytest.mark.parametrize("words", [("woman", "person"), ("dog", "animal"), ("dogs", "dog")])
def test_what_may_be_one_thing_is_supported_by_one(words: tuple[str, str]) -> None:
    there = seen(("person", DOG), ("dog", OTHER))
    together = entities(there, *words)
    for word, one in zip(words, together, strict=True):
        assert one.chance == entities(there, word)[0].chance


def test_a_man_and_a_woman_are_two() -> None:
    man, woman = entities(seen(("person", DOG)), "man", "woman")
    assert (woman.chance or 1.0) < 0.5 < (man.chance or 0.0)
    assert [one.chance for one in entities(seen(("person", DOG), ("person", OTHER)), "man", "woman")] == [
        man.chance
    ] * 2


def test_two_names_of_one_box_are_one_thing() -> None:
    assert [one.status for one in entities(seen(("dog", DOG)), "dog", "dog", box=DOG)] == ["supported"] * 2


def test_a_plural_is_of_two_at_least() -> None:
    one, two = (entities(seen(*some), "dogs")[0] for some in ([("dog", DOG)], [("dog", DOG), ("dog", OTHER)]))
    assert one.status == "unknown" and (one.chance or 1.0) < 0.5
    assert two.status == "supported"


def test_a_couple_is_sought_among_people() -> None:
    said = nesy.parse("A couple sits on a bench.")
    there = seen(("person", (0.3, 0.2, 0.5, 0.9)), ("bench", (0.1, 0.5, 0.9, 0.95)))
    judged = {one.claim: one for one in nesy.ground(said, there)}
    assert judged["couple_1"].status == "unknown" and (judged["couple_1"].chance or 0.0) > 0.5
    assert any(one.evidence == ("bench_1", "person_1") for one in judged.values())


def test_fewer_are_no_objection_where_only_some_kinds_are_looked_for() -> None:
    said = {"entities": [], "counts": [{"category": "sign", "value": 4}]}
    found = next(iter(nesy.ground(Scene.model_validate(said), seen(("stop sign", DOG)))))
    assert found.status == "unknown" and found.chance is None


WORDS = st.lists(st.sampled_from(["dog", "man", "woman", "cup", "mug"]), min_size=1, max_size=6)
BOXES = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(
    lambda at: (at[0] / 4, at[1] / 4, at[0] / 4 + 0.2, at[1] / 4 + 0.2)
)
THINGS = st.lists(st.tuples(st.sampled_from(["person", "dog", "cup"]), BOXES), max_size=5)


@settings(max_examples=60)
@given(WORDS, THINGS)
def test_no_more_are_supported_than_are_seen_and_none_is_contradicted_for_it(words: Any, things: Any) -> None:
    there = seen(*things)
    alone = {word: entities(there, word)[0].status for word in words}
    judged = dict(enumerate(entities(there, *words)))
    for category in ("dog", "cup"):
        mine = [judged[i] for i, word in enumerate(words) if word == category]
        number = len({box for kind, box in things if kind == category})
        assert sum(one.status == "supported" for one in mine) <= number
    for i, word in enumerate(words):
        assert judged[i].status != "contradicted" or alone[word] == "contradicted"
