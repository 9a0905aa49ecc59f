"""Ontology files -> what nesy knows: categories in their taxonomy, verbs, affordances, parts, states, positions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib.term import Node

from nesy.ontology.concepts import WIDER, Concept, Concepts, term_of
from nesy.ontology.languages import in_language
from nesy.ontology.loading import read_ontology, shipped_paths
from nesy.ontology.namespaces import NESY, VOCABULARY, label_iri
from nesy.ontology.own_files import OwnFile, read_own
from nesy.ontology.own_labels import own_words
from nesy.ontology.own_terms import extended
from nesy.scene import term

if TYPE_CHECKING:
    from nesy.ontology.owl import OwlView
    from nesy.ontology.reasoner import ReasoningReport

NO_INTERACTION = "no_interaction"
"""HICO's verb for a pair that does nothing together."""


@dataclass(frozen=True, eq=False)
class Ontology:
    """The loaded vocabulary; all words are terms (lower case, underscores). Equal only to itself, so hashable.

    >>> ontology = Ontology.default()
    >>> ontology.is_a("dog", "animal"), ontology.inverse("left of"), "ride" in ontology.affordances("horse")
    (True, 'right_of', True)
    >>> ontology.why_disjoint("dog", "car")
    'dog is an animal, car is a vehicle, and animal and vehicle are disjoint'
    """

    graph: Graph
    """Every triple of the files, merged. Not to be changed."""
    paths: tuple[Path, ...]
    own: tuple[OwnFile, ...] = ()
    """The files that are not shipped."""

    @classmethod
    def load(cls, paths: Sequence[Path] | None = None) -> "Ontology":
        """Read these files, or the shipped ones; files alone, without a shipped one among them, as they are.

        Raises:
            KnowledgeError: a file is missing or in no syntax of RDF (path and line), none was given, or a file that is
                not shipped says what cannot be used (path, line, term).
        """
        return cls(*read_ontology(paths))

    @classmethod
    def default(cls) -> "Ontology":
        """Return the shipped ontology, loaded once."""
        return _default()

    @classmethod
    def with_own(cls, *paths: str | Path) -> "Ontology":
        """Return the shipped ontology with the terms of these files beside its own; without a file, the shipped one.

        Turtle, RDF/XML, N-Triples and JSON-LD are read; nothing is fetched. The same files are loaded once.

        Raises:
            KnowledgeError: a file cannot be read, or a term in it cannot be used: declared nowhere, without a word or
                with that of another term, two kinds of thing at once, above itself. One line with file, line and term.
        """
        return _extended(tuple(read_own(path) for path in paths)) if paths else _default()

    def __reduce__(self) -> tuple[Callable[..., "Ontology"], tuple[tuple[Path, ...]]]:
        return _again, (self.paths,)

    # --- vocabulary ---

    @cached_property
    def prefixes(self) -> Mapping[str, str]:
        """Prefix -> namespace of the terms in the files beside the shipped ones, as these files have it."""
        bound = [pair for file in self.own for pair in file.graph.namespaces()]
        used = [(prefix, str(space)) for prefix, space in bound if str(space) and str(space) != str(VOCABULARY)]
        named = {prefix: space for prefix, space in used if any(str(one).startswith(space) for one in self.own_words)}
        return MappingProxyType(named)

    @cached_property
    def own_words(self) -> Mapping[URIRef, str]:
        """Term -> word of all that the files beside the shipped ones name; empty for the shipped ontology."""
        return MappingProxyType(dict(own_words(self.graph, self.own)))

    @cached_property
    def categories(self) -> frozenset[str]:
        """The COCO categories: the classes that carry a term."""
        return frozenset(self._class_by_term)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """The HICO verbs, `no_interaction` among them."""
        found = [*self._subproperties(NESY.interacts), VOCABULARY[NO_INTERACTION]]
        return frozenset(self._terms(found))

    @cached_property
    def spatial(self) -> frozenset[str]:
        """The spatial relations."""
        return frozenset(self._terms(self._subproperties(NESY.placedRelativeTo)))

    @cached_property
    def predicates(self) -> frozenset[str]:
        """The verbs, the spatial relations, and the other relations between two things."""
        return frozenset(self._iris["predicate"])

    @cached_property
    def parts(self) -> frozenset[str]:
        """The 6 merged body parts and the left and right ones: `foot`, `right_foot` ..."""
        return frozenset(self._terms(self.graph.subjects(RDF.type, NESY.BodyPart)))

    @cached_property
    def part_states(self) -> Mapping[str, frozenset[str]]:
        """For every part, the states it can be in; `right_hand` has those of `hand`."""
        states: dict[str, set[str]] = defaultdict(set)
        for kind in self.graph.subjects(RDF.type, NESY.PartStateType):
            part, state = self.graph.value(kind, NESY.ofPart), self.graph.value(kind, NESY.ofState)
            if part is not None and state is not None:
                states[self._term(part)].add(self._term(state))
        for narrow, broad in self.graph.subject_objects(SKOS.broader):
            states[self._term(narrow)] |= states[self._term(broad)]
        return MappingProxyType({part: frozenset(found) for part, found in sorted(states.items())})

    @cached_property
    def states(self) -> frozenset[str]:
        """Every state of any body part."""
        return frozenset(self._terms(self.graph.subjects(RDF.type, NESY.State)))

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The known attributes."""
        return frozenset(self._terms(self.graph.subjects(RDF.type, NESY.AttributeValue)))

    @cached_property
    def dimensions(self) -> Mapping[str, frozenset[str]]:
        """For every dimension (`colour`), its values; a thing has one of them at a time."""
        values: dict[str, set[str]] = defaultdict(set)
        for value, dimension in self.graph.subject_objects(NESY.ofDimension):
            values[in_language(self.graph.objects(dimension, SKOS.prefLabel))].add(self._term(value))
        return MappingProxyType({name: frozenset(found) for name, found in sorted(values.items())})

    def concept(self, kind: str, label: str) -> Concept | None:
        """Return what a label names, with a score and a reason; None for a word that the ontology does not know.

        Args:
            kind: `category`, `predicate`, `part`, `state` or `attribute`.
        """
        return self._concepts.find(kind, label)

    def iri(self, kind: str, label: str) -> URIRef | None:
        """Return the IRI of what a label means exactly, or None: `bike` is nesy:Bicycle, a `man` is no IRI.

        Args:
            kind: `category`, `predicate`, `part`, `state` or `attribute`.
        """
        found = self.concept(kind, label)
        return found.iri if found is not None and found.exact else None

    def canonical(self, kind: str, label: str) -> str:
        """Return the word that labels are compared by: `bikes` -> `bicycle`, `men` -> `man`, `blork` -> `blork`."""
        found = self.concept(kind, label)
        return term(label) if found is None else found.base

    def node(self, kind: str, label: str) -> URIRef:
        """Return the IRI that stands for `label` in a graph: what it means exactly, else an IRI of the word itself.

        So a count of `men` is not mixed with one of `person`, yet it is one of the word `man`.
        """
        return self.iri(kind, label) or label_iri(self.canonical(kind, label))

    # --- taxonomy and affordances ---

    def is_a(self, category: str, ancestor: str) -> bool:
        """Tell whether `category` is `ancestor` or lies below it: `is_a("puppies", "animal")`; False for unknown words.

        What is only a kind of a category is no ancestor: `is_a("dog", "puppy")` is False.
        """
        return self._is_a(category, ancestor)

    def ancestors(self, category: str) -> tuple[str, ...]:
        """Return everything above `category`: its supercategory first, then classes by name; () when unknown.

        The class of which a word names a kind is above it: `person` above `man`, `clothing` above `shirt`.
        """
        concept = self.concept("category", category)
        return () if concept is None else self._above(concept.iri, not concept.exact)

    def classes(self, label: str) -> frozenset[Node]:
        """Return the node of a word and all classes above it; of a wider word, those above what it mostly means.

        These are the types that an entity of this category has in a check: a `man` is of the word man and a person.
        """
        return self._classes(term(label))

    def affordances(self, category: str) -> frozenset[str]:
        """Return the HICO verbs seen with `category`, or with that of which it is a kind; without `no_interaction`."""
        concept = self.concept("category", category)
        return frozenset() if concept is None else self._affordances.get(concept.term, frozenset())

    def objects(self, verb: str) -> frozenset[str]:
        """Return the categories that HICO shows with `verb`."""
        return self._objects.get(self.canonical("predicate", verb), frozenset())

    # --- properties of predicates ---

    def inverse(self, predicate: str) -> str | None:
        """Return the predicate that says the same the other way round: `left_of` -> `right_of`; `near` -> `near`."""
        word = self.canonical("predicate", predicate)
        return word if word in self.symmetric else self._inverses.get(word)

    def is_asymmetric(self, predicate: str) -> bool:
        """Tell whether `predicate` cannot hold in both directions; False for unknown words."""
        return self.canonical("predicate", predicate) in self._one_way

    def entails(self, predicate: str) -> frozenset[str]:
        """Return the predicates that hold on the same ordered pair where this one does: `sit_next_to` -> `next_to`."""
        iri = self.iri("predicate", predicate)
        return frozenset() if iri is None else frozenset(self._terms(self.graph.objects(iri, NESY.entails)))

    @cached_property
    def symmetric(self) -> frozenset[str]:
        """The predicates that hold both ways."""
        return frozenset(self._terms(self.graph.subjects(RDF.type, OWL.SymmetricProperty)))

    def lacking(self, needed: Node) -> frozenset[URIRef]:
        """Return the widest classes that share no member with one: of `nesy:Agent`, `nesy:NonAgent`."""
        return self._owl.logic.widest_apart(needed)

    def opposites(self, predicate: str) -> frozenset[str]:
        """Return the predicates that cannot hold on the same ordered pair together with this one."""
        return self._opposites.get(self.canonical("predicate", predicate), frozenset())

    def characteristics(self, predicate: str) -> frozenset[str]:
        """Return what is declared of `predicate`: `symmetric`, `transitive`, `one_way` ...; empty for unknown words."""
        iri = self.iri("predicate", predicate)
        return frozenset() if iri is None else self._owl.characteristics(iri)

    def why_disjoint(self, first: str, second: str) -> str | None:
        """Say why nothing is both: `dog is an animal, and animal and vehicle are disjoint`.

        Args:
            first: a category or another class (`vehicle`, `rideable`, `non agent`).
            second: the like.

        Returns:
            The shortest chain of axioms as a sentence, or None when nothing keeps the two apart or a word is unknown.
        """
        from nesy.ontology.owl import class_named

        def named(word: str) -> URIRef | None:
            exact, concept = self.iri("category", word), self.concept("category", word)
            return exact or class_named(self.graph, word) or (None if concept is None else concept.iri)

        one, other = named(first), named(second)
        return None if one is None or other is None else self._owl.why_disjoint(one, other)

    def reason(self) -> "ReasoningReport":
        """Check the taxonomy with HermiT: consistent, and which classes can have no member.

        Raises:
            KnowledgeError: no Java runtime was found; the message names the command that mends it.
        """
        from nesy.ontology.reasoner import reason

        return reason(self.graph)

    # --- how it is read ---

    @cached_property
    def _owl(self) -> "OwlView":
        from nesy.ontology.owl import OwlView

        return OwlView(self.graph)

    def _term(self, iri: Node) -> str:
        return term_of(self.graph, iri)

    def _terms(self, iris: Iterable[Node]) -> Iterable[str]:
        return (self._term(iri) for iri in iris)

    def _subproperties(self, parent: URIRef) -> list[Node]:
        return list(self.graph.subjects(RDFS.subPropertyOf, parent))

    def _by_term(self, iris: Iterable[Node]) -> dict[str, URIRef]:
        return {self._term(iri): iri for iri in iris if isinstance(iri, URIRef)}

    @cached_property
    def _class_by_term(self) -> dict[str, URIRef]:
        classes = set(self.graph.subjects(RDF.type, OWL.Class))
        return self._by_term(iri for iri in self.graph.subjects(NESY.term) if iri in classes)

    @cached_property
    def _concepts(self) -> Concepts:
        return Concepts(self.graph, self._iris)

    @cached_property
    def _iris(self) -> dict[str, dict[str, URIRef]]:
        parents = (NESY.interacts, NESY.placedRelativeTo, NESY.connects, NESY.acrossPictures)
        predicates = [found for parent in parents for found in self._subproperties(parent)]
        return {
            "category": self._class_by_term,
            "predicate": self._by_term([*predicates, VOCABULARY[NO_INTERACTION]]),
            "part": self._by_term(self.graph.subjects(RDF.type, NESY.BodyPart)),
            "state": self._by_term(self.graph.subjects(RDF.type, NESY.State)),
            "attribute": self._by_term(self.graph.subjects(RDF.type, NESY.AttributeValue)),
        }

    @cached_property
    def _is_a(self) -> Callable[[str, str], bool]:
        return lru_cache(maxsize=1 << 16)(self._lies_below)

    def _lies_below(self, category: str, ancestor: str) -> bool:
        if self.concept("category", category) is None:
            return False
        word, above = self.canonical("category", category), self.canonical("category", ancestor)
        return word == above or above in self.ancestors(category)

    @cached_property
    def _above(self) -> Callable[[URIRef, bool], tuple[str, ...]]:
        return lru_cache(maxsize=4096)(self._names_above)

    @cached_property
    def _classes(self) -> Callable[[str], frozenset[Node]]:
        return lru_cache(maxsize=4096)(self._all_above)

    def _all_above(self, label: str) -> frozenset[Node]:
        concept, own = self.concept("category", label), self.node("category", label)
        if concept is None:
            return frozenset({own})
        above = {node for node in self.graph.transitive_objects(concept.iri, RDFS.subClassOf) if node is not None}
        return frozenset({own, *(above - {concept.iri} if concept.score == WIDER else above)})

    def _names_above(self, start: URIRef, itself: bool) -> tuple[str, ...]:
        found = self.graph.transitive_objects(start, RDFS.subClassOf)
        classes = [c for c in found if isinstance(c, URIRef) and (itself or c != start)]
        first = [self._term(c) for c in classes if (c, NESY.supercategory, None) in self.graph]
        return (*first, *sorted({self._term(c) for c in classes} - set(first)))

    @cached_property
    def _affordances(self) -> dict[str, frozenset[str]]:
        verbs: dict[str, set[str]] = defaultdict(set)
        for category, verb in self.graph.subject_objects(NESY.affords):
            for below in self.graph.transitive_subjects(RDFS.subClassOf, category):
                if below is not None:
                    verbs[self._term(below)].add(self._term(verb))
        return {category: frozenset(found) for category, found in verbs.items()}

    @cached_property
    def _objects(self) -> dict[str, frozenset[str]]:
        categories: dict[str, set[str]] = defaultdict(set)
        for category, verbs in self._affordances.items():
            for verb in verbs:
                categories[verb].add(category)
        return {verb: frozenset(found) for verb, found in categories.items()}

    @cached_property
    def _inverses(self) -> dict[str, str]:
        pairs = [(self._term(a), self._term(b)) for a, b in self.graph.subject_objects(OWL.inverseOf)]
        return {**{b: a for a, b in pairs}, **dict(pairs)}

    @cached_property
    def _opposites(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for a, b in self.graph.subject_objects(NESY.opposite):
            found[self._term(a)].add(self._term(b))
            found[self._term(b)].add(self._term(a))
        return {predicate: frozenset(others) for predicate, others in found.items()}

    @cached_property
    def _one_way(self) -> frozenset[str]:
        return frozenset(self._terms(self.graph.subjects(NESY.oneWay)))


@cache
def _default() -> Ontology:
    return Ontology.load()


@lru_cache(maxsize=8)
def _extended(files: tuple[OwnFile, ...]) -> Ontology:
    shipped = _default()
    paths = (*shipped.paths, *(file.path for file in files))
    return Ontology(extended(shipped.graph, files), paths, files)


def _again(paths: tuple[Path, ...]) -> Ontology:
    """Return the ontology of these files in another process, where the shipped one is loaded once as well."""
    shipped = shipped_paths()
    if paths[: len(shipped)] == shipped:
        return Ontology.with_own(*paths[len(shipped) :])
    return Ontology.load(paths)
