"""Scene + Ontology + inferences -> Prepared: the data of a check, made once, of which many rules can be asked."""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from rdflib import Graph

from nesy.checking.conflicts import Conflicts
from nesy.checking.location import rule_at
from nesy.checking.loop_engine import LoopData
from nesy.checking.loops import Index, Undecided
from nesy.checking.loops.nodes import term_of
from nesy.checking.result import Result
from nesy.checking.rule import Rule
from nesy.checking.rules import Rules
from nesy.errors import KnowledgeError
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Finding

if TYPE_CHECKING:  # pySHACL takes as long to import as all else, and only rules that are no loops need it
    from nesy.checking.data_graph import DataGraph
    from nesy.checking.pyshacl_engine import Reference

Engine = Literal["compiled", "pyshacl"]
"""Loops of Python, with pySHACL for what is not written as loops; or pySHACL for everything, the slow reference."""


class Prepared:
    """A scene as data: with the slice of the ontology that its words need, and with what the inferences add."""

    def __init__(self, scene: Scene, ontology: Ontology, rules: Rules) -> None:
        self.scene = scene
        self.ontology = ontology
        self.rules = rules
        self._conflicts = Conflicts(scene, ontology)

    def findings(self, rules: Rules, engine: Engine = "compiled") -> tuple[Finding, ...]:
        """Return what these rules find, sorted by severity, rule and claims; their own inferences are not run.

        Args:
            engine: `compiled`, or `pyshacl`, the slow reference. What is not compiled runs on pySHACL in any case.
        """
        if engine == "pyshacl":
            return self.told(rules, self._by_reference(rules, self._reference_graph))
        found: list[tuple[str, Result]] = []
        left = list(rules.uncompiled)
        data = self._loop_data
        for iri, program in rules.programs.items():
            try:
                found += [(iri, result) for result in data.results(program)]
            except Undecided:  # a literal of which loops cannot tell
                left.append(iri)
        if left:
            found += self._by_reference(rules.only(*left), self._graph)
        return self.told(rules, found)

    def told(self, rules: Rules, results: Iterable[tuple[str, Result]]) -> tuple[Finding, ...]:
        """Return raw results of an engine, each with the IRI of its rule, as findings."""
        found = list(results)
        if not found:
            return ()
        by_iri = {rule.iri: rule for rule in rules}
        told = self._conflicts.findings((by_iri[iri], result) for iri, result in found)
        return tuple(one for one in told if one.severity == "violation") if rules.only_grave else told

    # --- the data, for one engine and the other ---

    @cached_property
    def _loop_data(self) -> LoopData:
        """The data as loops read it."""
        return self._inferred_by_loops or LoopData(Index.of_graph(self._reference_graph))

    @cached_property
    def _inferred_by_loops(self) -> LoopData | None:
        """The same with what loops infer; None where an inference is no loop, or meets what loops cannot tell."""
        if not self.rules.infers_by_loops:
            return None
        try:
            return LoopData(Index.of(self.scene, self.ontology), self.rules.inferences)
        except Undecided:
            return None

    @cached_property
    def _graph(self) -> "DataGraph":
        """The same data for pySHACL."""
        from nesy.checking.data_graph import data_graph

        if self._inferred_by_loops is None:
            return self._reference_graph
        graph = data_graph(self.scene, self.ontology)
        for subject, predicate, value in self._inferred_by_loops.added:
            graph.add((term_of(subject), term_of(predicate), term_of(value)))
        return graph

    @cached_property
    def _reference_graph(self) -> "DataGraph":
        """The data as pySHACL alone makes it."""
        from nesy.checking.data_graph import data_graph
        from nesy.checking.pyshacl_engine import infer as infer_by_reference

        graph = data_graph(self.scene, self.ontology)
        infer_by_reference(graph, self.rules.inferences, self.rules.reference_inferences)
        return graph

    # --- running ---

    def reference(self, rules: Rules, store: str = "default") -> Callable[[], list[tuple[str, str]]]:
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

    def _by_reference(self, rules: Rules, graph: Graph) -> list[tuple[str, Result]]:
        from nesy.checking.pyshacl_engine import run

        reference = rules.reference
        try:
            results = run(graph, reference.shapes)
        # Where an expression has no value the engine's SPARQL raises whatever it stumbles over, TypeError for one.
        except Exception as error:
            for rule in rules:
                _run_alone(rule, graph, reference)  # the one at fault raises
            raise KnowledgeError(f"pySHACL fails on this scene: {_reason(error)}") from error
        return [(reference.owners[result.shape], result) for result in results]


def prepare(scene: Scene, ontology: Ontology | None = None, rules: Rules | None = None) -> Prepared:
    """Make the data of a scene, once for many rules.

    Args:
        ontology: the shipped one if None.
        rules: whose inferences are run; the shipped ones if None.
    """
    return Prepared(
        scene,
        Ontology.default() if ontology is None else ontology,
        Rules.load() if rules is None else rules,
    )


def _run_alone(rule: Rule, graph: Graph, reference: "Reference") -> None:
    from nesy.checking.pyshacl_engine import run

    try:
        run(graph, reference.shapes, only=[rule.iri])
    except Exception as error:
        where = rule_at(rule.path, rule.iri)
        raise KnowledgeError(f"{where}: pySHACL fails on this scene: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:200]
