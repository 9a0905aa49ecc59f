"""A document and what it names in, the same with all of "there is a cup, a knife and a fork on a table" on it out.

What a list of things that are there ends with is where they all are, unless one has a place of its own before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.mentions import Link, MentionGraph
from nesy.language.nouns import NOUNS
from nesy.language.verbs import ontology_of

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_PLACES = frozenset(
    ["on", "in", "near", "under", "behind", "beside", "by", "at", "inside", "above", "below", "next to", "in front of",
     "on top of", "against", "around", "along", "at the left of", "on the right side of"]
)  # fmt: skip
_IN_LIST = frozenset(["DT", "CD", "JJ", "JJR", "NN", "NNS", "NNP", "VBN", "HYPH", "PDT"])
_LONGEST = 24


def with_placed_lists(doc: Doc, graph: MentionGraph) -> MentionGraph:
    """Return a graph in which all things of a list stand where the last does."""
    at = {one.tokens[-1]: n for n, one in enumerate(graph.mentions)}
    links = list(graph.links)
    for be in doc[1:]:
        if be.lower_ not in ("is", "are", "was", "were", "'s") or be.nbor(-1).lower_ != "there":
            continue
        listed = _listed(be, at)
        if len(listed) < 3:
            continue
        items = {at[i] for i in listed}
        ends = (at[listed[-1]], listed[-1] + 1)  # the last of them, and the word after it
        where = [
            one for one in graph.links
            if one.subject in items and one.predicate in _PLACES and one.tokens
            and (be.sent.start <= one.tokens[0] < be.i or (one.subject, one.tokens[0]) == ends)
            and not _is_own(doc[graph.mentions[one.object].tokens[-1]])
        ]  # fmt: skip
        links += [
            Link(item, one.predicate, one.object, one.tokens)
            for one in where
            for item in sorted(items)
            if not any({link.subject, link.object} == {item, one.object} for link in links)
        ]
    return MentionGraph(graph.mentions, graph.attributes, tuple(links))


def _listed(be: Token, at: dict[int, int]) -> list[int]:
    """Return the nouns of "a cup, a knife and a fork", by their tags alone."""
    found: list[int] = []
    joined = False
    for token in be.doc[be.i + 1 : min(be.i + _LONGEST, be.sent.end)]:
        if token.pos_ in NOUNS and token.i in at:
            found.append(token.i)
        elif token.lower_ == "and" or token.text == ",":
            joined = joined or token.lower_ == "and"
        elif token.tag_ not in _IN_LIST:
            break
    return found if joined else []


def _is_own(noun: Token) -> bool:
    """Tell whether a place is of one alone: what one wears, "his lap", "a leash"."""
    owned = any(child.dep_ == "nmod:poss" for child in noun.children)
    return owned or noun.lower_ in ("leash", "lead") or ontology_of(noun.doc).is_a(noun.lemma_.lower(), "clothing")
