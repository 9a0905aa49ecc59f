"""SPARQL text -> tree; what is not known there is refused by name."""

from collections.abc import Callable

from nesy.checking.loops.tree import (
    Aggregate,
    Bind,
    Call,
    Constant,
    Construct,
    Element,
    Exists,
    Expression,
    Filter,
    Group,
    Link,
    Optional_,
    Path,
    Pattern,
    Query,
    Repeated,
    Steps,
    Union_,
    Unwritten,
    Variable,
    Ways,
)
from nesy.checking.loops.words import Words, text_of

_RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "GROUP_CONCAT"})
_FUNCTIONS = frozenset(
    {"STR", "CONCAT", "IF", "COALESCE", "BOUND", "SAMETERM", "ISIRI", "ISBLANK", "ISLITERAL", "ISNUMERIC"}
)
_COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})
End = Variable | Constant


def parse(text: str) -> Query | Construct:
    """Return a SELECT or CONSTRUCT query as a tree.

    Raises:
        Unwritten: it holds something that does not become loops.
    """
    return _Parser(text).whole()


class _Parser(Words):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._fresh = 0
        self._known = {token.text[1:] for token in self._tokens if token.kind == "variable"}

    # --- queries ---

    def whole(self) -> Query | Construct:
        while self._met("PREFIX"):
            name = self._take().text
            self._prefixes[name.rstrip(":")] = self._take().text[1:-1]
        query = self._construct() if self._met("CONSTRUCT") else self._select()
        if self._at().kind != "end":
            raise Unwritten(self._at().text)
        return query

    def _construct(self) -> Construct:
        self._take("{")
        template = []
        while not self._met("}"):
            template += [self._template_triple(one) for one in self._triples(in_template=True)]
        self._met("WHERE")
        group = self._group()
        used = {end.name for triple in template for end in triple if isinstance(end, Variable)}
        selected = tuple((name, Variable(name)) for name in sorted(used) if not name.startswith("_:"))
        return Construct(tuple(template), Query(selected, group))

    def _template_triple(self, one: Pattern) -> tuple[End, End, End]:
        if not isinstance(one.path, Link) or one.path.inverse:
            raise Unwritten("a path in a template")
        return one.subject, Constant(one.path.predicate), one.object

    def _select(self) -> Query:
        self._take("SELECT")
        distinct = self._met("DISTINCT")
        selected: list[tuple[str, Expression]] = []
        while self._at().text not in ("{", "WHERE"):
            if self._met("("):
                expression = self._expression()
                self._take("AS")
                selected.append((self._variable(), expression))
                self._take(")")
            else:
                name = self._variable()
                selected.append((name, Variable(name)))
        self._met("WHERE")
        group = self._group()
        keys, having = [], None
        if self._met("GROUP"):
            self._take("BY")
            while self._at().kind == "variable":
                keys.append(self._variable())
        if self._met("HAVING"):
            having = self._primary()
        return Query(tuple(selected), group, distinct, tuple(keys), having)

    # --- groups ---

    def _group(self) -> Group:
        self._take("{")
        found: list[Element] = []
        if self._at().text == "SELECT":
            found.append(self._select())
            self._take("}")
            return Group(tuple(found))
        while not self._met("}"):
            found += self._element()
            self._met(".")
        return Group(tuple(found))

    def _element(self) -> list[Element]:
        if self._met("FILTER"):
            return [Filter(self._primary())]
        if self._met("BIND"):
            self._take("(")
            expression = self._expression()
            self._take("AS")
            name = self._variable()
            self._take(")")
            return [Bind(expression, name)]
        if self._met("OPTIONAL"):
            return [Optional_(self._group())]
        if self._at().text == "{":
            groups = [self._group()]
            while self._met("UNION"):
                groups.append(self._group())
            only = groups[0].elements
            if len(groups) == 1 and len(only) == 1 and isinstance(only[0], Query):
                return [only[0]]
            return [Union_(tuple(groups))]
        if self._at().kind == "word" and self._at().text not in ("TRUE", "FALSE"):
            raise Unwritten(self._at().text)
        return list(self._triples())

    def _triples(self, in_template: bool = False) -> list[Pattern]:
        """Parse triples of one subject; a path of several plain steps becomes as many patterns."""
        found: list[Pattern] = []
        if self._at().text == "[" and self._at(1).text == "]":
            self._place += 2
            subject: End = self._new("_:" if in_template else "")
        else:
            subject = self._end()
        while True:
            path = self._path()
            while True:
                found += self._chained(subject, path, self._end())
                if not self._met(","):
                    break
            if not self._met(";"):
                break
            if self._at().text in (".", "}"):
                break
        self._met(".")
        return found

    def _chained(self, subject: End, path: Path, target: End) -> list[Pattern]:
        if not isinstance(path, Steps):
            return [Pattern(subject, path, target)]
        found, start = [], subject
        for step in path.paths[:-1]:
            between = self._new("")
            found.append(Pattern(start, step, between))
            start = between
        return [*found, Pattern(start, path.paths[-1], target)]

    def _new(self, kind: str) -> Variable:
        self._fresh += 1
        while f"between_{self._fresh}" in self._known:
            self._fresh += 1
        return Variable(f"{kind}between_{self._fresh}")

    def _end(self) -> End:
        token = self._at()
        if token.kind == "variable":
            return Variable(self._variable())
        return Constant(self._constant())

    # --- paths ---

    def _path(self) -> Path:
        if self._at().kind == "variable":
            raise Unwritten("a variable for a predicate")
        ways = [self._sequence()]
        while self._met("|"):
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else Ways(tuple(ways))

    def _sequence(self) -> Path:
        steps = [self._step()]
        while self._met("/"):
            steps.append(self._step())
        return steps[0] if len(steps) == 1 else Steps(tuple(steps))

    def _step(self) -> Path:
        if self._met("^"):
            return backwards(self._step())
        if self._met("("):
            path = self._path()
            self._take(")")
        elif self._met("a"):
            path = Link(_RDF_TYPE)
        else:
            path = Link(self._iri(self._take()))
        for sign, least, once in (("*", 0, False), ("+", 1, False), ("?", 0, True)):
            if self._met(sign):
                return Repeated(path, least, once)
        return path

    # --- expressions, from the loosest to the tightest ---

    def _expression(self) -> Expression:
        return self._folded("||", lambda: self._folded("&&", self._comparison))

    def _folded(self, sign: str, inner: Callable[[], Expression]) -> Expression:
        left = inner()
        while self._met(sign):
            left = Call(sign, (left, inner()))
        return left

    def _comparison(self) -> Expression:
        left = self._sum()
        if self._at().text in _COMPARISONS and self._at().kind == "sign":
            return Call(self._take().text, (left, self._sum()))
        if self._at().text == "NOT" and self._at(1).text == "IN":
            self._place += 2
            return Call("!", (Call("IN", (left, *self._arguments())),))
        if self._met("IN"):
            return Call("IN", (left, *self._arguments()))
        return left

    def _sum(self) -> Expression:
        left = self._product()
        while self._at().text in ("+", "-"):
            left = Call(self._take().text, (left, self._product()))
        return left

    def _product(self) -> Expression:
        left = self._unary()
        while self._at().text in ("*", "/"):
            left = Call(self._take().text, (left, self._unary()))
        return left

    def _unary(self) -> Expression:
        if self._met("!"):
            return Call("!", (self._unary(),))
        if self._met("-"):
            return Call("-", (Constant((0, "integer")), self._unary()))
        return self._primary()

    def _arguments(self) -> list[Expression]:
        self._take("(")
        found: list[Expression] = []
        while not self._met(")"):
            found.append(self._expression())
            self._met(",")
        return found

    def _primary(self) -> Expression:
        token = self._at()
        if self._met("("):
            expression = self._expression()
            self._take(")")
            return expression
        if token.kind == "variable":
            return Variable(self._variable())
        if self._met("EXISTS"):
            return Exists(self._group())
        if token.text == "NOT" and self._at(1).text == "EXISTS":
            self._place += 2
            return Call("!", (Exists(self._group()),))
        if token.kind == "word" and token.text in _AGGREGATES:
            return self._aggregate()
        if token.kind == "word" and token.text in _FUNCTIONS:
            self._take()
            return Call(token.text, tuple(self._arguments()))
        if token.kind == "word" and self._at(1).text == "(":
            raise Unwritten(f"the function {token.text}")
        return Constant(self._constant())

    def _aggregate(self) -> Aggregate:
        name = self._take().text
        self._take("(")
        distinct = self._met("DISTINCT")
        operand = None if self._met("*") else self._expression()
        separator = " "
        if self._met(";"):
            self._take("SEPARATOR")
            self._take("=")
            separator = text_of(self._take())
        self._take(")")
        return Aggregate(name, operand, distinct, separator)


def backwards(path: Path) -> Path:
    """Return the path from its end to its start."""
    match path:
        case Link(predicate, inverse):
            return Link(predicate, not inverse)
        case Steps(paths):
            return Steps(tuple(backwards(one) for one in reversed(paths)))
        case Ways(paths):
            return Ways(tuple(backwards(one) for one in paths))
        case Repeated(inner, least, once):
            return Repeated(backwards(inner), least, once)
