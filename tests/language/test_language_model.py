"""The shipped language model: annotation, mentions, and what it does with text that is none."""

import json
from collections.abc import Sequence

import numpy as np
import pytest
from spacy.tokens import Doc

from nesy.errors import InputError
from nesy.language.annotator import load, model_folder
from nesy.language.lemmas import repaired
from nesy.language.mentions import Attribute, Link, Mention, MentionGraph
from nesy.language.scene_features import LONGEST, Piece, pieces
from nesy.language.scene_parser import AT_ONCE, SceneParser, Scores, mention_graph, mention_graphs, scene_parser
from nesy.language.tokenizer import LONGEST_RUN, BoundedTokenizer


def graph(text: str) -> MentionGraph:
    return mention_graph(load()(text))


@pytest.mark.parametrize(
    ("text", "tuples"),
    [
        ("a man riding a brown horse", {("man", "ride", "horse"), ("horse", "is", "brown")}),
        ("two dogs on the beach", {("dogs", "is", "2"), ("dogs", "on", "beach")}),
        ("the sign is attached to the pole", {("sign", "attach to", "pole")}),
        ("a building covered by snow", {("snow", "cover", "building")}),
        ("man's hat", {("man", "have", "hat")}),
        ("the cat is sleeping", {("cat", "is", "sleeping")}),
        ("a tree", {("tree",)}),
        ("a red and white bus parked in front of a store", {
            ("bus", "is", "red"), ("bus", "is", "white"), ("bus", "park in front of", "store"),
        }),
    ],
)  # fmt: skip
def test_captions_become_the_graphs_that_annotators_would_write(text: str, tuples: set[tuple[str, ...]]) -> None:
    assert graph(text).tuples() == tuples


def test_every_part_of_the_graph_knows_its_tokens() -> None:
    doc = load()("A young woman is holding a tennis racket.")
    found = mention_graph(doc)
    assert [[doc[i].text for i in m.tokens] for m in found.mentions] == [["woman"], ["tennis", "racket"]]
    assert [(doc[a.tokens[0]].text, a.label, a.mention) for a in found.attributes] == [("young", "young", 0)]
    (link,) = found.links
    assert (link.subject, link.predicate, link.object, [doc[i].text for i in link.tokens]) == (
        0,
        "hold",
        1,
        ["holding"],
    )


def test_a_capital_and_a_full_stop_change_nothing() -> None:
    assert graph("a man riding a horse").tuples() == graph("A man riding a horse.").tuples()


def test_the_annotation_is_left_as_it_is() -> None:
    doc = load()("The man who wears a hat is riding a horse.")
    before = [(t.head.i, t.dep_, t.tag_, t.pos_, t.lemma_) for t in doc]
    mention_graph(doc)
    assert before == [(t.head.i, t.dep_, t.tag_, t.pos_, t.lemma_) for t in doc]
    assert {t.dep_ for t in doc} >= {"ROOT", "nsubj", "obj", "det"}
    assert next(t for t in doc if t.text == "riding").lemma_ == "ride"


def test_a_caption_is_one_sentence_and_a_description_several() -> None:
    nlp = load()
    assert len(list(nlp("man on a horse with a dog").sents)) == 1
    assert len(list(nlp("A man rides a horse. It is brown! Is it his?").sents)) == 3


def test_tuples_name_lone_objects_only() -> None:
    dog, cat = Mention((0,), "dog"), Mention((1,), "cat")
    found = MentionGraph((dog, cat, dog), (Attribute(2, "black", (2,)),), ())
    assert found.tuples() == {("dog", "is", "black"), ("cat",)}
    assert MentionGraph((dog, cat), (), (Link(0, "chase", 1, ()),)).tuples() == {("dog", "chase", "cat")}


def test_an_unknown_language_is_the_users_error() -> None:
    with pytest.raises(InputError, match=r"'xx'.*en"):
        load("xx")


@pytest.mark.parametrize(
    "text",
    ["", "   \n\t ", "\x00\x07\x1b", "猫がマットの上に座っている。", "кошка сидит", "🐱🐱 🐶", "((((((((", "...",
     "<b>a man</b> on <i>a horse</i>", "\u202eesroh a\u202c", "a\u0301" * 50],
)  # fmt: skip
def test_text_that_is_no_english_gives_a_graph_all_the_same(text: str) -> None:
    doc = load()(text)
    assert doc.text == text
    found = mention_graph(doc)
    assert all(0 <= i < len(doc) for mention in found.mentions for i in mention.tokens)


@pytest.mark.parametrize("unit", ['"', "(", "'s", "a-", "<b>", "http://a.", "\x07", "é"])
def test_a_long_string_without_a_blank_is_tokenized_in_short_pieces(unit: str) -> None:
    """So that the time is linear: what the tokenizer takes for one piece is quadratic (`python -m lab.growth`)."""
    given: list[str] = []

    class Watched:
        vocab = load().vocab

        def __call__(self, text: str) -> Doc:
            given.append(text)
            return inner(text)

    inner = load().tokenizer.inner
    text = (unit * 20_000)[:20_000]
    assert BoundedTokenizer(Watched())(text).text == text
    assert "".join(given) == text
    assert max(map(len, given)) <= LONGEST_RUN


def test_the_bound_does_not_touch_ordinary_text() -> None:
    tokenizer = load().tokenizer
    words = "The man's t-shirt isn't black-and-white. " * 3
    ordinary = [t.text for t in tokenizer(words)]
    long = [t.text for t in tokenizer(words + "x" * (LONGEST_RUN + 5))]
    assert long[: len(ordinary)] == ordinary
    assert "t-shirt" in ordinary


def test_long_sentences_are_read_in_pieces() -> None:
    doc = load()("a man and " * 100)
    sizes = [len(piece.hashes) for piece in pieces(doc)]
    assert max(sizes) <= LONGEST
    assert sum(sizes) == len(doc)
    assert all(0 <= h < len(piece.heads) for piece in pieces(doc) for h in piece.heads)


def test_what_stands_beside_a_sentence_does_not_change_how_it_is_read() -> None:
    """Of many pieces at once the network says what it says of each alone, whatever their lengths."""
    parser = scene_parser()
    doc = load()("A man rides a horse. Yes. " * 3 + "a man and a dog " * 40 + ". The two big dogs see it.")
    found = list(pieces(doc))
    assert len({len(piece.heads) for piece in found}) > 3
    for piece, together in zip(found, parser.scores_of(found), strict=True):
        alone = parser.scores(piece)
        np.testing.assert_allclose(together.roles, alone.roles, atol=1e-3)
        np.testing.assert_allclose(together.arcs, alone.arcs, atol=1e-3)
    texts = ["a man on a horse", "", "two dogs. a cat sits on a mat."]
    docs = list(load().pipe(texts))
    assert mention_graphs(docs) == [mention_graph(one) for one in docs]
    assert mention_graphs([]) == []


@pytest.mark.parametrize("unit", ["A man is riding a horse. ", "a man and ", "Yes. ", "word"])
def test_the_work_grows_with_the_length_and_no_batch_does(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: tokens that the network runs over, and the sizes of what it holds at once."""
    batches: list[list[int]] = []
    run = SceneParser.scores_of

    def counted(parser: SceneParser, batch: Sequence[Piece]) -> list[Scores]:
        batches.append([len(piece.heads) for piece in batch])
        return run(parser, batch)

    monkeypatch.setattr(SceneParser, "scores_of", counted)
    tokens, calls = [], []
    for times in (200, 400, 800):
        batches.clear()
        doc = load()(unit * times)
        mention_graph(doc)
        assert sum(map(sum, batches)) == len(doc)  # every token once
        assert all(len(batch) <= AT_ONCE and max(batch) <= LONGEST for batch in batches)
        assert all(len(batch) == AT_ONCE for batch in batches[:-1])
        tokens.append(len(doc))
        calls.append(len(batches))
    assert calls[2] <= 2 * calls[1] <= 4 * calls[0]
    assert tokens[2] <= 2 * tokens[1] <= 4 * tokens[0]


def test_half_words_of_the_lemmatizer_are_mended_and_whole_ones_left() -> None:
    assert [repaired(f"{stem}ing", stem) for stem in ("stepp", "gallop", "danc", "sing", "fall", "miss")] == [
        "step", "gallop", "dance", "sing", "fall", "miss",
    ]  # fmt: skip
    assert repaired("red", "red") == "red"


def test_the_model_is_small_and_whole() -> None:
    folder = model_folder()
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 15e6
    described = json.loads((folder / "scene.json").read_text(encoding="utf-8"))
    with np.load(folder / "scene.npz") as arrays:
        assert arrays["roles.bias"].shape == (len(described["roles"]),)
        assert arrays["biaffine"].shape[0] == len(described["labels"])
    assert "CC BY-SA 4.0" in (folder.parent / "README.md").read_text(encoding="utf-8")


def test_the_network_on_numpy_is_the_one_that_torch_trained() -> None:
    torch = pytest.importorskip("torch")
    from lab.training.language.scene_network import SceneNetwork, Sizes
    from nesy.language.normal_form import NormalForms
    from nesy.language.scene_features import look_up

    torch.manual_seed(1)
    (piece,) = pieces(load()("a man in a red hat is riding two horses"))
    known = tuple(np.unique(piece.hashes[:-2, column]) for column in range(piece.hashes.shape[1]))
    network = SceneNetwork(tuple(map(len, known)), 3, 4, Sizes(hidden=10, arc=6), dropout=0.5).eval()
    for value in (network.distance, network.up, network.down):
        torch.nn.init.normal_(value)
    weights = {name: array.astype(np.float32) for name, array in network.arrays().items()}
    parser = SceneParser(weights, known, ("", "O", "A"), ("", "attr", "subj", "obj"), NormalForms({}, {}))
    scores = parser.scores(piece)
    rows = torch.from_numpy(look_up(piece.hashes, known))[None]
    with torch.no_grad():
        roles, arcs = network(rows, torch.from_numpy(piece.heads)[None], torch.tensor([len(piece.heads)]))
    np.testing.assert_allclose(scores.roles, roles[0].numpy(), atol=5e-3)  # the weights are kept in half precision
    np.testing.assert_allclose(scores.arcs, arcs[0].numpy(), atol=5e-3)


def test_the_measures_of_the_annotation_can_be_read() -> None:
    from lab.caption_scores import annotation
    from nesy.experiments.datasets import data_folder

    try:
        found = annotation(data_folder(), "dev", limit=40)
    except InputError as error:
        pytest.skip(str(error))
    assert set(found) == {"tag", "upos", "morph", "lemma", "uas", "las"}
    assert found["upos"] > 80
