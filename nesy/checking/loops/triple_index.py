"""Scene + Ontology -> its triples by predicate and subject, as `nesy.checking.data_graph.data_graph` has them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from rdflib import RDF, Graph
from rdflib.term import Node as RdfNode

from nesy.checking.knowledge import Facts, knowledge_of, types_of
from nesy.checking.loops.nodes import Node, node_of
from nesy.graph.scene_triples import claim_node, scene_triples
from nesy.ontology import Ontology
from nesy.scene import Scene

Nodes = tuple[Node, ...]
ByNode = dict[Node, Nodes]
Table = dict[str, ByNode]
"""Predicate, subject, objects; or turned round."""
Tables = tuple[Table, Table]
"""Triples from either end."""

_TYPE = f"<{RDF.type}>"
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

    def nodes(self) -> list[Node]:
        """Return every subject and object once."""
        return list(
            dict.fromkeys(node for table in (self.forward, self.backward) for p in self.known for node in table[p])
        )

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
    """Return the triples of a scene, each of them once, with all classes of its entities."""
    forward: Table = {}
    for subject, predicate, value in scene_triples(scene, ontology):
        by_node = forward.get(predicate)
        if by_node is None:
            forward[predicate] = {subject: (value,)}
        elif subject not in by_node:
            by_node[subject] = (value,)
        elif value not in by_node[subject]:
            by_node[subject] = (*by_node[subject], value)
    types = forward[_TYPE]
    for entity, (_, kinds) in zip(scene.entities, types_of(scene, ontology), strict=True):
        node = claim_node(entity.id)
        types[node] = _with_classes(types[node], kinds)
    return forward


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


@lru_cache(maxsize=4096)
def _with_classes(types: Nodes, kinds: frozenset[RdfNode]) -> Nodes:
    """Return the types of an entity."""
    return tuple(dict.fromkeys((*types, *sorted(map(node_of, kinds), key=str))))


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
