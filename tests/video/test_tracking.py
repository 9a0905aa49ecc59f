"""Things are followed alike whatever frames call and list them; a still scene gives one track a thing."""

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.observations import Observations
from nesy.scene import Entity, Scene
from nesy.video.pairing import cheapest_pairs
from nesy.video.tracking import tracked
from tests.video.clips import PERSON, scene

COORDINATE = st.integers(0, 20).map(lambda n: n / 40)
BOX = st.tuples(COORDINATE, COORDINATE, st.integers(1, 20), st.integers(1, 20)).map(
    lambda b: (b[0], b[1], round(b[0] + b[2] / 40, 4), round(b[1] + b[3] / 40, 4))
)
ENTITY = st.tuples(st.sampled_from(["person", "man", "cup", "horse"]), BOX, st.sampled_from([(), ("red",), ("blue",)]))
FRAME = st.lists(ENTITY, max_size=5, unique=True)


def as_scene(rows, prefix="e"):
    entities = [
        Entity(id=f"{prefix}{n}", category=category, box=box, attributes=attributes)
        for n, (category, box, attributes) in enumerate(rows)
    ]
    return Scene(entities=tuple(entities))


def by_place(scenes, tracks):
    """Return what is followed in terms of what is where, not of ids."""
    return sorted(
        [(one.frame, scenes[one.frame].entity(one.entity).category, one.box) for one in track.sightings]
        for track in tracks
    )


@settings(max_examples=60)
@given(st.lists(FRAME, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_and_the_ids_of_entities_change_nothing(frames, rng):
    scenes = [as_scene(rows) for rows in frames]
    shuffled = [as_scene(rng.sample(rows, len(rows)), "other") for rows in frames]
    assert by_place(scenes, tracked(scenes)) == by_place(shuffled, tracked(shuffled))
    assert [track.id for track in tracked(scenes)] == [track.id for track in tracked(shuffled)]


@settings(max_examples=60)
@given(FRAME, st.integers(2, 6))
def test_a_still_scene_gives_one_track_a_thing(rows, number):
    tracks = tracked([as_scene(rows)] * number)
    assert len(tracks) == len(rows)
    assert all(len({sighting.entity for sighting in track.sightings}) == 1 for track in tracks)
    assert all(track.frames == tuple(range(number)) for track in tracks)


@settings(max_examples=60)
@given(st.lists(FRAME, min_size=1, max_size=5))
def test_every_entity_is_in_one_track_and_no_track_is_twice_in_a_frame(frames):
    scenes = [as_scene(rows) for rows in frames]
    tracks = tracked(scenes)
    seen = [(one.frame, one.entity) for track in tracks for one in track.sightings]
    assert len(seen) == len(set(seen)) == sum(map(len, frames))
    assert len({track.id for track in tracks}) == len(tracks)
    assert all(len(set(track.frames)) == len(track.frames) for track in tracks)


@given(
    st.integers(1, 4).flatmap(
        lambda m: st.lists(st.lists(st.integers(0, 50), min_size=m, max_size=m), min_size=1, max_size=4)
    )
)
def test_pairs_are_the_cheapest(costs):
    rows, columns = len(costs), len(costs[0])
    pairs = cheapest_pairs([[float(cost) for cost in row] for row in costs])
    few, many = min(rows, columns), max(rows, columns)
    table = costs if rows <= columns else [[costs[r][c] for r in range(rows)] for c in range(columns)]
    best = min(sum(table[r][c] for r, c in enumerate(order)) for order in permutations(range(many), few))
    assert len(pairs) == few and sum(costs[r][c] for r, c in pairs) == best
    assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == few


def test_a_gap_is_bridged_and_a_long_one_is_not():
    there, away = scene(), scene(person_1=None)
    assert [t.frames for t in tracked([there, away, away, there]) if t.category == "person"] == [(0, 3)]
    assert [t.frames for t in tracked([there, away, there], gap=0) if t.category == "person"] == [(0,), (2,)]
    assert [t.frames for t in tracked([there, away, away, away, there]) if t.category == "person"] == [(0,), (4,)]


def test_a_witness_keeps_what_no_claim_names():
    seen = Observations.model_validate(
        {
            "image": {"name": "a"},
            "witnesses": [{"name": "w", "version": "1", "categories": ["person"]}],
            "things": [{"category": "person", "box": PERSON, "score": 0.9, "witness": "w"}],
        }
    )
    scenes = [scene(), *[scene(person_1=None)] * 3, scene()]
    found = tracked(scenes, seen=[None, seen, seen, seen, None])
    assert [track.frames for track in found if track.category == "person"] == [(0, 4)]


def test_a_cup_may_be_called_by_a_wider_word_and_no_horse():
    cup = {"id": "a", "box": (0.1, 0.1, 0.3, 0.3)}
    words = ("man", "person", "man")
    scenes = [Scene.model_validate({"entities": [{**cup, "category": word}]}) for word in words]
    (track,) = tracked(scenes)
    assert (track.category, track.id, track.frames) == ("man", "man_1", (0, 1, 2))
    other = Scene.model_validate({"entities": [{**cup, "category": "horse"}]})
    assert len(tracked([scenes[0], other])) == 2


def test_a_thing_far_away_is_the_same_thing_if_there_is_no_nearer_one_and_colours_tell_apart():
    here, there = scene(), scene(person_1=(0.7, 0.2, 0.9, 0.6))
    assert [t.frames for t in tracked([here, there]) if t.category == "person"] == [(0, 1)]
    red = {"category": "cup", "attributes": ["red"]}
    blue = {"category": "cup", "attributes": ["blue"]}
    before = Scene.model_validate(
        {"entities": [{**red, "box": [0.1, 0.1, 0.2, 0.2]}, {**blue, "box": [0.5, 0.1, 0.6, 0.2]}]}
    )
    after = Scene.model_validate(
        {"entities": [{**blue, "box": [0.25, 0.1, 0.35, 0.2]}, {**red, "box": [0.35, 0.1, 0.45, 0.2]}]}
    )
    assert {tuple(one.entity for one in track.sightings) for track in tracked([before, after])} == {
        ("cup_1", "cup_2"),
        ("cup_2", "cup_1"),
    }
