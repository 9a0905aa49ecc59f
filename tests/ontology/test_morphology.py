"""Base forms of nouns and verbs: what the table tells, and what the rule makes of words that no table knows."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from lab.ontology.word_forms import word_forms
from nesy import assets
from nesy.errors import InputError
from nesy.experiments.datasets import data_folder
from nesy.ontology.morphology import noun_bases, regular_singulars, regular_verb_bases, verb_bases


@pytest.mark.parametrize(
    ("form", "base"),
    [
        ("knives", "knife"), ("people", "person"), ("oxen", "ox"), ("policemen", "policeman"), ("cookies", "cookie"),
        ("leaves", "leaf"), ("buses", "bus"), ("axes", "axe"), ("cacti", "cactus"), ("hoodies", "hoodie"),
        ("boxes", "box"), ("unicycles", "unicycle"), ("quokkas", "quokka"), ("vlogboxes", "vlogbox"),
        ("the_two_skateparks", "two_skatepark"),
    ],
)  # fmt: skip
def test_a_plural_has_its_singular(form: str, base: str) -> None:
    assert noun_bases(form)[-1] == base


@pytest.mark.parametrize("word", ["glass", "dog", "person", "bus", "as"])
def test_a_singular_is_left_alone(word: str) -> None:
    assert [base for base in noun_bases(word) if base != word[:-1]] == []


@pytest.mark.parametrize(
    ("phrase", "base"),
    [
        ("walking", "walk"), ("riding", "ride"), ("hugging", "hug"), ("lying", "lie"), ("adding", "add"),
        ("agreed_x", "agree_x"), ("rode", "ride"), ("ridden_by_x", ""), ("ridden_on", "ride_on"), ("lit", ""),
        ("lit_by", ""), ("is_adored_in", "adore_in"), ("carries", "carry"), ("goes", "go"), ("has", "have"),
        ("vaping_a", "vape"), ("vlogs", "vlog"), ("zorbed_on", "zorb_on"), ("bring", ""), ("feed_x", ""),
        ("fed_x", "feed_x"), ("is_ate", "ate"),
    ],
)  # fmt: skip
def test_a_verb_has_its_base(phrase: str, base: str) -> None:
    assert next(reversed(verb_bases(phrase)), "") == base


def test_the_table_holds_what_the_rule_does_not_find() -> None:
    lines = (assets.ontologies() / "word_forms.tsv").read_text(encoding="utf-8").splitlines()
    assert len(lines) > 2000
    assert lines == sorted(set(lines))
    for line in lines:
        form, kind, *bases = line.split("\t")
        rule = regular_singulars if kind == "noun" else regular_verb_bases
        assert kind in ("noun", "verb", "participle")
        assert bases and form not in bases
        assert tuple(bases) != rule(form)[-1:], line


def test_the_table_is_that_of_the_dictionary() -> None:
    assert (assets.ontologies() / "word_forms.tsv").read_text(encoding="utf-8") == word_forms()


@pytest.fixture(scope="module")
def treebank() -> list[tuple[str, str, str]]:
    """Tag, form and lemma of the inflected nouns and verbs of UD_English-EWT, each once."""
    try:
        folder = data_folder() / "ud_ewt"
    except InputError as missing:
        pytest.skip(str(missing))
    return sorted(set(words(folder)))


def words(folder: Path) -> Iterable[tuple[str, str, str]]:
    for part in ("dev", "test"):
        for line in (folder / f"en_ewt-ud-{part}.conllu").read_text(encoding="utf-8").splitlines():
            row = line.split("\t")
            if len(row) > 4 and "Typo" not in row[5] and all(re.fullmatch("[a-z]+", row[place]) for place in (1, 2)):
                yield row[4], row[1], row[2]


@pytest.mark.parametrize(
    ("tags", "least"), [({"NNS"}, 0.96), ({"VBG"}, 0.98), ({"VBZ"}, 0.98), ({"VBD", "VBN"}, 0.98)], ids=str
)
def test_most_words_of_a_treebank_get_their_lemma(
    treebank: list[tuple[str, str, str]], tags: set[str], least: float
) -> None:
    asked = [(form, lemma) for tag, form, lemma in treebank if tag in tags]
    if tags == {"NNS"}:
        right = [next(reversed(noun_bases(form)), form) == lemma for form, lemma in asked]
    else:  # with a particle, so that participles can be read one way
        right = [next(reversed(verb_bases(f"{form}_on")), f"{form}_on") == f"{lemma}_on" for form, lemma in asked]
    assert len(right) > 100
    assert sum(right) / len(right) >= least
