"""SPARQL 1.1 query -> tree; what is no query is refused with its place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import urljoin

from nesy.sparql.functions import ARITY
from nesy.sparql.scope import bound_by, bound_in, free, grouped
from nesy.sparql.tokens import Token, tokens
from nesy.sparql.tree import (
    RDF_TYPE,
    XSD,
    Aggregate,
    Bind,
    Blank,
    Bracket,
    Call,
    Choice,
    Constant,
    Element,
    Excluded,
    Exists,
    Expression,
    Filter,
    Group,
    Iri,
    Key,
    Link,
    Literal,
    Minus,
    Named,
    Optional_,
    Order,
    Path,
    Pattern,
    Query,
    Repeated,
    Span,
    Steps,
    Term,
    Triples,
    Union_,
    Values,
    Variable,
)

FORMS = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_RDF = RDF_TYPE.removesuffix("type")
_DEPTH, _CHAIN = 60, 200
"""So deep may brackets and groups nest, and so many sums and products follow one another: far from where Python's stack
ends, and from what anybody writes."""
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})
_BINDING = {"||": 1, "&&": 2, **dict.fromkeys(("IN", "NOT", *_COMPARISONS), 3), "+": 4, "-": 4, "*": 5, "/": 5}
"""How tightly an operator between two operands holds them."""
_REPEATED = {"*": (0, False), "+": (1, False), "?": (0, True)}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_NO_PREFIXES: Mapping[str, str] = MappingProxyType({})


class SparqlError(ValueError):
    """A text that is no SPARQL query: what stands where, and what would be right."""

    def __init__(self, text: str, place: int, reason: str) -> None:
        self.place = min(place, len(text))
        """In characters."""
        self.reason = reason
        self.line = text.count("\n", 0, self.place) + 1
        self.column = self.place - text.rfind("\n", 0, self.place)
        super().__init__(f"line {self.line}, column {self.column}: {reason}")


@lru_cache(maxsize=4096)
def parse(text: str) -> Query:
    """Return a query as a tree, each text read once.

    Raises:
        SparqlError: it is none, or breaks a rule of SPARQL that can be told from its text.
    """
    return _Parser(text, _NO_PREFIXES).whole()


def parse_open(text: str) -> Query:
    """Return a query as a tree, whose names may have prefixes that it does not declare: `my:Word` is then an IRI itself.

    Raises:
        SparqlError: as `parse`.
    """
    return _Parser(text, None).whole()


def parse_with(text: str, prefixes: Mapping[str, str]) -> Query:
    """Return a query as a tree, which may use these prefixes without declaring them.

    Raises:
        SparqlError: as `parse`.
    """
    return _Parser(text, prefixes).whole()


def form(text: str) -> str:
    """Return the keyword behind the prologue, in capitals: of a query one of `FORMS`; of an update another; or nothing.

    >>> form("PREFIX a: <urn:a> # comment"), form("prefix a: <urn:a> select * {}"), form("insert data {}")
    ('', 'SELECT', 'INSERT')
    """
    found = [*tokens(text), _END]
    at = 0
    while found[at].text in ("PREFIX", "BASE"):
        at += 3 if found[at].text == "PREFIX" else 2
        if at >= len(found):
            return ""
    return found[at].text if found[at].kind == "word" else ""


def prologue_end(text: str) -> int:
    """Return where the first word behind the prologue stands, in characters."""
    found = tokens(text)
    at = 0
    while at < len(found) and found[at].text in ("PREFIX", "BASE"):
        at += 3 if found[at].text == "PREFIX" else 2
    return found[at].start if at < len(found) else len(text)


_END = Token("end", "", 0, 0)


class _Words:
    """The words of a text, and the place up to which they are read."""

    def __init__(self, text: str, prefixes: Mapping[str, str] | None) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._tokens += [Token("end", "", len(text), len(text))] * 2
        self._at = 0
        self._depth = 0
        self._open = prefixes is None
        self._prefixes = dict(prefixes or {})
        self._base = ""

    def _refuse(self, reason: str, token: Token | None = None) -> NoReturn:
        raise SparqlError(self._text, (token or self._tokens[self._at]).start, reason)

    def _expected(self, what: str) -> NoReturn:
        token = self._tokens[self._at]
        self._refuse(f"{self._text[token.start : token.end]!r} where {what} is expected" if token.text
                     else f"the query ends where {what} is expected")  # fmt: skip

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind == "end":
            self._expected("more")
        self._at += 1
        return token

    def _take(self, wanted: str) -> Token:
        token = self._tokens[self._at]
        if token.text != wanted or token.kind == "text":
            self._expected(wanted)
        self._at += 1
        return token

    def _is(self, *wanted: str) -> bool:
        token = self._tokens[self._at]
        return token.text in wanted and token.kind in ("sign", "word")

    def _met(self, wanted: str) -> bool:
        token = self._tokens[self._at]
        if token.text != wanted or token.kind not in ("sign", "word"):
            return False
        self._at += 1
        return True

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEPTH:
            self._refuse(f"nested deeper than {_DEPTH} levels")

    def _span(self, first: int) -> Span:
        """Return the place of what was read since a word."""
        return Span(self._tokens[first].start, self._tokens[self._at - 1].end)

    # --- terms ---

    def _variable(self) -> Variable:
        token = self._tokens[self._at]
        if token.kind != "variable":
            self._expected("a variable")
        self._at += 1
        return Variable(token.text[1:], Span(token.start, token.end))

    def _iri(self) -> Iri:
        token = self._tokens[self._at]
        if token.kind == "iri":
            value = self._resolved(self._unescaped(token.text[1:-1], token))
        elif token.kind == "name":
            value = self._full(token)
        else:
            self._expected("an IRI")
        self._at += 1
        return Iri(value, Span(token.start, token.end))

    def _resolved(self, iri: str) -> str:
        return urljoin(self._base, iri) if self._base and not _ABSOLUTE.match(iri) else iri

    def _full(self, token: Token) -> str:
        prefix, _, local = token.text.partition(":")
        if prefix not in self._prefixes:
            if self._open:
                return token.text
            self._refuse(f"the prefix {prefix}: is not declared", token)
        if "\\" in local:
            local = re.sub(r"\\(.)", r"\1", local)
        return self._prefixes[prefix] + local

    def _unescaped(self, text: str, token: Token) -> str:
        if "\\" not in text:
            return text

        def meant(found: re.Match[str]) -> str:
            if found[3] is not None:
                if found[3] not in _ESCAPES:
                    self._refuse(f"the escape \\{found[3]} is none of SPARQL's", token)
                return _ESCAPES[found[3]]
            number = int(found[1] or found[2], 16)
            if number > 0x10FFFF or 0xD800 <= number < 0xE000:
                self._refuse("an escape that stands for no character", token)
            return chr(number)

        return _ESCAPE.sub(meant, text)

    def _string(self) -> str:
        token = self._tokens[self._at]
        if token.kind != "text":
            self._expected("a text in quotes")
        self._at += 1
        quotes = 3 if token.text[:3] in ('"""', "'''") else 1
        return self._unescaped(token.text[quotes:-quotes], token)

    def _literal(self) -> Literal | None:
        """Read a literal, if one stands here."""
        first, token = self._at, self._tokens[self._at]
        if token.kind == "number":
            return self._number("", token.start)
        if token.kind == "word" and token.text in ("TRUE", "FALSE"):
            self._at += 1
            return Literal(token.text.lower(), XSD + "boolean", span=Span(token.start, token.end))
        if token.kind == "sign" and token.text in "+-" and self._tokens[self._at + 1].kind == "number":
            self._at += 1
            return self._number(token.text, token.start)
        if token.kind != "text":
            return None
        text = self._string()
        if self._tokens[self._at].kind == "language":
            language = self._next().text[1:].lower()
            return Literal(text, _RDF + "langString", language, self._span(first))
        if self._met("^^"):
            datatype = self._iri().value
            return Literal(text, datatype, span=self._span(first))
        return Literal(text, span=Span(token.start, token.end))

    def _number(self, sign: str, start: int) -> Literal:
        token = self._next()
        kind = "double" if "e" in token.text.lower() else "decimal" if "." in token.text else "integer"
        return Literal(sign + token.text, XSD + kind, span=Span(start, token.end))


class _Parser(_Words):
    """Each method reads one construct of the grammar and leaves the place behind it."""

    def __init__(self, text: str, prefixes: Mapping[str, str] | None) -> None:
        super().__init__(text, prefixes)
        self._fresh = 0
        self._inner: list[Pattern] = []
        """Patterns within brackets of the statement that is being read."""
        self._aggregates_here = False
        """Whether an aggregate may stand here."""

    # --- queries ---

    def whole(self) -> Query:
        """Read all of the text."""
        self._prologue()
        first = self._at
        query = self._query()
        if self._is("VALUES") and query.values is None:
            query = replace(query, values=self._values_clause())
        if self._tokens[self._at].kind != "end":
            self._expected("the end")
        return replace(query, span=self._span(first))

    def _prologue(self) -> None:
        while self._is("PREFIX", "BASE"):
            if self._next().text == "BASE":
                self._base = self._iri().value
                continue
            token = self._tokens[self._at]
            if token.kind != "name" or not token.text.endswith(":") or token.text.count(":") > 1:
                self._expected("a prefix such as ex:")
            self._at += 1
            if self._tokens[self._at].kind != "iri":
                self._expected("an IRI in angles")
            self._prefixes[token.text[:-1]] = self._iri().value

    def _query(self) -> Query:
        if self._is("SELECT"):
            return self._select(nested=False)
        if self._met("CONSTRUCT"):
            return self._construct()
        if self._met("ASK"):
            sources = self._sources()
            return self._modified("ASK", self._where(), sources=sources)
        if self._met("DESCRIBE"):
            return self._describe()
        self._expected(", ".join(FORMS))

    def _select(self, *, nested: bool) -> Query:
        first = self._at
        self._take("SELECT")
        distinct = self._met("DISTINCT") or self._met("REDUCED")
        star = self._met("*")
        chosen: list[tuple[str, Expression | None, Token]] = []
        while not star:
            token = self._tokens[self._at]
            if self._met("("):
                expression = self._with_aggregates(self._expression)
                self._take("AS")
                chosen.append((self._variable().name, expression, token))
                self._take(")")
            elif token.kind == "variable":
                chosen.append((self._variable().name, None, token))
            elif chosen:
                break
            else:
                self._expected("a variable, (expression AS ?name) or *")
        sources = () if nested else self._sources()
        group = self._where()
        query = self._modified("SELECT", group, star=star, distinct=distinct, sources=sources, nested=nested,
                               selected=tuple((name, Variable(name, Span(token.start, token.end)) if one is None
                                               else one) for name, one, token in chosen))  # fmt: skip
        query = replace(query, span=self._span(first))
        self._check_selected(query, chosen)
        if star:
            names = sorted(bound_in(group) | set(query.values.names if query.values else ()))
            return replace(query, selected=tuple((name, Variable(name)) for name in names))
        return query

    def _check_selected(self, query: Query, chosen: list[tuple[str, Expression | None, Token]]) -> None:
        in_scope = bound_in(query.group)
        in_groups = grouped(query)
        if in_groups and query.star:
            self._refuse("* cannot be selected of groups; name what is", self._tokens[self._at])
        known = {key.name for key in query.keys if key.name}
        for name, expression, token in chosen:
            if expression is not None and (name in known or (name in in_scope and not in_groups)):
                self._refuse(f"?{name} has a value already and cannot be selected anew", token)
            if in_groups:
                for other in {name} if expression is None else free(expression):
                    if other not in known and (expression is None or other in in_scope):
                        self._refuse(f"?{other} is selected of groups and is no key of GROUP BY", token)
            if expression is not None:
                known.add(name)
        again = [name for name, expression, _ in chosen if expression is not None]
        for name, _, token in chosen:
            if name in again and [one[0] for one in chosen].count(name) > 1:
                self._refuse(f"?{name} is selected twice", token)

    def _construct(self) -> Query:
        if self._is("WHERE", "FROM"):  # the short form: the pattern is the template
            sources = self._sources()
            self._take("WHERE")
            group = self._group()
            if not all(isinstance(one, Triples) for one in group.elements):
                self._refuse("the short form of CONSTRUCT holds plain triples only")
            template = tuple(
                p for one in group.elements if isinstance(one, Triples) for p in (*one.patterns, *one.inner)
            )
            return self._modified("CONSTRUCT", group, sources=sources, template=self._checked(template))
        self._take("{")
        found: list[Pattern] = []
        while not self._met("}"):
            statement = self._triples()
            found += [*statement.patterns, *statement.inner]
            if not self._met(".") and not self._is("}"):
                self._expected(". or }")
        template = self._checked(tuple(found))
        sources = self._sources()
        return self._modified("CONSTRUCT", self._where(), sources=sources, template=template)

    def _checked(self, template: tuple[Pattern, ...]) -> tuple[Pattern, ...]:
        for one in template:
            if not isinstance(one.path, Variable) and (not isinstance(one.path, Link) or one.path.inverse):
                self._refuse("a path in a template; one predicate would be right")
            if isinstance(one.subject, Literal):
                self._refuse("a literal as a subject of a template")
        return template

    def _describe(self) -> Query:
        names: list[tuple[str, Expression]] = []
        star = self._met("*")
        while not star:
            if self._tokens[self._at].kind == "variable":
                one = self._variable()
                names.append((one.name, one))
            elif self._tokens[self._at].kind in ("iri", "name"):
                self._iri()
                names.append(("", Iri("")))
            elif names:
                break
            else:
                self._expected("a variable, an IRI or *")
        sources = self._sources()
        group = self._where() if self._is("WHERE", "{") else Group(())
        selected = tuple((name, value) for name, value in names if name)
        return self._modified("DESCRIBE", group, selected=selected, star=star, sources=sources)

    def _sources(self) -> tuple[tuple[str, bool], ...]:
        found = []
        while self._met("FROM"):
            named = self._met("NAMED")
            found.append((self._iri().value, named))
        return tuple(found)

    def _where(self) -> Group:
        self._met("WHERE")
        return self._group()

    def _modified(
        self,
        form: str,
        group: Group,
        *,
        selected: tuple[tuple[str, Expression], ...] = (),
        star: bool = False,
        distinct: bool = False,
        template: tuple[Pattern, ...] = (),
        sources: tuple[tuple[str, bool], ...] = (),
        nested: bool = False,
    ) -> Query:
        """Read what may follow a group: GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET, VALUES."""
        keys = self._keys()
        first = self._at
        having = self._having()
        having_span = self._span(first) if having else Span(0, 0)
        order = self._order()
        limit, offset = None, 0
        while self._is("LIMIT", "OFFSET"):
            word, token = self._next().text, self._next()
            if token.kind != "number" or not token.text.isdecimal():
                self._refuse(f"{token.text!r} where a whole number is expected", token)
            limit, offset = (int(token.text), offset) if word == "LIMIT" else (limit, int(token.text))
        values = self._values_clause() if nested and self._is("VALUES") else None
        return Query(form, group, selected, star, distinct, template, sources, keys, having, order, limit, offset,
                     values, having_span)  # fmt: skip

    def _keys(self) -> tuple[Key, ...]:
        found: list[Key] = []
        if not self._met("GROUP"):
            return ()
        self._take("BY")
        while True:
            token = self._tokens[self._at]
            if token.kind == "variable":
                one = self._variable()
                found.append(Key(one, one.name))
            elif self._met("("):
                expression = self._expression()
                name = self._variable().name if self._met("AS") else ""
                self._take(")")
                found.append(Key(expression, name))
            elif self._calls():
                found.append(Key(self._primary(), ""))
            elif found:
                return tuple(found)
            else:
                self._expected("a variable or an expression")

    def _having(self) -> tuple[Expression, ...]:
        if not self._met("HAVING"):
            return ()
        found = [self._with_aggregates(self._constraint)]
        while self._is("(") or self._calls():
            found.append(self._with_aggregates(self._constraint))
        return tuple(found)

    def _order(self) -> tuple[Order, ...]:
        if not self._met("ORDER"):
            return ()
        self._take("BY")
        found: list[Order] = []
        while True:
            if self._is("ASC", "DESC"):
                descending = self._next().text == "DESC"
                if not self._is("("):
                    self._expected("(")
                found.append(Order(self._with_aggregates(self._primary), descending))
            elif self._tokens[self._at].kind == "variable":
                found.append(Order(self._variable()))
            elif self._is("(") or self._calls():
                found.append(Order(self._with_aggregates(self._constraint)))
            elif found:
                return tuple(found)
            else:
                self._expected("a variable or an expression")

    def _calls(self) -> bool:
        """Tell whether a function, or EXISTS, stands here."""
        token, after = self._tokens[self._at], self._tokens[self._at + 1]
        if token.kind in ("iri", "name"):
            return after.text == "(" and after.kind == "sign"
        if token.kind != "word":
            return False
        if token.text in ("EXISTS", "NOT"):
            return after.text in ("{", "EXISTS")
        return after.text == "(" and (token.text in ARITY or token.text in _AGGREGATES)

    def _values_clause(self) -> Values:
        first = self._at
        self._take("VALUES")
        names: list[str] = []
        single = self._tokens[self._at].kind == "variable"
        if single:
            names.append(self._variable().name)
        else:
            self._take("(")
            while not self._met(")"):
                names.append(self._variable().name)
        if len(set(names)) < len(names):
            self._refuse("VALUES with a variable twice")
        self._take("{")
        rows: list[tuple[Constant | None, ...]] = []
        while not self._met("}"):
            if single:
                rows.append((self._value(),))
                continue
            row_at = self._take("(")
            row = []
            while not self._met(")"):
                row.append(self._value())
            if len(row) != len(names):
                self._refuse(f"a row of {len(row)} values for {len(names)} variables", row_at)
            rows.append(tuple(row))
        return Values(tuple(names), tuple(rows), self._span(first))

    def _value(self) -> Constant | None:
        if self._met("UNDEF"):
            return None
        return self._literal() or self._iri()

    # --- groups ---

    def _group(self) -> Group:
        first = self._at
        self._take("{")
        self._deeper()
        allowed, self._aggregates_here = self._aggregates_here, False
        held, self._inner = self._inner, []
        found: list[Element] = []
        if self._is("SELECT"):
            found.append(self._select(nested=True))
            self._take("}")
        else:
            scope: set[str] = set()
            while not self._met("}"):
                begin = self._tokens[self._at]
                element = self._element()
                if isinstance(element, Bind) and element.name in scope:
                    self._refuse(f"BIND to ?{element.name}, which has a value already", begin)
                scope |= bound_by(element)
                found.append(element)
        self._depth -= 1
        self._aggregates_here = allowed
        self._inner = held
        return Group(tuple(found), self._span(first))

    def _element(self) -> Element:
        first = self._at
        token = self._tokens[first]
        read = _ELEMENTS.get(token.text) if token.kind in ("word", "sign") else None
        if read is not None:
            element = read(self, first)
            self._met(".")
            return element
        statement = self._triples()
        if not self._met(".") and not self._is("}") and not self._is(*_ELEMENTS):
            self._expected(". or }")
        return statement

    def _filter(self, first: int) -> Filter:
        self._at += 1
        return Filter(self._constraint(), self._span(first))

    def _bind(self, first: int) -> Bind:
        self._at += 1
        self._take("(")
        expression = self._expression()
        self._take("AS")
        name = self._variable().name
        self._take(")")
        return Bind(expression, name, self._span(first))

    def _optional(self, first: int) -> Optional_:
        self._at += 1
        return Optional_(self._group(), self._span(first))

    def _minus(self, first: int) -> Minus:
        self._at += 1
        return Minus(self._group(), self._span(first))

    def _union(self, first: int) -> Union_:
        groups = [self._group()]
        while self._met("UNION"):
            groups.append(self._group())
        return Union_(tuple(groups), self._span(first))

    def _named(self, first: int) -> Named:
        keyword = self._next().text
        if keyword == "SERVICE":
            self._met("SILENT")
        name = self._variable() if self._tokens[self._at].kind == "variable" else self._iri()
        return Named(keyword, name, self._group(), self._span(first))

    def _values(self, _first: int) -> Values:
        return self._values_clause()

    # --- triple patterns ---

    def _triples(self) -> Triples:
        first = self._at
        held, self._inner = self._inner, []
        bracketed = self._is("[", "(")
        subject = self._node()
        patterns: list[Pattern] = []
        # `[ :p :o ]` and a list may stand alone; what is within them is said
        if not (bracketed and self._inner and self._is(".", "}", *_ELEMENTS)):
            self._objects(subject, patterns)
        inner, self._inner = tuple(self._inner), held
        return Triples(tuple(patterns), inner, self._span(first))

    def _objects(self, subject: Term, patterns: list[Pattern]) -> None:
        """Read predicates and objects of one subject."""
        while True:
            path = self._verb()
            while True:
                patterns.append(Pattern(subject, path, self._node()))
                if not self._met(","):
                    break
            if not self._met(";"):
                return
            while self._met(";"):
                pass
            if self._is(".", "}", "]", *_ELEMENTS):
                return

    def _node(self) -> Term:
        token = self._tokens[self._at]
        if token.kind == "variable":
            return self._variable()
        if token.kind in ("iri", "name"):
            return self._iri()
        if token.kind == "blank":
            self._at += 1
            return Blank(token.text[2:], Span(token.start, token.end))
        if token.kind == "sign" and token.text == "[":
            return self._nameless()
        if token.kind == "sign" and token.text == "(":
            return self._list()
        literal = self._literal()
        if literal is None:
            self._expected("a term")
        return literal

    def _made(self) -> str:
        self._fresh += 1
        return f"[{self._fresh}"

    def _nameless(self) -> Blank:
        first = self._at
        self._at += 1
        self._deeper()
        label = self._made()
        if not self._met("]"):
            own: list[Pattern] = []
            self._objects(Blank(label), own)
            self._inner += own
            self._take("]")
        self._depth -= 1
        return Blank(label, self._span(first))

    def _list(self) -> Term:
        first = self._at
        self._at += 1
        self._deeper()
        cells: list[tuple[str, Term]] = []
        while not self._met(")"):
            cells.append((self._made(), self._node()))
        self._depth -= 1
        span = self._span(first)
        if not cells:
            return Iri(_RDF + "nil", span)
        for place, (label, member) in enumerate(cells):
            rest = Blank(cells[place + 1][0]) if place + 1 < len(cells) else Iri(_RDF + "nil")
            self._inner += [
                Pattern(Blank(label), Link(_RDF + "first"), member),
                Pattern(Blank(label), Link(_RDF + "rest"), rest),
            ]
        return Blank(cells[0][0], span)

    # --- paths ---

    def _verb(self) -> Path | Variable:
        return self._variable() if self._tokens[self._at].kind == "variable" else self._path()

    def _path(self) -> Path:
        first = self._at
        ways = [self._sequence()]
        while self._met("|"):
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else Choice(tuple(ways), self._span(first))

    def _sequence(self) -> Path:
        first = self._at
        steps = [self._step()]
        while self._met("/"):
            steps.append(self._step())
        return steps[0] if len(steps) == 1 else Steps(tuple(steps), self._span(first))

    def _step(self) -> Path:
        first = self._at
        if self._met("^"):
            return _at(backwards(self._repeated()), self._span(first))
        return self._repeated()

    def _repeated(self) -> Path:
        first = self._at
        if self._met("!"):
            path: Path = self._excluded(first)
        elif self._met("("):
            self._deeper()
            path = self._path()
            self._take(")")
            self._depth -= 1
            path = _at(path, self._span(first))
        else:
            path = self._link(inverse=False)
        if self._is(*_REPEATED):
            least, once = _REPEATED[self._next().text]
            return Repeated(path, least, once, self._span(first))
        return path

    def _link(self, *, inverse: bool) -> Link:
        token = self._tokens[self._at]
        if token.kind == "word" and token.text == "a":
            self._at += 1
            return Link(RDF_TYPE, inverse, Span(token.start, token.end))
        if token.kind not in ("iri", "name"):
            self._expected("a predicate")
        one = self._iri()
        return Link(one.value, inverse, one.span)

    def _excluded(self, first: int) -> Excluded:
        found: list[Link] = []
        several = self._met("(")
        while not (several and self._met(")")):
            found.append(self._link(inverse=self._met("^")))
            if not several:
                break
            if not self._met("|") and not self._is(")"):
                self._expected("| or )")
        forward = frozenset(one.iri for one in found if not one.inverse)
        backward = frozenset(one.iri for one in found if one.inverse)
        return Excluded(forward, backward, (bool(forward) or not backward, bool(backward)), self._span(first))

    # --- expressions ---

    def _with_aggregates(self, read: Callable[[], Expression]) -> Expression:
        held, self._aggregates_here = self._aggregates_here, True
        expression = read()
        self._aggregates_here = held
        return expression

    def _constraint(self) -> Expression:
        """Read what may follow FILTER: an expression in brackets, a function, or EXISTS."""
        if not self._is("(") and not self._calls():
            self._expected("an expression in brackets, a function or EXISTS")
        return self._primary()

    def _expression(self, loosest: int = 1) -> Expression:
        """Read operands as long as the operators between them hold as tightly as wanted."""
        first = self._at
        left = self._unary()
        chained = 0
        while True:
            token = self._tokens[self._at]
            binding = _BINDING.get(token.text, 0) if token.kind in ("sign", "word") else 0
            if binding < loosest:
                return left
            chained += 1
            if chained > _CHAIN:
                self._refuse(f"more than {_CHAIN} operators in a row")
            sign = Span(token.start, token.end)
            self._at += 1
            if binding <= 2:
                operands = [left, self._expression(binding + 1)]
                while self._met(token.text):
                    operands.append(self._expression(binding + 1))
                left = Call(token.text, tuple(operands), span=self._span(first), sign=sign)
            elif token.text in ("IN", "NOT"):
                if token.text == "NOT":
                    sign = Span(token.start, self._take("IN").end)
                name = "IN" if token.text == "IN" else "NOT IN"
                left = Call(name, (left, *self._arguments()), span=self._span(first), sign=sign)
                if self._tokens[self._at].text in _COMPARISONS:
                    self._expected("&&, || or the end of the expression")
            else:
                right = self._expression(binding + 1)
                left = Call(token.text, (left, right), span=self._span(first), sign=sign)
                if binding == 3 and self._tokens[self._at].text in _COMPARISONS:
                    self._expected("&&, || or the end of the expression")

    def _unary(self) -> Expression:
        first = self._at
        token = self._tokens[first]
        if token.kind == "sign" and token.text in ("!", "-", "+"):
            if token.text != "!" and self._tokens[first + 1].kind == "number":
                literal = self._literal()
                assert literal is not None, "a sign before a number begins a number"
                return literal
            self._at += 1
            self._deeper()
            operand = self._unary()
            self._depth -= 1
            return Call(token.text, (operand,), span=self._span(first), sign=Span(token.start, token.end))
        return self._primary()

    def _primary(self) -> Expression:
        first = self._at
        token = self._tokens[first]
        if token.kind == "variable":
            return self._variable()
        if token.kind == "sign" and token.text == "(":
            self._at += 1
            self._deeper()
            inner = self._expression()
            self._take(")")
            self._depth -= 1
            return Bracket(inner, self._span(first))
        if token.kind in ("iri", "name"):
            iri = self._iri()
            if not self._is("("):
                return iri
            distinct = self._tokens[self._at + 1].text == "DISTINCT"
            return Call(f"<{iri.value}>", self._arguments(), distinct, self._span(first))
        if token.kind == "word" and token.text not in ("TRUE", "FALSE"):
            return self._named_call(token)
        literal = self._literal()
        if literal is None:
            self._expected("an expression")
        return literal

    def _named_call(self, token: Token) -> Expression:
        first = self._at
        if token.text == "EXISTS" or (token.text == "NOT" and self._tokens[first + 1].text == "EXISTS"):
            self._at += 1 if token.text == "EXISTS" else 2
            return Exists(self._group(), token.text == "NOT", self._span(first))
        if token.text in _AGGREGATES:
            return self._aggregate()
        if token.text not in ARITY:
            self._expected("an expression")
        self._at += 1
        operands = self._arguments()
        least, most = ARITY[token.text]
        if not least <= len(operands) <= most:
            self._refuse(f"{token.text} with {len(operands)} operands", token)
        if token.text == "BOUND" and not isinstance(operands[0], Variable):
            self._refuse("BOUND of something else than a variable", token)
        return Call(token.text, operands, span=self._span(first))

    def _arguments(self) -> tuple[Expression, ...]:
        self._take("(")
        self._deeper()
        self._met("DISTINCT")
        found: list[Expression] = []
        while not self._met(")"):
            if found:
                self._take(",")
            found.append(self._expression())
        self._depth -= 1
        return tuple(found)

    def _aggregate(self) -> Aggregate:
        first = self._at
        token = self._next()
        if not self._aggregates_here:
            self._refuse(f"{token.text} outside of SELECT, HAVING and ORDER BY", token)
        self._take("(")
        self._deeper()
        distinct = self._met("DISTINCT")
        self._aggregates_here = False
        operand = None if token.text == "COUNT" and self._met("*") else self._expression()
        self._aggregates_here = True
        separator = " "
        if token.text == "GROUP_CONCAT" and self._met(";"):
            self._take("SEPARATOR")
            self._take("=")
            separator = self._string()
        self._take(")")
        self._depth -= 1
        return Aggregate(token.text, operand, distinct, separator, self._span(first))


_ELEMENTS: dict[str, Callable[[_Parser, int], Element]] = {
    "FILTER": _Parser._filter,
    "BIND": _Parser._bind,
    "OPTIONAL": _Parser._optional,
    "MINUS": _Parser._minus,
    "{": _Parser._union,
    "GRAPH": _Parser._named,
    "SERVICE": _Parser._named,
    "VALUES": _Parser._values,
}


def backwards(path: Path) -> Path:
    """Return the path from its end to its start."""
    match path:
        case Link(iri, inverse, span):
            return Link(iri, not inverse, span)
        case Steps(paths, span):
            return Steps(tuple(backwards(one) for one in reversed(paths)), span)
        case Choice(paths, span):
            return Choice(tuple(backwards(one) for one in paths), span)
        case Repeated(inner, least, once, span):
            return Repeated(backwards(inner), least, once, span)
        case Excluded(forward, backward, (ahead, back), span):
            return Excluded(backward, forward, (back, ahead), span)


def _at(path: Path, span: Span) -> Path:
    return type(path)(*(span if name == "span" else getattr(path, name) for name in path.__match_args__))
