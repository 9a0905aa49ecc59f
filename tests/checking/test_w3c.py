"""The SHACL Core test suite of the W3C on what is compiled: same focus, value and path of every result.

The suite is read where a copy lies (it comes with the source distribution of pySHACL, without a licence of its own, so
it is not copied here): NESY_SHACL_TESTS names its folder `sht_tests/core`. Cases of our own, for every construct that
is compiled, are in test_constructs.py.
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph, Literal, Namespace, URIRef
from rdflib.term import BNode, Node

from lab.oxigraph_engine import OxigraphData
from nesy.checking.compiler import Plan, plan
from nesy.checking.loop_engine import LoopData, program
from nesy.checking.loops import Index, Undecided
from nesy.checking.prefixes import Prefixes
from nesy.checking.result import Result
from nesy.checking.rule_graph import TARGETS, is_class
from nesy.checking.value_constraints import Unknown

MANIFEST = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
TESTS = Namespace("http://www.w3.org/ns/shacl-test#")
FOLDER = os.environ.get("NESY_SHACL_TESTS")
REFUSED = {"sh:closed", "sh:languageIn", "sh:uniqueLang", "sh:qualifiedMaxCount", "sh:datatype"}

pytestmark = pytest.mark.skipif(FOLDER is None, reason="NESY_SHACL_TESTS names no copy of the W3C suite")


def read(path: Path) -> Graph:
    return Graph().parse(path, publicID=path.as_uri())


def cases() -> Iterator[tuple[str, Graph, Graph, set[tuple[str, ...]]]]:
    """Yield name, data, shapes and the expected results."""
    for path in sorted(Path(FOLDER or "").resolve().glob("*/*.ttl")):
        manifest = read(path)
        for case in manifest.subjects(RDF.type, TESTS.Validate):
            report = manifest.value(case, MANIFEST.result)
            if not isinstance(report, BNode):
                continue  # it says that validation fails
            action = manifest.value(case, MANIFEST.action)
            graphs = []
            for which in (TESTS.dataGraph, TESTS.shapesGraph):
                file = Path(str(manifest.value(action, which)).removeprefix("file://"))
                graphs.append(read(file if file.suffix else path))
            expected = {
                row(
                    manifest.value(one, SH.focusNode), manifest.value(one, SH.value), manifest.value(one, SH.resultPath)
                )
                for one in manifest.objects(report, SH.result)
            }
            yield f"{path.parent.name}/{path.stem}", graphs[0], graphs[1], expected


def row(*nodes: Node | None) -> tuple[str, ...]:
    return tuple("-" if node is None else "[]" if isinstance(node, BNode) else node.n3() for node in nodes)


def rows(results: list[Result]) -> set[tuple[str, ...]]:
    return {row(result.focus, result.value, result.path) for result in results}


def plans(shapes: Graph) -> list[Plan]:
    found = {node for target in TARGETS for node in shapes.subjects(target)}
    kinds = {node for kind in (SH.NodeShape, SH.PropertyShape) for node in shapes.subjects(RDF.type, kind)}
    named = [n for n in found | {kind for kind in kinds if is_class(shapes, kind)} if isinstance(n, URIRef)]
    for node in named:  # the suite leaves out the message, which rules need
        shapes.add((node, SH.message, Literal("no")))
    return [plan(shapes, node, Prefixes(shapes)) for node in named]


def looped(compiled: list[Plan], data: Graph) -> set[tuple[str, ...]] | None:
    programs = [program(one) for one in compiled]
    try:
        held = LoopData(Index.of_graph(data))
        return rows([result for one in programs if one for result in held.results(one)]) if all(programs) else None
    except Undecided:
        return None


def test_the_suite_of_the_w3c() -> None:
    told = Counter[str]()
    for name, data, shapes, expected in cases():
        try:
            compiled = plans(shapes)
        except Unknown as construct:
            assert str(construct).split()[0] in REFUSED, name
            told["refused"] += 1
            continue
        held = OxigraphData(data)
        assert rows([result for one in compiled for result in held.results(one)]) == expected, name
        found = looped(compiled, data)
        assert found in (expected, None), name
        told["loops" if found is not None else "store"] += 1
    assert told["loops"] >= 50 and told["loops"] + told["store"] >= 80 and told["refused"] <= 14, told
