"""Any scenes -> a file of any format -> the scenes that it can hold, and the count of all that it cannot."""

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.interchange import FORMATS, Lost, read, write
from nesy.interchange.pixels import GUESSED
from nesy.scene import Scene
from tests.any_scenes import scenes
from tests.interchange.holdings import HOLDINGS, OF_TOOLS

CLAIMS = {"entities": "entities", "part_states": "part states", "relations": "relations", "counts": "counts"}
UNSIZED = ("hico-qpic", "vcoco-qpic")
COMMON = ["person", "bicycle", "skis", "Dining table", "hair drier"]
SAID = ["ride", "hold", "sit_on", "look at", "cut with", "no interaction"]


@st.composite
def pictures(draw: st.DrawFn) -> list[Scene]:
    """Scenes, most of pictures of a known size, with upright boxes and words that data sets have."""
    found = []
    for number, scene in enumerate(draw(st.lists(scenes(), max_size=3))):
        if draw(st.integers(0, 4)):
            scene = usual(draw, scene, number)
        found.append(scene)
    return found


def usual(draw: st.DrawFn, scene: Scene, number: int) -> Scene:
    sides = {"width_px": draw(st.integers(3, 5000)), "height_px": draw(st.integers(3, 5000))}
    entities = []
    for one in scene.entities:
        left, top, right, bottom = one.box or (0.25, 0.5, 0.75, 1.0)
        box = (min(left, right), min(top, bottom), max(left, right), max(top, bottom))
        category = draw(st.sampled_from([*COMMON, one.category]))
        entities.append({**one.model_dump(), "box": box, "category": category})
    relations = [
        {**one.model_dump(), "predicate": draw(st.sampled_from([*SAID, one.predicate]))} for one in scene.relations
    ]
    return Scene.model_validate(
        {
            **scene.model_dump(by_alias=True),
            "image": {
                "name": f"a/COCO_{number}_{draw(st.integers(0, 99))}.jpg",
                "sha256": draw(st.none() | st.just("0" * 64)),
                **sides,
            },
            "entities": entities,
            "relations": relations,
        }
    )


def alike(one: Scene, other: Scene, *, boxes: bool = True) -> bool:
    """Whether two scenes are the same, their boxes to two millionths of a side."""
    near = all(
        abs(a - b) <= 2e-6
        for mine, its in zip(one.entities, other.entities, strict=False)
        for a, b in zip(mine.box or (), its.box or (), strict=False)
    )
    return unboxed(one) == unboxed(other) and (near or not boxes)


def unboxed(scene: Scene) -> Scene:
    """The scene with no more of its boxes than whether there are any."""
    there = tuple(one.model_copy(update={"box": one.box and (0, 0, 1, 1)}) for one in scene.entities)
    return scene.model_copy(update={"entities": there})


@settings(max_examples=15)
@given(told=pictures())
def test_what_a_format_can_hold_comes_back_and_the_rest_is_counted(told: list[Scene]) -> None:
    for name in HOLDINGS.keys() - OF_TOOLS.keys():
        there_and_back(name, told)


@settings(max_examples=15)
@given(told=pictures())
def test_what_a_tool_can_hold_comes_back_and_the_rest_is_counted(told: list[Scene]) -> None:
    for name in OF_TOOLS:
        there_and_back(name, told)


def there_and_back(name: str, told: list[Scene]) -> None:
    kept, lost = [], Counter[str]()
    for scene in told:
        held, gone = HOLDINGS[name](scene)
        lost += gone
        kept += [held] if held is not None else []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "there" + next(iter(FORMATS[name].endings), ""))
        written = {one.what: one.count for one in write(told, file, name)}
        again: list[Lost] = []
        back = list(read(file, name, again.append))
    assert written == dict(lost)
    assert {one.what for one in again} <= {GUESSED, "relations said twice"}
    if not again or name in UNSIZED:
        assert len(back) == len(kept)
        assert all(alike(one, other, boxes=name not in UNSIZED) for one, other in zip(back, kept, strict=True))
    twice = sum(one.count for one in again if one.what == "relations said twice")
    for field, word in CLAIMS.items():
        gone = sum(count for what, count in lost.items() if what.startswith(word))
        there = sum(len(getattr(one, field)) for one in back) + (twice if field == "relations" else 0)
        assert sum(len(getattr(one, field)) for one in told) == there + gone
