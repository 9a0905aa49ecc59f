"""Forms of sentences that captions seldom have, by kind, with right ones beside them; every claim of each is held."""

import json
from collections import Counter
from pathlib import Path

import pytest
import rdflib

import nesy
from nesy.graph.triples import to_rdf
from nesy.language.annotator import load
from nesy.language.denial import denials
from nesy.language.interrogatives import asked
from nesy.language.mutual import is_mutual
from nesy.language.plain_text import plain
from nesy.language.quotations import without_quotations
from nesy.scene import Scene, in_words
from tests.language.golden_texts import in_short

ROWS = [
    json.loads(line) for line in (Path(__file__).parent / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def read() -> dict[str, Scene]:
    texts = [row["text"] for row in ROWS]
    return dict(zip(texts, nesy.parse_many(texts), strict=True))


def claims(scene: Scene) -> list[str]:
    return sorted([*in_short(scene), *map(in_words, scene.part_states)])


@pytest.mark.parametrize("kind", sorted({row["about"] for row in ROWS}))
def test_every_sentence_of_a_kind_says_what_it_says(kind: str, read: dict[str, Scene]) -> None:
    of_kind = [row for row in ROWS if row["about"] == kind]
    assert {row["text"]: claims(read[row["text"]]) for row in of_kind} == {
        row["text"]: row["claims"] for row in of_kind
    }


def test_each_kind_has_sentences_enough() -> None:
    kinds = Counter(row["about"].partition(":")[0] for row in ROWS)
    assert all(number >= 9 for number in kinds.values()), kinds


def test_every_claim_keeps_its_place_in_the_text_as_given(read: dict[str, Scene]) -> None:
    """Also where the sentence was read in another order, or without what it quotes."""
    for text, scene in read.items():
        for claim in scene.claims():
            assert claim.spans, (text, claim)
            assert all(text[start:end].strip() == text[start:end] != "" for start, end in claim.spans), (text, claim)


def test_a_sentence_that_was_turned_round_points_into_its_own_words() -> None:
    text = "There is a horse. On it sits a boy."
    scene = nesy.parse(text)
    said = {claim.id: [text[start:end] for start, end in claim.spans] for claim in scene.claims()}
    assert said["boy_1"] == ["boy"]
    assert said["r1"] == ["On", "sits"]


@pytest.mark.parametrize(
    ("text", "left", "said"),
    [
        ('There is a sign that says "STOP".', "There is a sign.", ['says "STOP"']),
        ("A sign reading “No parking” stands here.", "A sign stands here.", ['says "No parking"']),
        ('The word "OPEN" is on a door.', "The word is on a door.", ['says "OPEN"']),
        ('Two signs say "Stop", "Yield" and "Go".', "Two signs.", ['says "Stop", "Yield" and "Go"']),
        ("A woman holds a sign saying VOTE.", "A woman holds a sign.", ['says "VOTE"']),
        ('"A man rides a horse."', '"A man rides a horse."', []),
        ("The word STOP is written on the sign.", "the word is written on the sign.", ['says "STOP"']),
        ("STOP is written on the sign.", "text is written on the sign.", ['says "STOP"']),
        ("The shirt has the number 23 on it.", "The shirt.", ['says "23"']),
        ("The number 23 is on his back.", "the text is on his back.", ['says "23"']),
        ("A bus with the words Main Street on it stops.", "A bus stops.", ['says "Main Street"']),
        ("A truck with FedEx written on it.", "A truck.", ['says "FedEx"']),
        ("The word is on the sign.", "The word is on the sign.", []),
        ("A man holds the number 2 pencil.", "A man holds the number 2 pencil.", []),
        ("A number 23 bus stops.", "A number 23 bus stops.", []),
        ("The image shows TV screens.", "The image shows TV screens.", []),
        ("The dog's tail and the cat's tail.", "The dog's tail and the cat's tail.", []),
    ],
)
def test_words_on_a_sign_are_no_words_of_the_sentence(text: str, left: str, said: list[str]) -> None:
    found = without_quotations(plain(text))
    assert found.text == left
    assert [one.said for one in found.quoted] == said
    assert len(found.places) == len(found.text)


def test_what_a_sign_says_goes_through_json_and_rdf() -> None:
    scene = nesy.parse('A sign that says "STOP \\ now" hangs on a pole.')
    assert Scene.from_json(scene.to_json()) == scene
    (said,) = (entity.attributes for entity in scene.entities if entity.category == "sign")
    assert said[0].startswith('says "STOP')
    turtle = to_rdf(scene).serialize(format="turtle")
    assert "STOP" in turtle
    rdflib.Graph().parse(data=turtle, format="turtle")


def test_what_is_asked_is_told_from_what_is_said() -> None:
    doc = load()("A man holds a cup, doesn't he?")
    assert {doc[i].text for i in asked(doc)} >= {"does", "n't", "he"}
    assert "cup" not in {doc[i].text for i in asked(doc)}
    assert asked(load()("What a beautiful horse!")) == frozenset()


def test_a_denial_keeps_who_is_without_what() -> None:
    doc = load()("A man without a hat or glasses is smiling.")
    assert [(doc[one.noun].text, one.said) for one in denials(doc).lacking] == [
        ("hat", "without hat"),
        ("glasses", "without glasses"),
    ]


def test_each_other_is_no_thing() -> None:
    doc = load()("Two men look at each other and one looks at the other dog.")
    assert [token.text for token in doc if is_mutual(token)] == ["each", "other"]


def test_what_no_sentence_asserts_breaks_no_rule() -> None:
    questions = [row["text"] for row in ROWS if row["about"] == "question"]
    assert all(nesy.check(scene).consistent for scene in nesy.parse_many(questions))
