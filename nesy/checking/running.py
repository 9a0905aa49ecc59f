"""Quads + Plan -> raw results: the queries of a rule, run on a store of pyoxigraph."""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.term import Node

from nesy.checking.compiling import THIS, Plan, Selection
from nesy.checking.engine import Result
from nesy.checking.inferring import Inference, infer
from nesy.checking.quads import iris_of
from nesy.checking.targets import Target, targets
from nesy.checking.wording import filled
from nesy.graph.terms import Term, to_node


class Data:
    """What rules are run on: a store, and the IRIs in it, which tell of most rules that they cannot fire."""

    def __init__(self, quads: Iterable[ox.Quad], iris: set[str] | None = None, inferences: Iterable[Inference] = ()):
        """Fill a store.

        Args:
            iris: all IRIs in the quads, if they are known already.
            inferences: what they add is added.
        """
        listed = list(quads)
        self.store = ox.Store()
        self.store.extend(listed)
        self.iris = iris_of(listed) if iris is None else set(iris)
        self.added = infer(self.store, self.iris, tuple(inferences))
        """What the inferences have added."""
        self._nodes: dict[Target, tuple[Term, ...]] = {}

    def targets(self, target: Target) -> tuple[Term, ...]:
        """Return the targets, looked up once."""
        if target not in self._nodes:
            self._nodes[target] = targets(self.store, target)
        return self._nodes[target]

    def results(self, plan: Plan) -> Iterator[Result]:
        """Yield what breaks the rule."""
        if not self.targets(plan.target):
            return
        for selection in plan.selections:
            if selection.needs.met(self.iris):
                yield from self._selected(plan, selection)
        if plan.may_fire(self.iris):
            for row in _rows(self.store.query(plan.patterns)):
                branch = plan.branches[int(str(row["way"]))]
                yield Result(branch.shape, row["focus"], row.get("value"), branch.path, "")

    def _selected(self, plan: Plan, selection: Selection) -> Iterator[Result]:
        nodes = self.targets(plan.target)
        if selection.of_all is not None and len(nodes) > 1:
            yield from _told(plan, selection, self.store.query(selection.of_all))
            return
        for node in nodes:
            yield from _told(plan, selection, self.store.query(selection.text, substitutions={THIS: node}))


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
