"""An annotated document in, how sure it is of each token out: what is denied, and what is said with a hedge.

A denied token makes no claim. A hedge holds for what hangs on it: of "the man might hold a cup" the holding and the cup
are unsure, the man is not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nesy.language.lexicon import Words, words
from nesy.language.nouns import NOUNS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NO = frozenset(["no", "neither", "zero"])
_NOT = frozenset(["not", "n't", "n’t", "never", "hardly", "barely", "nor"])
_NOBODY = {"nobody": "person", "noone": "person", "no-one": "person"}
_SUBJECTS = frozenset(["nsubj", "nsubj:pass", "nsubj:outer"])
_THEN = frozenset(["xcomp", "ccomp", "obj", "advcl", "obl", "acl"])
_INDEFINITE = frozenset(["a", "an", "any", "some", "another"])
_SEEN = frozenset(["visible", "present", "seen", "see", "shown", "show", "there", "here", "in", "be", "evident"])


@dataclass(frozen=True)
class Absence:
    """Something that a text says is nowhere to be seen.

    Args:
        token: the noun, or the pronoun (`nobody`).
        category: what is absent, in the singular.
        tokens: those that say so.
    """

    token: int
    category: str
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Scope:
    """What a document denies and doubts, by token index."""

    denied: frozenset[int]
    """Verbs, adjectives and nouns that are denied: nothing is claimed with them."""
    lacking: frozenset[int]
    """Nouns that somebody is without: "a man without a hat"."""
    absences: tuple[Absence, ...]
    hedged: dict[int, float]
    """Token -> the confidence that the hedges around it leave; a token without is said plainly."""


def scope(doc: Doc, table: Words) -> Scope:
    """Return what a document denies and doubts."""
    denied: set[int] = set()
    lacking: set[int] = set()
    absences: list[Absence] = []
    for token in doc:
        lower = token.lower_
        if lower in _NO and token.head.pos_ in NOUNS and token.i < token.head.i:
            _no(token.head, token, denied, lacking, absences)
        elif lower == "no" and token.i + 1 < len(doc) and doc[token.i + 1].lower_ == "one":
            _nobody(doc[token.i + 1], (token.i, token.i + 1), denied, absences)
        elif lower in _NOBODY:
            _nobody(token, (token.i,), denied, absences)
        elif lower in _NOT and token.head.i != token.i:
            _not(token.head, token, denied, absences)
        elif lower == "without" and token.head.i > token.i:
            for one in _together(token.head):
                lacking.add(one.i)
                denied.add(one.i)
        elif lower in ("absence", "lack"):
            for child in token.children:
                if child.dep_ == "nmod":
                    for one in _together(child):
                        denied.add(one.i)
                        absences.append(Absence(one.i, _singular(one), (token.i, one.i)))
        elif lower in ("absent", "missing") and any(child.dep_ == "cop" for child in token.children):
            for child in token.children:
                if child.dep_ in _SUBJECTS and child.pos_ in NOUNS and not _owned(child):
                    denied.add(child.i)
                    absences.append(Absence(child.i, _singular(child), (child.i, token.i)))
    return Scope(frozenset(denied), frozenset(lacking), tuple(absences), _hedged(doc, table))


def _singular(token: Token) -> str:
    """Return the name of a noun in the singular, with the nouns before it."""
    before = [child.lower_ for child in token.lefts if child.dep_ == "compound"]
    lemma = "person" if token.lower_ == "people" else (token.lemma_.lower() or token.lower_)
    return " ".join([*before, lemma])


def _together(token: Token) -> list[Token]:
    """Return a noun and those that are coordinated with it: "no cars or trucks"."""
    return [token, *(child for child in token.children if child.dep_ == "conj" and child.pos_ in NOUNS)]


def _owned(token: Token) -> bool:
    return any(child.dep_ == "nmod:poss" for child in token.children)


def _no(noun: Token, cue: Token, denied: set[int], lacking: set[int], absences: list[Absence]) -> None:
    together = _together(noun)
    denied.update(one.i for one in together)
    with_case = [child.lower_ for child in noun.lefts if child.dep_ == "case"]
    verb = noun.head
    if with_case:
        if with_case[0] == "with":
            lacking.update(one.i for one in together)
        return
    if _is_all(noun) and (noun.dep_ == "ROOT" or _is_existence(verb, noun)):
        absences.extend(Absence(one.i, _singular(one), (cue.i, one.i)) for one in together)
        if noun.dep_ != "ROOT":
            denied.update([verb.i])
    elif noun.dep_ in _SUBJECTS or noun.dep_ == "obj":
        denied.add(verb.i)
        if noun.dep_ == "obj" and verb.lemma_ == "have":
            lacking.update(one.i for one in together)


def _is_all(noun: Token) -> bool:
    """Tell whether a noun means all of its kind: nothing beside the picture itself narrows it."""
    for child in noun.children:
        if child.dep_ in ("amod", "acl:relcl", "nmod:poss"):
            if child.lower_ not in ("visible", "other", "discernible", "apparent", "noticeable", "present"):
                return False
        elif child.dep_ in ("nmod", "acl") and not _of_picture(child):
            return False
    return not any(child.lower_ == "other" for child in noun.children)


def _of_picture(token: Token) -> bool:
    return token.lower_ in words(token.lang_).here


def _is_existence(verb: Token, noun: Token) -> bool:
    """Tell whether a clause says no more than that something is there."""
    there = any(child.dep_ == "expl" for child in verb.children)
    if not there and verb.lower_ not in _SEEN and not _of_picture(verb):
        return False
    for child in verb.children:
        if child.dep_ in ("obl", "advcl", "nmod") and child != noun and not _of_picture(child):
            return False
    return True


def _nobody(token: Token, cues: tuple[int, ...], denied: set[int], absences: list[Absence]) -> None:
    verb = token.head
    denied.add(token.i)
    if token.dep_ == "ROOT" or _is_existence(verb, token):
        absences.append(Absence(token.i, "person", cues))
    if token.dep_ != "ROOT":
        denied.add(verb.i)


def _not(head: Token, cue: Token, denied: set[int], absences: list[Absence]) -> None:
    if head.i < cue.i and head.dep_ == "ROOT" and head.pos_ in NOUNS:
        return
    denied.add(head.i)
    denied.update(child.i for child in head.children if child.dep_ == "conj" and child.pos_ == head.pos_)
    if head.pos_ in NOUNS and not any(child.dep_ == "cop" for child in head.children):
        return
    subjects = [child for child in head.children if child.dep_ in _SUBJECTS]
    there = any(child.dep_ == "expl" for child in head.children)
    for child in head.children:
        # "is not wearing a helmet" says of no helmet that it is there; "is not riding the horse" does of the horse
        if child.dep_ in ("obj", "obl") or (there and child in subjects):
            for one in _together(child):
                article = [c.lower_ for c in one.lefts if c.dep_ in ("det", "nmod:poss")]
                if not article or article[0] in _INDEFINITE:
                    denied.add(one.i)
                    if there and child in subjects and _is_all(one) and _is_existence(head, one):
                        absences.append(Absence(one.i, _singular(one), (cue.i, one.i)))
    if head.lower_ in ("visible", "present", "seen") and _is_existence(head, head):
        for one in subjects:
            article = [c.lower_ for c in one.lefts if c.dep_ in ("det", "nmod:poss")]
            if one.pos_ in NOUNS and (not article or article[0] in _INDEFINITE):
                denied.add(one.i)
                absences.append(Absence(one.i, _singular(one), (one.i, cue.i, head.i)))


def _hedged(doc: Doc, table: Words) -> dict[int, float]:
    found: dict[int, float] = {}

    def doubt(tokens: Iterable[Token], confidence: float) -> None:
        for token in tokens:
            found[token.i] = min(confidence, found.get(token.i, 1.0))

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
    """Return a clause without its subject, or a whole noun phrase."""
    if head.pos_ in NOUNS and not any(child.dep_ == "cop" for child in head.children):
        return list(head.subtree)
    found = [head]
    for child in head.children:
        if child.dep_ not in _SUBJECTS and child.dep_ not in ("parataxis", "conj"):
            found += list(child.subtree)
    return found
