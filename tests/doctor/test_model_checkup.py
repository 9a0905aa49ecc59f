"""`nesy doctor --model`: a model of known ways is told by what it says of two pictures."""

import json
import re

import pytest

from nesy.doctor import Checkup
from nesy.doctor.box_conventions import Shown, conventions, frame, numbers_in, told
from nesy.doctor.model_checkup import Picture, drawn, examine_model, photograph
from nesy.geometry import SHARES, Box, BoxForm
from nesy.models.scripted import ScriptedModel
from nesy.perception.profile import Profile, profiles
from nesy.perception.reply_format import write_scene
from nesy.scene import Entity, Scene
from nesy.turns import Reply, Request, Token, Usage
from tests.commands import nesy

TRUE: tuple[Box, ...] = ((0.1, 0.2, 0.4, 0.9), (0.5, 0.3, 0.95, 0.7))
WIDE = (600, 400)
# name of a convention: how a model that has it writes boxes
WAYS = {
    "shares of the picture": {"scale": 1},
    "shares of the square": {"scale": 1, "frame": "square"},
    "percent of the picture": {"scale": 100},
    "thousandths of the picture": {"scale": 1000},
    "thousandths of the square": {"scale": 1000, "frame": "square"},
    "thousandths of the picture, the vertical first": {"scale": 1000, "order": "yxyx"},
    "pixels of the picture": {"scale": "pixels"},
}


def form(way: str, size: tuple[int, int] = WIDE) -> BoxForm:
    made = Profile.model_validate(WAYS[way]).form(*size)
    assert made is not None
    return made


@pytest.mark.parametrize("way", WAYS)
def test_the_convention_is_told_by_the_boxes(way: str) -> None:
    boxes = [Shown(form(way).numbers(box), box, WIDE, SHARES) for box in TRUE]
    assert conventions(boxes)[0].fit > 0.97
    line = told(boxes)
    assert line.startswith("as declared" if way == "shares of the picture" else f"{way} (mean IoU")
    assert frame(boxes).startswith("the padded square" if "square" in way else "the picture")


def test_what_nothing_explains_is_unknown() -> None:
    boxes = [Shown((0.9, 0.05, 0.99, 0.1), TRUE[0], WIDE, SHARES)]
    assert told(boxes).startswith("unknown: none fits") and frame(boxes) == "unknown"
    assert told([]).startswith("unknown: no box")


def test_a_square_picture_tells_no_frame() -> None:
    boxes = [Shown(form("shares of the picture", (400, 400)).numbers(TRUE[0]), TRUE[0], (400, 400), SHARES)]
    assert frame(boxes) == "unknown"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ('{"bbox_2d": [10, 20, 30, 40], "label": "cup"}', (10, 20, 30, 40)),
        ("The 2 cups are at (0.1, 0.2, 0.35, 0.4).", (0.1, 0.2, 0.35, 0.4)),
        ("<loc_12><loc_34><loc_56><loc_78>", (12, 34, 56, 78)),
        ("x_min: 5, y_min: 6, x_max: 7, y_max: 8", (5, 6, 7, 8)),
        ("It is on the left.", None),
        ("There are 2 cups, 3 plates.", None),
    ],
)
def test_numbers_however_they_are_set(text: str, numbers: tuple[float, ...] | None) -> None:
    assert numbers_in(text) == numbers


def test_the_pictures_are_no_squares_and_hold_what_is_said() -> None:
    for picture in (drawn(), photograph()):
        width, height = picture.image.size_px
        assert width != height and picture.boxes
        assert all(
            0 <= left < right <= 1 and 0 <= top < bottom <= 1 for left, top, right, bottom in picture.boxes.values()
        )


class Told:
    """A model that sees all and writes boxes in a way of its own when it is asked freely, else as it is told."""

    def __init__(self, way: str, *, sure: float = 1.0) -> None:
        self._pictures = {picture.image.sha256: picture for picture in (drawn(), photograph())}
        self._way, self._sure = way, sure

    def __call__(self, request: Request) -> Reply | str:
        picture: Picture = self._pictures[request.image.sha256]
        usage = Usage(calls=1, prompt_tokens=300, cached_tokens=250, new_tokens=40, seconds=0.5)
        if request.kind == "verify":
            return Reply(text="yes", usage=usage.model_copy(update={"seconds": 0.1, "new_tokens": 1}))
        if request.kind == "correct":
            return Reply(text='{"1":"keep"}', tokens=(Token(text='{"1":"keep"}', probability=self._sure),), usage=usage)
        if request.kind == "ask":
            return Reply(text="There.", usage=usage)
        if request.form == "prose":
            name = re.findall(r"Where is the (.+?) in this image", request.template)[0]
            numbers = form(self._way, picture.image.size_px).numbers(picture.boxes[name])
            return Reply(text=f"It is at [{', '.join(f'{number:g}' for number in numbers)}].", usage=usage)
        entities = [Entity(id=f"{n.replace(' ', '_')}_1", category=n, box=box) for n, box in picture.boxes.items()]
        return Reply(text=write_scene(Scene(entities=tuple(entities))), usage=usage)


def examined(way: str, **more: float) -> dict[str, Checkup]:
    return {line.name: line for line in examine_model(ScriptedModel(Told(way, **more)))}


def test_one_that_does_as_it_declares() -> None:
    lines = examined("shares of the picture")
    assert lines["boxes, asked freely"].found.startswith("as declared")
    assert lines["frame of boxes"].found.startswith("the picture")
    assert "mean IoU 0.9" in lines["boxes, as declared"].found
    assert lines["probabilities"].found.startswith("after the grammar")
    assert lines["turn: verify"].status == lines["turn: correct"].status == "ok"
    assert "first token 0.10 s" in lines["speed"].found and "250 of 300 tokens kept" in lines["speed"].found
    assert "98 tokens/s" in lines["speed"].found  # 39 after the first in 0.4 s
    assert lines["a later turn keeps"].found == "nothing"  # it is no server, and does not say that it keeps anything


def test_one_that_declares_otherwise_than_it_does() -> None:
    lines = examined("thousandths of the square", sure=0.7)
    assert lines["boxes, asked freely"].found.startswith("thousandths of the square (mean IoU")
    assert "not as declared" in lines["boxes, asked freely"].found
    assert lines["frame of boxes"].found.startswith("the padded square")
    assert lines["probabilities"].found == "before the grammar: what it forces has one of 0.70"


def test_the_command_tells_it_line_by_line() -> None:
    done = nesy("doctor", "--model", "embedded", "--format", "json")
    lines = {line["name"]: line["found"] for line in json.loads(done.stdout)}
    assert done.returncode == 0 and "it cannot read the photograph" in lines["pictures"]
    assert lines["probabilities"].startswith("after the grammar") and lines["profile"] == "its own turns"
    assert nesy("doctor", "--model", "no-such-model").returncode == 2


def test_every_profile_is_told_in_a_line() -> None:
    assert all(profile.about and "\n" not in profile.about for profile in profiles().values())
