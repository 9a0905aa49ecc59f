"""Statements about drawings are true or false for sure, and of every kind as many are true as false."""

from collections import Counter
from random import Random

import pytest

from nesy.geometry import iou
from nesy.ontology import Ontology
from nesy.scene import Claim, Count, Entity, PartState, Relation, Scene, in_words
from nesy.synthetic import draw
from nesy.synthetic.referring_expressions import GERUNDS
from nesy.synthetic.statements import MET, MISSED, statements
from nesy.synthetic.truth import OPEN, holds

ONTOLOGY = Ontology.default()
TOLD = [(index, s) for index in range(150) for s in statements(draw(7, index).scene, Random(index), ONTOLOGY, 8)]
DRINKS = Scene.model_validate(
    {
        "entities": [
            {"id": "person_1", "category": "person"},
            {"id": "person_2", "category": "person"},
            {"id": "cup_1", "category": "cup"},
            {"id": "cup_2", "category": "cup"},
            {"id": "horse_1", "category": "horse"},
            {"id": "dining_table_1", "category": "dining_table"},
        ],
        "part_states": [
            {"entity": "person_1", "part": "hand", "state": "hold", "object": "cup_1"},
            {"entity": "person_1", "part": "head", "state": "drink with", "object": "cup_1"},
            {"entity": "person_2", "part": "hip", "state": "sit on", "object": "horse_1"},
        ],
        "relations": [
            {"subject": "person_1", "predicate": "drink_with", "object": "cup_1"},
            {"subject": "person_2", "predicate": "ride", "object": "horse_1"},
            {"subject": "cup_2", "predicate": "on", "object": "dining_table_1"},
        ],
        "counts": [],
    }
)


def relation(subject: str, predicate: str, target: str) -> Relation:
    return Relation(id="r9", subject=subject, predicate=predicate, object=target)


def state(entity: str, part: str, doing: str, target: str | None) -> PartState:
    return PartState(id="p9", entity=entity, part=part, state=doing, object=target)


@pytest.mark.parametrize(
    ("claim", "true"),
    [
        (relation("person_1", "drink_with", "cup_1"), True),
        (relation("person_1", "hold", "cup_1"), True),  # who drinks from it holds it
        (relation("person_1", "carry", "cup_1"), None),  # one may say so
        (relation("person_1", "sip", "cup_1"), None),
        (relation("person_1", "ride", "cup_1"), False),
        (relation("person_1", "hold", "cup_2"), False),
        (relation("person_1", "watch", "cup_2"), None),  # from afar
        (relation("person_2", "drink_with", "cup_1"), False),
        (relation("cup_1", "drink_with", "person_1"), False),
        (relation("person_2", "sit_on", "horse_1"), True),  # its hip does
        (relation("person_2", "hop_on", "horse_1"), None),
        (relation("person_2", "walk", "horse_1"), False),
        (relation("person_2", "on", "horse_1"), None),
        (relation("horse_1", "ride", "person_2"), False),
        (relation("dining_table_1", "on", "cup_2"), False),
        (relation("cup_2", "under", "dining_table_1"), False),
        (relation("dining_table_1", "under", "cup_2"), None),
        (relation("cup_1", "on", "dining_table_1"), False),
        (relation("cup_1", "left_of", "dining_table_1"), None),
        (state("person_1", "hand", "hold", "cup_1"), True),
        (state("person_1", "hand", "touch", "cup_1"), True),
        (state("person_1", "hand", "lift", "cup_1"), None),
        (state("person_1", "arm", "hold", "cup_1"), None),
        (state("person_1", "foot", "hold", "cup_1"), False),
        (state("person_1", "hand", "hold", "cup_2"), False),
        (state("person_1", "head", "inspect", "cup_2"), None),
        (state("cup_2", "hand", "hold", "cup_1"), False),
        (state("person_1", "hand", "hold", None), None),
        (state("person_1", "left_hand", "hold", "cup_1"), None),
        (Entity(id="horse_1", category="horse"), True),
        (Entity(id="horse_1", category="animal"), True),
        (Entity(id="horse_1", category="cow"), False),
        (Entity(id="horse_1", category="pony"), None),
        (Count(id="n9", category="cup", value=2), True),
        (Count(id="n9", category="cup", value=3), False),
        (Count(id="n9", category="dog", value=0), True),
    ],
    ids=lambda value: in_words(value) if isinstance(value, Claim) else "",
)
def test_what_a_drawing_says_and_what_it_leaves_open(claim: Claim, true: bool | None) -> None:
    assert holds(claim, DRINKS, ONTOLOGY) is true


def test_every_relation_of_the_drawn_world_says_what_it_leaves_open() -> None:
    assert set(OPEN) == set(GERUNDS)


def test_what_is_drawn_is_true() -> None:
    for index in range(80):
        scene = draw(7, index).scene
        assert all(holds(claim, scene, ONTOLOGY) for claim in scene.claims())


def test_statements_are_what_they_are_said_to_be() -> None:
    ghosts, rough = 0, 0
    for index, stated in TOLD:
        scene = draw(7, index).scene
        strange = [e for e in stated.entities if e not in scene.entities]
        for shown in strange:
            alike = [
                iou(e.box, shown.box) for e in scene.entities if e.category == shown.category and e.box and shown.box
            ]
            if stated.true and not isinstance(stated.claim, Entity):
                assert iou(scene.entity(shown.id).box or (), shown.box or ()) >= MET
            elif not isinstance(stated.claim, Entity):
                assert all(overlap <= MISSED for overlap in alike)
        ghosts += bool(strange) and not stated.true
        rough += bool(strange) and stated.true
        if isinstance(stated.claim, Entity) or (strange and not stated.true):
            continue  # about a box that the drawing does not have
        assert holds(stated.claim, scene, ONTOLOGY) is stated.true, in_words(stated.claim)
        # What the drawing says, word for word, is never called false.
        words = {in_words(claim) for claim in scene.claims()}
        assert stated.true or in_words(stated.claim) not in words
    assert 0 < rough < len(TOLD) / 2
    assert 0 < ghosts < len(TOLD) / 2


def test_of_every_kind_as_many_are_true_as_false() -> None:
    number = Counter((type(s.claim).__name__, s.true) for _, s in TOLD)
    for kind in ("Relation", "PartState", "Entity", "Count"):
        yes, no = number[kind, True], number[kind, False]
        assert yes + no >= 100
        assert abs(yes - no) < 4 * (yes + no) ** 0.5, (kind, yes, no)  # four standard deviations of fair coins


def test_what_the_loop_would_offer_is_among_the_false_ones() -> None:
    false = {in_words(s.claim) for _, s in TOLD if not s.true}
    assert any(" lie_on " in words for words in false)  # an alternative that is never drawn
    assert any(words.startswith(("horse", "cup", "bicycle", "umbrella")) and " is a " not in words for words in false)
    assert {s.claim.value for _, s in TOLD if isinstance(s.claim, Count) and not s.true} >= {0, 2, 3}


def test_the_same_seed_tells_the_same_and_nothing_twice() -> None:
    scene = draw(7, 4).scene
    told = statements(scene, Random(3), ONTOLOGY, 8)
    assert told == statements(scene, Random(3), ONTOLOGY, 8)
    assert len({in_words(s.claim) for s in told}) == len(told)
