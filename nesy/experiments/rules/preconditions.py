"""Rules -> the same rules without what they deny and compare: where one of these answers, the rule is reached.

A rule is reached by a scene when its query has a solution after NOT EXISTS, MINUS, HAVING, all comparisons of values,
and what the ontology denies (patterns of owl:disjointWith, and the class that is lacking) have been taken as true.
Kept are the other triple patterns, EXISTS, membership in a list (`IN`), and what only tells two things apart
(`STR(?a) < STR(?b)`, `?b != ?c`); claims that ?value names side by side must be different claims.
A shape of SHACL Core is reached when a node of its target has a value on one of its paths, or, where the constraint
stands on the node itself or is about missing values (sh:minCount, sh:hasValue, sh:equals), when it has a target at all.
A rule that fires is reached. A query that neither denies nor compares is reached where it fires, and nowhere else.
"""

from collections.abc import Iterator
from functools import cache

from rdflib import OWL, RDF, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import BNode, Node

from nesy.checking import Rules
from nesy.errors import KnowledgeError
from nesy.experiments.mutation.query_text import QueryText, is_comparison, is_condition, read_query
from nesy.ontology import Ontology
from nesy.ontology.namespaces import NESY, VOCABULARY
from nesy.sparql.tokens import Token
from nesy.sparql.tree import Bracket, Call, Exists, Expression, Span

TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_ABOUT_ITSELF = frozenset(
    {
        *(RDF.type, SH.name, SH.message, SH.severity, SH.description, SH.order, SH.deactivated, SH.sparql, SH.path),
        *(SH.property, SH.group, *TARGETS),
    }
)
_ABSENCE = (SH.minCount, SH.hasValue, SH.equals, SH.qualifiedMinCount)
_FOLLOWED = frozenset({SH.prefixes, SH.declare, SH.node, SH.property, SH["not"], SH["and"], SH["or"], SH.xone})
_MODIFIERS: dict[Node, str] = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def preconditions(rules: Rules, naming: str | None = None) -> Rules:
    """Return a pack with the same IRIs that answers where these rules are reached.

    Args:
        rules: the pack.
        naming: see `precondition_graph`.

    Raises:
        KnowledgeError: a query cannot be read.
    """
    merged = Graph(bind_namespaces="none")
    for rule in rules:
        for triple in precondition_graph(rules.shape(rule.iri), rule.iri, naming):
            merged.add(triple)
    return Rules.of(merged)


def rule_graph(graph: Graph, iri: str) -> Graph:
    """Return the triples of one rule: its shape, the nameless nodes below it, the shapes and prefixes it names."""
    found = Graph(bind_namespaces="none")
    waiting: list[Node] = [URIRef(iri)]
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        declares = (node, SH.declare, None) in graph
        for predicate, value in graph.predicate_objects(node):
            if declares and predicate != SH.declare:
                continue  # the header of a rule file
            found.add((node, predicate, value))
            if isinstance(value, BNode) or predicate in _FOLLOWED:
                waiting.append(value)
    return found


def precondition_graph(graph: Graph, iri: str, naming: str | None = None) -> Graph:
    """Return a rule with the same IRI and target that answers where the rule of `graph` is reached.

    Args:
        graph: holds the rule.
        iri: of the rule.
        naming: the id of a claim; if given, the rule only answers where it is reached by this claim, and names none.

    Raises:
        KnowledgeError: a query of the rule cannot be read; names the rule.
    """
    rule, shape = rule_graph(graph, iri), URIRef(iri)
    relaxed = Graph(bind_namespaces="none")
    for target in TARGETS:
        for node in rule.objects(shape, target):
            relaxed.add((shape, target, node))
    relaxed.add((shape, RDF.type, SH.NodeShape))
    relaxed.add((shape, SH.severity, SH.Info))
    relaxed.add((shape, SH.message, Literal("reached")))
    for constraint in rule.objects(shape, SH.sparql):
        try:
            text = relaxed_query(str(rule.value(constraint, SH.select)), naming)
        except KnowledgeError as error:
            raise KnowledgeError(f"rule {iri}: {error}") from None
        kept = BNode()
        relaxed.add((shape, SH.sparql, kept))
        relaxed.add((kept, SH.select, Literal(text)))
        for prefixes in rule.objects(constraint, SH.prefixes):
            relaxed.add((kept, SH.prefixes, prefixes))
            for part in rule_graph(rule, str(prefixes)):
                relaxed.add(part)
    for text in sorted(_core_queries(rule, shape, naming)):
        kept = BNode()
        relaxed.add((shape, SH.sparql, kept))
        relaxed.add((kept, SH.select, Literal(text)))
    return relaxed


def relaxed_query(text: str, naming: str | None = None) -> str:
    """Return a SELECT query without what it denies and compares, perhaps only for one claim; see the top of this file.

    >>> relaxed_query("SELECT $this WHERE { ?a <urn:p> ?n . FILTER (?n > 3) FILTER NOT EXISTS { ?a <urn:q> ?b } }")
    'SELECT DISTINCT $this WHERE { ?a <urn:p> ?n .   }'
    """
    query = read_query(text)
    values = _values(query)
    changes: list[tuple[Span, str]] = []
    for clause in query.clauses:
        if clause.keyword in ("HAVING", "MINUS"):
            changes.append((clause.span, ""))
        elif clause.keyword == "FILTER" and clause.condition is not None:
            kept = _relaxed(query, clause.condition, values, wanted=True)
            if kept != query.of(clause.condition):
                changes.append((clause.span, "" if kept == "true" else f"FILTER ({kept})"))
    changes += _without_disjoint(query)
    told = _told_together(query)
    apart = "".join(f"FILTER (?{a} != ?{b}) " for i, a in enumerate(told) for b in told[i + 1 :])
    if naming is not None:
        apart += f'FILTER (CONTAINS(CONCAT(" ", STR(?value), " "), " {naming} ")) '
    if apart:
        changes.append((Span(query.outermost.end - 1, query.outermost.end - 1), apart))
    changes.append(_head(query, named=naming is None))
    outer: list[tuple[Span, str]] = []
    for span, new in sorted(changes, key=lambda change: (change[0].start, -change[0].end)):
        if not any(other.start <= span.start and span.end <= other.end for other, _ in outer):
            outer.append((span, new))
    return query.replaced(*outer)


def _head(query: QueryText, *, named: bool) -> tuple[Span, str]:
    """Select the claims alone, each once; a head that computes something is left as it is."""
    select = query.tokens[0]
    head = [token for token in query.tokens if token.end <= query.outermost.start]
    if any(token.text == "(" for token in head) or not head or select.text != "SELECT":
        return Span(0, 0), ""
    value = [query.of(Span(token.start, token.end)) for token in head if named and token.text == "?value"]
    end = next((token.start for token in head if token.text == "WHERE"), query.outermost.start)
    return Span(select.start, end), " ".join(["SELECT DISTINCT $this", *value[:1]]) + " "


def _without_disjoint(query: QueryText) -> Iterator[tuple[Span, str]]:
    """Yield the changes that drop `?lacking owl:disjointWith ?needed` and `?thing a ?lacking`."""
    patterns = [pattern for statement in query.statements for pattern in statement.patterns]
    denials = [pattern for pattern in patterns if "disjointWith" in query.of(pattern.path)]
    classes = {query.of(side) for pattern in denials for side in (pattern.subject, pattern.object)}
    dropped = {*denials, *(p for p in patterns if query.of(p.path) == "a" and query.of(p.object) in classes)}
    for statement in query.statements:
        if dropped & set(statement.patterns):
            kept = [query.triple(pattern) for pattern in statement.patterns if pattern not in dropped]
            yield query.rewritten(statement, kept)


def _told_together(query: QueryText) -> list[str]:
    """Return the variables that `CONCAT(...) AS ?value` puts side by side."""
    for clause in query.clauses:
        if clause.keyword != "BIND":
            continue
        tokens = list(query.within(clause.span))
        if tokens[-2].text[1:] == "value" and any(token.text == "CONCAT" for token in tokens):
            return list(dict.fromkeys(token.text[1:] for token in tokens[:-3] if token.kind == "variable"))
    return []


@cache
def _value_properties() -> frozenset[str]:
    names = Ontology.default().graph.subjects(RDF.type, OWL.DatatypeProperty)
    return frozenset(f"nesy:{str(name).removeprefix(str(VOCABULARY))}" for name in names)


def _values(query: QueryText) -> frozenset[str]:
    """Return the variables that stand for numbers and texts, not for nodes."""
    found = set()
    for statement in query.statements:
        for pattern in statement.patterns:
            if query.line(pattern.path) in _value_properties():
                found.add(query.of(pattern.object)[1:])
    for clause in query.clauses:
        if clause.keyword == "BIND":
            found.add(list(query.within(clause.span))[-2].text[1:])
    return frozenset(found)


def _relaxed(query: QueryText, condition: Expression, values: frozenset[str], *, wanted: bool) -> str:
    """Write a condition in which everything denied or compared is granted; `wanted` is False below an odd `!`."""
    granted = "true" if wanted else "false"
    match condition:
        case Bracket(inner) if is_condition(inner):
            told = _relaxed(query, inner, values, wanted=wanted)
            return told if told in ("true", "false") else f"({told})"
        case Call("&&" | "||", operands):
            parts = [_relaxed(query, part, values, wanted=wanted) for part in operands]
            decisive, neutral = ("false", "true") if condition.name == "&&" else ("true", "false")
            if decisive in parts:
                return decisive
            left = [part for part in parts if part != neutral]
            return f" {condition.name} ".join(left) or neutral
        case Call("!", (inner,)):
            told = _relaxed(query, inner, values, wanted=not wanted)
            return {"true": "false", "false": "true"}.get(told, f"!({told})")
        case Exists():
            return granted if condition.denied == wanted else query.of(condition)
        case Call() if is_comparison(condition):
            return granted if _compares_values(query, condition, values) else query.of(condition)
        case _:
            asks_for_lack = not wanted and next(query.within(condition)).text == "BOUND"
            return granted if asks_for_lack else query.of(condition)


def _compares_values(query: QueryText, condition: Call, values: frozenset[str]) -> bool:
    """Tell a comparison of numbers or texts from one that tells nodes apart or picks them from a list."""
    if condition.name in ("IN", "NOT IN"):
        return False
    sides: list[list[Token]] = [list(query.within(part)) for part in condition.operands]
    if all(side and side[0].text == "STR" for side in sides):
        return False
    if condition.name not in ("=", "!="):
        return True
    words = [token for side in sides for token in side]
    return any(
        token.kind == "number"
        or token.text in ("+", "-", "*", "/")
        or (token.kind == "variable" and token.text[1:] in values)
        for token in words
    )


# --- SHACL Core ---


def _core_queries(rule: Graph, shape: URIRef, naming: str | None) -> Iterator[str]:
    """Yield the queries under which the Core part of a shape is reached; none where it has no such part."""
    if any(link not in _ABOUT_ITSELF and str(link).startswith(str(SH)) for link in rule.predicates(shape)):
        yield _reached(rule, shape, naming)
    for inner in rule.objects(shape, SH.property):
        yield _reached(rule, inner, naming)


def _reached(rule: Graph, shape: Node, naming: str | None) -> str:
    path = rule.value(shape, SH.path)
    found = "{ $this ?to ?value } UNION { ?from ?by $this }"
    if path is not None and not any((shape, absence, None) in rule for absence in _ABSENCE):
        found = f"$this {path_text(rule, path)} ?reached"
    if naming is not None:
        found += f" . $this {NESY.id.n3()} {Literal(naming).n3()}"
    return f"SELECT DISTINCT $this WHERE {{ {found} }}"


def path_text(graph: Graph, path: Node) -> str:
    """Write a SHACL path as a SPARQL path.

    >>> graph = Graph().parse(data="[] <urn:x> [ <http://www.w3.org/ns/shacl#inversePath> <urn:on> ] .")
    >>> path_text(graph, next(graph.objects(None, URIRef("urn:x"))))
    '^<urn:on>'
    """
    if isinstance(path, URIRef):
        return path.n3()
    if (path, RDF.first, None) in graph:
        return "(" + "/".join(path_text(graph, step) for step in Collection(graph, path)) + ")"
    for link, inner in graph.predicate_objects(path):
        if link == SH.inversePath:
            return f"^{path_text(graph, inner)}"
        if link == SH.alternativePath:
            return "(" + "|".join(path_text(graph, choice) for choice in Collection(graph, inner)) + ")"
        if link in _MODIFIERS:
            return f"({path_text(graph, inner)}){_MODIFIERS[link]}"
    raise KnowledgeError(f"a path that SHACL does not know: {path.n3()}")
