"""What a text names, sentence by sentence, in; one scene out: things with identity, counts, confidences and places.

Relations of sets are shared out: two boys on two skateboards are one boy on each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nesy.language.concreteness import is_thing
from nesy.language.coreference import Identity, Thing
from nesy.language.counts import Introduction, Nowhere, counts, is_total
from nesy.language.descriptions import Description, Kind, describe
from nesy.language.lexicon import Words
from nesy.language.mentions import Attribute, Link, MentionGraph
from nesy.language.plain_text import Plain
from nesy.language.scope import Absence, scope
from nesy.language.viewpoint import own_side
from nesy.ontology import Ontology
from nesy.scene import Count, Entity, PartState, Relation, Scene, term

if TYPE_CHECKING:
    from spacy.tokens import Doc

Span = tuple[int, int]
_LONG = 40
"""Tokens from which on a text is a description and no caption."""
_OWNING = frozenset(["have", "wear", "with"])


@dataclass
class Said:
    """How surely and where something is said."""

    confidence: float = 0.0
    spans: set[Span] = field(default_factory=set)

    def again(self, sure: float, spans: Iterator[Span]) -> None:
        """Add another place; the surest counts."""
        self.confidence = max(self.confidence, sure)
        self.spans.update(spans)

    def fields(self) -> dict[str, Any]:
        """Return the fields of a claim; what is said plainly has no confidence."""
        sure = None if self.confidence >= 1.0 else round(self.confidence, 3)
        return {"confidence": sure, "spans": tuple(sorted(self.spans))}


class Discourse:
    """Reads one text, window by window; of those behind it only what they claim is held."""

    def __init__(self, table: Words, ontology: Ontology) -> None:
        self.table = table
        self.ontology = ontology
        self.identity = Identity(ontology)
        self._length = 0
        self._sentence = 0
        self._named: list[Said] = []
        self._qualities: list[dict[str, None]] = []
        self._related: dict[tuple[int, str, int], Said] = {}
        self._numbers: list[Introduction] = []
        self._absent: list[Nowhere] = []
        self._listed: set[int] = set()

    def read(self, doc: Doc, graph: MentionGraph, words_of: Plain, absences: Sequence[Absence] = ()) -> None:
        """Read the next window of the text.

        Args:
            doc: annotated.
            graph: what it names.
            words_of: the words that it is of.
            absences: what else it says is nowhere.
        """
        self.doc = doc
        self.graph = graph
        self.words_of = words_of
        said = scope(doc, self.table)
        self.scope = replace(said, absences=(*said.absences, *absences))
        self.told: dict[int, Description] = {}
        self.meant: dict[int, tuple[int, ...]] = {}
        self._of_token = {i: index for index, mention in enumerate(graph.mentions) for i in mention.tokens}
        self._sentences = {token.i: number for number, sent in enumerate(doc.sents, self._sentence) for token in sent}
        self._sentence = max(self._sentences.values(), default=self._sentence) + 1
        self._length += len(doc)
        self._identify()
        self._note()

    def scene(self) -> Scene:
        """Return the scene that the text describes."""
        return self._written()

    # --- who is who ---

    def _identify(self) -> None:
        owners: dict[int, list[int]] = {}
        for link in self.graph.links:
            if link.predicate in _OWNING:
                owners.setdefault(link.object, []).append(link.subject)
        qualities: dict[int, list[str]] = {}
        for one in self.graph.attributes:
            qualities.setdefault(one.mention, []).append(one.label)
        measured = self._measured()
        for index, inner in measured.items():
            measure = self.table.measures[self.doc[self.graph.mentions[index].tokens[-1]].lower_]
            qualities.setdefault(inner, []).extend([measure] if measure else [])
        order = sorted(range(len(self.graph.mentions)), key=lambda index: self.graph.mentions[index].tokens[-1])
        for index in order:
            head = self.doc[self.graph.mentions[index].tokens[-1]]
            if head.i in self.scope.denied or self._is_mutual(index) or index in measured:
                continue
            if not is_thing(head, self.graph.mentions[index].label, self.table):
                continue
            said = frozenset(qualities.get(index, ()))
            told = describe(self.doc, self.graph.mentions[index], said, self.table, self.ontology)
            self.told[index] = told
            owned = tuple(one for owner in owners.get(index, ()) for one in self.meant.get(owner, ()))
            self.meant[index] = self.identity.meant(told, self._sentences[head.i], owned)
        for index, inner in measured.items():  # what a couple of cows do the cows do
            if inner in self.told:
                self.told[index], self.meant[index] = self.told[inner], self.meant[inner]

    def _measured(self) -> dict[int, int]:
        """Return the mentions that only measure another: the couple of "a couple of cows"."""
        found = {}
        for index, mention in enumerate(self.graph.mentions):
            head = self.doc[mention.tokens[-1]]
            for child in head.children if head.lower_ in self.table.measures else ():
                inner = self._of_token.get(child.i) if child.dep_ == "nmod" else None
                if inner is not None and inner != index and any(one.lower_ == "of" for one in child.lefts):
                    found[index] = inner
        return found

    def _is_mutual(self, index: int) -> bool:
        """Tell whether a mention is the "other" of "each other"."""
        last = self.graph.mentions[index].tokens[-1]
        word = self.doc[last].lower_
        return word == "eachother" or (
            last > 0 and (self.doc[last - 1].lower_, word) in (("each", "other"), ("one", "another"))
        )

    # --- the claims ---

    def _sure(self, tokens: tuple[int, ...]) -> float:
        return min((self.scope.hedged.get(i, 1.0) for i in tokens), default=1.0)

    def _spans(self, tokens: tuple[int, ...]) -> Iterator[Span]:
        """Yield the places of some tokens in characters; neighbours are one place."""
        start: int | None = None
        for place, i in enumerate(tokens):
            start = i if start is None else start
            if place + 1 == len(tokens) or tokens[place + 1] != i + 1:
                first, last = self.doc[start], self.doc[i]
                yield self.words_of.span(first.idx, last.idx + len(last))
                start = None

    def _note(self) -> None:
        """Add what the window claims to what is claimed."""
        more = len(self.identity.things) - len(self._named)
        self._named += [Said() for _ in range(more)]
        self._qualities += [{} for _ in range(more)]
        for index, found in self.meant.items():
            tokens = self.graph.mentions[index].tokens
            pronoun = self.told[index].kind is Kind.PRONOUN
            for one in found:
                self._named[one].again(0.0 if pronoun else self._sure(tokens), self._spans(tokens))
        self._attributes(self._qualities)
        self._relations(self._related)
        self._count(self._numbers)
        self._absent += [Nowhere(one.category, tuple(self._spans(one.tokens))) for one in self.scope.absences]
        self._listed |= self._items()

    def _written(self) -> Scene:
        things = self.identity.things
        kept = self._worth_telling()
        relations_of = {key: said for key, said in self._related.items() if key[0] in kept and key[2] in kept}
        ids = _ids(things)
        entities = tuple(
            Entity(
                id=ids[i],
                category=thing.category[:200],
                attributes=tuple(self._qualities[i]),
                **self._named[i].fields(),
            )
            for i, thing in enumerate(things)
            if i in kept
        )
        relations = tuple(
            Relation(id=f"r{n}", subject=ids[s], predicate=predicate, object=ids[o], **said.fields())
            for n, ((s, predicate, o), said) in enumerate(relations_of.items(), start=1)
        )
        numbers = tuple(
            Count(id=f"n{n}", category=one.category, value=one.value, spans=tuple(sorted(set(one.spans))))
            for n, one in enumerate(counts(self._numbers, things, kept, self._absent, self.ontology), start=1)
        )
        return Scene(
            entities=entities, part_states=self._part_states(ids, relations), relations=relations, counts=numbers
        )

    def _attributes(self, found: list[dict[str, None]]) -> None:
        for one in self.graph.attributes:
            if self.scope.denied & set(one.tokens) or not one.label.strip() or self._is_no_quality(one):
                continue
            for thing in self.meant.get(one.mention, ()):
                if one.label.isdigit() and not self.identity.things[thing].group:
                    continue
                found[thing][one.label[:200]] = None
        for i in sorted(self.scope.lacking):  # a man without a hat is one: "without hat"
            noun = self.doc[i]
            holder = next((c for c in noun.head.children if c.dep_.startswith("nsubj")), noun.head)
            for thing in self.meant.get(self._of_token.get(holder.i, -1), ()):
                found[thing][f"without {noun.lower_}"[:200]] = None

    def _is_no_quality(self, one: Attribute) -> bool:
        """Tell whether a quality is but a part of the picture ("left part") or, in a description, mere talk."""
        if not one.tokens:
            return False
        last = self.doc[one.tokens[-1]]
        lower = last.lower_
        if len(one.tokens) > 1 and last.pos_ == "NOUN" and lower in self.table.regions:
            return True
        talk = lower in self.table.no_quality or lower in self.table.abstract or lower in self.table.pictures
        return talk and self._length >= _LONG

    def _relations(self, found: dict[tuple[int, str, int], Said]) -> None:
        for link in self.graph.links:
            if self.scope.denied & set(link.tokens) or self._is_comment(link) or not link.predicate.strip():
                continue
            subjects, objects = self.meant.get(link.subject, ()), self.meant.get(link.object, ())
            own = None if objects else own_side(self.doc[self.graph.mentions[link.object].tokens[-1]])
            if own is not None:
                objects = self.meant.get(self._of_token.get(own.owner, -1), ())
            if len(subjects) == 1 and self.identity.things[subjects[0]].group:
                objects = objects[:1]  # who of many people sits on which of two benches is not said
            pairs = list(pairwise(subjects)) if self._is_mutual(link.object) else _shared_out(subjects, objects)
            ends = (self.graph.mentions[link.subject].tokens[-1], self.graph.mentions[link.object].tokens[-1])
            said = link.tokens or ends[1:]
            sure = self._sure(tuple(sorted({*said, ends[1]})))
            where = tuple(sorted({*link.tokens})) or tuple(sorted(ends))
            for subject, thing in pairs:
                reads = link.predicate == "read" and not self.identity.things[subject].person  # a sign that reads "..."
                if subject != thing and not reads:
                    predicate = self._said(link.predicate[:200], subject, thing) if own is None else own.said
                    turned = self.table.turned.get(predicate)
                    key = (subject, self.table.predicates.get(predicate, predicate), thing)
                    key = key if turned is None else (thing, turned, subject)
                    found.setdefault(key, Said()).again(sure, self._spans(where))
        for subject, predicate, thing in list(found):
            if predicate == "with" and (subject, "have", thing) in found:
                found[subject, "have", thing].again(found[subject, "with", thing].confidence, iter(()))
                del found[subject, "with", thing]

    def _said(self, predicate: str, subject: int, thing: int) -> str:
        """Return what a preposition means: who is in a shirt wears it; in a description, what is with a roof has it."""
        one, other = self.identity.things[subject], self.identity.things[thing]
        long = self._length >= _LONG
        dressed = predicate == "in" or (predicate == "with" and long)
        if dressed and one.person and self.ontology.is_a(other.noun, "clothing"):
            return "wear"
        if predicate == "with" and long and not (other.person or self.ontology.is_a(other.noun, "animal")):
            return "have"
        return predicate

    def _worth_telling(self) -> frozenset[int]:
        """Return the things to tell of: in a long text items of lists, known nouns, what has a visible quality.

        Descriptions are full of nouns that name no thing ("a gateway to the past"); no list holds them all. Of a
        caption everything is told.
        """
        things = self.identity.things
        if self._length < _LONG:
            return frozenset(range(len(things)))
        seen = self.ontology.attributes
        return frozenset(self._listed) | frozenset(
            i
            for i, (thing, attributes) in enumerate(zip(things, self._qualities, strict=True))
            if self.ontology.concept("category", thing.noun) is not None
            or any(self.ontology.canonical("attribute", one) in seen for one in attributes)
        )

    def _items(self) -> frozenset[int]:
        """Return the things that items of a list name: a list is made of nothing else."""
        listed = self.words_of.layout.items
        if not listed:
            return frozenset()
        starts = (0, *self.words_of.breaks)
        return frozenset(
            one
            for index, found in self.meant.items()
            if starts[bisect_right(starts, self.doc[self.told[index].head].idx) - 1] in listed
            for one in found
        )

    def _is_comment(self, link: Link) -> bool:
        return link.predicate.partition(" ")[0] in self.table.comment_verbs

    def _count(self, said: list[Introduction]) -> None:
        for index, told in self.told.items():
            if told.counted and told.number is not None and self.meant[index]:
                tokens = self.graph.mentions[index].tokens
                head = self.doc[told.head]
                numeral = tuple(c.i for c in head.lefts if c.dep_ == "nummod")
                spans = tuple(self._spans(tuple(sorted({*numeral, *tokens}))))
                said.append(Introduction(told, self.meant[index], is_total(told, head), spans))

    def _part_states(self, ids: list[str], relations: tuple[Relation, ...]) -> tuple[PartState, ...]:
        """Read "his left hand holds a cup" as the state of a body part too, where the vocabulary has it."""
        things = dict(zip(ids, self.identity.things, strict=True))
        owner = {r.object: r.subject for r in relations if r.predicate == "have" and things[r.subject].person}
        found: list[PartState] = []
        for relation in relations:
            holder = owner.get(relation.subject)
            part = self.ontology.canonical("part", _part_name(things[relation.subject], self.ontology))
            state = self.ontology.canonical("state", relation.predicate)
            if (
                holder is None
                or holder == relation.object
                or state not in self.ontology.part_states.get(part, frozenset())
            ):
                continue
            found.append(
                PartState(
                    id=f"p{len(found) + 1}",
                    entity=holder,
                    part=part.replace("_", " "),
                    state=state.replace("_", " "),
                    object=relation.object,
                    confidence=relation.confidence,
                    spans=relation.spans,
                )
            )
        return tuple(found)


def _part_name(thing: Thing, ontology: Ontology) -> str:
    named = term(thing.category)
    if ontology.canonical("part", named) in ontology.part_states:
        return named
    side = next((one for one in ("left", "right") if one in thing.qualities), "")
    return term(f"{side} {thing.noun}")


def _shared_out(subjects: tuple[int, ...], objects: tuple[int, ...]) -> list[tuple[int, int]]:
    """Pair the members of two sets: everyone with the only one, else each with its share.

    >>> _shared_out((1, 2), (3,)), _shared_out((1, 2), (3, 4)), _shared_out((1, 2, 3), (4, 5))
    ([(1, 3), (2, 3)], [(1, 3), (2, 4)], [(1, 4), (2, 4), (3, 5)])
    """
    if not subjects or not objects:
        return []
    many = max(len(subjects), len(objects))
    if min(len(subjects), len(objects)) == 1:
        return [(s, o) for s in subjects for o in objects]
    return [(subjects[k * len(subjects) // many], objects[k * len(objects) // many]) for k in range(many)]


def _ids(things: list[Thing]) -> list[str]:
    taken: dict[str, int] = {}
    found = []
    for thing in things:
        stem = re.sub(r"[^\w\-]", "", term(thing.category))[:80].strip("-_") or "thing"
        taken[stem] = taken.get(stem, 0) + 1
        found.append(f"{stem}_{taken[stem]}")
    return found
