"""Ontology triples -> why two classes share nothing, and what holds of a property, in plain words."""

import re
from itertools import pairwise

from rdflib import OWL, RDF, RDFS, SKOS, Graph, URIRef
from rdflib.term import Node

from nesy.ontology.class_logic import Axiom, ClassLogic, told_apart, told_parents
from nesy.ontology.languages import in_language
from nesy.ontology.namespaces import NESY, class_iri, class_name

_CHARACTERISTICS = {
    "FunctionalProperty": "functional",
    "InverseFunctionalProperty": "inverse_functional",
    "TransitiveProperty": "transitive",
    "SymmetricProperty": "symmetric",
    "AsymmetricProperty": "asymmetric",
    "ReflexiveProperty": "reflexive",
    "IrreflexiveProperty": "irreflexive",
}
"""OWL's classes of properties, in the words of the API."""
_ANNOTATED = {NESY.oneWay: "one_way", NESY.acyclic: "acyclic"}
"""What OWL 2 DL cannot say of every property: a transitive one must not be asymmetric there."""
_NO_ARTICLE = re.compile(
    r"^(not|one|handheld|\w+[ai]ble)\b|(ware|furniture|food|equipment|electronics|clothing|water|snow|grass|sand)$"
)
"""Adjectives and nouns without a plural: "kitchenware is not rideable"."""

Path = tuple[URIRef, ...]
"""A class, one above it, one above that ..."""


class OwlView:
    """The axioms of an ontology, asked for what follows; IRIs in, plain words out."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.logic = ClassLogic(graph)
        self._parents, self._told_apart = told_parents(graph), told_apart(graph)

    def ancestors(self, kind: URIRef) -> frozenset[URIRef]:
        """Return the named classes above `kind`, itself included, without owl:Thing; empty for an unknown class."""
        return self.logic.above(kind) if (kind, RDF.type, OWL.Class) in self._graph else frozenset()

    def why_disjoint(self, first: URIRef, second: URIRef) -> str | None:
        """Say by which axioms nothing can be of both classes, along the shortest way; None if nothing says so."""
        known = all((kind, RDF.type, OWL.Class) in self._graph for kind in (first, second))
        if not known or not self.logic.disjoint(first, second):
            return None
        above_first, above_second = self._paths(first), self._paths(second)
        found = [
            (len(path) + len(above_second[other]), path, above_second[other])
            for kind, path in above_first.items()
            for other in self._told_apart.get(kind, ())
            if other in above_second
        ]
        if not found:
            why = (axiom for axiom in self.logic.why(first, second) if not _is_part(axiom))
            return ", and ".join(dict.fromkeys(map(self._told, why)))
        _, one, another = min(found)
        steps = [f"{self._name(low)} is {self._named(high)}" for path in (one, another) for low, high in pairwise(path)]
        axiom = f"{self._name(one[-1])} and {self._name(another[-1])} are disjoint"
        return f"{', '.join(steps)}, and {axiom}" if steps else axiom

    def characteristics(self, predicate: URIRef) -> frozenset[str]:
        """Return what is declared of the property: `symmetric`, `transitive`, `one_way` ...; empty when unknown."""
        declared = {word for name, word in _CHARACTERISTICS.items() if (predicate, RDF.type, OWL[name]) in self._graph}
        return frozenset(declared | {w for mark, w in _ANNOTATED.items() if (predicate, mark, None) in self._graph})

    def _paths(self, start: URIRef) -> dict[URIRef, Path]:
        """Return every named class that axioms put above `start` one by one, with a shortest way to it."""
        paths: dict[URIRef, Path] = {start: (start,)}
        waiting = [start]
        while waiting:
            kind = waiting.pop(0)
            for parent in sorted(self._parents.get(kind, ())):
                if parent not in paths:
                    paths[parent] = (*paths[kind], parent)
                    waiting.append(parent)
        return paths

    def _told(self, axiom: Axiom) -> str:
        """Say an axiom in words."""
        first, *others = axiom.classes
        low, high = self._expression(first), [self._expression(one) for one in others]
        match axiom.link:
            case RDFS.subClassOf:
                return f"{low} is {high[0]}"
            case OWL.equivalentClass | OWL.intersectionOf | OWL.unionOf | OWL.disjointUnionOf if low:
                joined = " and ".join(high) if axiom.link == OWL.intersectionOf else " or ".join(high)
                return f"{low} is the same as {joined}"
            case OWL.complementOf:
                return f"{low} is all that is not {high[0]}"
            case _:
                return f"{' and '.join([low, *high])} are disjoint"

    def _expression(self, node: Node) -> str:
        """Name a class, or say what a nameless one is made of."""
        if isinstance(node, URIRef):
            return self._name(node)
        for link, word in ((OWL.unionOf, " or "), (OWL.intersectionOf, " and ")):
            listed = self._graph.value(node, link)
            if listed is not None:
                return f"({word.join(self._expression(one) for one in self._graph.items(listed))})"
        denied = self._graph.value(node, OWL.complementOf)
        return "something" if denied is None or denied == node else f"not {self._expression(denied)}"

    def _name(self, kind: URIRef) -> str:
        above = set(self._graph.objects(kind, RDFS.subClassOf))
        label = in_language(self._graph.objects(kind, SKOS.prefLabel))
        if label and not above & {NESY.Capability, NESY.Incapability}:
            return label
        spelled = re.sub(r"(?<!^)(?=[A-Z])", " ", re.split(r"[#/:]", str(kind))[-1])
        return spelled.lower()

    def _named(self, kind: URIRef) -> str:
        name = self._name(kind)
        if _NO_ARTICLE.search(name):
            return name
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _is_part(axiom: Axiom) -> bool:
    """Tell whether an axiom only says what a nameless class is made of; where it is named, that is told there."""
    made = (OWL.unionOf, OWL.intersectionOf, OWL.complementOf)
    return axiom.link in made and not isinstance(axiom.classes[0], URIRef)


def class_named(graph: Graph, word: str) -> URIRef | None:
    """Return the class whose own name is `word` (`rideable`, `non agent`, `DiningTable`), or None."""
    spelled = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", word)
    found = class_iri(spelled)
    if (found, RDF.type, OWL.Class) in graph:
        return found
    name = class_name(spelled)
    others = (kind for kind in graph.subjects(RDF.type, OWL.Class) if isinstance(kind, URIRef))
    return (
        min((kind for kind in others if class_name(re.split(r"[#/:]", kind)[-1]) == name), default=None)
        if word
        else None
    )
