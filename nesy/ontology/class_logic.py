"""Class axioms of OWL -> what follows from them for named classes: which lie above one, which share nothing with it.

Whatever there is belongs to a class or does not, so a class is a Boolean and a class axiom is a clause or two, whether
it says `subClassOf`, `disjointWith`, `equivalentClass`, `complementOf`, `unionOf`, `intersectionOf`, `disjointUnionOf`
or `AllDisjointClasses`. A solver of such clauses says what a reasoner of OWL says of them; restrictions on properties
are classes of which nothing is known here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

from pysat.solvers import Solver
from rdflib import OWL, RDF, RDFS, Graph, URIRef
from rdflib.term import Node

Clause = tuple[int, ...]

_SOLVER = "minisat22"


@dataclass(frozen=True)
class Axiom:
    """One statement about classes, as the files make it."""

    link: URIRef
    """`RDFS.subClassOf`, `OWL.disjointWith` ..."""
    classes: tuple[Node, ...]
    """The class it is about, then the others; for AllDisjointClasses its members."""


class ClassLogic:
    """The class axioms of a graph, to be asked what follows; answers are about named classes alone."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._numbers: dict[Node, int] = {}
        self._axioms = [(axiom, tuple(self._clauses(axiom))) for axiom in axioms(graph)]
        self._solver = Solver(_SOLVER, [clause for _, clauses in self._axioms for clause in clauses])
        self._solver.add_clause([self._number(OWL.Thing)])
        self._solver.add_clause([-self._number(OWL.Nothing)])
        self.above = lru_cache(maxsize=4096)(self._above)
        self.apart = lru_cache(maxsize=4096)(self._apart)
        self.widest_apart = lru_cache(maxsize=4096)(self._widest_apart)

    @cached_property
    def named(self) -> tuple[URIRef, ...]:
        """The named classes that an axiom speaks of, sorted."""
        found = (node for node in self._numbers if isinstance(node, URIRef))
        return tuple(sorted(node for node in found if node not in (OWL.Thing, OWL.Nothing)))

    def possible(self, *classes: Node) -> bool:
        """Tell whether something can be of all these classes at once, as far as the axioms say."""
        return bool(self._solver.solve([self._number(kind) for kind in classes]))

    def disjoint(self, first: Node, second: Node) -> bool:
        """Tell whether nothing can be of both classes; so it is with a class that can have no member at all."""
        return not self.possible(first, second)

    def why(self, first: Node, second: Node) -> tuple[Axiom, ...]:
        """Return axioms, in the order of the files, that together keep two disjoint classes apart; none to spare."""
        needed = [axiom for axiom, _ in self._axioms]
        clauses = dict(self._axioms)
        ends = [[self._number(first)], [self._number(second)], [self._number(OWL.Thing)], [-self._number(OWL.Nothing)]]

        def apart(some: Sequence[Axiom]) -> bool:
            held = [*ends, *(clause for axiom in some for clause in clauses[axiom])]
            with Solver(_SOLVER, held) as solver:
                return not solver.solve()

        step = max(1, len(needed) // 2)
        while True:
            kept = list(needed)
            for start in range(0, len(needed), step):
                some = needed[start : start + step]
                fewer = [axiom for axiom in kept if axiom not in some]
                kept = fewer if apart(fewer) else kept
            needed = kept
            if step == 1:
                return tuple(needed)
            step = max(1, step // 2)

    def _above(self, kind: Node) -> frozenset[URIRef]:
        """Return the named classes that every member of `kind` belongs to, itself included; {kind} of an empty one."""
        if not self.possible(kind):
            return frozenset({kind} if isinstance(kind, URIRef) else ())
        return self._sure(kind, sign=1)

    def _apart(self, kind: Node) -> frozenset[URIRef]:
        """Return the named classes that no member of `kind` belongs to; all of them where `kind` can have none."""
        return self._sure(kind, sign=-1) if self.possible(kind) else frozenset(self.named)

    def _widest_apart(self, kind: Node) -> frozenset[URIRef]:
        """Return those of the classes apart from `kind` that lie below no other of them."""
        found = self.apart(kind)
        return frozenset(
            one
            for one in found
            if not any(other != one and one not in self.above(other) for other in self.above(one) & found)
        )

    def _sure(self, kind: Node, sign: int) -> frozenset[URIRef]:
        """Return the named classes of which the sign is sure where `kind` holds."""
        start = self._number(kind)
        _, set_ = self._solver.propagate([start])
        told = set(set_)
        return frozenset(
            name
            for name in self.named
            if (number := self._numbers[name]) * sign in told
            or (-number * sign not in told and self._cases and not self._solver.solve([start, -number * sign]))
        )

    @cached_property
    def _cases(self) -> bool:
        """Whether some axiom needs a case to be split, which following one clause after the other does not do."""
        return any(sum(number > 0 for number in clause) > 1 for _, clauses in self._axioms for clause in clauses)

    # --- axioms as clauses ---

    def _number(self, node: Node) -> int:
        return self._numbers.setdefault(node, len(self._numbers) + 1)

    def _clauses(self, axiom: Axiom) -> Iterator[Clause]:
        first, *others = map(self._number, axiom.classes)
        match axiom.link:
            case RDFS.subClassOf:
                yield (-first, others[0])
            case OWL.disjointWith:
                yield (-first, -others[0])
            case OWL.equivalentClass:
                yield from ((-first, others[0]), (first, -others[0]))
            case OWL.complementOf:
                yield from ((-first, -others[0]), (first, others[0]))
            case OWL.intersectionOf:
                yield from ((-first, one) for one in others)
                yield (first, *(-one for one in others))
            case OWL.unionOf:
                yield from _union(first, others)
            case OWL.disjointUnionOf:
                yield from _union(first, others)
                yield from _pairwise(others)
            case OWL.members:
                yield from _pairwise([first, *others])


def _union(whole: int, parts: Sequence[int]) -> Iterator[Clause]:
    yield from ((whole, -one) for one in parts)
    yield (-whole, *parts)


def _pairwise(parts: Iterable[int]) -> Iterator[Clause]:
    return ((-one, -other) for one, other in combinations(dict.fromkeys(parts), 2))


_ONE = (RDFS.subClassOf, OWL.disjointWith, OWL.equivalentClass, OWL.complementOf)
_LISTS = (OWL.intersectionOf, OWL.unionOf, OWL.disjointUnionOf)


def axioms(graph: Graph) -> Iterator[Axiom]:
    """Yield the class axioms of a graph, sorted within each kind.

    Raises:
        ValueError: a list of classes runs in a circle.
    """
    for link in _ONE:
        for first, second in sorted(graph.subject_objects(link)):
            yield Axiom(link, (first, second))
    for link in _LISTS:
        for first, members in sorted(graph.subject_objects(link)):
            yield Axiom(link, (first, *graph.items(members)))
    for group in sorted(set(graph.subjects(RDF.type, OWL.AllDisjointClasses)), key=str):
        kept_apart = [one for listed in graph.objects(group, OWL.members) for one in graph.items(listed)]
        if kept_apart:
            yield Axiom(OWL.members, tuple(kept_apart))


def told_parents(graph: Graph) -> Mapping[Node, frozenset[URIRef]]:
    """Return class -> the named classes that an axiom puts right above it."""
    found: dict[Node, set[URIRef]] = {}
    for axiom in axioms(graph):
        first, *others = axiom.classes
        pairs: list[tuple[Node, Node]] = []
        if axiom.link == RDFS.subClassOf:
            pairs = [(first, others[0])]
            pairs += [(first, one) for one in _conjuncts(graph, others[0])]
        elif axiom.link == OWL.equivalentClass:
            pairs = [(first, others[0]), (others[0], first)]
            pairs += [(first, one) for one in _conjuncts(graph, others[0])]
        elif axiom.link == OWL.intersectionOf:
            pairs = [(first, one) for one in others]
        elif axiom.link in (OWL.unionOf, OWL.disjointUnionOf):
            pairs = [(one, first) for one in others]
        for low, high in pairs:
            if isinstance(low, URIRef) and isinstance(high, URIRef) and low != high and high != OWL.Thing:
                found.setdefault(low, set()).add(high)
    return {kind: frozenset(parents) for kind, parents in found.items()}


def told_apart(graph: Graph) -> Mapping[Node, frozenset[URIRef]]:
    """Return class -> the named classes that an axiom keeps apart from it in so many words."""
    found: dict[Node, set[URIRef]] = {}
    for axiom in axioms(graph):
        pairs: Iterable[tuple[Node, ...]] = ()
        if axiom.link in (OWL.disjointWith, OWL.complementOf):
            pairs = [axiom.classes]
        elif axiom.link == OWL.members:
            pairs = combinations(axiom.classes, 2)
        elif axiom.link == OWL.disjointUnionOf:
            pairs = combinations(axiom.classes[1:], 2)
        elif axiom.link in (RDFS.subClassOf, OWL.equivalentClass):
            first, second = axiom.classes
            pairs = [(first, denied) for denied in graph.objects(second, OWL.complementOf)]
        for one, other in pairs:
            if isinstance(one, URIRef) and isinstance(other, URIRef) and one != other:
                found.setdefault(one, set()).add(other)
                found.setdefault(other, set()).add(one)
    return {kind: frozenset(others) for kind, others in found.items()}


def _conjuncts(graph: Graph, node: Node) -> list[Node]:
    return [one for listed in graph.objects(node, OWL.intersectionOf) for one in graph.items(listed)]
