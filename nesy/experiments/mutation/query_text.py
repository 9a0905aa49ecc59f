"""SPARQL SELECT text -> where its triple patterns, filters, bindings and groups stand, so that they can be changed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Protocol

from nesy.errors import KnowledgeError
from nesy.sparql import SparqlError, parse_open
from nesy.sparql.tokens import Token, tokens
from nesy.sparql.tree import (
    Bind,
    Bracket,
    Call,
    Exists,
    Expression,
    Filter,
    Group,
    Minus,
    Optional_,
    Pattern,
    Query,
    Span,
    Triples,
)
from nesy.sparql.variable_scope import expressions_of, groups_of, parts

_COMPARED = frozenset({"<", ">", "<=", ">=", "=", "!=", "IN", "NOT IN"})


class Placed(Protocol):
    """A part of a query that knows where it stands."""

    @property
    def span(self) -> Span:
        """Its place."""


@dataclass(frozen=True)
class Statement:
    """Triple patterns written as one, with `;` and `,`; `group` numbers the braces that hold it."""

    triples: Triples
    group: int

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """The patterns, those within brackets of their own left out."""
        return self.triples.patterns

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.triples.span


@dataclass(frozen=True)
class Clause:
    """FILTER, BIND, HAVING, OPTIONAL or MINUS: where it stands, and the condition of FILTER and HAVING."""

    keyword: str
    span: Span
    group: int
    condition: Expression | None = None


@dataclass(frozen=True)
class QueryText:
    """A query and the places of its parts, in the order of the text (those of inner groups too)."""

    text: str
    tokens: tuple[Token, ...]
    statements: tuple[Statement, ...]
    clauses: tuple[Clause, ...]
    outermost: Span
    """The braces of WHERE, themselves included."""

    def of(self, place: Span | Placed) -> str:
        """Return what stands at a place."""
        span = place_of(place)
        return self.text[span.start : span.end]

    def line(self, place: Span | Placed) -> str:
        """Return what stands at a place in one line, for a reader."""
        return re.sub(r"\s+", " ", self.of(place)).strip()

    def within(self, place: Span | Placed) -> Iterator[Token]:
        """Yield the tokens of a place."""
        span = place_of(place)
        return (token for token in self.tokens if span.start <= token.start and token.end <= span.end)

    def replaced(self, *changes: tuple[Span, str]) -> str:
        """Return the text with other words at these places, which must not overlap."""
        text = self.text
        for span, new in sorted(changes, key=lambda change: -change[0].start):
            text = text[: span.start] + new + text[span.end :]
        return text

    def rewritten(self, statement: Statement, triples: Sequence[str]) -> tuple[Span, str]:
        """Return the change that puts these triples in the place of a statement (its full stop goes with the last)."""
        after = next((token for token in self.tokens if token.start >= statement.span.end), None)
        end = after.end if not triples and after is not None and after.text == "." else statement.span.end
        return Span(statement.span.start, end), " . ".join(triples)

    def triple(self, pattern: Pattern) -> str:
        """Return a pattern by itself: `?r nesy:predicate ?p`."""
        return f"{self.line(pattern.subject)} {self.line(pattern.path)} {self.line(pattern.object)}"


def place_of(place: Span | Placed) -> Span:
    """Return the place of a part."""
    return place if isinstance(place, Span) else place.span


def read_query(text: str) -> QueryText:
    """Find the parts of a SELECT query, which need not declare its prefixes.

    Raises:
        KnowledgeError: the text is no such query; says at which word the reader was lost.
    """
    try:
        query = parse_open(text)
    except SparqlError as error:
        raise KnowledgeError(f"a query that cannot be read at {error}") from error
    if query.form != "SELECT":
        raise KnowledgeError(f"a query that is no SELECT: {text.strip()[:60]!r}")
    found = _Parts()
    found.query(query, 0)
    clauses = sorted(found.clauses, key=lambda clause: clause.span.start)
    statements = sorted(found.statements, key=lambda statement: statement.span.start)
    return QueryText(text, tuple(tokens(text)), tuple(statements), tuple(clauses), query.group.span)


class _Parts:
    """Goes through a query once."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.clauses: list[Clause] = []
        self._numbers = count(1)

    def query(self, query: Query, number: int) -> None:
        for expression in expressions_of(query):
            self._expression(expression)
        self._group(query.group)
        for one in query.having:
            start = query.having_span.start if one is query.having[0] else one.span.start
            self.clauses.append(Clause("HAVING", Span(start, one.span.end), number, one))

    def _group(self, group: Group) -> None:
        number = next(self._numbers)
        for element in group.elements:
            match element:
                case Triples():
                    self.statements.append(Statement(element, number))
                case Filter(expression, span):
                    self.clauses.append(Clause("FILTER", span, number, expression))
                    self._expression(expression)
                case Bind(expression, _, span):
                    self.clauses.append(Clause("BIND", span, number))
                    self._expression(expression)
                case Optional_(_, span) | Minus(_, span):
                    keyword = "OPTIONAL" if isinstance(element, Optional_) else "MINUS"
                    self.clauses.append(Clause(keyword, span, number))
                case Query():
                    self.query(element, number)
                case _:
                    pass
            for inner in groups_of(element):
                self._group(inner)

    def _expression(self, expression: Expression) -> None:
        for part in parts(expression):
            if isinstance(part, Exists):
                self._group(part.group)


# --- what kind of condition an expression is ---


def is_comparison(expression: Expression) -> bool:
    """Tell whether two sides are compared, or a value is looked for in a list."""
    return isinstance(expression, Call) and expression.name in _COMPARED and len(expression.operands) > 0


def is_condition(expression: Expression) -> bool:
    """Tell whether an expression is made of comparisons, EXISTS and what joins them; a value alone is none."""
    match expression:
        case Bracket(inner):
            return is_condition(inner)
        case Call("&&" | "||" | "!"):
            return True
        case Exists():
            return True
        case _:
            return is_comparison(expression)
