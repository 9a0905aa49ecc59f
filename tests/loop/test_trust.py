"""A witness is believed of a picture as far as it sees anything where the description names something."""

from hypothesis import given
from hypothesis import strategies as st

from nesy.grounding.sightings import Sightings
from nesy.grounding.word_match import Words
from nesy.image import Image
from nesy.loop.trust import SIGHTED, trust
from nesy.ontology import Ontology
from nesy.scene import Entity
from tests.eyes import Eyes
from tests.loop.test_seeing import PICTURE

WORDS = Words(Ontology.default())
GRID = [(x / 4, y / 4, x / 4 + 0.24, y / 4 + 0.24) for x in range(4) for y in range(4)]


def sight(*things: tuple[str, tuple[float, ...], float], image: Image = PICTURE) -> Sightings:
    return Sightings([Eyes(*things).observe(image)], WORDS)


def dogs(*boxes: tuple[float, ...]) -> list[Entity]:
    return [Entity.model_validate({"id": f"dog_{n}", "category": "dog", "box": box}) for n, box in enumerate(boxes, 1)]


@given(st.sets(st.sampled_from(GRID)), st.sets(st.sampled_from(GRID)), st.sampled_from(GRID))
def test_a_place_where_something_is_seen_raises_it_and_one_where_nothing_is_lowers_it(said, seen, more):
    here = sight(*(("dog", box, 0.9) for box in seen))
    before, after = trust(dogs(*said - {more}), here), trust(dogs(*said - {more}, more), here)
    assert 0.0 <= before <= 1.0
    if min(before, 1 - before) > 1e-9:  # beyond, floats hardly tell
        assert after > before if more in seen else after < before


def test_another_kind_in_that_place_is_something_seen() -> None:
    assert trust(dogs(*GRID[:3]), sight(*(("cat", box, 0.9) for box in GRID[:3]))) > 0.99


def test_it_is_little_where_another_picture_was_looked_at() -> None:
    assert trust(dogs(*GRID[:5]), sight(*(("dog", box, 0.9) for box in GRID[8:13]))) < 0.1


def test_what_tells_nothing_leaves_it_as_it_was() -> None:
    silent = [Entity(id="cup_1", category="cup"), Entity(id="unicorn_1", category="unicorn", box=(0, 0, 0.5, 0.5))]
    assert abs(trust(silent, sight()) - SIGHTED) < 1e-9
