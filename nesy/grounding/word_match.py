"""Two words of one kind -> whether the one names what the other names, may name it, or cannot."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property, lru_cache

from rdflib import RDF, SKOS, Literal

from nesy.ontology import Ontology
from nesy.ontology.concepts import HEAD, NARROWER, SYNONYM, WIDER, WORD
from nesy.ontology.morphology import head_nouns, noun_bases, verb_bases
from nesy.ontology.namespaces import NESY
from nesy.scene import term
from nesy.verdict import Objection

ANYTHING = frozenset({"thing", "object", "item", "entity", "something", "element", "other", "one"})
"""Words that name whatever there is."""

ALSO_OF_ANIMALS = frozenset(
    {"adult", "baby", "brother", "child", "companion", "dad", "daughter", "father", "friend", "individual", "infant"}
    | {"kid", "leader", "mom", "mother", "parent", "sibling", "sister", "son", "twin", "youngster"}
)
"""Words for people that are used of animals as well: a zebra and its baby."""

GROUPS = frozenset({"audience", "couple", "crowd", "family", "team"})
"""Words for several people, which are used of animals as well."""

_NAMING: Mapping[float, Objection] = {
    WORD: "absent_class",
    SYNONYM: "absent_class",
    NARROWER: "absent_class",
    WIDER: "absent_wide",
    HEAD: "absent_compound",
}
"""The step that finds the category of a word -> of which kind the objection is that there is none of it."""

_EXCLUSIVE_DIMENSIONS = frozenset({"colour", "filling", "moisture", "opening", "posture"})
"""Qualities on which people agree; large and old are matters of opinion."""


class Words:
    """Compares words by what the ontology says that they name; made once per ontology."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.covers = lru_cache(maxsize=65536)(self._covers)
        self.may_be = lru_cache(maxsize=65536)(self._may_be)
        self.naming = lru_cache(maxsize=65536)(self._naming)
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

        A wider word (table) counts: who draws boxes draws all tables as dining tables. A compound (dog bed) may name
        something else altogether.
        """
        concept = self.ontology.concept("category", said)
        if concept is None or concept.score < WIDER or concept.term not in self.ontology.categories:
            return None
        return concept.term

    def _naming(self, said: str) -> tuple[Objection | None, frozenset[str]]:
        """Return how a word names categories, all of whose absence makes a `said` impossible, and which."""
        concept = self.ontology.concept("category", said)
        if concept is None:
            return None, frozenset()
        if concept.base in (ALSO_OF_ANIMALS if concept.term == "person" else GROUPS):
            return "absent_sort", self._under["agent"]
        if concept.term in self.ontology.categories:
            return _NAMING[concept.score], frozenset({concept.term})
        under = self._under.get(concept.term, frozenset()) if concept.exact else frozenset()
        return ("absent_sort", under) if under else (None, frozenset())

    @cached_property
    def _under(self) -> Mapping[str, frozenset[str]]:
        """Class that is wider than the categories -> the categories of its sort, where there are several."""
        found = defaultdict[str, set[str]](set)
        for category in self.ontology.categories:
            for above in self.ontology.ancestors(category):
                found[above].add(category)
        return {above: frozenset(under) for above, under in found.items() if len(under) > 1}

    def posture_of(self, said: str) -> Objection:
        """Return of which kind an objection to a posture is: of people, on which people agree, or of animals."""
        return "posture" if self.ontology.is_a(said, "person") else "posture_animal"

    def lookalikes(self, category: str) -> frozenset[str]:
        """Return the categories that shade into one: a handbag may be called a backpack."""
        return self._lookalikes.get(category, frozenset())

    def one_under(self, division: str) -> frozenset[str]:
        """Return the predicates under which things of one kind of a division exclude those of another."""
        return self._one_under.get(division, frozenset())

    def sort(self, word: str) -> str:
        """Return the class that a word names or is a kind of, also by its head noun; the word itself if unknown."""
        concept = self.ontology.concept("category", word)
        return self.base(word) if concept is None else concept.term

    def base(self, word: str) -> str:
        """Return the base form of a category word, also of one that the ontology does not know."""
        concept = self.ontology.concept("category", word)
        if concept is not None:
            return concept.base
        return next(reversed(noun_bases(term(word))), term(word))

    def is_plural(self, word: str) -> bool:
        """Tell whether a category word is a plural: `dogs`, `people`; not `skis`, which is a word for one pair."""
        plain, base = term(word), self.base(word)
        return plain != base and plain.rsplit("_", 1)[-1] != base.rsplit("_", 1)[-1] and base in noun_bases(plain)

    def _kinds_of(self, word: str) -> Mapping[str, frozenset[str]]:
        """Return division -> kinds of the whole word, else of its head noun, else of what stands before it."""
        base = self.base(word)
        before = (part for left_out, _ in head_nouns(base) for part in left_out)
        shorter = (head for _, head in head_nouns(base))
        return next((self._kinds[w] for w in (base, *shorter, *before) if w in self._kinds), {})

    @cached_property
    def _kinds(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Word -> division -> the kinds that the word is one of."""
        graph, found = self.ontology.graph, defaultdict[str, dict[str, set[str]]](lambda: defaultdict(set))
        for kind in graph.subjects(RDF.type, NESY.Kind):
            for label in graph.objects(kind, NESY.label):
                for division in graph.objects(kind, NESY.division):
                    found[term(str(label))][str(division)].add(str(kind))
        return {word: {d: frozenset(kinds) for d, kinds in by.items()} for word, by in found.items()}

    @cached_property
    def _one_under(self) -> Mapping[str, frozenset[str]]:
        graph, found = self.ontology.graph, defaultdict[str, set[str]](set)
        for kind, predicate in graph.subject_objects(NESY.oneUnder):
            found[str(graph.value(kind, NESY.division))].add(str(graph.value(predicate, NESY.term)))
        return {division: frozenset(predicates) for division, predicates in found.items()}

    @cached_property
    def _lookalikes(self) -> Mapping[str, frozenset[str]]:
        graph, found = self.ontology.graph, defaultdict[str, set[str]](set)
        for pair in graph.subject_objects(NESY.mayLookLike):
            one, other = (str(graph.value(node, NESY.term)) for node in pair)
            found[one].add(other)
            found[other].add(one)
        return {word: frozenset(others) for word, others in found.items()}

    # --- attributes ---

    def attribute(self, word: str) -> str:
        """Return an attribute in the form in which two are compared: `Gray` is `grey`, `stand` is `standing`."""
        plain = term(word)
        for form in (plain, *_participles(plain)):
            concept = self.ontology.concept("attribute", form)
            if concept is not None:
                return self._values[concept.term]
        return plain

    def clash(self, said: str, known: str) -> bool:
        """Tell whether no thing is both: red and blue; not red and orange, which two people may call one colour."""
        one, other = self.attribute(said), self.attribute(known)
        shared = self._dimension.get(one)
        return (
            one != other
            and shared is not None
            and shared == self._dimension.get(other)
            and not any(self.lookalikes(two) & self._spellings[one] for two in self._spellings[other])
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
    def _spellings(self) -> Mapping[str, frozenset[str]]:
        """Value -> itself and its other spellings."""
        found = defaultdict[str, set[str]](set)
        for word, value in self._values.items():
            found[value].add(word)
        return {value: frozenset(words) for value, words in found.items()}

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
