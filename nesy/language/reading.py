"""An annotated document in, its mentions, attributes and links out: the scene parser's reading and the syntax together.

The scene parser, trained on captions, knows what annotators call a thing, a quality, a relation. The syntax knows what
captions seldom have: pronouns, clauses far from their subject, one verb for many. Where both relate two things the
scene parser is believed. Measured on one half of DiscoSG: relation F1 9.6 and 10.9 apart, 14.7 together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nesy.language.mentions import Attribute, Link, MentionGraph, mention_graph
from nesy.language.nouns import NOUNS
from nesy.language.syntax import syntactic_graph

if TYPE_CHECKING:
    from spacy.tokens import Doc


def graph_of(doc: Doc, language: str = "en") -> MentionGraph:
    """Return what a document names, before the mentions of one thing are joined."""
    return together(doc, mention_graph(doc), syntactic_graph(doc, language))


def together(doc: Doc, learned: MentionGraph, syntax: MentionGraph) -> MentionGraph:
    """Add to the scene parser's reading the pronouns of the syntax, and the relations of pairs that it leaves apart."""
    mentions = list(learned.mentions)
    of_token = {i: index for index, mention in enumerate(mentions) for i in mention.tokens}
    place: dict[int, int] = {}
    for index, mention in enumerate(syntax.mentions):
        head = mention.tokens[-1]
        if head in of_token:
            place[index] = of_token[head]
        elif doc[head].pos_ not in NOUNS:
            place[index] = len(mentions)
            mentions.append(mention)
    links = list(learned.links)
    related = {frozenset((one.subject, one.object)) for one in links}
    for link in syntax.links:
        ends = (place.get(link.subject), place.get(link.object))
        if ends[0] is not None and ends[1] is not None and len({*ends}) == 2 and frozenset(ends) not in related:
            links.append(Link(ends[0], link.predicate, ends[1], link.tokens))
    attributes = list(learned.attributes)
    attributes += [
        Attribute(place[one.mention], one.label, one.tokens)
        for one in syntax.attributes
        if place.get(one.mention, -1) >= len(learned.mentions)  # of a pronoun
    ]
    return MentionGraph(tuple(mentions), tuple(attributes), tuple(links))
