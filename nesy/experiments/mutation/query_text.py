"""SPARQL SELECT text -> where its triple patterns, filters, bindings and groups stand, so that they can be changed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from nesy.errors import KnowledgeError

_TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)
    |(?P<iri><[^<>"{}|^`\\\s]*>)
    |(?P<text>\"\"\".*?\"\"\"|'''.*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<variable>[?$]\w+)
    |(?P<number>(?:\d+\.\d+|\.\d+|\d+)(?:[eE][+-]?\d+)?)
    |(?P<name>_:[\w.-]*\w|[A-Za-z][\w.-]*:[\w%]?(?:[\w.%-]*[\w%-])?|:[\w%](?:[\w.%-]*[\w%-])?)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||!=|<=|>=|\^\^|[{}()\[\].;,=<>!+\-*/|^?@])""",
    re.VERBOSE | re.DOTALL,
)
_TERMS = frozenset({"iri", "text", "variable", "number", "name"})
_COMPARED = frozenset({"<", ">", "<=", ">=", "=", "!=", "IN", "NOT IN"})
_CLOSING = {"(": ")", "{": "}", "[": "]"}


@dataclass(frozen=True)
class Token:
    """A word of the query: what kind of word, its text, and where it stands (characters)."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def upper(self) -> str:
        """The text of a word in capitals (SPARQL's keywords have no case); of all else, the text."""
        return self.text.upper() if self.kind == "word" else self.text


@dataclass(frozen=True)
class Span:
    """From one character of the query to before another."""

    start: int
    end: int


@dataclass(frozen=True)
class Pattern:
    """One triple pattern."""

    subject: Span
    path: Span
    object: Span


@dataclass(frozen=True)
class Statement:
    """Triple patterns written as one, with `;` and `,`; `group` numbers the braces that hold it."""

    span: Span
    patterns: tuple[Pattern, ...]
    group: int


@dataclass(frozen=True)
class Expression:
    """A condition: `and`, `or`, `not`, `compare` (with its sign), `exists`, `not exists`, or any other `value`."""

    kind: str
    span: Span
    parts: tuple["Expression", ...] = ()
    sign: Span | None = None
    operator: str = ""


@dataclass(frozen=True)
class Clause:
    """FILTER, BIND, HAVING, OPTIONAL or MINUS: where it stands, and the condition of the first three."""

    keyword: str
    span: Span
    group: int
    condition: Expression | None = None


@dataclass
class _Found:
    statements: list[Statement] = field(default_factory=list)
    clauses: list[Clause] = field(default_factory=list)
    groups: int = 0
    outermost: Span | None = None


@dataclass(frozen=True)
class QueryText:
    """A query and the places of its parts, in the order of the text (those of inner groups too)."""

    text: str
    tokens: tuple[Token, ...]
    statements: tuple[Statement, ...]
    clauses: tuple[Clause, ...]
    outermost: Span
    """The braces of WHERE, themselves included."""

    def of(self, span: Span) -> str:
        """Return what stands at a place."""
        return self.text[span.start : span.end]

    def line(self, span: Span) -> str:
        """Return what stands at a place in one line, for a reader."""
        return re.sub(r"\s+", " ", self.of(span)).strip()

    def within(self, span: Span) -> Iterator[Token]:
        """Yield the tokens of a place."""
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


def read_query(text: str) -> QueryText:
    """Find the parts of a SELECT query.

    Raises:
        KnowledgeError: the text is no such query; says at which word the reader was lost.
    """
    tokens = tuple(_tokens(text))
    reader = _Reader(text, tokens)
    at = 0
    while at < len(tokens):
        at = reader.top(at)
    found = reader.found
    if found.outermost is None:
        raise KnowledgeError(f"a query without a group of patterns: {text.strip()[:60]!r}")
    clauses = sorted(found.clauses, key=lambda clause: clause.span.start)
    statements = sorted(found.statements, key=lambda statement: statement.span.start)
    return QueryText(text, tokens, tuple(statements), tuple(clauses), found.outermost)


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise KnowledgeError(f"a query with an unreadable sign at {text[at : at + 20]!r}")
        if match.lastgroup != "blank":
            yield Token(match.lastgroup, match[0], match.start(), match.end())
        at = match.end()


_Read = Callable[[int], tuple[Expression, int]]


class _Reader:
    """Goes through the tokens once; each method starts at a token and returns the number of the one after."""

    def __init__(self, text: str, tokens: tuple[Token, ...]) -> None:
        self.found = _Found()
        self._text = text
        self._tokens = tokens

    def _word(self, at: int) -> str:
        return self._tokens[at].upper if at < len(self._tokens) else ""

    def _lost(self, at: int) -> KnowledgeError:
        place = self._tokens[min(at, len(self._tokens) - 1)].start if self._tokens else 0
        return KnowledgeError(f"a query that cannot be read at {self._text[place : place + 40]!r}")

    def _span(self, first: int, after: int) -> Span:
        return Span(self._tokens[first].start, self._tokens[after - 1].end)

    def _closed(self, at: int) -> int:
        """Return the number after the bracket that closes the one at `at`."""
        waiting = [_CLOSING[self._word(at)]]
        at += 1
        while waiting:
            word = self._word(at)
            if not word:
                raise self._lost(at)
            if word in _CLOSING:
                waiting.append(_CLOSING[word])
            elif word == waiting[-1]:
                waiting.pop()
            at += 1
        return at

    def top(self, at: int) -> int:
        """Read one piece outside of patterns: a group, a HAVING, or a single word of the head."""
        if self._word(at) == "{":
            after = self.group(at)
            if self.found.outermost is None or self._tokens[at].start < self.found.outermost.start:
                self.found.outermost = self._span(at, after)
            return after
        if self._word(at) == "HAVING":
            return self._clause(at, 0)
        return self._closed(at) if self._word(at) == "(" else at + 1

    def group(self, at: int) -> int:
        """Read `{ ... }`, a subquery too."""
        self.found.groups += 1
        number = self.found.groups
        at += 1
        inside_query = self._word(at) == "SELECT"
        while self._word(at) != "}":
            word = self._word(at)
            if not word:
                raise self._lost(at)
            if inside_query:
                at = self._inner_query(at, number)
            elif word == "{":
                at = self.group(at)
            elif word in ("FILTER", "BIND", "HAVING"):
                at = self._clause(at, number)
            elif word in ("OPTIONAL", "MINUS"):
                after = self.group(at + 1)
                self.found.clauses.append(Clause(word, self._span(at, after), number))
                at = after
            elif word in ("UNION", "."):
                at += 1
            elif word in ("GRAPH", "SERVICE"):
                at += 2
            elif word == "VALUES":
                at = self._values(at)
            else:
                at = self._statement(at, number)
        return at + 1

    def _inner_query(self, at: int, number: int) -> int:
        if self._word(at) == "{":
            return self.group(at)
        if self._word(at) == "HAVING":
            return self._clause(at, number)
        return self._closed(at) if self._word(at) == "(" else at + 1

    def _values(self, at: int) -> int:
        at += 1
        while self._word(at) != "{":
            at = self._closed(at) if self._word(at) == "(" else at + 1
            if not self._word(at):
                raise self._lost(at)
        return self._closed(at)

    def _clause(self, at: int, number: int) -> int:
        first = at
        keyword = self._word(at)
        condition, at = self._unary(at + 1)
        self.found.clauses.append(Clause(keyword, self._span(first, at), number, condition))
        return at

    # --- conditions ---

    def _either(self, at: int) -> tuple[Expression, int]:
        return self._joined(at, "||", "or", self._both)

    def _both(self, at: int) -> tuple[Expression, int]:
        return self._joined(at, "&&", "and", self._compared)

    def _joined(self, at: int, sign: str, kind: str, read: _Read) -> tuple[Expression, int]:
        first = at
        one, at = read(at)
        parts = [one]
        while self._word(at) == sign:
            one, at = read(at + 1)
            parts.append(one)
        return (parts[0] if len(parts) == 1 else Expression(kind, self._span(first, at), tuple(parts))), at

    def _compared(self, at: int) -> tuple[Expression, int]:
        first = at
        left, at = self._operand(at)
        sign_at, sign = at, self._word(at)
        if sign == "NOT" and self._word(at + 1) == "IN":
            at, sign = at + 1, "NOT IN"
        if sign not in _COMPARED:
            return left, at
        signs = self._span(sign_at, at + 1)
        right, at = self._operand(at + 1)
        return Expression("compare", self._span(first, at), (left, right), signs, sign), at

    def _operand(self, at: int) -> tuple[Expression, int]:
        """Read what stands beside a comparison: all words up to the next sign of logic."""
        first = at
        single, at = self._unary(at)
        while self._word(at) in ("+", "-", "*", "/"):
            _, at = self._unary(at + 1)
        return (single if single.span == self._span(first, at) else Expression("value", self._span(first, at))), at

    def _unary(self, at: int) -> tuple[Expression, int]:
        first, word = at, self._word(at)
        if word == "!":
            inner, at = self._unary(at + 1)
            return Expression("not", self._span(first, at), (inner,)), at
        if word in ("EXISTS", "NOT"):
            at = self.group(at + (1 if word == "EXISTS" else 2))
            return Expression("exists" if word == "EXISTS" else "not exists", self._span(first, at)), at
        if word in ("+", "-"):
            _, at = self._unary(at + 1)
            return Expression("value", self._span(first, at)), at
        if word == "(":
            return self._bracket(at)
        if not word:
            raise self._lost(at)
        at += 1
        if self._word(at) == "(":  # a function, or an IRI used as one
            at = self._arguments(at)
        elif self._tokens[first].kind == "text" and self._word(at) in ("^^", "@"):
            at += 2
        return Expression("value", self._span(first, at)), at

    def _bracket(self, at: int) -> tuple[Expression, int]:
        """Read `( condition )`, `( value AS ?name )` or a list."""
        first, after = at, self._closed(at)
        if self._word(at + 1) == ")":
            return Expression("value", self._span(first, after)), after
        inner, at = self._either(at + 1)
        if self._word(at) == ")":
            kind = "bracket" if inner.kind != "value" else "value"
            return Expression(kind, self._span(first, after), (inner,)), after
        while at < after - 1:  # a list, or AS ?name: its members may hold conditions of their own
            _, at = self._either(at + 1)
        return Expression("value", self._span(first, after)), after

    def _arguments(self, at: int) -> int:
        """Read the arguments of a function; conditions may stand in them (IF), and groups (EXISTS)."""
        after = self._closed(at)
        at += 1
        while at < after - 1:
            if self._word(at) in (",", ";", "DISTINCT", "*", "SEPARATOR", "="):
                at += 1
            else:
                _, at = self._either(at)
        return after

    # --- triple patterns ---

    def _term(self, at: int) -> int:
        word = self._word(at)
        if word in ("[", "("):
            return self._closed(at)
        if word in ("+", "-"):
            return at + 2
        if at >= len(self._tokens) or (self._tokens[at].kind not in _TERMS and word not in ("TRUE", "FALSE")):
            raise self._lost(at)
        if self._tokens[at].kind == "text" and self._word(at + 1) in ("^^", "@"):
            return at + 3
        return at + 1

    def _statement(self, at: int, number: int) -> int:
        first, after = at, self._term(at)
        subject = self._span(at, after)
        patterns: list[Pattern] = []
        at = after
        while self._word(at) not in (".", "}", "FILTER", "BIND", "OPTIONAL", "MINUS", "{", "VALUES"):
            path_first, at = at, self._path(at)
            path = self._span(path_first, at)
            while True:
                after = self._term(at)
                patterns.append(Pattern(subject, path, self._span(at, after)))
                at = after
                if self._word(at) != ",":
                    break
                at += 1
            while self._word(at) == ";":
                at += 1
        self.found.statements.append(Statement(self._span(first, at), tuple(patterns), number))
        return at

    def _path(self, at: int) -> int:
        at = self._step(at)
        while self._word(at) in ("/", "|"):
            at = self._step(at + 1)
        return at

    def _step(self, at: int) -> int:
        if self._word(at) in ("^", "!"):
            return self._step(at + 1)
        at = self._closed(at) if self._word(at) == "(" else at + 1
        return at + 1 if self._word(at) in ("?", "*", "+") else at
