"""A noun in, the phrase around it out: its article, what is coordinated with it, whose it is, who does its verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.nouns import NOUNS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_WITHIN = frozenset(["DT", "JJ", "JJR", "JJS", "NN", "NNS", "NNP", "NNPS", "CD", "PRP$", "VBN", "HYPH", "RB", "PDT"])
_INDEFINITE = frozenset(["a", "an", "any", "some", "another", "no"])
_SUBJECTS = frozenset(["nsubj", "nsubj:pass", "nsubj:outer"])


def name_in_singular(token: Token) -> str:
    """Return the name of a noun in the singular, with the nouns before it."""
    before = [child.lower_ for child in token.lefts if child.dep_ == "compound"]
    lemma = "person" if token.lower_ == "people" else (token.lemma_.lower() or token.lower_)
    return " ".join([*before, lemma])


def with_coordinated(token: Token) -> list[Token]:
    """Return a noun and those that are coordinated with it: "no cars or trucks"."""
    return [token, *(child for child in token.children if child.dep_ == "conj" and child.pos_ in NOUNS)]


def is_apart(noun: Token) -> bool:
    """Tell whether a noun has an article of its own behind an "and"."""
    first = noun.left_edge
    return any(one.lower_ == "and" for one in noun.lefts) and any(
        one.lower_ in ("a", "an", "the") for one in noun.doc[first.i : noun.i]
    )


def is_owned(token: Token) -> bool:
    """Tell whether a noun has a possessive: "his hat"."""
    return any(child.dep_ == "nmod:poss" for child in token.children)


def phrase_head(doc: Doc, start: int) -> Token | None:
    """Return the noun of the phrase that starts at a token, by tags alone: a wrong tree does not move it."""
    head = None
    for token in doc[start : start + 8]:
        if token.tag_ not in _WITHIN or (head is not None and token.tag_ in ("DT", "PRP$", "RB")):
            break
        if token.pos_ in NOUNS:
            head = token
    return head


def noun_before(token: Token) -> Token | None:
    """Return the noun right before a token."""
    before = token.nbor(-1) if token.i else None
    return before if before is not None and before.pos_ in NOUNS else None


def subject_of(head: Token) -> Token | None:
    """Return who a clause speaks of: its subject, or the noun that it hangs on."""
    for one in (head, *head.ancestors):
        for child in one.children:
            if (
                child.dep_ in _SUBJECTS
                and child.pos_ in (*NOUNS, "PRON")
                and "Rel" not in child.morph.get("PronType", [])
            ):
                return child
        if one.dep_ in ("acl", "acl:relcl", "amod") and one.head.pos_ in NOUNS:
            return one.head
        if one.dep_ not in ("conj", "xcomp", "advcl"):
            return None
    return None


def object_of(verb: Token) -> Token | None:
    """Return the object of a verb, by the tree or as the phrase right after it."""
    own = next((child for child in verb.children if child.dep_ == "obj" and child.pos_ in NOUNS), None)
    return own or (phrase_head(verb.doc, verb.i + 1) if verb.i + 1 < len(verb.doc) else None)


def article_of(noun: Token) -> str:
    """Return the article or possessive of a noun, "" where it has none."""
    return next((c.lower_ for c in noun.lefts if c.dep_ in ("det", "nmod:poss")), "")


def is_new(noun: Token) -> bool:
    """Tell whether a noun phrase introduces what it names."""
    article = article_of(noun)
    return not article or article in _INDEFINITE
