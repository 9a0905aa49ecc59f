"""An English noun or verb phrase, as a term -> the base forms it may be a form of, the likeliest last.

Forms that spelling does not tell are read from `ontologies/word_forms.tsv`, which `python -m lab.ontology` writes. For
all others there is a small rule, for no table knows every word that a picture may be described with. The rule offers
too many candidates rather than too few (`vaping` -> `vap`, `vape`); who looks them up drops those that are no words.
On UD_English-EWT (dev, test) the last candidate is the lemma for 97 % of the plural nouns and 99 % of the verb forms.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from nesy import assets


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DETERMINERS = _set("a an the some this that these those his her its their my our your another")
_BE = _set("be is are am was were been being")
_MEASURES = _set(
    "bit bunch couple crowd dozen flock group herd kind lot number pack pair piece pile row set slice stack team "
    "type variety"
)
"""`a pair of skis` is skis; but a `glass of wine` is a glass, and a `bowl of fruit` a bowl."""

_AFTER_NOUN = _set(
    "of in on with at for from under near by behind beside next over above below against inside outside to that "
    "which who wearing holding sitting standing riding walking running lying carrying eating playing looking"
)
"""What may follow the noun that names the thing: `man in a suit`, `woman holding an umbrella`."""

_TWO_THINGS = _set("and or & / , + versus")
_MOST_WORDS = 8
"""Longer phrases are sentences; they have no head noun to find."""

_VOWELS = frozenset("aeiou")


def noun_bases(phrase: str) -> tuple[str, ...]:
    """Return what `phrase` may be a form of: without its article, its last word in the singular; never itself.

    >>> noun_bases("the_knives")
    ('knives', 'knife')
    >>> noun_bases("glass")
    ()
    """
    words = phrase.split("_")
    found = []
    if len(words) > 1 and words[0] in _DETERMINERS:
        words = words[1:]
        found.append("_".join(words))
    singulars = _table().nouns.get(words[-1]) or regular_singulars(words[-1])
    found += ["_".join([*words[:-1], base]) for base in singulars]
    return tuple(dict.fromkeys(base for base in found if base != phrase))


def regular_singulars(word: str) -> tuple[str, ...]:
    """Return what a word may be the regular plural of, the likeliest last.

    >>> regular_singulars("ponies"), regular_singulars("boxes"), regular_singulars("glass")
    (('ponie', 'pony'), ('boxe', 'box'), ())
    """
    if len(word) < 3 or not word.endswith("s") or word.endswith("ss"):
        return ()
    if word.endswith("ies"):
        return word[:-1], word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-1], word[:-2]
    if word.endswith("ves"):
        return word[:-3] + "f", word[:-3] + "fe", word[:-1]
    if word.endswith(("ses", "zes", "oes")):
        return word[:-2], word[:-1]
    return (word[:-1],)


def head_nouns(phrase: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield (words left out before it, shorter phrase), the longest first; nothing where two things are named.

    >>> list(head_nouns("red_police_car"))
    [(('red',), 'police_car'), (('red', 'police'), 'car')]
    >>> list(head_nouns("slice_of_pizza"))
    [((), 'pizza')]
    """
    words = phrase.split("_")
    if not 1 < len(words) <= _MOST_WORDS or _TWO_THINGS & set(words) or "," in phrase or "/" in phrase:
        return
    whole = len(words)
    end = next((i for i, word in enumerate(words) if i and word in _AFTER_NOUN), whole)
    if end < whole and words[end] == "of" and any(base in _MEASURES for base in (words[end - 1], words[end - 1][:-1])):
        words = words[end + 1 :]
        if words and words[0] in _DETERMINERS:
            words = words[1:]
        end = next((i for i, word in enumerate(words) if i and word in _AFTER_NOUN), len(words))
    words = words[:end]
    if not words:
        return
    if len(words) < whole:
        yield (), "_".join(words)
    for start in range(1, len(words)):
        yield tuple(words[:start]), "_".join(words[start:])


def verb_bases(phrase: str) -> tuple[str, ...]:
    """Return what `phrase` may be a form of: without `is` and articles, its first word in the base form; never itself.

    A form that may be passive is left alone unless a preposition other than `by` follows: `held` may say who holds or
    what is held, `parked on` can only be read one way.

    >>> verb_bases("is_riding_a")
    ('riding', 'rid', 'ride')
    >>> verb_bases("held_by")
    ()
    """
    words = phrase.split("_")
    be = bool(words) and words[0] in _BE
    while len(words) > 1 and words[0] in _BE:
        words = words[1:]
    while len(words) > 1 and words[-1] in _DETERMINERS:
        words = words[:-1]
    first, rest = words[0], words[1:]
    if ("by" in rest[:1] and _may_be_passive(first)) or first in ("not", "no"):
        return ()
    shorter = ["_".join(words)] if not (be and _may_be_passive(first) and not rest) else []
    bases = ["_".join([base, *rest]) for base in _base_forms(first, bool(rest), be)]
    return tuple(dict.fromkeys(base for base in [*shorter, *bases] if base != phrase))


def _may_be_passive(word: str) -> bool:
    return word in _table().participles or word.endswith("ed")


def _base_forms(word: str, with_particle: bool, be: bool) -> tuple[str, ...]:
    if _may_be_passive(word):
        if not with_particle:
            return ()
    elif be and not word.endswith("ing"):
        return ()
    return _table().verbs.get(word) or regular_verb_bases(word)


def participle_base(word: str) -> str:
    """Return the base form of a verb's form in -ed or -ing; "" for other words.

    >>> [participle_base(word) for word in ("dotted", "dressed", "nestled", "paired", "scattered", "carved", "adding")]
    ['dot', 'dress', 'nestle', 'pair', 'scatter', 'carve', 'add']
    """
    if not word.endswith(("ed", "ing")):
        return ""
    return next(reversed(_table().verbs.get(word) or regular_verb_bases(word)), "")


def regular_verb_bases(word: str) -> tuple[str, ...]:
    """Return what a word may be the regular form of, the likeliest last.

    >>> regular_verb_bases("dotted"), regular_verb_bases("vaping"), regular_verb_bases("bring")
    (('dott', 'dotte', 'dot'), ('vap', 'vape'), ())
    """
    for ending in ("ing", "ed"):
        stem = word.removesuffix(ending)
        if stem != word:
            whole = len(stem) > 1 and any(letter in "aeiouy" for letter in stem) and not word.endswith("eed")
            return _stems(stem) if whole else ()  # `bring` and `feed` are no forms
    return regular_singulars(word)  # `carries`, `reaches`


def _stems(stem: str) -> tuple[str, ...]:
    """Return what `-ing` or `-ed` may have been added to: `hit` of hitt(ing), `ride` of rid(ing)."""
    if stem.endswith("i"):
        return stem, stem[:-1] + "y"
    last, before = stem[-1], stem[-2]
    if last == before and last not in _VOWELS:
        return (stem, stem + "e", stem[:-1]) if last not in "lsfz" else (stem[:-1], stem + "e", stem)
    if last in "aeo":
        return (stem,)
    return (stem, stem + "e") if _ends_in_silent_e(stem) else (stem + "e", stem)


def _ends_in_silent_e(stem: str) -> bool:
    """Tell whether an "e" is likely to have been dropped: bak(ing), carv(ing), nestl(ed); not pair(ing)."""
    last, before = stem[-1], stem[-2]
    if last in "cvzu" or (last == "s" and before not in "su") or (last == "l" and before not in "aeiourlw"):
        return True
    if last == "g" and before in "aeidnr" and stem[-3:] not in ("ing", "ang", "ong"):
        return True
    alone = before in _VOWELS and stem[-3:-2] not in _VOWELS  # one vowel, then one consonant
    unstressed = len(stem) > 4 and stem.endswith(("er", "en", "on", "or", "it", "et", "el", "op", "om", "in"))
    return alone and last not in "wxy" and not unstressed


@dataclass(frozen=True)
class _Forms:
    """The forms that spelling does not tell -> their base forms."""

    nouns: Mapping[str, tuple[str, ...]]
    verbs: Mapping[str, tuple[str, ...]]
    participles: frozenset[str]
    """Those of `verbs` that may be passive."""


@cache
def _table() -> _Forms:
    nouns: dict[str, tuple[str, ...]] = {}
    verbs: dict[str, tuple[str, ...]] = {}
    participles: set[str] = set()
    for line in (assets.ontologies() / "word_forms.tsv").read_text(encoding="utf-8").splitlines():
        form, kind, *bases = line.split("\t")
        (nouns if kind == "noun" else verbs)[form] = tuple(bases)
        if kind == "participle":
            participles.add(form)
    return _Forms(nouns, verbs, frozenset(participles))
