"""An annotated document in, its mentions, attributes and links out: the scene parser's reading and the syntax together.

The scene parser, trained on captions, knows what annotators call a thing, a quality, a relation. The syntax knows what
captions seldom have: pronouns, clauses far from their subject, one verb for many. Where both relate two things the
scene parser is believed, save that the verb stays the text's own. On long descriptions both together relate more things
rightly than either alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nesy.language.conjuncts import with_conjuncts
from nesy.language.hedging import ASKING, WANTING
from nesy.language.joined_hands import with_joined_hands
from nesy.language.lexicon import words
from nesy.language.members import with_members
from nesy.language.mentions import Attribute, Link, Mention, MentionGraph
from nesy.language.mutual import is_mutual
from nesy.language.nouns import NOUNS, Place, places
from nesy.language.of_phrases import with_of_phrases
from nesy.language.placed_lists import with_placed_lists
from nesy.language.scene_parser import mention_graphs
from nesy.language.syntax import SUBJECTS, syntactic_graph
from nesy.language.verbs import is_progressive, ontology_of, own_verb, present_base, verb_tokens, with_particle
from nesy.ontology.morphology import participle_base

CAPTION = 40
"""Texts of fewer tokens are captions: all that they say is told."""

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
_PERSONAL = frozenset(["him", "her", "them", "me", "us", "you"])


def graphs_of(docs: Sequence[Doc], language: str = "en") -> Iterator[MentionGraph]:
    """Yield what each of some documents names, before the mentions of one thing are joined."""
    for doc, learned in zip(docs, mention_graphs(docs), strict=True):
        graph = together(doc, learned, syntactic_graph(doc, language))
        for better in (with_conjuncts, with_of_phrases, with_members, with_joined_hands, with_placed_lists):
            graph = better(doc, graph)
        yield graph


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
    wrong = (_misses_pronoun, _is_of_each_other, _is_of_the_speaker, _is_on_itself, _is_of_its_own_name, _is_next_item)
    found = places(doc, words(doc.lang_))
    longer = {place.start: place.end for place in found}
    links = [
        _as_placed(
            _by_its_clause(doc, _by_its_doer(doc, _past(doc, _as_written(doc, link)), mentions), mentions), found
        )
        for link in learned.links
        if not any(one(doc, link, mentions) for one in wrong) and not _is_cut_short(link, longer)
    ]
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
        if _is_next_item(doc, replace(link, subject=subject, object=thing), mentions):
            continue
        if thing >= len(learned.mentions) and link.tokens and prepositions and read.issuperset(link.tokens):
            continue  # "a basket with bread in it": the scene parser knows what "it" is
        links.append(Link(subject, link.predicate, thing, link.tokens))
    said = _said_by_clauses(doc, syntax, place)
    named = {i for mention in mentions for i in mention.tokens} | {i for one in learned.attributes for i in one.tokens}
    alone = [
        Attribute(place[one.mention], one.label, one.tokens)
        for one in syntax.attributes
        if one.mention in place and not (named | read).intersection(one.tokens) and is_progressive(doc[one.tokens[0]])
    ]
    attributes = [one for one in learned.attributes if all(i not in said or one.mention in said[i] for i in one.tokens)]
    attributes += alone if len(doc) < CAPTION else []  # what the scene parser passed over: "a man is drinking"
    told = {one.tokens for one in learned.attributes}
    kept = {one.tokens for one in attributes}
    attributes += [  # "a man in a hat and a woman in a dress are dancing": both are
        Attribute(place[one.mention], one.label, one.tokens)
        for one in syntax.attributes
        if one.tokens in told
        and one.mention in place
        and (one.tokens not in kept or any(c.lower_ in ("are", "were") for c in doc[one.tokens[0]].children))
    ]
    attributes += [
        Attribute(place[one.mention], one.label, one.tokens)
        for one in syntax.attributes
        if place.get(one.mention, -1) >= len(learned.mentions)  # of a pronoun
    ]
    return MentionGraph(tuple(mentions), tuple(dict.fromkeys(attributes)), tuple(links))


def _is_of_its_own_name(_: Doc, link: Link, mentions: Sequence[Mention]) -> bool:
    """Tell whether words of a thing's name are read as what it does: the "right" of "his right hand holds a knife"."""
    return bool(link.tokens) and {*link.tokens} <= {*mentions[link.subject].tokens}


def _is_next_item(doc: Doc, link: Link, mentions: Sequence[Mention]) -> bool:
    """Tell whether a preposition is taken over "and": the first "in" of "a cup in one hand and a bag in the other"."""
    case = doc[link.tokens[-1]] if link.tokens else None
    thing = doc[mentions[link.object].tokens[-1]]
    if case is None or case.pos_ != "ADP" or thing.i + 1 >= len(doc) or case.head.i >= thing.i:
        return False
    joined = any(one.lower_ == "and" for one in doc[case.i : thing.i])
    return joined and case.head.i != thing.i and thing.nbor().lower_ == case.lower_


def _by_its_doer(doc: Doc, link: Link, mentions: Sequence[Mention]) -> Link:
    """Return a relation as one of who is to do it: "waits for its owner to throw a ball", "asks a man to sing"."""
    verb = doc[link.tokens[0]] if link.tokens else None
    if verb is None or not any(child.lower_ == "to" and child.dep_ == "mark" for child in verb.children):
        return link
    doer = None
    if verb.dep_ == "acl" and verb.head.dep_ in ("obl", "obj"):
        waits = verb.head.dep_ == "obl" and any(child.lower_ == "for" for child in verb.head.lefts)
        doer = verb.head if waits or _has_it_done(verb.head.head) else None
    elif verb.dep_ in ("xcomp", "advcl", "ccomp") and _has_it_done(verb.head):
        among = (*verb.head.children, *verb.children)
        between = (one for one in among if verb.head.i < one.i < verb.i)
        doer = next((one for one in between if one.dep_ in ("obj", "iobj", *SUBJECTS)), None)
    who = next((n for n, one in enumerate(mentions) if doer is not None and one.tokens[-1] == doer.i), None)
    return link if who is None or who == link.object else replace(link, subject=who)


def _has_it_done(verb: Token) -> bool:
    """Tell whether the object of a verb is to do what follows it."""
    return not {verb.lemma_.lower(), present_base(verb), participle_base(verb.lower_)}.isdisjoint(ASKING | WANTING)


def _by_its_clause(doc: Doc, link: Link, mentions: Sequence[Mention]) -> Link:
    """Return the relation of a relative clause as one of the noun before it: "pulls a cart that carries hay"."""
    verb = doc[link.tokens[0]] if link.tokens else None
    if verb is None or verb.dep_ != "acl:relcl" or verb.head.i >= verb.i:
        return link
    who = next((one for one in verb.children if one.dep_ == "nsubj" and one.lower_ in ("that", "which", "who")), None)
    ends = {mention.tokens[-1]: n for n, mention in enumerate(mentions)}
    noun = ends.get(verb.head.i)
    before = mentions[link.subject].tokens[-1] < verb.head.i < mentions[link.object].tokens[-1]
    if who is None or noun is None or not before or noun == link.object:
        return link
    right_before = who.i == verb.head.i + 1 or (who.i == verb.head.i + 2 and doc[who.i - 1].text == ",")
    persons = [ontology_of(doc).is_a(doc[i].lower_, "person") for i in (verb.head.i, mentions[link.subject].tokens[-1])]
    if not right_before or (who.lower_ == "who" and persons == [False, True]) or _is_in_phrase(verb.head):
        return link
    return replace(link, subject=noun)


def _is_in_phrase(noun: Token) -> bool:
    """Tell whether a noun only says more of the one before it: the hat of "a man in a hat that holds a cup"."""
    return noun.dep_ == "nmod" and any(one.dep_ == "case" for one in noun.lefts)


def _past(doc: Doc, link: Link) -> Link:
    """Return a relation with "past" in place of "behind": who walks past a shop is not behind it."""
    passed = link.predicate.endswith(" behind") and bool(link.tokens) and doc[link.tokens[-1]].lower_ == "past"
    return replace(link, predicate=f"{link.predicate.removesuffix('behind')}past") if passed else link


def _as_placed(link: Link, found: Sequence[Place]) -> Link:
    """Return a relation with the words of its place, where "left" was taken for a form of "leave"."""
    within = [one for one in found if link.tokens and {*link.tokens} <= {*range(one.start, one.end)}]
    wrong = within and {"have", "leave"} & {*link.predicate.split()}
    return replace(link, predicate=within[0].said) if wrong else link


def _is_cut_short(link: Link, places_at: Mapping[int, int]) -> bool:
    """Tell whether only the first word of a place is read: the "to" of "lies to the right of the cat"."""
    last = link.tokens[-1] if link.tokens else -1
    return last in places_at and places_at[last] > last + 2


def _is_of_each_other(doc: Doc, link: Link, mentions: Sequence[Mention]) -> bool:
    """Tell whether the words of a relation have "each other" for their object, and the relation another."""
    after = link.tokens[-1] + 1 if link.tokens else len(doc)
    return after < len(doc) and is_mutual(doc[after]) and not is_mutual(doc[mentions[link.object].tokens[-1]])


def _is_on_itself(doc: Doc, link: Link, mentions: Sequence[Mention]) -> bool:
    """Tell whether what is "on it" is taken for what is on the other: "a cup and a plate are on it"."""
    case = doc[link.tokens[-1]] if link.tokens else None
    if case is None or case.pos_ != "ADP" or case.head.pos_ != "PRON":
        return False
    thing = doc[mentions[link.object].tokens[-1]]
    return thing.dep_ in SUBJECTS and thing.head == case.head


def _is_of_the_speaker(doc: Doc, link: Link, mentions: Sequence[Mention]) -> bool:
    """Tell whether what somebody says is taken for what he does: "the report states that a car hit a tree"."""
    subject = doc[mentions[link.subject].tokens[-1]]
    if subject.dep_ not in SUBJECTS or not link.tokens:
        return False
    clauses = [child for child in subject.head.children if child.dep_ == "ccomp" and child.i > subject.i]
    return any(
        clause.left_edge.i <= link.tokens[0] <= clause.right_edge.i
        and not clause.left_edge.i <= subject.i <= clause.right_edge.i
        for clause in clauses
    )


def _as_written(doc: Doc, link: Link) -> Link:
    """Return a relation with the verb of the text, where annotators took another: who brushes hair does not wash it."""
    first = doc[link.tokens[0]] if link.tokens else None
    if first is not None and first.dep_ == "aux" and link.predicate == "have" and first.head.tag_ == "VBN":
        return replace(link, predicate=with_particle(first.head), tokens=verb_tokens(first.head))  # "to have stolen"
    said = link.predicate if first is None or first.pos_ != "VERB" else own_verb(first, link.predicate)
    return link if said == link.predicate else replace(link, predicate=said)


def _misses_pronoun(doc: Doc, link: Link, _: Sequence[Mention]) -> bool:
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
