"""Terms of one's own in the graph of an ontology -> the same, each with the word that labels are compared by."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.errors import KnowledgeError
from nesy.ontology.namespaces import NESY
from nesy.ontology.own_files import OwnFile, local_name
from nesy.scene import term

_OTHER_WORDS = (SKOS.altLabel, NESY.narrowerLabel, NESY.widerLabel)
_SAME = (OWL.equivalentClass, OWL.equivalentProperty, OWL.sameAs, SKOS.exactMatch)
_LANGUAGES = ("en", None)
"""Of labels: that of the vocabulary, else none; where a term has neither, any."""


class Labels:
    """Gives words to terms, and sees to it that no word means two of a kind."""

    def __init__(self, shipped: Graph, merged: Graph, files: Sequence[OwnFile]) -> None:
        self._shipped, self._merged, self._files = shipped, merged, files
        for file in files:
            for one, word in file.graph.subject_objects(NESY.term):
                if shipped.value(one, NESY.term, default=word) != word:
                    raise self._mistake(
                        one, f"has the word {str(shipped.value(one, NESY.term))!r}; another is an skos:altLabel"
                    )
            for link in (SKOS.prefLabel, RDFS.label):
                for one, label in list(file.graph.subject_objects(link)):
                    if (one, RDF.type, None) in shipped:  # its word is what it is; this is another
                        merged.remove((one, link, label))
                        merged.add((one, SKOS.altLabel, label))

    def give(self, kind: str, own: Sequence[URIRef]) -> None:
        """Add `nesy:term`, a label and other words for the terms `own`, all of them of one kind.

        Raises:
            KnowledgeError: a term has no word, or that of another.
        """
        graph = self._merged
        taken = {str(word): one for one, word in self._shipped.subject_objects(NESY.term) if self._is(kind, one)}
        mine: dict[str, URIRef] = {}
        for one in own:
            first, *others = self._words_of(one)
            word = term(first)
            holder = mine.get(word) or taken.get(word)
            if holder is not None:
                if self._same(one, holder):
                    continue
                held = f"{first!r} is the word of {self._file(one).shown(holder)} already"
                raise self._mistake(one, f"{held}; give it another rdfs:label, or say that the two are equivalent")
            mine[word] = one
            graph.set((one, NESY.term, Literal(word)))
            if graph.value(one, SKOS.prefLabel) is None:
                graph.add((one, SKOS.prefLabel, Literal(first)))
            for other in others:
                graph.add((one, SKOS.altLabel, Literal(other)))
        self._take_over(kind, self._other_words(kind, own, {**taken, **mine}))

    def _words_of(self, one: URIRef) -> list[str]:
        """Return the words of a term, its own first: `nesy:term`, `skos:prefLabel`, `rdfs:label`, its local name."""
        stated = self._merged.value(one, NESY.term)
        found = [] if stated is None else [str(stated).replace("_", " ")]
        for link in (SKOS.prefLabel, RDFS.label):
            found += _in_language(self._merged.objects(one, link))
        found = found or [_spelled(local_name(one))]
        for word in found:
            if re.search(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", word):
                raise self._mistake(one, f"its label {word!a} holds a character that is not to be seen")
            if not any(character.isalnum() for character in word):
                raise self._mistake(one, f"has no word ({word!r}); give it an rdfs:label")
        if found == [_spelled(local_name(one))] and not re.search(r"[^\W\d_]", found[0]):
            raise self._mistake(one, f"has no word ({found[0]!r} is a number); give it an rdfs:label")
        return list(dict.fromkeys(found))

    def _other_words(self, kind: str, own: Sequence[URIRef], taken: Mapping[str, Node]) -> dict[str, Node]:
        """Return the words that the files give to terms of this kind, and the terms, the own words of `own` too.

        Raises:
            KnowledgeError: one of them is the word of another term, or is given to two.
        """
        found: dict[str, Node] = {}
        for one, label in self._given(own):
            word = term(str(label))
            if not self._is(kind, one):
                continue
            holder = found.setdefault(word, one) if taken.get(word) in (None, one) else taken[word]
            if holder != one and not self._same(one, holder):
                raise self._mistake(one, f"{str(label)!r} is the word of {self._file(one).shown(holder)} already")
        return {**found, **{str(self._merged.value(one, NESY.term)): one for one in own if self._is(kind, one)}}

    def _given(self, own: Sequence[URIRef]) -> list[tuple[Node, Node]]:
        stated = {pair for file in self._files for link in _OTHER_WORDS for pair in file.graph.subject_objects(link)}
        stated |= {(one, label) for one in own for label in self._merged.objects(one, SKOS.altLabel)}
        return sorted(stated)

    def _take_over(self, kind: str, words: Mapping[str, Node]) -> None:
        """Let the words of the files mean their terms alone, where another shipped term has them as well."""
        for link in _OTHER_WORDS:
            for one, label in list(self._shipped.subject_objects(link)):
                if words.get(term(str(label)), one) != one and self._is(kind, one):
                    self._merged.remove((one, link, label))

    def _is(self, kind: str, one: Node) -> bool:
        """Tell whether a term is of a kind; categories are classes, predicates properties, the rest individuals."""
        wanted = {"category": OWL.Class, "predicate": OWL.ObjectProperty, "attribute": NESY.AttributeValue}
        wanted |= {"part": NESY.BodyPart, "state": NESY.State}
        return (one, RDF.type, wanted[kind]) in self._merged

    def _same(self, one: Node, other: Node) -> bool:
        return any((a, link, b) in self._merged for link in _SAME for a, b in ((one, other), (other, one)))

    def _file(self, one: Node) -> OwnFile:
        return next((f for f in self._files if (one, None, None) in f.graph), self._files[0])

    def _mistake(self, one: Node, what: str) -> KnowledgeError:
        file = self._file(one)
        return KnowledgeError(f"{file.at(one)}: {file.shown(one)}: {what}")


def _in_language(labels: Iterable[Node]) -> list[str]:
    told = [label for label in labels if isinstance(label, Literal)]
    for language in _LANGUAGES:
        some = [x for x in told if (x.language or "").partition("-")[0] == (language or "")]
        if some:
            return sorted(" ".join(str(x).split()) for x in some)
    return sorted(" ".join(str(x).split()) for x in told)


def _spelled(name: str) -> str:
    """Return a local name in words.

    >>> _spelled("SteeringWheel"), _spelled("steering_wheel"), _spelled("steers-by"), _spelled("TV")
    ('steering wheel', 'steering wheel', 'steers by', 'tv')
    """
    return " ".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_.-]+", " ", name).lower().split())


def own_words(graph: Graph, files: Sequence[OwnFile]) -> Iterator[tuple[URIRef, str]]:
    """Yield the terms of the files that have a word, with it, sorted."""
    subjects = {one for file in files for one in file.graph.subjects() if isinstance(one, URIRef)}
    for one in sorted(subjects):
        word = graph.value(one, NESY.term)
        if word is not None:
            yield one, str(word)
