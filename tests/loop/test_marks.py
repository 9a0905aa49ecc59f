"""A marked picture: numbered boxes, the same numbers in the words, and an image prefix that is used again."""

from pathlib import Path

import numpy
import PIL.Image
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nesy import cli
from nesy.errors import ModelError
from nesy.geometry import Box
from nesy.image import Image
from nesy.loop.correction import correct
from nesy.loop.marks import marked, with_marks
from nesy.models.local_model import LocalModel, load_folder
from nesy.models.registry import load_model
from nesy.ontology import Ontology
from nesy.perception.prompt import render
from nesy.pipeline import Pipeline
from nesy.scene import Entity, Relation, Scene
from nesy.settings import CorrectionSettings, PerceptionSettings, Settings
from nesy.turns import NumberedClaim, Request
from tests import tiny
from tests.loop_scenes import finding, verdict

SETTINGS = PerceptionSettings(max_new_tokens=64)
MARKS = Settings(correction=CorrectionSettings(marks=True))
PERSON, HORSE = (0.1, 0.2, 0.4, 0.9), (0.3, 0.4, 0.9, 0.9)
CLAIMS = (NumberedClaim(number=1, claim="r1", text="person_1 ride horse_1", answers=("keep", "withdraw", "sit_on")),)


def noise(width: int = 100, height: int = 50) -> Image:
    pixels = numpy.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=numpy.uint8)
    return Image.from_pixels(PIL.Image.fromarray(pixels), name="noise.png")


def question(image: Image, *boxes: Box | None, round_: int = 1) -> Request:
    entities = tuple(Entity(id=f"thing_{n}", category="thing", box=box) for n, box in enumerate(boxes, start=1))
    asked = Request(image=image, kind="correct", round=round_, notes=("Look.",), entities=entities, claims=CLAIMS)
    return with_marks(asked)


sides = st.floats(0, 1)
boxes = st.tuples(sides, sides, sides, sides).map(
    lambda s: (min(s[0], s[2]), min(s[1], s[3]), max(s[0], s[2]), max(s[1], s[3]))
)


@given(st.lists(boxes, min_size=1, max_size=12), st.integers(1, 80), st.integers(1, 80))
def test_any_boxes_are_drawn_on_a_picture_of_the_same_size(some, width, height):
    image = Image.from_pixels(PIL.Image.new("RGB", (width, height), "white"), name="a.png")
    drawn = marked(image, some)
    assert drawn.size_px == image.size_px
    assert drawn.sha256 == marked(image, some).sha256
    if min(width, height) >= 24:  # a smaller picture has no room for a number
        assert drawn.sha256 != image.sha256
    assert image.pixels.getcolors(1) == [(width * height, (255, 255, 255))], "the image itself is left alone"


def test_every_box_has_a_number_of_its_own_and_no_number_hides_another():
    image = Image.from_pixels(PIL.Image.new("RGB", (400, 300), "white"), name="a.png")
    one, two = marked(image, [PERSON]), marked(image, [PERSON, PERSON])
    first, second = (numpy.asarray(drawn.pixels).astype(int) for drawn in (one, two))
    beside = numpy.argwhere((first != second).any(-1))  # the second number; the box is drawn over the first
    top, left = 0.2 * 299, 0.1 * 399
    assert len(beside) > 0
    corner = first[int(top) : int(top) + 16, int(left) : int(left) + 12]
    assert not (corner == 255).all(), "the first number stands at the corner of its box"
    number = second[int(top) + 4 : int(top) + 12, int(left) + 4 : int(left) + 10]
    assert (number == first[int(top) + 4 : int(top) + 12, int(left) + 4 : int(left) + 10]).all(), "and is still there"


def test_the_loop_names_the_marks_that_the_picture_shows():
    image = noise()
    scene = Scene(
        entities=[
            Entity(id="person_1", category="person", box=PERSON),
            Entity(id="cup_1", category="cup"),
            Entity(id="horse_1", category="horse", box=HORSE),
        ],
        relations=[
            Relation(id="r1", subject="person_1", predicate="ride", object="horse_1"),
            Relation(id="r2", subject="cup_1", predicate="ride", object="person_1"),
        ],
    )
    found = verdict(finding("r1", "r2"))
    plain = correct(image, scene, found, Ontology.default(), CorrectionSettings(), round=1)
    asked = correct(image, scene, found, Ontology.default(), MARKS.correction, round=1)
    assert plain is not None and asked is not None
    assert plain.marked is None and plain.marks == {}
    assert asked.marks == {"person_1": 1, "horse_1": 2}
    assert asked.marked == marked(image, [PERSON, HORSE])
    assert asked.model_copy(update={"marked": None}) == plain
    words = render(asked, "full")
    assert "person_1 (mark 1) is a person at [0.10,0.20,0.40,0.90]" in words
    assert "cup_1 is a cup" in words
    assert "horse_1 (mark 2) is a horse" in words
    assert "The second picture is the same image with numbered boxes" in words
    assert "mark" not in render(plain, "full")


def test_without_a_box_there_is_no_second_picture():
    assert question(noise(), None).marked is None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.save_onevision(tmp_path_factory.mktemp("onevision"), style="full")


def cold_logits(model: LocalModel, request: Request) -> torch.Tensor:
    """The scores after the whole prompt, computed in one pass over both pictures without a cache."""
    turn = model._prompts.of_one(request.image, render(request, "full"), request.marked)
    pictures = [request.image.pixels] if request.marked is None else [request.image.pixels, request.marked.pixels]
    made = model._prompts.processor(text="<image>" * len(pictures), images=pictures, return_tensors="pt")
    vision = {name: value for name, value in made.items() if name not in ("input_ids", "attention_mask")}
    with torch.inference_mode():
        logits: torch.Tensor = model._model(input_ids=torch.tensor([turn.ids]), **vision).logits[:, -1]
    return logits


def test_the_kept_cache_gives_the_scores_and_tokens_of_a_cold_pass(folder: Path):
    image = noise()
    kept, fresh = load_folder(folder, SETTINGS), load_folder(folder, SETTINGS)
    looks: list[int] = []
    kept._model.model.vision_tower.register_forward_hook(lambda *_: looks.append(1))
    describe = Request(image=image, kind="describe")
    turns = [
        (describe, 1),
        (question(image, PERSON), 2),
        (question(image, PERSON, round_=2), 2),  # the same picture again: nothing is looked at
        (question(image, HORSE), 3),  # as many tokens and ids as before, and another picture
        (question(image, PERSON, HORSE), 4),
        (question(image, None), 4),
        (describe, 4),
        (question(image, HORSE), 5),  # forgotten in between
    ]
    image_tokens = kept._prompts.processor._get_num_multimodal_tokens(image_sizes=[(50, 100)]).num_image_tokens[0]
    for place, (turn, seen) in enumerate(turns):
        prompt = kept._prompts.of_one(turn.image, render(turn, "full"), turn.marked)
        assert list(prompt.ids).count(kept._prompts.image_id) == image_tokens * (2 if turn.marked else 1)
        ours = kept.reply(turn)
        assert len(looks) == seen, place
        fresh._decoder.forget()
        theirs = fresh.reply(turn)
        assert theirs.usage.cached_tokens == 0
        assert ours.text == theirs.text
        for mine, other in zip(ours.tokens, theirs.tokens, strict=True):
            assert mine.text == other.text
            assert mine.probability == pytest.approx(other.probability, rel=1e-3, abs=1e-6)
        if place:
            assert image_tokens < ours.usage.cached_tokens < ours.usage.prompt_tokens
        with torch.inference_mode():
            kept_logits, _ = kept._decoder._prefill(prompt)
        assert torch.allclose(kept_logits, cold_logits(fresh, turn), atol=1e-4), place


@pytest.mark.parametrize("make", [tiny.save_llava, tiny.save_llava_next])
def test_the_older_family_takes_a_marked_picture_too(make, tmp_path: Path):
    model = load_model(str(make(tmp_path)), SETTINGS)
    image = noise(60, 40)
    model.reply(Request(image=image, kind="describe"))
    warm = model.reply(question(image, PERSON))
    assert warm.usage.cached_tokens > 16
    model._decoder.forget()
    assert model.reply(question(image, PERSON)).text == warm.text


def test_a_model_that_has_not_learnt_marks_says_so_before_it_is_asked(tmp_path: Path):
    small = load_folder(tiny.save_onevision(tmp_path), SETTINGS)
    told = "tiny-onevision has not learnt to read a picture with numbered boxes; leave out --marks"
    with pytest.raises(ModelError, match=told):
        Pipeline(small, MARKS).analyze(noise())
    with pytest.raises(ModelError, match="no compact prompt with a second"):
        small.reply(question(noise(), PERSON))


def test_the_command_says_so_too(capsys: pytest.CaptureFixture[str]):
    code = cli.main(
        ["analyze", str(Path(__file__).parents[2] / "examples/images/ride.png"), "-m", "embedded", "--marks"]
    )
    out, err = capsys.readouterr()
    assert (code, out) == (3, "")
    assert err.count("\n") == 1 and "has not learnt to read a picture with numbered boxes" in err
