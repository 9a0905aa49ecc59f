"""Shapes graph + IRI of a rule -> Plan: the SPARQL queries that find what breaks the rule, made once."""

import re
from dataclasses import dataclass

from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.checking.constraints import Branch, Patterns
from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.checking.targets import Target
from nesy.checking.value_constraints import Unknown
from nesy.ontology.languages import ENGLISH, in_language
from nesy.sparql import SparqlError, local_query
from nesy.sparql.tree import Bind, Minus, Query, Values
from nesy.sparql.variable_scope import everything

_OWN_VARIABLE = re.compile(r"[?$](PATH|shapesGraph|currentShape)\b")
"""What SHACL gives a value beside $this; where a text merely spells it, pySHACL is asked all the same."""


@dataclass(frozen=True)
class Selection:
    """A query of the rule's own (sh:sparql)."""

    source: str
    """With its prefixes; it is run with a node in place of $this."""
    message: str
    """Its own, else that of the shape, with `{?variables}`."""


@dataclass(frozen=True)
class Plan:
    """How one rule is run."""

    iri: str
    target: Target
    selections: tuple[Selection, ...]
    branches: tuple[Branch, ...]
    """Of the constraints of SHACL Core."""
    source: str
    """One query for all of them, with a node in place of $this: ?way, the number of the branch, ?focus, ?value."""


def plan(graph: Graph, rule: URIRef, prefixes: Prefixes, language: str = ENGLISH) -> Plan:
    """Compile a rule of a shapes graph with these prefixes.

    Args:
        language: that of messages which are there in several.

    Raises:
        Unknown: it holds a construct that is not compiled; its name.
        ValueError: its SHACL is ill-formed, or its SPARQL does not parse.
    """
    target = Target.of(graph, rule)
    if any(isinstance(value, Literal) and bool(value.value) for value in graph.objects(rule, SH.deactivated)):
        return Plan(str(rule), target, (), (), "")
    selections = tuple(
        selection
        for one in sorted(graph.objects(rule, SH.sparql), key=str)
        for selection in _selections(graph, rule, one, prefixes, language)
    )
    branches = tuple(Patterns(graph, language).broken(rule, "?this", rule=True))
    if branches and (rule, SH.message, None) not in graph:
        raise Unknown("SHACL Core without a sh:message of the shape")
    return Plan(str(rule), target, selections, branches, _united(branches))


def _united(branches: tuple[Branch, ...]) -> str:
    ways = []
    for number, branch in enumerate(branches):
        value = f" BIND ({branch.value} AS ?value)" if branch.value else ""
        ways.append(f"{{ {branch.pattern} BIND ({number} AS ?way) BIND ({branch.focus} AS ?focus){value} }}")
    return f"SELECT DISTINCT ?way ?focus ?value WHERE {{ {' UNION '.join(ways)} }}" if ways else ""


def _selections(graph: Graph, rule: URIRef, constraint: Node, prefixes: Prefixes, language: str) -> list[Selection]:
    if any(isinstance(value, Literal) and bool(value.value) for value in graph.objects(constraint, SH.deactivated)):
        return []
    if (rule, SH.path, None) in graph:
        raise Unknown("sh:sparql in a property shape")
    texts = list(graph.objects(constraint, SH.select))
    if len(texts) != 1:
        raise ValueError("sh:sparql needs one sh:select")
    text = str(texts[0])
    own = _OWN_VARIABLE.search(text)
    if own is not None:
        raise Unknown("$" + own[1])
    source = with_prefixes(text, prefixes.known(constraint))
    query = read(text, source)
    if query.form != "SELECT":
        raise ValueError("sh:select holds a SELECT query")
    problem = _forbidden(query)
    if problem is not None:
        raise ValueError(problem)
    selected = {name for name, _ in query.selected}
    if "failure" in selected:
        raise Unknown("?failure")
    if "this" not in selected:
        raise Unknown("a query that does not select $this")
    told = (in_language(graph.objects(shape, SH.message), language) for shape in (constraint, rule))
    return [Selection(source, next(filter(None, told), ""))]


def read(text: str, source: str) -> Query:
    """Return the query of a rule as a tree; one that asks elsewhere than in the data is none.

    Args:
        text: as it was written.
        source: the same behind its prefixes.

    Raises:
        ValueError: it is no SPARQL; line and column are those of `text`.
    """
    try:
        return local_query(source)
    except SparqlError as error:
        raise SparqlError(text, max(error.place - (len(source) - len(text)), 0), error.reason) from error


def _forbidden(query: Query) -> str | None:
    """Return what SHACL does not allow in the query of a constraint, or None.

    MINUS and VALUES are kept out because a variable that is bound beforehand does not reach into them; and
    what is nested must hand $this on.
    """
    for part in everything(query):
        match part:
            case Minus():
                return "the query of a constraint must not contain MINUS"
            case Values():
                return "the query of a constraint must not contain VALUES"
            case Bind(_, "this"):
                return "the query of a constraint must not bind $this anew"
            case Query() if part.values is not None:
                return "the query of a constraint must not contain VALUES"
            case Query() if part is not query and "this" not in {name for name, _ in part.selected}:
                return "a nested SELECT must select $this"
            case _:
                pass
    if any(name == "this" and getattr(value, "name", "") != "this" for name, value in query.selected):
        return "the query of a constraint must not bind $this anew"
    return None
