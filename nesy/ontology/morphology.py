"""An English noun or verb phrase, as a term -> the base forms it may be a form of: rules and tables, no model.

The rules offer too many candidates rather than too few (`buses` -> `bus`, `buse`); who looks them up drops those that
are no words. The tables were written by hand for what is seen in pictures.
"""

from collections.abc import Iterator


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_IRREGULAR_NOUNS = {
    "men": "man",
    "women": "woman",
    "people": "person",
    "children": "child",
    "mice": "mouse",
    "geese": "goose",
    "teeth": "tooth",
    "feet": "foot",
    "oxen": "ox",
    "calves": "calf",
    "knives": "knife",
    "wives": "wife",
    "leaves": "leaf",
    "loaves": "loaf",
    "scarves": "scarf",
    "shelves": "shelf",
    "wolves": "wolf",
    "halves": "half",
    "hooves": "hoof",
    "thieves": "thief",
    "cacti": "cactus",
    "dice": "die",
    "buses": "bus",
    "busses": "bus",
    "skis": "ski",
}
_IRREGULAR_ENDINGS = {"men": "man", "women": "woman", "people": "person", "children": "child"}
"""Of closed compounds: `policemen`, `grandchildren`, `salespeople`."""

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

_PAST = {
    "ate": "eat",
    "bit": "bite",
    "blew": "blow",
    "broke": "break",
    "drank": "drink",
    "drew": "draw",
    "drove": "drive",
    "fell": "fall",
    "flew": "fly",
    "rode": "ride",
    "ran": "run",
    "swam": "swim",
    "spoke": "speak",
    "threw": "throw",
    "took": "take",
    "went": "go",
    "wore": "wear",
}
_PARTICIPLES = {
    "bitten": "bite",
    "blown": "blow",
    "bought": "buy",
    "broken": "break",
    "brought": "bring",
    "built": "build",
    "caught": "catch",
    "driven": "drive",
    "eaten": "eat",
    "fed": "feed",
    "flown": "fly",
    "found": "find",
    "held": "hold",
    "hung": "hang",
    "kept": "keep",
    "knelt": "kneel",
    "laid": "lay",
    "led": "lead",
    "leant": "lean",
    "lit": "light",
    "made": "make",
    "paid": "pay",
    "ridden": "ride",
    "sat": "sit",
    "slept": "sleep",
    "slid": "slide",
    "spun": "spin",
    "stood": "stand",
    "stuck": "stick",
    "swung": "swing",
    "taught": "teach",
    "taken": "take",
    "thrown": "throw",
    "worn": "wear",
}
_IRREGULAR_FORMS = {"lying": "lie", "tying": "tie", "dying": "die", "has": "have", "does": "do", "goes": "go"}
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
    found += ["_".join([*words[:-1], base]) for base in _singulars(words[-1])]
    return tuple(dict.fromkeys(base for base in found if base != phrase))


def _singulars(word: str) -> Iterator[str]:
    if word in _IRREGULAR_NOUNS:
        yield _IRREGULAR_NOUNS[word]
        return
    for ending, base in _IRREGULAR_ENDINGS.items():
        if word.endswith(ending) and len(word) > len(ending) + 2:
            yield word.removesuffix(ending) + base
    if len(word) < 3 or not word.endswith("s") or word.endswith("ss"):
        return
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("ves"):
        yield word[:-3] + "f"
        yield word[:-3] + "fe"
    if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        yield word[:-2]
    yield word[:-1]


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
    return word in _PARTICIPLES or word.endswith("ed")


def _base_forms(word: str, with_particle: bool, be: bool) -> Iterator[str]:
    if word in _IRREGULAR_FORMS:
        yield _IRREGULAR_FORMS[word]
    if word in _PAST and not be:
        yield _PAST[word]
    if word in _PARTICIPLES and with_particle:
        yield _PARTICIPLES[word]
    if len(word) > 4 and word.endswith("ing"):
        yield from _stems(word[:-3])
    if len(word) > 3 and word.endswith("ed") and with_particle:
        yield from _stems(word[:-2])
        if word.endswith("ied"):
            yield word[:-3] + "y"
    if len(word) > 2 and word.endswith("s") and not word.endswith("ss") and not be:
        if word.endswith("ies"):
            yield word[:-3] + "y"
        if word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
            yield word[:-2]
        yield word[:-1]


def _stems(stem: str) -> Iterator[str]:
    """Yield what `-ing` or `-ed` may have been added to: `hit` of hitt(ing), `ride` of rid(ing)."""
    yield stem
    if stem[-1] not in "aeo":
        yield stem + "e"
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in _VOWELS:
        yield stem[:-1]
