"""What the passages of a laid-out text name in, what they say of one another out: numbers, qualities, names of lists.

"dog: 2" are two dogs and "car (red)" is a red car; the person of "Person: a man in red" is the man, and the kitchen of
"Kitchen: a stove and a sink" is a thing besides.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nesy.language.denial import Absence
from nesy.language.layout_words import Vocabulary
from nesy.language.mentions import Attribute, Link, Mention, MentionGraph
from nesy.language.nouns import NOUNS, places
from nesy.language.plain_text import Plain
from nesy.language.verbs import with_particle

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_NOT_THERE = frozenset(["no", "none", "absent", "0", "zero", "nowhere", "false"])
_JOINS = frozenset(["and", "or", ",", "/", "&", ";"])


@dataclass
class _Passage:
    start: int
    tokens: list[int] = field(default_factory=list)
    mentions: list[int] = field(default_factory=list)


def listed(doc: Doc, graph: MentionGraph, words_of: Plain, words: Vocabulary) -> tuple[MentionGraph, list[Absence]]:
    """Return what the passages name when each is read for what it is, and what they say is absent.

    Args:
        doc: the annotated document of all passages.
        graph: what its words name, each passage read by itself.
        words_of: its words, with their layout.
        words: what is known of qualities and kinds.
    """
    laid = words_of.layout
    if not laid.values and not laid.labels:
        return graph, []
    return _Listed(doc, graph, words).read(_passages(doc, graph, words_of), laid.values, laid.labels)


def _passages(doc: Doc, graph: MentionGraph, words_of: Plain) -> list[_Passage]:
    starts = (0, *words_of.breaks)
    found = [_Passage(start) for start in starts]
    for token in doc:
        found[bisect_right(starts, token.idx) - 1].tokens.append(token.i)
    for index, mention in enumerate(graph.mentions):
        found[bisect_right(starts, doc[mention.tokens[-1]].idx) - 1].mentions.append(index)
    return found


class _Listed:
    def __init__(self, doc: Doc, graph: MentionGraph, words: Vocabulary) -> None:
        self.doc = doc
        self.graph = graph
        self.words = words
        self.dropped: set[int] = set()
        self.said: list[Attribute] = []
        self.absences: list[Absence] = []
        self.links: list[Link] = []

    def read(
        self, passages: Sequence[_Passage], values: frozenset[int], labels: frozenset[int]
    ) -> tuple[MentionGraph, list[Absence]]:
        holder: int | None = None
        label: _Passage | None = None
        told: list[int] = []  # what has been named under the label
        for passage in passages:
            if passage.start in labels:
                self._judge(label, told)
                label, told = passage, []
            if passage.start not in values:
                holder = self._holder(passage)
            elif holder is not None and self._is_of(passage, holder):
                self.dropped.update(passage.mentions)
                if label is not None and holder in label.mentions:
                    label = None  # it has a number or a quality, so it is a thing
                continue
            if passage is not label:
                told += passage.mentions
        self._judge(label, told)
        return self._kept(), self.absences

    def _holder(self, passage: _Passage) -> int | None:
        """Return the mention that a passage is about."""
        heads = {self.graph.mentions[index].tokens[-1]: index for index in passage.mentions}
        root = next((i for i in heads if self.doc[i].dep_ == "ROOT"), min(heads, default=-1))
        return heads.get(root)

    def _is_of(self, passage: _Passage, holder: int) -> bool:
        """Read a passage as what is said of the item before it; tell whether it is that."""
        tokens = [self.doc[i] for i in passage.tokens if self.doc[i].lower_ not in _JOINS and not self.doc[i].is_punct]
        if not tokens:
            return True
        head = self.doc[self.graph.mentions[holder].tokens[-1]]
        if tokens[0].lower_ == "not" or (len(tokens) == 1 and tokens[0].lower_ in _NOT_THERE):
            self.dropped.add(holder)
            category = " ".join([*self.graph.mentions[holder].label.split()[:-1], head.lemma_.lower()])
            self.absences.append(Absence(head.i, category, (head.i, *(one.i for one in tokens))))
            return True
        number = self.words.number(tokens[0].lower_)
        if number is not None and len(tokens) == 1:
            if number > 1 or head.tag_ in ("NNS", "NNPS"):
                self.said.append(Attribute(holder, str(number), (tokens[0].i,)))
            return True
        if passage.mentions and self.words.tells_on(self.doc[passage.tokens[0] : passage.tokens[-1] + 1].text):
            self._related(holder, tokens[0], passage.mentions[0])
            return False
        if not all(self._is_quality(one) for one in tokens):
            return False
        for group in _groups(self.doc, passage.tokens):
            self.said.append(Attribute(holder, " ".join(self.doc[i].lower_ for i in group), tuple(group)))
        return True

    def _related(self, holder: int, first: Token, thing: int) -> None:
        """Relate an item to what is told of it: "holding a cup", "on the left of a tree"."""
        before = self.graph.mentions[thing].tokens[0]
        place = next((one for one in places(self.doc, self.words.table) if one.start in (first.i, first.i + 1)), None)
        said = [with_particle(first)] if first.pos_ in ("VERB", "AUX") else []
        tokens = [first.i]
        if place is not None and place.end <= before:
            said.append(place.said)
            tokens += range(place.start, place.end)
        else:
            more = [first, *self.doc[first.i + 1 : before]] if not said else list(self.doc[first.i + 1 : before])
            for one in more:
                if one.lower_ in self.words.table.places:
                    said.append(one.lower_)
                    tokens.append(one.i)
        if said:
            self.links.append(Link(holder, " ".join(said), thing, tuple(sorted(set(tokens)))))

    def _is_quality(self, token: Token) -> bool:
        if self.words.is_quality(token.lower_):
            return True
        known = self.words.ontology.concept("category", token.lower_) is not None
        return not known and (token.pos_ in ("ADJ", "ADV") or (token.pos_ == "VERB" and token.tag_ in ("VBN", "VBG")))

    def _judge(self, label: _Passage | None, told: Sequence[int]) -> None:
        """Drop what a label names where it is only the name of what stands under it."""
        if label is None or not told:
            return
        below = [self._noun(index) for index in told if index not in self.dropped]
        for index in label.mentions:
            noun = self._noun(index)
            known = self.words.ontology.concept("category", noun) is not None
            if not known or any(self._kin(noun, one) for one in below):
                self.dropped.add(index)

    def _noun(self, index: int) -> str:
        head = self.doc[self.graph.mentions[index].tokens[-1]]
        return head.lemma_.lower() if head.pos_ in NOUNS else head.lower_

    def _kin(self, one: str, other: str) -> bool:
        is_a = self.words.ontology.is_a
        return one == other or is_a(one, other) or is_a(other, one)

    def _kept(self) -> MentionGraph:
        kept = [index for index in range(len(self.graph.mentions)) if index not in self.dropped]
        place = {index: number for number, index in enumerate(kept)}
        mentions: list[Mention] = [self.graph.mentions[index] for index in kept]
        attributes = [
            replace(one, mention=place[one.mention])
            for one in (*self.graph.attributes, *self.said)
            if one.mention in place
        ]
        links = [
            replace(one, subject=place[one.subject], object=place[one.object])
            for one in (*self.graph.links, *self.links)
            if one.subject in place and one.object in place
        ]
        return MentionGraph(tuple(mentions), tuple(attributes), tuple(links))


def _groups(doc: Doc, tokens: Sequence[int]) -> Iterator[list[int]]:
    """Yield the qualities of "brown and white, very large", each with its words."""
    held: list[int] = []
    for i in tokens:
        if doc[i].lower_ in _JOINS or doc[i].is_punct:
            if held:
                yield held
            held = []
        else:
            held.append(i)
    if held:
        yield held
