"""Shapes graph + IRI of a rule -> Plan: the SPARQL queries that find what breaks the rule, made once."""

from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import SH, Graph, Literal, URIRef
from rdflib.term import Node

from nesy.checking.arithmetic import safe_products
from nesy.checking.constraints import Branch, Patterns
from nesy.checking.query_text import Needs, Prefixes, Token, forbidden, is_flat, needed, selects, tokens, with_prefixes
from nesy.checking.splitting import split
from nesy.checking.targets import Target
from nesy.checking.value_tests import Unknown

THIS = ox.Variable("this")
_OWN_VARIABLES = frozenset({"?PATH", "?shapesGraph", "?currentShape"})


@dataclass(frozen=True)
class Selection:
    """A query of the rule's own (sh:sparql)."""

    text: str
    """For one node in focus, put in place of $this."""
    of_all: str | None
    """For all targets at once, where that means the same."""
    needs: Needs
    source: str
    """As it was written, with its prefixes."""
    messages: tuple[str, ...]
    """Its messages, else those of the shape, with `{?variables}`."""


@dataclass(frozen=True)
class Plan:
    """How one rule is run."""

    iri: str
    target: Target
    selections: tuple[Selection, ...]
    patterns: str
    """One query for all constraints of SHACL Core: ?way, the number of the branch, ?focus and ?value; or empty."""
    branches: tuple[Branch, ...]
    source: str
    """The same query for one node in place of $this."""

    def may_fire(self, known: set[str]) -> bool:
        """Tell whether the query for SHACL Core can have a solution in data with these IRIs."""
        return any(branch.needs <= known for branch in self.branches)


def plan(graph: Graph, rule: URIRef, prefixes: Prefixes) -> Plan:
    """Compile a rule of a shapes graph with these prefixes.

    Raises:
        Unknown: it holds a construct that is not compiled; its name.
        ValueError: its SHACL is ill-formed, or its SPARQL does not parse.
    """
    target = Target.of(graph, rule)
    if any(isinstance(value, Literal) and bool(value.value) for value in graph.objects(rule, SH.deactivated)):
        return Plan(str(rule), target, (), "", (), "")
    selections = tuple(
        selection
        for one in sorted(graph.objects(rule, SH.sparql), key=str)
        for selection in _selections(graph, rule, one, target, prefixes)
    )
    branches = tuple(Patterns(graph).broken(rule, "?this", rule=True))
    if branches and (rule, SH.message, None) not in graph:
        raise Unknown("SHACL Core without a sh:message of the shape")
    text = _united(branches, target.pattern() if branches else "")
    if text:
        ox.Store().query(text)
    return Plan(str(rule), target, selections, text, branches, _united(branches, ""))


def _united(branches: tuple[Branch, ...], begin: str) -> str:
    ways = []
    for number, branch in enumerate(branches):
        value = f" BIND ({branch.value} AS ?value)" if branch.value else ""
        ways.append(f"{{ {begin} {branch.pattern} BIND ({number} AS ?way) BIND ({branch.focus} AS ?focus){value} }}")
    return f"SELECT DISTINCT ?way ?focus ?value WHERE {{ {' UNION '.join(ways)} }}" if ways else ""


def _selections(graph: Graph, rule: URIRef, constraint: Node, target: Target, prefixes: Prefixes) -> list[Selection]:
    if any(isinstance(value, Literal) and bool(value.value) for value in graph.objects(constraint, SH.deactivated)):
        return []
    if (rule, SH.path, None) in graph:
        raise Unknown("sh:sparql in a property shape")
    texts = list(graph.objects(constraint, SH.select))
    if len(texts) != 1:
        raise ValueError("sh:sparql needs one sh:select")
    text, words = str(texts[0]), tokens(str(texts[0]))
    for word in words:
        if word.kind == "variable" and word.text in _OWN_VARIABLES:
            raise Unknown("$" + word.text[1:])
    if not words or words[0].text not in ("SELECT", "PREFIX", "BASE") or "{" not in {word.text for word in words}:
        raise ValueError("sh:select holds a SELECT query")
    problem = forbidden(words)
    if problem is not None:
        raise ValueError(problem)
    selected = selects(words)
    if "failure" in selected:
        raise Unknown("?failure")
    if not {"this", "*"} & set(selected):
        raise Unknown("a query that does not select $this")
    known = prefixes.known(constraint)
    messages = {str(message) for shape in (constraint, rule) for message in graph.objects(shape, SH.message)}
    source = with_prefixes(text, known)
    _try(source)  # what follows takes it for well-formed
    text = safe_products(text)
    words = tokens(text)
    selection = Selection(
        text=with_prefixes(split(text, words), known),
        of_all=with_prefixes(_in_front(text, words, target), known) if is_flat(words) else None,
        needs=needed(words, known),
        source=source,
        messages=tuple(sorted(messages)),
    )
    _try(selection.text)
    if selection.of_all is not None:
        _try(selection.of_all)
    return [selection]


def _in_front(text: str, words: tuple[Token, ...], target: Target) -> str:
    """Put the pattern of the target before the others; the first brace of a flat query opens them all."""
    where = next(word.start for word in words if word.text == "{") + 1
    return f"{text[:where]} {{ SELECT DISTINCT ?this WHERE {{ {target.pattern()} }} }} {text[where:]}"


def _try(query: str) -> None:
    try:
        ox.Store().query(query, substitutions={THIS: ox.NamedNode("urn:x")})
    except SyntaxError as error:
        raise ValueError(" ".join(str(error).split())) from error
    except RuntimeError as error:  # $this is selected by `*` alone, and the query does not hold it
        raise Unknown("a query that does not select $this") from error
