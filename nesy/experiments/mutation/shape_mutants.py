"""A rule's triples -> the same rule with one thing wrong: its target, its SHACL Core constraints, or its query."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import BNode, Node

from nesy.experiments.mutation.query_mutants import query_mutants
from nesy.experiments.mutation.siblings import siblings
from nesy.experiments.rules.preconditions import TARGETS, path_text
from nesy.ontology.namespaces import VOCABULARY

Triple = tuple[Node, Node, Node]

_PAIRED: dict[Node, URIRef] = {
    SH.lessThan: SH.lessThanOrEquals,
    SH.lessThanOrEquals: SH.lessThan,
    SH.disjoint: SH.equals,
    SH.equals: SH.disjoint,
    SH.minInclusive: SH.minExclusive,
    SH.minExclusive: SH.minInclusive,
    SH.maxInclusive: SH.maxExclusive,
    SH.maxExclusive: SH.maxInclusive,
    SH["and"]: SH["or"],
    SH["or"]: SH["and"],
    SH["not"]: SH.node,
}
"""Constraints that are mistaken for each other."""
_COUNTED = (SH.minCount, SH.maxCount, SH.minLength, SH.maxLength, SH.qualifiedMinCount, SH.qualifiedMaxCount)
_BOUNDS = (SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive)
_TERMS = (SH["class"], SH.hasValue, SH.lessThan, SH.lessThanOrEquals, SH.disjoint, SH.equals, SH.targetClass)
_CONSTRAINTS = (
    *(*_PAIRED, *_COUNTED, *_BOUNDS, SH["class"], SH.hasValue, SH.datatype, SH.nodeKind, SH.pattern, SH.xone),
    *(SH["in"], SH.node, SH.property, SH.closed, SH.uniqueLang, SH.qualifiedValueShape),
)


@dataclass(frozen=True)
class Mutant:
    """A rule with one change: the operator, what it did (`before -> after`), and all triples of the changed rule."""

    rule: str
    operator: str
    what: str
    triples: frozenset[Triple]

    def graph(self) -> Graph:
        """Return the changed rule as a graph of its own."""
        graph = Graph(bind_namespaces="none")
        for triple in self.triples:
            graph.add(triple)
        return graph


def mutants(rule: Graph, iri: str) -> tuple[Mutant, ...]:
    """Return every mutant of a rule, in a fixed order; name, message and severity are kept.

    Args:
        rule: the triples of the rule alone, its prefixes among them.
        iri: which shape of the graph the rule is.

    Raises:
        KnowledgeError: a query cannot be read.
    """
    found: dict[frozenset[Triple], Mutant] = {}
    for operator, what, gone, new in sorted(_changes(rule, URIRef(iri)), key=_key):
        triples = (frozenset(rule) - gone) | new
        if triples != frozenset(rule):
            found.setdefault(triples, Mutant(iri, operator, what, triples))
    return tuple(found.values())


Change = tuple[str, str, frozenset[Triple], frozenset[Triple]]
"""Operator, what it does, the triples that go, the triples that come."""


def _key(change: Change) -> tuple[str, str, str]:
    return change[0], change[1], " ".join(sorted(str(triple[2]) for triple in change[3]))


def _changes(rule: Graph, shape: URIRef) -> Iterator[Change]:
    for constraint, text in rule.subject_objects(SH.select):
        for change in query_mutants(str(text)):
            gone, new = (constraint, SH.select, text), (constraint, SH.select, Literal(change.text))
            yield change.operator, change.what, frozenset({gone}), frozenset({new})
    for target in TARGETS:
        for node in rule.objects(shape, target):
            yield from _other_terms("target replaced", (shape, target, node))
    for triple in rule:
        if triple[1] == SH.targetClass:
            continue
        for operator in _OPERATORS:
            yield from operator(rule, triple)


def _replaced(operator: str, old: Triple, new: Triple) -> Change:
    return operator, f"{_shown(old)} -> {_shown(new)}", frozenset({old}), frozenset({new})


def _other_terms(operator: str, triple: Triple) -> Iterator[Change]:
    subject, predicate, term = triple
    for other in siblings(term) if isinstance(term, URIRef) else ():
        yield _replaced(operator, triple, (subject, predicate, other))


def _constraints(rule: Graph, triple: Triple) -> Iterator[Change]:
    """Remove a constraint, take it for a similar one, or shift its number."""
    subject, predicate, value = triple
    if predicate in _CONSTRAINTS:
        what = f"{_shown(triple)}{_where(rule, subject) or _where(rule, value)}"
        yield "constraint removed", what, frozenset({triple}), frozenset()
    if predicate in _PAIRED:
        yield _replaced("constraint mistaken", triple, (subject, _PAIRED[predicate], value))
    if predicate in _TERMS:
        yield from _other_terms("term replaced", triple)
    if predicate in _COUNTED:
        for number in (int(str(value)) + 1, int(str(value)) - 1):
            if number >= 0:
                yield _replaced("number shifted", triple, (subject, predicate, Literal(number)))
    if predicate in _BOUNDS:
        bound = Decimal(str(value))
        for other in (bound * 2, bound / 2) if bound else (bound + 1, bound - 1):
            yield _replaced("number shifted", triple, (subject, predicate, Literal(other)))


def _members(rule: Graph, triple: Triple) -> Iterator[Change]:
    """Leave out a member of sh:in, or put a sibling in its place."""
    if triple[1] != SH["in"]:
        return
    items = list(Collection(rule, triple[2]))
    cells = _cells(rule, triple[2])
    for gone in items if len(items) > 1 else ():
        kept = [item for item in items if item != gone]
        new, head = _list(kept)
        what = f"sh:in without {_name(gone)}"
        yield "list shortened", what, cells | {triple}, new | {(triple[0], SH["in"], head)}


def _cells(rule: Graph, head: Node) -> frozenset[Triple]:
    found: set[Triple] = set()
    while head != RDF.nil:
        found.update(rule.triples((head, None, None)))
        following = rule.value(head, RDF.rest)
        head = RDF.nil if following is None else following
    return frozenset(found)


def _list(items: list[Node]) -> tuple[frozenset[Triple], Node]:
    graph, head = Graph(bind_namespaces="none"), BNode("mutant" + "".join(_name(item) for item in items)[:40])
    Collection(graph, head, items)
    return frozenset(graph), head


def _paths(rule: Graph, triple: Triple) -> Iterator[Change]:
    """Put a sibling in the place of the path, turn it round, or exchange it with what it is compared with."""
    subject, predicate, path = triple
    if predicate == SH.inversePath:
        for shape in rule.subjects(SH.path, subject):
            gone = frozenset({triple, (shape, SH.path, subject)})
            new: frozenset[Triple] = frozenset({(shape, SH.path, path)})
            yield "path turned", f"sh:path ^{_name(path)} -> {_name(path)}", gone, new
        yield from _other_terms("path replaced", triple)
    if predicate != SH.path or not isinstance(path, URIRef):
        return
    yield from _other_terms("path replaced", triple)
    turned = BNode(f"turned{_name(path)}".replace(":", "_"))
    new = frozenset({(subject, SH.path, turned), (turned, SH.inversePath, path)})
    yield "path turned", f"sh:path {_name(path)} -> ^{_name(path)}", frozenset({triple}), new
    for compared in (SH.lessThan, SH.lessThanOrEquals):
        for other in rule.objects(subject, compared):
            what = f"sh:path {_name(path)} and sh:lessThan {_name(other)} exchanged"
            gone = frozenset({triple, (subject, compared, other)})
            yield "sides exchanged", what, gone, frozenset({(subject, SH.path, other), (subject, compared, path)})


_OPERATORS = (_constraints, _members, _paths)


def _where(rule: Graph, shape: Node) -> str:
    """Tell on which path a constraint stands."""
    path = rule.value(shape, SH.path)
    return "" if path is None else f" on {_short(path_text(rule, path))}"


def _short(text: str) -> str:
    return text.replace(f"<{VOCABULARY}", "nesy:").replace(f"<{RDFS}", "rdfs:").replace(">", "")


def _shown(triple: Triple) -> str:
    return f"{_name(triple[1])} {_name(triple[2])}"


def _name(node: Node) -> str:
    if isinstance(node, BNode):
        return "[ ... ]"
    prefixes = (("nesy:", str(VOCABULARY)), ("sh:", str(SH)), ("rdf:", str(RDF)), ("rdfs:", str(RDFS)))
    return next((short + str(node)[len(long) :] for short, long in prefixes if str(node).startswith(long)), str(node))
