"""What a text names, sentence by sentence, in; one scene out: things with identity, counts, confidences and places.

Relations of sets are shared out: two boys on two skateboards are one boy on each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nesy.language.concreteness import is_thing
from nesy.language.coreference import Identity, Thing
from nesy.language.counts import Introduction, Total, counts
from nesy.language.descriptions import Description, Kind, describe
from nesy.language.extraction import CAPTION
from nesy.language.lexicon import Words
from nesy.language.mentions import Attribute, Link, MentionGraph
from nesy.language.mutual import is_mutual, mutual_pairs, shared_out
from nesy.language.part_states import part_states
from nesy.language.plain_text import Plain
from nesy.language.quotations import bearers
from nesy.language.scope import Scope, scope
from nesy.language.verbs import is_progressive, participle
from nesy.language.viewpoint import own_side
from nesy.ontology import Ontology
from nesy.scene import Count, Entity, PartState, Relation, Scene, term

if TYPE_CHECKING:
    from spacy.tokens import Doc

Span = tuple[int, int]
_OWNING = frozenset(["have", "wear", "with"])


@dataclass
class Said:
    """How surely and where something is said."""

    confidence: float = 0.0
    spans: set[Span] = field(default_factory=set)
    tokens: set[int] = field(default_factory=set)

    def again(self, sure: float, spans: Iterator[Span], tokens: tuple[int, ...] = ()) -> None:
        """Add another place; the surest counts."""
        self.confidence = max(self.confidence, sure)
        self.spans.update(spans)
        self.tokens.update(tokens)

    def fields(self) -> dict[str, Any]:
        """Return the fields of a claim; what is said plainly has no confidence."""
        sure = None if self.confidence >= 1.0 else round(self.confidence, 3)
        return {"confidence": sure, "spans": tuple(sorted(self.spans))}


class Discourse:
    """Reads one document."""

    def __init__(self, doc: Doc, graph: MentionGraph, words_of: Plain, table: Words, ontology: Ontology) -> None:
        self.doc = doc
        self.graph = graph
        self.words_of = words_of
        self.table = table
        self.ontology = ontology
        self.scope: Scope = scope(doc, table)
        self.identity = Identity(ontology)
        self.told: dict[int, Description] = {}
        self.meant: dict[int, tuple[int, ...]] = {}
        self._of_token = {i: index for index, mention in enumerate(graph.mentions) for i in mention.tokens}
        self._sentences = {token.i: number for number, sent in enumerate(doc.sents) for token in sent}

    def scene(self) -> Scene:
        """Return the scene that the document describes."""
        self._identify()
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
        order = sorted(range(len(self.graph.mentions)), key=lambda index: (self._set_of(index), index in self._sets))
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
            self.meant[index] = self.identity.meant(index, told, self._sentences[head.i], owned)
        for index, inner in measured.items():  # what a couple of cows do the cows do
            if inner in self.told:
                self.told[index], self.meant[index] = self.told[inner], self.meant[inner]

    def _set_of(self, index: int) -> int:
        """Return the head of a mention, or that of the set it is one of: the men of "one of the men" come before."""
        return self._sets.get(index, self.graph.mentions[index].tokens[-1])

    @cached_property
    def _sets(self) -> dict[int, int]:
        """The mentions that mean some of a set that stands after them, with the token of that set."""
        found = {}
        for index, mention in enumerate(self.graph.mentions):
            head = self.doc[mention.tokens[-1]]
            if head.lower_ in ("one", "two", "three", "four", "each", "some", "both", "all", "most", "many", "several"):
                for child in head.rights:
                    if (
                        child.dep_ == "nmod"
                        and child.i in self._of_token
                        and any(c.lower_ == "of" for c in child.lefts)
                    ):
                        found[index] = child.i
        return found

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
        return is_mutual(self.doc[self.graph.mentions[index].tokens[-1]])

    # --- the claims ---

    def _sure(self, tokens: tuple[int, ...]) -> float:
        return min((self.scope.hedged.get(i, 1.0) for i in tokens), default=1.0)

    def _spans(self, tokens: tuple[int, ...]) -> Iterator[Span]:
        """Yield the places of some tokens in characters; neighbours are one place."""
        held: Span | None = None
        last = -1
        for i in tokens:
            token = self.doc[i]
            start, end = self.words_of.span(token.idx, token.idx + len(token))
            if held is not None and i == last + 1 and start >= held[0]:  # what was put round stands apart
                held = (held[0], max(held[1], end))
            else:
                if held is not None:
                    yield held
                held = (start, end)
            last = i
        if held is not None:
            yield held

    def _written(self) -> Scene:
        things = self.identity.things
        named: list[Said] = [Said() for _ in things]
        for index, found in self.meant.items():
            tokens = self.graph.mentions[index].tokens
            pronoun = self.told[index].kind is Kind.PRONOUN
            for one in found:
                named[one].again(0.0 if pronoun else self._sure(tokens), self._spans(tokens))
        told = self._relations()
        held, parts = part_states(things, {key: one.tokens for key, one in told.items()}, self._used(), self.ontology)
        kept = self._worth_telling() - parts
        relations_of = {key: said for key, said in told.items() if key[0] in kept and key[2] in kept}
        ids = _ids(things, kept)
        attributes = self._attributes()
        self._done_alone(told, attributes)
        for subject, predicate, thing in told:  # who sits with his legs on a chair sits
            verb, _, rest = predicate.partition(" ")
            if thing in parts and rest and self.ontology.concept("predicate", verb) is None:
                attributes[subject].setdefault(participle(verb))
        entities = tuple(
            Entity(id=ids[i], category=thing.category[:200], attributes=tuple(attributes[i]), **named[i].fields())
            for i, thing in enumerate(things)
            if i in kept
        )
        relations = tuple(
            Relation(id=f"r{n}", subject=ids[s], predicate=predicate, object=ids[o], **said.fields())
            for n, ((s, predicate, o), said) in enumerate(relations_of.items(), start=1)
        )
        numbers = tuple(
            Count(id=f"n{n}", category=one.category, value=one.value, spans=tuple(sorted(set(self._spans(one.tokens)))))
            for n, one in enumerate(self._counts(kept), start=1)
        )
        states = tuple(
            PartState(
                id=f"p{n}", entity=ids[one.owner], part=one.part, state=one.state, object=ids[one.thing],
                **_all_said([told[key] for key in one.said]),
            )
            for n, one in enumerate((one for one in held if {one.owner, one.thing} <= kept), start=1)
        )  # fmt: skip
        return Scene(entities=entities, part_states=states, relations=relations, counts=numbers)

    def _done_alone(self, told: Mapping[tuple[int, str, int], Said], attributes: list[dict[str, None]]) -> None:
        """Say what somebody does by what is no thing as a quality: "dancing" of "is dancing on the stage"."""
        if len(self.doc) >= CAPTION:
            return
        read = {i for said in told.values() for i in said.tokens} | {
            i for one in self.graph.attributes for i in one.tokens
        }
        for link in self.graph.links:
            verb = self.doc[link.tokens[0]] if link.tokens else None
            if verb is None or len(link.tokens) < 2 or link.object in self.meant or not is_progressive(verb):
                continue
            if (
                self.scope.denied.isdisjoint(link.tokens)
                and read.isdisjoint(link.tokens)
                and not self._is_comment(link)
            ):
                for subject in self.meant.get(link.subject, ()):
                    attributes[subject].setdefault(verb.lower_)

    def _used(self) -> dict[int, int]:
        """Return for things that something is done with the token of its verb: "kicks a ball with his right foot"."""
        found = {}
        for index, meant in self.meant.items():
            head = self.doc[self.graph.mentions[index].tokens[-1]]
            case = {child.lower_ for child in head.lefts if child.dep_ == "case"}
            if not case & {"with", "in", "using", "by"}:
                continue
            verb = next((one for one in head.ancestors if one.pos_ == "VERB"), None)
            if verb is not None:
                found.update(dict.fromkeys(meant, verb.i))
        return found

    def _attributes(self) -> list[dict[str, None]]:
        found: list[dict[str, None]] = [{} for _ in self.identity.things]
        for one in self.graph.attributes:
            if self.scope.denied & set(one.tokens) or not one.label.strip() or self._is_no_quality(one):
                continue
            doubted = self._sure(one.tokens) < 1.0 and one.tokens
            for thing in self.meant.get(one.mention, ()):
                if doubted:  # a quality has no confidence of its own
                    found[thing][f"perhaps {one.label}"[:200]] = None
                    continue
                if one.label.isdigit() and not self.identity.things[thing].group:
                    continue
                found[thing][one.label[:200]] = None
        for noun, said in bearers(self.doc, self.words_of, self._of_token):
            for thing in self.meant.get(self._of_token.get(noun.i, -1), ()):
                found[thing][said[:200]] = None
        for lack in self.scope.lacking:  # a man without a hat is one: "without hat"
            for thing in self.meant.get(self._of_token.get(lack.holder, -1), ()):
                found[thing][lack.said[:200]] = None
        return found

    def _is_no_quality(self, one: Attribute) -> bool:
        """Tell whether a quality is but a part of the picture ("left part") or, in a description, mere talk."""
        if not one.tokens:
            return False
        last = self.doc[one.tokens[-1]]
        lower = last.lower_
        if len(one.tokens) > 1 and last.pos_ == "NOUN" and lower in self.table.regions:
            return True
        talk = lower in self.table.no_quality or lower in self.table.abstract or lower in self.table.pictures
        return talk and len(self.doc) >= CAPTION

    def _relations(self) -> dict[tuple[int, str, int], Said]:
        found: dict[tuple[int, str, int], Said] = {}
        for link in self.graph.links:
            if self.scope.denied & set(link.tokens) or self._is_comment(link) or not link.predicate.strip():
                continue
            if self._is_partitive(link):
                continue
            subjects, objects = self.meant.get(link.subject, ()), self.meant.get(link.object, ())
            own = None if objects else own_side(self.doc[self.graph.mentions[link.object].tokens[-1]])
            if own is not None:
                objects = self.meant.get(self._of_token.get(own.owner, -1), ())
            if len(subjects) == 1 and self.identity.things[subjects[0]].group:
                objects = objects[:1]  # who of many people sits on which of two benches is not said
            if self._is_mutual(link.object):
                pairs = mutual_pairs(self._all_of(link), link.predicate)
            else:
                pairs = shared_out(subjects, objects)
            ends = (self.graph.mentions[link.subject].tokens[-1], self.graph.mentions[link.object].tokens[-1])
            said = link.tokens or ends[1:]
            sure = self._sure(tuple(sorted({*said, ends[1]})))
            where = tuple(sorted({*link.tokens})) or tuple(sorted(ends))
            for subject, thing in pairs:
                reads = link.predicate == "read" and not self.identity.things[subject].person  # a sign that reads "..."
                if subject != thing and not reads:
                    predicate = (
                        self._said(link.predicate.removeprefix("to ")[:200], subject, thing)
                        if own is None
                        else own.said
                    )
                    turned = self.table.turned.get(predicate)
                    key = (subject, self.table.predicates.get(predicate, predicate), thing)
                    key = key if turned is None else (thing, turned, subject)
                    found.setdefault(key, Said()).again(sure, self._spans(where), link.tokens)
        for subject, predicate, thing in list(found):
            if predicate == "with" and (subject, "have", thing) in found:
                found[subject, "have", thing].again(found[subject, "with", thing].confidence, iter(()))
                del found[subject, "with", thing]
        return found

    def _said(self, predicate: str, subject: int, thing: int) -> str:
        """Return what a preposition means: who is in a shirt wears it; in a description, what is with a roof has it."""
        one, other = self.identity.things[subject], self.identity.things[thing]
        long = len(self.doc) >= CAPTION
        dressed = predicate == "in" or (predicate == "with" and long)
        if dressed and one.person and self.ontology.is_a(other.noun, "clothing"):
            return "wear"
        if predicate == "with" and long and not (other.person or self.ontology.is_a(other.noun, "animal")):
            return "have"
        return predicate

    def _worth_telling(self) -> frozenset[int]:
        """Return the things to tell of: in a long text only those whose noun is known or that have a visible quality.

        Descriptions are full of nouns that name no thing ("a gateway to the past"); no list holds them all. Of a
        caption everything is told.
        """
        things = self.identity.things
        if len(self.doc) < CAPTION:
            return frozenset(range(len(things)))
        seen = self.ontology.attributes
        return frozenset(
            i
            for i, (thing, attributes) in enumerate(zip(things, self._attributes(), strict=True))
            if self.ontology.concept("category", thing.noun) is not None
            or any(self.ontology.canonical("attribute", one) in seen for one in attributes)
        )

    def _all_of(self, link: Link) -> list[int]:
        """Return all who do something "to each other": the man and the woman, each named by a relation of its own."""
        return sorted(
            {
                thing
                for one in self.graph.links
                if one.object == link.object and one.tokens == link.tokens
                for thing in self.meant.get(one.subject, ())
            }
        )

    def _is_partitive(self, link: Link) -> bool:
        """Tell whether a relation says no more than that one is of a set: "one of them"."""
        ends = (link.subject, link.object)
        return any(
            self._sets.get(one) in self.graph.mentions[other].tokens and link.predicate in ("have", "of", "in", "with")
            for one, other in (ends, ends[::-1])
        )

    def _is_comment(self, link: Link) -> bool:
        if link.tokens and self.doc[link.tokens[0]].lower_ == "of":
            return False  # the picture of a cat depicts it
        verb = self.doc[link.tokens[0]] if link.tokens else None
        if (
            verb is not None
            and verb.lemma_.lower() in self.table.reports
            and any(c.dep_ == "ccomp" for c in verb.children)
        ):
            return True
        return link.predicate.partition(" ")[0] in self.table.comment_verbs

    def _counts(self, kept: frozenset[int]) -> list[Total]:
        said = []
        for index, told in self.told.items():
            if told.counted and told.number is not None and kept.issuperset(self.meant[index]) and self.meant[index]:
                tokens = self.graph.mentions[index].tokens
                numeral = tuple(c.i for c in self.doc[told.head].lefts if c.dep_ == "nummod")
                said.append(Introduction(told, self.meant[index], self.doc[told.head], (*numeral, *tokens)))
        return counts(said, self.identity.things, kept, self.scope.absences, self.ontology)


def _all_said(said: Sequence[Said]) -> dict[str, Any]:
    """Return the fields of a claim that several places say together: as sure as the least sure of them."""
    whole = Said(min(one.confidence for one in said), {span for one in said for span in one.spans})
    return whole.fields()


def _ids(things: list[Thing], kept: frozenset[int]) -> list[str]:
    """Return the ids of things; those that are told of are numbered without a gap."""
    taken: dict[str, int] = {}
    found = [""] * len(things)
    for i in sorted(range(len(things)), key=lambda one: (one not in kept, one)):
        stem = re.sub(r"[^\w\-]", "", term(things[i].category))[:80].strip("-_") or "thing"
        taken[stem] = taken.get(stem, 0) + 1
        found[i] = f"{stem}_{taken[stem]}"
    return found
