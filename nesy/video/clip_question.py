"""A question about a clip -> what it asks, and of which time: when, how long, how often, first, before, at 3 s."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from nesy.language.question_parser import read_question
from nesy.ontology import Ontology
from nesy.question import Question, Thing

ClipKind = Literal[
    "when", "how_long", "how_often", "first", "last", "after", "before", "order", "while", "at", "always", "ever"
]
Edge = Literal["", "start", "end"]

_CLIP = r"(?:clip|video|film|movie|footage|recording|animation)"
_IN_CLIP = re.compile(
    rf"[\s,]*\b(?:in|of|on|during|over|from) (?:the|this) (?:whole |entire )?{_CLIP}(?=\W*$)", re.IGNORECASE
)
_VERB = r"(?P<verb>does|do|did|is|are|was|were|can|has|have)"
_WHEN = re.compile(
    rf"^(?:when|(?:at|in|from) (?:what|which) (?:time|times|second|seconds|moment|point)s?"
    r"|from when(?: (?:to|until|till) when)?|since when|(?:until|till) when|between which seconds)"
    rf"\s+{_VERB}\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_HOW_LONG = re.compile(rf"^(?:for )?how (?:long|many seconds|much time)\s+{_VERB}\s+(?P<rest>.+)$", re.IGNORECASE)
_HOW_OFTEN = re.compile(rf"^how (?:often|many times)\s+{_VERB}\s+(?P<rest>.+)$", re.IGNORECASE)
_APPEARS = re.compile(
    r"\s+(?:(?:first )?appears?|appeared|enters?|arrives?|shows? up|comes? in(?:to view)?"
    rf"|comes? into (?:the )?(?:picture|scene|frame|view))(?: the (?:picture|scene|frame|{_CLIP}))?$",
    re.IGNORECASE,
)
_VANISHES = re.compile(
    r"\s+(?:disappears?|disappeared|vanish(?:es)?|vanished|leaves?|goes? away|go out of (?:view|sight))"
    rf"(?: the (?:picture|scene|frame|{_CLIP}))?$",
    re.IGNORECASE,
)
_SEEN = re.compile(r"\s+(?:seen|visible|shown|in view|there|present|to be seen|in the (?:picture|scene|frame))$", re.I)
_STARTS = re.compile(r"\b(?:starts?|begins?|started|began)\s+(?:to\s+)?", re.IGNORECASE)
_STOPS = re.compile(r"\b(?:stops?|ends?|finish(?:es)?|stopped|finished|ceases?)\s+(?:to\s+)?", re.IGNORECASE)
_AT = re.compile(
    r"[\s,]*\b(?:at|around|about)\s+(?:(?:second|the second|time)\s+(?P<one>\d+(?:\.\d+)?)"
    r"|(?P<two>\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?)\b|(?P<minutes>\d+):(?P<seconds>\d\d(?:\.\d+)?))(?=\W*$)",
    re.IGNORECASE,
)
_AFTER_S = re.compile(r"[\s,]*\bafter\s+(?P<two>\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?)\b(?=\W*$)", re.IGNORECASE)
_AT_START = re.compile(
    rf"[\s,]*\b(?:at|in) the (?:very )?(?:start|beginning)(?: of the {_CLIP})?(?=\W*$)|[\s,]*\binitially(?=\W*$)", re.I
)
_AT_END = re.compile(rf"[\s,]*\b(?:at|in) the (?:very )?end(?: of the {_CLIP})?(?=\W*$)", re.IGNORECASE)
_FIRST_THING = re.compile(r"^what is the (first|last) (?:thing|action)(?: that)?\s+(.+?)\s+(?:does|do|did)$", re.I)
_FIRST = re.compile(r"[\s,]*\b(?:at first|first of all|to begin with|first)\b", re.IGNORECASE)
_LAST = re.compile(r"[\s,]*\b(?:at last|last of all|lastly|finally|eventually|last)\b", re.IGNORECASE)
_CLAUSE = re.compile(
    r"^(?P<main>.+?)[\s,]+(?:right |just |shortly )?"
    r"(?P<word>after|before|while|when|until|till)\s+(?P<other>.+)$",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    r"[\s,]*\b(?:always|all (?:of )?the time|the (?:whole|entire) time|all along"
    rf"|(?:throughout|all through)(?: (?:the|this) (?:whole |entire )?{_CLIP})?)\b",
    re.IGNORECASE,
)
_EVER = re.compile(
    r"[\s,]*\b(?:ever|at any (?:time|point|moment)|at some (?:time|point|moment)|sometime)\b", re.IGNORECASE
)
_HAPPENS = re.compile(r"^what (?:happens|happened|is happening|goes on|is going on)$", re.IGNORECASE)
_PRONOUN = re.compile(r"^(?:he|she|it|they|this|that)\s+(?:(?:is|are|was|were)\s+)?", re.IGNORECASE)
_ASKS = re.compile(r"^(?:does|do|did|is|are|was|were|can|has|have)\b", re.IGNORECASE)


@dataclass(frozen=True)
class ClipQuestion:
    """What is asked of a clip, and of which time.

    - `when`, `how_long`, `how_often`: at which times `asked`, a question of yes and no, is answered yes
    - `first`, `last`: the earliest or latest answer to `asked`; `after`, `before`: that nearest to when `other` is so
    - `order`: whether `asked` is so before, or after, `other` begins
    - `while`: the answer to `asked` as long as `other` is so; `at`: at `at_s` seconds; `always`: whether at all times
    - `ever`: the answer over all of the clip
    """

    kind: ClipKind
    text: str
    asked: Question
    """What is asked, its time aside."""
    other: Question | None = None
    """Yes as long as that is so from which the time is told."""
    later: bool = False
    """Of `order`: whether it is asked if `asked` comes after `other`."""
    at_s: float | None = None
    """Seconds from the beginning; infinite: the end."""
    edge: Edge = ""
    """Of `when`: whether its beginning or its end is asked for; else whether the time is told from that of `other`."""

    @property
    def listable(self) -> bool:
        """Whether a list of what is so, and when, may answer it."""
        asked = self.asked
        return (
            asked.kind not in ("other", "text")
            and not asked.written
            and (self.other is None or self.other.kind == "yes_no")
        )


def read_clip_question(text: str, ontology: Ontology, language: str = "en") -> ClipQuestion:
    """Return what a question asks of a clip.

    >>> asked = read_clip_question("When does the man ride the horse?", Ontology.default())
    >>> asked.kind, asked.asked.subject.label, asked.asked.predicate, asked.asked.object.label
    ('when', 'man', 'ride', 'horse')

    Raises:
        InputError: the text is empty or too long, or the language has no model.
    """
    whole = read_question(text, ontology, language)
    return _Reader(whole.text, ontology, language).read()


class _Reader:
    def __init__(self, text: str, ontology: Ontology, language: str) -> None:
        self._text, self._ontology, self._language = text, ontology, language

    def read(self) -> ClipQuestion:
        words = _IN_CLIP.sub("", self._text.strip(" ?!.")).strip(" ?!.,")
        for kind, pattern in (("when", _WHEN), ("how_long", _HOW_LONG), ("how_often", _HOW_OFTEN)):
            if found := pattern.match(words):
                return self._spans(kind, found["verb"], found["rest"], words)  # type: ignore[arg-type]
        if found := _AT.search(words) or _AFTER_S.search(words):
            return self._of("at", words[: found.start()], at_s=_seconds(found))
        for pattern, at_s in ((_AT_START, 0.0), (_AT_END, float("inf"))):
            if found := pattern.search(words):
                return self._of("at", words[: found.start()], at_s=at_s)
        if found := _CLAUSE.match(words):
            clause = self._clause(found["main"], found["word"].lower(), found["other"])
            if clause is not None:
                return clause
        if found := _FIRST_THING.match(words):
            return self._of("first" if found[1].lower() == "first" else "last", f"What does {found[2]} do")
        if self._hole(words):
            for kind, pattern in (("first", _FIRST), ("last", _LAST)):
                if pattern.search(words):
                    asked = self._of(kind, pattern.sub("", words))  # type: ignore[arg-type]
                    if asked.listable:
                        return asked
        if _ALWAYS.search(words):
            asked = self._of("always", _ALWAYS.sub("", words))
            if asked.asked.kind == "yes_no":
                return asked
        return self._of("ever", _EVER.sub("", words))

    def _of(self, kind: ClipKind, words: str, at_s: float | None = None) -> ClipQuestion:
        return ClipQuestion(kind, self._text, self._asked(words), at_s=at_s)

    def _asked(self, words: str) -> Question:
        """Read a question without its time."""
        words = _IN_CLIP.sub("", words.strip(" ?!.,"))
        if _HAPPENS.match(words):
            return Question("doing", words, Thing(""))
        does = re.match(r"^(?:does|do|did)\s+(?P<what>.+)$", words, re.IGNORECASE)
        for pattern in (_APPEARS, _VANISHES):
            if does and pattern.search(does["what"]):
                return self._asked(f"Is there {pattern.sub('', does['what'])}")
        return read_question(f"{words or self._text}?", self._ontology, self._language)

    def _spans(self, kind: ClipKind, verb: str, rest: str, words: str) -> ClipQuestion:
        edge: Edge = ""
        if _APPEARS.search(rest):
            edge, verb, rest = "start", "is", f"there {_APPEARS.sub('', rest)}"
        elif _VANISHES.search(rest):
            edge, verb, rest = "end", "is", f"there {_VANISHES.sub('', rest)}"
        elif _SEEN.search(rest) and verb.lower() in ("is", "are", "was", "were"):
            rest = f"there {_SEEN.sub('', rest)}"
        elif _STARTS.search(rest):
            edge, rest = "start", _STARTS.sub("", rest)
        elif _STOPS.search(rest):
            edge, rest = "end", _STOPS.sub("", rest)
        elif re.match(r"since when", words, re.IGNORECASE):
            edge = "start"
        elif re.match(r"(?:until|till) when", words, re.IGNORECASE):
            edge = "end"
        asked = self._claim(verb, rest)
        if asked.kind == "yes_no" and asked.attribute == "" and asked.predicate == "" and asked.written:
            asked = replace(asked, kind="other")
        return ClipQuestion(kind, self._text, asked, edge=edge if kind == "when" else "")

    def _claim(self, verb: str, rest: str) -> Question:
        """Read `does the man ride the horse`; a deed in -ing stands behind `is`."""
        tried = [f"{verb.capitalize()} {rest}"]
        tried += [f"{other} {rest}" for other in ("Is", "Does") if other.lower() != verb.lower()]
        found = [self._asked(words) for words in tried]
        return next((one for one in found if one.kind == "yes_no"), found[0])

    def _clause(self, main: str, word: str, other: str) -> ClipQuestion | None:
        """Read a question that tells its time by another thing that is so; None where no such thing can be read."""
        asked = self._asked(main)
        if asked.kind == "other":
            return None
        edge: Edge = "end" if _VANISHES.search(f" {other}") or _STOPS.search(other) else ""
        edge = "start" if _APPEARS.search(f" {other}") or _STARTS.search(other) else edge
        so = self._so(_STOPS.sub("", _STARTS.sub("", other)), asked.subject if asked.hole != "subject" else None)
        if so is None:
            return None
        if word in ("while", "when"):
            return ClipQuestion("while", self._text, asked, so)
        if asked.kind == "yes_no" and not self._hole(main):
            return ClipQuestion("order", self._text, asked, so, later=word == "after", edge=edge)
        return ClipQuestion("after" if word == "after" else "before", self._text, asked, so, edge=edge)

    def _so(self, clause: str, subject: Thing | None) -> Question | None:
        """Read `riding the horse`, `he rides the horse`, `the man sits on the bench` as a question of yes and no."""
        pronoun = _PRONOUN.match(clause)
        bare = clause[pronoun.end() :] if pronoun else clause
        told = subject.words if subject is not None and (subject.label or subject.attributes) else "someone"
        tried = [f"Is the {told} {bare}", f"Does the {told} {bare}"] if pronoun or _is_deed(bare) else []
        shown = [pattern for pattern in (_APPEARS, _VANISHES) if not pronoun and pattern.search(clause)]
        tried += [f"Is there {pattern.sub('', clause)}" for pattern in shown]
        tried += [] if pronoun else [f"Does {clause}", f"Is {clause}"]
        for words in tried:
            found = self._asked(words)
            if found.kind == "yes_no" and (found.predicate or found.attribute or words.startswith("Is there")):
                named = found.subject is not None and found.subject.label in ("someone", "the someone")
                return replace(found, subject=subject) if named else found
        return None

    def _hole(self, words: str) -> bool:
        return not _ASKS.match(words)


def _is_deed(clause: str) -> bool:
    first = clause.split(" ", 1)[0].lower()
    return first.endswith("ing") and len(first) > 4


def _seconds(found: re.Match[str]) -> float:
    groups = found.groupdict()
    if groups.get("minutes"):
        return 60 * float(groups["minutes"]) + float(groups["seconds"])
    return float(groups.get("one") or groups["two"])
