"""Pictures analyzed together, by a script: asked, checked, asked again, repaired; and what cannot be."""

import json
from collections.abc import Sequence
from itertools import combinations
from random import Random

import pytest

import nesy
from nesy.analysis import Album
from nesy.checking import Rules, check_together, violations_together
from nesy.errors import InputError, ModelError
from nesy.image import Image
from nesy.models.scripted import ScriptedModel
from nesy.perception.reply_format import write_scene
from nesy.repair.prices import withdrawing
from nesy.scene import Entity, Relation, Scene, picture_of
from nesy.settings import Settings
from nesy.synthetic.pairs import draw_pair
from nesy.turns import Reply, Request
from tests.pictures_together import picture, script, things

TWO = [things("dog_1 brown", "dog_2 white"), things("dog_1 brown", "dog_2 white")]


def same(album: Album) -> list[str]:
    return [f"{one.subject} = {one.object}" for one in album.identities]


@pytest.mark.parametrize("index", range(6))
def test_drawn_pairs_are_linked_as_they_are(index: int) -> None:
    pair = draw_pair(0, index)
    images = [Image.from_pixels(one.image, f"{n}.png") for n, one in enumerate(pair.drawings, 1)]
    truth = {f"p2_{later}": f"p1_{first}" for later, first in pair.same.items()}
    album = nesy.Pipeline(script([write_scene(one.scene) for one in pair.drawings], truth)).analyze_together(images)
    assert {one.subject: one.object for one in album.identities} == truth
    assert album.consistent and album.together.stop_reason == "consistent" and not album.together.edits
    assert [len(one.scene.entities) for one in album.pictures] == [len(one.scene.entities) for one in pair.drawings]
    assert len(album.groups) == len(album.things) - len(truth)


def test_each_turn_shows_all_pictures_and_offers_first_sightings() -> None:
    model = script([*TWO, things("dog_1", "cat_1")], {"p2_dog_1": "p1_dog_1", "p3_dog_1": "p2_dog_2"})
    images = [picture(1), picture(2, (30, 90), "L"), picture(3, (200, 20), "P")]
    album = nesy.Pipeline(model).analyze_together(images)
    first, second = [request for request in model.requests if request.kind == "identify"]
    assert first.pictures == second.pictures == tuple(images)
    assert [one.id for one in first.known] == ["p1_dog_1", "p1_dog_2"]
    assert [one.id for one in second.known] == ["p1_dog_1", "p1_dog_2", "p2_dog_2"]  # p2_dog_1 is p1_dog_1
    assert album.groups == (("p1_dog_1", "p2_dog_1"), ("p1_dog_2",), ("p2_dog_2", "p3_dog_1"), ("p3_cat_1",))
    assert [turn.kind for turn in album.together.rounds] == ["identify", "identify"]
    assert album.usage.calls == sum(one.usage.calls for one in (*album.pictures, album.together))


def test_a_rule_objects_and_the_model_mends_it() -> None:
    wrong = {"p2_dog_1": "p1_dog_1", "p2_dog_2": "p1_dog_1"}
    model = script(TWO, wrong, withdrawn=["p2_dog_2 same as p1_dog_1"])
    album = nesy.Pipeline(model).analyze_together([picture(1), picture(2)])
    asked = model.requests[-1]
    assert asked.kind == "correct" and asked.others == (picture(2),)
    assert {claim.answers for claim in asked.claims} == {("keep", "withdraw")}
    assert same(album) == ["p2_dog_1 = p1_dog_1"]
    assert album.together.stop_reason == "consistent" and not album.together.edits
    assert [gone.by for gone in album.together.withdrawn] == ["model"]


def test_what_the_model_keeps_is_repaired_at_the_least_cost() -> None:
    wrong: dict[str, str | tuple[str, float]] = {
        "p2_dog_1": ("p1_dog_1", 0.6),
        "p2_dog_2": ("p1_dog_1", 0.9),
        "p2_cat_1": ("p1_dog_2", 0.99),
    }
    model = script([TWO[0], things("dog_1", "dog_2", "cat_1")], wrong)
    album = nesy.Pipeline(model).analyze_together([picture(1), picture(2)])
    assert same(album) == ["p2_dog_2 = p1_dog_1"]
    assert [(edit.claim, edit.op) for edit in album.together.edits] == [("s1", "withdraw"), ("s3", "withdraw")]
    assert album.together.repair_optimal and album.consistent
    assert album.together.stop_reason == "unchanged"
    assert model.requests[-1].kind == "correct"  # asked once, not again
    assert sum(request.kind == "correct" for request in model.requests) == 1


def test_it_is_asked_once_even_if_more_is_left() -> None:
    wrong = {f"p2_dog_{n}": "p1_dog_1" for n in range(1, 5)}
    model = script([TWO[0], things(*(f"dog_{n}" for n in range(1, 5)))], wrong, ["p2_dog_4 same as p1_dog_1"])
    album = nesy.Pipeline(model).analyze_together([picture(1), picture(2)])
    assert sum(request.kind == "correct" for request in model.requests) == 1
    assert len(album.identities) == 1 and check_together(album.together.scene).consistent


@pytest.mark.parametrize(
    "settings", [Settings(correction={"rounds": 0}), Settings(together={"ask": False})], ids=["rounds", "ask"]
)
def test_nobody_is_asked_where_the_settings_say_so(settings: Settings) -> None:
    model = script(TWO, {"p2_dog_1": "p1_dog_1", "p2_dog_2": "p1_dog_1"})
    album = nesy.Pipeline(model, settings).analyze_together([picture(1), picture(2)])
    assert all(request.kind != "correct" for request in model.requests)
    assert album.together.stop_reason == "rounds_exhausted" and len(album.identities) == 1


def test_a_rule_that_is_off_says_nothing() -> None:
    model = script(TWO, {"p2_dog_1": "p1_dog_1", "p2_dog_2": "p1_dog_1"})
    album = nesy.Pipeline(model, Settings(together={"off": ["SameAsTwo"]})).analyze_together([picture(1), picture(2)])
    assert len(album.identities) == 2
    with pytest.raises(InputError, match="no rule 'Nix'"):
        nesy.Pipeline(model, Settings(together={"off": ["Nix"]})).analyze_together([picture(1), picture(2)])


def test_an_answer_that_cannot_be_read_links_nothing_and_is_on_record() -> None:
    def reply(request: Request) -> str | Reply:
        return TWO[0] if request.kind == "describe" else "I cannot tell."

    album = nesy.Pipeline(ScriptedModel(reply)).analyze_together([picture(1), picture(2), picture(3)])
    rounds = album.together.rounds
    assert [turn.readable for turn in rounds] == [False, False] and all(turn.failures for turn in rounds)
    assert album.identities == () and len(album.groups) == 6
    assert Album.from_json(album.to_json()) == album


def test_pictures_without_things_are_asked_nothing() -> None:
    empty = json.dumps({"entities": []})
    model = script([empty, things("dog_1"), empty])
    album = nesy.Pipeline(model).analyze_together([picture(1), picture(2), picture(3)])
    assert [request.kind for request in model.requests] == ["describe"] * 3
    assert album.consistent and album.groups == (("p2_dog_1",),)
    assert len(album.together.rounds) == 1


def test_twelve_pictures_and_no_more() -> None:
    model = script([things("dog_1")] * 12, {f"p{n}_dog_1": "p1_dog_1" for n in range(2, 13)})
    album = nesy.Pipeline(model).analyze_together([picture(n) for n in range(1, 13)])
    assert album.groups == (tuple(f"p{n}_dog_1" for n in range(1, 13)),)
    for images, told in (
        ([picture(n) for n in range(1, 14)], "13 are given"),
        ([picture(1)], "one is given"),
        ([], "none is given"),
        ([picture(1), picture(2), picture(1, name="copy.png")], "copy.png: picture 3 is picture 1 again"),
    ):
        with pytest.raises(InputError, match=told):
            nesy.Pipeline(model).analyze_together(images)


def test_pictures_of_one_name_are_told_apart_by_their_numbers() -> None:
    model = script(TWO, {"p2_dog_1": "p1_dog_1"})
    album = nesy.Pipeline(model).analyze_together([picture(1, name="a.png"), picture(2, name="a.png")])
    assert [one.image.name for one in album.pictures] == ["a.png", "a.png"]
    assert album.pictures[0].base != album.pictures[1].base
    assert album.explain("p2_dog_1").sentences[0].startswith("Round 0")


def test_a_model_that_has_not_learnt_it_says_so_before_anything_is_described() -> None:
    model = script(TWO)
    model.most_pictures = 1  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="scripted takes turns about one picture alone; it has not learnt"):
        nesy.Pipeline(model).analyze_together([picture(1), picture(2)])
    model.most_pictures = 2  # type: ignore[attr-defined]
    with pytest.raises(ModelError, match="scripted takes turns about 2 pictures at most, and 3 are given"):
        nesy.Pipeline(model).analyze_together([picture(1), picture(2), picture(3)])
    assert model.requests == []
    with pytest.raises(ModelError, match="nesy-embedded takes turns about one picture alone"):
        nesy.Pipeline("embedded").analyze_together([picture(1), picture(2)])


def test_what_a_model_has_not_seen_is_no_evidence() -> None:
    model = script(TWO, {"p2_dog_1": "p1_dog_1"})
    model.misfit = lambda image: "it saw nothing" if image == picture(2) else ""  # type: ignore[attr-defined]
    album = nesy.Pipeline(model).analyze_together([picture(1), picture(2)])
    assert album.together.verdict.status == "unknown" and album.together.verdict.why_unknown == "it saw nothing"
    assert not album.consistent


def _holds(entities: tuple[Entity, ...], links: Sequence[Relation]) -> bool:
    """Tell whether identities leave each thing one of a picture, and of categories that can be one."""
    word = {entity.id: entity.category for entity in entities}
    group = {entity.id: {entity.id} for entity in entities}
    for one in links:
        if word[one.subject] != word[one.object]:
            return False
        joined = group[one.subject] | group[one.object]
        group.update(dict.fromkeys(joined, joined))
    return all(len({picture_of(name) for name in names}) == len(names) for names in group.values())


@pytest.mark.parametrize("seed", range(12))
def test_the_repair_is_the_cheapest_and_takes_identities_alone(seed: int) -> None:
    rng = Random(seed)
    pictures = range(1, rng.choice((3, 4)) + 1)
    believed = (None, 0.05, 0.3, 0.6, 0.9)
    sure = (0.0, 0.01, 0.5, 1.0)  # also of things that nobody believes in
    entities = tuple(
        Entity(id=f"p{p}_{word}_{n}", category=word, confidence=rng.choice(sure))
        for p in pictures
        for word in ("dog", "cat")
        for n in (1, 2)
    )
    pairs = [(a.id, b.id) for a in entities for b in entities if picture_of(a.id) > picture_of(b.id)]
    links = tuple(
        Relation(id=f"s{n}", subject=a, predicate="same as", object=b, confidence=rng.choice(believed))
        for n, (a, b) in enumerate(rng.sample(pairs, 7), 1)
    )
    rules = Rules.across_pictures()
    repaired = nesy.repair(
        Scene(entities=entities, relations=links),
        lambda scene: check_together(scene, rules),
        violations_of=lambda scene: violations_together(scene, rules),
    )
    assert repaired.scene.entities == entities and repaired.verdict.consistent and repaired.optimal
    costs = [
        sum(withdrawing(one) for one in links if one not in kept)
        for number in range(len(links) + 1)
        for kept in combinations(links, number)
        if _holds(entities, kept)
    ]
    assert round(1000 * repaired.cost) == min(costs)
