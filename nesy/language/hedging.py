"""An annotated document in, how sure its hedges leave each token out: "might", "is about to", "it is said that".

A hedge holds for what hangs on it: of "the man might hold a cup" the holding and the cup are unsure, the man is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from nesy.language.lexicon import Words
from nesy.language.nouns import NOUNS
from nesy.language.verbs import present_base
from nesy.ontology.morphology import participle_base

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

INTENDED = 0.4
"""How sure it is that something is done which somebody is about, tries, or is said to do."""
REPORTED = 0.5
"""How sure it is what somebody in the text says."""
_TEXTS = frozenset(["text", "sentence", "paragraph", "description", "caption", "passage", "story", "title"])
_SAID_OF = frozenset(
    [
        "said", "thought", "believed", "known", "reported", "supposed", "expected", "claimed", "assumed", "rumored",
        "rumoured", "alleged", "considered", "meant", "understood",
    ]
)  # fmt: skip
ASKING = frozenset(
    ["ask", "tell", "invite", "order", "request", "beg", "urge", "encourage", "remind", "command", "persuade", "teach"]
)
"""Verbs whose object is to do what follows: "asks a man to open the door"."""
WANTING = frozenset(
    [
        "want",
        "need",
        "like",
        "love",
        "prefer",
        "wish",
        "expect",
        "allow",
        "force",
        "help",
        "get",
        "cause",
        "hate",
        "let",
    ]
)
"""Verbs whose object, where they have one, is to do it, else their subject: "wants the girl to throw a ball"."""
_PLANS = frozenset(["plan", "think", "dream", "talk", "consider", "count"])
"""What is planned "on" or thought "of" is not done yet."""
_SUBJECTS = frozenset(["nsubj", "nsubj:pass", "nsubj:outer"])
_THEN = frozenset(["xcomp", "ccomp", "obj", "advcl", "obl", "acl"])


def hedged(doc: Doc, table: Words) -> dict[int, float]:
    """Return the confidence that hedges leave, by token index; a token without is said plainly."""
    found: dict[int, float] = {}

    def doubt(tokens: Iterable[Token], confidence: float) -> None:
        for token in tokens:
            found[token.i] = min(confidence, found.get(token.i, 1.0))

    for i in _intended(doc, table):
        doubt([doc[i]], INTENDED)
    for token in doc:
        if _is_report(token, table):
            doubt(_what_follows(token), REPORTED)
        elif token.lower_ == "according" and token.head.lower_ not in table.pictures and token.head.head != token.head:
            doubt(_clause(token.head.head), REPORTED)
    lower = [token.lower_ for token in doc]
    for token, word, after in zip(doc, lower, [*lower[1:], ""], strict=True):
        pair = table.hedges.get(f"{word} {after}")
        sure = pair if pair is not None else table.hedges.get(token.lemma_.lower(), table.hedges.get(word))
        if sure is None:
            continue
        if pair is not None and token.pos_ not in ("VERB", "AUX"):
            doubt(token.head.subtree if token.head.i > token.i else doc[token.i + 1].head.subtree, sure)
        elif token.pos_ in ("VERB",) or pair is not None:
            if token.lemma_ == "look" and pair is None:
                continue
            doubt(_what_follows(token), sure)
        elif token.pos_ == "ADJ" and token.lower_ == "likely":
            doubt(_what_follows(token), sure)
        elif token.pos_ in ("AUX", "ADV") and token.head.i != token.i:
            if token.pos_ == "AUX" and any(child.lower_ in ("see", "seen") for child in (token.head,)):
                continue  # "a dog can be seen", "one could see a dog"
            noun = token.head.pos_ in NOUNS and token.head.i < token.i and token.head.head.i != token.head.i
            doubt(_clause(token.head.head if noun else token.head), sure)  # "the boy probably" doubts what he does
    return found


def _intended(doc: Doc, table: Words) -> Iterator[int]:
    """Yield what is not done yet, or only said to be: the words of "throw" and "off" after "about to".

    The things named are there all the same: who is about to throw a ball has one.
    """
    for token in doc:
        if token.lower_ not in ("to", "on", "of", "about") or token.i == 0 or token.i + 1 >= len(doc):
            continue
        before = next((one for one in reversed(doc[max(token.i - 3, 0) : token.i]) if one.pos_ != "ADV"), None)
        if before is None:
            continue
        verb = doc[token.i + 1]
        if token.lower_ != "to":
            if verb.tag_ != "VBG" or not _PLANS & {
                before.lemma_.lower(),
                present_base(before),
                participle_base(before.lower_),
            }:
                continue
        elif not _looks_ahead(before, table) and not _is_asked_to(before, table):
            continue
        if verb.pos_ == "ADV" and token.i + 2 < len(doc):
            verb = doc[token.i + 2]
        head = verb.head if verb.dep_ in ("cop", "aux", "aux:pass") else verb
        if head.i < token.i or verb.tag_ in ("DT", "PRP", "PRP$", "CD", "NNS", "NNP"):
            continue
        yield from (head.i, verb.i)
        for one in head.subtree:
            if one.i > token.i and (one.pos_ not in (*NOUNS, "PRON", "DET", "NUM") and one.dep_ != "amod"):
                yield one.i


def _is_asked_to(person: Token, table: Words) -> bool:
    """Tell whether somebody is asked to do what follows, or waited for to do it: "asks a man to open the door"."""
    verb = person.head
    if person.pos_ not in (*NOUNS, "PRON") or verb.pos_ != "VERB" or verb.i > person.i:
        return False
    bases = {verb.lemma_.lower(), present_base(verb), participle_base(verb.lower_)}
    return person.dep_ in ("obj", "iobj", "obl") and bool(bases & (ASKING | table.intentions))


def reports_taken_for_qualities(doc: Doc) -> Iterator[int]:
    """Yield the participles that say only who says it: the "reported" of "is reported to have a gun"."""
    for token in doc[:-1]:
        if token.lower_ in _SAID_OF and token.nbor().lower_ == "to" and token.tag_ != "NN":
            yield token.i


def verbs_taken_for_things(doc: Doc) -> Iterator[int]:
    """Yield the verbs after "about to" that were tagged nouns: the land of "is about to land"."""
    for token in doc:
        bare = token.lower_ == "to" and 0 < token.i < len(doc) - 1 and token.nbor().tag_ == "NN"
        if bare and token.nbor(-1).lower_ in ("about", "going", "trying", "ready", "preparing"):
            yield token.i + 1


def _looks_ahead(token: Token, table: Words) -> bool:
    """Tell whether "to" after a word says what is intended, or what is said of somebody."""
    lower = token.lower_
    if lower in _SAID_OF:
        return True
    bases = {token.lemma_.lower(), lower, present_base(token), participle_base(lower)}
    if "go" in bases:
        return lower == "going"
    if "set" in bases or "mean" in bases:
        return token.pos_ in ("ADJ", "VERB") and lower == "set"
    return bool(bases & table.intentions)


def _is_report(token: Token, table: Words) -> bool:
    """Tell whether a verb says what somebody says; what the caption or the picture says is the description itself."""
    if token.pos_ != "VERB" or token.lemma_.lower() not in table.reports:
        return False
    if not any(child.dep_ == "ccomp" and child.i > token.i for child in token.children):
        return False
    speaker = next((child for child in token.children if child.dep_ in _SUBJECTS), None)
    told = speaker is not None and (speaker.lower_ in table.pictures or speaker.lower_ in _TEXTS)
    return not told and not any(child.lower_ == "see" for child in token.children)


def _what_follows(verb: Token) -> list[Token]:
    """Return what a verb of seeming makes unsure: all that it governs but its own subject."""
    there = any(child.dep_ == "expl" for child in verb.children)
    found = [
        token
        for child in verb.children
        if child.dep_ in _THEN or (there and child.dep_ in _SUBJECTS)
        for token in child.subtree
    ]
    if verb.dep_ == "acl:relcl" and not found:
        found = [verb]
    if any(child.lower_ == "what" for child in verb.children):
        found += [token for child in verb.children if child.dep_ not in _SUBJECTS for token in child.subtree]
    return found


def _clause(head: Token) -> list[Token]:
    """Return a clause without its subject, save where it is what is there; or a whole noun phrase."""
    if head.pos_ in NOUNS and not any(child.dep_ == "cop" for child in head.children):
        return list(head.subtree)
    found = [head]
    there = any(child.dep_ == "expl" for child in head.children)  # "there could be a dog"
    for child in head.children:
        if (there or child.dep_ not in _SUBJECTS) and child.dep_ not in ("parataxis", "conj"):
            found += list(child.subtree)
    return found
