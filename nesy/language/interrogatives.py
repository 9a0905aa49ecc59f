"""An annotated document in, the tokens out that it asks and does not say: questions, and clauses with "whether"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.nouns import NOUNS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span, Token

_AUXILIARIES = frozenset(
    [
        "is", "are", "was", "were", "am", "do", "does", "did", "has", "have", "had", "can", "could", "will",
        "would", "should", "may", "might", "isn't", "aren't", "wasn't", "weren't",
        "doesn't", "don't", "didn't", "ca", "wo", "sha",
    ]
)  # fmt: skip
_ALSO_VERBS = frozenset(["have", "has", "had", "do", "does", "did"])
"""Auxiliaries that may begin a request: "Have a look"."""
_QUESTION_WORDS = frozenset(["what", "who", "whom", "whose", "which", "where", "when", "why", "how"])
_PRONOUNS = frozenset(["i", "you", "he", "she", "it", "we", "they", "there", "this", "that", "these", "those"])
_TAGS = frozenset(["right", "correct", "yes", "no", "ok", "okay", "huh", "eh", "true", "see"])
_LEADING = frozenset(["so", "and", "but", "now", "well", "okay", "ok", "yes", "no", "hey", "please", "also", "or"])
_JOINTS = frozenset([",", ";", ":", "-", "--", "and", "but", "so", "or", "—", "–"])
_WONDERING = frozenset(
    [
        "wonder", "ask", "know", "tell", "check", "see", "determine", "say", "clear", "unclear", "sure", "unsure",
        "certain", "uncertain", "unknown", "decide", "find",
    ]
)  # fmt: skip
_MOST_TAG = 5
"""No tag question has more tokens: "isn't there?"."""


def asked(doc: Doc) -> frozenset[int]:
    """Return the tokens of questions; of "There is a cup, isn't there?" only the last three are asked."""
    found: set[int] = set()
    for sentence in doc.sents:
        found.update(_asked_in(sentence))
    for token in doc:
        lower = token.lower_
        if lower == "whether" or (lower == "if" and token.dep_ == "mark" and _wonders(token.head)):
            clause = token.head
            found.update(one.i for one in clause.subtree if one.i >= token.i)
    return frozenset(found)


def _wonders(clause: Token) -> bool:
    return clause.dep_ in ("ccomp", "advcl", "csubj", "xcomp") and clause.head.lemma_.lower() in _WONDERING


def _asked_in(sentence: Span) -> range:
    start, end = sentence.start, sentence.end
    doc = sentence.doc
    last = end - 1
    while last > start and (doc[last].is_space or doc[last].text in ('"', "'", ")")):
        last -= 1
    while start < last and (doc[start].lower_ in _LEADING or doc[start].is_punct or doc[start].is_space):
        start += 1
    marked = "?" in doc[last].text
    if _opens(doc, start, end) and (marked or doc[start].lower_ not in _ALSO_VERBS):
        return range(sentence.start, end)
    if not marked:
        return range(0)
    for i in range(last - 1, start, -1):
        if doc[i].lower_ not in _JOINTS or not _opens_or_tags(doc, i + 1, last):
            continue
        return range(i, end)
    return range(sentence.start, end)


def _opens_or_tags(doc: Doc, start: int, last: int) -> bool:
    """Tell whether a question, or the tag of one, begins here; `last`: the question mark."""
    if last - start == 1 and doc[start].lower_ in _TAGS:
        return doc[start - 1].text in (",", "-", "--", ";", "—", "–")
    tag = last - start <= _MOST_TAG and doc[start].lower_ in _AUXILIARIES and doc[last - 1].lower_ in _PRONOUNS
    return tag or _opens(doc, start, last)


def _opens(doc: Doc, start: int, end: int) -> bool:
    """Tell whether a question begins here: a verb before its subject, or a question word before such a verb."""
    if start + 1 >= end:
        return False
    first, second = doc[start], doc[start + 1]
    if first.lower_ in _AUXILIARIES:
        if second.lower_ in ("n't", "not") and start + 2 < end:
            second = doc[start + 2]
        return (
            second.lower_ in _PRONOUNS
            or second.tag_ in ("DT", "PRP", "PRP$", "EX", "CD", "PDT")
            or (second.pos_ in NOUNS and first.lower_ in ("is", "are", "do", "does", "did"))
            or (second.tag_ == "JJ" and start + 2 < end and doc[start + 2].pos_ in NOUNS)
            or second.lower_ in ("any", "some")
        )
    if first.lower_ not in _QUESTION_WORDS:
        return False
    if second.lower_ in ("a", "an"):
        return False  # "What a beautiful horse!"
    at = start + 1
    if first.lower_ in ("what", "which", "whose", "how"):
        while (
            at < end
            and at - start < 6
            and (
                doc[at].pos_ in (*NOUNS, "ADJ", "ADV")
                or doc[at].lower_ in ("many", "much", "of", "the", "these", "kind")
            )
            and doc[at].lower_ not in _AUXILIARIES
        ):
            at += 1
    if at >= end:
        return False
    if doc[at].lower_ in _AUXILIARIES or doc[at].lower_ in ("'s", "'re"):
        return not any(
            one.lower_ in ("is", "are")
            and one.i > at + 1
            and one.dep_ in ("cop", "ROOT")
            and at == start + 1
            and first.lower_ == "what"
            for one in doc[at + 1 : end]
        )
    return False
