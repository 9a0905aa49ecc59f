"""Words of a SPARQL text -> groups: triple patterns, filters, bindings, VALUES, and groups within groups."""

from abc import abstractmethod
from collections.abc import Callable, Mapping

from nesy.sparql.expression_parser import Expressions
from nesy.sparql.term_parser import RDF
from nesy.sparql.tree import (
    Bind,
    Blank,
    Constant,
    Element,
    Filter,
    Group,
    Iri,
    Link,
    Minus,
    Named,
    Optional_,
    Pattern,
    Query,
    Span,
    Term,
    Triples,
    Union_,
    Values,
)
from nesy.sparql.variable_scope import bound_by


class Groups(Expressions):
    """Reads groups; a nested query is read by what is built on it."""

    def __init__(self, text: str, prefixes: Mapping[str, str] | None) -> None:
        super().__init__(text, prefixes)
        self._fresh = 0
        self._inner: list[Pattern] = []
        """Patterns within brackets of the statement that is being read."""

    @abstractmethod
    def _select(self, *, nested: bool) -> Query:
        """Read a SELECT query."""

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
        self._more()
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
            self._more()
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
                self._more()
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
            self._more()
            cells.append((self._made(), self._node()))
        self._depth -= 1
        span = self._span(first)
        if not cells:
            return Iri(RDF + "nil", span)
        for place, (label, member) in enumerate(cells):
            rest = Blank(cells[place + 1][0]) if place + 1 < len(cells) else Iri(RDF + "nil")
            self._inner += [
                Pattern(Blank(label), Link(RDF + "first"), member),
                Pattern(Blank(label), Link(RDF + "rest"), rest),
            ]
        return Blank(cells[0][0], span)

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


_ELEMENTS: dict[str, Callable[[Groups, int], Element]] = {
    "FILTER": Groups._filter,
    "BIND": Groups._bind,
    "OPTIONAL": Groups._optional,
    "MINUS": Groups._minus,
    "{": Groups._union,
    "GRAPH": Groups._named,
    "SERVICE": Groups._named,
    "VALUES": Groups._values,
}
