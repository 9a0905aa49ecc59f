"""Shapes of rule files -> values of the wrong kind, shapes that nothing reaches, references to none, circles, depth."""

from collections.abc import Iterator
from decimal import Decimal
from math import isnan

from rdflib import RDF, SH, XSD, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import BNode, Node

from nesy.checking.lint.mistake import At, Flaw, nearest
from nesy.checking.lint.shacl_terms import said, spelled
from nesy.checking.rule_graph import LISTS_OF_SHAPES, SEVERITIES, SHAPES, TARGETS, is_class
from nesy.ontology.namespaces import RULES

DEPTH = 8
"""So many shapes may lie in one another below a rule."""
_WHOLE = frozenset({SH.minCount, SH.maxCount, SH.minLength, SH.maxLength, SH.qualifiedMinCount, SH.qualifiedMaxCount})
_TRUTHS = frozenset({SH.closed, SH.deactivated, SH.uniqueLang, SH.qualifiedValueShapesDisjoint})
_TEXTS = frozenset({SH.message, SH.select, SH.construct, SH.ask, SH.pattern, SH.flags, SH.prefix})
_IRIS = frozenset(
    {SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH["class"], SH.datatype, SH.severity, SH.nodeKind}
    | {SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals}
)
_NODES = frozenset({*SHAPES, SH.sparql, SH.rule, SH.prefixes, SH.declare, SH.path, SH.parameter})
_LISTS = frozenset({*LISTS_OF_SHAPES, SH["in"], SH.languageIn, SH.ignoredProperties})
_BOUNDS = frozenset({SH.minInclusive, SH.minExclusive, SH.maxInclusive, SH.maxExclusive})
_CONSTRAINING = frozenset(
    {*_WHOLE, SH.closed, SH.uniqueLang, *_IRIS, *SHAPES, *_LISTS, *_BOUNDS, SH.sparql, SH.pattern, SH.hasValue}
    - {SH.severity}
)
FLAGS = "imsxq"
"""Those of a pattern, as XPath has them."""
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}


def ill_values(graph: Graph) -> Iterator[Flaw]:
    """Yield the parameters of shapes that stand or say what they may not, and literals that their datatype forbids."""
    yield from _misplaced(graph)
    for subject, predicate, value in graph:
        wanted, meant = _wanted(graph, predicate, value)
        if wanted:
            told = said(graph, predicate, value)
            yield Flaw(subject, At(str(predicate), _begins(graph, value)), told, wanted, meant)
        elif isinstance(value, RdfLiteral) and (value.ill_typed or no_decimal(value.value)):
            kind = spelled(graph, value.datatype) if value.datatype is not None else ""
            told = said(graph, predicate, value)
            yield Flaw(subject, At(str(predicate), str(value)), told, f"is no {kind}")


def no_decimal(value: object) -> bool:
    """Tell whether a value is a decimal of Python's that XSD's decimals leave out: NaN, a signalling one, infinity."""
    return isinstance(value, Decimal) and not value.is_finite()


def _begins(graph: Graph, value: Node) -> str:
    """Return how a value begins where it is written."""
    if isinstance(value, BNode):
        return "(" if (value, RDF.first, None) in graph else "["
    return str(value)


def _misplaced(graph: Graph) -> Iterator[Flaw]:
    """Yield nameless targets, queries that lie on a shape itself, and shapes with two severities."""
    for target in TARGETS:
        for node, value in graph.subject_objects(target):
            if isinstance(node, BNode):
                at, told = At(*_anchor(graph, node)), said(graph, target, value)
                yield Flaw(node, at, told, f"a shape with a target has no IRI; name it, for example <{RULES}MyRule>")
    typed = {node for kind in (SH.NodeShape, SH.PropertyShape) for node in graph.subjects(RDF.type, kind)}
    shapes = typed | {node for target in TARGETS for node in graph.subjects(target)}
    for query, around in ((SH.select, "sh:sparql"), (SH.ask, "sh:sparql"), (SH.construct, "sh:rule")):
        for node in set(graph.subjects(query)) & shapes:
            told = f"lies on a shape, where nothing runs it; put it into {around} [ ... ]"
            yield Flaw(node, At(str(query)), spelled(graph, query), told)
    for node in set(graph.subjects(SH.severity)):
        grades = sorted(graph.objects(node, SH.severity), key=str)
        if len(grades) > 1:
            told = ", ".join(spelled(graph, grade) for grade in grades)
            yield Flaw(
                node, At(str(SH.severity), str(grades[1])), "sh:severity", f"a shape has one severity, not {told}"
            )


def _wanted(graph: Graph, predicate: Node, value: Node) -> tuple[str, str]:
    """Return what the value of a parameter must be, and what was probably meant; empty where it is right."""
    literal = value if isinstance(value, RdfLiteral) else None
    if predicate in _WHOLE:
        number = literal.value if literal is not None else None
        if isinstance(number, bool) or not isinstance(number, int) or number < 0:
            return "needs a whole number, 0 or more", _number(literal)
    elif predicate in _TRUTHS:
        if literal is None or not isinstance(literal.value, bool):
            said = str(literal or "").lower()
            return "needs true or false, without quotes", said if said in ("true", "false") else ""
    elif predicate in _TEXTS:
        if literal is None or literal.datatype not in (None, XSD.string):
            return "needs a text", ""
        if predicate == SH.flags and set(literal) - set(FLAGS):
            return f"has a flag that is none; there are {', '.join(FLAGS)}", ""
    elif predicate in _IRIS:
        if not isinstance(value, URIRef):
            return "needs an IRI", str(literal) if literal is not None and ":" in literal else ""
        if predicate == SH.severity and value not in SEVERITIES:
            meant = nearest(value.removeprefix(str(SH)), [kind.removeprefix(str(SH)) for kind in map(str, SEVERITIES)])
            return "is no severity; choose sh:Violation, sh:Warning or sh:Info", f"sh:{meant}" if meant else ""
    elif predicate in _LISTS:
        if value != RDF.nil and (value, RDF.first, None) not in graph:
            return "needs a list in round brackets", f"( {spelled(graph, value)} )" if isinstance(value, URIRef) else ""
        if not _ends(graph, value):
            return "its list has no end", ""
    elif predicate in _NODES:
        if literal is not None:
            return "needs a node, not a text", ""
        if predicate == SH.path and isinstance(value, URIRef) and _is_walk(graph, value):
            return "a path of several steps must be nameless; write it in brackets", ""
    elif predicate in _BOUNDS and (literal is None or (isinstance(literal.value, float) and isnan(literal.value))):
        return "needs a value to compare with", ""
    return "", ""


def _number(literal: RdfLiteral | None) -> str:
    said = str(literal or "").strip().lower()
    return said if said.isdigit() and len(said) < 10 else str(_NUMBERS.get(said, ""))


def _is_walk(graph: Graph, path: URIRef) -> bool:
    links = (RDF.first, SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath, SH.zeroOrOnePath)
    return any((path, link, None) in graph for link in links)


def lost_shapes(graph: Graph, whole: Graph) -> Iterator[Flaw]:
    """Yield the shapes of a file that no rule reaches, references to shapes that are none, circles, and depth.

    Args:
        whole: all files together.
    """
    reached = set(_reached(whole))
    shapes = {node for link in _CONSTRAINING for node in graph.subjects(link)}
    shapes |= {node for kind in (SH.NodeShape, SH.PropertyShape) for node in graph.subjects(RDF.type, kind)}
    for node in sorted(shapes - reached, key=str):
        if isinstance(node, BNode) and (None, None, node) in graph:
            continue  # what is around it is told
        if (node, SH.deactivated, RdfLiteral(True)) in graph:
            continue
        told = spelled(graph, node) if isinstance(node, URIRef) else "a nameless shape"
        problem = "has no target, and no rule refers to it, so that it is never asked; give it sh:targetClass"
        at = At(str(node), "") if isinstance(node, URIRef) else At(*_anchor(graph, node))
        yield Flaw(node, at, told, problem, follows=True)
    for link in SHAPES:
        for subject, value in graph.subject_objects(link):
            yield from _dangling(graph, whole, subject, link, value)
    for link in LISTS_OF_SHAPES:
        for subject, cells in graph.subject_objects(link):
            for value in items(graph, cells):
                yield from _dangling(graph, whole, subject, link, value)


def nested_shapes(graph: Graph, whole: Graph, rules: set[Node]) -> Iterator[Flaw]:
    """Yield the rules of a file that refer to themselves, and those that are nested too deeply."""
    for rule in sorted(rules, key=str):
        depth, circle = _depth(whole, rule)
        at = At(str(rule), "")
        if circle:
            ways = " -> ".join(_called(graph, node) for node in circle)
            yield Flaw(
                rule, at, spelled(graph, rule), f"a shape refers to itself ({ways}); recursive shapes are not run"
            )
        elif depth > DEPTH:
            told = f"its shapes are nested {depth} levels deep; {DEPTH} levels are the most that are run"
            yield Flaw(rule, at, spelled(graph, rule), told)


def _called(graph: Graph, node: Node) -> str:
    return spelled(graph, node) if isinstance(node, URIRef) else "[ ... ]"


def _dangling(graph: Graph, whole: Graph, subject: Node, link: Node, value: Node) -> Iterator[Flaw]:
    if isinstance(value, URIRef) and (value, None, None) not in whole:
        known = {spelled(graph, node): node for node in whole.subjects() if isinstance(node, URIRef)}
        meant = nearest(spelled(graph, value), known)
        told = said(graph, link, value)
        yield Flaw(subject, At(str(link), str(value)), told, "no such shape in the files given", meant)


def _anchor(graph: Graph, node: Node) -> tuple[str, str]:
    """Return the statement about a nameless node by which its line is found: the one that is made the least often."""
    said_of_it = [(link, value) for link, value in graph.predicate_objects(node) if not isinstance(value, BNode)]
    often = {(link, value): len(list(graph.subjects(link, value))) for link, value in said_of_it}
    link, value = min(said_of_it, key=lambda one: (often[one], one[0] == RDF.type, str(one)), default=(RDF.type, node))
    return str(link), str(value)


def inner_shapes(graph: Graph, shape: Node) -> Iterator[Node]:
    """Yield the shapes that a shape refers to itself."""
    for link in SHAPES:
        yield from graph.objects(shape, link)
    for link in LISTS_OF_SHAPES:
        for cells in graph.objects(shape, link):
            yield from items(graph, cells)


def items(graph: Graph, cell: Node | None) -> Iterator[Node]:
    """Yield the items of a list; one that leads back into itself ends there."""
    seen: set[Node] = set()
    while cell is not None and cell != RDF.nil and cell not in seen:
        seen.add(cell)
        yield from graph.objects(cell, RDF.first)
        cell = graph.value(cell, RDF.rest)


def _ends(graph: Graph, cell: Node | None) -> bool:
    """Tell whether every cell of a list has an item and a rest, and the last one leads to rdf:nil."""
    seen: set[Node] = set()
    while cell is not None and cell != RDF.nil and cell not in seen and (cell, RDF.first, None) in graph:
        seen.add(cell)
        cell = graph.value(cell, RDF.rest)
    return cell == RDF.nil


def _reached(graph: Graph) -> Iterator[Node]:
    """Yield every shape that is a rule, or part of one, or of a constraint component."""
    waiting: list[Node] = [node for target in TARGETS for node in graph.subjects(target)]
    waiting += graph.subjects(SH.rule)
    waiting += graph.objects(None, SH.parameter)
    kinds = (SH.NodeShape, SH.PropertyShape)
    waiting += [node for kind in kinds for node in graph.subjects(RDF.type, kind) if is_class(graph, node)]
    seen = set(waiting)
    while waiting:
        shape = waiting.pop()
        yield shape
        for inner in inner_shapes(graph, shape):
            if inner not in seen:
                seen.add(inner)
                waiting.append(inner)


def _depth(graph: Graph, rule: Node) -> tuple[int, list[Node]]:
    """Return how many shapes lie in one another below a rule at most, and a circle of shapes if there is one."""
    depths: dict[Node, int] = {}
    way: list[tuple[Node, Iterator[Node]]] = [(rule, inner_shapes(graph, rule))]
    open_ = {rule: 0}
    while way:
        shape, inner = way[-1]
        below = next(inner, None)
        if below is None:
            way.pop()
            del open_[shape]
            depths.setdefault(shape, 0)
            if way:
                above = way[-1][0]
                depths[above] = max(depths.get(above, 0), depths[shape] + 1)
        elif below in open_:
            return 0, [*(node for node, _ in way[open_[below] :]), below]
        elif below in depths:
            depths[shape] = max(depths.get(shape, 0), depths[below] + 1)
        else:
            open_[below] = len(way)
            way.append((below, inner_shapes(graph, below)))
    return depths[rule], []
