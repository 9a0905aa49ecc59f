"""Scene + Ontology + inferences -> Prepared: the data of a check, made once, of which many rules can be asked."""

from collections.abc import Callable, Collection
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import pyoxigraph as ox
from rdflib import Graph

from nesy.checking.compiling import Plan
from nesy.checking.conflicts import Conflicts
from nesy.checking.engine import Result, run
from nesy.checking.engine import infer as infer_by_reference
from nesy.checking.facts import DataGraph, data_graph
from nesy.checking.looping import Looped, Program
from nesy.checking.loops import Index, Undecided
from nesy.checking.quads import data_quads
from nesy.checking.running import Data
from nesy.graph.terms import to_node
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Finding

if TYPE_CHECKING:
    from nesy.checking.rules import Rules

Engine = Literal["compiled", "store", "pyshacl"]
"""Loops of Python, and queries on a store of pyoxigraph for what is not written as loops; that store for everything; or
the slow reference."""


class Prepared:
    """A scene as data: with the slice of the ontology that its words need, and with what the inferences add."""

    def __init__(self, scene: Scene, ontology: Ontology, rules: "Rules") -> None:
        self.scene = scene
        self.ontology = ontology
        self._rules = rules
        self._conflicts = Conflicts(scene, ontology)

    def findings(self, rules: "Rules", engine: Engine = "compiled") -> tuple[Finding, ...]:
        """Return what these rules find, sorted by severity, rule and claims; their own inferences are not run.

        Args:
            engine: `compiled`; `store`, a second opinion; or `pyshacl`, the slow reference. What is not compiled runs
                on pySHACL.
        """
        found: list[tuple[str, Result]] = []
        if engine != "pyshacl":
            looped = self._looped if engine == "compiled" else None
            programs = {} if looped is None else rules.looped
            for plan in rules.plans:
                one = programs.get(plan.iri)
                found += self._results(plan) if looped is None or one is None else self._of_loops(looped, one)
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
        answer = self._data.store.query(query)
        if isinstance(answer, ox.QueryBoolean):
            return bool(answer)
        return next(iter(answer), None) is not None

    def holds(self, iris: Collection[str]) -> bool:
        """Tell whether all these IRIs occur in the data."""
        return self._data.iris.issuperset(iris)

    def _of_loops(self, looped: Looped, one: Program) -> list[tuple[str, Result]]:
        try:
            results = looped.results(one)
        except Undecided:  # a literal of which only the store can tell
            return self._results(one.plan)
        return [(one.plan.iri, result) for result in results] if results else []

    def _results(self, plan: Plan) -> list[tuple[str, Result]]:
        return [(plan.iri, result) for result in self._data.results(plan)]

    # --- the data, for one engine and the other ---

    @cached_property
    def _looped(self) -> Looped | None:
        """The data as loops read it; None where an inference needs the store."""
        if not self._rules.infers_looped:
            return None
        try:
            return Looped(Index.of(self.scene, self.ontology), self._rules.inferences)
        except Undecided:
            return None

    @cached_property
    def _data(self) -> Data:
        return Data(*data_quads(self.scene, self.ontology), self._rules.inferences)

    @cached_property
    def _graph(self) -> DataGraph:
        """The same data for pySHACL."""
        graph = data_graph(self.scene, self.ontology)
        for quad in self._data.added:
            graph.add((to_node(quad.subject), to_node(quad.predicate), to_node(quad.object)))
        return graph

    @cached_property
    def _reference_graph(self) -> DataGraph:
        """The data as pySHACL alone makes it."""
        graph = data_graph(self.scene, self.ontology)
        infer_by_reference(graph, self._rules.inferences, self._rules.reference_inferences)
        return graph

    # --- running ---

    def reference(self, rules: "Rules", store: str = "default") -> Callable[[], list[tuple[str, str]]]:
        """Return a call that runs pySHACL on data made beforehand, and gives rule and node in focus of every result.

        Args:
            store: what holds the data, as rdflib names it: `default`, in Python, or `Oxigraph` (package oxrdflib).
        """
        data: Graph = self._graph
        if store != "default":
            data = Graph(store=store, bind_namespaces="none")
            for triple in self._graph:
                data.add(triple)
        return lambda: [(iri, str(result.focus)) for iri, result in self._by_reference(rules, data)]

    def _by_reference(self, rules: "Rules", graph: Graph) -> list[tuple[str, Result]]:
        reference = rules.reference
        return [(reference.owners[result.shape], result) for result in run(graph, reference.shapes)]


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
