"""Triples + Plan -> raw results of a rule whose queries are loops of Python; the others are left to a store."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import count

from rdflib import RDF, RDFS, URIRef
from rdflib.term import Node as RdfNode

from nesy.checking.compiling import Plan, Selection
from nesy.checking.engine import Result
from nesy.checking.inferring import ROUNDS, Inference, levels
from nesy.checking.loops import Index, Loops, loops_of
from nesy.checking.loops.index import Triple, node_of, term_of
from nesy.checking.loops.tree import Node
from nesy.checking.targets import Target
from nesy.checking.wording import filled

_TYPE, _BELOW = f"<{RDF.type}>", f"<{RDFS.subClassOf}>"


def is_looped(plan: Plan) -> bool:
    """Tell whether all queries of a rule are loops."""
    texts = [*(selection.source for selection in plan.selections), *([plan.source] if plan.source else [])]
    return not any(isinstance(loops_of(text), str) for text in texts)


def infers_looped(inferences: tuple[Inference, ...]) -> bool:
    """Tell whether all inferences are loops."""
    return not any(isinstance(loops_of(one.written), str) for one in inferences)


class Looped:
    """Triples, with what the inferences add."""

    def __init__(self, index: Index, inferences: tuple[Inference, ...] = ()) -> None:
        """Infer.

        Args:
            index: the triples; what the inferences add is added to them.
            inferences: all are loops.

        Raises:
            Undecided: an inference meets a literal that only a store knows.
        """
        self.index = index
        self._targets: dict[Target, tuple[Node, ...]] = {}
        self.added: list[Triple] = []
        """What the inferences have added."""
        self._infer(inferences)

    def results(self, plan: Plan) -> Iterator[Result]:
        """Yield what breaks a rule of which `is_looped` is true.

        Raises:
            Undecided: it meets a literal that only a store knows.
        """
        nodes = self._nodes(plan.target)
        if not nodes:
            return
        for selection in plan.selections:
            loops = _loops(selection.source)
            for node in nodes:
                for row in loops.run(self.index, node):
                    yield _told(plan, selection, _named(loops, row))
        if plan.source:
            loops = _loops(plan.source)
            for node in nodes:
                for row in loops.run(self.index, node):
                    found = _named(loops, row)
                    branch = plan.branches[int(str(found["way"]))]
                    yield Result(branch.shape, found["focus"], found.get("value"), branch.path, "")

    # --- targets ---

    def _nodes(self, target: Target) -> tuple[Node, ...]:
        found = self._targets.get(target)
        if found is None:
            found = self._targets[target] = tuple(self._found(target))
        return found

    def _found(self, target: Target) -> dict[Node, None]:
        index = self.index
        found: dict[Node, None] = dict.fromkeys(map(node_of, target.nodes))
        for kind in target.classes:
            waiting = below = {f"<{kind}>": None}
            while waiting:
                next_ones = [one for node in waiting for one in index.subjects(_BELOW).get(node, ())]
                waiting = {one: None for one in next_ones if isinstance(one, str) and one not in below}
                below = {**below, **waiting}
            for one in below:
                found.update(dict.fromkeys(index.subjects(_TYPE).get(one, ())))
        for link in target.subjects_of:
            found.update(dict.fromkeys(index.objects(f"<{link}>")))
        for link in target.objects_of:
            found.update(dict.fromkeys(index.subjects(f"<{link}>")))
        return found

    # --- inferences, as `nesy.checking.inferring.infer` runs them ---

    def _infer(self, inferences: tuple[Inference, ...]) -> None:
        seen: dict[str, int] = {}
        number = count()
        for _ in range(ROUNDS):
            before = len(self.added)
            for level in _levels(inferences):
                if any(one.makes_nodes for one in level) and any(one.iri in seen for one in level):
                    continue
                found: list[Triple] = []
                for one in level:
                    if seen.get(one.iri) == len(self.added):  # nothing new since it ran
                        continue
                    seen[one.iri] = len(self.added)
                    loops = _loops(one.written)
                    for node in self._nodes(one.target):
                        found += loops.triples(self.index, node, number)
                if found:
                    self.added += self.index.add(found)
                    self._targets.clear()
            if len(self.added) == before:
                return


@lru_cache(maxsize=64)
def _levels(inferences: tuple[Inference, ...]) -> list[list[Inference]]:
    return levels(inferences)


def _loops(text: str) -> Loops:
    found = loops_of(text)
    assert not isinstance(found, str), "asked only of queries that are loops"
    return found


def _named(loops: Loops, row: tuple[Node | None, ...]) -> dict[str, RdfNode]:
    return {name: _term(node) for name, node in zip(loops.names, row, strict=True) if node is not None}


@lru_cache(maxsize=65536)
def _term(node: Node) -> RdfNode:
    return term_of(node)


def _told(plan: Plan, selection: Selection, row: dict[str, RdfNode]) -> Result:
    focus = row["this"]
    row.setdefault("value", focus)
    message = min(filled(message, row) for message in selection.messages)
    return Result(URIRef(plan.iri), focus, row["value"], row.get("path"), message)
