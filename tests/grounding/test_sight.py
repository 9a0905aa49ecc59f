"""Claims against what witnesses saw: by place and by kind; silence is no contradiction; text, colours, counts."""

from typing import Any

import PIL.Image
import PIL.ImageDraw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesy
from nesy.errors import InputError
from nesy.grounding.seen_entities import ALIKE, CONTRADICTED, SUPPORTED
from nesy.observations import Observations
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Judgement

COCO = sorted(Ontology.default().categories)


def seen(*things: tuple[str, tuple[float, ...], float], glimpses: Any = None, **more: Any) -> Observations:
    def listed(some: Any) -> list[dict[str, Any]]:
        return [{"category": c, "box": box, "score": score, "witness": "w"} for c, box, score in some]

    who: dict[str, Any] = {"name": "w", "categories": COCO}
    if glimpses is not None:
        who["glimpses_from"], more["glimpses"] = 0.1, listed(glimpses)
    return Observations.model_validate({"witnesses": [who], "things": listed(things), **more})


def judged(said: dict[str, Any], *evidence: Any) -> list[Judgement]:
    return list(nesy.ground(Scene.model_validate(said), evidence))


def entity(category: str, *evidence: Any, **fields: Any) -> Judgement:
    return judged({"entities": [{"id": "x", "category": category, **fields}]}, *evidence)[0]


def relation(subject: Any, predicate: str, thing: Any, *evidence: Any) -> Judgement:
    said = {
        "entities": [
            {"id": "a", "category": subject} if isinstance(subject, str) else subject,
            {"id": "b", "category": thing} if isinstance(thing, str) else thing,
        ],
        "relations": [{"id": "r", "subject": "a", "predicate": predicate, "object": "b"}],
    }
    return next(one for one in judged(said, *evidence) if one.claim == "r")


CUP = seen(("cup", (0.1, 0.2, 0.3, 0.4), 0.9))
HORSES = seen(("horse", (0.1, 0.2, 0.5, 0.8), 0.9), ("horse", (0.5, 0.2, 0.9, 0.8), 0.85), glimpses=[])


@pytest.mark.parametrize(
    ("category", "status"),
    [
        ("cup", "supported"),
        ("drinking vessel", "supported"),
        ("mug", "unknown"),
        ("astronaut", "unknown"),
        ("unicycle", "unknown"),
        ("dog", "unknown"),
    ],
)
def test_kinds_are_matched_by_the_ontology(category: str, status: str) -> None:
    assert entity(category, CUP).status == status


def test_every_judgement_has_a_chance_or_says_that_nothing_is_known() -> None:
    assert (entity("cup", CUP).chance or 0) > 0.8
    assert entity("unicycle", CUP).chance is None
    assert entity("cup", Scene(entities=(nesy.Entity(id="cup_1", category="cup"),))).chance == 1.0


def test_a_claim_with_a_box_is_judged_there() -> None:
    assert entity("cup", CUP, box=[0.1, 0.2, 0.3, 0.41]).status == "supported"
    away = entity("cup", CUP, box=[0.7, 0.7, 0.9, 0.9])
    assert away.status == "unknown" and away.chance is not None and away.chance < 0.5


def test_another_kind_in_that_very_box_contradicts() -> None:
    found = entity("cow", HORSES, box=[0.1, 0.2, 0.5, 0.8])
    assert found.status == "contradicted" and found.evidence == ("horse_1",)
    glimpsed = seen(("horse", (0.1, 0.2, 0.5, 0.8), 0.9), glimpses=[("cow", (0.1, 0.2, 0.5, 0.8), 0.3)])
    assert entity("cow", glimpsed, box=[0.1, 0.2, 0.5, 0.8]).status == "unknown"


def test_what_may_be_called_so_leaves_a_middling_chance() -> None:
    car = seen(("car", (0.1, 0.2, 0.5, 0.8), 0.9), glimpses=[("truck", (0.1, 0.2, 0.5, 0.8), 0.11)])
    for box in ([0.1, 0.2, 0.5, 0.8], None):
        found = entity("truck", car, box=box)
        assert found.status == "unknown" and "car_1" in found.reason and ALIKE <= (found.chance or 0) < SUPPORTED
    three = {"entities": [], "counts": [{"category": "car", "value": 3}]}
    cars = [("car", (x, 0.2, x + 0.3, 0.8), 0.95) for x in (0.0, 0.35)]
    assert judged(three, seen(*cars, glimpses=[]))[0].status == "contradicted"
    assert judged(three, seen(*cars, ("truck", (0.7, 0.2, 1.0, 0.8), 0.95), glimpses=[]))[0].status == "unknown"


def test_what_is_unknown_is_likelier_than_what_is_contradicted() -> None:
    at_the_cup = (0.1, 0.2, 0.3, 0.4)
    faint = seen(("cup", at_the_cup, 0.9), glimpses=[("bowl", at_the_cup, 0.15)])
    bowl, dog = (entity(category, faint, box=at_the_cup) for category in ("bowl", "dog"))
    assert (bowl.status, dog.status) == ("unknown", "contradicted")
    assert (bowl.chance or 0) >= CONTRADICTED > (dog.chance or 1)
    assert bowl.reason == "At that box the witness sees a cup, and has a glimpse of a bowl."
    unsure = seen(("person", (0.0, 0.1, 0.3, 0.9), 0.9), ("car", (0.8, 0.4, 0.9, 0.5), 0.32), glimpses=[])
    drives = relation("person", "drive", "car", unsure)
    assert drives.status == "unknown" and CONTRADICTED <= (drives.chance or 0) < 0.5


def test_not_finding_weighs_by_what_would_be_found() -> None:
    elephant, spoon = entity("elephant", HORSES), entity("spoon", CUP)
    assert elephant.status == "contradicted"
    assert spoon.status == "unknown" and (spoon.chance or 0) > (elephant.chance or 1)
    assert entity("cow", seen(glimpses=[("cow", (0.1, 0.1, 0.5, 0.5), 0.3)])).status == "unknown"
    assert entity("elephant", Observations(witnesses=())).chance is None  # nobody looked


def test_nothing_seen_is_never_contradiction_of_small_things() -> None:
    for category in ("spoon", "sports ball", "cup", "cell phone", "knife"):
        assert entity(category, seen()).status == "unknown"


@pytest.mark.parametrize(
    ("value", "status"), [(2, "supported"), (1, "unknown"), (4, "contradicted"), (0, "contradicted"), (30, "unknown")]
)
def test_counts(value: int, status: str) -> None:
    assert judged({"entities": [], "counts": [{"category": "horse", "value": value}]}, HORSES)[0].status == status


def test_whether_there_is_none_is_open_where_what_is_seen_may_be_one() -> None:
    said: dict[str, Any] = {"entities": [], "counts": [{"category": "woman", "value": 0}]}
    somebody = seen(("person", (0.1, 0.1, 0.4, 0.9), 0.9), glimpses=[("person", (0.5, 0.1, 0.9, 0.9), 0.12)])
    found = judged(said, somebody)[0]
    assert found.status == "unknown" and 0.12 <= (found.chance or 0) < 0.5 and found.evidence == ("person_1",)


def test_many_are_not_counted() -> None:
    crowd = seen(*(("person", (i / 20, 0.1, i / 20 + 0.04, 0.9), 0.9) for i in range(12)))
    assert judged({"entities": [], "counts": [{"category": "person", "value": 15}]}, crowd)[0].status == "unknown"


def person(wrist: tuple[float, float]) -> Observations:
    joints = {
        "right_wrist": [*wrist, 0.9], "right_elbow": [0.35, 0.4, 0.9], "right_shoulder": [0.3, 0.3, 0.9],
        "left_wrist": [0.12, 0.5, 0.9], "left_hip": [0.2, 0.55, 0.9], "right_hip": [0.25, 0.55, 0.9],
    }  # fmt: skip
    return seen(
        ("person", (0.1, 0.1, 0.4, 0.9), 0.95),
        ("tennis_racket", (0.36, 0.4, 0.5, 0.55), 0.9),
        people=[{"box": (0.1, 0.1, 0.4, 0.9), "score": 0.9, "keypoints": joints, "witness": "w"}],
        glimpses=[],
    )


def test_a_hand_at_the_thing_supports_and_a_hand_far_from_it_contradicts() -> None:
    man = {"id": "a", "category": "person", "box": [0.1, 0.1, 0.4, 0.9]}
    racket = {"id": "b", "category": "tennis racket", "box": [0.36, 0.4, 0.5, 0.55]}
    held, far = person((0.38, 0.47)), person((0.12, 0.85))
    assert relation(man, "hold", racket, held).status == "supported"
    other = {"id": "a", "category": "person", "box": [0.8, 0.1, 0.95, 0.9]}
    assert relation(other, "hold", racket, held).status != "supported"
    assert (relation(man, "hold", racket, far).chance or 1) < 0.5 < (relation(man, "hold", racket, held).chance or 0)
    said = {
        "entities": [man, racket],
        "part_states": [{"id": "p", "entity": "a", "part": "right hand", "state": "hold", "object": "b"}],
    }
    assert judged(said, held)[-1].status == "supported"


@pytest.mark.parametrize(
    ("part", "state"), [("hand", "raise(over_head)"), ("hand", "raise"), ("arm", "raise"), ("left arm", "raised")]
)
def test_a_part_that_is_at_nothing_is_told_by_the_joints(part: str, state: str) -> None:
    def said(wrist: tuple[float, float]) -> Judgement:
        states = [{"entity": "a", "part": part, "state": state}]
        return judged({"entities": [{"id": "a", "category": "person"}], "part_states": states}, person(wrist))[1]

    above, below = said((0.3, 0.15)), said((0.36, 0.5))
    assert above.status == "supported" and "an arm is raised" in above.reason
    assert below.status == "contradicted" and (below.chance or 1) < (above.chance or 0)


def test_places_are_told_by_the_boxes() -> None:
    scene = seen(
        ("cup", (0.4, 0.3, 0.5, 0.5), 0.9),
        ("dining_table", (0.1, 0.45, 0.9, 0.9), 0.9),
        ("cat", (0.0, 0.4, 0.1, 0.6), 0.9),
    )
    assert relation("cup", "on", "dining table", scene).status == "supported"
    assert relation("cat", "left of", "cup", scene).status == "supported"
    assert relation("cat", "right of", "cup", scene).status != "supported"
    assert (relation("dining table", "on", "cup", scene).chance or 1) < 0.3


def test_a_claim_about_a_contradicted_thing_is_contradicted() -> None:
    assert relation("elephant", "next to", "horse", HORSES).status == "contradicted"


def test_text_that_was_read() -> None:
    sign = seen(texts=[{"text": "Stop!", "box": (0.4, 0.1, 0.5, 0.2), "score": 0.98, "witness": "w"}])
    said = nesy.parse("The sign says STOP.")
    read = next(one for one in nesy.ground(said, sign) if one.attribute)
    assert read.status == "supported" and "Stop!" in read.reason and read.says == 'sign_1 says "STOP"'
    said = nesy.parse("The sign says EXIT.")
    assert next(one for one in nesy.ground(said, sign) if one.attribute).status == "unknown"


@pytest.fixture
def picture() -> nesy.Image:
    pixels = PIL.Image.new("RGB", (200, 100), "white")
    PIL.ImageDraw.Draw(pixels).rectangle((20, 20, 80, 80), fill=(200, 20, 20))
    return nesy.Image.from_pixels(pixels)


@pytest.mark.parametrize(("colour", "status"), [("red", "supported"), ("orange", "unknown"), ("blue", "contradicted")])
def test_colours_are_of_the_pixels_in_the_box(picture: nesy.Image, colour: str, status: str) -> None:
    car = seen(("car", (0.1, 0.2, 0.4, 0.8), 0.9))
    said = {"entities": [{"id": "x", "category": "car", "attributes": [colour]}]}
    assert judged(said, car, picture)[1].status == status
    assert judged(said, car)[1].status == "unknown"  # no pixels are at hand
    man = seen(("person", (0.1, 0.2, 0.4, 0.8), 0.9))
    said = {"entities": [{"id": "x", "category": "person", "attributes": [colour]}]}
    assert judged(said, man, picture)[1].chance is None  # of people the colours are those of clothes


def dressed(predicate: str, garment: str, colour: str, *evidence: Any) -> Judgement:
    said = {
        "entities": [{"id": "a", "category": "man"}, {"id": "b", "category": garment, "attributes": [colour]}],
        "relations": [{"id": "r", "subject": "a", "predicate": predicate, "object": "b"}],
    }
    return next(one for one in judged(said, *evidence) if one.attribute)


@pytest.fixture
def man() -> tuple[Observations, nesy.Image]:
    """A man in a red shirt and blue trousers with a yellow hat."""
    pixels = PIL.Image.new("RGB", (200, 200), "white")
    draw = PIL.ImageDraw.Draw(pixels)
    draw.rectangle((80, 20, 120, 34), fill=(240, 220, 30))
    draw.rectangle((70, 60, 130, 110), fill=(200, 20, 20))
    draw.rectangle((70, 110, 130, 190), fill=(20, 40, 200))
    at = {"eye": (92, 108, 36), "ear": (84, 116, 38), "shoulder": (75, 125, 62), "hip": (78, 122, 108)}
    at |= {"knee": (80, 120, 150), "ankle": (80, 120, 186)}
    joints = {
        f"{side}_{name}": [x / 200, y / 200, 0.9]
        for name, (right, left, y) in at.items()
        for side, x in (("right", right), ("left", left))
    }
    box = (0.32, 0.08, 0.68, 0.97)
    people = [{"box": box, "score": 0.9, "keypoints": joints, "witness": "w"}]
    return seen(("person", box, 0.9), people=people), nesy.Image.from_pixels(pixels)


@pytest.mark.parametrize(
    ("garment", "colour", "other"),
    [("T-shirt", "red", "green"), ("trousers", "blue", "red"), ("baseball cap", "yellow", "blue")],
)
def test_the_colour_of_clothes_is_that_of_the_body_where_they_are_worn(
    man: tuple[Observations, nesy.Image], garment: str, colour: str, other: str
) -> None:
    right, wrong = (dressed("wear", garment, said, *man) for said in (colour, other))
    assert (right.chance or 0.0) > 0.7 and (wrong.chance or 1.0) < 0.3
    assert wrong.status == "unknown" and wrong.evidence == ("person_1",)
    assert dressed("next to", garment, colour, *man).chance is None  # he does not wear it


def test_a_person_who_stands_does_not_sit_whatever_he_sits_on(man: tuple[Observations, nesy.Image]) -> None:
    stands, sits = (relation("man", verb, "floor", man[0]) for verb in ("stand on", "sit on"))
    assert (stands.chance or 0.0) > 2 * (sits.chance or 1.0)
    assert {stands.status, sits.status} == {"unknown"}  # nobody sees the floor
    standing, sitting = (
        judged({"entities": [{"id": "a", "category": "man", "attributes": [word]}]}, man[0])[1]
        for word in ("standing", "sitting")
    )
    assert (sitting.chance or 1.0) < 0.3 < (standing.chance or 0.0)


def people_at(*scales: float) -> Observations:
    """Return people side by side, each so large, with the shoulders and hips that show it."""
    boxes = [(i * 0.3, 0.9 - scale, i * 0.3 + 0.25, 0.9) for i, scale in enumerate(scales)]
    joints = [
        {
            f"{side}_{name}": [(box[0] + box[2]) / 2, box[1] + share * (box[3] - box[1]), 0.9]
            for side in ("left", "right")
            for name, share in (("shoulder", 0.2), ("hip", 0.55))
        }
        for box in boxes
    ]
    people = [
        {"box": box, "score": 0.9, "keypoints": at, "witness": "w"} for box, at in zip(boxes, joints, strict=True)
    ]
    return seen(*(("person", box, 0.9) for box in boxes), ("car", (0.28, 0.5, 0.6, 0.95), 0.9), people=people)


def test_of_a_child_and_a_grown_person_the_child_is_the_smaller() -> None:
    there = people_at(0.8, 0.3)  # the small one is in the car
    said: dict[str, Any] = {
        "entities": [{"id": "c", "category": "girl"}, {"id": "m", "category": "man"}, {"id": "h", "category": "car"}]
    }

    def chance(who: str, *only: str) -> float:
        entities = [one for one in said["entities"] if one["id"] in {who, "h", *only}]
        relations = [{"id": "r", "subject": who, "predicate": "in", "object": "h"}]
        found = judged({"entities": entities, "relations": relations}, there)
        return next(one.chance or 0.0 for one in found if one.claim == "r")

    assert chance("c", "m") > chance("m", "c")
    assert chance("m") == chance("c") == chance("c", "m")  # nobody compares them


def test_a_thing_of_two_colours_shows_each_in_a_part_of_it(picture: nesy.Image) -> None:
    bus = seen(("bus", (0.05, 0.05, 0.6, 0.95), 0.9))
    said = {"entities": [{"id": "x", "category": "bus", "attributes": ["red", "white"]}]}
    assert all((one.chance or 0.0) > 0.5 for one in judged(said, bus, picture)[1:])
    said["entities"][0]["attributes"] = ["red", "green"]
    green = judged(said, bus, picture)[2]
    assert (green.chance or 1.0) < 0.2 and "100 %" not in green.reason


def test_a_glimpse_tells_a_little_of_where_and_how_a_thing_is(picture: nesy.Image) -> None:
    at = [("car", (0.1, 0.2, 0.4, 0.8), 0.3)]
    there = seen(("dog", (0.42, 0.4, 0.6, 0.8), 0.9), ("cat", (0.9, 0.1, 1.0, 0.2), 0.9), glimpses=at)
    said: dict[str, Any] = {"entities": [{"id": "x", "category": "car", "attributes": ["red"]}]}
    red = judged(said, there, picture)[1]
    said["entities"][0]["attributes"] = ["blue"]
    blue = judged(said, there, picture)[1]
    assert 1.0 > (red.chance or 0.0) > 0.5 > (blue.chance or 1.0) > 0.0
    assert red.status == blue.status == "unknown"
    near, far = (relation(who, "next to", "car", there) for who in ("dog", "cat"))
    assert (near.chance or 0.0) > (far.chance or 1.0) and near.status == far.status == "unknown"


def test_no_relation_is_likelier_than_that_its_ends_are_there() -> None:
    there = seen(glimpses=[("traffic light", (0.1, 0.1, 0.2, 0.3), 0.15)])
    hangs = relation("traffic light", "hang on", "pole", there)
    assert hangs.status == "unknown" and hangs.chance is not None
    assert hangs.chance < (entity("traffic light", there).chance or 0.0)
    assert relation("lamp", "hang on", "pole", there).chance is None


def test_what_shows_a_relation_must_have_been_looked_for() -> None:
    phone = seen(("person", (0.2, 0.1, 0.6, 0.9), 0.95), ("cell phone", (0.35, 0.15, 0.42, 0.25), 0.95))
    assert relation("person", "talk on", "cell phone", phone).status == "unknown"  # no joints are seen


def test_trusted_scenes_decide_before_what_was_seen() -> None:
    boxes = Scene(entities=(nesy.Entity(id="dog_1", category="dog", box=(0.1, 0.1, 0.4, 0.4)),))
    both = entity("dog", boxes, HORSES)
    assert both.status == "supported" and both.evidence == ("dog_1",)
    assert entity("horse", boxes, HORSES).status == "supported"


def test_evidence_is_of_one_picture(picture: nesy.Image) -> None:
    other = nesy.Image.from_pixels(PIL.Image.new("RGB", (10, 10), "black"))
    with pytest.raises(InputError, match="different pictures"):
        entity("dog", picture, other)
    with pytest.raises(InputError, match="no evidence"):
        nesy.ground(Scene(entities=()), [])


def test_claims_are_of_the_picture_that_is_evidence(picture: nesy.Image) -> None:
    said = Scene(entities=(nesy.Entity(id="a", category="cup"),), image=picture.info)
    assert nesy.ground(said, [CUP, picture])
    other = said.model_copy(update={"image": nesy.ImageInfo(name="b.png", sha256="0" * 64)})
    with pytest.raises(InputError, match=r"the claims are of b\.png"):
        nesy.ground(other, [CUP, picture])
    renamed = said.model_copy(update={"image": nesy.ImageInfo(name="b.png")})
    assert nesy.ground(renamed, [CUP, picture])  # nobody says that it is another


@pytest.mark.parametrize("evidence", ["photo.jpg", None, ["photo.jpg"], PIL.Image.new("RGB", (8, 8)), 3])
def test_what_is_no_evidence_is_told(evidence: Any) -> None:
    with pytest.raises(InputError, match="no evidence"):
        nesy.ground(Scene(entities=()), evidence)


def test_two_witnesses_of_one_thing_see_one_thing() -> None:
    again = Observations.model_validate(
        {
            "witnesses": [{"name": "v", "categories": ["cup"]}],
            "things": [{"category": "cup", "box": [0.1, 0.2, 0.3, 0.41], "score": 0.6, "witness": "v"}],
        }
    )
    both = entity("cup", CUP, again)
    assert both.evidence == ("cup_1",)
    assert (both.chance or 0) > (entity("cup", CUP).chance or 1)


def test_evidence_that_is_given_twice_counts_once() -> None:
    somebody = person((0.4, 0.45))
    said = {
        "entities": [{"id": "a", "category": "man"}, {"id": "b", "category": "dog"}, {"id": "c", "category": "spoon"}],
        "relations": [{"subject": "a", "predicate": "hold", "object": "c"}],
        "counts": [{"category": "person", "value": 1}, {"category": "person", "value": 2}],
    }
    once, twice = judged(said, somebody), judged(said, somebody, somebody)
    assert once == twice


def test_skeletons_of_two_witnesses_at_one_place_are_of_one_person() -> None:
    def skeleton(witness: str, box: tuple[float, ...]) -> dict[str, Any]:
        return {"box": box, "score": 0.9, "keypoints": {}, "witness": witness}

    def counted(*people: dict[str, Any]) -> str:
        both = Observations.model_validate(
            {"witnesses": [{"name": name, "categories": ["person"]} for name in "vw"], "people": people}
        )
        return judged({"entities": [], "counts": [{"category": "person", "value": 1}]}, both)[0].status

    here, near = (0.1, 0.1, 0.4, 0.9), (0.12, 0.1, 0.42, 0.9)
    assert counted(skeleton("v", here), skeleton("w", near)) == "supported"
    assert counted(skeleton("v", here), skeleton("v", near)) != "supported"  # one who sees two sees two


SPANS = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)
BOX = st.tuples(SPANS, SPANS).map(lambda both: (both[0][0], both[1][0], both[0][1], both[1][1]))
THINGS = st.lists(st.tuples(st.sampled_from(["person", "dog", "cup", "horse"]), BOX, st.floats(0, 1)), max_size=4)


@settings(max_examples=40)
@given(THINGS, THINGS, st.sampled_from(["dog", "man", "cup", "vehicle", "blork"]), st.none() | BOX)
def test_whatever_is_seen_every_chance_is_a_share(things: Any, glimpses: Any, category: str, box: Any) -> None:
    said = {
        "entities": [{"id": "a", "category": category, "box": box}, {"id": "b", "category": "horse"}],
        "relations": [
            {"subject": "a", "predicate": "ride", "object": "b"},
            {"subject": "b", "predicate": "on", "object": "a"},
        ],
        "counts": [{"category": category, "value": 2}],
    }
    for one in judged(said, seen(*things, glimpses=glimpses)):
        assert one.chance is None or 0 <= one.chance <= 1
        assert one.reason.endswith(".")
        if one.chance is not None:  # status and chance agree
            assert one.status != "unknown" or one.chance >= CONTRADICTED
            assert one.status != "contradicted" or one.chance <= 1 - SUPPORTED
            assert one.status != "supported" or one.chance >= 0.5
