"""A question in English -> what it asks: which claim is meant, and which part of it is the hole that an answer fills.

The tags and lemmas come from the shipped pipeline; the order of a question's words is read by a small grammar of its
own, since dependency parsers learn from texts that hold few questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nesy.errors import InputError
from nesy.language.annotator import load
from nesy.language.question_phrases import BE, DEFINITE, DETERMINERS, DO, Phrases, Word
from nesy.language.text_questions import text_question
from nesy.ontology import Ontology
from nesy.question import Question, Thing

MOST_CHARACTERS = 1000
"""Of a question; what is longer is no question."""

_SPEAKS = {"say", "says", "mean", "means", "spell", "tell", "tells", "indicate", "represent"}
"""Verbs of writing: what a sign says is in no list of things."""
_SPEECH = re.compile(r"\b(say|read|spell)", re.IGNORECASE)
"""What people do with words, and signs as well."""
_PLACES = {"picture", "image", "photo", "photograph", "scene", "drawing", "view", "background", "foreground"}
_LEAD = re.compile(
    r"^\W*(please\s+|so\s+|now\s+|and\s+|hey\s+)*((can|could) you (please )?(tell|say to|show) (me|us)\s+|tell me\s+|"
    r"(i (want|would like) to know|do you know|look)[,:]?\s+)?(if\s+|whether\s+)?",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,]*\b(in|of|on|from) (the|this) (picture|image|photo|photograph|scene|drawing|view)\W*$|"
    r"[\s,]*\b(here|right now|please)\W*$",
    re.IGNORECASE,
)
_HAND = re.compile(
    r"\s+(in|with) (the|his|her|their|its|one|both)( of (his|her|their))?( left| right)? hands?\W*$", re.I
)
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
    if (asked := text_question(heart)) is not None:
        bearer = _Reader(shown, _words(asked.thing, language), ontology).thing(0)[0] if asked.thing else None
        speaks = bearer is not None and ontology.is_a(bearer.label, "agent") and _SPEECH.search(heart)
        if not speaks and (bearer is not None or not asked.thing):
            return Question("text" if asked.text is None else "yes_no", shown, bearer, written=asked.text or "")
    return _Reader(shown, _direct(_words(heart, language)), ontology).read()


def _words(text: str, language: str) -> list[Word]:
    return [Word(t.lower_, t.pos_, t.tag_) for t in load(language)(text) if not t.is_space and t.pos_ != "PUNCT"]


def _direct(words: Sequence[Word]) -> Sequence[Word]:
    """Turn the order of an indirect question round: `what the man is riding` -> `what is the man riding`."""
    if len(words) < 4 or words[0].text not in ("what", "who", "where") or words[1].text not in DEFINITE:
        return words
    at = next((i for i, word in enumerate(words) if word.text in BE), None)
    return words if at is None else (words[0], words[at], *words[1:at], *words[at + 1 :])


class _Reader(Phrases):
    """Reads the words of one question."""

    def read(self) -> Question:
        w = [*self._w, "", "", ""]
        first = w[0]
        if first == "how" and w[1] == "many":
            return self._how_many(2)
        if first == "where" and (w[1] in BE or w[1] in ("can", "do", "does")):
            return self._where()
        if first in ("who", "what", "which", "whom", "whose"):
            return self._which()
        if (first == "is" and w[1] in ("there", "their")) or (first == "are" and w[1] in ("there", "their")):
            return self._there(2)
        if first in ("can", "do", "could") and w[1] in ("you", "we", "i") and w[2] in ("see", "find", "spot", "notice"):
            return self._there(3)
        if first in ("does", "do", "did", "can") or first in BE or first in ("has", "have"):
            return self._yes_no(1)
        return self._other()

    # --- kinds ---

    def _other(self) -> Question:
        return Question("other", self._text)

    def _how_many(self, at: int) -> Question:
        thing, at = self.thing(at)
        if thing is None:
            return self._other()
        counted = Question("how_many", self._text, thing)
        rest = self._w[at:]
        if rest[:1] and rest[0] in ("can", "do", "could"):
            at += 3  # can you see
            rest = self._w[at:]
        while rest and (rest[0] in BE or rest[0] in ("there", "visible", "present", "seen", "shown", "that", "who")):
            at += 1
            rest = self._w[at:]
        if not rest or not (set(rest) - _PLACES - DETERMINERS - {"in", "on"}):
            return counted
        deed = self.deed(at)
        if deed is None or deed.passive:
            return self._other()
        target, end = self.thing(deed.end)
        if target is None and end < len(self._w):
            return self._other()
        return Question("how_many", self._text, thing, deed.predicate, target)

    def _where(self) -> Question:
        at = 2
        if self._w[1] in ("can", "do") and len(self._w) > 3:
            at = 4  # where can you see
        thing, _ = self.thing(at)
        return self._other() if thing is None else Question("where", self._text, thing)

    def _there(self, at: int) -> Question:
        start = at
        thing, at = self.thing(at)
        if thing is None or any(word.pos == "NUM" and word.text != "one" for word in self._words[start:at]):
            return self._other()  # `are there two dogs` asks for a number
        while at < len(self._w) and self._w[at] in ("that", "which", "who", "there", "visible", *BE):
            at += 1
        if at >= len(self._w):
            return Question("yes_no", self._text, thing)
        return self._claimed(thing, at)

    def _yes_no(self, at: int) -> Question:
        thing, at = self.thing(at)
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
        deed = self.deed(at)
        if deed is None:
            return self._other()
        target, end = self.thing(deed.end)
        if end < len(self._w):  # `standing by the bike wearing a hat`: the last deed is asked about
            again = self.deed(end) if target is not None and self._words[end].text.endswith("ing") else None
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
                noun, at = self.thing(3)
            elif w[1] not in BE | DO and (w[2] in BE | DO or not self.verb(1)):
                noun, at = self.thing(1)
                if noun is None:
                    return self._other()
            else:
                noun, at = None, 1
        elif w[0] == "whose":
            return self._other()
        else:
            noun, at = None, 1
        noun = noun if noun is not None and noun.label else None
        if w[at] in DO or w[at] == "can":
            return self._what_does(at + 1, noun)
        if w[at] not in BE:
            return self._filled(at, noun)
        at += 1
        while w[at] in BE or w[at] in ("there", "currently", "also"):
            at += 1
        return self._hand(at, noun) or self._what_is(at, noun)

    def _dimension(self) -> Question | None:
        """Read `what colour is the car` and `what is the colour of the car`."""
        match = re.match(
            r"(?:what|which) (?:is (?:the )?)?(colou?r|size|shape|age)s?\b(?: of)? ?(.*)", " ".join(self._w)
        )
        if match is None:
            return None
        at = len(self._w) - len(match[2].split())
        while at < len(self._w) and self._w[at] in BE | {"of"}:
            at += 1
        dimension = "colour" if match[1].startswith("colo") else match[1]
        thing, end = self.thing(at)
        if thing is None or end < len(self._w) or dimension not in self._ontology.dimensions:
            return self._other()
        return Question("attribute", self._text, thing, attribute=dimension)

    def _hand(self, at: int, noun: Thing | None) -> Question | None:
        """Read `in the hand of the man` and `in the man's hand`."""
        rest = " ".join(self._w[at:])
        if re.match(r"in (the|his|her|their) hands?( of |$)", rest):
            owner = self.thing(at + 4)[0] if " of " in rest else Thing("person")
        elif re.match(r"in .+ hands?$", rest):
            possessive = next(
                (i for i, word in enumerate(self._w) if i > at and word in ("'s", "’s")), len(self._w) - 1
            )
            owner = self.thing(at + 1, until=possessive)[0]
        else:
            return None
        return Question("which", self._text, owner, "hold", noun, "object")

    def _what_is(self, at: int, noun: Thing | None) -> Question:
        """Read what follows `what is`: a deed whose doer is asked for, or a doer whose deed or object is."""
        if not self.starts_thing(at):
            return self._filled(at, noun)
        thing, at = self.thing(at)
        if thing is None:
            return self._other()
        if self._w[at : at + 1] == ["being"]:
            at += 1
        rest = self._w[at:]
        if rest[:1] in (["doing"], ["up"]) and len(rest) <= 2:
            return Question("doing", self._text, thing)
        if rest[:1] == ["doing"] and rest[1:2] in (["with"], ["to"]):
            return self._other()
        deed = self.deed(at)
        if deed is None or deed.end < len(self._w):
            return self._other()
        if deed.passive:
            return Question("which", self._text, noun, deed.predicate, thing, "subject")
        return Question("which", self._text, thing, deed.predicate, noun, "object")

    def _what_does(self, at: int, noun: Thing | None) -> Question:
        thing, at = self.thing(at)
        rest = self._w[at:]
        if thing is None or not rest:
            return self._other()
        if rest == ["do"]:
            return Question("doing", self._text, thing)
        deed = self.deed(at)
        if deed is None or deed.end < len(self._w) or deed.predicate in _SPEAKS:
            return self._other()
        return Question("which", self._text, thing, deed.predicate, noun, "object")

    def _filled(self, at: int, noun: Thing | None) -> Question:
        """Read a deed whose doer is asked for: `riding the horse`, `on the table`, `being ridden`."""
        deed = self.deed(at)
        if deed is None:
            return self._other()
        target, end = self.thing(deed.end)
        if end < len(self._w) or (target is None and not deed.passive):
            return self._other()
        noun = noun or (Thing("person") if self._w[0] == "who" else None)
        if deed.passive:
            return Question("which", self._text, target, deed.predicate, noun, "object")
        return Question("which", self._text, noun, deed.predicate, target, "subject")
