"""Golden cases of our own for every construct of SHACL Core that is compiled, named after it, on every engine.

Each file of `shacl_core/` holds one rule, data that breaks it and data that just does not, and the results that SHACL
(W3C Recommendation of 20 July 2017) demands: `[] :breaks RULE ; :focus NODE ; :value NODE ; :path PREDICATE`, `[]` for
a nameless one.
"""

from pathlib import Path

import pytest
from rdflib import SH, Graph, Literal, Namespace, URIRef
from rdflib.term import BNode, Node

from lab.oxigraph_engine import OxigraphData
from nesy.checking import Rules
from nesy.checking.constraints import _LOGICAL, _ON_SETS
from nesy.checking.data_graph import DataGraph
from nesy.checking.loop_engine import LoopData
from nesy.checking.loops import Index, Undecided
from nesy.checking.pyshacl_engine import Reference, run
from nesy.checking.result import Result
from nesy.checking.value_constraints import _SIGNS, _WRITERS

ZOO = Namespace("http://example.org/zoo#")
FILES = sorted((Path(__file__).parent / "shacl_core").glob("*.ttl"))
Row = tuple[str, str, str, str]


def read(path: Path) -> tuple[Graph, list[Row]]:
    """Return shapes and data in one graph, without the expected results; and these."""
    graph, expected = Graph().parse(path), []
    for node, rule in list(graph.subject_objects(ZOO.breaks)):
        told = (graph.value(node, link) for link in (ZOO.focus, ZOO.value, ZOO.path))
        expected.append((str(rule), *map(written, told)))
        graph.remove((node, None, None))
    return graph, sorted(expected)


def written(node: Node | None) -> str:
    if isinstance(node, Literal) and node.value is not None and node.datatype is not None:
        return f"{float(node.value) if isinstance(node.value, int) else node} {node.datatype}"
    return "-" if node is None else "[]" if isinstance(node, BNode) else node.n3()


def rows(results: list[tuple[str, Result]]) -> list[Row]:
    return sorted((iri, written(one.focus), written(one.value), written(one.path)) for iri, one in results)


def by_loops(rules: Rules, graph: Graph) -> list[Row] | None:
    """Return what loops find; None where they leave something to the store."""
    held = LoopData(Index.of_graph(graph))
    if len(rules.programs) < len(rules):
        return None
    try:
        return rows([(iri, one) for iri, program in rules.programs.items() for one in held.results(program)])
    except Undecided:
        return None


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_construct_finds_what_shacl_demands(path: Path) -> None:
    graph, expected = read(path)
    rules = Rules.of(graph, path)
    assert expected and dict(rules.uncompiled) == {}
    held = OxigraphData(graph)
    assert rows([(plan.iri, one) for plan in rules.plans for one in held.results(plan)]) == expected
    assert by_loops(rules, graph) in (expected, None)
    data = DataGraph()
    for triple in graph:
        data.add(triple)
    reference = Reference((rule.iri, rules.shape(rule.iri)) for rule in rules)
    assert rows([(reference.owners[one.shape], one) for one in run(data, reference.shapes)]) == expected


def test_every_construct_that_is_compiled_has_a_case() -> None:
    used = {predicate for path in FILES for predicate in Graph().parse(path).predicates()}
    targets = {SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.deactivated, SH.flags}
    paths = {SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath}
    known: set[URIRef] = {URIRef(str(one)) for table in (_LOGICAL, _ON_SETS, _SIGNS, _WRITERS) for one in table}
    assert len(known) >= 23
    assert known | targets | paths | {SH.property} <= used


def test_most_cases_are_loops() -> None:
    found = [by_loops(Rules.of(graph), graph) for graph, _ in map(read, FILES)]
    assert len(FILES) >= 40 and sum(one is not None for one in found) >= 30
