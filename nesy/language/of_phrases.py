"""A document and what it names in, the same with its phrases of "of" read by what they are out.

What stands on the table is the bottle, not the water in it; what hangs on the wall is the picture, not the cat that it
shows. A caption that begins "a photo of" is about what the photo shows, and so left as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nesy.language.concreteness import is_thing
from nesy.language.lexicon import Words, words
from nesy.language.mentions import Link, Mention, MentionGraph
from nesy.language.nouns import NOUNS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_CONSUMED = frozenset(["drink", "eat", "sip", "taste", "pour", "chew"])
_PLATES = frozenset(
    ["plate", "plates", "tray", "trays", "dish", "dishes", "platter", "platters", "shelf", "shelves", "rack", "racks"]
)
_HUNG_ON = frozenset(["wall", "walls", "refrigerator", "fridge", "door", "shirt", "t-shirt", "fence", "billboard"])


@dataclass(frozen=True)
class OfPhrase:
    """The tokens of both nouns of "a bottle of water" and of what joins them, and what the one is to the other."""

    head: int
    content: int
    of: int
    predicate: str
    """Of the content to the head ("in"), or of the head to the content ("depict")."""


def of_phrases(doc: Doc, table: Words) -> Iterator[OfPhrase]:
    """Yield the phrases that name a container with what it holds, or a picture with what it shows."""
    for token in doc:
        lemma = _singular(token, table)
        if token.pos_ not in NOUNS or not lemma:
            continue
        for child in token.rights:
            of = next((one for one in child.lefts if one.dep_ == "case" and one.lower_ == "of"), None)
            if child.dep_ != "nmod" or of is None or child.pos_ not in NOUNS or of.i < token.i:
                continue
            if lemma in table.depictions:
                if is_thing(token, token.lower_, table) and not _is_caption(token):
                    yield OfPhrase(token.i, child.i, of.i, "depict")
            else:
                for one in (child, *child.conjuncts):  # "a bag of apples and oranges"
                    if one == child or not any(c.dep_ in ("det", "nummod") for c in one.lefts):
                        yield OfPhrase(token.i, one.i, of.i, "on" if token.lower_ in _PLATES else "in")
            break
    for token in doc:
        if token.lower_ == "full" and token.i and token.i + 1 < len(doc) and token.nbor().lower_ == "of":
            content = next((one for one in token.subtree if one.i > token.i + 1 and one.pos_ in NOUNS), None)
            head = token.head if token.dep_ == "amod" else _subject(token)
            if content is not None and head is not None and head.pos_ in NOUNS:
                yield OfPhrase(head.i, content.i, token.i + 1, "in")


def _subject(quality: Token) -> Token | None:
    return next((child for child in quality.children if child.dep_ == "nsubj"), None)


def _singular(noun: Token, table: Words) -> str:
    """Return the name of a container or picture in the singular, "" for what is none."""
    lower = noun.lower_
    known = table.containers | table.depictions
    return next((one for one in (noun.lemma_.lower(), lower, lower[:-1], lower[:-2]) if one in known), "")


def _is_caption(head: Token) -> bool:
    """Tell whether a text only names its own picture: "A drawing of a dog." says of a dog that it is drawn."""
    return head.dep_ == "ROOT" and head.lemma_.lower() in (
        "photo",
        "photograph",
        "picture",
        "image",
        "close-up",
        "shot",
    )


def with_of_phrases(doc: Doc, graph: MentionGraph) -> MentionGraph:
    """Return a graph in which containers and pictures do what is said of them."""
    found = list(of_phrases(doc, words(doc.lang_)))
    if not found:
        return graph
    mentions, links = list(graph.mentions), list(graph.links)
    place = {mention.tokens[-1]: index for index, mention in enumerate(mentions)}
    for phrase in found:
        content = place.get(phrase.content)
        if content is None:
            continue
        head = place.get(phrase.head)
        if head is None:
            head = place[phrase.head] = len(mentions)
            mentions.append(Mention((phrase.head,), doc[phrase.head].lower_))
        inside = {one.i for one in doc[phrase.content].subtree}
        ends = {head, content}
        heads = {(one.tokens, one.object) for one in links if one.subject == head and one.tokens}
        links = [
            _of_head(doc, one, phrase, head, content, inside)
            for one in links
            if ({one.subject, one.object} != ends or inside & {i for i in one.tokens if i != phrase.of})
            and (phrase.predicate != "depict" or one.subject != content or (one.tokens, one.object) not in heads)
        ]
        said = (content, head) if phrase.predicate != "depict" else (head, content)
        links.append(Link(said[0], phrase.predicate, said[1], (phrase.of,)))
    kept = [one for one in dict.fromkeys(links) if one.subject != one.object]
    return MentionGraph(tuple(mentions), graph.attributes, tuple(kept))


def _of_head(doc: Doc, link: Link, phrase: OfPhrase, head: int, content: int, inside: set[int]) -> Link:
    """Return a relation of the content as one of the head, where the text says it outside the phrase."""
    if content not in (link.subject, link.object) or not link.tokens:
        return link
    first = doc[link.tokens[0]]
    if first.lemma_ in _CONSUMED and link.object == content:
        return link
    own = bool(inside & set(link.tokens))
    if own and phrase.predicate == "depict" and link.subject == content and first.pos_ == "ADP":
        own = first.head.lower_ not in _HUNG_ON  # what is on the wall is the picture
    if own:
        return link
    if link.subject == content:
        return replace(link, subject=head)
    return replace(link, object=head)
