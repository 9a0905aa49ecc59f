"""Pictures in which nothing can be seen: that nothing is found in them says nothing."""

from collections.abc import Callable

import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest

import nesy
from nesy.grounding.sightings import Sightings
from nesy.grounding.visibility import obstacle
from nesy.grounding.word_match import Words
from nesy.loop.trust import trust
from nesy.observations import Observations
from nesy.ontology import Ontology

PHOTOGRAPH = "examples/photographs/astronaut.jpg"
COCO = sorted(Ontology.default().categories)
SAID = nesy.parse("A dog chases three people. There are no cats.")


def portrait() -> PIL.Image.Image:
    return nesy.Image.open(PHOTOGRAPH).pixels


def seen(size_px: tuple[int, int] | None = None, lists_glimpses: bool = True, **more: object) -> Observations:
    who = {"name": "w", "categories": COCO} | ({"glimpses_from": 0.1} if lists_glimpses else {})
    image = None if size_px is None else {"name": "a.png", "width_px": size_px[0], "height_px": size_px[1]}
    return Observations.model_validate({"witnesses": [who], "image": image, **more})


PICTURES: dict[str, Callable[[], PIL.Image.Image]] = {
    "black": lambda: PIL.Image.new("RGB", (640, 480)),
    "one colour": lambda: PIL.Image.new("RGB", (640, 480), (200, 40, 30)),
    "nearly black": lambda: PIL.Image.fromarray(np.random.default_rng(0).integers(0, 4, (480, 640, 3), dtype=np.uint8)),
    "even light": lambda: PIL.Image.linear_gradient("L").convert("RGB"),
    "a blur": lambda: portrait().filter(PIL.ImageFilter.GaussianBlur(40)),
    "one pixel": lambda: PIL.Image.new("RGB", (1, 1), "red"),
    "a stamp": lambda: portrait().resize((40, 40)),
    "a strip": lambda: portrait().resize((10_000, 50)),
    "a column": lambda: portrait().resize((100, 500)),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_where_nothing_can_be_seen_silence_says_nothing(kind: str) -> None:
    image = nesy.Image.from_pixels(PICTURES[kind](), name="odd.png")
    judgements = nesy.ground(SAID, [seen(), image])
    assert {one.status for one in judgements} == {"unknown"}
    assert all(one.chance is None or 0.2 <= one.chance <= 0.6 for one in judgements)
    assert judgements[0].reason.startswith(("The picture is too", "There is hardly anything to be seen"))
    sight = Sightings([seen()], Words(Ontology.default()), image)
    assert trust(SAID.entities, sight) == 0.0  # and in the loop it is believed nothing


def test_without_its_pixels_the_size_and_what_was_seen_tell() -> None:
    faint = {"category": "cat", "box": (0.1, 0.1, 0.5, 0.5), "score": 0.12, "witness": "w"}
    assert "1 x 1 pixels" in (obstacle([seen(size_px=(1, 1), glimpses=[faint])]) or "")
    assert "long and narrow" in (obstacle([seen(size_px=(10_000, 1_000), glimpses=[faint])]) or "")
    assert "hardly anything" in (obstacle([seen(size_px=(640, 480))]) or "")
    assert obstacle([seen(size_px=(640, 480), glimpses=[faint])]) is None
    assert obstacle([seen(size_px=(640, 480), lists_glimpses=False)]) is None  # nobody says how little it saw


@pytest.mark.parametrize("name", ["astronaut", "coffee", "photographer"])
def test_in_a_photograph_silence_says_something(name: str) -> None:
    image = nesy.Image.open(f"examples/photographs/{name}.jpg")
    faint = {"category": "cup", "box": (0.1, 0.1, 0.5, 0.5), "score": 0.12, "witness": "w"}
    assert nesy.ground(SAID, [seen(glimpses=[faint]), image])[0].status == "contradicted"


def test_a_picture_in_which_anything_is_seen_can_be_looked_at() -> None:
    horse = {"category": "horse", "box": (0.1, 0.1, 0.5, 0.5), "score": 0.9, "witness": "w"}
    image = nesy.Image.from_pixels(PIL.Image.new("RGB", (640, 480)), name="black.png")
    assert obstacle([seen(things=[horse])], image) is None
