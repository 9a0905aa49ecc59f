"""What a text names, sentence by sentence, in; one scene out: things with identity, counts, confidences and places.

Relations of sets are shared out: two boys on two skateboards are one boy on each.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nesy.language.coreference import Identity
from nesy.language.counts import Introduction, Nowhere, counts, is_total
from nesy.language.denial import Absence
from nesy.language.descriptions import Kind
from nesy.language.extraction import CAPTION
from nesy.language.lexicon import Words
from nesy.language.mentions import Attribute, Link, MentionGraph
from nesy.language.mutual import is_mutual, mutual_pairs, mutual_quality, shared_out
from nesy.language.part_states import part_states
from nesy.language.plain_text import Plain
from nesy.language.quotations import bearers
from nesy.language.references import references
from nesy.language.scope import scope
from nesy.language.things import Thing
from nesy.language.verbs import is_progressive, participle, present_base
from nesy.language.viewpoint import own_side
from nesy.ontology import Ontology
from nesy.scene import Count, Entity, PartState, Relation, Scene, term

if TYPE_CHECKING:
    from spacy.tokens import Doc

Span = tuple[int, int]


@dataclass
class Said:
    """How surely and where something is said."""

    confidence: float = 0.0
    spans: set[Span] = field(default_factory=set)
    tokens: set[int] = field(default_factory=set)

    def again(self, sure: float, spans: Iterator[Span], tokens: Iterable[int] = ()) -> None:
        """Add another place; the surest counts."""
        self.confidence = max(self.confidence, sure)
        self.spans.update(spans)
        self.tokens.update(tokens)

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
        self._first = 0
        self._sentence = 0
        self._named: list[Said] = []
        self._qualities: list[dict[str, None]] = []
        self._related: dict[tuple[int, str, int], Said] = {}
        self._numbers: list[Introduction] = []
        self._absent: list[Nowhere] = []
        self._listed: set[int] = set()
        self._used: dict[int, int] = {}

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
        sentences = {token.i: number for number, sent in enumerate(doc.sents, self._sentence) for token in sent}
        self._sentence = max(sentences.values(), default=self._sentence) + 1
        self._first, self._length = self._length, self._length + len(doc)
        listed = self._in_lists()
        found = references(doc, graph, self.scope.denied, sentences, self.identity, self.table, listed)
        self.told, self.meant, self._sets = found.told, found.meant, found.sets
        self._of_token = graph.of_token()
        # a list is made of nothing else than things
        self._listed |= {one for index, told in found.told.items() if told.head in listed for one in found.meant[index]}
        self._note()

    def scene(self) -> Scene:
        """Return the scene that the text describes."""
        return self._written()

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

    def _note(self) -> None:
        """Add what the window claims to what is claimed."""
        more = len(self.identity.things) - len(self._named)
        self._named += [Said() for _ in range(more)]
        self._qualities += [{} for _ in range(more)]
        for index, found in self.meant.items():
            tokens = self.graph.mentions[index].tokens
            pronoun = self.told[index].kind is Kind.PRONOUN
            for one in found:
                known = pronoun and self._named[one].spans  # else there is nobody but the pronoun
                self._named[one].again(0.0 if known else self._sure(tokens), self._spans(tokens))
        self._attributes(self._qualities)
        self._relations(self._related)
        self._done_alone(self._qualities)
        self._used.update(self._means())
        self._count(self._numbers)
        self._absent += [Nowhere(one.category, tuple(self._spans(one.tokens))) for one in self.scope.absences]

    def _written(self) -> Scene:
        things, told = self.identity.things, self._related
        held, parts = part_states(things, {key: one.tokens for key, one in told.items()}, self._used, self.ontology)
        kept = self._worth_telling() - parts
        relations_of = {key: said for key, said in told.items() if key[0] in kept and key[2] in kept}
        ids = _ids(things, kept)
        for subject, predicate, thing in told:  # who sits with his legs on a chair sits
            verb, _, rest = predicate.partition(" ")
            if thing in parts and rest and self.ontology.concept("predicate", verb) is None:
                self._qualities[subject].setdefault(participle(verb))
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
        states = tuple(
            PartState(
                id=f"p{n}", entity=ids[one.owner], part=one.part, state=one.state, object=ids[one.thing],
                **_all_said([told[key] for key in one.said]),
            )
            for n, one in enumerate((one for one in held if {one.owner, one.thing} <= kept), start=1)
        )  # fmt: skip
        return Scene(entities=entities, part_states=states, relations=relations, counts=numbers)

    def _done_alone(self, attributes: list[dict[str, None]]) -> None:
        """Say what somebody does by what is no thing as a quality: "dancing" of "is dancing on the stage"."""
        if self._length >= CAPTION:
            return
        read = {i for said in self._related.values() for i in said.tokens}
        read |= {i for one in self.graph.attributes for i in one.tokens}
        for link in self.graph.links:
            verb = self.doc[link.tokens[0]] if link.tokens else None
            if verb is None or len(link.tokens) < 2 or link.object in self.meant or not is_progressive(verb):
                continue
            if is_mutual(self.doc[self.graph.mentions[link.object].tokens[-1]]):
                continue
            claimed = self.scope.denied.isdisjoint(link.tokens) and not self._is_comment(link)
            after = self.graph.mentions[link.object].tokens[-1] > link.tokens[-1]  # not "what the cups are resting on"
            if claimed and after and read.isdisjoint(link.tokens):
                for subject in self.meant.get(link.subject, ()):
                    attributes[subject].setdefault(verb.lower_)

    def _means(self) -> dict[int, int]:
        """Return for things that something is done with the token of its verb: "kicks a ball with his right foot"."""
        found = {}
        for index, meant in self.meant.items():
            head = self.doc[self.graph.mentions[index].tokens[-1]]
            case = {child.lower_ for child in head.lefts if child.dep_ == "case"}
            if not case & {"with", "in", "using", "by"}:
                continue
            verb = next((one for one in head.ancestors if one.pos_ == "VERB"), None)
            if verb is not None:
                found.update(dict.fromkeys(meant, self._first + verb.i))
        return found

    def _attributes(self, found: list[dict[str, None]]) -> None:
        for one in self.graph.attributes:
            if self.scope.denied & set(one.tokens) or not one.label.strip() or self._is_no_quality(one):
                continue
            doubted = self._sure(one.tokens) < 1.0 and one.tokens and not one.label.isdigit()
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

    def _is_no_quality(self, one: Attribute) -> bool:
        """Tell whether a quality is but a part of the picture ("left part") or, in a description, mere talk."""
        if not one.tokens:
            return False
        last = self.doc[one.tokens[-1]]
        lower = last.lower_
        if len(one.tokens) > 1 and last.pos_ == "NOUN" and lower in self.table.regions:
            return True
        talk = lower in self.table.no_quality or lower in self.table.abstract or lower in self.table.pictures
        return talk and self._length >= CAPTION

    def _relations(self, found: dict[tuple[int, str, int], Said]) -> None:
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
            if is_mutual(self.doc[self.graph.mentions[link.object].tokens[-1]]):
                members = self._all_of(link)
                pairs = mutual_pairs(members, link.predicate)
                if len(members) == 1 and self.identity.things[members[0]].group:
                    self._done_mutually(link, members[0])
            else:
                pairs = shared_out(subjects, objects)
            ends = (self.graph.mentions[link.subject].tokens[-1], self.graph.mentions[link.object].tokens[-1])
            said = link.tokens or ends[1:]
            sure = self._sure(tuple(sorted({*said, ends[1]})))
            where = tuple(sorted({*link.tokens})) or tuple(sorted(ends))
            told = tuple(self._first + i for i in link.tokens)
            for subject, thing in pairs:
                reads = link.predicate == "read" and not self.identity.things[subject].person  # a sign that reads "..."
                if subject != thing and not reads:
                    stated = link.predicate.removeprefix("to ")[:200]
                    predicate = self._said(stated, subject, thing) if own is None else own.said
                    turned = self.table.turned.get(predicate)
                    key = (subject, self.table.predicates.get(predicate, predicate), thing)
                    key = key if turned is None else (thing, turned, subject)
                    found.setdefault(key, Said()).again(sure, self._spans(where), told)
        for subject, predicate, thing in list(found):
            if predicate == "with" and (subject, "have", thing) in found:
                found[subject, "have", thing].again(found[subject, "with", thing].confidence, iter(()))
                del found[subject, "with", thing]

    def _done_mutually(self, link: Link, group: int) -> None:
        """Say of many what they do to each other: no two of them are things apart."""
        verb = self.doc[link.tokens[0]] if link.tokens else None
        done = "" if verb is None or verb.pos_ != "VERB" else verb.lower_ if verb.tag_ in ("VBG", "VBN") else ""
        if verb is not None and verb.pos_ == "VERB" and not done:
            done = participle(present_base(verb))
        said = mutual_quality(done, link.predicate)
        self._qualities[group].setdefault(said if self._sure(link.tokens) >= 1.0 else f"perhaps {said}")

    def _said(self, predicate: str, subject: int, thing: int) -> str:
        """Return what a preposition means: who is in a shirt wears it; in a description, what is with a roof has it."""
        one, other = self.identity.things[subject], self.identity.things[thing]
        long = self._length >= CAPTION
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
        if self._length < CAPTION:
            return frozenset(range(len(things)))
        seen = self.ontology.attributes
        return frozenset(self._listed) | frozenset(
            i
            for i, (thing, attributes) in enumerate(zip(things, self._qualities, strict=True))
            if self.ontology.concept("category", thing.noun) is not None
            or any(self.ontology.canonical("attribute", one) in seen for one in attributes)
        )

    def _in_lists(self) -> frozenset[int]:
        """Return the tokens of the items of lists."""
        listed = self.words_of.layout.items
        if not listed:
            return frozenset()
        starts = (0, *self.words_of.breaks)
        return frozenset(one.i for one in self.doc if starts[bisect_right(starts, one.idx) - 1] in listed)

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

    def _count(self, said: list[Introduction]) -> None:
        for index, told in self.told.items():
            if told.counted and told.number is not None and self.meant[index]:
                tokens = self.graph.mentions[index].tokens
                if self._sure(tokens) < 1.0:
                    continue  # "there might be two cats"
                head = self.doc[told.head]
                numeral = tuple(c.i for c in head.lefts if c.dep_ == "nummod")
                spans = tuple(self._spans(tuple(sorted({*numeral, *tokens}))))
                said.append(Introduction(told, self.meant[index], is_total(told, head), spans))


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
