"""Scene + Ontology + inferences -> Prepared: the data of a check, made once, of which many rules can be asked."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from rdflib import Graph

from nesy.checking import budget
from nesy.checking.budget import OverBudget, Watch
from nesy.checking.conflicts import Conflicts
from nesy.checking.inference import Inference
from nesy.checking.location import rule_at
from nesy.checking.loop_engine import LoopData
from nesy.checking.loops import Index, Undecided
from nesy.checking.loops.nodes import term_of
from nesy.checking.result import Result
from nesy.checking.rule import Rule
from nesy.checking.rules import Rules
from nesy.errors import KnowledgeError
from nesy.graph.scene_triples import PlainTriple
from nesy.ontology import Ontology
from nesy.scene import Scene
from nesy.verdict import Finding, Unreported

if TYPE_CHECKING:  # pySHACL takes as long to import as all else, and only rules that are no loops need it
    from nesy.checking.data_graph import DataGraph
    from nesy.checking.pyshacl_engine import Reference

Engine = Literal["compiled", "pyshacl"]
"""Loops of Python, with pySHACL for what is not written as loops; or pySHACL for everything, the slow reference."""


class Prepared:
    """A scene as data: with the slice of the ontology that its words need, and with what the inferences add."""

    def __init__(
        self,
        scene: Scene,
        ontology: Ontology,
        rules: Rules,
        seconds_per_rule: float = budget.SECONDS,
        beside: Sequence[PlainTriple] = (),
    ) -> None:
        self._beside = beside
        self.scene = scene
        self.ontology = ontology
        self.rules = rules
        self._watch = Watch(seconds_per_rule)
        self.undecided: dict[str, str] = {}
        """The rules and inferences that took too much, by IRI, and why; those of all calls."""
        self._seconds = seconds_per_rule
        self._conflicts = Conflicts(scene, ontology)

    def findings(self, rules: Rules, engine: Engine = "compiled") -> tuple[Finding, ...]:
        """Return what these rules find, sorted by severity, rule and claims; their own inferences are not run.

        A rule that takes too much is stopped, and stands in `undecided` then.

        Args:
            engine: `compiled`, or `pyshacl`, the slow reference. What is not compiled runs on pySHACL in any case.
        """
        return self.told(rules, self.results(rules, engine))

    def results(self, rules: Rules, engine: Engine = "compiled") -> list[tuple[str, Result]]:
        """Return what breaks these rules, as the engine says it, each with the IRI of its rule."""
        found: list[tuple[str, Result]] = []
        if engine == "pyshacl" or rules.uncompiled:
            import nesy.checking.pyshacl_engine  # noqa: F401  what is stopped while it is imported stays broken
        with Watch(self._seconds) as self._watch:
            if engine == "pyshacl":
                return self._by_reference(rules, self._reference_graph)
            left = list(rules.uncompiled)
            data = self._loop_data
            watch, told = self._watch, data.results
            for iri, program in rules.programs.items():
                try:
                    watch.rule = iri
                    results = told(program)
                    if results:
                        found += [(iri, result) for result in results]
                except Undecided:  # a literal of which loops cannot tell
                    left.append(iri)
                except (OverBudget, MemoryError) as reason:
                    self.undecided[iri] = str(reason) or "it takes more memory than there is"
            watch.rule = ""
            if left:
                found += self._by_reference(rules.only(*left), self._graph)
        return found

    def told(self, rules: Rules, results: Iterable[tuple[str, Result]]) -> tuple[Finding, ...]:
        """Return raw results of an engine, each with the IRI of its rule, as findings."""
        return self.reported(rules, results, None)[0]

    def reported(
        self, rules: Rules, results: Iterable[tuple[str, Result]], most: int | None
    ) -> tuple[tuple[Finding, ...], tuple[Unreported, ...]]:
        """Return raw results as findings, at most so many of a rule, and how many more there are."""
        found = list(results)
        if not found:
            return (), ()
        by_iri = {rule.iri: rule for rule in rules}
        named = ((by_iri[iri], result) for iri, result in found)
        return self._conflicts.reported(named, most, grave_alone=rules.only_grave)

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
        while True:
            try:
                index = Index.of(self.scene, self.ontology)
                index.add(self._beside)
                return LoopData(index, self._inferences(), self._watched)
            except Undecided:
                return None
            except OverBudget as reason:
                self.undecided[self._watch.rule] = str(reason)
            finally:
                self._watch.rule = ""

    def _watched(self, rule: str) -> None:
        self._watch.rule = rule

    def _inferences(self) -> tuple[Inference, ...]:
        """Return the inferences that have not taken too much so far."""
        return tuple(one for one in self.rules.inferences if one.iri not in self.undecided)

    @cached_property
    def _graph(self) -> "DataGraph":
        """The same data for pySHACL."""
        from nesy.checking.data_graph import data_graph

        if self._inferred_by_loops is None:
            return self._reference_graph
        graph = data_graph(self.scene, self.ontology, self._beside)
        for subject, predicate, value in self._inferred_by_loops.added:
            graph.add((term_of(subject), term_of(predicate), term_of(value)))
        return graph

    @cached_property
    def _reference_graph(self) -> "DataGraph":
        """The data as pySHACL alone makes it."""
        from nesy.checking.data_graph import data_graph
        from nesy.checking.pyshacl_engine import infer as infer_by_reference

        while True:
            graph = data_graph(self.scene, self.ontology, self._beside)
            try:
                infer_by_reference(graph, self._inferences(), self.rules.reference_inferences, self._watched)
            except OverBudget as reason:
                self.undecided[self._watch.rule] = str(reason)
                continue
            finally:
                self._watch.rule = ""
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

        def run() -> list[tuple[str, str]]:
            with Watch(self._seconds) as self._watch:
                return [(iri, str(result.focus)) for iri, result in self._by_reference(rules, data)]

        return run

    def _by_reference(self, rules: Rules, graph: Graph) -> list[tuple[str, Result]]:
        """Run rules on pySHACL: all together, and one by one where that takes more than one of them may."""
        from nesy.checking.pyshacl_engine import run

        reference = rules.reference
        try:
            self._watch.rule = "all rules"
            results = run(graph, reference.shapes)
        except (OverBudget, MemoryError) as reason:
            self._watch.rule = ""
            if len(rules) > 1:
                return [one for rule in rules for one in self._by_reference(rules.only(rule.iri), graph)]
            told = str(reason) or "it takes more memory than there is"
            self.undecided.update((rule.iri, told) for rule in rules)
            return []
        # Where an expression has no value the engine's SPARQL raises whatever it stumbles over, TypeError for one.
        except Exception as error:
            for rule in rules:
                _run_alone(rule, graph, reference)  # the one at fault raises
            raise KnowledgeError(f"pySHACL fails on this scene: {_reason(error)}") from error
        finally:
            self._watch.rule = ""
        return [(reference.owners[result.shape], result) for result in results]


def prepare(
    scene: Scene,
    ontology: Ontology | None = None,
    rules: Rules | None = None,
    seconds_per_rule: float = budget.SECONDS,
    beside: Sequence[PlainTriple] = (),
) -> Prepared:
    """Make the data of a scene, once for many rules.

    Args:
        ontology: the shipped one if None.
        rules: whose inferences are run; the shipped ones if None.
        seconds_per_rule: of the processor, which a rule may take.
        beside: further triples, of which rules may speak: when what is claimed was so, for one.
    """
    return Prepared(
        scene,
        Ontology.default() if ontology is None else ontology,
        Rules.load() if rules is None else rules,
        seconds_per_rule,
        beside,
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
