"""A sentence in, where it has a place before the thing that is there out: "Behind her | is | a car"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.lexicon import Words
from nesy.language.nouns import NOUNS
from nesy.language.verbs import participle, present_base

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

FINITE = frozenset(["VBZ", "VBP", "VBD", "MD"])
POSTURES = frozenset(
    [
        "sit", "stand", "lie", "lay", "hang", "rest", "lean", "park", "grow", "run", "walk", "wait", "hover",
        "float", "perch", "crouch", "kneel", "sleep", "rise", "tower", "loom",
        "stretch", "lurk", "swim", "fly", "stroll", "flow", "come", "go",
    ]
)  # fmt: skip
JOINS = frozenset(["and", ",", ";"])
BE = frozenset(["is", "are", "was", "were"])
_SHORT_BE = frozenset([*BE, "'s", "’s", "'re", "’re"])
"""Also as "there's" has it."""
_SEEING = frozenset(["see", "notice", "spot", "find", "observe", "recognize", "recognise", "glimpse"])
_LOCATIVE = frozenset(
    [
        "in", "on", "at", "by", "behind", "beside", "besides", "under", "above", "below", "near", "over",
        "between", "among", "around", "inside", "outside", "against",
        "along", "across", "beyond", "underneath", "beneath", "atop", "within", "next", "close", "opposite",
        "upon", "amid", "amidst", "through",
    ]
)  # fmt: skip
_BEFORE_PLACE = frozenset(
    ["and", "right", "just", "directly", "also", "immediately", "close", "far", "standing", "sitting"]
)
_IN_PLACE = frozenset(["DT", "JJ", "NN", "NNS", "NNP", "NNPS", "PRP", "PRP$", "CD", "POS", "VBN", "RB", "JJS", "HYPH"])
_LINKING = frozenset(["of", "to", "from", "and", "side", "with"])


def inversion(sentence: Span, table: Words) -> tuple[int, int, int, str, int, int] | None:
    """Return where a sentence has its place, its verb and its thing: "Behind her | is | a car".

    Returns:
        Token indices: the first of the place and one past its last, the verb; how that is said; the first of the
        thing and one past its last.
    """
    doc = sentence.doc
    within = (
        one.i + 1
        for one in doc[sentence.start : sentence.end - 4]
        if one.lower_ in JOINS and doc[one.i + 1].lower_ in _LOCATIVE
    )  # "... and behind them you can see a fence": only by somebody who was named
    found = _from(sentence.start, sentence, table)
    later = (_from(i, sentence, table) for i in within)
    return found or next((one for one in later if one is not None and doc[one[1] - 1].tag_ == "PRP"), None)


def _from(first: int, sentence: Span, table: Words) -> tuple[int, int, int, str, int, int] | None:
    """Return the inversion that begins at a token, as `inversion`."""
    doc = sentence.doc
    while first < sentence.end - 3 and doc[first].lower_ in _BEFORE_PLACE and doc[first].lower_ not in _LOCATIVE:
        first += 1
    to_the = doc[first].lower_ == "to" and first + 1 < sentence.end and "the" in doc[first + 1].lower_
    if doc[first].lower_ not in _LOCATIVE and not to_the:
        return None
    verb = first + 1
    while verb < sentence.end and verb - first < 12 and not _opens(doc, verb, sentence.end):
        one = doc[verb]
        if not (one.tag_ in _IN_PLACE or one.lower_ in _LINKING or one.lower_ in _LOCATIVE or one.text == ","):
            return None
        verb += 1
    if verb >= sentence.end - 1 or verb - first < 2 or verb - first >= 12:
        return None
    place_end = verb - (doc[verb - 1].text == ",")
    inner = [doc[i] for i in range(first, place_end)]
    pronoun = any(one.tag_ == "PRP" for one in inner)
    if not any(one.pos_ in NOUNS or one.tag_ == "PRP" for one in inner) or any(one.text == "," for one in inner):
        return None
    lower = doc[verb].lower_
    said = lower
    thing = verb + 1
    if lower in ("you", "we", "one", "they", "i", "there", "can", "could", "may"):
        if lower == "there" and not pronoun and doc[thing].lower_ in BE:
            return None  # as captions have it
        while thing < sentence.end and doc[thing].lower_ in ("can", "could", "also", "may", "even", "clearly"):
            thing += 1
        if thing >= sentence.end - 1:
            return None
        if lower in ("can", "could", "may"):
            if doc[thing].lower_ != "be" or doc[thing + 1].lower_ not in ("seen", "found", "spotted"):
                return None
            thing += 2
        elif lower == "there":
            if doc[thing].lower_ not in _SHORT_BE:
                return None
            thing += 1
        elif doc[thing].lower_ in _SEEING:
            thing += 1
        else:
            return None
        said = ""
    elif lower not in BE:
        said = f"is {participle(present_base(doc[verb]))}"
    if thing >= sentence.end or not _is_phrase(doc[thing]):
        return None
    if all(one.lower_ in table.pictures or one.pos_ not in NOUNS for one in inner) and not pronoun:
        return None  # "in the image there is": no place
    end = _thing_end(doc, thing, sentence.end)
    if any(doc[i].lower_ in ("no", "nothing", "nobody", "none") for i in range(thing, min(thing + 2, end))):
        return None
    head = [doc[i] for i in range(thing, end)]
    several = (head[0].tag_ in ("NNS", "CD") and head[0].lower_ != "one") or any(
        one.tag_ == "NNS" and one.i - thing < 4 for one in head
    )
    if not said:
        said = "are" if several else "is"
    elif said.startswith("is ") and several and not lower.endswith("s"):
        said = f"are {said[3:]}"
    return first, place_end, verb, said, thing, end


def _opens(doc: Doc, i: int, end: int) -> bool:
    """Tell whether a token is the verb, or the "you can see", between a place and the thing that is there."""
    lower = doc[i].lower_
    if lower in BE:
        return True
    if lower in ("you", "we", "one", "they", "i", "there", "can", "could", "may"):
        return i + 2 < end and doc[i + 1].lower_ in (*_SHORT_BE, *_SEEING, "can", "could", "may", "be", "also")
    base = present_base(doc[i])
    return base in POSTURES and i + 1 < end and _is_phrase(doc[i + 1]) and doc[i - 1].tag_ != "DT"


def _is_clause(doc: Doc, start: int, end: int) -> bool:
    """Tell whether a place before its thing begins here: "... and behind it is a van"."""
    verb = next((i for i in range(start + 1, min(start + 5, end)) if _opens(doc, i, end)), None)
    return verb is not None and doc[verb - 1].tag_ == "PRP"


def _is_phrase(token: Token) -> bool:
    """Tell whether a noun phrase may begin here."""
    return token.tag_ in ("DT", "CD", "PDT", "JJ", "NNS", "NNP", "PRP$", "NN") or token.lower_ in (
        "several",
        "some",
        "many",
    )


def _thing_end(doc: Doc, thing: int, end: int) -> int:
    """Return one past the last token of a thing with all that is said of it: up to a new clause or the full stop."""
    for i in range(thing + 1, end):
        lower = doc[i].lower_
        if doc[i].is_space or lower in (".", ";", ":", "!", "?", "while", "but", '"', ")"):
            return i
        if (
            lower == ","
            and i + 1 < end
            and doc[i + 1].lower_ in ("while", "with", "which", "and", "but", "as", "who", "he", "she", "it", "they")
        ):
            return i
        if lower == "and" and i + 3 < end and doc[i + 1].lower_ in _LOCATIVE and _is_clause(doc, i + 1, end):
            return i
        if (
            lower == "and"
            and i + 2 < end
            and doc[i + 1].tag_ in ("DT", "PRP")
            and any(one.tag_ in FINITE for one in doc[i + 2 : min(i + 5, end)])
        ):
            return i
    return end
