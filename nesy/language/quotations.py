"""A text's words in, the same without what is quoted from a sign out, and what the sign says.

Words on a sign are no words of the sentence: "No parking" parks nothing. They are taken out before the sentence is
read, and given to the thing that bears them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from nesy.language.plain_text import Plain, Quotation
from nesy.language.rewording import Piece, edited, joined

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_QUOTED = r"""(?:"(?P<words>[^"\n]{1,120})"|(?<!\w)'(?P<single>[^'\n]{1,60})'(?!\w))"""
_MORE = r"""(?P<more>(?:,?\s(?:(?:and|or)\s)?"[^"\n]{1,120}"){0,5})"""
_PRINTED = r"(?:\s(?:written|printed|painted|embroidered)(?:\s(?:on|across)\s(?:it|them)\b)?)?"
_CAPITALS = r"(?P<words>[A-Z0-9][A-Z0-9&!-]+(?:\s[A-Z0-9][A-Z0-9&!'-]*)*)\b(?!')"
_WORDS = r"(?:words?|text|letters?|lettering|phrase|message|inscription|title|name|logo|slogan|label|number)"
_THE_WORDS = rf"(?:(?:the|a|an|its|some)\s)?(?:\w+\s)?{_WORDS}"
_SPEAKS = r"(?:says?|reads?|reading|saying|said|states?|stating|spells?|spelling)(?:\sout)?"
_TIME = r"(?P<words>\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\b\.?)?)(?![\d:])"
_TITLE = (
    r"(?P<words>[A-Z][\w'-]*(?:\s(?:(?:to|of|the|in|and|for|at|&)\s)?[A-Z0-9][\w'-]*)*!?)"
    r"(?=\s*(?:[.,;!?\n)]|$)|\s(?:and|on|in|at|is|hangs|stands|sits|lies|next|near|behind)\b)"
)
_BARE = (
    r"(?P<words>\d{1,6}|[A-Z0-9][\w'&!-]*(?:\s(?:(?:to|of|the|in|and|for|at|&)\s)?[A-Z0-9][\w'&!-]*)*)"
    r"(?=\s*(?:[.,;!?\n)]|$)|\s(?:on|across|in|at|and|or|is|are|was|were|can|appears?|written|printed|painted|that|who|"
    r"which|while|as|above|below|near|next|has|holds|stands|sits|rides|runs|walks|plays|jumps|swings|[a-z]+ing)\b)"
)
"""Words that are named as words and stand without quotation marks: `the word STOP`, `the number 23`."""
_ON_IT = (
    r"(?:\s(?:written|printed|painted|embroidered))?"
    r"(?:\s(?:on|across)\s(?:it|them|(?:the|its|his|her|their)\s(?:front|back|side|top|chest))\b)?"
)
_BEARS = r"(?:has|have|having|with|wears?|wearing|bears?|bearing|displays?|displaying|shows?|showing)"
_MARKED = (
    r"(?:advertis(?:es|e|ing)|displays?|displaying|shows?|showing|bears?|bearing|label+ed|marked|titled|entitled|"
    r"inscribed|with)"
)
_NAMED = r"(?:named|called)"
_THAT = r"\s(?:and\s|,\s)?(?:(?:that|which)\s)?(?:(?:is|are)\s)?"
_SIGNS = (
    "sign",
    "signs",
    "banner",
    "board",
    "billboard",
    "poster",
    "placard",
    "label",
    "plate",
    "shirt",
    "bus",
    "jersey",
)


def _after(*nouns: str) -> str:
    return "(?:" + "|".join(rf"(?<=\b{noun})" for noun in nouns) + ")"


_BORNE = (
    re.compile(
        rf"{_THAT}(?:{_SPEAKS}|{_MARKED}|(?P<named>{_NAMED}))(?:\s(?:with\s)?{_THE_WORDS}(?:\s{_SPEAKS})?)?[,:]?"
        rf"\s{_QUOTED}{_MORE}{_PRINTED}"
    ),
    re.compile(rf"{_THAT}{_SPEAKS}[,:]?\s{_CAPITALS}"),
    re.compile(rf"{_THAT}{_BEARS}\s{_THE_WORDS}\s{_BARE}{_ON_IT}"),
    re.compile(rf"{_THAT}{_BEARS}\s{_BARE}\s(?:written|printed|painted|embroidered)\s(?:on|across)\s(?:it|them)\b"),
    re.compile(rf"{_after('clock', 'clocks', 'watch', 'timer', 'display')}{_THAT}(?:{_SPEAKS}|{_MARKED})\s{_TIME}"),
    re.compile(rf"{_after(*_SIGNS)}{_THAT}{_SPEAKS}\s{_TITLE}"),
)
"""What follows a thing that bears words: `that says "STOP"`, `with the words "Main Street"`, `reading EXIT`."""
_SAID = re.compile(rf"\b(?P<noun>{_THE_WORDS})(?:\s{_SPEAKS})?[,:]?\s{_QUOTED}", re.IGNORECASE)
"""`the word "OPEN"` is written on a door."""
_NAMED_BARE = re.compile(rf"\b(?:[Tt]he|[Aa]n?|[Ii]ts|[Ss]ome)\s(?P<noun>{_WORDS})\s{_BARE}")
"""`the word STOP` is written on a sign."""
_WRITTEN_BARE = re.compile(rf"\b{_CAPITALS}(?=\s(?:is|are)\s(?:written|printed|painted|displayed)\b)")
"""`STOP` is written on a sign."""
_WRITTEN = re.compile(rf"{_QUOTED}(?=\s(?:is|are)\s(?:written|printed|painted|displayed|visible|seen|shown|on)\b)")
_BEFORE = re.compile(
    rf"\b(?:an?|the|this|that|his|her|their|its|one|two|three|[a-z]+)\s{_QUOTED}\s(?=(?P<noun>[a-z][a-z-]*))",
    re.IGNORECASE,
)
_NO_NOUN = frozenset(
    [
        "is", "are", "was", "were", "on", "in", "at", "and", "or", "of", "to", "with", "from", "for", "by", "next",
        "near", "above", "below", "under", "behind", "beside", "over", "into", "as",
        "while", "who", "which", "that", "has", "have", "can",
    ]
)  # fmt: skip
_BEARERS = frozenset(
    [
        "sign", "signs", "signboard", "banner", "board", "billboard", "poster", "label", "shirt", "t-shirt",
        "tshirt", "jersey", "plate", "placard", "sticker",
        "marquee", "screen", "text", "word", "words", "letter", "letters", "lettering", "logo", "cap", "flag",
        "plaque", "notice", "chalkboard", "blackboard",
        "whiteboard", "book", "cover", "sweater", "hoodie", "advertisement", "ad", "storefront",
    ]
)  # fmt: skip


def without_quotations(words: Plain) -> Plain:
    """Return the words of a text without those that something in it bears: `a sign that says "STOP"` is a sign."""
    if '"' not in words.text and "'" not in words.text and not re.search(r"[A-Z0-9]{2}|[a-z] [A-Z]|\d", words.text):
        return words
    edits: list[Piece] = []
    quoted: list[Quotation] = []
    for edit, end, said in _found(words.text):
        edits.append(edit)
        quoted.append(Quotation(words.places[max(end - 1, 0)] + 1, said))
    if not edits:
        return words
    made = joined(edited(words.text, edits))
    words = words.put(made.text, made.places, partial(bisect_left, made.places))
    return replace(words, quoted=tuple(sorted(quoted, key=lambda one: one.place)))


def _found(text: str) -> Iterator[tuple[Piece, int, str]]:
    """Yield what is quoted, in order: its edit, where the name of the thing that bears it ends, what to say of it."""
    found: list[tuple[Piece, int, str]] = []
    for pattern in _BORNE:
        for one in pattern.finditer(text):
            verb = "named" if "named" in pattern.groupindex and one["named"] else "says"
            found.append((Piece("", one.start(), one.end()), one.start(), _says(one, verb)))
    for one in _SAID.finditer(text):
        noun = one["noun"]
        found.append((Piece(noun, one.start(), one.end()), one.end(), _says(one)))
    for one in _NAMED_BARE.finditer(text):
        noun = "text" if one["noun"].startswith("number") else one["noun"]  # a number would count something
        found.append((Piece(f"the {noun}", one.start(), one.end()), one.end(), _says(one)))
    for pattern in (_WRITTEN, _WRITTEN_BARE):
        found += [(Piece("text", one.start(), one.end()), one.end(), _says(one)) for one in pattern.finditer(text)]
    for one in _BEFORE.finditer(text):
        if one["noun"] not in _NO_NOUN:
            quote = one.start("words") if one["words"] else one.start("single")
            found.append((Piece("", quote - 1, one.end()), one.end("noun"), _says(one)))
    at = 0
    for piece, end, said in sorted(found, key=lambda item: (item[0].start, -item[0].end)):
        if piece.start >= at:
            at = piece.end
            yield piece, end, said


def _says(found: re.Match[str], verb: str = "says") -> str:
    words = found["words"] or found["single"] if "single" in found.re.groupindex else found["words"]
    more = found["more"] if "more" in found.re.groupindex else ""
    return f'{verb} "{" ".join(words.split())}"{" ".join(more.split(" "))}'


def bearers(doc: Doc, words: Plain, named: Collection[int]) -> Iterator[tuple[Token, str]]:
    """Yield for each quotation the token of what bears it, and what it says.

    Args:
        doc: read from `words`.
        words: with what they quote.
        named: the tokens of the names of things.
    """
    if not words.quoted:
        return
    ends = {words.span(token.idx, token.idx + len(token))[1]: token for token in doc if not token.is_space}
    for one in words.quoted:
        token = ends.get(one.place)
        if token is None:
            continue
        line = [near for near in (token, *token.ancestors) if near.i in named]
        if not line:
            line = [near for near in doc[token.sent.start : token.i + 1] if near.i in named][-1:]
        if line:
            yield next((near for near in line if near.lower_ in _BEARERS), line[0]), one.said
