"""Ontology triples + a label -> the concept that the label names (class, property ...), with a score and a reason.

The steps, in order: the word itself; a synonym or another spelling; a form of either (plural, `riding`); a narrower
word; a wider word that in pictures mostly means the category; a class wider than the categories; then the same for
the head noun of a compound, or for the preposition after a verb of posture or motion. What two concepts share, and
what no step finds, stays unknown.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.ontology.morphology import head_nouns, noun_bases, verb_bases
from nesy.ontology.namespaces import NESY
from nesy.scene import term

WORD, SYNONYM, FORM, NARROWER, WIDER, HEAD, BROAD = 1.0, 0.95, 0.95, 0.9, 0.8, 0.7, 0.5
"""Scores of the steps, in [0, 1]: the surer the label means the concept, the higher. Set by hand, not measured."""


@dataclass(frozen=True)
class Concept:
    """What a label names.

    >>> import nesy
    >>> concept: Concept = nesy.Ontology.default().concept("category", "puppies")
    >>> concept.term, concept.exact, concept.reason
    ('dog', False, "'puppy' is a kind of 'dog'.")
    """

    iri: URIRef
    """Of the class, property or individual."""
    term: str
    """Its word: lower case, underscores."""
    exact: bool
    """Whether the label means the same; False: a narrower or another thing of that kind (a man is a person)."""
    score: float
    """How sure the step is that found it, in [0, 1]; 1 is the word itself."""
    reason: str
    """A plain sentence."""
    base: str
    """The label in its base form, so that `man` and `men` are one word: `term` where `exact`, else `man` for `men`."""


def term_of(graph: Graph, iri: Node) -> str:
    """Return the term of a named thing, or one made of its IRI where it has none: `NonAgent` -> `non_agent`."""
    found = graph.value(iri, NESY.term)
    if found is not None:
        return str(found)
    name = re.split(r"[#/:]", str(iri))[-1]
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


_ADVERBS = frozenset(["down", "off", "up"])
"""After a verb they mostly belong to it: sit down, take off."""

Named = Mapping[str, frozenset[URIRef]]
"""Word -> what it names; more than one IRI: ambiguous."""


@dataclass(frozen=True)
class _Lexicon:
    """The words of one kind of label, by the step that looks them up."""

    own: Named
    same: Named
    narrower: Named
    wider: Named
    above: Named
    """The names of the classes that are wider than the categories: `animal`."""
    broad: Named
    """Words that belong to such a class: `insect`."""
    joined: Mapping[str, str]
    """Words without their blanks and hyphens -> as they are listed: `surfboard` for `surf board`."""
    bases: Callable[[str], tuple[str, ...]]


class Concepts:
    """Finds concepts; built once per ontology."""

    def __init__(self, graph: Graph, known: Mapping[str, Mapping[str, URIRef]]) -> None:
        """Index the labels of `known`: kind -> term -> IRI."""
        self._graph = graph
        self._lexicons = {kind: self._lexicon(kind, words) for kind, words in known.items()}
        self._lookalike = self._words(NESY.lookalikeWord)
        self._material = self._words(NESY.materialWord)
        self._locative = self._words(NESY.locativeVerb)
        self._placed = frozenset(graph.subjects(RDFS.subPropertyOf, NESY.placedRelativeTo))
        self.find = lru_cache(maxsize=65536)(self._find)

    # --- the words ---

    def _lexicon(self, kind: str, words: Mapping[str, URIRef]) -> _Lexicon:
        iris = list(words.values())
        tables = (
            {word: frozenset([iri]) for word, iri in words.items()},
            self._labelled(iris, SKOS.altLabel),
            self._labelled(iris, NESY.narrowerLabel),
            self._labelled(iris, NESY.widerLabel),
            *(self._broad_words(set(iris)) if kind == "category" else ({}, {})),
        )
        joined = {_join(word): word for table in reversed(tables) for word in sorted(table)}
        return _Lexicon(*tables, joined, verb_bases if kind in ("predicate", "state") else noun_bases)

    def _labelled(self, iris: Iterable[URIRef], *links: URIRef) -> dict[str, frozenset[URIRef]]:
        found: dict[str, set[URIRef]] = defaultdict(set)
        for iri in iris:
            for link in links:
                for label in self._graph.objects(iri, link):
                    found[term(str(label))].add(iri)
        return {word: frozenset(named) for word, named in found.items()}

    def _broad_words(self, categories: set[URIRef]) -> tuple[Named, Named]:
        """Return the names of the supercategories and of the other classes without a term, and their words."""
        graph = self._graph
        marked = {*graph.subjects(NESY.supercategory), *graph.subjects(NESY.narrowerLabel)}
        classes = {iri for iri in graph.subjects(RDF.type, OWL.Class) if isinstance(iri, URIRef) and iri in marked}
        broad = classes - categories
        return self._labelled(broad, SKOS.prefLabel, SKOS.altLabel), self._labelled(broad, NESY.narrowerLabel)

    def _words(self, link: URIRef) -> frozenset[str]:
        return frozenset(term(str(label)) for label in self._graph.objects(None, link) if isinstance(label, Literal))

    # --- the steps ---

    def _find(self, kind: str, label: str) -> Concept | None:
        word, lexicon = term(label), self._lexicons[kind]
        found = self._phrase(lexicon, word) or self._respelled(lexicon, word)
        if found is None and kind == "category":
            return self._by_head_noun(lexicon, word)
        if found is None and kind == "predicate":
            return self._by_preposition(lexicon, word)
        return found

    def _phrase(self, lexicon: _Lexicon, word: str) -> Concept | None:
        """Look a whole phrase up, step by step; a step that finds two concepts ends the search."""
        forms = (word, *lexicon.bases(word))
        for step in (self._exactly, self._narrower, self._wider, self._above, self._broadly):
            found = {(concept.iri, concept.exact): concept for concept in reversed(list(step(lexicon, forms)))}
            if found:
                return next(iter(found.values())) if len(found) == 1 else None
        return None

    def _respelled(self, lexicon: _Lexicon, word: str) -> Concept | None:
        """Look up `surf board` as `surfboard`, `t-shirt` as `t shirt`."""
        for form in (word, *lexicon.bases(word)):
            listed = lexicon.joined.get(_join(form))
            found = None if listed is None or listed == form else self._phrase(lexicon, listed)
            if found is not None:
                told = f"{_q(word)} is another spelling of {_q(listed or form)}"
                told += "." if found.score == WORD else f"; {found.reason}"
                return replace(found, score=min(SYNONYM, found.score), reason=told)
        return None

    def _exactly(self, lexicon: _Lexicon, forms: tuple[str, ...]) -> Iterator[Concept]:
        word = forms[0]
        for form in forms:
            for table, score in ((lexicon.own, WORD), (lexicon.same, SYNONYM)):
                for iri in table.get(form, ()):
                    named = term_of(self._graph, iri)
                    if form == word:
                        told = "is a word of the ontology" if table is lexicon.own else f"means the same as {_q(named)}"
                    else:
                        told = f"is a form of {_q(form)}" + ("" if form == named else f", the same as {_q(named)}")
                    yield Concept(iri, named, True, score if form == word else FORM, f"{_q(word)} {told}.", named)
            if form == word and (word in lexicon.own or word in lexicon.same):
                return

    def _narrower(self, lexicon: _Lexicon, forms: tuple[str, ...]) -> Iterator[Concept]:
        yield from self._listed(lexicon.narrower, forms, NARROWER, "{word} is a kind of {named}.")

    def _above(self, lexicon: _Lexicon, forms: tuple[str, ...]) -> Iterator[Concept]:
        for found in self._listed(lexicon.above, forms, BROAD, "{word} is a class wider than the categories."):
            yield replace(found, exact=True, base=found.term)

    def _wider(self, lexicon: _Lexicon, forms: tuple[str, ...]) -> Iterator[Concept]:
        told = "{word} is a wider word, which in a picture mostly means {named}."
        yield from self._listed(lexicon.wider, forms, WIDER, told)

    def _broadly(self, lexicon: _Lexicon, forms: tuple[str, ...]) -> Iterator[Concept]:
        told = "{word} is no category; it belongs to the wider class {named}."
        yield from self._listed(lexicon.broad, forms, BROAD, told)

    def _listed(self, table: Named, forms: tuple[str, ...], score: float, told: str) -> Iterator[Concept]:
        for form in forms:
            for iri in table.get(form, ()):
                named = term_of(self._graph, iri)
                yield Concept(iri, named, False, score, told.format(word=_q(form), named=_q(named)), form)
            if form == forms[0] and form in table:
                return

    def _by_head_noun(self, lexicon: _Lexicon, word: str) -> Concept | None:
        for before, head in head_nouns(word):
            found = self._phrase(lexicon, head) or self._respelled(lexicon, head)
            if found is None:
                continue
            if self._only_looks_like(before, found.iri):
                told = f"{_q(word)} only looks like {_q(head)}: it is a figure."
                figure = term_of(self._graph, NESY.Figure)
                return Concept(NESY.Figure, figure, False, BROAD, told, _ending(word, head, found.base))
            told = f"{_q(head)} is the head noun of {_q(word)}" + ("." if found.score == WORD else f"; {found.reason}")
            base = _ending(word, head, found.base)
            return replace(found, exact=False, score=min(HEAD, found.score), reason=told, base=base)
        return None

    def _only_looks_like(self, before: tuple[str, ...], iri: URIRef) -> bool:
        """Tell whether the words make it a figure: a toy car; a wooden horse (but a wooden chair is a chair)."""
        if self._lookalike & set(before):
            return True
        alive = NESY.Agent in self._graph.transitive_objects(iri, RDFS.subClassOf)
        return alive and bool(self._material & set(before))

    def _by_preposition(self, lexicon: _Lexicon, word: str) -> Concept | None:
        """Read `grazing near` as a kind of `near`."""
        for form in (word, *lexicon.bases(word)):
            verb, _, place = form.partition("_")
            if verb not in self._locative or not place or place in _ADVERBS:
                continue
            found = self._phrase(lexicon, place)
            if found is not None and found.exact and found.iri in self._placed:
                told = f"{_q(word)} says where it is: {_q(found.term)}."
                return replace(found, exact=False, score=HEAD, reason=told, base=f"{verb}_{found.term}")
        return None


def _q(word: str) -> str:
    return "'" + word.replace("_", " ") + "'"


def _ending(word: str, head: str, base: str) -> str:
    """Return `word` with its last words in the base form: `red cars` -> `red car`."""
    return word.removesuffix(head) + base if word.endswith(head) else word


def _join(word: str) -> str:
    return word.replace("_", "").replace("-", "")
