"""What boxes alone tell: who holds the racket; in words of any spelling; None where nothing is known."""

import math
import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import nesy
from nesy.ontology import Ontology
from nesy.scene import Entity
from nesy.witness.box_features import BY_CATEGORY, FEATURES
from nesy.witness.layout import layout_chance, layout_chances, table, verbs

ONTOLOGY = Ontology.default()
sides = st.floats(0, 1)
boxes = st.tuples(sides, sides, sides, sides)
CONTACT = {
    "hold": ("tennis_racket", "cup", "cell_phone"),
    "ride": ("horse", "bicycle", "skateboard"),
    "sit_on": ("chair", "bench"),
}


def entity(category, box=None, name="x_1"):
    return Entity(id=name, category=category, box=box)


PERSON = entity("person", (0.40, 0.20, 0.55, 0.80))
RACKET = entity("tennis_racket", (0.52, 0.40, 0.62, 0.50))


def chance(subject, predicate, thing):
    found = layout_chance(subject, predicate, thing)
    assert found is not None
    return found


# --- what it tells ---


def test_one_of_three_holds_the_racket():
    others = [entity("person", (0.05, 0.25, 0.18, 0.80)), entity("person", (0.80, 0.30, 0.90, 0.60))]
    holding, *rest = (chance(one, "hold", RACKET) for one in (PERSON, *others))
    assert holding > 0.6 and max(rest) < 0.1


@pytest.mark.parametrize(
    ("predicate", "category", "does", "does_not"),
    [
        ("ride", "bicycle", (0.37, 0.45, 0.60, 0.90), (0.70, 0.45, 0.95, 0.90)),
        ("ride", "horse", (0.30, 0.45, 0.70, 0.95), (0.70, 0.50, 0.95, 0.90)),
        ("ride", "skateboard", (0.38, 0.77, 0.58, 0.85), (0.45, 0.30, 0.60, 0.36)),
        ("stand_on", "surfboard", (0.36, 0.76, 0.62, 0.84), (0.50, 0.10, 0.54, 0.50)),
        ("sit_on", "bench", (0.20, 0.50, 0.80, 0.85), (0.65, 0.10, 0.95, 0.30)),
        ("lie_on", "bed", (0.20, 0.50, 0.90, 1.00), (0.10, 0.05, 0.30, 0.20)),
        ("talk_on", "cell_phone", (0.50, 0.24, 0.53, 0.29), (0.90, 0.90, 0.95, 0.95)),
        ("wear", "tie", None, None),
    ],
)
def test_the_thing_lies_as_it_does_when_that_is_done(predicate, category, does, does_not):
    person = entity("person", (0.30, 0.60, 0.80, 0.80)) if predicate == "lie_on" else PERSON
    if does is None:
        assert layout_chance(person, predicate, entity(category, (0.45, 0.3, 0.5, 0.5))) is None
    else:
        near, far = (chance(person, predicate, entity(category, box)) for box in (does, does_not))
        assert near > 0.5 > far


def test_left_and_right_are_alike():
    def mirrored(one):
        left, top, right, bottom = one.box
        return one.model_copy(update={"box": (1 - right, top, 1 - left, bottom)})

    assert chance(PERSON, "hold", RACKET) == pytest.approx(chance(mirrored(PERSON), "hold", mirrored(RACKET)))


@given(st.floats(0.2, 1.0), st.floats(0, 0.3), st.floats(0, 0.3))
def test_a_picture_may_be_scaled_and_cut(scale, right, down):
    def moved(one):
        left, top, end, bottom = (v * scale for v in one.box)
        return one.model_copy(update={"box": (left + right, top + down, end + right, bottom + down)})

    assert chance(moved(PERSON), "hold", moved(RACKET)) == pytest.approx(chance(PERSON, "hold", RACKET), abs=1e-6)


@given(
    st.sampled_from([(verb, category) for verb, categories in CONTACT.items() for category in categories]),
    st.tuples(st.floats(0.06, 0.3), st.floats(0.15, 0.5)),
    st.tuples(st.floats(0.25, 1.5), st.floats(0.1, 0.8)),
    st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)),
    st.sampled_from([(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]),
)
def test_a_thing_far_away_is_less_likely_held_ridden_or_sat_on(asked, size, ratio, place, way):
    """Its middle in the person's box, and then several widths or heights of the person away."""
    verb, category = asked
    width, height = size
    person = Entity.model_construct(id="p", category="person", box=(0.0, 0.0, width, height))

    def thing(across, down):
        half_width, half_height = width * ratio[0] / 2, height * ratio[1] / 2
        x, y = width * (place[0] + across), height * (place[1] + down)
        box = (x - half_width, y - half_height, x + half_width, y + half_height)
        return Entity.model_construct(id="t", category=category, box=box)

    at_hand, away = (chance(person, verb, thing(*offset)) for offset in ((0, 0), (4 * way[0], 3 * way[1])))
    assert away < at_hand
    assert away < 0.5


# --- words ---


@pytest.mark.parametrize("spelling", ["sit_on", "sit on", " Sit  On ", "sitting on", "seated on"])
def test_a_predicate_in_any_spelling(spelling):
    chair = entity("chair", (0.35, 0.5, 0.6, 0.9))
    assert layout_chance(PERSON, spelling, chair) == layout_chance(PERSON, "sit_on", chair)


@pytest.mark.parametrize("word", ["woman", "men", "child", "skier", "Person"])
def test_whoever_is_a_person_does_it(word):
    assert layout_chance(entity(word, PERSON.box), "hold", RACKET) == layout_chance(PERSON, "hold", RACKET)


@pytest.mark.parametrize(
    ("word", "coco"), [("sofa", "couch"), ("bike", "bicycle"), ("mug", "cup"), ("phones", "cell phone")]
)
def test_a_thing_by_any_of_its_names(word, coco):
    box = (0.35, 0.5, 0.6, 0.9)
    for predicate in ("hold", "sit_on", "ride"):
        assert layout_chance(PERSON, predicate, entity(word, box)) == layout_chance(
            PERSON, predicate, entity(coco, box)
        )


@pytest.mark.parametrize("word", ["unicycle", "blork", "animal", "vehicle", "giraffe", "furniture", "帽子"])
def test_a_thing_that_v_coco_does_not_have_is_no_error(word):
    near, far = entity(word, (0.37, 0.45, 0.60, 0.90)), entity(word, (0.9, 0.0, 1.0, 0.1))
    assert 0 < chance(PERSON, "ride", far) < chance(PERSON, "ride", near) < 1


def test_a_wider_word_lies_between_what_is_below_it():
    box = (0.37, 0.45, 0.60, 0.90)
    mounts = [chance(PERSON, "ride", entity(word, box)) for word in ("horse", "elephant")]
    assert min(mounts) <= chance(PERSON, "ride", entity("animal", box)) <= max(mounts)
    assert chance(PERSON, "ride", entity("zebra", box)) == chance(PERSON, "ride", entity("animal", box))


def test_boards_are_ridden_as_boards_are_and_horses_as_horses():
    below_the_feet = (0.36, 0.76, 0.60, 0.84)
    assert chance(PERSON, "ride", entity("snowboard", below_the_feet)) > 0.5
    board, horse = (chance(PERSON, "ride", entity(word, below_the_feet)) for word in ("skateboard", "horse"))
    assert horse < board


# --- nothing known ---


@pytest.mark.parametrize(
    ("subject", "predicate", "thing"),
    [
        (PERSON, "left of", RACKET),
        (PERSON, "on", RACKET),
        (PERSON, "wear", RACKET),
        (PERSON, "frobnicate", RACKET),
        (PERSON, "no_interaction", RACKET),
        (PERSON, "stand_on", entity("bench", RACKET.box)),
        (PERSON, "jump", entity("unicycle", RACKET.box)),
        (entity("dog", PERSON.box), "hold", RACKET),
        (entity("blork", PERSON.box), "hold", RACKET),
        (entity("person"), "hold", RACKET),
        (PERSON, "hold", entity("cup")),
        (entity("person", (0.4, 0.2, 0.4, 0.8)), "hold", RACKET),
        (PERSON, "hold", entity("cup", (0.5, 0.5, 0.5, 0.5))),
        (PERSON, "hold", entity("cup", (0.6, 0.6, 0.5, 0.5))),
        (Entity.model_construct(id="p", category="person", box=(math.nan,) * 4), "hold", RACKET),
        (Entity.model_construct(id="p", category="person", box=(0, 0, math.inf, 1)), "hold", RACKET),
    ],
)
def test_none_where_nothing_is_known(subject, predicate, thing):
    assert layout_chance(subject, predicate, thing) is None


@given(boxes, boxes, st.sampled_from(sorted(verbs())), st.sampled_from([*sorted(ONTOLOGY.categories), "blork"]))
@example((0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0), "hold", "cup")
@example((0.0, 0.0, 1e-5, 1.0), (0.0, 0.0, 1.0, 1e-5), "ride", "train")
@example((0.0, 0.0, 5e-324, 1.0), (0.0, 0.0, 1.0, 1.0), "ride", "train")
def test_any_boxes_give_a_chance_or_none(one, other, verb, category):
    found = layout_chance(entity("person", one), verb, entity(category, other))
    assert found is None or 0.0 <= found <= 1.0
    if min(one[2] - one[0], one[3] - one[1], other[2] - other[0], other[3] - other[1]) <= 0:
        assert found is None


@given(st.lists(st.floats(-1e300, 1e300), min_size=8, max_size=8))
def test_boxes_out_of_the_picture_too(numbers):
    def built(category, box):
        return Entity.model_construct(id="x", category=category, box=tuple(box))

    found = layout_chance(built("person", numbers[:4]), "hold", built("cup", numbers[4:]))
    assert found is None or 0.0 <= found <= 1.0


# --- many at once, and the table ---


@given(st.lists(st.tuples(boxes, st.sampled_from(["hold", "ride", "left of", "use"]), boxes), max_size=6))
def test_many_at_once_are_as_each_alone(asked):
    pairs = [(entity("person", a), verb, entity("knife", b)) for a, verb, b in asked]
    alone = [layout_chance(*pair) for pair in pairs]
    for one, other in zip(layout_chances(pairs), alone, strict=True):
        assert one == (None if other is None else pytest.approx(other, abs=1e-12))


def test_the_boxes_are_measured_once_for_many_pairs(monkeypatch):
    seen = []
    measured = sys.modules["nesy.witness.layout"].box_features

    def counted(people, objects):
        seen.append(len(people))
        return measured(people, objects)

    monkeypatch.setattr("nesy.witness.layout.box_features", counted)
    assert len(layout_chances([(PERSON, "hold", RACKET)] * 10_000)) == 10_000
    assert seen == [10_000]


def test_the_table_is_whole():
    assert len(table()) == 24
    for action in table().values():
        assert action.weights.shape == (len(FEATURES),)
        assert {added.shape for added in action.categories.values()} == {(1 + len(BY_CATEGORY),)}
        assert set(action.categories) <= ONTOLOGY.categories
    named = {action for verb in verbs().values() for action in verb.actions}
    assert named == set(table())
    for word, verb in verbs().items():
        assert ONTOLOGY.canonical("predicate", word) == word
        assert verb.of <= {c for name in verb.actions for c in table()[name].categories}


def test_the_import_reads_no_table():
    code = "import nesy; nesy.layout_chance; from nesy.witness.layout import table; print(table.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"


def test_it_is_public():
    assert nesy.layout_chance is layout_chance
