"""`lab.photograph_figure`: photograph and graph side by side; red is what is contradicted, and nothing else is."""

from pathlib import Path

import PIL.Image
import pytest

import nesy
from lab.photograph_figure import figure
from nesy.observations import Observations, Thing, WitnessInfo
from nesy.rendering.palette import BAD, GOOD

IMAGE = nesy.Image.from_pixels(PIL.Image.new("RGB", (300, 200), "grey"))
CUP = (0.1, 0.1, 0.5, 0.9)
SEEN = Observations(
    witnesses=(WitnessInfo(name="w", categories=("cup", "dog")),),
    things=(Thing(category="cup", box=CUP, score=0.95, witness="w"),),
)


@pytest.mark.parametrize(("category", "red"), [("cup", False), ("dog", True)])
def test_only_what_is_contradicted_is_red(category: str, red: bool) -> None:
    entities = (nesy.Entity(id=f"{category}_1", category=category, box=CUP), nesy.Entity(id="hat_1", category="hat"))
    link = nesy.Relation(id="r1", subject="hat_1", predicate="on", object=f"{category}_1")
    drawn = figure(IMAGE, nesy.Scene(entities=entities, relations=(link,)), SEEN)
    graph = drawn.crop((drawn.width - drawn.height, 0, *drawn.size))
    shown = {colour for _, colour in graph.getcolors(1 << 20) or ()}
    assert (BAD in shown, GOOD in shown) == (red, not red)


def test_the_picture_of_the_readme_is_of_a_photograph_of_the_examples() -> None:
    root = Path(__file__).resolve().parents[2]
    with PIL.Image.open(root / "docs/pictures/photograph.png") as drawn:
        photograph = PIL.Image.open(root / "examples/photographs/photographer.jpg").convert("L").resize((64, 64))
        left = drawn.convert("L").crop((0, 0, drawn.height, drawn.height)).resize((64, 64))
    apart = [abs(a - b) for a, b in zip(left.tobytes(), photograph.tobytes(), strict=True)]
    assert sum(apart) / len(apart) < 25
