"""Data graph + shapes -> raw results of pySHACL; the one file that runs it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyshacl.graph_abstraction import DataGraph as EngineGraph
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib import SH, Graph
from rdflib.term import Node


@dataclass(frozen=True)
class Result:
    """One result of the validation report."""

    shape: Node
    focus: Node
    value: Node | None
    path: Node | None
    message: str


def run(data: Graph, shapes: ShapesGraph, only: Sequence[str] = (), focus: Sequence[str] = ()) -> list[Result]:
    """Validate `data`; no inference, no SHACL rules, data unchanged.

    Args:
        only: IRIs of the shapes to run; all of them when empty.
        focus: with `only`, IRIs of the nodes to run them on, whatever their targets.
    """
    options = {
        "inplace": True,
        "inference": "none",
        "use_shapes": list(only) or None,
        "focus_nodes": list(focus) or None,
    }
    validator = Validator(EngineGraph.from_rdflib(data), shacl_graph=shapes.graph, options=options)
    validator.shacl_graph = shapes
    _, report, _ = validator.run()
    return [_result(report, node) for node in report.objects(None, SH.result)]


def _result(report: Graph, node: Node) -> Result:
    shape, focus = report.value(node, SH.sourceShape), report.value(node, SH.focusNode)
    assert shape is not None and focus is not None, "SHACL demands both of every result"
    return Result(
        shape=shape,
        focus=focus,
        value=report.value(node, SH.value),
        path=report.value(node, SH.resultPath),
        message=min((str(m) for m in report.objects(node, SH.resultMessage)), default=""),
    )
