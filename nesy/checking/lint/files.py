"""Rule files -> all that is wrong with them, and what is worth a look; nothing is checked, and nothing raised."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from rdflib import DCTERMS, RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node

from nesy.checking.compiler import plan
from nesy.checking.inference import Inference, inference
from nesy.checking.lint.flaws import Surroundings, alone, among
from nesy.checking.lint.mistake import At, Flaw, Mistake, placed
from nesy.checking.loop_engine import obstacle
from nesy.checking.prefixes import Prefixes
from nesy.checking.rule import Rule
from nesy.checking.rule_graph import SHAPES, TARGETS, rule_graph
from nesy.checking.rule_reader import infers, rule_nodes, rule_of
from nesy.checking.smoke_test import try_rules
from nesy.checking.value_constraints import Unknown
from nesy.errors import KnowledgeError
from nesy.ontology import Ontology
from nesy.ontology.turtle import read_turtle


class Beside(Protocol):
    """Rules that are read already, beside which others are."""

    @property
    def graph(self) -> Graph:
        """All shapes."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in it."""

    @property
    def inferences(self) -> tuple[Inference, ...]:
        """The inferences in it."""


def mistakes_of(
    files: Iterable[Path], beside: Beside | None, ontology: Ontology | None = None, language: str = "en"
) -> list[Mistake]:
    """Return every mistake of some rule files, and warnings, in the order of files and lines.

    Args:
        files: Turtle.
        beside: the shipped rules, where they are read too.
        ontology: whose words rules may name; the shipped one if None.
        language: that of messages and names which are there in several.
    """
    whole = Graph(bind_namespaces="none")
    for triple in () if beside is None else beside.graph:
        whole.add(triple)
    graphs: dict[Path, Graph] = {}
    mistakes: list[Mistake] = []
    for path in files:
        try:
            graphs[path] = read_turtle(path)
        except KnowledgeError as error:
            mistakes.append(_told(path, error))
            continue
        for triple in graphs[path]:
            whole.add(triple)
    read = {path: _Reading(graph, path, language) for path, graph in graphs.items()}
    around = Surroundings.of(whole, ontology or Ontology.default())
    known: dict[str, Path] = {}
    if beside is not None:
        known |= {one.iri: one.path for one in beside.rules} | {one.iri: one.path for one in beside.inferences}
    for path, reading in read.items():
        first = alone(reading.graph)
        if not reading.nodes and not first and not _is_used(reading.graph, graphs.values()):
            first = [Flaw(None, At(), "", "holds no rule; a rule is a SHACL shape with a target")]
        blamed = {one.subject for one in first}
        # what follows from a misspelt term is not told beside it
        then = among(reading.graph, around, set(reading.nodes))
        then = [one for one in then if not (one.follows and one.subject in blamed)]
        blamed |= {one.subject for one in then if one.grave}
        sound = [node for node in reading.nodes if not _parts(whole, node) & blamed]
        then += [_twice(node, known[str(node)]) for node in reading.nodes if str(node) in known]
        known |= {str(node): path for node in reading.nodes}
        then += [flaw for rule in reading.rules if URIRef(rule.iri) in sound for flaw in _worth_a_look(rule, whole)]
        found = placed([*first, *then], path)
        found += [mistake for node, mistake in reading.mistakes.items() if node in sound]
        for rule in reading.rules:
            if URIRef(rule.iri) in sound:
                found += _tried(rule, whole, around.prefixes, language)
        mistakes += sorted(dict.fromkeys(found), key=lambda one: (one.line or 0, not one.grave, one.term))
    return mistakes


class _Reading:
    """The rules and inferences of a file, and what is wrong with those that cannot be read."""

    def __init__(self, graph: Graph, path: Path, language: str) -> None:
        self.graph = graph
        self.path = path
        self.nodes: list[URIRef] = []
        self.rules: list[Rule] = []
        self.inferences: list[Inference] = []
        self.mistakes: dict[URIRef, Mistake] = {}
        with suppress(KnowledgeError):  # a nameless one, which `alone` tells
            self.nodes = rule_nodes(graph, path)
        for node in self.nodes:
            try:
                if infers(graph, node):
                    self.inferences.append(inference(graph, node, path))
                else:
                    self.rules.append(rule_of(graph, node, path, language))
            except KnowledgeError as error:
                self.mistakes[node] = _told(path, error)


def _told(path: Path, error: KnowledgeError) -> Mistake:
    """Return an error that names path and perhaps line as a mistake."""
    rest = str(error).removeprefix(f"{path}: ")
    before, _, after = rest.partition(": ")
    number = before.removeprefix("line ")
    return Mistake(path, int(number), "", after) if number.isdigit() else Mistake(path, None, "", rest)


def _twice(node: URIRef, first: Path) -> Flaw:
    return Flaw(node, At(str(node), ""), "", f"rule {node} is already defined in {first}; give it another IRI")


def _is_used(graph: Graph, graphs: Iterable[Graph]) -> bool:
    """Tell whether another file refers to what this one says."""
    nodes = set(graph.subjects())
    return any((None, None, node) in other for other in graphs if other is not graph for node in nodes)


def _parts(whole: Graph, rule: URIRef) -> set[Node]:
    """Return every node that a rule is made of."""
    waiting: list[Node] = [rule]
    seen = set(waiting)
    while waiting:
        for predicate, value in whole.predicate_objects(waiting.pop()):
            follow = not isinstance(value, URIRef) or predicate in (*SHAPES, SH.sparql)
            if follow and value not in seen:
                seen.add(value)
                waiting.append(value)
    return seen


def _tried(rule: Rule, whole: Graph, prefixes: Prefixes, language: str) -> Iterator[Mistake]:
    """Yield why a rule cannot be compiled or run."""
    try:
        try_rules([rule], whole)
        plan(whole, URIRef(rule.iri), prefixes, language)
    except KnowledgeError as error:
        yield _told(rule.path, error)
    except Unknown:
        pass
    except (ValueError, SyntaxError) as error:
        yield _told(rule.path, KnowledgeError(f"rule {rule.iri} is no valid SHACL: {error}"))


def _worth_a_look(rule: Rule, whole: Graph) -> Iterator[Flaw]:
    """Yield what is no mistake and may still not be meant."""
    node, at = URIRef(rule.iri), At(rule.iri, "")
    told = f"rule {rule.iri}"
    if not set(rule_graph(whole, node).predicates(node)) - _SAYING:
        yield Flaw(node, at, told, "constrains nothing, so that it never fires", grave=False)
        return
    try:
        slow = obstacle(plan(whole, node, Prefixes(whole)))
    except Unknown as construct:
        slow = str(construct)
    except (ValueError, SyntaxError):
        return
    if slow:
        yield Flaw(node, at, told, f"runs on pySHACL, many times slower than others, for {slow}", grave=False)


_SAYING = frozenset(
    {RDF.type, SH.name, SH.description, SH.message, SH.severity, SH.order, SH.group, SH.deactivated, *TARGETS}
    | {RDFS.comment, RDFS.label, DCTERMS.source}
)
