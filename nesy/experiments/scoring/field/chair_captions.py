"""Captions and the COCO classes that their images hold -> CHAIRi, CHAIRs and recall, as CHAIR's evaluation counts them.

The words of a caption are taken in their base form. Two words that follow each other are one where CHAIR lists them:
names of things (`hot dog`), young and grown animals and passenger vehicles (`baby bird` is a bird, and no person), a
bow tie, a toilet seat. A seat in a caption with a toilet is no chair. What is left counts, with repeats, for the class
that CHAIR's list puts it under, in any part of speech (an orange shirt is an orange).

There are two published ways to the base form: the first script makes every word singular, the one that descriptions of
vision-language models are measured by since looks for the lemma of the word as it is tagged, so that who is *seated*
names a chair. Here it is the second, with the lemmas of `nesy.language`. Their list spells `motor bike` with a blank
before it, so there it never counts; here it is a motorcycle.

Source: Rohrbach et al., Object Hallucination in Image Captioning, EMNLP 2018; `utils/chair.py` and `data/synonyms.txt`
of LisaAnne/Hallucination; `chair.py` of Maxlinn/CHAIR-metric-standalone (recall, `train track`) and
`CHAIR-eval/chair.py` of yuezih/less-is-more (lemmas). The truth of an image is there what its instances and the five
captions of people name.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import TYPE_CHECKING

from nesy.ontology.morphology import noun_bases

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_DOUBLE = (
    "motor bike, motor cycle, air plane, traffic light, street light, traffic signal, stop light, fire hydrant, "
    "stop sign, parking meter, suit case, sports ball, baseball bat, baseball glove, tennis racket, wine glass, "
    "hot dog, cell phone, mobile phone, teddy bear, hair drier, potted plant, laptop computer, home plate, train track"
)
_AGES = ("baby", "adult")
_ANIMALS = ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "animal", "cub")


@dataclass(frozen=True)
class Chair:
    """Counts over all captions, and shares of them in [0, 1]; None where there is nothing to share."""

    captions: int
    named: int
    true: int
    chair_i: float | None
    """Of what is named, what is not there."""
    chair_s: float | None
    """Of the captions, those with something that is not there."""
    recall: float | None
    """Of the true classes, those that are named."""


def chair(captions: Iterable[tuple[Sequence[str], frozenset[str]]]) -> Chair:
    """Return CHAIR of captions.

    >>> found = chair([(["cat", "cat", "dog"], frozenset({"cat", "bed"})), ([], frozenset({"cat"}))])
    >>> (found.named, found.true), found.chair_s, found.chair_i == found.recall == 1 / 3
    ((3, 3), 0.5, True)

    Args:
        captions: (the classes named, with repeats; the true ones) of each.
    """
    number = named = wrong = bad = there = found = 0
    for said, true in captions:
        absent = sum(one not in true for one in said)
        number, bad = number + 1, bad + bool(absent)
        named, wrong = named + len(said), wrong + absent
        there, found = there + len(true), found + len(true & set(said))
    return Chair(
        captions=number,
        named=named,
        true=there,
        chair_i=wrong / named if named else None,
        chair_s=bad / number if number else None,
        recall=found / there if there else None,
    )


@cache
def class_of() -> Mapping[str, str]:
    """Return CHAIR's list: a word, or two -> the class of COCO that it counts for; the classes are in it too."""
    read = json.loads((files(__package__) / "chair_words.json").read_text(encoding="utf-8"))
    return {word: name for name, words in read.items() for word in (name, *words)}


def classes_named(words: Iterable[str]) -> tuple[str, ...]:
    """Return the classes of COCO that words in their base form name, with repeats.

    >>> classes_named("a man feed two baby elephant beside a hot dog stand".split())
    ('person', 'elephant', 'hot dog')
    """
    left = list(words)
    found = []
    while left:
        pair = _pairs().get(" ".join(left[:2]))
        found.append(left[0] if pair is None else pair)
        del left[: 1 if pair is None else 2]
    if "toilet" in found:
        found = [word for word in found if word != "seat"]
    return tuple(class_of()[word] for word in found if word in class_of())


def base_words(doc: "Doc") -> list[str]:
    """Return the words of a text as CHAIR looks them up: as they stand, singular or by their lemma, whichever it has.

    Words with a hyphen are one, as in NLTK: the man of *man-made* is nobody.
    """
    words: list[str] = []
    joined = False
    for token in doc:
        if token.text == "-" or token.is_space:
            joined = token.text == "-" and not doc[max(0, token.i - 1)].whitespace_ and not token.whitespace_
            continue
        if joined and words:
            words[-1] += f"-{token.lower_}"
        elif token.i + 1 < len(doc) and doc[token.i + 1].text == "-" and not token.whitespace_:
            words.append(token.lower_)
        else:
            words.append(_base(token))
        joined = False
    return words


def _base(token: "Token") -> str:
    word = token.lower_
    return next((form for form in (word, *noun_bases(word), token.lemma_.lower()) if form in _parts()), word)


@cache
def _pairs() -> Mapping[str, str]:
    """Return two words -> the one that they count as."""
    return {
        **{pair: pair for pair in _DOUBLE.split(", ")},
        **{f"{age} {animal}": animal for age, animal in product(_AGES, _ANIMALS)},
        **{f"passenger {vehicle}": vehicle for vehicle in ("jet", "train")},
        "bow tie": "tie",
        "toilet seat": "toilet",
    }


@cache
def _parts() -> frozenset[str]:
    return frozenset(class_of()).union(*(pair.split() for pair in _pairs()))
