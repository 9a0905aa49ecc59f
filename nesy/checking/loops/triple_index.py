"""Scene + Ontology -> its triples by predicate and subject, as `nesy.checking.data_graph.data_graph` has them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from types import MappingProxyType

from rdflib import RDF, Graph, URIRef
from rdflib.term import Node as RdfNode

from nesy.checking.data_graph import Facts, knowledge_of, types_of
from nesy.checking.loops.nodes import Node, node_of
from nesy.graph.triples import BASE, claim_iri, scene_iri
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY
from nesy.scene import Claim, ImageInfo, Scene

Nodes = tuple[Node, ...]
ByNode = dict[Node, Nodes]
Table = dict[str, ByNode]
"""Predicate, subject, objects; or turned round."""
Tables = tuple[Table, Table]
"""Triples from either end."""
Put = Callable[[str, ByNode], None]

_NOTHING: Mapping[str, ByNode] = MappingProxyType({})
Triple = tuple[Node, str, Node]


class Index:
    """Triples, each held once; put together by predicate, and sorted by object, when that is first wanted."""

    def __init__(self, own: Table, tables: Iterable[Tables] = ()) -> None:
        """Hold these triples.

        Args:
            own: those of a scene.
            tables: others; a triple may be in several of them. They stay as they are.
        """
        ahead: dict[str, list[ByNode]] = {predicate: [by_node] for predicate, by_node in own.items()}
        back: dict[str, list[ByNode]] = {}
        for forward, backward in tables:
            for parts, table in ((ahead, forward), (back, backward)):
                for predicate, by_node in table.items():
                    if predicate in parts:
                        parts[predicate].append(by_node)
                    else:
                        parts[predicate] = [by_node]
        self.known = set(ahead)
        """All predicates."""
        self.walked: dict[tuple[object, frozenset[str]], dict[Node, Nodes]] = {}
        """Where repeated paths lead, as far as that was asked: by path and its predicates, and by start."""
        self.forward = _Whole(ahead)
        """Predicate, subject, objects; empty for a predicate that no triple has."""
        self.backward = _Whole(back, own)
        """Predicate, object, subjects."""

    @classmethod
    def of(cls, scene: Scene, ontology: Ontology) -> "Index":
        """Return the triples of a scene with all that the ontology says of its words."""
        return cls(_written(scene, ontology), map(_grouped, set(knowledge_of(scene, ontology))))

    @classmethod
    def of_graph(cls, graph: Graph) -> "Index":
        """Return the triples of any graph."""
        index = cls({})
        index.add((node_of(subject), f"<{predicate}>", node_of(value)) for subject, predicate, value in graph)
        return index

    def add(self, triples: Iterable[Triple]) -> list[Triple]:
        """Add triples; return those that are new."""
        new = []
        own: dict[str, tuple[ByNode, ByNode]] = {}
        for triple in triples:
            subject, predicate, value = triple
            if predicate not in own:  # the tables may be those of a word, which other scenes read too
                own[predicate] = dict(self.forward[predicate]), dict(self.backward[predicate])
                self.forward[predicate], self.backward[predicate] = own[predicate]
            forward, backward = own[predicate]
            there = forward.get(subject, ())
            if value not in there:
                forward[subject] = (*there, value)
                backward[value] = (*backward.get(value, ()), subject)
                new.append(triple)
        changed = {predicate for _, predicate, _ in new}
        self.known |= changed
        for way in [way for way in self.walked if way[1] & changed]:
            del self.walked[way]
        return new

    def triples(self) -> Iterator[Triple]:
        """Yield every triple once."""
        for predicate in self.known:
            for subject, objects in self.forward[predicate].items():
                for value in objects:
                    yield subject, predicate, value


class _Whole(dict[str, ByNode]):
    """What all tables say of a predicate, put together when it is first asked for."""

    def __init__(self, parts: Mapping[str, Sequence[ByNode]], turning: Mapping[str, ByNode] = _NOTHING) -> None:
        super().__init__()
        self._parts = parts
        self._turning = turning
        """Further ones, told from the other end."""

    def __missing__(self, predicate: str) -> ByNode:
        parts = self._parts.get(predicate, ())
        found = _turned(self._turning[predicate]) if predicate in self._turning else {}
        if not found and len(parts) == 1:
            self[predicate] = found = parts[0]
            return found
        for part in parts:
            if found.keys().isdisjoint(part):
                found.update(part)
                continue
            for node, others in part.items():
                there = found.get(node)
                if there is None:
                    found[node] = others
                elif there is not others:
                    found[node] = (*there, *(one for one in others if one not in there))
        self[predicate] = found
        return found


# --- the scene itself ---


def _written(scene: Scene, ontology: Ontology) -> Table:
    """Return the triples of a scene; each is written once."""
    forward: Table = {}
    put = partial(_put, forward)
    put(_TYPE, {_SCENE_NODE: (_SCENE,)})
    if scene.image is not None:
        _image(put, scene.image)
    if scene.entities:
        _entities(put, scene, ontology)
    if scene.part_states:
        _part_states(put, scene, ontology)
    if scene.relations:
        _relations(put, scene, ontology)
    if scene.counts:
        _counts(put, scene, ontology)
    for link, claims in _links(scene):
        if claims:
            nodes: list[Node] = [_claim(claim.id) for claim in claims]
            put(link, {_SCENE_NODE: tuple(nodes)})
            put(_ID, {node: ('"' + claim.id,) for node, claim in zip(nodes, claims, strict=True)})
            put(_POSITION, {node: (_whole_number(position),) for position, node in enumerate(nodes)})
            sure: ByNode = {_claim(one.id): (_number(one.confidence),) for one in claims if one.confidence is not None}
            if sure:
                put(_CONFIDENCE, sure)
    return forward


def _put(forward: Table, predicate: str, objects: ByNode) -> None:
    """Add to a table what is said of other nodes than before."""
    held = forward.get(predicate)
    if held is None:
        forward[predicate] = objects
    else:
        held.update(objects)


def _entities(put: Put, scene: Scene, ontology: Ontology) -> None:
    types: dict[Node, Nodes] = {}
    categories: dict[Node, Nodes] = {}
    for entity, (_, kinds) in zip(scene.entities, types_of(scene, ontology), strict=True):
        node = _claim(entity.id)
        category = _word(ontology, "category", entity.category)
        types[node] = _with_classes(category, kinds)
        categories[node] = (category,)
        if entity.attributes:
            _attributes(put, node, entity.attributes, ontology)
    put(_TYPE, types)
    put(_CATEGORY, categories)
    put(_LABEL, {_claim(one.id): ('"' + one.category,) for one in scene.entities})
    boxes = [(_claim(one.id), one.box) for one in scene.entities if one.box is not None]
    if boxes:
        for place, edge in enumerate(_EDGES):
            put(edge, {node: (_number(box[place]),) for node, box in boxes})


def _attributes(put: Put, node: str, labels: Sequence[str], ontology: Ontology) -> None:
    claims: list[Node] = [f"{node[:-1]}/attribute/{place}>" for place in range(len(labels))]
    put(_HAS_ATTRIBUTE, {node: tuple(claims)})
    for place, (claim, label) in enumerate(zip(claims, labels, strict=True)):
        put(_TYPE, {claim: (_ATTRIBUTE_CLASS,)})
        put(_POSITION, {claim: (_whole_number(place),)})
        put(_ATTRIBUTE, {claim: (_word(ontology, "attribute", label),)})
        put(_LABEL, {claim: ('"' + label,)})


def _part_states(put: Put, scene: Scene, ontology: Ontology) -> None:
    states = [(_claim(state.id), state) for state in scene.part_states]
    put(_TYPE, dict.fromkeys((node for node, _ in states), (_STATE_CLASS,)))
    put(_ENTITY, {node: (_claim(one.entity),) for node, one in states})
    put(_PART, {node: (_word(ontology, "part", one.part),) for node, one in states})
    put(_PART_LABEL, {node: ('"' + one.part,) for node, one in states})
    put(_STATE, {node: (_word(ontology, "state", one.state),) for node, one in states})
    put(_LABEL, {node: ('"' + one.state,) for node, one in states})
    towards: ByNode = {node: (_claim(one.object),) for node, one in states if one.object is not None}
    if towards:
        put(_OBJECT, towards)


def _relations(put: Put, scene: Scene, ontology: Ontology) -> None:
    relations = [(_claim(relation.id), relation) for relation in scene.relations]
    put(_TYPE, dict.fromkeys((node for node, _ in relations), (_RELATION_CLASS,)))
    put(_LABEL, {node: ('"' + one.predicate,) for node, one in relations})
    put(_SUBJECT, {node: (_claim(one.subject),) for node, one in relations})
    put(_OBJECT, {node: (_claim(one.object),) for node, one in relations})
    put(_PREDICATE, {node: (_word(ontology, "predicate", one.predicate),) for node, one in relations})
    stated: dict[str, dict[Node, dict[Node, None]]] = {}
    for _, one in relations:
        predicate = _word(ontology, "predicate", one.predicate)
        stated.setdefault(predicate, {}).setdefault(_claim(one.subject), {})[_claim(one.object)] = None
    for predicate, found in stated.items():
        put(predicate, {subject: tuple(objects) for subject, objects in found.items()})


def _counts(put: Put, scene: Scene, ontology: Ontology) -> None:
    counts = [(_claim(count.id), count) for count in scene.counts]
    put(_TYPE, dict.fromkeys((node for node, _ in counts), (_COUNT_CLASS,)))
    put(_CATEGORY, {node: (_word(ontology, "category", one.category),) for node, one in counts})
    put(_LABEL, {node: ('"' + one.category,) for node, one in counts})
    put(_VALUE, {node: (_whole_number(one.value),) for node, one in counts})


def _links(scene: Scene) -> Iterator[tuple[str, Sequence[Claim]]]:
    yield _HAS_ENTITY, scene.entities
    yield _HAS_STATE, scene.part_states
    yield _HAS_RELATION, scene.relations
    yield _HAS_COUNT, scene.counts


def _image(put: Put, image: ImageInfo) -> None:
    node = f"<{BASE}/image>"
    put(_IMAGE_OF, {_SCENE_NODE: (node,)})
    put(_TYPE, {node: (_IMAGE,)})
    put(_NAME, {node: ('"' + image.name,)})
    for predicate, value in ((_WIDTH, image.width_px), (_HEIGHT, image.height_px)):
        if value is not None:
            put(predicate, {node: (_whole_number(value),)})
    if image.sha256 is not None:
        put(_SHA256, {node: ('"' + image.sha256,)})


def _turned(forward: ByNode) -> ByNode:
    """Return subjects by object."""
    found: dict[Node, list[Node]] = {}
    for subject, objects in forward.items():
        for one in objects:
            if one in found:
                found[one].append(subject)
            else:
                found[one] = [subject]
    return {one: tuple(subjects) for one, subjects in found.items()}


# --- nodes, made once ---


@lru_cache(maxsize=65536)
def _claim(claim_id: str) -> str:
    return f"<{claim_iri(claim_id)}>"


@lru_cache(maxsize=65536)
def _word(ontology: Ontology, kind: str, label: str) -> str:
    return f"<{ontology.node(kind, label)}>"


@lru_cache(maxsize=65536)
def _whole_number(value: int) -> Node:
    return value, "integer"


@lru_cache(maxsize=65536)
def _number(value: float) -> Node:
    return Decimal(repr(float(value))), "decimal"


@lru_cache(maxsize=4096)
def _with_classes(category: str, kinds: frozenset[RdfNode]) -> Nodes:
    """Return the types of an entity."""
    return tuple(dict.fromkeys((_ENTITY_CLASS, category, *sorted(map(node_of, kinds), key=str))))


@lru_cache(maxsize=65536)
def _grouped(facts: Facts) -> Tables:
    """Return facts by predicate and node, in the order of their names."""
    found: Table = {}
    for subject, predicate, value in sorted(facts, key=str):
        by_subject = found.setdefault(f"<{predicate}>", {})
        node = node_of(subject)
        by_subject[node] = (*by_subject.get(node, ()), node_of(value))
    turned = {predicate: _turned(by_subject) for predicate, by_subject in found.items()}
    return _shared(found), _shared(turned)


def _shared(table: Table) -> Table:
    """Return the same with one object for equal lists of nodes, which are then not compared one by one."""
    return {
        predicate: {node: _one_of(others) for node, others in by_node.items()} for predicate, by_node in table.items()
    }


@lru_cache(maxsize=65536)
def _one_of(nodes: Nodes) -> Nodes:
    return nodes


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
