"""Rules and data -> what breaks the rules, by their queries on a store of Oxigraph: a second opinion beside pySHACL."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import pyoxigraph as ox
from rdflib import RDF, RDFS, Graph, URIRef
from rdflib.term import Node

from nesy.checking import Prepared, Rules, prepare
from nesy.checking.compiler import Plan, Selection
from nesy.checking.data_graph import data_graph
from nesy.checking.inference import Inference, infer
from nesy.checking.messages import filled
from nesy.checking.result import Result
from nesy.checking.targets import Target
from nesy.checking.value_constraints import constant
from nesy.graph.terms import Term, named, to_node, to_quad, to_term
from nesy.scene import Scene
from nesy.sparql import parse
from nesy.sparql.tree import Aggregate, Bind, Bracket, Call, Expression, Filter, Link, Query, Span, Triples
from nesy.sparql.variable_scope import everything, expressions_of, parts
from nesy.verdict import Finding

THIS = ox.Variable("this")
_TYPE, _BELOW = named(str(RDF.type)), named(str(RDFS.subClassOf))
_DOUBLE = "<http://www.w3.org/2001/XMLSchema#double>"


class OxigraphData:
    """A graph in a store, with what the inferences add."""

    def __init__(self, graph: Graph, inferences: Iterable[Inference] = ()) -> None:
        self.store = ox.Store()
        self.store.extend(map(to_quad, graph))
        self.added: list[ox.Quad] = []
        """What the inferences have added."""
        self.predicates = {str(predicate) for predicate in graph.predicates()}
        infer(tuple(inferences), lambda: len(self.added), self._infer)

    def _infer(self, due: Sequence[Inference]) -> None:
        found: dict[ox.Quad, None] = {}
        for one in due:
            for node in self.targets(one.target):
                answer = self.store.query(safe_products(one.text), substitutions={THIS: node})
                assert isinstance(answer, ox.QueryTriples), "an inference is a CONSTRUCT query"
                for triple in answer:
                    found[ox.Quad(triple.subject, triple.predicate, triple.object)] = None
        new = [quad for quad in found if quad not in self.store]
        self.store.extend(new)
        self.added += new
        self.predicates.update(quad.predicate.value for quad in new)

    def targets(self, target: Target) -> tuple[Term, ...]:
        """Return the nodes of the store that are targets, in the order of their names."""
        found: set[Term] = {to_term(node) for node in target.nodes}
        for kind in target.classes:
            for below in self._with_those_below(named(kind)):
                found.update(quad.subject for quad in self.store.quads_for_pattern(None, _TYPE, below))
        for link in target.subjects_of:
            found.update(quad.subject for quad in self.store.quads_for_pattern(None, named(link), None))
        for link in target.objects_of:
            found.update(quad.object for quad in self.store.quads_for_pattern(None, named(link), None))
        return tuple(sorted(found, key=str))

    def _with_those_below(self, kind: Term) -> set[Term]:
        found, waiting = {kind}, [kind]
        while waiting:
            for quad in self.store.quads_for_pattern(None, _BELOW, waiting.pop()):
                if quad.subject not in found:
                    found.add(quad.subject)
                    waiting.append(quad.subject)
        return found

    def results(self, plan: Plan) -> Iterator[Result]:
        """Yield what breaks the rule."""
        for node in self.targets(plan.target):
            for selection in plan.selections:
                for row in self._rows(selection.source, {THIS: node}):
                    yield _told(plan, selection, row)
        if plan.branches:
            for row in self._rows(_of_all(plan), {}):
                branch = plan.branches[int(str(row["way"]))]
                focus, value = row["focus"], row.get("value")
                yield Result(branch.shape, focus, value, branch.path, branch.message, branch.severity)

    def _rows(self, text: str, known: Mapping[ox.Variable, Term]) -> Iterator[dict[str, Node]]:
        """Yield every solution: the variables that are bound, by name."""
        if not self.predicates.issuperset(_needed(text)):
            return
        answer = self.store.query(safe_products(text), substitutions=dict(known))
        assert isinstance(answer, ox.QuerySolutions), "the queries of rules are SELECT queries"
        names = [variable.value for variable in answer.variables]
        for solution in answer:
            terms = zip(names, solution, strict=True)
            yield {name: to_node(term) for name, term in terms if term is not None}


@lru_cache(maxsize=2048)
def _of_all(plan: Plan) -> str:
    """Return the query for the constraints of SHACL Core with the pattern of the target in front of each branch.

    What is put in the place of $this beforehand would not be seen by a branch that has no pattern with $this.
    """
    begin, ways = _pattern(plan.target), []
    for number, branch in enumerate(plan.branches):
        value = f" BIND ({branch.value} AS ?value)" if branch.value else ""
        ways.append(f"{{ {begin} {branch.pattern} BIND ({number} AS ?way) BIND ({branch.focus} AS ?focus){value} }}")
    return f"SELECT DISTINCT ?way ?focus ?value WHERE {{ {' UNION '.join(ways)} }}"


def _pattern(target: Target) -> str:
    """Return the pattern that binds ?this to every target."""
    ways = [f"?this {RDF.type.n3()}/{RDFS.subClassOf.n3()}* <{kind}> ." for kind in target.classes]
    ways += [f"VALUES ?this {{ {' '.join(constant(node) for node in target.nodes)} }}"] if target.nodes else []
    ways += [f"?this <{link}> ?of ." for link in target.subjects_of]
    ways += [f"?of <{link}> ?this ." for link in target.objects_of]
    return ways[0] if len(ways) == 1 else " UNION ".join(f"{{ {way} }}" for way in ways)


def _told(plan: Plan, selection: Selection, row: dict[str, Node]) -> Result:
    focus = row["this"]
    row.setdefault("value", focus)
    message = filled(selection.message, row)
    return Result(URIRef(plan.iri), focus, row["value"], row.get("path"), message)


def findings(prepared: Prepared, rules: Rules) -> tuple[Finding, ...]:
    """Return what the queries of some rules find in a prepared scene, as `Prepared.findings` does."""
    data = OxigraphData(data_graph(prepared.scene, prepared.ontology), prepared.rules.inferences)
    return prepared.told(rules, [(plan.iri, result) for plan in rules.plans for result in data.results(plan)])


def check_by_oxigraph(scene: Scene, rules: Rules | None = None) -> tuple[Finding, ...]:
    """Return what the rules find in a scene; the shipped ones if None."""
    pack = Rules.load() if rules is None else rules
    return findings(prepare(scene, rules=pack), pack)


@lru_cache(maxsize=2048)
def _needed(text: str) -> frozenset[str]:
    """Return the predicates of the outermost patterns of a query, without which it has no solution."""
    elements = parse(text).group.elements
    patterns = [one for element in elements if isinstance(element, Triples) for one in element.patterns]
    return frozenset(one.path.iri for one in patterns if isinstance(one.path, Link))


@lru_cache(maxsize=2048)
def safe_products(text: str) -> str:
    """Return a query with products that Oxigraph can work out.

    Its decimals have 18 digits after the point, and a product that would need more is no number at all: 0.0123456789
    squared is an error, and a rule that multiplies sides of boxes would be silent. So every product says what else to
    do: the same in floating point. Short decimals are still multiplied exactly.
    """
    if "*" not in text:
        return text
    changes: list[tuple[Span, str]] = []
    for expression in _expressions(parse(text)):
        changes += _products(text, expression)
    for span, new in sorted(changes, key=lambda change: -change[0].start):
        text = text[: span.start] + new + text[span.end :]
    return text


def _expressions(query: Query) -> Iterator[Expression]:
    for element in everything(query):
        if isinstance(element, Query):
            yield from expressions_of(element)
        elif isinstance(element, (Bind, Filter)):
            yield element.expression


def _products(text: str, expression: Expression) -> Iterator[tuple[Span, str]]:
    """Yield the outermost products of an expression, with what to write instead."""
    outermost: list[Call] = []
    for part in parts(expression):
        inside = any(one.span.start <= part.span.start and part.span.end <= one.span.end for one in outermost)
        if isinstance(part, Call) and part.name == "*" and not inside:
            outermost.append(part)
    for one in outermost:
        yield one.span, _written(text, one)


def _written(text: str, expression: Expression) -> str:
    if isinstance(expression, Call) and expression.name == "*":
        left, right = (_written(text, one) for one in expression.operands)
        return f"COALESCE({left} * {right}, {_DOUBLE}({left}) * {right})"
    changes = [(one.span, _written(text, one)) for one in parts(expression)[1:] if _is_right_below(expression, one)]
    start, written = expression.span.start, text[expression.span.start : expression.span.end]
    for span, new in sorted(changes, key=lambda change: -change[0].start):
        written = written[: span.start - start] + new + written[span.end - start :]
    return written


def _is_right_below(expression: Expression, one: Expression) -> bool:
    match expression:
        case Call(_, operands):
            return any(other is one for other in operands)
        case Bracket(inner) | Aggregate(_, inner):
            return inner is one
    return False
