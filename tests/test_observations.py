"""Observations: what goes through JSON comes back the same, and what cannot be is refused in one line."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.errors import InputError
from nesy.observations import KEYPOINTS, Keypoints, Observations, Person, TextLine, Thing, WitnessInfo, joined

SHARES = st.floats(0, 1)
SIDES = st.tuples(SHARES, SHARES).map(sorted)
BOXES = st.tuples(SIDES, SIDES).map(lambda sides: (sides[0][0], sides[1][0], sides[0][1], sides[1][1]))
THINGS = st.builds(
    Thing, category=st.sampled_from(["cup", "traffic light"]), box=BOXES, score=SHARES, witness=st.just("a")
)
PEOPLE = st.builds(
    Person,
    box=BOXES,
    score=SHARES,
    keypoints=st.dictionaries(st.sampled_from(KEYPOINTS), st.tuples(SHARES, SHARES, SHARES)).map(
        Keypoints.model_validate
    ),
    witness=st.just("a"),
)
TEXTS = st.builds(TextLine, text=st.text(), box=BOXES, score=SHARES, witness=st.just("a"))


def seen_by(name: str, *things: Thing) -> Observations:
    return Observations(witnesses=(WitnessInfo(name=name, categories=("cup",)),), things=things)


@given(st.lists(THINGS), st.lists(PEOPLE), st.lists(TEXTS))
def test_comes_back_from_json_the_same(things: list[Thing], people: list[Person], texts: list[TextLine]) -> None:
    witness = WitnessInfo(name="a", version="1", weights_sha256="0" * 64, categories=("cup",))
    seen = Observations(witnesses=(witness,), things=tuple(things), people=tuple(people), texts=tuple(texts))
    assert Observations.from_json(seen.to_json()) == seen


def test_keypoints_have_the_17_names_of_coco() -> None:
    assert len(KEYPOINTS) == 17
    with pytest.raises(InputError, match=r"seen\.json: people\.0\.keypoints\.left_toe"):
        Observations.from_json(
            '{"witnesses": [{"name": "a"}], "people": [{"box": [0, 0, 1, 1], "score": 1, "witness": "a", '
            '"keypoints": {"left_toe": [0, 0, 1]}}]}',
            "seen.json",
        )


def test_only_the_joints_that_were_looked_for_are_written() -> None:
    someone = Person(box=(0, 0, 1, 1), score=1, keypoints=Keypoints(nose=(0.5, 0.1, 0.9)), witness="a")
    assert someone.model_dump(mode="json")["keypoints"] == {"nose": [0.5, 0.1, 0.9]}
    assert someone.keypoints.named(least=0.95) == {}


def test_goes_to_another_process_and_back() -> None:
    someone = Person(box=(0, 0, 1, 1), score=1, keypoints=Keypoints(nose=(0.5, 0.1, 0.9)), witness="a")
    assert pickle.loads(pickle.dumps(someone)) == someone


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"witnesses": [], "things": [{"category": "cup", "box": [0, 0, 1, 1], "score": 1, "witness": "b"}]}', "'b'"),
        ('{"witnesses": [{"name": "a"}, {"name": "a"}]}', "one name"),
        ('{"witnesses": [], "thing": []}', "thing: unknown key"),
        ('{"witnesses": [], "things": [], "things": []}', "stands twice"),
        ('{"schema": "nesy.scene/1", "entities": []}', "witnesses"),
        *(
            (f'{{"witnesses": [{{"name": "a"}}], {of}, "box": {box}, "score": 1, "witness": "a"}}]}}', "inside out")
            for of in ('"things": [{"category": "cup"', '"people": [{"keypoints": {}', '"texts": [{"text": "STOP"')
            for box in ("[0.5, 0.1, 0.4, 0.2]", "[0.1, 0.5, 0.2, 0.4]")
        ),
        ("[", "JSON"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why) as raised:
        Observations.from_json(text, "seen.json")
    assert str(raised.value).startswith("seen.json: ")
    assert "\n" not in str(raised.value)


def test_two_witnesses_side_by_side() -> None:
    cup = Thing(category="cup", box=(0, 0, 1, 1), score=0.5, witness="a")
    both = joined([seen_by("a", cup), seen_by("b")])
    assert [witness.name for witness in both.witnesses] == ["a", "b"]
    assert both.things == (cup,)
    assert both.knows("cup")
    assert not both.knows("unicycle")
    with pytest.raises(ValueError, match="one name"):
        joined([seen_by("a"), seen_by("a")])
    with pytest.raises(ValueError, match="one picture"):
        joined([])
