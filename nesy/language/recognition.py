"""A text in, the language out that it seems to be in where nesy cannot read it: by script, known words, function words.

A text in English is full of English words; one of another language has words of its own that hardly a sentence goes
without. Only where the second are more than the first, or where the letters are of another script, is a text told to be
foreign: names, loanwords and misspellings are not.
"""

from __future__ import annotations

import logging
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

from nesy.errors import InputError
from nesy.language.lexicon import words
from nesy.language.plain_text import SENTENCE_END, Plain
from nesy.language.scene_features import COLUMNS
from nesy.language.scene_parser import scene_parser
from nesy.language.text_layout import without
from nesy.settings import LANGUAGES

_log = logging.getLogger(__name__)
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_QUOTED = re.compile(r'"[^"\n]{1,80}"')
_NOUNS_UPPER = frozenset(["German"])
"""Languages that write every noun with a capital: in others a capital in the middle of a sentence is a name's."""
_SCRIPTS = {
    "CJK": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese", "HANGUL": "Korean", "CYRILLIC": "Russian",
    "ARABIC": "Arabic", "DEVANAGARI": "Hindi", "GREEK": "Greek", "HEBREW": "Hebrew", "THAI": "Thai",
    "BENGALI": "Bengali", "TAMIL": "Tamil", "TELUGU": "Telugu", "GEORGIAN": "Georgian", "ARMENIAN": "Armenian",
}  # fmt: skip
"""The first word of a letter's name in Unicode, and the language that is most written with it."""
_AT_ONCE = 4000
"""Characters that are looked at: a language shows in fewer."""
_EVIDENCE_WITHIN = 2
"""Of a sentence among others more is asked for: there names stand alone more often."""
_ALL = 0.8
"""A larger share in another language is all."""
_LEAST_UNKNOWN = 4
"""So many words that are no name, none of them English, are in no language that is read."""


def in_language(words_of: Plain, language: str = "en", *, told: bool = True) -> Plain:
    """Return the words of a text without its sentences in other languages.

    Args:
        words_of: all words of the text.
        language: the code of the language that is read.
        told: whether one line is logged of what is left out.

    Raises:
        InputError: hardly anything else is there; it says which language it seems to be.
    """
    text = words_of.text
    whole = foreign(text, language) if len(text) <= _AT_ONCE else None
    spans = [span for span in _sentences(words_of) if text[slice(*span)].strip()]
    if whole is not None and len(spans) < 2:
        raise InputError(_told("the text seems", whole))
    least = _EVIDENCE_WITHIN if whole is None else 1
    found = {span: name for span in spans if (name := foreign(text[slice(*span)], language, least))}
    if not found:
        return words_of
    names = Counter(found.values())
    most = names.most_common(1)[0][0]
    if sum(end - start for start, end in found) > _ALL * len(text):
        raise InputError(_told("the text seems", whole or most))
    many = f"{len(found)} of {len(spans)} sentences seem" if len(found) > 1 else f"1 of {len(spans)} sentences seems"
    if told:
        _log.warning("warning: %s; what they say is left out", _told(many, " or ".join(sorted(names))))
    ends = {end for span in found for end in span}
    return replace(
        words_of, text=without(text, found), breaks=tuple(sorted({*words_of.breaks, *ends} - {0, len(text)}))
    )


def _told(what: str, name: str) -> str:
    return f"{what} to be in {name}; nesy reads: {', '.join(LANGUAGES)}"


def _sentences(words_of: Plain) -> Iterator[tuple[int, int]]:
    for start, end in pairwise((0, *words_of.breaks, len(words_of.text))):
        at = start
        for found in SENTENCE_END.finditer(words_of.text, start, end):
            yield at, found.end()
            at = found.end()
        if at < end:
            yield at, end


def foreign(text: str, language: str = "en", least: int = 1) -> str | None:
    """Return the name of the language that a text seems to be in, None where it is in the one that is read.

    >>> foreign("Ein Mann reitet auf einem Pferd."), foreign("A man eats tagliatelle al ragù.")
    ('German', None)

    Args:
        text: plain words.
        language: the code of the one that is read.
        least: so many more words of the other language than of this one are evidence.

    Returns:
        A name in English; "another language" where the text shows only what it is not.
    """
    letters = [one for one in text[:_AT_ONCE] if one.isalpha()]
    script = _script(letters)
    if script is not None:
        return script
    said = [found.group() for found in _WORD.finditer(_QUOTED.sub(" ", text[:_AT_ONCE]))]
    lower = [word.lower() for word in said]
    known = _known(language)
    own = [word for word in lower if known(word)]
    if len(own) == len(lower):
        return None
    shouted = all(word.isupper() for word in said)
    named = {
        word.lower() for word, after in pairwise(said) if after[0].isupper() and not shouted
    }  # "La Paz", "El Greco"
    unknown = [word for word in lower if not known(word)]
    best: list[str] = []
    most = least
    for name, listed in _others().items():
        evidence = sum(word in listed and (name in _NOUNS_UPPER or word not in named) for word in unknown)
        evidence -= sum(word not in listed for word in own)
        if evidence >= most:
            best = [*best, name] if evidence == most else [name]
            most = evidence
    if best:
        return " or ".join(best[:2]) if len(best) < 3 else "another language"
    names = all(word[0].isupper() for word in said)
    return "another language" if not own and len(lower) >= _LEAST_UNKNOWN and not names else None


def _script(letters: Sequence[str]) -> str | None:
    """Return the language of letters that are mostly of another script than the Latin."""
    other = [one for one in letters if not one.isascii()]
    if 2 * len(other) <= len(letters):
        return None
    found = Counter(unicodedata.name(one, "").partition(" ")[0] for one in other)
    latin = found.pop("LATIN", 0)
    if 2 * found.total() <= len(letters) - latin:
        return None
    if found["HIRAGANA"] + found["KATAKANA"]:
        return "Japanese"
    return _SCRIPTS.get(found.most_common(1)[0][0], "another language")


@cache
def _known(language: str) -> Callable[[str], bool]:
    """Return what tells whether a word is one that captions of the language are made of."""
    from spacy.strings import get_string_id

    table = words(language)
    closed = table.function_words | table.clause_words
    learned = frozenset(scene_parser(language).known[COLUMNS.index("NORM")].tolist())
    return lambda word: word in closed or get_string_id(word) in learned


@cache
def _others() -> dict[str, frozenset[str]]:
    read = tomllib.loads((Path(__file__).parent / "other_languages.toml").read_text(encoding="utf-8"))
    return {name: frozenset(listed.split()) for name, listed in read["words"].items()}
