"""SHACL rules (sh:rule) of a shapes graph -> the triples that they add to the data before it is checked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from rdflib import DCTERMS, RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.term import BNode, Node

from nesy.checking.compiler import read
from nesy.checking.location import rule_at
from nesy.checking.prefixes import Prefixes, with_prefixes
from nesy.checking.property_paths import sparql_path
from nesy.checking.targets import Target
from nesy.checking.written_terms import written_term
from nesy.errors import KnowledgeError
from nesy.ontology.languages import in_language
from nesy.sparql.tree import Blank

ROUNDS = 5
"""How often the whole series is run, at most: what one inference adds may be what another waits for."""


@dataclass(frozen=True)
class Inference:
    """One shape with sh:rule: what it adds to the data of a check, and what it says of itself."""

    iri: str
    name: str
    why: str
    source: str
    path: Path
    order: Decimal
    """Its level; lower ones come first."""
    target: Target
    text: str
    """A CONSTRUCT query, with its prefixes, for one node in place of $this."""
    makes_nodes: bool
    """Whether it makes blank nodes; its level is then run once."""


def inference(graph: Graph, node: URIRef, path: Path) -> Inference:
    """Read and compile the shape of an inference.

    Raises:
        KnowledgeError: it is ill-formed; path and IRI.
    """
    try:
        return _inference(graph, node, path)
    except (ValueError, SyntaxError) as error:
        reason = " ".join(str(error).split())[:300]
        raise KnowledgeError(f"{rule_at(path, node, 'inference')} is no valid SHACL rule: {reason}") from error


def levels(inferences: Iterable[Inference]) -> list[list[Inference]]:
    """Return the inferences grouped by their order, and in a group by IRI."""
    ordered = sorted(inferences, key=lambda one: (one.order, one.iri))
    return [list(level) for _, level in groupby(ordered, key=lambda one: one.order)]


def _inference(graph: Graph, node: URIRef, path: Path) -> Inference:
    for told in (SH.message, SH.severity, SH.sparql, SH.property, SH.path):
        if (node, told, None) in graph:
            raise ValueError(f"what infers checks nothing; take away sh:{str(told).removeprefix(str(SH))}")
    rules = list(graph.objects(node, SH.rule))
    if len(rules) != 1:
        raise ValueError("one shape has one sh:rule; write a shape for each")
    (rule,) = rules
    if (rule, SH.condition, None) in graph:
        raise ValueError("sh:condition is not known; put the condition into the query")
    target, known = Target.of(graph, node), Prefixes(graph).known(rule)
    if target == Target((), (), (), ()):
        raise ValueError("it needs a target, such as sh:targetClass")
    text = _construct(graph, rule)
    source = with_prefixes(text, known)
    query = read(text, source)
    if query.form != "CONSTRUCT":
        raise ValueError("sh:construct holds a CONSTRUCT query")
    return Inference(
        iri=str(node),
        name=_text(graph, node, SH.name) or str(node).rsplit("#", 1)[-1].rsplit("/", 1)[-1],
        why=_text(graph, node, RDFS.comment),
        source=_text(graph, node, DCTERMS.source),
        path=path,
        order=_order(graph, (node, rule)),
        target=target,
        text=source,
        makes_nodes=any(isinstance(end, Blank) for one in query.template for end in (one.subject, one.object)),
    )


def _construct(graph: Graph, rule: Node) -> str:
    kinds = set(graph.objects(rule, RDF.type)) & {SH.SPARQLRule, SH.TripleRule}
    if kinds == {SH.SPARQLRule}:
        texts = list(graph.objects(rule, SH.construct))
        if len(texts) != 1:
            raise ValueError("a sh:SPARQLRule has one sh:construct")
        return str(texts[0])
    if kinds == {SH.TripleRule}:
        return _triple(graph, rule)
    raise ValueError("sh:rule needs the type sh:SPARQLRule or sh:TripleRule")


def _triple(graph: Graph, rule: Node) -> str:
    """Return a sh:TripleRule as a query: $this, constants, and the values of paths."""
    written, patterns = [], []
    for place in (SH.subject, SH.predicate, SH.object):
        terms = list(graph.objects(rule, place))
        if len(terms) != 1:
            raise ValueError("a sh:TripleRule has one sh:subject, one sh:predicate and one sh:object")
        (term,) = terms
        if term == SH.this:
            written.append("?this")
        elif isinstance(term, BNode):
            path = graph.value(term, SH.path)
            if path is None:
                raise ValueError("of node expressions only sh:this, constants and [ sh:path ... ] are known")
            written.append(f"?x{len(written)}")
            patterns.append(f"?this {sparql_path(graph, path)} {written[-1]} .")
        else:
            written.append(written_term(term))
    return f"CONSTRUCT {{ {' '.join(written)} }} WHERE {{ {' '.join(patterns)} }}"


def _order(graph: Graph, nodes: Sequence[Node]) -> Decimal:
    given = [order for node in nodes for order in graph.objects(node, SH.order)]
    if len(given) > 1:
        raise ValueError("sh:order may stand only once")
    value = given[0].value if given and isinstance(given[0], Literal) else None
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    order = Decimal(str(value)) if number else Decimal("NaN" if given else 0)
    if not order.is_finite():
        raise ValueError(f"sh:order is a number, not {given[0]}")
    return order


def _text(graph: Graph, node: Node, predicate: URIRef) -> str:
    return in_language(graph.objects(node, predicate))


def infer(inferences: Sequence[Inference], size: Callable[[], int], add: Callable[[Sequence[Inference]], None]) -> None:
    """Run inferences on some data until they add nothing new.

    Level by level; those of one level all see the same data. The series is repeated until it adds nothing new, at
    most five times; a level that makes blank nodes is run once.

    Args:
        size: tells how large the data are.
        add: runs some of one level, and adds to the data what they find.
    """
    seen: dict[str, int] = {}
    series = levels(inferences)
    for _ in range(ROUNDS):
        before = size()
        for level in series:
            if any(one.makes_nodes for one in level) and any(one.iri in seen for one in level):
                continue
            now = size()
            due = [one for one in level if seen.get(one.iri) != now]  # the others have run on the same data
            seen.update((one.iri, now) for one in due)
            if due:
                add(due)
        if size() == before:
            return
