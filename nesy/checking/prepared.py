"""Scene + Ontology + inferences -> Prepared: the data of a check, made once, of which many rules can be asked."""

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.term import Node

from nesy.checking.compiling import THIS, Plan, Selection
from nesy.checking.conflicts import Conflicts
from nesy.checking.engine import Result, run
from nesy.checking.engine import infer as infer_by_reference
from nesy.checking.facts import DataGraph, data_graph
from nesy.checking.inferring import infer
from nesy.checking.quads import data_quads
from nesy.checking.targets import Target, targets
from nesy.checking.terms import Term, to_node
from nesy.checking.wording import filled
from nesy.finding import Finding
from nesy.ontology import Ontology
from nesy.scene import Scene

if TYPE_CHECKING:
    from nesy.checking.rules import Rules

Engine = Literal["compiled", "pyshacl"]


class Prepared:
    """A scene as data: with the slice of the ontology that its words need, and with what the inferences add."""

    def __init__(self, scene: Scene, ontology: Ontology, rules: "Rules") -> None:
        self.scene = scene
        self.ontology = ontology
        self._rules = rules
        self._nodes: dict[Target, tuple[Term, ...]] = {}
        self._conflicts = Conflicts(scene, ontology)

    def findings(self, rules: "Rules", engine: Engine = "compiled") -> tuple[Finding, ...]:
        """Return what these rules find, sorted by severity, rule and claims; their own inferences are not run.

        Args:
            engine: `compiled` (pyoxigraph), or `pyshacl`, the slow reference. What is not compiled runs on pySHACL.
        """
        found: list[tuple[str, Result]] = []
        if engine == "compiled":
            for plan in rules.plans:
                found += [(plan.iri, result) for result in self._results(plan)]
            if rules.uncompiled:
                found += self._by_reference(rules.only(*rules.uncompiled), self._graph)
        else:
            found = self._by_reference(rules, self._reference_graph)
        if not found:
            return ()
        by_iri = {rule.iri: rule for rule in rules}
        return self._conflicts.findings((by_iri[iri], result) for iri, result in found)

    def ask(self, query: str) -> bool:
        """Tell whether a SELECT or ASK query, with its prefixes, has a solution in the data."""
        answer = self._store.query(query)
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        return next(iter(answer), None) is not None

    def holds(self, iris: Collection[str]) -> bool:
        """Tell whether all these IRIs occur in the data."""
        return self._iris.issuperset(iris)

    # --- the data, for one engine and the other ---

    @cached_property
    def _filled(self) -> tuple[ox.Store, set[str], list[ox.Quad]]:
        quads, iris = data_quads(self.scene, self.ontology)
        store = ox.Store()
        store.extend(quads)
        return store, iris, infer(store, iris, self._rules.inferences)

    @property
    def _store(self) -> ox.Store:
        return self._filled[0]

    @property
    def _iris(self) -> set[str]:
        return self._filled[1]

    @cached_property
    def _graph(self) -> DataGraph:
        """The same data for pySHACL."""
        graph = data_graph(self.scene, self.ontology)
        for quad in self._filled[2]:
            graph.add((to_node(quad.subject), to_node(quad.predicate), to_node(quad.object)))
        return graph

    @cached_property
    def _reference_graph(self) -> DataGraph:
        """The data as pySHACL alone makes it."""
        graph = data_graph(self.scene, self.ontology)
        infer_by_reference(graph, self._rules.inferences, self._rules.graph)
        return graph

    # --- running ---

    def _by_reference(self, rules: "Rules", graph: DataGraph) -> list[tuple[str, Result]]:
        reference = rules.reference
        return [(reference.owners[result.shape], result) for result in run(graph, reference.shapes)]

    def _targets(self, target: Target) -> tuple[Term, ...]:
        if target not in self._nodes:
            self._nodes[target] = targets(self._store, target)
        return self._nodes[target]

    def _results(self, plan: Plan) -> Iterator[Result]:
        iris = self._iris
        if not self._targets(plan.target):
            return
        for selection in plan.selections:
            if selection.needs <= iris:
                yield from self._selected(plan, selection)
        if plan.may_fire(iris):
            for row in _rows(self._store.query(plan.patterns)):
                branch = plan.branches[int(str(row["way"]))]
                yield Result(branch.shape, row["focus"], row.get("value"), branch.path, "")

    def _selected(self, plan: Plan, selection: Selection) -> Iterator[Result]:
        nodes = self._targets(plan.target)
        if selection.of_all is not None and len(nodes) > 1:
            yield from _told(plan, selection, self._store.query(selection.of_all))
            return
        for node in nodes:
            yield from _told(plan, selection, self._store.query(selection.text, substitutions={THIS: node}))


def prepare(scene: Scene, ontology: Ontology | None = None, rules: "Rules | None" = None) -> Prepared:
    """Make the data of a scene, once for many rules.

    Args:
        ontology: the shipped one if None.
        rules: whose inferences are run; the shipped ones if None.
    """
    from nesy.checking.rules import Rules

    return Prepared(
        scene,
        Ontology.default() if ontology is None else ontology,
        Rules.load() if rules is None else rules,
    )


def _told(plan: Plan, selection: Selection, answer: object) -> Iterator[Result]:
    for row in _rows(answer):
        focus = row["this"]
        row.setdefault("value", focus)
        message = min(filled(message, row) for message in selection.messages)
        yield Result(URIRef(plan.iri), focus, row["value"], row.get("path"), message)


def _rows(answer: object) -> Iterator[dict[str, Node]]:
    """Yield every solution: the variables that are bound, by name."""
    assert isinstance(answer, ox.QuerySolutions), "the queries of rules are SELECT queries"
    names = [variable.value for variable in answer.variables]
    for solution in answer:
        terms = zip(names, solution, strict=True)
        yield {name: to_node(term) for name, term in terms if term is not None}
