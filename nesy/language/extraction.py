"""An annotated document in, its mentions, attributes and links out: the scene parser's reading and the syntax together.

The scene parser, trained on captions, knows what annotators call a thing, a quality, a relation. The syntax knows what
captions seldom have: pronouns, clauses far from their subject, one verb for many. Where both relate two things the
scene parser is believed, save that the verb stays the text's own. On long descriptions both together relate more things
rightly than either alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nesy.language.mentions import Attribute, Link, MentionGraph
from nesy.language.nouns import NOUNS
from nesy.language.scene_parser import mention_graphs
from nesy.language.syntax import SUBJECTS, syntactic_graph
from nesy.language.verbs import own_verb

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
_PERSONAL = frozenset(["him", "her", "them", "me", "us", "you"])


def graphs_of(docs: Sequence[Doc], language: str = "en") -> Iterator[MentionGraph]:
    """Yield what each of some documents names, before the mentions of one thing are joined."""
    for doc, learned in zip(docs, mention_graphs(docs), strict=True):
        yield together(doc, learned, syntactic_graph(doc, language))


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
    links = [_as_written(doc, link) for link in learned.links if not _misses_pronoun(doc, link)]
    done = {(i, one.object) for one in links for i in one.tokens}
    read = {i for one in links for i in one.tokens}
    related = {frozenset((one.subject, one.object)) for one in links}
    for link in syntax.links:
        subject, thing = place.get(link.subject), place.get(link.object)
        if subject is None or thing is None or subject == thing or frozenset((subject, thing)) in related:
            continue
        if any((i, thing) in done for i in link.tokens):  # the same verb with the same object: another subject is wrong
            continue
        prepositions = all(doc[i].pos_ == "ADP" for i in link.tokens)
        if thing >= len(learned.mentions) and link.tokens and prepositions and read.issuperset(link.tokens):
            continue  # "a basket with bread in it": the scene parser knows what "it" is
        links.append(Link(subject, link.predicate, thing, link.tokens))
    said = _said_by_clauses(doc, syntax, place)
    attributes = [one for one in learned.attributes if all(i not in said or one.mention in said[i] for i in one.tokens)]
    attributes += [
        Attribute(place[one.mention], one.label, one.tokens)
        for one in syntax.attributes
        if place.get(one.mention, -1) >= len(learned.mentions)  # of a pronoun
    ]
    return MentionGraph(tuple(mentions), tuple(attributes), tuple(links))


def _as_written(doc: Doc, link: Link) -> Link:
    """Return a relation with the verb of the text, where annotators took another: who brushes hair does not wash it."""
    first = doc[link.tokens[0]] if link.tokens else None
    said = link.predicate if first is None or first.pos_ != "VERB" else own_verb(first, link.predicate)
    return link if said == link.predicate else replace(link, predicate=said)


def _misses_pronoun(doc: Doc, link: Link) -> bool:
    """Tell whether the scene parser, which knows no "him", takes a preposition's pronoun for what comes after it."""
    if not link.tokens or doc[link.tokens[-1]].pos_ != "ADP" or link.tokens[-1] + 1 >= len(doc):
        return False
    after = doc[link.tokens[-1] + 1]
    return after.lower_ in _PERSONAL and after.tag_ == "PRP"


def _said_by_clauses(doc: Doc, syntax: MentionGraph, place: dict[int, int]) -> dict[int, set[int]]:
    """Return the adjectives of clauses with a subject of their own, and whose qualities they are: "the sky is blue"."""
    found: dict[int, set[int]] = {}
    for one in syntax.attributes:
        last = one.tokens[-1]
        if one.mention in place and _has_subject(doc[last]):
            found.setdefault(last, set()).add(place[one.mention])
    return found


def _has_subject(token: Token) -> bool:
    """Tell whether a subject stands by a token or by what it is coordinated with: the hair of "is long and brown"."""
    for one in (token, *token.ancestors):
        if any(child.dep_ in SUBJECTS for child in one.children):
            return True
        if one.dep_ != "conj":
            return False
    return False
