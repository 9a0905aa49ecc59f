"""Any scenes -> a file of any format -> the scenes that it can hold, and the count of all that it cannot."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.interchange import FORMATS, Lost, read, write
from nesy.interchange.holding import Holds, narrowed
from nesy.scene import Scene
from tests.any_scenes import scenes
from tests.interchange.holdings import HOLDINGS

CLAIMS = ("entities", "part_states", "relations", "counts")


@st.composite
def pictures(draw: st.DrawFn, size: int = 3) -> list[Scene]:
    """Scenes of pictures, most of them of a known size, with boxes that are not inside out."""
    found = []
    for scene in draw(st.lists(scenes(), max_size=size)):
        image = scene.image
        if image is not None and draw(st.booleans()):
            image = image.model_copy(
                update={"width_px": draw(st.integers(1, 5000)), "height_px": draw(st.integers(1, 5000))}
            )
        upright = draw(st.booleans())
        entities = tuple(
            one.model_copy(update={"box": tuple(round(side, 6) for side in turned(one.box))})
            if upright and one.box is not None
            else one
            for one in scene.entities
        )
        found.append(scene.model_copy(update={"image": image, "entities": entities}))
    return found


def turned(box):
    left, top, right, bottom = box
    return min(left, right), min(top, bottom), max(left, right), max(top, bottom)


def rounded(scene: Scene) -> Scene:
    """The scene with boxes as far as files tell them."""
    return scene.model_copy(
        update={
            "entities": tuple(
                one if one.box is None else one.model_copy(update={"box": tuple(round(side, 5) for side in one.box)})
                for one in scene.entities
            )
        }
    )


@pytest.mark.parametrize("name", HOLDINGS)
@given(told=pictures())
def test_what_a_format_can_hold_comes_back_and_the_rest_is_counted(name: str, told: list[Scene]) -> None:
    hold = HOLDINGS[name]
    kept, lost = [], Counter()
    for scene in told:
        held, gone = hold(scene)
        lost += gone
        kept += [held] if held is not None else []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "there" + next(iter(FORMATS[name].endings), ""))
        assert Counter({one.what: one.count for one in write(told, file, name)}) == lost
        again: list[Lost] = []
        back = list(read(file, name, again.append))
    assert [rounded(one) for one in back] == [rounded(one) for one in kept]
    assert again == []
    for field in CLAIMS:
        gone = sum(
            count
            for what, count in lost.items()
            if what.split(" ")[0] in (field, field.replace("_", " ")) or what.startswith(field.replace("_", " "))
        )
        assert sum(len(getattr(one, field)) for one in told) == sum(len(getattr(one, field)) for one in back) + gone
