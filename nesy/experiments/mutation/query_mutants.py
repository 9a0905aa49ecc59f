"""SPARQL text -> the texts in which one thing is wrong: each with its operator and what was changed."""

from collections.abc import Iterator
from dataclasses import dataclass

from rdflib import OWL, RDFS, URIRef

from nesy.experiments.mutation.query_text import (
    Clause,
    QueryText,
    Statement,
    is_condition,
    read_query,
)
from nesy.experiments.mutation.siblings import siblings
from nesy.ontology.namespaces import VOCABULARY
from nesy.sparql.tokens import Token
from nesy.sparql.tree import Bracket, Call, Exists, Expression, Pattern, Span

_PREFIXES = {"nesy:": str(VOCABULARY), "rdfs:": str(RDFS), "owl:": str(OWL)}
_OTHER_SIGN = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "!=", "!=": "=", "&&": "||", "||": "&&"}
_NAMES_CLAIM = "nesy:id"
"""The pattern that names a claim for the report: without it every finding is lost, which shows nothing."""
_OF_CLAIMS = frozenset(
    f"nesy:{name}"
    for name in (
        *("subject", "object", "predicate", "entity", "part", "state", "category", "attribute", "value", "label"),
        *("hasEntity", "hasRelation", "hasPartState", "hasCount", "hasAttribute", "left", "top", "right", "bottom"),
    )
)
"""Links from a claim to what it says; turned round they never hold, which shows nothing either."""


_TOLD, _AROUND = 90, 28
"""A text up to so many characters is told whole; of a longer one, so many on both sides of the change."""
_SHOWN_BY = {
    "nesy:hasRelation": frozenset({"nesy:subject", "nesy:predicate"}),
    "nesy:hasPartState": frozenset({"nesy:entity", "nesy:part", "nesy:state"}),
    "nesy:hasEntity": frozenset({"nesy:left", "nesy:top", "nesy:right", "nesy:bottom", "nesy:hasAttribute"}),
    "nesy:hasCount": frozenset({"nesy:value"}),
}
"""For every link from the scene to a claim, the properties that only such claims have."""


@dataclass(frozen=True)
class Change:
    """One change of a text: which operator made it, what it did (`before -> after`), and the text after it."""

    operator: str
    what: str
    text: str


def query_mutants(text: str) -> tuple[Change, ...]:
    """Return the mutants of a SELECT query, all different from it and from each other, in a fixed order.

    Raises:
        KnowledgeError: the query cannot be read.
    """
    query = read_query(text)
    found: dict[str, Change] = {}
    for operator in (_patterns_dropped, _patterns_turned, _roles_exchanged, _paths_changed, _terms_replaced):
        for change in operator(query):
            found.setdefault(change.text, change)
    for operator in (_clauses_dropped, _clauses_denied, _conditions_dropped, _lists_shortened):
        for change in operator(query):
            found.setdefault(change.text, change)
    for operator in (_signs_changed, _numbers_shifted, _branches_exchanged):
        for change in operator(query):
            found.setdefault(change.text, change)
    found.pop(text, None)
    return tuple(found.values())


# --- triple patterns ---


def _rewritten(
    query: QueryText, statement: Statement, pattern: Pattern, operator: str, new: tuple[str, ...], told: str
) -> Change:
    triples = [
        triple for other in statement.patterns for triple in (new if other is pattern else (query.triple(other),))
    ]
    return Change(operator, told, query.replaced(query.rewritten(statement, triples)))


def _patterns_dropped(query: QueryText) -> Iterator[Change]:
    for statement, pattern in _patterns(query):
        alone = sum(len(other.patterns) for other in query.statements if other.group == statement.group) == 1
        if query.line(pattern.path) != _NAMES_CLAIM and not alone and not _is_implied(query, pattern):
            yield _rewritten(query, statement, pattern, "pattern dropped", (), query.triple(pattern))


def _is_implied(query: QueryText, pattern: Pattern) -> bool:
    """Tell whether the data says a pattern anyway, so that leaving it out changes nothing.

    Data are those of one scene: whatever has a subject is one of its relations, whatever has a body part one of its
    part states, and so on.
    """
    shown_by = _SHOWN_BY.get(query.line(pattern.path), frozenset())
    group = next(statement.group for statement in query.statements if any(one is pattern for one in statement.patterns))
    return query.of(pattern.subject) == "$this" and any(
        query.line(other.path) in shown_by and query.of(other.subject) == query.of(pattern.object)
        for statement in query.statements
        if statement.group == group
        for other in statement.patterns
    )


def _patterns_turned(query: QueryText) -> Iterator[Change]:
    """Swap subject and object where both can be nodes of the same kind, and the path is not its own inverse."""
    for statement, pattern in _patterns(query):
        path = query.line(pattern.path)
        first, _, second = path.partition("|")
        both_ways = bool(second) and second in (f"^{first}", first.removeprefix("^"))
        fixed = path in _OF_CLAIMS or path in ("a", _NAMES_CLAIM) or query.of(pattern.object)[0] not in "?$"
        if both_ways or fixed:
            continue
        turned = f"{query.line(pattern.object)} {path} {query.line(pattern.subject)}"
        told = f"{query.triple(pattern)} -> {turned}"
        yield _rewritten(query, statement, pattern, "pattern turned", (turned,), told)


def _roles_exchanged(query: QueryText) -> Iterator[Change]:
    """Let the subject and the object of one relation change places."""
    for statement in query.statements:
        roles = {query.line(pattern.path): pattern for pattern in statement.patterns}
        for one, other in (("nesy:subject", "nesy:object"), ("nesy:entity", "nesy:object")):
            if one in roles and other in roles:
                a, b = roles[one].object.span, roles[other].object.span
                told = f"{query.triple(roles[one])} , {query.line(b)} -> {query.line(b)} , {query.line(a)}"
                yield Change("roles exchanged", told, query.replaced((a, query.of(b)), (b, query.of(a))))


def _paths_changed(query: QueryText) -> Iterator[Change]:
    """Leave out one choice of a path, turn a step round, or take away its repetition."""
    for _, pattern in _patterns(query):
        tokens = list(query.within(pattern.path))
        signs = [token for token in tokens if token.text in ("|", "^", "*", "+", "?")]
        flat = not any(token.text in "()" for token in tokens)
        if flat and any(token.text == "|" for token in signs):
            choices = query.of(pattern.path).split("|")
            for i in range(len(choices)):
                yield _at(query, "path changed", pattern, pattern.path.span, "|".join(choices[:i] + choices[i + 1 :]))
        for sign in signs:
            if sign.text != "|":
                span = Span(sign.start, sign.end)
                yield _at(query, "path changed", pattern, span, "")


def _at(query: QueryText, operator: str, pattern: Pattern, span: Span, new: str) -> Change:
    """Change one place within a pattern, and tell the whole of it."""
    whole = Span(pattern.subject.span.start, pattern.object.span.end)
    return Change(operator, _told(query, whole, span, new), query.replaced((span, new)))


def _told(query: QueryText, whole: Span, span: Span, new: str) -> str:
    """Tell a change within a pattern or a clause: before and after, cut to what stands around it."""
    start, end = whole.start, whole.end
    if end - start > _TOLD:
        first, last = span.start - _AROUND, span.end + _AROUND
        near = [token for token in query.within(whole) if token.end > first and token.start < last]
        start, end = near[0].start, near[-1].end
    before, after = (" ... " if start > whole.start else ""), (" ..." if end < whole.end else "")
    old = f"{before}{query.text[start:end]}{after}"
    changed = f"{before}{query.text[start : span.start]}{new}{query.text[span.end : end]}{after}"
    return f"{' '.join(old.split())} -> {' '.join(changed.split())}"


def _cut(query: QueryText, span: Span) -> str:
    line = query.line(span)
    return line if len(line) <= _TOLD else f"{line[: _TOLD - 4]} ..."


def _terms_replaced(query: QueryText) -> Iterator[Change]:
    """Put a sibling or the parent in the place of a class, a property or an individual."""
    for statement, pattern in _patterns(query):
        for part in ("subject", "path", "object"):
            for token in query.within(getattr(pattern, part)):
                for new in _others(token):
                    triple = {name: query.line(getattr(pattern, name)) for name in ("subject", "path", "object")}
                    start = getattr(pattern, part).span.start
                    old = query.of(getattr(pattern, part))
                    triple[part] = old[: token.start - start] + new + old[token.end - start :]
                    written = " ".join(triple.values())
                    told = f"{query.triple(pattern)} -> {written}"
                    yield _rewritten(query, statement, pattern, "term replaced", (written,), told)
    for clause in query.clauses:
        for token in _of_clause(query, clause):
            for new in _others(token):
                yield _in_clause(query, "term replaced", clause, token, new)


def _others(token: Token) -> Iterator[str]:
    if token.kind != "name" or token.text == _NAMES_CLAIM:
        return
    prefix, name = token.text.split(":", 1)
    for other in siblings(URIRef(_PREFIXES.get(f"{prefix}:", "") + name)):
        for short, long in _PREFIXES.items():
            if str(other).startswith(long):
                yield short + str(other).removeprefix(long)


def _patterns(query: QueryText) -> Iterator[tuple[Statement, Pattern]]:
    for statement in query.statements:
        for pattern in statement.patterns:
            yield statement, pattern


# --- filters, bindings, groups ---


def _clauses_dropped(query: QueryText) -> Iterator[Change]:
    for clause in query.clauses:
        if clause.keyword == "BIND":
            continue
        name = clause.keyword.lower()
        if isinstance(clause.condition, Exists) and clause.keyword == "FILTER":
            name = "not exists" if clause.condition.denied else "exists"
        yield Change(f"{name} dropped", query.line(clause.span), query.replaced((clause.span, "")))


def _clauses_denied(query: QueryText) -> Iterator[Change]:
    for clause in query.clauses:
        condition = clause.condition
        if clause.keyword not in ("FILTER", "HAVING") or condition is None:
            continue
        if isinstance(condition, Bracket) and is_condition(condition):
            new = f"{clause.keyword} (!{query.of(condition.span)})"
            told = f"{_cut(query, clause.span)} -> {clause.keyword} (! ...)"
            yield Change("filter denied", told, query.replaced((clause.span, new)))
    for clause in query.clauses:
        tokens = list(_of_clause(query, clause))
        for i, token in enumerate(tokens):
            if token.text != "EXISTS":
                continue
            denied = i > 0 and tokens[i - 1].text == "NOT"
            start = tokens[i - 1].start if denied else token.start
            new = "EXISTS" if denied else "NOT EXISTS"
            told = f"{_cut(query, Span(start, clause.span.end))} -> {new} ..."
            yield Change("exists denied", told, query.replaced((Span(start, token.end), new)))


def _conditions_dropped(query: QueryText) -> Iterator[Change]:
    """Leave out one condition of several."""
    for clause in query.clauses:
        for joined in _joined(clause.condition):
            for gone in joined.operands:
                new = f" {joined.name} ".join(query.of(part) for part in joined.operands if part is not gone)
                told = f"{_cut(query, joined.span)} -> without {query.line(gone)}"
                yield Change("condition dropped", told, query.replaced((joined.span, new)))


def _joined(condition: Expression | None) -> Iterator[Call]:
    """Yield what is joined by `&&` and `||`; nothing within a function."""
    match condition:
        case Bracket(inner):
            yield from _joined(inner)
        case Call("&&" | "||" | "!", operands):
            if condition.name != "!":
                yield condition
            for one in operands:
                yield from _joined(one)
        case Call() if is_condition(condition):
            for one in condition.operands[:2]:
                yield from _joined(one)
        case _:
            pass


def _lists_shortened(query: QueryText) -> Iterator[Change]:
    """Leave out one member of `IN (...)`."""
    for clause in query.clauses:
        tokens = list(_of_clause(query, clause))
        for i, token in enumerate(tokens):
            if token.text != "IN" or tokens[i + 1].text != "(":
                continue
            end = next(k for k in range(i, len(tokens)) if tokens[k].text == ")")
            members = [member for member in tokens[i + 2 : end] if member.text != ","]
            for gone in members if len(members) > 1 else ():
                span = Span(tokens[i + 2].start, tokens[end - 1].end)
                new = ", ".join(query.of(_span(member)) for member in members if member != gone)
                told = f"{_cut(query, Span(tokens[i - 1].start, tokens[end].end))} -> without {query.of(_span(gone))}"
                yield Change("list shortened", told, query.replaced((span, new)))


def _signs_changed(query: QueryText) -> Iterator[Change]:
    for clause in query.clauses:
        for token in _of_clause(query, clause):
            if token.text in _OTHER_SIGN:
                yield _in_clause(query, "sign changed", clause, token, _OTHER_SIGN[token.text])


def _numbers_shifted(query: QueryText) -> Iterator[Change]:
    """Double and halve a bound; a whole number goes up and down by one."""
    places: list[tuple[Span, Token]] = [
        (clause.span, token)
        for clause in query.clauses
        for token in _of_clause(query, clause)
        if token.kind == "number"
    ]
    for _, pattern in _patterns(query):
        whole = Span(pattern.subject.span.start, pattern.object.span.end)
        places += [(whole, token) for token in query.within(pattern.object) if token.kind == "number"]
    for whole, token in places:
        span = Span(token.start, token.end)
        value = float(token.text)
        new = (value * 2, value / 2) if "." in token.text else (value + 1, value - 1)
        for number in new:
            text = f"{number:.6f}".rstrip("0") if "." in token.text else f"{number:.0f}"
            written = text + "0" if text.endswith(".") else text
            if number != value:
                yield Change("number shifted", _told(query, whole, span, written), query.replaced((span, written)))


def _branches_exchanged(query: QueryText) -> Iterator[Change]:
    """Let the two values of an IF change places."""
    for clause in query.clauses:
        tokens = list(_of_clause(query, clause))
        for i, token in enumerate(tokens):
            if token.text == "IF":
                spans = _arguments(tokens, i + 1)
                if len(spans) == 3:
                    _, yes, no = spans
                    told = f"{query.line(clause.span)} -> IF branches of {query.line(spans[0])} exchanged"
                    text = query.replaced((yes, query.of(no)), (no, query.of(yes)))
                    yield Change("branches exchanged", told, text)


def _arguments(tokens: list[Token], at: int) -> list[Span]:
    """Return where the arguments of a function stand; `at` is its bracket."""
    depth, start = 0, at + 1
    found: list[Span] = []
    for k in range(at, len(tokens)):
        text = tokens[k].text
        depth += (text == "(") - (text == ")")
        if (text == "," and depth == 1) or depth == 0:
            found.append(Span(tokens[start].start, tokens[k - 1].end))
            start = k + 1
        if depth == 0:
            break
    return found


def _of_clause(query: QueryText, clause: Clause) -> Iterator[Token]:
    """Yield the tokens of a clause that stand in no triple pattern and in no clause within it; none of a group's."""
    if clause.keyword in ("OPTIONAL", "MINUS"):
        return
    inside = [statement.span for statement in query.statements]
    inside += [
        other.span
        for other in query.clauses
        if other != clause and clause.span.start <= other.span.start and other.span.end <= clause.span.end
    ]
    for token in query.within(clause.span):
        if not any(span.start <= token.start and token.end <= span.end for span in inside):
            yield token


def _span(token: Token) -> Span:
    return Span(token.start, token.end)


def _in_clause(query: QueryText, operator: str, clause: Clause, token: Token, new: str) -> Change:
    span = Span(token.start, token.end)
    return Change(operator, _told(query, clause.span, span, new), query.replaced((span, new)))
