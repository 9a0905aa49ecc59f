"""Predicates and categories -> what cannot be true of them, read from the ontology alone."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from rdflib import OWL, RDF, RDFS
from rdflib.term import Node

from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.scene import Relation, term

_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "left_of": "left",
        "to_the_left_of": "left",
        "right_of": "right",
        "to_the_right_of": "right",
        "above": "above",
        "over": "above",
        "on": "above",
        "on_top_of": "above",
        "below": "below",
        "under": "below",
        "beneath": "below",
        "in": "inside",
        "inside": "inside",
        "contains": "inside",
        "touching": "contact",
    }
)
"""Relation of the ontology -> what it says of the two boxes."""
_AT_A_DISTANCE = frozenset({"kite"})
"""Held by a line: far apart is no error."""


def claims_of_place(relation: Relation, target: str, ontology: Ontology) -> frozenset[str]:
    """Return what a relation says of the two boxes: left, right, above, below, inside, contact; mostly nothing."""
    words = {word_of(iri, ontology) for iri in _meanings(relation.predicate, ontology)}
    said = {_PLACES[word] for word in words if word in _PLACES}
    iri = ontology.iri("predicate", relation.predicate)
    touching = iri is not None and (iri, NESY.verbKind, VOCABULARY.kind_contact) in ontology.graph
    if touching and term(target) not in _AT_A_DISTANCE:
        said.add("contact")
    return frozenset(said)


@lru_cache(maxsize=4096)
def _meanings(predicate: str, ontology: Ontology) -> frozenset[Node]:
    """Return the ontology's concept of a predicate and those that it entails."""
    concept = ontology.concept("predicate", predicate)
    if concept is None:
        return frozenset()
    reached = ontology.graph.transitive_objects(concept.iri, NESY.entails)
    return frozenset(node for node in reached if node is not None)


@lru_cache(maxsize=4096)
def excluded(predicate: str, ontology: Ontology) -> frozenset[str]:
    """Return the predicates that cannot hold beside this one on the same ordered pair.

    They are the opposites of what it means, entails, or implies of the agent's place (who rides is on, not under),
    and the verbs that it excludes.
    """
    knowledge, found = ontology.graph, set[Node]()
    for meaning in _meanings(predicate, ontology):
        for said in (meaning, *knowledge.objects(meaning, NESY.impliesPlace)):
            for link in (NESY.opposite, NESY.excludes):
                found |= {*knowledge.objects(said, link), *knowledge.subjects(link, said)}
    return frozenset(word_of(other, ontology) for other in found)


def word_of(iri: Node, ontology: Ontology) -> str:
    """Return the term of a node of the ontology."""
    return str(ontology.graph.value(iri, NESY.term) or iri)


def is_interaction(predicate: str, ontology: Ontology) -> bool:
    """Tell whether a predicate is a verb of HICO other than `no_interaction`."""
    iri = ontology.iri("predicate", predicate)
    return iri is not None and (iri, RDFS.subPropertyOf, NESY.interacts) in ontology.graph


@lru_cache(maxsize=4096)
def incapable(predicate: str, by_person: bool, ontology: Ontology) -> tuple[str, ...]:
    """Return the categories that are disjoint with what the object of this verb has to be, sorted."""
    knowledge, iri = ontology.graph, ontology.iri("predicate", predicate)
    if iri is None:
        return ()
    needs = {*knowledge.objects(iri, RDFS.range), *(knowledge.objects(iri, NESY.personNeeds) if by_person else ())}
    lacking = {
        kind
        for need in needs
        for kind in (*knowledge.objects(need, OWL.disjointWith), *knowledge.subjects(OWL.disjointWith, need))
    }
    return tuple(
        sorted(
            category
            for category in ontology.categories
            if lacking & set(knowledge.transitive_objects(ontology.iri("category", category), RDFS.subClassOf))
        )
    )


@lru_cache(maxsize=8)
def expected_states(ontology: Ontology) -> Mapping[tuple[Node | None, Node | None], list[tuple[str, str]]]:
    """Return (verb, category) -> the (part, state) pairs that mostly come with it."""
    knowledge = ontology.graph
    found: dict[tuple[Node | None, Node | None], list[tuple[str, str]]] = defaultdict(list)
    for one in knowledge.subjects(RDF.type, NESY.Expectation):
        kind = knowledge.value(one, NESY.ofKind)
        part, state = knowledge.value(kind, NESY.ofPart), knowledge.value(kind, NESY.ofState)
        if part is not None and state is not None:
            key = (knowledge.value(one, NESY.ofVerb), knowledge.value(one, NESY.ofCategory))
            found[key].append((word_of(part, ontology), word_of(state, ontology)))
    return {key: sorted(pairs) for key, pairs in found.items()}


def contradicts(predicate: str, other: str, turned: bool, ontology: Ontology) -> bool:
    """Tell whether `a predicate b` and `a other b` cannot both hold; with `turned`, and `b other a`."""
    if not turned:
        return bool(_words(other, ontology) & excluded(predicate, ontology))
    if _words(predicate, ontology) & {word for word in _words(other, ontology) if ontology.is_asymmetric(word)}:
        return True
    inverses = {ontology.inverse(word) for word in _words(other, ontology)}
    return bool(inverses & excluded(predicate, ontology))


def _words(predicate: str, ontology: Ontology) -> frozenset[str]:
    return frozenset(word_of(iri, ontology) for iri in _meanings(predicate, ontology))
