"""Ontology triples + a label -> the concept that the label names (class, property ...), with a score and a reason."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from rdflib import SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.ontology_names import NESY, VOCABULARY
from nesy.scene import term

WORD, SYNONYM = 1.0, 0.95
"""Scores of the steps, in [0, 1]: the surer the label means the concept, the higher. Set by hand, not measured."""


@dataclass(frozen=True)
class Concept:
    """What a label names."""

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


def term_of(graph: Graph, iri: Node) -> str:
    """Return the term of a named thing, or one made of its IRI where it has none: `NonAgent` -> `non_agent`."""
    found = graph.value(iri, NESY.term)
    if found is not None:
        return str(found)
    name = str(iri).removeprefix(str(VOCABULARY))
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


class Concepts:
    """Finds concepts; built once per ontology."""

    def __init__(self, graph: Graph, known: Mapping[str, Mapping[str, URIRef]]) -> None:
        """Index the labels of `known`: kind -> term -> IRI."""
        self._graph = graph
        self._known = known
        self._same = {kind: self._labelled(words.values(), SKOS.altLabel) for kind, words in known.items()}
        self.find = lru_cache(maxsize=65536)(self._find)

    def _labelled(self, iris: Iterable[URIRef], link: URIRef) -> dict[str, frozenset[URIRef]]:
        found: dict[str, set[URIRef]] = defaultdict(set)
        for iri in iris:
            for label in self._graph.objects(iri, link):
                if isinstance(label, Literal):
                    found[term(str(label))].add(iri)
        return {word: frozenset(named) for word, named in found.items()}

    def _find(self, kind: str, label: str) -> Concept | None:
        word = term(label)
        iri = self._known[kind].get(word)
        if iri is not None:
            return Concept(iri, word, True, WORD, f"{word!r} is a word of the ontology.")
        named = self._same[kind].get(word, frozenset())
        if len(named) == 1:
            (iri,) = named
            found = term_of(self._graph, iri)
            return Concept(iri, found, True, SYNONYM, f"{word!r} means the same as {found!r}.")
        return None
