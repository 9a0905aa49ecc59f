"""How models write boxes: declared forms there and back, and replies that break what is declared."""

from pathlib import Path

import PIL.Image
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nesy.errors import InputError
from nesy.geometry import SHARES, Box, BoxForm
from nesy.image import Image
from nesy.perception.box_reading import form_of
from nesy.perception.profile import Profile, profile_named, profile_of, profiles, read_profile
from nesy.perception.prompt import render
from nesy.perception.reply import parse_scene
from nesy.perception.reply_format import write_box
from nesy.scene import Entity
from nesy.turns import Reply, Request

WIDE = Image.from_pixels(PIL.Image.new("RGB", (640, 480)))
THOUSANDTHS = BoxForm(size=(1000, 1000), picture=(0, 0, 1000, 1000), whole=True)
sides = st.integers(20, 3000)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    left, right = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2)))
    top, bottom = sorted(draw(st.lists(st.integers(0, 100), min_size=2, max_size=2)))
    return left / 100, top / 100, right / 100, bottom / 100


@given(boxes(), sides, sides, st.sampled_from(sorted(profiles())))
def test_a_box_comes_back_from_every_form(box: Box, width: int, height: int, name: str) -> None:
    form = profiles()[name].form(width, height)
    if form is None:
        return
    numbers = form.numbers(box)
    assert form.fits(numbers)
    steps = min(end - start for start, end in zip(form.picture[:2], form.picture[2:], strict=True))
    assert form.box(numbers) == pytest.approx(box, abs=0.51 / steps if form.whole else 1e-9)


@pytest.mark.parametrize(
    ("name", "told"),
    {
        "llava-onevision": "[0.10,0.20,0.50,1.00]",
        "llava-1.5": "[0.10,0.28,0.50,0.88]",  # an eighth of the padded square lies above the picture
        "qwen2-vl": "[100,200,500,1000]",
        "qwen2.5-vl": "[64,95,322,476]",  # of the 644 x 476 that it is resized to
        "qwen3-vl": "[100,200,500,1000]",
        "internvl3": "[100,200,500,1000]",
        "gemma3": "[200,100,1000,500]",  # the vertical first
        "paligemma": "[205,102,1024,512]",
        "florence-2": "[100,200,500,1000]",
        "plain": "[0.10,0.20,0.50,1.00]",
    }.items(),
)
def test_the_shipped_conventions(name: str, told: str) -> None:
    form = profiles()[name].form(640, 480)
    assert form is not None
    assert write_box((0.1, 0.2, 0.5, 1.0), form) == told


def test_a_picture_that_is_high_is_padded_at_its_sides() -> None:
    form = profiles()["llava-1.5"].form(480, 640)
    assert form is not None
    assert form.picture == pytest.approx((0.125, 0.0, 0.875, 1.0))
    assert form.box((0.0, 0.0, 0.5, 0.5)) == pytest.approx((0.0, 0.0, 0.5, 0.5))  # what lies in the padding is cut off


def read(declared: BoxForm, *written: str, image: Image = WIDE) -> tuple[list[Box | None], tuple[str, ...]]:
    rows = ",".join(f'{{"id":"cup_{n}",{box},"attributes":[]}}' for n, box in enumerate(written, 1))
    text = f'{{"entities":[{rows}],"part_states":[],"relations":[],"counts":[]}}'
    parsed = parse_scene(Reply(text=text, boxes=declared), image)
    return [entity.box for entity in parsed.scene.entities], parsed.problems


# name: declared form, boxes of the reply, what is read, what is told
BROKEN = {
    "past the picture": (SHARES, ['"box":[900,100,1000,300]'], [(0.9, 0.1, 1.0, 0.3)], "0 to 1000, the only"),
    "pixels past a thousand": (SHARES, ['"box":[1000,100,1500,300]'], [(0.5, 0.1, 0.75, 0.3)], "pixels, the only"),
    "three forms fit": (SHARES, ['"box":[10,20,40,90]'], [None], "percent, 0 to 1000 and pixels all fit"),
    "two forms fit": (SHARES, ['"box":[100,200,400,300]'], [None], "0 to 1000 and pixels both fit"),
    "one as declared": (SHARES, ['"box":[10,20,40,90]', '"box":[0.1,0.2,0.4,0.9]'], [None, (0.1, 0.2, 0.4, 0.9)], ""),
    "a little too far": (SHARES, ['"box":[0.1,0.2,1.02,0.9]'], [None], ""),
    "shares for thousandths": (THOUSANDTHS, ['"box":[0.1,0.2,0.4,0.9]'], [(0.1, 0.2, 0.4, 0.9)], "0 to 1, the only"),
    "pixels for thousandths": (THOUSANDTHS, ['"box":[1000,100,1500,300]'], [(0.5, 0.1, 0.75, 0.3)], "pixels, the only"),
    "inside out": (THOUSANDTHS, ['"box":[400,200,100,900]'], [None], ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_reply_that_breaks_its_form_is_read_only_where_one_other_fits(name: str) -> None:
    declared, written, boxes_read, told = BROKEN[name]
    size = (2000, 1000) if "pixels" in name and "fit" not in name else (640, 480)
    found, problems = read(declared, *written, image=Image.from_pixels(PIL.Image.new("RGB", size)))
    assert found == [box if box is None else pytest.approx(box) for box in boxes_read]
    assert any(told in line for line in problems) if told else not any(line.startswith("boxes:") for line in problems)
    assert bool(problems)


@given(st.lists(boxes(), min_size=1, max_size=4), st.sampled_from(sorted(profiles())), sides, sides)
def test_what_is_as_declared_is_never_read_otherwise(seen: list[Box], name: str, width: int, height: int) -> None:
    form = profiles()[name].form(width, height)
    if form is not None:
        assert form_of([form.numbers(box) for box in seen], form, WIDE) == (form, "")


def test_the_key_of_another_convention() -> None:
    declared = BoxForm(key="bbox_2d", size=(1000, 1000), picture=(0, 0, 1000, 1000), whole=True)
    assert read(declared, '"bbox_2d":[100,200,500,900]') == ([(0.1, 0.2, 0.5, 0.9)], ())
    assert read(declared, '"bbox":[100,200,500,900]')[0] == [(0.1, 0.2, 0.5, 0.9)]
    found, problems = read(SHARES, '"box_2d":[0.1,0.2,0.5,0.9]')  # others fill it in another order
    assert found == [None] and "unknown key 'box_2d' ignored" in problems[0]


def test_what_the_model_is_told_of_boxes_is_in_its_form() -> None:
    form = profiles()["gemma3"].form(640, 480)
    cup = Entity(id="cup_1", category="cup", box=(0.1, 0.2, 0.4, 0.9))
    asked = Request(image=WIDE, kind="verify", question="cup_1 is red", entities=(cup,))
    words = render(asked, "full", form)
    assert "top, left, bottom, right, from 0 to 1000 across" in words and "[200,100,900,400]" in words
    assert "box" not in render(asked, "full", None) and "[" not in render(asked, "full", None)
    noted = Request(image=WIDE, kind="correct", notes=("There is a cup at [0.10,0.20,0.40,0.90].",))
    assert "There is a cup at [200,100,900,400]." in render(noted, "full", form)
    assert "There is a cup." in render(noted, "full", None)
    described = render(Request(image=WIDE, kind="describe"), "full", form)
    assert '"box_2d":[200,100,900,400]' in described and "0.10" not in described
    pixels = render(Request(image=WIDE, kind="describe"), "full", profiles()["qwen2.5-vl"].form(640, 480))
    assert "in pixels of the image, which is 644 wide and 476 high" in pixels


# name: the file, what the error says
WRONG = {
    "unknown key": ('scale = 1000\nordr = "yxyx"', ":2: unknown setting 'ordr'; did you mean 'order'?"),
    "key far from any": ("scale = 1\nfoo = 3", ":2: unknown setting 'foo'; there are name, about, types, names, key,"),
    "a key of something else": ('scale = 1\nkey = "id"', "key 'id' is that of something else in a row"),
    "less than one": ("scale = 0.5", "a number from 1 to 100000 is expected, got 0.5"),
    "negative scale": ("scale = -5", "'pixels' or a number from 1 to 100000"),
    "unknown scale": ('scale = "percent"', "'pixels' or a number"),
    "square of pixels": ('scale = "pixels"\nframe = "square"', "frame 'square' is for shares"),
    "resized shares": ('scale = 1\nframe = "resized"', "frame 'resized' is for scale 'pixels'"),
    "unknown order": ('order = "xywh"', "order"),
    "no TOML": ("scale =", "not TOML"),
    "a key of blanks": ('key = "my box"', "key"),
}


class TestProfiles:
    def test_of_a_class_of_a_served_model_and_of_none(self) -> None:
        assert profile_of("qwen2_5_vl").name == "qwen2.5-vl"
        assert profile_of("glm4v").name == profile_named("gpt-9").name == "plain"
        assert profile_named("OpenGVLab/InternVL3-8B").name == "internvl3"
        assert profile_named("Qwen/Qwen2-VL-2B-Instruct").name == "qwen2-vl"

    def test_no_two_claim_one_class_or_name(self) -> None:
        types = [one for profile in profiles().values() for one in profile.types]
        names = [one for profile in profiles().values() for one in profile.names]
        assert len(types) == len(set(types))
        assert not [(a, b) for a in names for b in names if a != b and a in b]

    @pytest.mark.parametrize("name", WRONG)
    def test_a_file_that_is_wrong_is_one_line(self, name: str, tmp_path: Path) -> None:
        written, told = WRONG[name]
        (tmp_path / "mine.toml").write_text(written, encoding="utf-8")
        with pytest.raises(InputError) as raised:
            read_profile(str(tmp_path / "mine.toml"))
        assert told in str(raised.value) and "\n" not in str(raised.value) and "mine.toml" in str(raised.value)

    def test_a_file_of_ones_own(self, tmp_path: Path) -> None:
        (tmp_path / "mine.toml").write_text('scale = 100\norder = "yxyx"\nkey = "region"', encoding="utf-8")
        own = read_profile(str(tmp_path / "mine.toml"))
        assert own == Profile(name="mine", scale=100, order="yxyx", key="region")
        form = own.form(640, 480)
        assert form is not None
        assert read(form, '"region":[20,10,90,40]') == ([(0.1, 0.2, 0.4, 0.9)], ())

    @pytest.mark.parametrize("spec", ["qwen2.5vl", "nothing", "", "no/such.toml"])
    def test_one_that_is_not_there(self, spec: str) -> None:
        with pytest.raises(InputError, match=r"no profile|cannot be read"):
            read_profile(spec)
