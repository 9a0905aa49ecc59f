"""Two words of one kind -> whether the one names what the other names, may name it, or cannot."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property, lru_cache

from rdflib import RDF, SKOS, Literal

from nesy.ontology import Ontology
from nesy.ontology_concepts import BROAD, NARROWER, WIDER
from nesy.ontology_morphology import head_nouns, noun_bases, verb_bases
from nesy.ontology_names import NESY
from nesy.scene import term

ANYTHING = frozenset({"thing", "object", "item", "entity", "something", "element", "other", "one"})
"""Words that name whatever there is."""

_EXCLUSIVE_DIMENSIONS = frozenset({"colour", "filling", "moisture", "opening", "posture"})
"""Qualities on which people agree; large and old are matters of opinion."""


class Words:
    """Compares words by what the ontology says that they name; made once per ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.covers = lru_cache(maxsize=65536)(self._covers)
        self.may_be = lru_cache(maxsize=65536)(self._may_be)
        self.category = lru_cache(maxsize=65536)(self._category)

    # --- categories ---

    def _covers(self, said: str, known: str) -> bool:
        """Tell whether what is a `known` is a `said`: a car is a vehicle, a dirt road a road."""
        one, other = self.base(said), self.base(known)
        if one == other or one in ANYTHING or self.ontology.is_a(known, said):
            return True
        concept, there = self.ontology.concept("category", said), self.ontology.concept("category", known)
        if concept is not None and there is not None and concept.score == WIDER and concept.iri == there.iri:
            return True
        return any(shorter == one for _, shorter in head_nouns(other))

    def _may_be(self, said: str, known: str) -> bool:
        """Tell whether a `known` may be a `said`: a person may be a woman, a duck is no goose."""
        if self.covers(said, known):
            return True
        return self.covers(known, said) and self.base(known) not in ANYTHING and not self.excludes(said, known)

    def excludes(self, said: str, known: str) -> bool:
        """Tell whether what is a `known` is of another kind than a `said`: a husky is no greyhound."""
        one, other = self._kinds_of(said), self._kinds_of(known)
        return any(one[division].isdisjoint(other[division]) for division in one.keys() & other.keys())

    def divisions(self, said: str) -> frozenset[str]:
        """Return by what the kind that a word names is told from others of its sort; empty for most words."""
        return frozenset(self._kinds_of(said))

    def _category(self, said: str) -> str | None:
        """Return the category whose absence makes a `said` impossible; None where there is no such one.

        A wider word (table) may name what the category leaves out, a compound (dog bed) something else altogether.
        """
        concept = self.ontology.concept("category", said)
        if concept is None or concept.score < NARROWER or concept.term not in self.ontology.categories:
            return None
        return concept.term

    def base(self, word: str) -> str:
        """Return the base form of a category word, also of one that the ontology does not know."""
        concept = self.ontology.concept("category", word)
        if concept is not None:
            return concept.base
        return next(reversed(noun_bases(term(word))), term(word))

    def broad(self, word: str) -> bool:
        """Tell whether a word names a class wider than the categories, or belongs to one: `clothing`, `shirt`."""
        concept = self.ontology.concept("category", word)
        return concept is not None and concept.score == BROAD

    def _kinds_of(self, word: str) -> Mapping[str, frozenset[str]]:
        base = self.base(word)
        found = self._kinds.get(base)
        if found is None:
            found = next((self._kinds[head] for _, head in head_nouns(base) if head in self._kinds), {})
        return found

    @cached_property
    def _kinds(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Word -> division -> the kinds that the word is one of."""
        graph, found = self.ontology.graph, defaultdict[str, dict[str, set[str]]](lambda: defaultdict(set))
        for kind in graph.subjects(RDF.type, NESY.Kind):
            for label in graph.objects(kind, NESY.label):
                for division in graph.objects(kind, NESY.division):
                    found[term(str(label))][str(division)].add(str(kind))
        return {word: {d: frozenset(kinds) for d, kinds in by.items()} for word, by in found.items()}

    # --- attributes ---

    def attribute(self, word: str) -> str:
        """Return an attribute in the form in which two are compared: `Gray` is `grey`, `stand` is `standing`."""
        plain = term(word)
        for form in (plain, *_participles(plain)):
            if form in self._values:
                return self._values[form]
        return plain

    def clash(self, said: str, known: str) -> bool:
        """Tell whether no thing is both: red and blue; not red and orange, which two people may call one colour."""
        one, other = self.attribute(said), self.attribute(known)
        shared = self._dimension.get(one)
        return (
            one != other
            and shared is not None
            and shared == self._dimension.get(other)
            and frozenset((one, other)) not in self._lookalike
        )

    def dimension(self, word: str) -> str | None:
        """Return the quality that a word is a value of, where people agree on its values."""
        return self._dimension.get(self.attribute(word))

    def at_least(self, word: str) -> int | None:
        """Return the fewest that a word of quantity is used of: 3 for `several`; None for other words."""
        return self._quantities.get(term(word))

    @cached_property
    def _values(self) -> dict[str, str]:
        graph, found = self.ontology.graph, {}
        for value in graph.subjects(RDF.type, NESY.AttributeValue):
            same = sorted(str(graph.value(v, NESY.term)) for v in {value, *graph.objects(value, SKOS.exactMatch)})
            found[str(graph.value(value, NESY.term))] = same[0]
        return found

    @cached_property
    def _dimension(self) -> dict[str, str]:
        dimensions = self.ontology.dimensions.items()
        chosen = [(d, value) for d, values in dimensions if d in _EXCLUSIVE_DIMENSIONS for value in values]
        return {self._values[value]: dimension for dimension, value in chosen}

    @cached_property
    def _lookalike(self) -> frozenset[frozenset[str]]:
        graph = self.ontology.graph
        return frozenset(
            frozenset(self._values[str(graph.value(v, NESY.term))] for v in pair)
            for pair in graph.subject_objects(NESY.mayLookLike)
        )

    @cached_property
    def _quantities(self) -> dict[str, int]:
        graph, found = self.ontology.graph, {}
        for quantity in graph.subjects(RDF.type, NESY.Quantity):
            least = graph.value(quantity, NESY.atLeast)
            for label in graph.objects(quantity, NESY.label):
                found[term(str(label))] = int(least.value) if isinstance(least, Literal) else 1
        return found

    # --- predicates ---

    def entails(self, known: str, said: str) -> bool:
        """Tell whether `a known b` says that `a said b`: parked on says on, to the left of says left of."""
        word = self.ontology.canonical
        one, other = self.predicate(said), self.predicate(known)
        if one == other or one in {word("predicate", p) for p in self.ontology.entails(known)}:
            return True
        concept = self.ontology.concept("predicate", known)
        return concept is not None and not concept.exact and concept.term == one  # grazing near is near

    def turned(self, predicate: str) -> str | None:
        """Return the predicate that says the same from the other side, or None."""
        return self.ontology.inverse(predicate)

    def predicate(self, word: str) -> str:
        """Return the base form of a predicate, also of one that the ontology does not know."""
        concept = self.ontology.concept("predicate", word)
        if concept is not None:
            return concept.base
        return next(reversed(verb_bases(term(word))), term(word))


def _participles(word: str) -> tuple[str, ...]:
    """Return the -ing forms that a verb in its base form may have: lie -> lying, sit -> sitting."""
    if not word.isalpha() or len(word) < 3:
        return ()
    ending = (word[:-2] + "ying",) if word.endswith("ie") else ()
    return (*ending, word + "ing", word[:-1] + "ing", word + word[-1] + "ing")
