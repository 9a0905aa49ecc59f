"""A question about several pictures -> what it asks: in which it is so, how many there are in all, what differs."""

import re
from dataclasses import dataclass
from typing import Literal

from nesy.language.question_parser import read_question
from nesy.ontology import Ontology
from nesy.question import Question

AlbumKind = Literal["in_which", "how_many", "difference", "same", "other"]

_PICTURE = r"(?:picture|image|photo|photograph|drawing|frame)s?"
_DIFFERENCE = re.compile(
    r"\b(?:spot|find|name|list|tell|show)\b.*\bdifferences?\b"
    r"|^(?:what|which|how)\b.*\b(?:different|differences?|differs?|changed?|changes)\b",
    re.IGNORECASE,
)
_SAME = re.compile(r"^(?:what|who|which\b.*?)\s+(?:is|are)\s+(?:the same|in (?:all|both))\b", re.IGNORECASE)
_IN_WHICH = re.compile(rf"^(?:in|on)\s+(?:which|what)\s+{_PICTURE}\s+(?P<rest>.+)$", re.IGNORECASE)
_WHICH_SHOWS = re.compile(
    rf"^(?:which|what)\s+{_PICTURE}\s+(?:shows?|has|have|contains?|depicts?|includes?|holds?)\s+(?P<what>.+)$",
    re.IGNORECASE,
)
_SEEN = re.compile(r"^(?:can|could|do|does)\s+(?:you|one|we|i)\s+(?:see|find|spot)\s+(?P<what>.+)$", re.IGNORECASE)
_IN_ALL = re.compile(
    rf"[\s,]+(?:in\s+all(?:\s+(?:of\s+)?(?:the\s+|these\s+)?{_PICTURE})?|in\s+total|altogether|overall|together"
    rf"|(?:in|on|over|across)\s+(?:both|all|the|these|those)\s+(?:of\s+(?:the|these)\s+)?{_PICTURE})(?=\s*$)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"^how many\b", re.IGNORECASE)
_DISTINCT = re.compile(r"^(how many)\s+(?:different|distinct|separate|unique)\s+", re.IGNORECASE)


@dataclass(frozen=True)
class AlbumQuestion:
    """What is asked of several pictures.

    - `in_which`: in which of them `asked`, a question of yes and no, is answered yes
    - `how_many`: how many different things `asked` counts, over all of them
    - `difference`, `same`: what differs, what is in several
    - `other`: anything else; no list can answer it
    """

    kind: AlbumKind
    text: str
    asked: Question | None = None
    """What is asked of each picture."""


def read_album_question(text: str, ontology: Ontology, language: str = "en") -> AlbumQuestion:
    """Return what a question asks of several pictures.

    >>> read_album_question("In which picture is the dog?", Ontology.default()).asked.text
    'Is there the dog?'

    Raises:
        InputError: the text is empty or too long, or the language has no model.
    """
    whole = read_question(text, ontology, language)
    words = whole.text.rstrip(" ?!.")
    if found := _WHICH_SHOWS.match(words):
        return _in_which(whole.text, f"Is there {found['what']}?", ontology, language)
    if found := _IN_WHICH.match(words):
        return _in_which(whole.text, _of_one(found["rest"], ontology, language), ontology, language)
    if not _HOW_MANY.match(words):
        if _DIFFERENCE.search(words):
            return AlbumQuestion("difference", whole.text)
        if _SAME.search(words):
            return AlbumQuestion("same", whole.text)
    shorter = words
    while (cut := _IN_ALL.sub("", shorter)) != shorter:
        shorter = cut
    asked = read_question(_DISTINCT.sub(r"\1 ", shorter) + "?", ontology, language)
    counts = asked.kind == "how_many"
    return AlbumQuestion("how_many" if counts else "other", whole.text, asked if counts else None)


def _in_which(text: str, of_one: str, ontology: Ontology, language: str) -> AlbumQuestion:
    asked = read_question(of_one, ontology, language)
    fits = asked.kind == "yes_no" and not asked.written
    return AlbumQuestion("in_which", text, asked) if fits else AlbumQuestion("other", text)


def _of_one(rest: str, ontology: Ontology, language: str) -> str:
    """Return the question of yes and no about one picture: `is the dog` asks whether there is one."""
    if found := _SEEN.match(rest):
        return f"Is there {found['what']}?"
    if found := re.match(r"^(?P<verb>is|are)\s+(?!there\b)(?P<what>.+)$", rest, re.IGNORECASE):
        whole = read_question(f"{rest}?", ontology, language)
        if whole.kind == "yes_no" and not whole.predicate and not whole.attribute:
            return f"{found['verb'].capitalize()} there {found['what']}?"
    return f"{rest[:1].upper()}{rest[1:]}?"
