"""Words of a SPARQL text -> expressions: operators, functions, aggregates, EXISTS."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from nesy.sparql.functions import ARITY
from nesy.sparql.path_parser import Paths
from nesy.sparql.tokens import Token
from nesy.sparql.tree import Aggregate, Bracket, Call, Exists, Expression, Group, Span, Variable

_CHAIN = 200
"""So many sums and products may follow one another, which makes the tree as deep."""
_AGGREGATES = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})
_BINDING = {"||": 1, "&&": 2, **dict.fromkeys(("IN", "NOT", *_COMPARISONS), 3), "+": 4, "-": 4, "*": 5, "/": 5}
"""How tightly an operator between two operands holds them."""


class Expressions(Paths, ABC):
    """Reads expressions; groups, which EXISTS asks for, are read by what is built on it."""

    _aggregates_here = False
    """Whether an aggregate may stand here."""

    @abstractmethod
    def _group(self) -> Group:
        """Read `{ ... }`."""

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
            self._more()
            chained += 1
            if chained > _CHAIN:
                self._refuse(f"more than {_CHAIN} operators in a row")
            sign = Span(token.start, token.end)
            self._at += 1
            if binding <= 2:
                operands = [left, self._expression(binding + 1)]
                while self._met(token.text):
                    self._more()
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
