"""A text's words in, the same with what they leave out written out: "left of", "; behind it, a barn", "not X but Y".

The parsers learned from captions, which say "to the left of" and "behind it is a barn"; they take "left" for a form of
"leave", and what is asserted after "but" for a part of what is denied. The words alone tell these forms.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import partial

from nesy.language.plain_text import Plain
from nesy.language.rewording import Piece, edited, joined

_ONE = r"(?:a|an|one|another)\s(?:[\w-]+\s){0,2}(?:[\w-]*[^\Ws]|[\w-]*(?:ss|us))\b"
_SOME = (
    r"(?:two|three|four|five|six|some|several|many)\s(?:[\w-]+\s){0,2}"
    r"(?:[\w-]*[^\Ws]s|people|men|women|children|sheep|geese|fish|deer)\b"
)
"""A new thing or some, and no "a dog sleeps", "two dogs sleep"."""
_IN_IT = r"(?:\s(?:with|in|of|on|near|from|at)\s(?:an?|the|his|her|its|their)\s(?:[\w-]+\s)?[\w-]*[^\Ws])*"
_NO_VERB = r"(?![^.;,]*\b(?:is|are|was|were|does|do|did|has|have|can)\b)"
_SIDE = re.compile(
    r"(?P<before>\b[\w']+\s)?\b(?<!-)(?P<side>left|right) of(?=\s(?:an?|the|his|her|its|their|our|my|your|this|that|"
    r"these|those|one|two|three|four|five|another|both|it|him|them|some|several|each)\b)",
    re.IGNORECASE,
)
_NO_SIDE = frozenset(
    [
        "the", "a", "an", "to", "on", "at", "in", "his", "her", "its", "their", "your", "my", "upper", "lower", "top",
        "bottom", "front", "back", "middle", "center", "centre", "rear", "far", "extreme", "hand", "left", "right",
        "and", "or", "little", "nothing", "much", "all", "anything", "none", "enough", "what", "bit", "lot", "has",
        "have", "had", "some", "no", "any", "that's", "what's",
    ]
)  # fmt: skip
"""Words before a "left of" that needs no "to the", or is what is left of something."""
_WHATEVER = re.compile(
    r"\b(?:what(?:ever)?|all|nothing|little|much|none|lot) (?:that )?(?:is|are|was|were)\s$", re.IGNORECASE
)
_AFAR = re.compile(r"\b(?:is|are|was|were|sits?|stands?|lies?) far\s$", re.IGNORECASE)
_ASIDE = re.compile(
    r"(?:^|(?<=[.!?;]\s))(?:the|an?|his|her|two|three)\s(?:[\w-]+\s){0,2}[\w-]+(?P<first>,)\s"
    r"(?:to the (?:left|right) of|beside|behind|next to|near|under|in front of)\s(?:the|an?|his|her)\s"
    r"(?:[\w-]+\s)?[\w-]+(?P<second>,)(?=\s(?:is|are|[a-z]+[^\Ws]s)(?:[.!;]|\s(?:an?|the|in|on|at|with|his|her)\b))",
    re.IGNORECASE,
)
"""`The cat, beside the dog, sleeps.`: its commas hide the verb."""
_PLACE = (
    r"(?:(?:on|to|at|in) the (?:far )?(?:left|right|middle|center|centre)(?: side)?"
    r"|(?:behind|beside|above|below|under|near|over|inside|on|in|next to|in front of|on top of|to the left of|"
    r"to the right of|left of|right of) (?:it|them|him|her|that)\b)"
)
_WITHOUT_VERB = re.compile(
    rf"(?P<joint>;\s(?:and\s)?|,\sand\s|\sand\s|,\s)(?P<place>{_PLACE}),?\s"
    rf"(?=(?:(?P<one>{_ONE})|{_SOME}){_IN_IT}(?:\s*(?:[.;!]|$)))",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"\snot(?P<verb>\s[a-z]+ing|\s(?:hold|wear|carry|ride|eat|drink|have|read|push|pull|drive|use|play|watch|see))?"
    r"\s(?:an?|any)\s(?:(?!is\b|are\b|and\b|but\b)[\w-]+\s){1,3}but(?:\srather|\sinstead)?"
    rf"(?=\s(?:{_ONE}|{_SOME}|the\s[\w-]+){_IN_IT}{_NO_VERB}"
    r"(?:\s*(?:[.;,!]|$)|\s(?:in|on|with|at|near|and|behind|next)\b))",
    re.IGNORECASE,
)


_HANDS = re.compile(
    r"(?<!\bto )(?<!\bcan )(?<!\bnot )(?<!\bn't )(?<!\bwill )(?<!\band )(?<!\bmight )(?<!\bmay )(?<=\w )"
    r"hold hands\b(?P<each>(?! (?:of|with|on|up|over|in))\b)?",
    re.IGNORECASE,
)
_HANDS_BEING_HELD = re.compile(r"(?<=\bare )holding hands\b(?! (?:of|with|on|up|over|in))", re.IGNORECASE)


def written_out(words: Plain) -> Plain:
    """Return the words of a text with what short forms leave out."""
    for edits_of in (_not_but, _places_without_verb, _sides, _asides, _hands):
        edits = list(edits_of(words.text))
        if edits:
            made = joined(edited(words.text, edits))
            words = words.put(made.text, made.places, partial(bisect_left, made.places))
    return words


def _sides(text: str) -> Iterator[Piece]:
    """Yield "to the left of" for "left of"."""
    for found in _SIDE.finditer(text):
        start = found.start("side")
        before = (found["before"] or "").strip().lower()
        joins = before in ("and", "or") and not re.search(r"\b(?:left|right) \w+\s$", text[max(start - 12, 0) : start])
        afar = before == "far" and _AFAR.search(text, max(start - 12, 0), start)
        left_over = _WHATEVER.search(text, max(start - 30, 0), start)
        if not left_over and (before not in _NO_SIDE or joins or afar):
            said = f"to the {found['side'].lower()} of"
            yield Piece(said if found["side"].islower() else said.capitalize(), start, found.end())


def _asides(text: str) -> Iterator[Piece]:
    """Yield the commas around a place, without them."""
    for found in _ASIDE.finditer(text):
        yield from (Piece("", *found.span(name)) for name in ("first", "second"))


def _places_without_verb(text: str) -> Iterator[Piece]:
    """Yield ". Behind it is" for "; behind it,"."""
    for found in _WITHOUT_VERB.finditer(text):
        verb = "is" if found["one"] else "are"
        yield Piece(". ", *found.span("joint"))
        place = found["place"]
        yield Piece(place[0].upper() + place[1:], *found.span("place"))
        yield Piece(f" {verb} ", found.end("place"), found.end())


def _not_but(text: str) -> Iterator[Piece]:
    """Yield nothing for the "not" and the "an umbrella but" of "not holding an umbrella but"."""
    for found in _NOT_BUT.finditer(text):
        verb = found.span("verb") if found["verb"] else (found.end(), found.end())
        yield from (
            Piece("", *span) for span in ((found.start(), verb[0]), (verb[1], found.end())) if span[0] < span[1]
        )


def _hands(text: str) -> Iterator[Piece]:
    """Yield "are holding hands with each other" for "hold hands"."""
    found = sorted([*_HANDS.finditer(text), *_HANDS_BEING_HELD.finditer(text)], key=re.Match.start)
    for one in found:
        doing = "are holding" if one.re is _HANDS else "holding"
        whom = "" if one.re is _HANDS and one["each"] is None else " with each other"
        yield Piece(f"{doing} hands{whom}", *one.span())
