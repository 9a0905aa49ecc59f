"""`fits` says of a text what the library says that decodes under the same grammar."""

import PIL.Image
import pytest
import xgrammar
from hypothesis import given, settings
from hypothesis import strategies as st

from nesy.geometry import SHARES, BoxForm
from nesy.image import Image
from nesy.perception.grammar import reply_grammar
from nesy.perception.grammar_match import fits
from nesy.perception.reply_format import write_answer, write_patch, write_scene
from nesy.perception.vocabulary import Vocabulary
from nesy.scene import Entity, Relation, Scene
from nesy.turns import NumberedClaim, Request
from tests.perception.test_grammar import accepts

IMAGE = Image.from_pixels(PIL.Image.new("RGB", (8, 8)))
CLAIMS = (NumberedClaim(number=1, claim="r1", text="a_1 on b_1", answers=("keep", "withdraw", 'sit "on"')),)
PEOPLE = (Entity(id="person_1", category="person", box=(0.1, 0.2, 0.4, 1.0), attributes=("red",)),)
WHOLE = BoxForm(key="bbox_2d", order="yxyx", size=(640.0, 480.0), picture=(0.0, 0.0, 640.0, 480.0), whole=True)
SCENE = Scene(
    entities=PEOPLE, relations=(Relation(id="r1", subject="person_1", predicate="sit on", object="person_1"),)
)
ASKED: list[tuple[Request, str, BoxForm | None]] = [
    *((Request(image=IMAGE, kind="describe"), write_scene(SCENE, form), form) for form in (SHARES, WHOLE, None)),
    (Request(image=IMAGE, kind="correct", claims=CLAIMS), write_patch({1: 'sit "on"'}), SHARES),
    (Request(image=IMAGE, kind="verify"), "yes", SHARES),
    (Request(image=IMAGE, kind="ask"), write_answer("two cups"), SHARES),
    (
        Request(image=IMAGE, kind="ask", entities=(Entity(id="été_1", category="x"),)),
        write_answer("é", [("été_1", "on", "été_1")]),
        SHARES,
    ),
    (Request(image=IMAGE, kind="critique"), '{"notes":["no cup"]}', SHARES),
    (Request(image=IMAGE, kind="decide"), '{"better":"first"}', SHARES),
    (Request(image=IMAGE, kind="locate", entities=PEOPLE), '{"person_1":[10,0,480,640]}', WHOLE),
    (
        Request(image=IMAGE, kind="describe", form="grounded", entities=PEOPLE),
        write_scene(SCENE, None),
        SHARES,
    ),
    (Request(image=IMAGE, kind="describe", form="prose"), "A cup.\nA dog.", SHARES),
]
CHARS = st.text('{}[]",:.01yesno \\\x07é', max_size=3)


@pytest.mark.parametrize(("request_", "text", "form"), ASKED, ids=lambda value: getattr(value, "kind", None))
def test_what_is_written_fits_and_what_is_damaged_is_judged_alike(
    request_: Request, text: str, form: BoxForm | None
) -> None:
    written = reply_grammar(request_, boxes=form)
    grammar = xgrammar.Grammar.from_ebnf(written)
    assert fits(written, text) and accepts(grammar, text)

    @settings(max_examples=25, deadline=None, database=None)
    @given(st.integers(0, len(text)), st.integers(0, 3), CHARS)
    def damaged(at: int, cut: int, put: str) -> None:
        other = text[:at] + put + text[at + cut :]
        assert fits(written, other) == accepts(grammar, other), other

    damaged()


def test_the_grammar_of_a_vocabulary_is_read_too() -> None:
    words = Vocabulary(
        categories=("cup", "dining_table"),
        predicates=("on",),
        part_states={"hand": ("hold",)},
        attributes=("red",),
        answers=("yes",),
        reasons=("on",),
    )
    grammar = reply_grammar(Request(image=IMAGE, kind="describe"), words)
    assert fits(grammar, '{"entities":[],"part_states":[],"relations":[],"counts":[{"category":"cup","value":2}]}')
    assert not fits(grammar, '{"entities":[],"part_states":[],"relations":[],"counts":[{"category":"dog","value":2}]}')
