"""The ending of a verb in, its base form out, where a learned lemmatizer left half a word."""

from __future__ import annotations

import re

_VERB = re.compile(r"(?P<stem>[a-z]{2,})(?:ing|ed)")
_DOUBLED = re.compile(r"[a-z]*[aeiou](bb|dd|gg|kk|mm|nn|pp|rr|tt|vv)")
# What an English verb ends in only when an "e" follows: "dance", "carve", "pose", "house", "dazzle", "illuminate".
_SILENT = re.compile(
    r"[a-z]*(?:c|v|z|[aeo][iu]s|[aeio]s|rs|ns|ps|[^aeiou]u|[bcdfgkptsz]l|dg|[a-z]{2}[aeiou][^aeiou]+at|[a-z]{3}iat)"
)
_REAL = frozenset({"add", "egg", "err", "purr", "putt", "butt", "bias", "gas", "canvas", "waltz", "quiz", "blitz"})


def repaired(word: str, lemma: str) -> str:
    """Return the base form of a verb that ends in "ing" or "ed".

    Only a lemma that is the bare stem, and that English spelling forbids as a word of its own, is changed.

    >>> repaired("stunning", "stunn"), repaired("poised", "pois"), repaired("illuminated", "illuminat")
    ('stun', 'poise', 'illuminate')
    >>> repaired("walking", "walk"), repaired("adding", "add"), repaired("passing", "pass")
    ('walk', 'add', 'pass')
    """
    found = _VERB.fullmatch(word)
    if found is None or found["stem"] != lemma or lemma in _REAL:
        return lemma
    if _DOUBLED.fullmatch(lemma):
        return lemma[:-1]
    return lemma + "e" if _SILENT.fullmatch(lemma) else lemma
