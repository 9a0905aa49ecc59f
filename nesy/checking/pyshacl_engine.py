"""Data graph + shapes -> raw results of pySHACL; the one file that runs it. Slow, and the reference for the rest."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from pyshacl.graph_abstraction import DataGraph as EngineGraph
from pyshacl.shapes_graph import ShapesGraph
from pyshacl.validator import Validator
from rdflib import SH, Graph, URIRef
from rdflib.term import BNode, Node

from nesy.checking.data_graph import DataGraph
from nesy.checking.inference import Inference
from nesy.checking.inference import infer as infer_on
from nesy.checking.pyshacl_shapes import OWN_MESSAGE, with_one_message, with_own_prefixes, with_plain_numbers
from nesy.checking.result import Result
from nesy.checking.rule_graph import SEVERITIES
from nesy.ontology.languages import ENGLISH


class _Strict(logging.Logger):
    """What pySHACL tells of a shape that it cannot read.

    It prints an error that it also raises, and passes over a constraint with a warning; the one is said once, the
    other is an error here.
    """

    def handle(self, record: logging.LogRecord) -> None:
        """Refuse what would be skipped; of an error, which is raised too, say nothing."""
        if record.levelno == logging.WARNING:
            raise ValueError(record.getMessage())


class Reference:
    """Rules as pySHACL runs them: all in one graph of shapes, read once."""

    def __init__(self, parts: Iterable[tuple[str, Graph]], language: str = ENGLISH) -> None:
        """Merge the rules.

        Args:
            parts: IRI and triples of each, as `rule_graph` gives them.
            language: that of messages which are there in several.
        """
        graph = Graph(bind_namespaces="none")
        self.owners: dict[Node, str] = {}
        """The rule that a shape belongs to, nameless ones too."""
        for iri, given in parts:
            part = with_one_message(_readable(given), URIRef(iri), language)
            for triple in part:
                graph.add(triple)
            nodes = {node for triple in part for node in triple if isinstance(node, BNode)}
            self.owners.update(dict.fromkeys([URIRef(iri), *nodes], iri))
        self.shapes = ShapesGraph(graph, logger=_Strict("pyshacl"))


def run(data: Graph, shapes: ShapesGraph, only: Sequence[str] = (), focus: Sequence[str] = ()) -> list[Result]:
    """Validate `data`; no inference, no SHACL rules, data unchanged.

    Args:
        only: IRIs of the shapes to run; all of them when empty.
        focus: with `only`, IRIs of the nodes to run them on, whatever their targets.
    """
    report = _report(data, shapes, use_shapes=list(only) or None, focus_nodes=list(focus) or None)
    return [_result(report, node, shapes.graph) for node in report.objects(None, SH.result)]


def inferring(shape: Graph) -> ShapesGraph:
    """Return the shape of an inference as pySHACL reads it."""
    return ShapesGraph(_readable(shape))


def infer(
    data: DataGraph,
    inferences: Sequence[Inference],
    shapes: Mapping[str, ShapesGraph],
    begin: Callable[[str], None] = lambda _: None,
) -> None:
    """Add to `data` what the inferences find, in the order of `nesy.checking.inference.infer`.

    Args:
        shapes: the shape of each, by IRI, in a graph of its own, as `inferring` gives it.
        begin: is told the IRI of an inference before it is run.
    """

    def add(due: Sequence[Inference]) -> None:
        found: set[tuple[Node, Node, Node]] = set()
        for one in due:
            begin(one.iri)
            copy = DataGraph(bind_namespaces="none")
            for triple in data:
                copy.add(triple)
            _report(copy, shapes[one.iri], advanced=True)
            found.update(triple for triple in copy if triple not in data)
        for triple in found:
            data.add(triple)

    infer_on(inferences, lambda: len(data), add)


def _report(data: Graph, shapes: ShapesGraph, **options: object) -> Graph:
    always = {"inplace": True, "inference": "none"}
    validator = Validator(EngineGraph.from_rdflib(data), shacl_graph=shapes.graph, options={**always, **options})
    validator.shacl_graph = shapes
    _, report, _ = validator.run()
    assert isinstance(report, Graph), "pySHACL reports as a graph"
    return report


def _result(report: Graph, node: Node, shapes: Graph) -> Result:
    shape, focus = report.value(node, SH.sourceShape), report.value(node, SH.focusNode)
    assert shape is not None and focus is not None, "SHACL demands both of every result"
    constraint = report.value(node, SH.sourceConstraint)
    message = str(shapes.value(shape, OWN_MESSAGE) or "")
    if constraint is not None and (constraint, SH.message, None) in shapes:
        message = min((str(m) for m in report.objects(node, SH.resultMessage)), default="")
    return Result(
        shape=shape,
        focus=focus,
        value=report.value(node, SH.value),
        path=report.value(node, SH.resultPath),
        message=message,
        severity=SEVERITIES.get(shapes.value(shape, SH.severity) or shape),
    )


def _readable(graph: Graph) -> Graph:
    """Return a copy of a shape in which pySHACL and rdflib read what SHACL and SPARQL mean."""
    copy = Graph(bind_namespaces="none")
    for triple in graph:
        copy.add(triple)
    return with_plain_numbers(with_own_prefixes(copy))
