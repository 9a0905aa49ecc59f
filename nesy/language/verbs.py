"""A verb in its sentence in, the form out that a scene has it in: base form with its particle, or participle."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from nesy.ontology import Ontology
from nesy.ontology.morphology import participle_base, verb_bases

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_KNOWN = "nesy.ontology"
"""Where an annotated document holds the ontology whose words it is read by."""


def knowing(doc: Doc, ontology: Ontology) -> None:
    """Have the words of a document read as those of this ontology, in place of the shipped one."""
    doc.user_data[_KNOWN] = ontology


def ontology_of(doc: Doc) -> Ontology:
    """Return the ontology whose words a document is read by."""
    found = doc.user_data.get(_KNOWN)
    return found if isinstance(found, Ontology) else Ontology.default()


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
    ontology = ontology_of(verb.doc)
    both = {base, first} <= _first_words(ontology.verbs)
    if base == first or not both or ontology.canonical("predicate", base) == ontology.canonical("predicate", first):
        return predicate
    return f"{base} {rest}".rstrip()


def _lemma(verb: Token) -> str:
    """Return the base form of a verb: one that the ontology knows before what the model makes of an unknown word."""
    if verb.lower_ in ("lying", "lies", "lie", "laying"):
        return "lay"  # as FACTUAL has it; the ontology knows the two are one
    return _known_base(verb.lower_, ontology_of(verb.doc)) or participle_base(verb.lower_) or verb.lemma_.lower()


@lru_cache(maxsize=8192)
def _known_base(word: str, ontology: Ontology) -> str:
    verbs = ontology.verbs
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


def present_base(verb: Token) -> str:
    """Return the base form of a verb in the simple present, by spelling where the ontology does not know it."""
    return _present_base(verb.lower_, ontology_of(verb.doc))


@lru_cache(maxsize=8192)
def _present_base(word: str, ontology: Ontology) -> str:
    """Return the base form of a verb in the simple present.

    >>> [_present_base(one, Ontology.default()) for one in ("sleeps", "watches", "flies", "rides")]
    ['sleep', 'watch', 'fly', 'ride']
    """
    if word in ("lies", "lie"):
        return "lie"
    known = _known_base(word, ontology)
    if known or not word.endswith("s") or word.endswith("ss"):
        return known or word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]


def is_progressive(verb: Token) -> bool:
    """Tell whether a verb is that of a clause of its own: "is drinking"."""
    return verb.tag_ == "VBG" and any(child.lower_ in ("is", "are", "was", "were") for child in verb.children)


def is_known_verb(verb: Token) -> bool:
    """Tell whether a word is a form of a verb of the ontology."""
    return bool(_known_base(verb.lower_, ontology_of(verb.doc)))


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
    short = short and sum(letter in "aeiou" for letter in lemma) == 1  # "stopping", but "opening"
    return lemma + (lemma[-1] if short and len(lemma) <= 4 else "") + "ing"
