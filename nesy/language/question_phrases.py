"""The words of a question -> the things and deeds that its pieces name; taggers are often wrong on questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nesy.ontology import Ontology
from nesy.ontology.morphology import noun_bases, verb_bases
from nesy.question import Thing
from nesy.scene import term


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


BE = {"is", "are", "was", "were", "'s", "’s", "be", "being", "been", "'re"}
DO = {"do", "does", "did"}
DETERMINERS = _set("a an the this that these those any some his her their its my your our one another all each every")
DEFINITE = DETERMINERS - _set("a an any some one another each every")
_SOMEBODY = {"anyone", "anybody", "someone", "somebody"}
_SOMETHING = {"anything", "something", "things", "thing", "stuff", "objects", "object"}
_PREPOSITIONS = _set(
    "on in at under over above below beneath behind beside by near with of from to into onto inside outside against "
    "around between through across along toward towards off upon underneath atop next left right front out up down"
)
_PRONOUNS = {"it", "he", "she", "they", "him", "them", "you", "i", "we", "everything", "nothing", "here", "now"}
_ENDS = _set("who which has have visible present shown can could you we i will would")
"""Words behind a noun that are no part of its name."""


@dataclass(frozen=True)
class Word:
    """A word of a question in lower case, with its tags (UPOS, Penn)."""

    text: str
    pos: str
    tag: str


@dataclass(frozen=True)
class Deed:
    """A predicate in a question, where it ends, and whether it is passive."""

    predicate: str
    end: int
    passive: bool = False


class Phrases:
    """The words of one question, read piece by piece."""

    def __init__(self, text: str, words: Sequence[Word], ontology: Ontology) -> None:
        self._text, self._words, self._ontology = text, words, ontology
        self._w = [word.text for word in words]

    def starts_thing(self, at: int) -> bool:
        """Tell whether word `at` begins the name of a thing."""
        if at >= len(self._w):
            return False
        word = self._words[at]
        if word.text in _PREPOSITIONS or (word.tag == "VBG" and self.verb(at)):
            return False
        return word.text in DETERMINERS or word.pos in ("NOUN", "PROPN", "ADJ", "NUM") or word.text in _SOMEBODY

    def thing(self, at: int, until: int | None = None) -> tuple[Thing | None, int]:
        """Return the thing that is named from word `at` on, and where it ends; None where none is."""
        end = len(self._w) if until is None else until
        w, start = self._w, at
        definite = False
        while at < end and w[at] in DETERMINERS and (w[at] != "one" or at + 1 < end):
            definite = definite or w[at] in DEFINITE
            at += 1
        if at < end and w[at] in _SOMEBODY:
            return Thing("person"), at + 1
        if at < end and w[at] in _SOMETHING:
            return Thing(""), at + 1
        attributes: list[str] = []
        nouns: list[str] = []
        while at < end and not self._ends_noun(at, nouns):
            if not nouns and (size := self._name(at, end)):
                nouns, at = list(w[at : at + size]), at + size
                continue
            if w[at] in ("'s", "’s", "'"):
                nouns, attributes, definite = [], [], True  # `the man's hat` is the hat
            elif (self._words[at].pos in ("ADJ", "NUM", "ADV") and self._more(at + 1, end)) or (
                w[at] in self._ontology.attributes and self._more(at + 1, end)
            ):
                attributes.append(w[at])
            else:
                nouns.append(w[at])
            at += 1
        if not nouns:
            return None, start
        if nouns[0] in _PRONOUNS:
            return None, start
        label = _singular(" ".join(nouns), self._ontology)
        attributes = [a for a in attributes if a in self._ontology.attributes]
        at = self._behind(at, end, attributes)
        return Thing(label, tuple(attributes), definite), at

    def _more(self, at: int, end: int) -> bool:
        """Tell whether the name goes on at this word."""
        return at < end and (self._name(at, end) > 0 or not self._ends_noun(at, ["x"]))

    def _name(self, at: int, end: int) -> int:
        """Return how many words from here on are one known name, such as `potted plant`; 0: not more than one."""
        for size in (3, 2):
            known = self._ontology.concept("category", " ".join(self._w[at : at + size])) if at + size <= end else None
            if known is not None and known.score >= 0.9 and self._w[at] not in self._ontology.attributes:
                return size
        return 0

    def _ends_noun(self, at: int, nouns: Sequence[str]) -> bool:
        word = self._words[at]
        if word.text in ("'s", "’s"):
            return word.tag != "POS"
        if word.text in _PREPOSITIONS and not (not nouns and word.text in ("left", "right", "front")):
            return True
        if (
            word.text in BE
            or word.text in DO
            or word.text in DETERMINERS
            or word.text in ("and", "or", "that", "there")
        ):
            return True
        if word.text in _ENDS:
            return True
        if not nouns:
            return False
        known = self._ontology.concept("category", " ".join((*nouns, word.text)))
        if known is not None and known.score >= 0.9:  # sports ball
            return False
        return self._deed_word(at) or word.text in self._ontology.attributes

    def verb(self, at: int) -> bool:
        """Tell whether the word may be a verb: by its tag, or an -ing that names no thing."""
        if at >= len(self._words):
            return False
        word = self._words[at]
        if word.text in ("dining", "building", "painting", "ceiling", "wedding", "string", "ring"):
            return False
        if word.pos == "VERB" or word.tag in ("VBG", "VBN", "VBZ", "VB", "VBP"):
            return True
        if not word.text.endswith(("ing", "ed")):
            return False
        behind = self._w[at + 1 : at + 2]  # typing on
        phrases = (word.text, " ".join((word.text, *behind))) if set(behind) & _PREPOSITIONS else (word.text,)
        return any(self._ontology.concept("predicate", phrase) is not None for phrase in phrases)

    def _deed_word(self, at: int) -> bool:
        """Tell whether a verb stands behind a noun; taggers take `does the person hold` for two nouns."""
        text = self._w[at]
        known = self._ontology.concept("predicate", text)
        return (
            self.verb(at)
            or (known is not None and self._ontology.concept("category", text) is None)
            or (text.endswith("ing") and text in self._ontology.attributes)
        )

    def _behind(self, at: int, end: int, attributes: list[str]) -> int:
        """Read what says more of a thing: `in red`, `wearing red`, `with a hat on` where a deed follows behind it."""
        w = self._w
        colours = self._ontology.dimensions.get("colour", frozenset())
        if at + 1 < end and w[at] in ("in", "wearing", "with"):
            looked = at + 1 + (w[at + 1] in DETERMINERS)
            if looked < end and w[looked] in colours:
                if looked + 1 == end or w[looked + 1] in _PREPOSITIONS | BE | DO or self._deed_word(looked + 1):
                    attributes.append(w[looked])
                    return looked + 1
                if w[at] == "in":
                    return looked + 2  # in the red shirt: the shirt is red
        # Words that single the thing out are passed over where a deed comes behind them.
        if at < end and w[at] in _PREPOSITIONS - {"to"}:
            for later in range(at + 2, end):
                if self.verb(later) and self._words[later].text.endswith("ing"):
                    return later
        return at

    def deed(self, at: int) -> Deed | None:
        """Return the predicate from word `at` on: a verb with its preposition, or a position."""
        w = self._w
        while at < len(w) and (
            w[at] in ("being", "currently", "also", "both", "still")
            or (self._words[at].pos == "ADV" and w[at] not in _PREPOSITIONS)
        ):
            at += 1
        if at >= len(w):
            return None
        for size in (5, 4, 3, 2):  # in front of, to the left of, sitting on
            phrase = " ".join(w[at : at + size])
            known = self._ontology.concept("predicate", phrase) if at + size <= len(w) else None
            last = w[min(at + size, len(w)) - 1]
            if known is not None and known.score >= 0.9 and last not in DETERMINERS:
                if last == "by" and self._passive(at):
                    break
                return Deed(known.base, at + size)
        if self._passive(at):
            base = self._base(w[at])
            by = at + 1 < len(w) and w[at + 1] == "by"
            return Deed(base, at + 1 + by, True)
        if w[at] in _PREPOSITIONS:
            known = self._ontology.concept("predicate", w[at])
            return Deed(w[at] if known is None else known.base, at + 1)
        if not self.verb(at) and self._ontology.concept("predicate", w[at]) is None:
            return None
        base, end = self._base(w[at]), at + 1
        if end < len(w) and w[end] in _PREPOSITIONS:
            base, end = f"{base}_{w[end]}", end + 1
        return Deed(base, end)

    def _passive(self, at: int) -> bool:
        """Tell whether a participle stands here that is said of what the deed is done to."""
        word = self._words[at]
        behind = self._w[at + 1 : at + 2]
        if word.text.endswith("ing") or word.text in _PREPOSITIONS:
            return False
        return behind == ["by"] or (word.tag == "VBN" and not behind)

    def _base(self, verb: str) -> str:
        known = self._ontology.concept("predicate", verb)
        if known is not None:
            return known.base
        # With a particle the participles are bases too: `ridden on` can only be read one way.
        for base in (b.removesuffix("_x") for b in verb_bases(f"{verb}_x")):
            if self._ontology.concept("predicate", base) is not None:
                return base
        return next(iter(b for b in verb_bases(verb)[-1:]), verb)


def _singular(label: str, ontology: Ontology) -> str:
    """Return a noun in the singular where the ontology or its ending tells it."""
    known = ontology.concept("category", label)
    if known is not None:
        return known.base.replace("_", " ")
    bases = noun_bases(term(label))
    return bases[-1].replace("_", " ") if bases and label.endswith("s") else label
