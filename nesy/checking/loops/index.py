"""Scene + Ontology -> its triples by predicate and subject, as `nesy.checking.facts.data_graph` has them."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node as RdfNode

from nesy.checking.facts import Facts, knowledge_of, types_of
from nesy.checking.loops.tree import Node
from nesy.checking.loops.words import typed
from nesy.graph.build import BASE, claim_iri, scene_iri
from nesy.ontology import Ontology
from nesy.ontology_names import NESY
from nesy.scene import Claim, Entity, Scene

Objects = Sequence[Node]
ByNode = dict[Node, Objects]
Triple = tuple[Node, str, Node]

_NONE: ByNode = {}


class Index:
    """Triples, each held once; what is asked from its object is sorted by object when that is first wanted."""

    def __init__(self) -> None:
        self.forward: dict[str, ByNode] = {}
        """Predicate, subject, objects."""
        self.walked: dict[tuple[object, Node], Objects] = {}
        """Where repeated paths lead, as far as that was asked."""
        self._backward: dict[str, dict[Node, list[Node]]] = {}

    @classmethod
    def of(cls, scene: Scene, ontology: Ontology) -> "Index":
        """Return the triples of a scene with all that the ontology says of its words."""
        index = cls()
        _write(index, scene, ontology)
        for facts in set(knowledge_of(scene, ontology)):
            index._merge(_grouped(facts))
        return index

    @classmethod
    def of_graph(cls, graph: Graph) -> "Index":
        """Return the triples of any graph."""
        index = cls()
        index.add((node_of(subject), f"<{predicate}>", node_of(value)) for subject, predicate, value in graph)
        return index

    def objects(self, predicate: str) -> ByNode:
        """Return the objects of a predicate by subject."""
        return self.forward.get(predicate, _NONE)

    def subjects(self, predicate: str) -> dict[Node, list[Node]]:
        """Return the subjects of a predicate by object."""
        found = self._backward.get(predicate)
        if found is None:
            found = self._backward[predicate] = {}
            for subject, objects in self.forward.get(predicate, _NONE).items():
                for one in objects:
                    found.setdefault(one, []).append(subject)
        return found

    def add(self, triples: Iterable[Triple]) -> list[Triple]:
        """Add triples; return those that are new."""
        new = []
        for triple in triples:
            subject, predicate, value = triple
            objects = self.forward.setdefault(predicate, {})
            there = objects.get(subject, ())
            if value not in there:
                objects[subject] = (*there, value)
                self._backward.pop(predicate, None)
                new.append(triple)
        if new:
            self.walked.clear()
        return new

    def _merge(self, grouped: Iterable[tuple[str, Node, Objects]]) -> None:
        forward = self.forward
        for predicate, subject, objects in grouped:
            held = forward.get(predicate)
            if held is None:
                forward[predicate] = {subject: objects}
                continue
            there = held.get(subject)
            if there is None:
                held[subject] = objects
            elif there is not objects:
                held[subject] = (*there, *(one for one in objects if one not in there))


def node_of(term: RdfNode) -> Node:
    """Return a term of rdflib as a node."""
    if isinstance(term, URIRef):
        return f"<{term}>"
    if isinstance(term, BNode):
        return f"_:{term}"
    assert isinstance(term, Literal), f"no term of RDF: {term!r}"
    if term.language:
        return f"^@{term.language}^{term}"
    return typed(str(term), str(term.datatype)) if term.datatype else f'"{term}'


def term_of(node: Node) -> RdfNode:
    """Return a node as a term of rdflib; decimals are written as scenes write them, `1.0`."""
    if isinstance(node, tuple):
        value, kind = node
        text = str(value)
        if isinstance(value, Decimal):
            text = format(value.normalize() if value else Decimal(0), "f")
            text += "" if "." in text else ".0"
        return Literal(text, datatype=XSD[kind], normalize=False)
    rest = node[1:]
    match node[0]:
        case "<":
            return URIRef(rest[:-1])
        case '"':
            return Literal(rest)
        case "_":
            return BNode(rest[1:])
    kind, _, text = rest.partition("^")
    if kind.startswith("@"):
        return Literal(text, lang=kind[1:])
    return Literal(text, datatype=URIRef(kind), normalize=False)


# --- the scene itself ---


def _write(index: Index, scene: Scene, ontology: Ontology) -> None:
    whole = _SCENE_NODE
    forward = index.forward
    put = _Put(forward)
    put(_TYPE, whole, _SCENE)
    if scene.image is not None:
        _image(put, scene)
    for entity, kinds in zip(scene.entities, types_of(scene, ontology), strict=True):
        node = _claim(entity.id)
        category = _word(ontology, "category", entity.category)
        kinds_above = _classes(kinds[1])
        told = (_ENTITY_CLASS, category)
        put.many(_TYPE, node, (*told, *(kind for kind in kinds_above if kind not in told)))
        put(_CATEGORY, node, category)
        _box_and_attributes(put, node, entity, ontology)
    for state in scene.part_states:
        node = _claim(state.id)
        put(_TYPE, node, _STATE_CLASS)
        put(_ENTITY, node, _claim(state.entity))
        put(_PART, node, _word(ontology, "part", state.part))
        put(_PART_LABEL, node, '"' + state.part)
        put(_STATE, node, _word(ontology, "state", state.state))
        put(_LABEL, node, '"' + state.state)
        if state.object is not None:
            put(_OBJECT, node, _claim(state.object))
    for relation in scene.relations:
        node, subject, target = _claim(relation.id), _claim(relation.subject), _claim(relation.object)
        predicate = _word(ontology, "predicate", relation.predicate)
        put(_TYPE, node, _RELATION_CLASS)
        put(_SUBJECT, node, subject)
        put(_PREDICATE, node, predicate)
        put(_OBJECT, node, target)
        put(_LABEL, node, '"' + relation.predicate)
        put.once(predicate, subject, target)
    for count in scene.counts:
        node = _claim(count.id)
        put(_TYPE, node, _COUNT_CLASS)
        put(_CATEGORY, node, _word(ontology, "category", count.category))
        put(_LABEL, node, '"' + count.category)
        put(_VALUE, node, (count.value, "integer"))
    for link, claims in _links(scene):
        if claims:
            put.many(link, whole, tuple(_claim(claim.id) for claim in claims))
        for position, claim in enumerate(claims):
            node = _claim(claim.id)
            put(_ID, node, '"' + claim.id)
            put(_POSITION, node, (position, "integer"))
            if claim.confidence is not None:
                put(_CONFIDENCE, node, _number(claim.confidence))


def _links(scene: Scene) -> Iterator[tuple[str, Sequence[Claim]]]:
    yield _HAS_ENTITY, scene.entities
    yield _HAS_STATE, scene.part_states
    yield _HAS_RELATION, scene.relations
    yield _HAS_COUNT, scene.counts


class _Put:
    """Writes triples of which it is known that they are new."""

    def __init__(self, forward: dict[str, ByNode]) -> None:
        self._forward = forward

    def __call__(self, predicate: str, subject: Node, value: Node) -> None:
        self.many(predicate, subject, (value,))

    def many(self, predicate: str, subject: Node, values: Objects) -> None:
        held = self._forward.get(predicate)
        if held is None:
            self._forward[predicate] = {subject: values}
        else:
            held[subject] = values

    def once(self, predicate: str, subject: Node, value: Node) -> None:
        """Write one that may be there, or be one of several."""
        there = self._forward.get(predicate, _NONE).get(subject, ())
        if value not in there:
            self.many(predicate, subject, (*there, value))


def _box_and_attributes(put: _Put, node: str, entity: Entity, ontology: Ontology) -> None:
    put(_LABEL, node, '"' + entity.category)
    if entity.box is not None:
        for edge, value in zip(_EDGES, entity.box, strict=True):
            put(edge, node, _number(value))
    if entity.attributes:
        claims = tuple(f"{node[:-1]}/attribute/{place}>" for place in range(len(entity.attributes)))
        put.many(_HAS_ATTRIBUTE, node, claims)
        for place, (claim, label) in enumerate(zip(claims, entity.attributes, strict=True)):
            put(_TYPE, claim, _ATTRIBUTE_CLASS)
            put(_POSITION, claim, (place, "integer"))
            put(_ATTRIBUTE, claim, _word(ontology, "attribute", label))
            put(_LABEL, claim, '"' + label)


def _image(put: _Put, scene: Scene) -> None:
    image = scene.image
    assert image is not None, "asked only of scenes with an image"
    node = f"<{BASE}/image>"
    put(_IMAGE_OF, _SCENE_NODE, node)
    put(_TYPE, node, _IMAGE)
    put(_NAME, node, '"' + image.name)
    for predicate, value in ((_WIDTH, image.width_px), (_HEIGHT, image.height_px)):
        if value is not None:
            put(predicate, node, (value, "integer"))
    if image.sha256 is not None:
        put(_SHA256, node, '"' + image.sha256)


# --- nodes, made once ---


@lru_cache(maxsize=65536)
def _claim(claim_id: str) -> str:
    return f"<{claim_iri(claim_id)}>"


@lru_cache(maxsize=65536)
def _word(ontology: Ontology, kind: str, label: str) -> str:
    return f"<{ontology.node(kind, label)}>"


@lru_cache(maxsize=65536)
def _number(value: float) -> Node:
    return Decimal(repr(float(value))), "decimal"


@lru_cache(maxsize=4096)
def _classes(kinds: frozenset[RdfNode]) -> tuple[Node, ...]:
    return tuple(sorted(map(node_of, kinds), key=str))


@lru_cache(maxsize=65536)
def _grouped(facts: Facts) -> tuple[tuple[str, Node, Objects], ...]:
    """Return facts by predicate and subject, in the order of their names."""
    found: dict[tuple[str, Node], list[Node]] = {}
    for subject, predicate, value in sorted(facts, key=str):
        found.setdefault((f"<{predicate}>", node_of(subject)), []).append(node_of(value))
    return tuple((predicate, subject, tuple(objects)) for (predicate, subject), objects in found.items())


def _named(term: URIRef) -> str:
    return f"<{term}>"


_TYPE, _SCENE, _IMAGE, _SCENE_NODE = (_named(t) for t in (RDF.type, NESY.Scene, NESY.Image, scene_iri()))
_ENTITY_CLASS, _STATE_CLASS = _named(NESY.Entity), _named(NESY.PartState)
_RELATION_CLASS, _COUNT_CLASS, _ATTRIBUTE_CLASS = _named(NESY.Relation), _named(NESY.Count), _named(NESY.Attribute)
_HAS_ENTITY, _HAS_STATE = _named(NESY.hasEntity), _named(NESY.hasPartState)
_HAS_RELATION, _HAS_COUNT = _named(NESY.hasRelation), _named(NESY.hasCount)
_IMAGE_OF, _NAME, _SHA256 = _named(NESY.image), _named(NESY.name), _named(NESY.sha256)
_WIDTH, _HEIGHT = _named(NESY.widthPx), _named(NESY.heightPx)
_ID, _POSITION, _CONFIDENCE, _LABEL = (_named(t) for t in (NESY.id, NESY.position, NESY.confidence, NESY.label))
_CATEGORY, _VALUE = _named(NESY.category), _named(NESY.value)
_EDGES = (_named(NESY.left), _named(NESY.top), _named(NESY.right), _named(NESY.bottom))
_HAS_ATTRIBUTE, _ATTRIBUTE = _named(NESY.hasAttribute), _named(NESY.attribute)
_ENTITY, _PART, _PART_LABEL, _STATE = (_named(t) for t in (NESY.entity, NESY.part, NESY.partLabel, NESY.state))
_SUBJECT, _PREDICATE, _OBJECT = _named(NESY.subject), _named(NESY.predicate), _named(NESY.object)
