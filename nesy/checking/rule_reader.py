"""Shapes graph of one file -> what its rules and inferences say of themselves."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rdflib import DCTERMS, RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking.inference import Inference, inference
from nesy.checking.location import rule_at
from nesy.checking.rule import Rule
from nesy.checking.rule_graph import SEVERITIES, TARGETS, inner_properties, is_class
from nesy.errors import InputError, KnowledgeError
from nesy.ontology.languages import ENGLISH, in_language
from nesy.ontology.namespaces import NESY, RULES


def rule_files(paths: Sequence[str | Path]) -> list[Path]:
    """Return the files of some paths, and those in the folders among them.

    Raises:
        InputError: a path does not exist, or a folder holds no rule file.
    """
    files: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(path.glob("*.ttl"))
            if not inside:
                raise InputError(f"{path}: a folder without rule files; rules are Turtle files named *.ttl")
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise InputError(f"{path}: no such rule file or folder")
    return files


def read_rules(graph: Graph, path: Path, language: str = ENGLISH) -> tuple[list[Rule], list[Inference]]:
    """Return the rules and the inferences of one graph.

    Raises:
        KnowledgeError: one of them is ill-formed; path, line and IRI.
    """
    rules: list[Rule] = []
    inferences: list[Inference] = []
    for node in rule_nodes(graph, path):
        if infers(graph, node):
            inferences.append(inference(graph, node, path))
        else:
            rules.append(rule_of(graph, node, path, language))
    return rules, inferences


def infers(graph: Graph, node: Node) -> bool:
    """Tell whether a shape is an inference and no rule."""
    return (node, SH.rule, None) in graph


def rule_nodes(graph: Graph, path: Path) -> list[URIRef]:
    """Return the shapes with a target; a nameless one is an error, since findings could not name it."""
    nodes = {node for target in TARGETS for node in graph.subjects(target)} | set(graph.subjects(SH.rule))
    shapes = {n for kind in (SH.NodeShape, SH.PropertyShape) for n in graph.subjects(RDF.type, kind)}
    nodes |= {node for node in shapes if is_class(graph, node)}
    named = [node for node in nodes if isinstance(node, URIRef)]
    if len(named) < len(nodes):
        raise KnowledgeError(f"{path}: a shape with a target has no IRI; name it, for example <{RULES}MyRule>")
    return sorted(named)


def rule_of(graph: Graph, node: URIRef, path: Path, language: str = ENGLISH) -> Rule:
    """Return what a rule says of itself.

    Raises:
        KnowledgeError: it lacks its message or severity, or a severity within it is none.
    """

    def text(predicate: URIRef) -> str:
        return in_language(graph.objects(node, predicate), language)

    message = text(SH.message) or next(
        filter(None, (in_language(graph.objects(one, SH.message), language) for one in _constraints(graph, node))), ""
    )
    if not message:
        raise KnowledgeError(f"{rule_at(path, node)} has no sh:message; write the sentence that the model is sent")
    severity = graph.value(node, SH.severity)
    if severity is None:
        raise KnowledgeError(f"{rule_at(path, node)} has no sh:severity; choose sh:Violation, sh:Warning or sh:Info")
    within = {found for shape in inner_properties(graph, node) for found in graph.objects(shape, SH.severity)}
    for one in (severity, *sorted(within, key=str)):
        if one not in SEVERITIES:
            raise KnowledgeError(
                f"{rule_at(path, node)} has the severity {one}; choose sh:Violation, sh:Warning or sh:Info"
            )
    grades = {SEVERITIES[found] for found in within} - {SEVERITIES[severity]}
    return Rule(
        iri=str(node),
        name=text(SH.name) or text(RDFS.label) or str(node).rsplit("#", 1)[-1].rsplit("/", 1)[-1],
        message=message,
        why=text(RDFS.comment),
        source=text(DCTERMS.source),
        severity=SEVERITIES[severity],
        path=path,
        circle_of=text(NESY.circleOf),
        within=tuple(grade for grade in SEVERITIES.values() if grade in grades),
    )


def _constraints(graph: Graph, node: Node) -> Iterator[Node]:
    yield from sorted(graph.objects(node, SH.sparql), key=str)
