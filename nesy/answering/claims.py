"""Question + answer + reasons + scene -> what is thereby claimed of the scene's entities (nothing where it is free)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nesy.language.text_questions import answered_text
from nesy.ontology import Ontology
from nesy.ontology.reference import named, same_thing
from nesy.perception.reply import SpokenAnswer
from nesy.question import Hole, Question, Thing
from nesy.scene import Scene, term

Source = Literal["answer", "because"]

_YES = {"yes", "yeah", "yep", "correct", "true", "right", "indeed"}
_NO = {"no", "nope", "not", "false", "wrong", "none"}
_NOTHING = re.compile(r"\s*(nothing|nobody|no ?one|none|nowhere|neither|no \w+)\b|.*\b(not|n't|never)\b.*\bany", re.I)
_COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {
    **{word: number for number, word in enumerate(_COUNTED)},
    "no": 0,
    "none": 0,
    "nothing": 0,
    "nobody": 0,
    "a": 1,
    "an": 1,
    "single": 1,
    "both": 2,
}
_ARTICLES = {
    "a",
    "an",
    "the",
    "his",
    "her",
    "their",
    "its",
    "some",
    "this",
    "that",
    "one",
    "of",
    "on",
    "in",
    "at",
    "by",
}
_LITTLE = {"it", "is", "are", "he", "she", "they", "with", "wearing", "and", "or", "to", "from", "there", "be", "being"}
_LITTLE_WORDS = _LITTLE | _ARTICLES
_ABOUT = {"few", "couple", "lot", "bunch", "group", "number", "dozen", "handful", "pair", "hundred", "thousand"}
_ANYTHING = Thing("")
_MOST_THINGS = 4
_LONGEST = 40
"""Characters of the name of a thing that the ontology does not know."""
_MOST_WORDS = 60
"""Words of an answer that are read."""


@dataclass(frozen=True)
class Stated:
    """One thing that an answer says, with every entity of the scene that its words may mean."""

    source: Source
    kind: Literal["exists", "relation", "attribute", "count", "text"]
    subject: Thing
    subjects: tuple[str, ...]
    predicate: str = ""
    object: Thing = _ANYTHING
    objects: tuple[str, ...] = ()
    attribute: str = ""
    """A value; of a text, what is written."""
    number: int = 0
    holds: bool = True
    """False: the answer denies it."""
    hole: Hole = ""
    """Of an answer that fills one: what the question asked for. `Who rides the horse?` has one who does, if any."""


def statements(question: Question, spoken: SpokenAnswer, scene: Scene, ontology: Ontology) -> tuple[Stated, ...]:
    """Return what an answer and its reasons claim; () for an answer that makes no claim, or none that can be read."""
    reader = _Reader(question, scene, ontology)
    return (*reader.answer(spoken.answer), *reader.reasons(spoken.because))


def things_in(text: str, ontology: Ontology) -> tuple[Thing, ...]:
    """Return the things that a few words name, with their attributes, at most four.

    >>> from nesy.ontology import Ontology
    >>> [thing.words for thing in things_in("The man in red, and two brown dogs", Ontology.default())]
    ['red man', 'brown dogs']
    """
    words = re.findall(r"[\w'-]+", text.lower())[:_MOST_WORDS]
    found: list[Thing] = []
    loose: list[str] = []
    at = 0
    while at < len(words):
        size = _noun_at(words, at, ontology)
        if size:
            found.append(Thing(" ".join(words[at : at + size]), tuple(loose), _definite(words, at - len(loose))))
            loose = []
        elif words[at] in ontology.attributes:
            # `the man in red`: behind the noun, and no noun of its own behind it
            ends = at + 1 == len(words) or words[at + 1] in _LITTLE_WORDS
            if found and ends and words[at - 1] in ("in", "wearing", "is"):
                found[-1] = Thing(found[-1].label, (*found[-1].attributes, words[at]), found[-1].definite)
            else:
                loose.append(words[at])
        else:
            loose = [] if words[at] not in _LITTLE_WORDS else loose
        at += size or 1
    if not found:
        rest = [word for word in words if word not in _LITTLE_WORDS and word not in ontology.attributes]
        if 0 < len(rest) <= 2 and len(words) <= 5 and len(" ".join(rest)) <= _LONGEST:
            found.append(Thing(" ".join(rest), tuple(loose), _definite(words, words.index(rest[0]))))
        elif loose and len(words) <= 4:
            found.append(Thing("", tuple(loose), _definite(words, 1)))  # the red one
    return tuple(found[:_MOST_THINGS])


def _noun_at(words: Sequence[str], at: int, ontology: Ontology) -> int:
    """Return how many words from `at` name a category that the ontology knows; an id is one word."""
    for size in (3, 2, 1):
        phrase = " ".join(words[at : at + size])
        if at + size > len(words) or words[at] in _LITTLE_WORDS or (size == 1 and phrase in ontology.attributes):
            continue
        if size == 1 and re.fullmatch(r"[a-z]\w*_\d+", phrase):
            return 1
        known = ontology.concept("category", phrase)
        # Below 0.75 a head noun was guessed: "horse and dog" is no kind of dog.
        if known is not None and (known.score >= 0.75 or (size == 1 and known.score >= 0.5)):
            return size
    return 0


def _definite(words: Sequence[str], start: int) -> bool:
    return start > 0 and words[start - 1] in ("the", "this", "that")


def phrase_in(text: str, ontology: Ontology) -> tuple[str, Thing | None] | None:
    """Return the predicate that leads a few words, and the thing behind it: `riding a horse` -> ride, horse.

    None where no predicate is known in them.
    """
    words = re.findall(r"[\w'-]+", text.lower())[:_MOST_WORDS]
    for start in range(min(len(words), 6)):
        for size in (5, 4, 3, 2, 1):
            phrase = words[start : start + size]
            if len(phrase) < size or (size == 1 and phrase[0] in _LITTLE_WORDS - {"on", "in", "at", "by"}):
                continue
            known = ontology.concept("predicate", " ".join(phrase))
            if known is not None and known.score >= 0.9 and not _noun_at(words, start, ontology):
                things = things_in(" ".join(words[start + size :]), ontology)
                return known.base, things[0] if things else None
    return None


class _Reader:
    """Reads answers to one question about one scene."""

    def __init__(self, question: Question, scene: Scene, ontology: Ontology) -> None:
        self._q, self._scene, self._ontology = question, scene, ontology

    def answer(self, text: str) -> Iterator[Stated]:
        """Yield what the answer itself claims."""
        q = self._q
        subject = q.subject or Thing("")
        first = re.match(r"\s*([a-z]+)", text.lower())
        word = first[1] if first else ""
        match q.kind:
            case "yes_no" if word in _YES or word in _NO:
                holds = word in _YES
                if q.written:
                    yield self._stated("text", subject, holds, attribute=q.written)
                elif q.predicate:
                    yield self._relation(subject, q.predicate, q.object or Thing(""), holds)
                elif q.attribute:
                    yield self._stated("attribute", subject, holds, attribute=q.attribute)
                else:
                    yield self._stated("exists", subject, holds)
            case "which":
                yield from self._filled(text)
            case "doing" | "where":
                said = phrase_in(text, self._ontology)
                if said is not None and said[1] is not None:
                    yield self._relation(subject, said[0], said[1], True)
            case "attribute":
                for value in re.findall(r"[a-z]+", text.lower())[:_MOST_WORDS]:
                    if value in self._ontology.dimensions.get(q.attribute, ()):
                        yield self._stated("attribute", subject, True, attribute=value)
                        return
            case "text":
                written = answered_text(text)
                if written is not None:
                    yield self._stated("text", subject, True, attribute=written)
            case "how_many":
                number = _number(text)
                if number is not None:
                    yield self._stated("count", subject, True, predicate=q.predicate, object=q.object, number=number)

    def reasons(self, because: Sequence[tuple[str, str, str]]) -> Iterator[Stated]:
        """Yield each reason as a claim of its own."""
        for subject, predicate, target in because:
            yield Stated("because", "relation", Thing(subject), (subject,), predicate, Thing(target), (target,))

    def _filled(self, text: str) -> Iterator[Stated]:
        """Yield the question's claim with the answer in its hole."""
        q = self._q
        known = q.object if q.hole == "subject" else q.subject
        empty = (q.subject if q.hole == "subject" else q.object) or Thing("")
        if _NOTHING.match(text):
            things: Sequence[Thing] = [empty]
        else:
            things = things_in(text, self._ontology)
            if known is not None and len(things) > 1:  # `the man is riding a horse` names what was asked about again
                things = [t for t in things if not _same(t, known, self._ontology)] or things
        for thing in things:
            pair = (thing, known or Thing("")) if q.hole == "subject" else (known or Thing(""), thing)
            stated = self._relation(pair[0], q.predicate, pair[1], not _NOTHING.match(text))
            yield replace(stated, hole=q.hole)

    def _relation(self, subject: Thing, predicate: str, target: Thing, holds: bool) -> Stated:
        return self._stated("relation", subject, holds, predicate=predicate, object=target)

    def _stated(
        self,
        kind: Literal["exists", "relation", "attribute", "count", "text"],
        subject: Thing,
        holds: bool,
        *,
        predicate: str = "",
        object: Thing | None = None,
        attribute: str = "",
        number: int = 0,
    ) -> Stated:
        target = object or Thing("")
        ids = [tuple(e.id for e in named(thing, self._scene, self._ontology)) for thing in (subject, target)]
        return Stated("answer", kind, subject, ids[0], predicate, target, ids[1], attribute, number, holds)


def _same(one: Thing, other: Thing, ontology: Ontology) -> bool:
    return term(one.label) == term(other.label) or (
        bool(other.label) and same_thing(one.label, other.label, ontology) and not one.attributes
    )


def _number(text: str) -> int | None:
    """Return the first number that a text says, in digits or words; None where it says none."""
    words = re.findall(r"[a-z]+|\d+", text.lower())[:_MOST_WORDS]
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word.isdigit():
            return int(word[:6])
        if word in _NUMBERS and following not in _ABOUT:
            return _NUMBERS[word]
    return None
