"""SPARQL 1.1 query -> tree; what is no query is refused with its place.

Written by hand, for two reasons: rdflib's parser takes many times as long for the shipped rules, which every command
would wait for, and its tree keeps no places, without which no mutant could change the text and no error name its line.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from nesy.sparql.error import SparqlError
from nesy.sparql.group_parser import Groups
from nesy.sparql.tokens import Token, read_tokens
from nesy.sparql.tree import (
    Expression,
    Group,
    Iri,
    Key,
    Link,
    Literal,
    Order,
    Pattern,
    Query,
    Span,
    Triples,
    Variable,
)
from nesy.sparql.variable_scope import bound_in, free, grouped

FORMS = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_NO_PREFIXES: Mapping[str, str] = MappingProxyType({})


@lru_cache(maxsize=4096)
def parse(text: str) -> Query:
    """Return a query as a tree, each text read once.

    Raises:
        SparqlError: it is none, or breaks a rule of SPARQL that can be told from its text.
    """
    return _Parser(text, _NO_PREFIXES).whole()


def parse_open(text: str) -> Query:
    """Return a query as a tree; of a prefix that it does not declare, `my:Word` stands for an IRI as it is.

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


def first_word(text: str) -> tuple[str, int]:
    """Return the word behind the prologue, in capitals, and its place: of a query one of `FORMS`; nothing for a sign.

    >>> first_word("PREFIX a: <urn:a> # comment"), first_word("prefix a: <urn:a> select * {}")
    (('', 27), ('SELECT', 18))
    """
    found = read_tokens(text)  # what stands behind the first word is not looked at, however long it is
    for token in found:
        if token.text not in ("PREFIX", "BASE"):
            return (token.text if token.kind == "word" else ""), token.start
        for _ in range(2 if token.text == "PREFIX" else 1):
            next(found, None)
    return "", len(text)


class _Parser(Groups):
    """Each method reads one construct of the grammar and leaves the place behind it."""

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
        return replace(query, span=self._span(first), parts=self._parts)

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
        return self._expected(", ".join(FORMS))

    def _select(self, *, nested: bool) -> Query:
        first = self._at
        self._take("SELECT")
        distinct = self._met("DISTINCT") or self._met("REDUCED")
        star = self._met("*")
        chosen: list[tuple[str, Expression | None, Token]] = []
        while not star:
            self._more()
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
        again = {name for name, expression, _ in chosen if expression is not None}
        times = Counter(name for name, _, _ in chosen)
        for name, _, token in chosen:
            if name in again and times[name] > 1:
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
                reason = "a path in a template; one predicate would be right"
                raise SparqlError(self._text, one.path.span.start, reason)
            if isinstance(one.subject, Literal):
                raise SparqlError(self._text, one.subject.span.start, "a literal as a subject of a template")
        return template

    def _describe(self) -> Query:
        names: list[tuple[str, Expression]] = []
        described: list[Iri] = []
        star = self._met("*")
        while not star:
            if self._tokens[self._at].kind == "variable":
                one = self._variable()
                names.append((one.name, one))
            elif self._tokens[self._at].kind in ("iri", "name"):
                described.append(self._iri())
            elif names or described:
                break
            else:
                self._expected("a variable, an IRI or *")
        sources = self._sources()
        group = self._where() if self._is("WHERE", "{") else Group(())
        query = self._modified("DESCRIBE", group, selected=tuple(names), star=star, sources=sources)
        return replace(query, described=tuple(described))

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
                     values, having_span=having_span)  # fmt: skip

    def _keys(self) -> tuple[Key, ...]:
        found: list[Key] = []
        if not self._met("GROUP"):
            return ()
        self._take("BY")
        while True:
            token = self._tokens[self._at]
            self._more()
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
            self._more()
            found.append(self._with_aggregates(self._constraint))
        return tuple(found)

    def _order(self) -> tuple[Order, ...]:
        if not self._met("ORDER"):
            return ()
        self._take("BY")
        found: list[Order] = []
        while True:
            self._more()
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
