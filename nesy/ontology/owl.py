"""Ontology triples, as owlready2 sees them -> why two classes share nothing, and what holds of a property."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef

from nesy.ontology.languages import in_language
from nesy.ontology.namespaces import NESY, VOCABULARY, class_iri
from nesy.ontology.reasoner import owl_world

if TYPE_CHECKING:
    import owlready2

_CHARACTERISTICS = {
    "FunctionalProperty": "functional",
    "InverseFunctionalProperty": "inverse_functional",
    "TransitiveProperty": "transitive",
    "SymmetricProperty": "symmetric",
    "AsymmetricProperty": "asymmetric",
    "ReflexiveProperty": "reflexive",
    "IrreflexiveProperty": "irreflexive",
}
"""owlready2's classes of properties, in the words of the API."""
_ANNOTATED = {NESY.oneWay: "one_way", NESY.acyclic: "acyclic"}
"""What OWL 2 DL cannot say of every property: a transitive one must not be asymmetric there."""
_NO_ARTICLE = re.compile(
    r"^(not|one|handheld|\w+[ai]ble)\b|(ware|furniture|food|equipment|electronics|clothing|water|snow|grass|sand)$"
)
"""Adjectives and nouns without a plural: "kitchenware is not rideable"."""

Path = tuple[URIRef, ...]
"""A class, one above it, one above that ..."""


class OwlView:
    """The ontology in an owlready2 world of its own, loaded once; IRIs in, plain words out."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._world: owlready2.World = owl_world(graph)

    def ancestors(self, kind: URIRef) -> frozenset[URIRef]:
        """Return the named classes above `kind`, itself included, without owl:Thing; empty for an unknown class."""
        return frozenset(self._paths(kind))

    def why_disjoint(self, first: URIRef, second: URIRef) -> str | None:
        """Say by which axioms nothing can be of both classes, along the shortest way; None if nothing says so."""
        above_first, above_second = self._paths(first), self._paths(second)
        found = [
            (len(path) + len(above_second[other]), path, above_second[other])
            for kind, path in above_first.items()
            for other in self._disjoint_with(kind)
            if other in above_second
        ]
        if not found:
            return None
        _, one, another = min(found)
        steps = [f"{self._name(low)} is {self._named(high)}" for path in (one, another) for low, high in pairwise(path)]
        axiom = f"{self._name(one[-1])} and {self._name(another[-1])} are disjoint"
        return f"{', '.join(steps)}, and {axiom}" if steps else axiom

    def characteristics(self, predicate: URIRef) -> frozenset[str]:
        """Return what is declared of the property: `symmetric`, `transitive`, `one_way` ...; empty when unknown."""
        import owlready2

        found = self._world[str(predicate)]
        if found is None:
            return frozenset()
        declared = {word for name, word in _CHARACTERISTICS.items() if getattr(owlready2, name) in found.is_a}
        return frozenset(declared | {w for mark, w in _ANNOTATED.items() if (predicate, mark, None) in self._graph})

    def _paths(self, start: URIRef) -> dict[URIRef, Path]:
        """Return every named class from `start` upwards with a shortest way to it, widest classes last."""
        if self._world[str(start)] is None or (start, RDF.type, OWL.Class) not in self._graph:
            return {}
        paths: dict[URIRef, Path] = {start: (start,)}
        waiting = [start]
        while waiting:
            kind = waiting.pop(0)
            for parent in sorted(self._parents(kind)):
                if parent not in paths:
                    paths[parent] = (*paths[kind], parent)
                    waiting.append(parent)
        return paths

    def _parents(self, kind: URIRef) -> Iterator[URIRef]:
        import owlready2

        for parent in self._world[str(kind)].is_a:
            if isinstance(parent, owlready2.ThingClass) and parent is not owlready2.Thing:
                yield URIRef(parent.iri)

    def _disjoint_with(self, kind: URIRef) -> set[URIRef]:
        stated = self._world[str(kind)].disjoints()
        return {URIRef(e.iri) for axiom in stated for e in axiom.entities if hasattr(e, "iri")} - {kind}

    def _name(self, kind: URIRef) -> str:
        above = set(self._graph.objects(kind, RDFS.subClassOf))
        label = in_language(self._graph.objects(kind, SKOS.prefLabel))
        if label and not above & {NESY.Capability, NESY.Incapability}:
            return label
        spelled = re.sub(r"(?<!^)(?=[A-Z])", " ", str(kind).removeprefix(str(VOCABULARY)))
        return spelled.lower()

    def _named(self, kind: URIRef) -> str:
        name = self._name(kind)
        if _NO_ARTICLE.search(name):
            return name
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def class_named(graph: Graph, word: str) -> URIRef | None:
    """Return the class whose own name is `word` (`rideable`, `non agent`, `DiningTable`), or None."""
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word)
    found = class_iri(spelled)
    return found if (found, RDF.type, OWL.Class) in graph else None
