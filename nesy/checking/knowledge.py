"""Words of a scene + Ontology -> the slice of the ontology that rules are run on beside the scene."""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from rdflib import OWL, RDF, RDFS, SKOS, URIRef
from rdflib.term import Node

from nesy.graph.triples import claim_iri
from nesy.ontology import Ontology
from nesy.ontology.concepts import WIDER
from nesy.ontology.namespaces import NESY
from nesy.scene import Scene, term

Triple = tuple[Node, Node, Node]
Facts = frozenset[Triple]

_OF_CLASSES = (NESY.affords, NESY.holdsAtMost, NESY.playedOn, NESY.rarelyBears, NESY.seldomWith)
_OF_PREDICATES = (
    RDFS.subPropertyOf,
    RDFS.domain,
    RDFS.range,
    OWL.inverseOf,
    NESY.oneWay,
    NESY.acyclic,
    NESY.opposite,
    NESY.verbKind,
    NESY.personNeeds,
    NESY.hardlyBy,
    NESY.excludes,
    NESY.rarelyWith,
    NESY.oneObject,
    NESY.oneAgent,
    NESY.besides,
    NESY.goesAlong,
    NESY.instrument,
    NESY.entails,
    NESY.impliesPlace,
    NESY.impliesPosture,
    NESY.contradicts,
    NESY.boxesWithin,
    NESY.ambiguousView,
    NESY.intrinsicFrame,
    NESY.direction,
    NESY.withinGroup,
)
_BOTH_WAYS = (NESY.opposite, OWL.inverseOf, NESY.excludes, NESY.rarelyWith)
"""Stated once, read from either end."""


def types_of(scene: Scene, ontology: Ontology) -> Iterator[tuple[URIRef, frozenset[Node]]]:
    """Yield every entity with its class and all classes above; a word without a class has itself alone."""
    for entity in scene.entities:
        yield claim_iri(entity.id), ontology.classes(entity.category)


def knowledge_of(scene: Scene, ontology: Ontology) -> Iterator[Facts]:
    """Yield what the ontology says of the words of a scene, a set of triples per word or pair of words."""
    category = {entity.id: term(entity.category) for entity in scene.entities}
    for label in {*category.values(), *(term(count.category) for count in scene.counts)}:
        yield _of_class(ontology, label)
    for predicate in {term(relation.predicate) for relation in scene.relations}:
        yield _of_predicate(ontology, predicate)
    for verb, label in {(term(relation.predicate), category[relation.object]) for relation in scene.relations}:
        yield _of_pair(ontology, verb, label)
    together: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for state in scene.part_states:
        kind = (term(state.part), term(state.state))
        yield _of_part_state(ontology, *kind)
        if state.object is not None:
            together[state.entity, state.object].add(kind)
    for (_, target), kinds in together.items():
        yield _of_states_on(ontology, frozenset(kinds), category[target])
    for label in {term(label) for entity in scene.entities for label in entity.attributes}:
        yield _of_attribute(ontology, label)


def _class_of(ontology: Ontology, label: str) -> URIRef | None:
    """Return the class of a word: its own, or that of which it is a kind.

    None for a word that is wider than the class it mostly means: a table may be a dining table.
    """
    concept = ontology.concept("category", label)
    return None if concept is None or concept.score == WIDER else concept.iri


@lru_cache(maxsize=4096)
def _of_class(ontology: Ontology, label: str) -> Facts:
    knowledge, own = ontology.graph, ontology.node("category", label)
    facts = {
        triple
        for kind in ontology.classes(label)
        for link in (RDFS.subClassOf, *_OF_CLASSES)
        for triple in knowledge.triples((kind, link, None))
    }
    found = _class_of(ontology, label)
    if found is not None and found != own:
        facts.add((own, RDFS.subClassOf, found))
    return frozenset(facts)


@lru_cache(maxsize=4096)
def _of_predicate(ontology: Ontology, label: str) -> Facts:
    predicate = ontology.iri("predicate", label)
    return frozenset() if predicate is None else frozenset(_about_predicate(ontology, predicate))


def _about_predicate(ontology: Ontology, predicate: Node) -> Iterator[Triple]:
    knowledge = ontology.graph
    yield from knowledge.triples((predicate, RDF.type, OWL.SymmetricProperty))
    others: set[Node] = set()
    for link in _OF_PREDICATES:
        yield from knowledge.triples((predicate, link, None))
        if link in _BOTH_WAYS:
            yield from knowledge.triples((None, link, predicate))
            others |= {*knowledge.objects(predicate, link), *knowledge.subjects(link, predicate)}
        if link in (NESY.entails, NESY.impliesPlace):
            others |= set(knowledge.objects(predicate, link))
    for other in others:
        for link in (OWL.inverseOf, NESY.opposite):
            yield from knowledge.triples((other, link, None))
            yield from knowledge.triples((None, link, other))
        yield from knowledge.triples((other, NESY.acyclic, None))
        yield from knowledge.triples((other, NESY.ambiguousView, None))
        yield from knowledge.triples((other, NESY.intrinsicFrame, None))
        yield from knowledge.triples((other, RDF.type, OWL.SymmetricProperty))
    for link in (RDFS.domain, RDFS.range, NESY.personNeeds):
        for needed in knowledge.objects(predicate, link):
            yield from _disjoint_with(ontology, needed)
    for step in (predicate, *others):
        for composition in knowledge.subjects(NESY.firstStep, step):
            yield from knowledge.triples((composition, None, None))
            for given in knowledge.objects(composition, NESY.gives):
                yield from knowledge.triples((given, NESY.opposite, None))
                yield from knowledge.triples((None, NESY.opposite, given))


def _disjoint_with(ontology: Ontology, needed: Node) -> Iterator[Triple]:
    """Yield `lacking disjointWith needed` for what shares nothing with a class, whichever axioms say so."""
    for kind in ontology.lacking(needed):
        yield kind, OWL.disjointWith, needed


@lru_cache(maxsize=65536)
def _of_pair(ontology: Ontology, verb: str, label: str) -> Facts:
    """Return what is known of doing `verb` to `label`: how often it was seen, what it mostly comes with."""
    knowledge, done = ontology.graph, ontology.iri("predicate", verb)
    found = _class_of(ontology, label)
    facts: set[Triple] = set()
    if done is None or found is None:
        return frozenset()
    for node in knowledge.subjects(NESY.ofCategory, found):
        if (node, NESY.ofVerb, done) not in knowledge or (node, RDF.type, NESY.Signature) in knowledge:
            continue
        facts.update(knowledge.triples((node, None, None)))
        for kind in knowledge.objects(node, NESY.ofKind):
            facts.update(knowledge.triples((kind, NESY.ofPart, None)))
            facts.update(knowledge.triples((kind, NESY.ofState, None)))
    return frozenset(facts)


@lru_cache(maxsize=4096)
def _of_part_state(ontology: Ontology, part: str, state: str) -> Facts:
    knowledge = ontology.graph
    where, how = ontology.iri("part", part), ontology.iri("state", state)
    facts: set[Triple] = set()
    if where is not None:
        facts.add((where, RDF.type, NESY.BodyPart))
        facts.update(knowledge.triples((where, SKOS.broader, None)))
    if how is not None:
        facts.add((how, RDF.type, NESY.State))
        facts.update(knowledge.triples((how, NESY.verbKind, None)))
    for kind in _kinds(ontology, part, state):
        assert where is not None and how is not None, "a kind has both"
        facts.update({(kind, NESY.ofPart, where), (kind, NESY.ofState, how)})
        for link in (NESY.impliesPosture, NESY.oneObject):
            facts.update(knowledge.triples((kind, link, None)))
        for needed in knowledge.objects(kind, NESY.personNeeds):
            facts.add((kind, NESY.personNeeds, needed))
            facts.update(_disjoint_with(ontology, needed))
    return frozenset(facts)


@lru_cache(maxsize=4096)
def _kinds(ontology: Ontology, part: str, state: str) -> frozenset[Node]:
    """Return the kind of part state that this is; a right hand's is a hand's. Empty when the part has no such state."""
    knowledge = ontology.graph
    where, how = ontology.iri("part", part), ontology.iri("state", state)
    if where is None or how is None:
        return frozenset()
    parts = {where, *knowledge.objects(where, SKOS.broader)}
    return frozenset(
        kind for kind in knowledge.subjects(NESY.ofState, how) if parts & set(knowledge.objects(kind, NESY.ofPart))
    )


@lru_cache(maxsize=65536)
def _of_states_on(ontology: Ontology, states: frozenset[tuple[str, str]], label: str) -> Facts:
    """Return what is known of these states, together, towards one `label`: whether seen, and what they suggest."""
    knowledge, found = ontology.graph, _class_of(ontology, label)
    kinds = {kind for state in states for kind in _kinds(ontology, *state)}
    if found is None:
        return frozenset()
    facts: set[Triple] = set()
    for kind in kinds:
        seen = set(knowledge.objects(kind, NESY.seenWith))
        # One stands for all: that the kind was seen with other things is what matters then.
        facts.update((kind, NESY.seenWith, one) for one in ({found} if found in seen else sorted(seen, key=str)[:1]))
    for node in {node for kind in kinds for node in knowledge.subjects(NESY.ofKind, kind)}:
        suits = (node, RDF.type, NESY.Signature) in knowledge and (node, NESY.ofCategory, found) in knowledge
        if suits and kinds.issuperset(knowledge.objects(node, NESY.ofKind)):
            facts.update(knowledge.triples((node, None, None)))
    return frozenset(facts)


@lru_cache(maxsize=4096)
def _of_attribute(ontology: Ontology, label: str) -> Facts:
    knowledge, value = ontology.graph, ontology.iri("attribute", label)
    links = (NESY.ofDimension, SKOS.exactMatch)
    return frozenset(triple for link in links for triple in knowledge.triples((value, link, None)) if value)
