"""A question in English -> what it asks: which claim is meant, and which part of it is the hole that an answer fills.

The tags and lemmas come from the shipped pipeline; the order of a question's words is read by a small grammar of its
own, since dependency parsers learn from texts that hold few questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nesy.errors import InputError
from nesy.language.pipeline import load
from nesy.ontology import Ontology
from nesy.ontology_morphology import noun_bases, verb_bases
from nesy.question import Question, Thing
from nesy.scene import term

MOST_CHARACTERS = 1000
"""Of a question; what is longer is no question."""

_BE = {"is", "are", "was", "were", "'s", "’s", "be", "being", "been", "'re"}
_DO = {"do", "does", "did"}
_DETERMINERS = {"a", "an", "the", "this", "that", "these", "those", "any", "some", "his", "her", "their", "its", "my"}
_DETERMINERS |= {"your", "our", "one", "another", "all", "each", "every"}
_DEFINITE = _DETERMINERS - {"a", "an", "any", "some", "one", "another", "each", "every"}
_SOMEBODY = {"anyone", "anybody", "someone", "somebody"}
_SOMETHING = {"anything", "something", "things", "thing", "stuff", "objects", "object"}
_PREPOSITIONS = set(
    "on in at under over above below beneath behind beside by near with of from to into onto inside outside against "
    "around between through across along toward towards off upon underneath atop next left right front out up down".split()
)
_PRONOUNS = {"it", "he", "she", "they", "him", "them", "you", "i", "we", "everything", "nothing", "here", "now"}
_ENDS = {"who", "which", "has", "have", "visible", "present", "shown", "can", "could", "you", "we", "i", "will", "would"}
_SPEAKS = {"say", "says", "mean", "means", "spell", "tell", "tells", "indicate", "represent"}
"""Verbs of writing: what a sign says is in no list of things."""
_PLACES = {"picture", "image", "photo", "photograph", "scene", "drawing", "view", "background", "foreground"}
_LEAD = re.compile(
    r"^\W*(please\s+|so\s+|now\s+|and\s+|hey\s+)*((can|could) you (please )?(tell|say to|show) (me|us)\s+|tell me\s+|"
    r"(i (want|would like) to know|do you know|look)[,:]?\s+)?(if\s+|whether\s+)?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,]*\b(in|of|on|from) (the|this) (picture|image|photo|photograph|scene|drawing|view)\W*$|[\s,]*\b(here|right now|"
    r"please)\W*$",
    re.IGNORECASE,
)


_HAND = re.compile(r"\s+(in|with) (the|his|her|their|its|one|both)( of (his|her|their))?( left| right)? hands?\W*$", re.I)
_HOLD = {"have": "hold", "has": "holds", "having": "holding", "hold": "hold", "holds": "holds", "holding": "holding"}
_HOLDS = re.compile(r"\b(have|has|having|holds?|holding)\b", re.I)


def read_question(text: str, ontology: Ontology, language: str = "en") -> Question:
    """Return what a question asks; a question of another kind than those of `Question` is `other`.

    Raises:
        InputError: the text is empty, too long, or the language has no model.
    """
    shown = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", " ", text).strip()
    if not shown:
        raise InputError("the question is empty; ask something such as 'What is the man riding?'")
    if len(shown) > MOST_CHARACTERS:
        raise InputError(f"the question has {len(shown)} characters; at most {MOST_CHARACTERS} can be asked")
    heart = _TAIL.sub("", _LEAD.sub("", shown, count=1)) or shown
    held = _HAND.search(heart)
    if held is not None and _HOLDS.search(heart[: held.start()]):
        heart = _HOLDS.sub(lambda found: _HOLD[found[0].lower()], heart[: held.start()])
    words = [_Word(t.lower_, t.pos_, t.tag_) for t in load(language)(heart) if not t.is_space and t.pos_ != "PUNCT"]
    return _Reader(shown, _direct(words), ontology).read()


def _direct(words: Sequence[_Word]) -> Sequence[_Word]:
    """Turn the order of an indirect question round: `what the man is riding` -> `what is the man riding`."""
    if len(words) < 4 or words[0].text not in ("what", "who", "where") or words[1].text not in _DEFINITE:
        return words
    at = next((i for i, word in enumerate(words) if word.text in _BE), None)
    return words if at is None else (words[0], words[at], *words[1:at], *words[at + 1 :])


@dataclass(frozen=True)
class _Word:
    text: str
    pos: str
    tag: str


@dataclass(frozen=True)
class _Deed:
    """A predicate in a question, where it ends, and whether it is passive."""

    predicate: str
    end: int
    passive: bool = False


class _Reader:
    """Reads the words of one question."""

    def __init__(self, text: str, words: Sequence[_Word], ontology: Ontology) -> None:
        self._text, self._words, self._ontology = text, words, ontology
        self._w = [word.text for word in words]

    def read(self) -> Question:
        w = [*self._w, "", "", ""]
        first = w[0]
        if first == "how" and w[1] == "many":
            return self._how_many(2)
        if first == "where" and (w[1] in _BE or w[1] in ("can", "do", "does")):
            return self._where()
        if first in ("who", "what", "which", "whom", "whose"):
            return self._which()
        if first == "is" and w[1] in ("there", "their") or first == "are" and w[1] in ("there", "their"):
            return self._there(2)
        if first in ("can", "do", "could") and w[1] in ("you", "we", "i") and w[2] in ("see", "find", "spot", "notice"):
            return self._there(3)
        if first in ("does", "do", "did", "can") or first in _BE or first in ("has", "have"):
            return self._yes_no(1)
        return self._other()

    # --- kinds ---

    def _other(self) -> Question:
        return Question("other", self._text)

    def _how_many(self, at: int) -> Question:
        thing, at = self._thing(at)
        if thing is None:
            return self._other()
        counted = Question("how_many", self._text, thing)
        rest = self._w[at:]
        if rest[:1] and rest[0] in ("can", "do", "could"):
            at += 3  # can you see
            rest = self._w[at:]
        while rest and (rest[0] in _BE or rest[0] in ("there", "visible", "present", "seen", "shown", "that", "who")):
            at += 1
            rest = self._w[at:]
        if not rest or not (set(rest) - _PLACES - _DETERMINERS - {"in", "on"}):
            return counted
        deed = self._deed(at)
        if deed is None or deed.passive:
            return self._other()
        target, end = self._thing(deed.end)
        if target is None and end < len(self._w):
            return self._other()
        return Question("how_many", self._text, thing, deed.predicate, target)

    def _where(self) -> Question:
        at = 2
        if self._w[1] in ("can", "do") and len(self._w) > 3:
            at = 4  # where can you see
        thing, _ = self._thing(at)
        return self._other() if thing is None else Question("where", self._text, thing)

    def _there(self, at: int) -> Question:
        start = at
        thing, at = self._thing(at)
        if thing is None or any(word.pos == "NUM" and word.text != "one" for word in self._words[start:at]):
            return self._other()  # `are there two dogs` asks for a number
        while at < len(self._w) and self._w[at] in ("that", "which", "who", "there", "visible", *_BE):
            at += 1
        if at >= len(self._w):
            return Question("yes_no", self._text, thing)
        return self._claimed(thing, at)

    def _yes_no(self, at: int) -> Question:
        thing, at = self._thing(at)
        if thing is None:
            return self._other()
        rest = [word for word in self._w[at:] if word not in ("there", "visible", "present", "shown", "seen")]
        if not rest:
            return Question("yes_no", self._text, thing)
        if len(rest) <= 2 and rest[-1] in self._ontology.attributes and rest[0] in (rest[-1], "very", "wearing", "in"):
            return Question("yes_no", self._text, thing, attribute=rest[-1])
        return self._claimed(thing, at)

    def _claimed(self, thing: Thing, at: int) -> Question:
        """Read `riding a horse`, `on the table` or `ridden by a man` behind the thing it is said of."""
        deed = self._deed(at)
        if deed is None:
            return self._other()
        target, end = self._thing(deed.end)
        if end < len(self._w):  # `standing by the bike wearing a hat`: the last deed is asked about
            again = self._deed(end) if target is not None and self._words[end].text.endswith("ing") else None
            return self._other() if again is None else self._claimed(thing, end)
        if deed.passive:
            return Question("yes_no", self._text, target or Thing(""), deed.predicate, thing)
        return Question("yes_no", self._text, thing, deed.predicate, target)

    def _which(self) -> Question:
        w = [*self._w, "", "", ""]
        if w[0] in ("what", "which"):
            if (found := self._dimension()) is not None:
                return found
            if w[1] in ("kind", "type", "sort") and w[2] == "of":
                noun, at = self._thing(3)
            elif w[1] not in _BE | _DO and (w[2] in _BE | _DO or not self._verb(1)):
                noun, at = self._thing(1)
                if noun is None:
                    return self._other()
            else:
                noun, at = None, 1
        elif w[0] == "whose":
            return self._other()
        else:
            noun, at = None, 1
        noun = noun if noun is not None and noun.label else None
        if w[at] in _DO or w[at] == "can":
            return self._what_does(at + 1, noun)
        if w[at] not in _BE:
            return self._filled(at, noun)
        at += 1
        while w[at] in _BE or w[at] in ("there", "currently", "also"):
            at += 1
        return self._hand(at, noun) or self._what_is(at, noun)

    def _dimension(self) -> Question | None:
        """Read `what colour is the car` and `what is the colour of the car`."""
        match = re.match(r"(?:what|which) (?:is (?:the )?)?(colou?r|size|shape|age)s?\b(?: of)? ?(.*)", " ".join(self._w))
        if match is None:
            return None
        at = len(self._w) - len(match[2].split())
        while at < len(self._w) and self._w[at] in _BE | {"of"}:
            at += 1
        dimension = "colour" if match[1].startswith("colo") else match[1]
        thing, end = self._thing(at)
        if thing is None or end < len(self._w) or dimension not in self._ontology.dimensions:
            return self._other()
        return Question("attribute", self._text, thing, attribute=dimension)

    def _hand(self, at: int, noun: Thing | None) -> Question | None:
        """Read `in the hand of the man` and `in the man's hand`."""
        rest = " ".join(self._w[at:])
        if re.match(r"in (the|his|her|their) hands?( of |$)", rest):
            owner = self._thing(at + 4)[0] if " of " in rest else Thing("person")
        elif re.match(r"in .+ hands?$", rest):
            owner = self._thing(at + 1, until=len(self._w) - 1)[0]
        else:
            return None
        return Question("which", self._text, owner, "hold", noun, "object")

    def _what_is(self, at: int, noun: Thing | None) -> Question:
        """Read what follows `what is`: a deed whose doer is asked for, or a doer whose deed or object is."""
        if not self._starts_thing(at):
            return self._filled(at, noun)
        thing, at = self._thing(at)
        if thing is None:
            return self._other()
        if self._w[at : at + 1] == ["being"]:
            at += 1
        rest = self._w[at:]
        if rest[:1] in (["doing"], ["up"]) and len(rest) <= 2:
            return Question("doing", self._text, thing)
        if rest[:1] == ["doing"] and rest[1:2] in (["with"], ["to"]):
            return self._other()
        deed = self._deed(at)
        if deed is None or deed.end < len(self._w):
            return self._other()
        if deed.passive:
            return Question("which", self._text, noun, deed.predicate, thing, "subject")
        return Question("which", self._text, thing, deed.predicate, noun, "object")

    def _what_does(self, at: int, noun: Thing | None) -> Question:
        thing, at = self._thing(at)
        rest = self._w[at:]
        if thing is None or not rest:
            return self._other()
        if rest == ["do"]:
            return Question("doing", self._text, thing)
        deed = self._deed(at)
        if deed is None or deed.end < len(self._w) or deed.predicate in _SPEAKS:
            return self._other()
        return Question("which", self._text, thing, deed.predicate, noun, "object")

    def _filled(self, at: int, noun: Thing | None) -> Question:
        """Read a deed whose doer is asked for: `riding the horse`, `on the table`, `being ridden`."""
        deed = self._deed(at)
        if deed is None:
            return self._other()
        target, end = self._thing(deed.end)
        if end < len(self._w) or (target is None and not deed.passive):
            return self._other()
        noun = noun or (Thing("person") if self._w[0] == "who" else None)
        if deed.passive:
            return Question("which", self._text, target, deed.predicate, noun, "object")
        return Question("which", self._text, noun, deed.predicate, target, "subject")

    # --- pieces ---

    def _starts_thing(self, at: int) -> bool:
        if at >= len(self._w):
            return False
        word = self._words[at]
        if word.text in _PREPOSITIONS or (word.tag == "VBG" and self._verb(at)):
            return False
        return word.text in _DETERMINERS or word.pos in ("NOUN", "PROPN", "ADJ", "NUM") or word.text in _SOMEBODY

    def _thing(self, at: int, until: int | None = None) -> tuple[Thing | None, int]:
        """Return the thing that is named from word `at` on, and where it ends; None where none is."""
        end = len(self._w) if until is None else until
        w, start = self._w, at
        definite = False
        while at < end and w[at] in _DETERMINERS and (w[at] != "one" or at + 1 < end):
            definite = definite or w[at] in _DEFINITE
            at += 1
        if at < end and w[at] in _SOMEBODY:
            return Thing("person"), at + 1
        if at < end and w[at] in _SOMETHING:
            return Thing(""), at + 1
        attributes: list[str] = []
        nouns: list[str] = []
        while at < end and not self._ends_noun(at, nouns):
            if w[at] in ("'s", "’s", "'"):
                nouns, attributes, definite = [], [], True  # `the man's hat` is the hat
            elif self._words[at].pos in ("ADJ", "NUM", "ADV") and self._more(at + 1, end):
                attributes.append(w[at])
            elif w[at] in self._ontology.attributes and self._more(at + 1, end):
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
        return at < end and not self._ends_noun(at, ["x"])

    def _ends_noun(self, at: int, nouns: Sequence[str]) -> bool:
        word = self._words[at]
        if word.text in ("'s", "’s"):
            return word.tag != "POS"
        if word.text in _PREPOSITIONS and not (not nouns and word.text in ("left", "right", "front")):
            return True
        if word.text in _BE or word.text in _DO or word.text in _DETERMINERS or word.text in ("and", "or", "that", "there"):
            return True
        if word.text in _ENDS:
            return True
        if not nouns:
            return False
        known = self._ontology.concept("category", " ".join((*nouns, word.text)))
        if known is not None and known.score >= 0.9:  # sports ball
            return False
        return self._deed_word(at) or word.text in self._ontology.attributes

    def _verb(self, at: int) -> bool:
        """Tell whether the word may be a verb: by its tag, or an -ing that names no thing."""
        word = self._words[at]
        if word.text in ("dining", "building", "painting", "ceiling", "wedding", "string", "ring"):
            return False
        if word.pos == "VERB" or word.tag in ("VBG", "VBN", "VBZ", "VB", "VBP"):
            return True
        form = word.text.endswith(("ing", "ed"))
        return form and self._ontology.concept("predicate", word.text) is not None

    def _deed_word(self, at: int) -> bool:
        """Tell whether a verb stands behind a noun; taggers take `does the person hold` for two nouns."""
        text = self._w[at]
        known = self._ontology.concept("predicate", text)
        return (
            self._verb(at)
            or (known is not None and self._ontology.concept("category", text) is None)
            or (text.endswith("ing") and text in self._ontology.attributes)
        )

    def _behind(self, at: int, end: int, attributes: list[str]) -> int:
        """Read what says more of a thing: `in red`, `wearing red`, `with a hat on` where a deed follows behind it."""
        w = self._w
        colours = self._ontology.dimensions.get("colour", frozenset())
        if at + 1 < end and w[at] in ("in", "wearing", "with"):
            looked = at + 1 + (w[at + 1] in _DETERMINERS)
            if looked < end and w[looked] in colours:
                if looked + 1 == end or w[looked + 1] in _PREPOSITIONS | _BE | _DO or self._deed_word(looked + 1):
                    attributes.append(w[looked])
                    return looked + 1
                if w[at] == "in":
                    return looked + 2  # in the red shirt: the shirt is red
        # Words that single the thing out are passed over where a deed comes behind them.
        if at < end and w[at] in _PREPOSITIONS - {"to"}:
            for later in range(at + 2, end):
                if self._verb(later) and self._words[later].text.endswith("ing"):
                    return later
        return at

    def _deed(self, at: int) -> _Deed | None:
        """Return the predicate from word `at` on: a verb with its preposition, or a position."""
        w = self._w
        while at < len(w) and (w[at] in ("being", "currently", "also", "both", "still") or self._words[at].pos == "ADV" and w[at] not in _PREPOSITIONS):
            at += 1
        if at >= len(w):
            return None
        for size in (5, 4, 3, 2):  # in front of, to the left of, sitting on
            phrase = " ".join(w[at : at + size])
            known = self._ontology.concept("predicate", phrase) if at + size <= len(w) else None
            last = w[min(at + size, len(w)) - 1]
            if known is not None and known.score >= 0.9 and last not in _DETERMINERS:
                if last == "by" and self._passive(at):
                    break
                return _Deed(known.base, at + size)
        if self._passive(at):
            base = self._base(w[at])
            by = at + 1 < len(w) and w[at + 1] == "by"
            return _Deed(base, at + 1 + by, True)
        if w[at] in _PREPOSITIONS:
            known = self._ontology.concept("predicate", w[at])
            return _Deed(w[at] if known is None else known.base, at + 1)
        if not self._verb(at) and self._ontology.concept("predicate", w[at]) is None:
            return None
        base, end = self._base(w[at]), at + 1
        if end < len(w) and w[end] in _PREPOSITIONS:
            base, end = f"{base}_{w[end]}", end + 1
        return _Deed(base, end)

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
