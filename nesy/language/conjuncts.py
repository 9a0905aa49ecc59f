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
from nesy.language.verbs import ontology_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_JOINING = frozenset(["in", "with", "wearing", "holding", "carrying", "and"])
_SINGULAR_VERBS = frozenset(["is", "was", "has"])
_IN_PHRASE = frozenset(["DT", "JJ", "NN", "NNS", "NNP", "PRP$", "CD", "VBN", "HYPH", "JJR", "VBG"])
_LINKS = frozenset(["in", "with", "of", "on", "and", "wearing", "holding", "at", "without", "near", "from", "by"])
_DETERMINERS = frozenset(["DT", "PRP$", "CD"])
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
        if token.lower_ not in ("and", "&") or not 0 < token.i < len(doc) - 1:
            continue
        last = doc[token.i - 1]
        if last.text == "," and token.i > 1:  # "a coat, a hat, and gloves"
            last = last.nbor(-1)
        before = _listed_before(last) if is_noun(last) else None
        second = _head(doc, token.i + 1)
        if before is None or second is None or before[0].i == 0:
            continue
        joint, nouns = before
        owner = joint.nbor(-1)
        if owner.pos_ not in NOUNS or owner.tag_ in ("NNS", "NNPS"):
            continue
        after = doc[second.i + 1] if second.i + 1 < len(doc) else None
        verb = after is not None and (after.lower_ in _SINGULAR_VERBS or (after.tag_ == "VBZ" and after.pos_ == "VERB"))
        bare = all(_is_bare(doc, one) for one in (*(noun.i for noun in nouns[1:]), token.i + 1))
        if verb or bare:
            for one in (*nouns[1:], second):
                yield Conjunct(owner.i, joint.i, nouns[0].i, one.i, verb)


def is_noun(token: Token) -> bool:
    """Tell whether a word is a noun, also one that was tagged an adjective: the scarf of "a hat and a scarf"."""
    if token.pos_ in NOUNS:
        return True
    ontology = ontology_of(token.doc)
    known = token.tag_ == "JJ" and ontology.concept("category", token.lower_) is not None
    return known and token.lower_ not in ontology.attributes


def _is_bare(doc: Doc, i: int) -> bool:
    """Tell whether the noun phrase that a token is of has no article of its own."""
    while i > 0 and doc[i - 1].tag_ in ("JJ", "NN", "VBN", "HYPH"):
        i -= 1
    return doc[i].tag_ not in _DETERMINERS and (i == 0 or doc[i - 1].tag_ not in _DETERMINERS)


def _listed_before(noun: Token) -> tuple[Token, list[Token]] | None:
    """Return the preposition, or "wearing", that a noun phrase stands after, and the nouns of the list that it ends."""
    nouns = [noun]
    for i in range(noun.i - 1, max(noun.i - _LONGEST_PHRASE, 0), -1):
        token = noun.doc[i]
        if token.lower_ in _JOINING:
            return (token, nouns[::-1]) if token.lower_ != "and" else None
        if token.text == "," and is_noun(token.nbor(-1)):
            nouns.append(token.nbor(-1))
        elif token.tag_ not in _IN_PHRASE:
            return None
    return None


def _head(doc: Doc, start: int) -> Token | None:
    found = None
    for token in doc[start : start + _LONGEST]:
        if token.tag_ not in _IN_PHRASE or (found is not None and token.tag_ in ("DT", "VBG")):
            break
        if is_noun(token):
            found = token
    return found


def together(doc: Doc) -> Iterator[tuple[int, int, int]]:
    """Yield two nouns that do together what the verb in the plural after them says, with that verb.

    "A man in a suit and a woman are talking": both are, whatever the tree makes of the suit.
    """
    for verb in doc:
        if verb.lower_ not in ("are", "were") or verb.i < 4 or not is_noun(verb.nbor(-1)):
            continue
        start = verb.i
        while start > max(verb.i - _LONGEST_PHRASE, verb.sent.start) and _is_of_subject(doc[start - 1]):
            start -= 1
        joints = [i for i in range(start + 2, verb.i - 1) if doc[i].lower_ == "and" and doc[i + 1].tag_ in _DETERMINERS]
        if len(joints) != 1 or doc[start].tag_ not in _DETERMINERS:
            continue
        heads = [_head(doc, at) for at in (start, joints[0] + 1)]
        if all(one is not None and one.tag_ in ("NN", "NNP") for one in heads):
            one, other = (head.i for head in heads if head is not None)
            yield one, other, verb.i


def _is_of_subject(token: Token) -> bool:
    return is_noun(token) or token.lower_ in _LINKS or token.tag_ in _IN_PHRASE


def embedded(doc: Doc, table: Words) -> Iterator[tuple[int, list[int], int]]:
    """Yield the noun that a verb in the singular speaks of, and those that only stand in its phrase, with the verb.

    In "a woman with a hat is sitting" it is the woman; by tags alone, since trees often have it otherwise.
    """
    for verb in doc:
        finite = verb.lower_ in _SINGULAR_VERBS or (verb.tag_ == "VBZ" and verb.pos_ == "VERB")
        if not finite or verb.i < 3 or not is_noun(verb.nbor(-1)):
            continue
        nouns: list[Token] = []
        joined = False
        for i in range(verb.i - 1, max(verb.i - _LONGEST_PHRASE, verb.sent.start - 1), -1):
            token = doc[i]
            if is_noun(token):
                nouns.append(token)
            elif token.text == "," and _is_bare(doc, i + 1):
                continue  # "in a coat, hat and gloves"
            elif token.lower_ in _LINKS or token.tag_ == "VBG":
                joined = joined or token.lower_ != "and"
            elif token.tag_ not in _IN_PHRASE:
                break
        if not joined or len(nouns) < 2:
            continue
        first = next((one for one in reversed(nouns) if not is_noun(one.nbor())), nouns[-1])
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
    for one_head, other_head, verb in together(doc):
        ends = [place[i] for i in (one_head, other_head) if i in place]
        if len(ends) == 2:
            attributes, links = _shared(doc, attributes, links, (ends[0], ends[1]), verb)
    for one in conjuncts(doc):
        owner, first, second = place.get(one.owner), place.get(one.first), place.get(one.second)
        if owner is None or first is None or second is None:
            continue
        has = next((link for link in links if (link.subject, link.object) == (owner, first)), None)
        if has is not None and not any({link.subject, link.object} == {owner, second} for link in links):
            links.append(Link(owner, has.predicate, second, has.tokens))
    return MentionGraph(graph.mentions, tuple(dict.fromkeys(attributes)), tuple(dict.fromkeys(links)))


def _shared(
    doc: Doc, attributes: list[Attribute], links: list[Link], both: tuple[int, int], verb: int
) -> tuple[list[Attribute], list[Link]]:
    """Say of two what the verb after them says of either."""

    def of_verb(tokens: tuple[int, ...]) -> bool:
        return bool(tokens) and tokens[0] > verb and doc[tokens[0]].sent == doc[verb].sent

    more = [
        replace(one, mention=end)
        for one in attributes
        for end in both
        if one.mention in both and of_verb(one.tokens) and one.tokens[0] == verb + 1
    ]
    also = [
        replace(one, subject=end)
        for one in links
        for end in both
        if one.subject in both and of_verb(one.tokens) and one.tokens[0] == verb + 1 and one.object not in both
    ]
    return [*attributes, *more], [*links, *also]


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
