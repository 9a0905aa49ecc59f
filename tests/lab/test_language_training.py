"""Captions and their graphs in, the tokens that say them out."""

import pytest

from lab.training.language.alignment import Aligner, substitutes
from lab.training.language.caption_graphs import read_tuples
from lab.training.language.interchangeable import close
from lab.training.language.treebank import reference, sentences
from lab.training.language.wordnet import WordNet
from nesy.errors import InputError
from nesy.experiments.datasets import data_folder

WORDS = WordNet(
    {w: frozenset({w}) for w in ("sit", "man", "horse", "ride", "lay", "bench")}, {"riding": ("ride",), "men": ("man",)}
)


def target(text: str, graph: str, *, implied: tuple[str, ...] = (), pairs: tuple[tuple[str, str], ...] = ()):
    aligner = Aligner(WORDS, frozenset(pairs), frozenset(implied))
    return aligner.align(text.split(), read_tuples(graph))


def test_the_words_of_a_relation_are_found_by_their_base_forms() -> None:
    found = target("a man sitting on the bench", "( man , sit on , bench )")
    assert found.whole
    assert found.roles == ("", "O", "", "P", "", "O")
    assert found.arcs == {(1, 3): "subj", (5, 3): "obj", (2, 3): "pmore"}
    assert found.forms["P", (2, 3)] == "sit on"


def test_a_shared_attribute_has_an_arc_to_each_object() -> None:
    found = target("two men riding horses", "( men , is , 2 ) , ( men , ride , horses ) , ( horses , is , 2 )")
    assert (found.arcs[0, 1], found.arcs[0, 3]) == ("attr", "attr")


def test_a_relation_that_no_word_says_is_a_label_of_its_own() -> None:
    found = target("man 's horse", "( man , have , horse )", implied=("have",))
    assert found.whole
    assert found.arcs == {(0, 2): "=have"}
    assert not target("man 's horse", "( man , have , horse )").whole


def test_a_preposition_is_never_taken_for_another_relation() -> None:
    pairs = (("wear", "in"),)
    found = target("man in hat", "( man , wear , hat )", implied=("wear",), pairs=pairs)
    assert found.arcs == {(0, 2): "=wear"}


def test_two_things_of_one_name_have_two_places() -> None:
    found = target("horse by the horse", "( horse , by , horse )")
    assert found.whole
    assert found.arcs == {(0, 1): "subj", (3, 1): "obj"}


def test_an_object_that_the_text_does_not_name_leaves_no_target() -> None:
    assert target("a man", "( man , on , horse )") is None


def test_words_left_over_together_become_substitutes() -> None:
    left_over = [({"person"}, {"guy", "the"})] * 3 + [(set(), {"the"})] * 40
    assert substitutes(iter(left_over), least=3, share=0.9) == {("person", "guy"), ("person", "the")}
    assert substitutes(iter(left_over * 1), least=4) == frozenset()
    assert close("frsbee", "frisbee")


def test_a_treebank_sentence_keeps_its_text_and_its_heads() -> None:
    import spacy

    try:
        path = data_folder() / "ud_ewt" / "en_ewt-ud-dev.conllu"
    except InputError as error:
        pytest.skip(str(error))
    nlp = spacy.blank("en")
    first = [lines for lines, _ in zip(sentences(path), range(40), strict=False)]
    texts = [line[9:] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("# text = ")]
    for lines, text in zip(first, texts, strict=False):
        doc = reference(lines, nlp)
        assert doc.text.strip() == text.strip()
        assert [token.dep_ for token in doc if token.head.i == token.i] == ["ROOT"]
