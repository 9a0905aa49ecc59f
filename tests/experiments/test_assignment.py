"""Scenes without boxes are matched by what is said of their things: the best pairing, whatever ids and order."""

import itertools
import random

import pytest
from hypothesis import given, settings

from nesy.experiments import score, tally
from nesy.experiments.scoring.metrics import KINDS, compared, criterion, pair
from nesy.scene import Entity, PartState, Relation, Scene
from nesy.synthetic import draw
from tests.loop_scenes import scenes

KITCHEN = Scene.model_validate(
    {
        "entities": [
            {"id": "a", "category": "person", "attributes": ["tall"]},
            {"id": "b", "category": "person", "attributes": ["young"]},
            {"id": "c", "category": "person"},
            {"id": "d", "category": "cup", "attributes": ["red"]},
            {"id": "e", "category": "cup", "attributes": ["white"]},
            {"id": "t", "category": "dining table"},
        ],
        "relations": [
            {"id": "r1", "subject": "a", "predicate": "hold", "object": "d"},
            {"id": "r2", "subject": "b", "predicate": "hold", "object": "e"},
            {"id": "r3", "subject": "c", "predicate": "sit_at", "object": "t"},
            {"id": "r4", "subject": "a", "predicate": "left of", "object": "b"},
        ],
        "part_states": [{"id": "p1", "entity": "c", "part": "head", "state": "inspect"}],
    }
)


def bare(scene: Scene) -> Scene:
    return scene.model_copy(update={"entities": tuple(e.model_copy(update={"box": None}) for e in scene.entities)})


def renamed(scene: Scene, seed: int) -> Scene:
    """The same scene with other ids, its things and claims in another order."""
    chance = random.Random(seed)
    places = list(range(len(scene.entities)))
    chance.shuffle(places)
    ids = {entity.id: f"x{place}" for entity, place in zip(scene.entities, places, strict=True)}

    def mixed(rows: tuple) -> tuple:  # type: ignore[type-arg]
        return tuple(chance.sample(rows, len(rows)))

    return scene.model_copy(
        update={
            "entities": mixed(tuple(e.model_copy(update={"id": ids[e.id]}) for e in scene.entities)),
            "relations": mixed(
                tuple(
                    r.model_copy(update={"subject": ids[r.subject], "object": ids[r.object]}) for r in scene.relations
                )
            ),
            "part_states": mixed(
                tuple(
                    p.model_copy(update={"entity": ids[p.entity], "object": p.object and ids[p.object]})
                    for p in scene.part_states
                )
            ),
        }
    )


def right(said: Scene, true: Scene) -> int:
    return sum(one.right for one in tally(said, true).values())


@pytest.mark.parametrize("seed", range(8))
def test_the_same_scene_under_other_ids_is_right_in_everything(seed: int) -> None:
    assert all(one.f1 == 1.0 for one in tally(renamed(KITCHEN, seed), KITCHEN).values())
    drawn = bare(draw(4, seed).scene)
    assert all(one.f1 == 1.0 for one in tally(renamed(drawn, seed), drawn).values())


def test_a_chain_of_things_that_look_alike_is_found() -> None:
    people = tuple(Entity(id=f"p{n}", category="person") for n in range(9))
    chain = tuple(Relation(id=f"r{n}", subject=f"p{n}", predicate="left of", object=f"p{n + 1}") for n in range(8))
    scene = Scene(entities=people, relations=chain)
    assert all(tally(renamed(scene, seed), scene)["relations"].f1 == 1.0 for seed in range(5))


@settings(max_examples=60, deadline=None)
@given(scenes(), scenes())
def test_no_pairing_is_better(said: Scene, true: Scene) -> None:
    """Against all pairings there are."""
    best = 0
    mine, theirs = [e.id for e in said.entities], [e.id for e in true.entities]
    kinds = {e.id: e.category for e in true.entities}
    for chosen in itertools.permutations([*theirs, *[None] * len(mine)], len(mine)):
        pairs = {
            m: t for m, t in zip(mine, chosen, strict=True) if t is not None and said.entity(m).category == kinds[t]
        }
        links = {(r.predicate, pairs.get(r.subject), pairs.get(r.object)) for r in said.relations}
        states = {
            (p.part, p.state, pairs.get(p.entity), p.object and pairs.get(p.object, "?")) for p in said.part_states
        }
        best = max(
            best,
            len(pairs)
            + len(links & {(r.predicate, r.subject, r.object) for r in true.relations})
            + len(states & {(p.part, p.state, p.entity, p.object) for p in true.part_states}),
        )
    found = tally(said, true)
    assert sum(found[kind].right for kind in ("objects", "relations", "part_states")) == best
    assert pair(said, true) == pair(said, true)


def test_words_that_mean_the_same_are_paired_and_broader_ones_are_not() -> None:
    people = Scene(entities=(Entity(id="x", category="person"), Entity(id="y", category="bicycle")))
    assert pair(Scene(entities=(Entity(id="1", category="man"), Entity(id="2", category="bike"))), people) == {
        "1": "x",
        "2": "y",
    }
    assert pair(people, Scene(entities=(Entity(id="m", category="man"),))) == {}


def test_boxes_decide_where_both_have_one_and_words_for_the_others() -> None:
    box, elsewhere = (0.1, 0.1, 0.4, 0.4), (0.6, 0.6, 0.9, 0.9)
    true = Scene(
        entities=(
            Entity(id="c1", category="cup", box=box),
            Entity(id="c2", category="cup", box=elsewhere),
            Entity(id="d", category="dog"),
        )
    )
    said = Scene(entities=(Entity(id="x", category="cup", box=elsewhere), Entity(id="y", category="dog", box=box)))
    assert pair(said, true) == {"x": "c2", "y": "d"}
    assert pair(Scene(entities=(Entity(id="x", category="cup", box=(0.4, 0.4, 0.6, 0.6)),)), true) == {}
    both = criterion([compared(said, true)])
    assert "where both have one, else by category, attributes and relations" in both
    assert compared(true, true) == {"boxes", "words"}
    moved = Scene(entities=(Entity(id="c", category="cup", box=elsewhere),))
    assert pair(moved, Scene(entities=(Entity(id="z", category="cup", box=box),))) == {}, "a box elsewhere stays wrong"


def test_a_part_state_with_and_without_an_object_are_two_things() -> None:
    things = (Entity(id="a", category="person"), Entity(id="b", category="cup"))
    with_one = Scene(
        entities=things, part_states=(PartState(id="p", entity="a", part="hand", state="hold", object="b"),)
    )
    without = Scene(entities=things, part_states=(PartState(id="p", entity="a", part="hand", state="hold"),))
    assert tally(with_one, without)["part_states"].right == 0
    assert tally(without, without)["part_states"].right == tally(with_one, with_one)["part_states"].right == 1


def test_a_crowd_takes_a_bounded_number_of_steps() -> None:
    crowd = Scene(
        entities=tuple(Entity(id=f"p{n}", category="person") for n in range(40)),
        relations=tuple(
            Relation(id=f"r{n}", subject=f"p{n % 40}", predicate="near", object=f"p{n * 7 % 39}") for n in range(80)
        ),
    )
    scores = score([(renamed(crowd, 3), crowd)])
    assert scores.kinds["objects"].f1 == 1.0 and set(scores.kinds) == {*KINDS, "all"}
