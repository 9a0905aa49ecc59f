"""A verb in its sentence in, the form out that a scene has it in: base form with its particle, or participle."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from nesy.ontology import Ontology
from nesy.ontology.morphology import verb_bases

if TYPE_CHECKING:
    from spacy.tokens import Token


def with_particle(verb: Token) -> str:
    """Return the base form of a verb, with its particle: "put on"."""
    return " ".join([_lemma(verb), *(child.lower_ for child in verb.children if child.dep_ == "compound:prt")])


def verb_tokens(verb: Token) -> tuple[int, ...]:
    """Return the tokens of a verb and its particle."""
    return (verb.i, *(child.i for child in verb.children if child.dep_ == "compound:prt"))


def own_verb(verb: Token, predicate: str) -> str:
    """Return a predicate with the verb that it was read from, where it has another deed of the vocabulary instead.

    Args:
        verb: as the text has it: "brushing".
        predicate: its normal form: "wash".
    """
    first, _, rest = predicate.partition(" ")
    base = _lemma(verb)
    ontology = Ontology.default()
    both = {base, first} <= _first_words(ontology.verbs)
    if base == first or not both or ontology.canonical("predicate", base) == ontology.canonical("predicate", first):
        return predicate
    return f"{base} {rest}".rstrip()


def _lemma(verb: Token) -> str:
    """Return the base form of a verb: one that the ontology knows before what the model makes of an unknown word."""
    if verb.lower_ in ("lying", "lies", "lie", "laying"):
        return "lay"  # as FACTUAL has it; the ontology knows the two are one
    return _known_base(verb.lower_) or regular_base(verb.lower_) or verb.lemma_.lower()


def regular_base(word: str) -> str:
    """Return the base of a regular form in -ed or -ing by its spelling; "" for other words.

    >>> [regular_base(word) for word in ("dotted", "dressed", "nestled", "paired", "scattered", "placed", "carved")]
    ['dot', 'dress', 'nestle', 'pair', 'scatter', 'place', 'carve']
    """
    stem = word[:-2] if word.endswith("ed") else word[:-3] if word.endswith("ing") else ""
    if len(stem) < 3 or not any(vowel in "aeiouy" for vowel in stem):
        return ""
    if stem.endswith("i"):
        return stem[:-1] + "y"
    last, before = stem[-1], stem[-2]
    if last == before:
        return stem if last in "lsfz" else stem[:-1]
    silent = last in "cvzu" or (last == "s" and before not in "su") or (last == "l" and before not in "aeiourlw")
    silent |= last == "g" and before in "aeidnr" and stem[-3:] not in ("ing", "ang", "ong")
    alone = before in "aeiou" and stem[-3] not in "aeiou"  # one vowel, then one consonant: "bak", but not "pair"
    unstressed = stem.endswith(("er", "en", "on", "or", "it", "et", "el", "op", "om", "in")) and len(stem) > 4
    silent |= alone and last not in "wxy" and not unstressed
    return stem + ("e" if silent else "")


@lru_cache(maxsize=8192)
def _known_base(word: str) -> str:
    verbs = Ontology.default().verbs
    return next(
        (
            base
            for base in (word, *verb_bases(word), *verb_bases(f"{word}_on"))
            if base.partition("_")[0] in _first_words(verbs)
        ),
        "",
    ).partition("_")[0]


@lru_cache(maxsize=2)
def _first_words(verbs: frozenset[str]) -> frozenset[str]:
    return frozenset(verb.partition("_")[0] for verb in verbs)


def participle(lemma: str) -> str:
    """Return the participle of a verb.

    >>> participle("sit"), participle("ride"), participle("lie"), participle("fly")
    ('sitting', 'riding', 'lying', 'flying')
    """
    if lemma.endswith("ie"):
        return lemma[:-2] + "ying"
    if lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")):
        return lemma[:-1] + "ing"
    short = len(lemma) >= 3 and lemma[-1] in "bdgmnprt" and lemma[-2] in "aeiou" and lemma[-3] not in "aeiou"
    return lemma + (lemma[-1] if short and len(lemma) <= 4 else "") + "ing"
