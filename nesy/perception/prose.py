"""A reply that is no JSON -> its sentences that may describe an image, in their places; or None where none does.

Nothing of language is read here: refusals, greetings and babble are told by their words alone. What is left is for
`nesy.language` to read.
"""

import re
from dataclasses import dataclass

from nesy.perception.thought import after_thought

MAX_PROSE = 16_000
"""Characters of a description in sentences that are read."""
_SENTENCE = re.compile(r"[^.!?\n]*+(?:[.!?]++(?!\s)[^.!?\n]*+)*+(?:[.!?\n]++|$)")
_CANNOT = (
    r"(?:can\s?not|can['’]?t|could\s?n['’]?t|could not|unable|not able|will not|won['’]?t|do not have|don['’]?t have)"
)
_REFUSAL = re.compile(
    rf"\b(?:I|we)\b(?:['’]m|['’]re)?[^.!?\n]{{0,60}}?\b{_CANNOT}\b[^.!?\n]{{0,60}}?\b"
    r"(?:help|assist|comply|do that|do this|process|"
    r"analy[sz]e|describe|identify|provide|fulfil|answer|discuss|respond|view|interpret|access|"
    r"see (?:any |an |the )?(?:image|picture|photo)s?)\b"
    r"|\bas an? (?:AI|artificial|large language|language model)\b"
    r"|\b(?:no|any) (?:image|picture|photo)s? (?:was|were|is|has been|to (?:see|view)|attached|provided|uploaded|given)"
    r"|\b(?:upload|attach|provide|share|send) (?:an?|the|your|it|another)\b",
    re.IGNORECASE,
)
_CHATTER = re.compile(
    r"\b(?:sorry|apolog\w+|I hope|let me know|feel free|I['’]d be happy|happy to help|if you (?:have|need|want|would)|"
    r"I (?:will|['’]ll) (?:describe|provide|list)|"
    r"here(?:['’]s| is| are)\b[^.!?\n]{0,60}\b(?:description|scene|answer|list|JSON))"
    r"|^\W*(?:sure|certainly|of course|okay|ok|yes|no|unfortunately|thanks?(?: you)?|hello|hi)\W*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LEAD_IN = re.compile(
    r"[\s*_#>]*(?:(?:the |my )?(?:final |short )?answer(?: to [^.!?\n:]{0,80}?)?\s*(?::|\bis\b:?)|assistant:|A:)?"
    r"[\s*_#>]*",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(r"\W*(?:yes|no)\W*$", re.IGNORECASE)
_NO_ANSWER = re.compile(
    r"(?:\W*\b(?:h+m+|well|u+m+|u+h+|e+rm?|a+h+|o+h+|ok(?:ay)?|so|sure|right|hello|hi|hey|thanks?|thank you)\b)+\W*$"
    r"|.*\bjson\b",
    re.IGNORECASE | re.DOTALL,
)
"""Interjections, and talk of the form that was asked for."""
_FEW = 3
"""So few words may be of one kind: "no, no, no"."""
_MOST_LETTERS, _LEAST_NEW = 45, 0.2
"""Letters of the longest word of English, and the share of a text's words that are said for the first time."""


@dataclass(frozen=True)
class Prose:
    """The sentences of a reply that may describe something.

    `text` is as long as the reply; blanks stand for what was left out, so that places stay what they are.
    """

    text: str
    left_out: tuple[str, ...]
    """What was left out, one line each."""


def prose_of(reply: str) -> Prose | None:
    """Return the sentences of a reply; None for JSON, a refusal, babble and nothing at all.

    >>> prose_of("Sure! A woman rides a horse.").text.strip()
    'A woman rides a horse.'
    >>> prose_of("I'm sorry, I can't help with that."), prose_of("couchcouchcouch"), prose_of('{"entities":[')
    (None, None, None)
    """
    text = reply[:MAX_PROSE]
    begin = after_thought(text)
    if "{" in text[begin:] or text[begin:].lstrip().startswith("[") or "<think" in text[begin:].lower():
        return None
    kept, left_out, said, again = [" " * begin], [], set[str](), 0
    for match in _SENTENCE.finditer(text, begin):
        sentence = match.group()
        words = " ".join(sentence.lower().split())
        if _REFUSAL.search(sentence):
            return None
        repeated = words in said and _WORD.search(words) is not None
        again += repeated
        if _CHATTER.search(sentence):
            left_out.append(f"left out, for it describes nothing: {' '.join(sentence.split())[:100]!r}")
        kept.append(" " * len(sentence) if repeated or _CHATTER.search(sentence) else sentence)
        said.add(words)
    if again:
        left_out.append(f"sentences that were said before are left out: {again}")
    if len(reply) > MAX_PROSE:
        left_out.append(f"the description has {len(reply)} characters; only the first {MAX_PROSE} are read")
    whole = "".join(kept)
    return Prose(whole, tuple(left_out)) if _may_be_language(whole) else None


def answer_of(reply: str) -> tuple[int, int] | None:
    """Return where the words of a reply are that answer a question; None for JSON, a refusal, babble and nothing.

    >>> answer_of("Answer: a horse."), answer_of("I'm sorry, I can't help with that."), answer_of('{"answer":')
    ((8, 16), None, None)
    """
    text = reply[:MAX_PROSE]
    begin = after_thought(text)
    rest = text[begin:]
    if "{" in rest or rest.lstrip().startswith("[") or "<think" in rest.lower() or _REFUSAL.search(rest):
        return None
    said = [one for one in _SENTENCE.finditer(text, begin) if _answers(one.group())]
    if not said:
        return None
    start, end = said[0].start(), said[-1].end()
    lead = _LEAD_IN.match(text, start, end)
    start = lead.end() if lead is not None and lead.end() < end else start
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(text[start:end].rstrip(" \n*_"))
    words = [word.lower() for word in _WORD.findall(text[start:end])]
    endless = max(map(len, words), default=0) > _MOST_LETTERS
    again = len(words) > _FEW and len(set(words)) < max(2.0, _LEAST_NEW * len(words) ** 0.8)
    return None if endless or again else (start, end)


def _answers(sentence: str) -> bool:
    """Tell whether a sentence may be of an answer: it has words or a number, and is no courtesy; yes and no are."""
    if not re.search(r"\w", sentence) or _NO_ANSWER.match(sentence):
        return False
    return _YES_OR_NO.match(sentence) is not None or not _CHATTER.search(sentence)


def _may_be_language(text: str) -> bool:
    """Tell words from babble: nothing endless, and not the same few again and again."""
    words = [word.lower() for word in _WORD.findall(text)]
    few = len(words) < 2 or max(map(len, words)) > _MOST_LETTERS
    return not few and len(set(words)) >= max(2.0, _LEAST_NEW * len(words) ** 0.8)
