"""A document and what it names in, the same with the members of counted sets apart: "two cats, one black, one white".

Such phrases leave their noun out. Each is a mention of its own, and its qualities are of no other member.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nesy.language.lexicon import words
from nesy.language.mentions import Attribute, Link, Mention, MentionGraph
from nesy.language.nouns import NOUNS, ORDINALS, number
from nesy.language.verbs import ontology_of
from nesy.ontology import Ontology

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_MORE = frozenset(["other", "others", "another", "rest", "last"])
_MOST_QUALITIES = 6


@dataclass(frozen=True)
class Member:
    """A phrase without its noun: "one black and white", "the other in a hat".

    Args:
        head: the token of the numeral, the ordinal or "other".
        qualities: the tokens of its adjectives.
        end: one past its last token so far.
    """

    head: int
    qualities: tuple[int, ...]
    end: int


def with_members(doc: Doc, graph: MentionGraph) -> MentionGraph:
    """Return a graph in which what is said of a member is said of that member alone."""
    found = list(member_phrases(doc))
    if not found:
        return graph
    mentions = list(graph.mentions)
    of_token = {i: index for index, mention in enumerate(mentions) for i in mention.tokens}
    attributes = list(graph.attributes)
    links = list(graph.links)
    for member in found:
        place = of_token.get(member.head)
        if place is None:
            place = len(mentions)
            mentions.append(Mention((member.head,), doc[member.head].lower_))
        mine = set(member.qualities)
        for i in member.qualities:
            if i in of_token:  # "one metal": no thing but what it is made of
                mine.add(i)
        attributes = [one for one in attributes if not (one.tokens and mine.issuperset(one.tokens))]
        attributes += [Attribute(place, doc[i].lower_, (i,)) for i in member.qualities]
        links = [one for one in links if one.object != place or not _is_of_another(doc, one, member)]
        with_it = _with(doc, member, of_token)
        if with_it is not None and not any(one.tokens == with_it[1] for one in links):
            links.append(Link(place, doc[with_it[1][0]].lower_, with_it[0], with_it[1]))
        does = {member.end, _verb_after(doc, member.end)}
        links = [
            replace(one, subject=place) if one.tokens and one.tokens[0] in does and one.object != place else one
            for one in links
        ]
    taken = {i for member in found for i in member.qualities}
    gone = {index for i, index in of_token.items() if i in taken and set(mentions[index].tokens) <= taken}
    return without_mentions(MentionGraph(tuple(mentions), tuple(attributes), tuple(dict.fromkeys(links))), gone)


def _is_of_another(doc: Doc, link: Link, member: Member) -> bool:
    """Tell whether the preposition of another member is read as one that leads here: "one with a hat and one ..."."""
    first = doc[link.tokens[0]] if link.tokens else None
    return first is not None and first.pos_ == "ADP" and first.i < member.head and doc[member.head - 1].lower_ == "and"


def _verb_after(doc: Doc, end: int) -> int | None:
    """Return the verb of "one is holding a cup"."""
    does = end + 1 < len(doc) and doc[end].lower_ in ("is", "are") and doc[end + 1].tag_ == "VBG"
    return end + 1 if does else None


def _with(doc: Doc, member: Member, of_token: dict[int, int]) -> tuple[int, tuple[int, ...]] | None:
    """Return what a member is with or in, and the token that says so: the scarf of "one with a scarf"."""
    if member.end >= len(doc) or doc[member.end].lower_ not in ("with", "in", "on", "under", "near", "behind"):
        return None
    for token in doc[member.end + 1 : member.end + _MOST_QUALITIES]:
        if token.i in of_token:
            return of_token[token.i], (member.end,)
        if token.tag_ not in ("DT", "JJ", "PRP$", "VBN"):
            return None
    return None


def without_mentions(graph: MentionGraph, gone: set[int]) -> MentionGraph:
    """Return a graph without some mentions; what is said of them goes too."""
    if not gone:
        return graph
    place = {old: new for new, old in enumerate(i for i in range(len(graph.mentions)) if i not in gone)}
    return MentionGraph(
        tuple(mention for i, mention in enumerate(graph.mentions) if i in place),
        tuple(replace(one, mention=place[one.mention]) for one in graph.attributes if one.mention in place),
        tuple(
            replace(one, subject=place[one.subject], object=place[one.object])
            for one in graph.links
            if one.subject in place and one.object in place
        ),
    )


def member_phrases(doc: Doc) -> Iterator[Member]:
    """Yield the phrases that name a member of a counted set, and what stands in them."""
    table = words(doc.lang_)
    ontology = ontology_of(doc)
    counted = False
    for token in doc:
        value = number(token, table) if token.tag_ == "CD" or token.lower_ in table.numbers else None
        if value is not None and value > 1 and _noun_after(token) is not None:
            counted = True
        mine = _qualities_before(token, ontology)
        if not counted and not (mine and token.nbor(-1 - len(mine)).lower_ != "the"):
            continue
        if not (value is not None or token.lower_ in _MORE or token.lower_ in ORDINALS):
            continue
        if mine and (token.i + 1 == len(doc) or _ends(doc[token.i + 1])):  # "a red one"
            yield Member(token.i, tuple(mine), token.i + 1)
            continue
        qualities, end = _qualities(doc, token.i + 1, ontology)
        if end < len(doc) and not _ends(doc[end]):
            continue
        follows = end < len(doc) and (doc[end].pos_ == "ADP" or doc[end].tag_ == "VBG") and doc[end].lower_ != "of"
        follows = follows or _verb_after(doc, end) is not None
        before = token.nbor(-1) if token.i else token
        if before.lower_ in ("the", "an") and before.i:
            before = before.nbor(-1)
        listed = (
            token.is_sent_start
            or before.text in (",", ":", ";", "-", "(", "–", "—")
            or before.lower_ in ("and", "while", "with")
        )
        if listed and (qualities or follows):
            yield Member(token.i, tuple(qualities), end)


def _noun_after(token: Token) -> Token | None:
    for one in token.doc[token.i + 1 : token.i + 4]:
        if one.pos_ in NOUNS:
            return one
        if one.pos_ != "ADJ":
            return None
    return None


def _qualities_before(token: Token, ontology: Ontology) -> list[int]:
    """Return the adjectives of "a red one" and "the small one"."""
    if token.lower_ != "one":
        return []
    at = token.i
    while at > 0 and token.i - at < _MOST_QUALITIES and _is_quality(token.doc[at - 1], ontology):
        at -= 1
    return list(range(at, token.i)) if at and token.doc[at - 1].lower_ in ("a", "an", "the") else []


def _qualities(doc: Doc, start: int, ontology: Ontology) -> tuple[list[int], int]:
    """Return the adjectives from a token on, and one past the last of them."""
    found: list[int] = []
    at = start
    while at < len(doc) and len(found) < _MOST_QUALITIES:
        token = doc[at]
        if _is_quality(token, ontology):
            found.append(at)
            at += 1
        elif found and token.lower_ in ("and", "&") and at + 1 < len(doc) and _is_quality(doc[at + 1], ontology):
            at += 1
        else:
            break
    return found, at


def _is_quality(token: Token, ontology: Ontology) -> bool:
    if token.lower_ in _MORE or token.lower_ in ORDINALS:
        return False
    known = ontology.canonical("attribute", token.lower_) in ontology.attributes
    if token.tag_ == "VBD" and token.lower_.endswith("ed"):  # "one spotted", and no "one kicked a ball"
        return token.i + 1 == len(token.doc) or token.nbor().is_punct or token.nbor().lower_ == "and"
    return known or token.tag_ in ("JJ", "VBN", "JJR")


def _ends(token: Token) -> bool:
    """Tell whether a phrase without a noun may end before a token; a noun here would be its own."""
    return token.pos_ not in (*NOUNS, "NUM") and token.tag_ not in ("JJ", "NNS", "NN")
