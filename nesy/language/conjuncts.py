"""A document and what it names in, the same with "a man in a suit and tie is talking" as the man's talking out.

What is joined to the noun of a phrase ("in a suit and tie") belongs to the phrase: it has no article of its own, or
the verb after it is in the singular, which two subjects never have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nesy.language.concreteness import is_thing
from nesy.language.lexicon import Words, words
from nesy.language.mentions import Attribute, Link, MentionGraph
from nesy.language.nouns import NOUNS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_JOINING = frozenset(["in", "with", "wearing", "holding", "carrying", "and"])
_SINGULAR_VERBS = frozenset(["is", "was", "has"])
_IN_PHRASE = frozenset(["DT", "JJ", "NN", "NNS", "NNP", "PRP$", "CD", "VBN", "HYPH", "JJR", "VBG"])
_LINKS = frozenset(["in", "with", "of", "on", "and", "wearing", "holding", "at", "without", "near", "from"])
_LONGEST = 8
_LONGEST_PHRASE = 16
"""Tokens that are looked through: the time stays linear."""


@dataclass(frozen=True)
class Conjunct:
    """The tokens of the man, of "in", the suit and the tie of "a man in a suit and tie"; whether a verb follows."""

    owner: int
    joint: int
    first: int
    second: int
    verb: bool


def conjuncts(doc: Doc) -> Iterator[Conjunct]:
    """Yield what is joined to the noun of a phrase and belongs to it, by tags alone."""
    for token in doc:
        if token.lower_ not in ("and", "&") or not 0 < token.i < len(doc) - 1 or doc[token.i - 1].pos_ not in NOUNS:
            continue
        first = doc[token.i - 1]
        joint = _joint(first)
        second = _head(doc, token.i + 1)
        if joint is None or second is None or joint.i == 0:
            continue
        owner = joint.nbor(-1)
        if owner.pos_ not in NOUNS or owner.tag_ in ("NNS", "NNPS"):
            continue
        after = doc[second.i + 1] if second.i + 1 < len(doc) else None
        verb = after is not None and (after.lower_ in _SINGULAR_VERBS or (after.tag_ == "VBZ" and after.pos_ == "VERB"))
        bare = doc[token.i + 1].tag_ not in ("DT", "PRP$", "CD")
        if verb or bare:
            yield Conjunct(owner.i, joint.i, first.i, second.i, verb)


def _joint(noun: Token) -> Token | None:
    """Return the preposition, or "wearing", that a noun phrase stands after."""
    for i in range(noun.i - 1, max(noun.i - _LONGEST, 0), -1):
        token = noun.doc[i]
        if token.lower_ in _JOINING:
            return token if token.lower_ != "and" else None
        if token.tag_ not in _IN_PHRASE:
            return None
    return None


def _head(doc: Doc, start: int) -> Token | None:
    found = None
    for token in doc[start : start + _LONGEST]:
        if token.tag_ not in _IN_PHRASE or (found is not None and token.tag_ in ("DT", "VBG")):
            break
        if token.pos_ in NOUNS:
            found = token
    return found


def embedded(doc: Doc, table: Words) -> Iterator[tuple[int, list[int], int]]:
    """Yield the noun that a verb in the singular speaks of, and those that only stand in its phrase, with the verb.

    In "a woman with a hat is sitting" it is the woman; by tags alone, since trees often have it otherwise.
    """
    for verb in doc:
        finite = verb.lower_ in _SINGULAR_VERBS or (verb.tag_ == "VBZ" and verb.pos_ == "VERB")
        if not finite or verb.i < 3 or verb.nbor(-1).pos_ not in NOUNS:
            continue
        nouns: list[Token] = []
        joined = False
        for i in range(verb.i - 1, max(verb.i - _LONGEST_PHRASE, verb.sent.start - 1), -1):
            token = doc[i]
            if token.pos_ in NOUNS:
                nouns.append(token)
            elif token.lower_ in _LINKS or token.tag_ == "VBG":
                joined = joined or token.lower_ != "and"
            elif token.tag_ not in _IN_PHRASE:
                break
        if not joined or len(nouns) < 2:
            continue
        first = next((one for one in reversed(nouns) if one.nbor().pos_ not in NOUNS), nouns[-1])
        rest = [one.i for one in nouns if one.i > first.i]
        after = first.nbor().lower_
        if rest and after != "and" and first.tag_ in ("NN", "NNP") and is_thing(first, first.lower_, table):
            yield first.i, rest, verb.i


def with_conjuncts(doc: Doc, graph: MentionGraph) -> MentionGraph:
    """Return a graph in which what is worn does nothing, and all of it is worn."""
    place = {mention.tokens[-1]: index for index, mention in enumerate(graph.mentions)}
    attributes, links = list(graph.attributes), list(graph.links)
    for head, inner, verb in embedded(doc, words(doc.lang_)):
        owner = place.get(head)
        if owner is not None:
            attributes, links = _moved(attributes, links, owner, {place[i] for i in inner if i in place}, verb)
    for one in conjuncts(doc):
        owner, first, second = place.get(one.owner), place.get(one.first), place.get(one.second)
        if owner is None or first is None or second is None:
            continue
        has = next((link for link in links if (link.subject, link.object) == (owner, first)), None)
        if has is not None and not any({link.subject, link.object} == {owner, second} for link in links):
            links.append(Link(owner, has.predicate, second, has.tokens))
    return MentionGraph(graph.mentions, tuple(dict.fromkeys(attributes)), tuple(dict.fromkeys(links)))


def _moved(
    attributes: list[Attribute], links: list[Link], owner: int, inner: set[int], verb: int
) -> tuple[list[Attribute], list[Link]]:
    """Give to the owner of a phrase what the verb after it says of the nouns in it."""
    return (
        [
            replace(one, mention=owner) if one.mention in inner and min(one.tokens, default=-1) >= verb else one
            for one in attributes
        ],
        [
            replace(one, subject=owner)
            if one.subject in inner and min(one.tokens, default=-1) >= verb and one.object != owner
            else one
            for one in links
        ],
    )
