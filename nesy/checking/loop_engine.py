"""Triples + Plan -> raw results of a rule whose queries are loops of Python; the others are left to pySHACL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count

from rdflib import RDF, RDFS, URIRef
from rdflib.term import Node as RdfNode

from nesy.checking.compiler import Plan, Selection
from nesy.checking.inference import Inference, infer
from nesy.checking.loops import Index, Loops, loops_of
from nesy.checking.loops.nodes import Node, node_of, term_of
from nesy.checking.loops.triple_index import Triple
from nesy.checking.messages import filled
from nesy.checking.result import Result
from nesy.checking.targets import Target

_TYPE, _BELOW = f"<{RDF.type}>", f"<{RDFS.subClassOf}>"


@dataclass(frozen=True, eq=False)
class Program:
    """The queries of one rule as loops."""

    plan: Plan
    target: Target
    """That of the plan: one object for all equal ones."""
    selections: tuple[tuple[Loops, Selection], ...]
    patterns: Loops | None
    """Of the constraints of SHACL Core."""
    needs: frozenset[str]
    """Predicates without which nothing breaks the rule."""


def program(plan: Plan) -> Program | None:
    """Return the queries of a rule as loops; None where one of them cannot be."""
    selections = [(loops_of(selection.source), selection) for selection in plan.selections]
    patterns = loops_of(plan.source) if plan.source else None
    told = [(loops, selection) for loops, selection in selections if isinstance(loops, Loops)]
    if len(told) < len(selections) or isinstance(patterns, str):
        return None
    needs = [loops.needs for loops, _ in told] + ([patterns.needs] if patterns else [])
    all_need = frozenset.intersection(*needs) if needs else frozenset()
    return Program(plan, _one(plan.target), tuple(told), patterns, all_need)


def obstacle(plan: Plan) -> str | None:
    """Return for what the queries of a rule are no loops; None where they are."""
    texts = [*(selection.source for selection in plan.selections), *([plan.source] if plan.source else [])]
    return next((found for found in map(loops_of, texts) if isinstance(found, str)), None)


def infers_by_loops(inferences: tuple[Inference, ...]) -> bool:
    """Tell whether all inferences are loops."""
    return not any(isinstance(loops_of(one.text), str) for one in inferences)


class LoopData:
    """Triples, with what the inferences add."""

    def __init__(
        self, index: Index, inferences: tuple[Inference, ...] = (), begin: Callable[[str], None] = lambda _: None
    ) -> None:
        """Infer.

        Args:
            index: the triples; what the inferences add is added to them.
            inferences: all are loops.
            begin: is told the IRI of an inference before it is run.

        Raises:
            Undecided: an inference meets a literal that only pySHACL knows.
        """
        self.index = index
        self._targets: dict[int, tuple[Target, tuple[Node, ...]]] = {}
        self.added: list[Triple] = []
        """What the inferences have added."""
        self._infer(inferences, begin)

    def results(self, one: Program) -> list[Result]:
        """Return what breaks a rule.

        Raises:
            Undecided: it meets a literal that only pySHACL knows.
        """
        if not one.needs <= self.index.known:
            return []
        found: list[Result] = []
        nodes = self._nodes(one.target)
        for loops, selection in one.selections:
            rows = loops.run(self.index, nodes)
            if rows:
                found += [_told(one.plan, selection, _named(loops, row)) for row in rows]
        if one.patterns is not None:
            rows = one.patterns.run(self.index, nodes)
            if rows:
                found += [_of_branch(one.plan, _named(one.patterns, row)) for row in rows]
        return found

    # --- targets ---

    def _nodes(self, target: Target) -> tuple[Node, ...]:
        held = self._targets.get(id(target))  # hashing a target takes longer than a rule
        if held is None:
            held = self._targets[id(target)] = target, tuple(self._found(target))
        return held[1]

    def _found(self, target: Target) -> dict[Node, None]:
        index = self.index
        found: dict[Node, None] = dict.fromkeys(map(node_of, target.nodes))
        for kind in target.classes:
            waiting = below = {f"<{kind}>": None}
            while waiting:
                next_ones = [one for node in waiting for one in index.backward[_BELOW].get(node, ())]
                waiting = {one: None for one in next_ones if isinstance(one, str) and one not in below}
                below = {**below, **waiting}
            for one in below:
                found.update(dict.fromkeys(index.backward[_TYPE].get(one, ())))
        for link in target.subjects_of:
            found.update(dict.fromkeys(index.forward[f"<{link}>"]))
        for link in target.objects_of:
            found.update(dict.fromkeys(index.backward[f"<{link}>"]))
        return found

    # --- inferences ---

    def _infer(self, inferences: tuple[Inference, ...], begin: Callable[[str], None]) -> None:
        number = count()

        def add(due: Sequence[Inference]) -> None:
            found: list[Triple] = []
            for one in due:
                begin(one.iri)
                found += _loops(one.text).triples(self.index, self._nodes(_one(one.target)), number)
            if found:
                self.added += self.index.add(found)
                self._targets.clear()

        infer(inferences, lambda: len(self.added), add)


@lru_cache(maxsize=4096)
def _one(target: Target) -> Target:
    return target


def _loops(text: str) -> Loops:
    found = loops_of(text)
    assert not isinstance(found, str), "asked only of queries that are loops"
    return found


def _named(loops: Loops, row: tuple[Node | None, ...]) -> dict[str, RdfNode]:
    return {name: _term(node) for name, node in zip(loops.names, row, strict=True) if node is not None}


@lru_cache(maxsize=65536)
def _term(node: Node) -> RdfNode:
    return term_of(node)


def _of_branch(plan: Plan, row: dict[str, RdfNode]) -> Result:
    branch = plan.branches[int(str(row["way"]))]
    return Result(branch.shape, row["focus"], row.get("value"), branch.path, branch.message, branch.severity)


def _told(plan: Plan, selection: Selection, row: dict[str, RdfNode]) -> Result:
    focus = row["this"]
    row.setdefault("value", focus)
    message = filled(selection.message, row)
    return Result(URIRef(plan.iri), focus, row["value"], row.get("path"), message)
