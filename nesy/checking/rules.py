"""Rule files (SHACL in Turtle) -> Rules: the shipped pack and the user's own, each rule with its metadata."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pyshacl.shapes_graph import ShapesGraph
from rdflib import DCTERMS, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import BNode, Node

from nesy import assets
from nesy.errors import InputError, KnowledgeError
from nesy.finding import Severity
from nesy.ontology_names import RULES
from nesy.ontology_turtle import read_turtle

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_SEVERITIES: dict[Node, Severity] = {SH.Violation: "violation", SH.Warning: "warning", SH.Info: "info"}


@dataclass(frozen=True)
class Rule:
    """One SHACL shape with a target, and what it says of itself."""

    iri: str
    name: str
    message: str
    """A sentence with `{?variables}`; filled in, it is what the model is sent."""
    why: str
    source: str
    severity: Severity
    path: Path


@dataclass(frozen=True, eq=False)
class Rules:
    """A set of rules, ready to run; iterable, in the order of files and IRIs."""

    rules: tuple[Rule, ...]
    graph: Graph
    """All shapes, merged; rules that are off are deactivated in it."""
    shapes: ShapesGraph
    owners: dict[Node, Rule]
    """Which rule a shape belongs to, the nameless shapes inside it too."""

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)

    @classmethod
    def load(cls, paths: Sequence[str | Path] = (), off: Collection[str] = ()) -> "Rules":
        """Read the shipped rules and those of `paths` (Turtle files, or folders of them), without those in `off`.

        Args:
            paths: further files or folders.
            off: IRIs of rules, or their last part (`UnusualPair`), that are not checked.

        Raises:
            InputError: a path does not exist, or `off` names no rule.
            KnowledgeError: a file is no Turtle, a rule lacks its message or severity, has none or no good IRI,
                is defined twice, or its SHACL or SPARQL is wrong; one line with the path and the rule's IRI.
        """
        if not paths and not off:
            return _shipped()
        return _loaded(_shipped_files(), _user_files(paths), off)


@cache
def _shipped() -> Rules:
    return _loaded(_shipped_files(), [], ())


def _shipped_files() -> list[Path]:
    return sorted(assets.rules().glob("*.ttl"))


def _user_files(paths: Sequence[str | Path]) -> list[Path]:
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


def _loaded(shipped: Sequence[Path], own: Sequence[Path], off: Collection[str]) -> Rules:
    from nesy.checking.trial import try_rules

    merged = Graph(bind_namespaces="none")
    rules: list[Rule] = []
    for path in (*shipped, *own):
        graph = read_turtle(path)
        found = [_rule(graph, node, path) for node in _rule_nodes(graph, path)]
        if not found:
            raise KnowledgeError(
                f"{path}: holds no rule; a rule is a SHACL shape with a target, such as sh:targetClass"
            )
        rules += found
        for triple in graph:
            merged.add(triple)
    for iri, times in Counter(rule.iri for rule in rules).items():
        if times > 1:
            where = [str(rule.path) for rule in rules if rule.iri == iri]
            raise KnowledgeError(f"{where[-1]}: rule {iri} is already defined in {where[0]}; give it another IRI")
    silent = {_named(rules, name) for name in off}
    for iri in silent:
        merged.add((URIRef(iri), SH.deactivated, Literal(True)))
    kept = tuple(rule for rule in rules if rule.iri not in silent)
    by_iri = {rule.iri: rule for rule in rules}
    owners: dict[Node, Rule] = {URIRef(iri): rule for iri, rule in by_iri.items()}
    for iri, rule in by_iri.items():
        owners.update((node, rule) for node in _nameless_below(merged, URIRef(iri)))
    try_rules([rule for rule in rules if rule.path in own], merged)  # the tests try the shipped ones
    return Rules(kept, merged, ShapesGraph(merged), owners)


def _named(rules: Sequence[Rule], name: str) -> str:
    for rule in rules:
        if name in (rule.iri, rule.iri.removeprefix(str(RULES))):
            return rule.iri
    raise InputError(f"no rule {name!r} to switch off; `nesy rules list` shows their IRIs")


def _rule_nodes(graph: Graph, path: Path) -> list[URIRef]:
    """Return the shapes with a target; a nameless one is an error, since findings could not name it."""
    nodes = {node for target in _TARGETS for node in graph.subjects(target)}
    implicit = {n for kind in (SH.NodeShape, SH.PropertyShape) for n in graph.subjects(RDF.type, kind)}
    nodes |= {node for node in implicit if (node, RDF.type, RDFS.Class) in graph}
    named = [node for node in nodes if isinstance(node, URIRef)]
    if len(named) < len(nodes):
        raise KnowledgeError(f"{path}: a shape with a target has no IRI; name it, for example <{RULES}MyRule>")
    return sorted(named)


def _rule(graph: Graph, node: URIRef, path: Path) -> Rule:
    def text(predicate: URIRef) -> str:
        return next(iter(sorted(str(value) for value in graph.objects(node, predicate))), "")

    message = text(SH.message) or next(
        (str(m) for constraint in graph.objects(node, SH.sparql) for m in graph.objects(constraint, SH.message)), ""
    )
    if not message:
        raise KnowledgeError(f"{path}: rule {node} has no sh:message; write the sentence that the model is sent")
    severity = graph.value(node, SH.severity)
    if severity is None:
        raise KnowledgeError(f"{path}: rule {node} has no sh:severity; choose sh:Violation, sh:Warning or sh:Info")
    if severity not in _SEVERITIES:
        raise KnowledgeError(
            f"{path}: rule {node} has the severity {severity}; choose sh:Violation, sh:Warning or sh:Info"
        )
    return Rule(
        iri=str(node),
        name=text(SH.name) or str(node).rsplit("#", 1)[-1].rsplit("/", 1)[-1],
        message=message,
        why=text(RDFS.comment),
        source=text(DCTERMS.source),
        severity=_SEVERITIES[severity],
        path=path,
    )


def _nameless_below(graph: Graph, node: Node) -> set[Node]:
    found: set[Node] = set()
    waiting = [node]
    while waiting:
        for value in graph.objects(waiting.pop()):
            if isinstance(value, BNode) and value not in found:
                found.add(value)
                waiting.append(value)
    return found
