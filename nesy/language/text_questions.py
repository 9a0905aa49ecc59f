"""A question about what is written somewhere -> on what, and what it is said to be where that is asked."""

import re
from dataclasses import dataclass

_WRITING = (
    r"(?:words?|text|writing|letters?|lettering|numbers?|digits?|names?|inscription|message|phrase|slogan|logo|label)"
)
_WRITTEN = r"(?:written|printed|inscribed|engraved|spelled(?: out)?)"
_SHOWN = r"(?:written|printed|painted|inscribed|engraved|stitched|embroidered|displayed|shown|there|visible)"
_ON = r"(?:on|across|above|over|in|at|along)(?: the (?:front|back|side|top|bottom|middle) of)?"
_SAYS = r"(?:says?|reads?|spells?(?: out)?)"
_IS = r"(?:\s+is|\s+are|\s*['\u2019]s|\s+was|\s+were)"
_ON_IT = rf"(?: {_SHOWN})?(?: on (?:it|them|him|her))?"
_BEARS = rf"(?:have|bear|show|wear|wearing|display){_ON_IT}"
_END = r"\s*[?.!]*\s*$"
_WHAT = tuple(
    re.compile(rf"^\W*{pattern}{_END}", re.IGNORECASE)
    for pattern in (
        rf"what (?:does|do|did) (?:it|they|the (?:\w+ )?{_WRITING}) {_SAYS} {_ON} (?P<thing>.+?)",
        rf"what (?:does|do|did) the (?:\w+ )?{_WRITING} {_ON} (?P<thing>.+?) {_SAYS}",
        rf"what (?:does|do|did) (?:it|they) {_SAYS}",
        rf"what (?:does|do|did) (?P<thing>.+?) {_SAYS}",
        rf"what{_IS} (?P<thing>.+?) (?:saying|reading)",
        rf"(?:what|which) (?:\w+ )?{_WRITING}{_IS}(?: {_SHOWN})? {_ON} (?P<thing>.+?)",
        rf"what{_IS} (?:{_WRITTEN}|the (?:\w+ )?{_WRITING}(?: {_SHOWN})?) {_ON} (?P<thing>.+?)",
        rf"(?:what|which) (?:\w+ )?{_WRITING} (?:does|do|did|is|are) (?P<thing>.+?) {_BEARS}",
        rf"what (?:\w+ )?{_WRITING} (?:(?:can|do|could) (?:you|we|i) (?:see|read)|{_IS.strip()} {_SHOWN})",
        rf"what{_IS} {_WRITTEN}(?: there)?",
        r"what (?P<thing>(?:the|this|that|his|her|their) .+?) (?:says|reads|say|read)",
        rf"what (?:can|do|could) (?:you|we|i|one) read(?: {_ON} (?P<thing>.+?))?",
    )
)
_QUOTE = r"(?P<text>[\"'\u201c\u2018].+?[\"'\u201d\u2019]|.+?)"
_QUOTED_TEXT = r"(?P<text>[\"'\u201c\u2018].+?[\"'\u201d\u2019])"
_THAT_SAYS = rf"(?:(?:that|which) {_SAYS}|saying|reading|with the (?:\w+ )?{_WRITING})"
_WHETHER = tuple(
    re.compile(rf"^\W*{pattern}{_END}", re.IGNORECASE)
    for pattern in (
        rf"(?:does|do|did) the (?:\w+ )?{_WRITING} {_ON} (?P<thing>.+?) {_SAYS} {_QUOTE}",
        rf"(?:does|do|did) (?P<thing>.+?) {_SAYS} {_QUOTE}",
        rf"(?:does|do|did) (?P<thing>.+?) (?:have|bear|show) the (?:\w+ )?{_WRITING} {_QUOTE}{_ON_IT}",
        rf"(?:is|are|was|were) the (?:\w+ )?{_WRITING} {_QUOTE} {_SHOWN} {_ON} (?P<thing>.+?)",
        rf"(?:is|are|was|were) {_QUOTED_TEXT} {_SHOWN} {_ON} (?P<thing>.+?)",
        rf"(?:is|are|was|were) the (?:\w+ )?{_WRITING} {_QUOTE} {_ON} (?P<thing>.+?)",
        rf"(?:is|are) there (?P<thing>.+?) {_THAT_SAYS} {_QUOTE}",
    )
)
_ANYTHING = re.compile(r"(?:anything|something|nothing|any \w+|some \w+|that|it|to|what|so)\b", re.IGNORECASE)
_ANSWERED = re.compile(
    rf"^\W*(?:it|(?:the|this|that|a|an)\s.+?)?\s*(?:{_SAYS}|{_IS.strip()})\s+(?P<text>.+?)[.!]?\s*$", re.IGNORECASE
)
_QUOTED = re.compile(
    '["\u201c](?P<double>[^"\u201c\u201d]+)["\u201d]|(?<!\\w)[\'\u2018](?P<single>.+?)[\'\u2019](?!\\w)'
)
_UNTOLD = re.compile(
    r"\s*(?:(?:nothing|none|no|unknown|unclear|unreadable|illegible|nothing is written.*)\W*$|"
    r"(?:no|not) (?:text|words?|writing|letters?|numbers?|signs?|visible|legible|readable|clear)\b|"
    r"i (?:can\s?not|can.t|don.t|do not|am not|am unable)\b|(?:it|there)(?:.s| is| are) (?:no|not|un|ill)|"
    r"(?:the|it) .*\b(?:not|cannot|can.t|unclear|unreadable|illegible)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class TextQuestion:
    """What a question about something written names."""

    thing: str
    """The words for what bears it; empty where nothing is named."""
    text: str | None = None
    """What is said to be written there; None: that is asked for."""


def text_question(question: str) -> TextQuestion | None:
    """Return what a question about something written names; None for another question.

    >>> text_question("What does the sign say?")
    TextQuestion(thing='the sign', text=None)
    >>> text_question("Does the sign say STOP?")
    TextQuestion(thing='the sign', text='STOP')
    >>> text_question("What does the man hold?")
    """
    for pattern in _WHAT:
        if (found := pattern.match(question)) is not None:
            return TextQuestion((found.groupdict().get("thing") or "").strip())
    for pattern in _WHETHER:
        found = pattern.match(question)
        if found is not None and not _ANYTHING.match(found["text"]):
            return TextQuestion(found["thing"].strip(), found["text"].strip("\"'\u201c\u201d\u2018\u2019 "))
    return None


def answered_text(answer: str) -> str | None:
    """Return the text that an answer tells to be written; None where it tells none.

    >>> answered_text('The sign says "STOP".'), answered_text("STOP"), answered_text("I cannot tell")
    ('STOP', 'STOP', None)
    """
    if (quoted := [found["double"] or found["single"] for found in _QUOTED.finditer(answer)]) != []:
        return " ".join(quoted)
    if _UNTOLD.match(answer):
        return None
    said = _ANSWERED.match(answer)
    text = (answer if said is None else said["text"]).strip(" .!")
    return text if any(one.isalnum() for one in text) else None
