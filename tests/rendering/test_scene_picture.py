"""The drawn scene: arrows lead from their own box to their own box, names touch what they name and hide no other."""

import random
from collections.abc import Sequence
from itertools import pairwise

import PIL.Image
import PIL.ImageChops
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.observations import Person
from nesy.rendering.arrow_routes import curve_between, routes
from nesy.rendering.label_placement import Page, Point, along_curve, around_box, distance, leader, overlap
from nesy.rendering.palette import category_colours
from nesy.rendering.picture import scene_picture
from nesy.rendering.scene_layout import scene_layout
from nesy.rendering.taken_room import Rect
from nesy.scene import Entity, Relation, Scene

SIZE = (640, 480)
WITHIN = (0.0, 0.0, 640.0, 480.0)
TOUCHES_PX = 4.0

rectangles = st.tuples(st.floats(0, 600), st.floats(0, 440), st.floats(1, 640), st.floats(1, 480)).map(
    lambda c: (c[0], c[1], min(639.0, c[0] + c[2]), min(479.0, c[1] + c[3]))
)
some_boxes = st.lists(rectangles, min_size=1, max_size=8).map(
    lambda found: {f"e_{n}": box for n, box in enumerate(found)}
)


def on_edge(point: Point, box: Rect) -> bool:
    """Tell whether a point lies on one of the four edges of a box."""
    x, y = point
    across, down = box[0] - 0.01 <= x <= box[2] + 0.01, box[1] - 0.01 <= y <= box[3] + 0.01
    return across and down and min(abs(x - box[0]), abs(x - box[2]), abs(y - box[1]), abs(y - box[3])) < 0.01


def inside(point: Point, box: Rect, margin: float = 0.0) -> bool:
    return box[0] - margin < point[0] < box[2] + margin and box[1] - margin < point[1] < box[3] + margin


@settings(max_examples=25, deadline=None)
@given(some_boxes, st.data())
def test_an_arrow_leads_from_an_edge_of_its_subject_to_one_of_its_object(
    boxes: dict[str, Rect], data: st.DataObject
) -> None:
    names = st.sampled_from(sorted(boxes))
    pairs = data.draw(st.lists(st.tuples(names, names), unique=True, max_size=6))
    curves = routes(boxes, pairs, SIZE)
    assert list(curves) == pairs
    for (subject, target), curve in curves.items():
        assert on_edge(curve[0], boxes[subject]) and on_edge(curve[-1], boxes[target])
        assert all(inside(point, WITHIN, 400) for point in curve)


LAPTOP, TABLE, CAT = (224.0, 144.0, 384.0, 264.0), (32.0, 216.0, 608.0, 470.0), (256.0, 216.0, 480.0, 384.0)


@pytest.mark.parametrize(
    ("boxes", "pair", "others"),
    [
        ({"laptop": LAPTOP, "table": TABLE, "cat": CAT}, ("laptop", "table"), ["cat"]),
        ({"laptop": LAPTOP, "table": TABLE, "cat": CAT}, ("table", "laptop"), ["cat"]),
        ({"cup": (10, 10, 60, 60), "cat": (80, 0, 200, 90), "tray": (60, 50, 400, 200)}, ("cup", "tray"), ["cat"]),
        ({"man": (10, 10, 90, 400), "dog": (60, 200, 300, 420), "hat": (30, 0, 70, 40)}, ("man", "dog"), ["hat"]),
        ({"a": (0, 0, 639, 479), "b": (300, 200, 340, 240), "c": (290, 150, 350, 215)}, ("a", "b"), ["c"]),
        ({"a": (100, 100, 300, 300), "b": (100, 100, 300, 300), "c": (80, 80, 320, 120)}, ("a", "b"), ["c"]),
        ({"a": (50, 50, 90, 90), "b": (500, 50, 540, 90), "c": (200, 0, 400, 140)}, ("a", "b"), ["c"]),
    ],
)
def test_an_arrow_ends_on_no_third_thing_where_that_can_be_avoided(
    boxes: dict[str, Rect], pair: tuple[str, str], others: Sequence[str]
) -> None:
    curve = routes(boxes, [pair], SIZE)[pair]
    assert not any(inside(end, boxes[other]) for end in (curve[0], curve[-1]) for other in others)
    length = sum(distance((*a, *a), (*b, *b)) for a, b in pairwise(curve))
    assert length > 30, "too short to be seen"


def test_an_arrow_goes_round_what_stands_between() -> None:
    boxes: dict[str, Rect] = {"a": (50, 200, 90, 240), "b": (500, 200, 540, 240), "c": (200, 180, 400, 260)}
    for pair in (("a", "b"), ("b", "a")):
        assert not any(inside(point, boxes["c"]) for point in routes(boxes, [pair], SIZE)[pair])


def test_an_arrow_there_is_not_the_arrow_back() -> None:
    boxes: dict[str, Rect] = {"a": (50, 200, 150, 300), "b": (400, 200, 500, 300)}
    both = routes(boxes, [("a", "b"), ("b", "a")], SIZE)
    there, back = both["a", "b"], both["b", "a"]
    for one, other in ((there[0], back[-1]), (there[-1], back[0]), (there[16], back[16])):
        assert distance((*one, *one), (*other, *other)) > 20
    assert curve_between((0, 0), (100, 0), 0.2)[16] == pytest.approx((50, -20))
    assert curve_between((100, 0), (0, 0), 0.2)[16] == pytest.approx((50, 20))


@given(st.lists(rectangles, min_size=1, max_size=8), st.floats(10, 90), st.floats(10, 30))
@settings(max_examples=25, deadline=None)
def test_names_stay_on_the_page_and_apart_and_are_led_to_their_box(
    boxes: list[Rect], width: float, height: float
) -> None:
    page = Page(WITHIN)
    for box in boxes:
        before = list(page.taken)
        spot = page.place((width, height), around_box(box, (width, height)), boxes)
        assert spot[0] >= 0 and spot[1] >= 0 and spot[2] <= 640 and spot[3] <= 480
        assert not any(overlap(spot, other) for other in before)
        line = leader(spot, box)
        assert (line is None) == (distance(spot, box) <= TOUCHES_PX)
        if line is not None:
            assert distance((*line[0], *line[0]), spot) == distance((*line[1], *line[1]), box) == 0


def test_names_of_one_box_find_room_and_a_full_page_still_takes_one() -> None:
    page = Page((0.0, 0.0, 200.0, 100.0))
    spots = [page.place((80, 24), around_box((90, 40, 110, 60), (80, 24))) for _ in range(4)]
    assert not any(overlap(a, b) for n, a in enumerate(spots) for b in spots[:n])
    for _ in range(20):
        spot = page.place((80, 24), along_curve(curve_between((0, 0), (200, 100), 0.2), (80, 24)))
        assert spot[0] >= 0 and spot[1] >= 0 and spot[2] <= 200 and spot[3] <= 100
    wide = page.place((500, 24), [(90, 40)])
    assert wide[0] == 0, "what is wider than the page begins at its left"
    with pytest.raises(ValueError, match="no corner"):
        page.place((10, 10), [])


def a_crowd(entities: int, relations: int, seed: int) -> Scene:
    chance = random.Random(seed)
    things = []
    for n in range(entities):
        wide, high = chance.uniform(0.04, 0.25), chance.uniform(0.04, 0.3)
        x, y = chance.uniform(0, 1 - wide), chance.uniform(0, 1 - high)
        things.append(Entity(id=f"dining_table_{n}", category="dining table", box=(x, y, x + wide, y + high)))
    told = []
    for n in range(relations):
        subject, target = chance.sample(things, 2)
        predicate = chance.choice(("on", "near", "to the left of"))
        told.append(Relation(id=f"r{n}", subject=subject.id, predicate=predicate, object=target.id))
    return Scene(entities=tuple(things), relations=tuple(told))


@pytest.mark.parametrize("size", [(1080, 810), (1600, 320), (320, 1600), (768, 768)])
@pytest.mark.parametrize("seed", range(3))
def test_no_name_hides_another_in_a_crowded_scene(size: tuple[int, int], seed: int) -> None:
    scene = a_crowd(12, 12, seed)
    names = scene_layout(scene, size, category_colours(["dining_table"])).names
    assert len(names) == 12 + len({(r.subject, r.object) for r in scene.relations})
    assert not any(overlap(a.spot, b.spot) for n, a in enumerate(names) for b in names[:n])
    boxes = {e.id: tuple(side * (size[n % 2] - 1) for n, side in enumerate(e.box or ())) for e in scene.entities}
    for name in names:
        if not name.of_arrow:
            away = distance(name.spot, boxes[name.text])  # type: ignore[arg-type]
            assert (name.line is None) == (away <= TOUCHES_PX)
    assert sum(name.line is not None for name in names) <= len(names) / 4, "most names touch what they name"


def test_a_long_name_is_shortened_and_keeps_its_number() -> None:
    entity = Entity(id=f"{'extraordinary_' * 6}thing_17", category="thing", box=(0.9, 0.9, 0.95, 0.95))
    (name,) = scene_layout(Scene(entities=(entity,)), SIZE, category_colours(["thing"])).names
    assert "..." in name.text and name.text.startswith("extra") and name.text.endswith("_17")
    assert name.spot[2] <= 640 and name.spot[3] <= 480


def test_a_narrow_picture_stands_in_the_middle_of_its_room() -> None:
    drawn = scene_picture(
        PIL.Image.new("RGB", (10, 100), (200, 0, 0)), Scene(entities=()), {}, longer_px=400, room_px=(240, 100)
    )
    assert drawn.size == (240, 400)
    assert [drawn.getpixel((x, 200)) == (200, 0, 0) for x in (50, 120, 190)] == [False, True, False]


def test_a_skeleton_lies_where_the_image_lies() -> None:
    arm = {"left_shoulder": (0.0, 0.5, 0.9), "left_elbow": (1.0, 0.5, 0.9), "left_wrist": (0.5, 0.1, 0.1)}
    person = Person(box=(0, 0, 1, 1), score=0.9, witness="w", keypoints=arm)
    image = PIL.Image.new("RGB", (10, 100), (200, 0, 0))
    drawn = scene_picture(image, Scene(entities=()), {}, people=[person], longer_px=400, room_px=(240, 100))
    bare = scene_picture(image, Scene(entities=()), {}, longer_px=400, room_px=(240, 100))
    changed = PIL.ImageChops.difference(drawn, bare).getbbox()
    assert changed is not None
    left, top, right, bottom = changed  # the picture is 40 px wide, from 100 on; a joint is 6 px in radius
    assert (90 <= left <= 100, 139 <= right <= 150) == (True, True)
    assert 190 <= top <= 200 <= bottom <= 210  # the wrist, whose score is low, is not drawn
