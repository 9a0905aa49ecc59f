"""Free text to a scene: identity, numbers, denial, hedges, roles; the places in the text; odd and long texts."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nesy
from nesy.errors import InputError
from nesy.language.plain_text import plain
from nesy.scene import Scene
from tests.language.golden_texts import golden, in_short
from tests.steps import steps


@pytest.fixture(scope="module")
def read() -> dict[str, Scene]:
    texts = [one.text for one in golden()]
    return dict(zip(texts, nesy.parse_many(texts), strict=True))


def test_golden_texts(read: dict[str, Scene]) -> None:
    """At least 95 of 100 texts come out claim for claim, and none of any kind fails as a kind."""
    cases = golden()
    right = Counter(one.about for one in cases if in_short(read[one.text]) == one.claims)
    kinds = Counter(one.about for one in cases)
    wrong = [one.text for one in cases if in_short(read[one.text]) != one.claims]
    assert len(cases) >= 120
    assert right.total() >= 0.95 * len(cases), wrong
    assert all(right[kind] >= 0.7 * number for kind, number in kinds.items()), wrong


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        # each quality is of its own clause's subject
        ("The walls are white and the floor is brown.", {"walls_1 (white)", "floor_1 (brown)"}),
        (
            "Her hair is long and brown and her eyes are blue.",
            {"hair_1 (long, brown)", "eyes_1 (blue)", "person_1", "person_1 have hair_1", "person_1 have eyes_1"},
        ),
        ("The dog is black and white and the cat is gray.", {"dog_1 (black, white)", "cat_1 (gray)"}),
        ("The plates are white while the cups are blue.", {"plates_1 (white)", "cups_1 (blue)"}),
        ("The sky is clear and blue.", {"sky_1 (clear, blue)"}),
        # the verb is the text's
        ("A woman is brushing her hair.", {"woman_1", "hair_1", "woman_1 brush hair_1", "woman_1 have hair_1"}),
        ("The girl is brushing a horse.", {"girl_1", "horse_1", "girl_1 brush horse_1"}),
        ("A man is cleaning a table.", {"man_1", "table_1", "man_1 clean table_1"}),
        # a hedge doubts what is done, not who does it
        ("The boy is probably throwing a ball.", {"boy_1", "ball_1 ?0.7", "boy_1 throw ball_1 ?0.7"}),
        ("The girl is perhaps holding a cup.", {"girl_1", "cup_1 ?0.5", "girl_1 hold cup_1 ?0.5"}),
    ],
)
def test_clauses_keep_their_own(text: str, claims: set[str]) -> None:
    assert in_short(nesy.parse(text)) == claims


def test_spans_hold_the_words_that_say_a_claim(read: dict[str, Scene]) -> None:
    for text, scene in read.items():
        for claim in scene.claims():
            assert claim.spans, (text, claim)
            assert all(text[start:end].strip() == text[start:end] != "" for start, end in claim.spans), (text, claim)


def test_places_are_those_of_the_text_as_given() -> None:
    text = "Look:  <p class='a'>A <b>man</b>\n rides a&nbsp;horse 🐎.</p> see https://example.org/a"
    scene = nesy.parse(text)
    said = {claim.id: [text[start:end] for start, end in claim.spans] for claim in scene.claims()}
    assert said["man_1"] == ["man"]
    assert said["horse_1"] == ["horse"]
    assert said["r1"] == ["rides"]


def test_of_a_page_what_is_shown_is_read() -> None:
    page = (
        "<html><head><style>p { color: red }</style><SCRIPT type='a'>var dog = '<b>a cat</b>';</script></head>"
        "<body><p>A man rides a horse.</p><script>a bus</script> <template>a cup"
    )
    found = plain(page)
    assert found.text.split() == "A man rides a horse. a cup".split()
    assert [page[one] for one in found.places if page[one].isalpha()][:4] == ["A", "m", "a", "n"]
    assert plain("<script>" * 50_000).text.strip() == ""
    assert plain("<script>a dog</style>").text.split() == ["a", "dog"]


@pytest.mark.parametrize("text", ["", "  \n", "🐎", "<br>", "https://example.org", "1234 ...", "\x00\x07"])
def test_a_text_without_words_is_one_clear_error(text: str) -> None:
    with pytest.raises(InputError, match="a description in words is expected"):
        nesy.parse(text)


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(InputError, match="'xx'"):
        nesy.parse("ein Mann", language="xx")


@pytest.mark.parametrize(
    "text",
    [
        "a man \ud800 rides a horse",
        "the the the of of",
        "((((a]]]]",
    ],
)
def test_fragments_give_a_scene(text: str) -> None:
    assert isinstance(nesy.parse(text), Scene)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_scene_or_one_error(text: str) -> None:
    try:
        scene = nesy.parse(text)
    except InputError:
        return
    assert all(0 <= start < end <= len(text) for claim in scene.claims() for start, end in claim.spans)


@given(st.text(max_size=200))
def test_every_character_of_the_plain_text_has_its_place(text: str) -> None:
    found = plain(text)
    assert len(found.places) == len(found.text)
    assert list(found.places) == sorted(set(found.places))
    assert all(one == text[at] for one, at in zip(found.text, found.places, strict=True) if text[at].isalnum())


@pytest.mark.parametrize(
    "unit", ["A man is riding a horse. The dog sees him. ", "word, and the dog ", "a", "<b ", "[a"]
)
def test_the_work_grows_with_the_length(unit: str) -> None:
    """Four times the text takes less than six times the steps, also where no sentence ends and no word does."""
    few = 2_000 // len(unit)
    nesy.parse(unit)  # what is loaded once does not count
    assert steps(lambda: nesy.parse(unit * few * 4)) < 6 * steps(lambda: nesy.parse(unit * few))


def test_texts_come_as_they_are_wanted() -> None:
    taken: list[int] = []

    def texts() -> object:
        for number in range(1000):
            taken.append(number)
            yield f"A man holds {number} cups."

    first = next(nesy.parse_many(texts()))  # type: ignore[arg-type]
    assert first.entities[0].category == "man"
    assert len(taken) <= 200


INCONSISTENT = {
    "A man is riding a horse. The horse is riding the man.": "InteractionBothWays",
    "There are three dogs. The four dogs are running.": "CountTwice",
    "There are no people. A man is standing on the grass.": "CountMismatch",
    "A man is sitting on a bench. Nobody is in the picture.": "CountMismatch",
    "A cup is to the left of a vase. The vase is to the left of the cup.": "SpatialAsymmetry",
}


@pytest.mark.parametrize("text", INCONSISTENT)
def test_what_cannot_be_is_found_in_a_text(text: str) -> None:
    verdict = nesy.check(nesy.parse(text))
    assert not verdict.consistent
    assert INCONSISTENT[text] in "".join(one.rule for one in verdict.findings if one.severity == "violation")


def test_honest_texts_break_no_rule(read: dict[str, Scene]) -> None:
    wrong = {
        text: [one.message for one in verdict.findings]
        for text, scene in read.items()
        if not {text, text.replace(" on the beach", "")} & set(INCONSISTENT)
        and not (verdict := nesy.check(scene)).consistent
    }
    assert not wrong


def test_a_hand_that_holds_is_a_part_state_too() -> None:
    scene = nesy.parse("A man is sitting on a chair. His left hand is holding a cup.")
    assert [(p.entity, p.part, p.state, p.object) for p in scene.part_states] == [
        ("man_1", "left hand", "hold", "cup_1")
    ]


@pytest.mark.parametrize("spans", [[[3, 3]], [[5, 2]], [[4, 6], [1, 2]], [[1, 2], [1, 2]], [[-1, 2]]])
def test_spans_that_no_text_has_are_refused(spans: list[list[int]]) -> None:
    text = json.dumps({"entities": [{"category": "cup", "spans": spans}]})
    with pytest.raises(InputError, match="spans"):
        Scene.from_json(text)


def test_a_sign_that_reads_something_is_no_reader() -> None:
    scene = nesy.parse("A sign that reads stop is on a pole.")
    assert "read" not in [relation.predicate for relation in scene.relations]


def test_a_scene_with_spans_comes_back_from_json() -> None:
    scene = nesy.parse("Two men are possibly riding a horse. There are no dogs.")
    assert Scene.from_json(scene.to_json()) == scene
    assert '"spans"' in scene.to_json()
    assert '"spans"' not in nesy.Scene(entities=[nesy.Entity(id="cup_1", category="cup")]).to_json()


@pytest.mark.parametrize("text", ["to", "Objects:\n- a red cup\n- two dogs\n- to", "A dog runs to", "behind", "To the"])
def test_a_text_may_break_off_at_a_preposition(text: str) -> None:
    assert {entity.category for entity in nesy.parse(text).entities} <= {"cup", "dog", "dogs"}
