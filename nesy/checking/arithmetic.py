"""SPARQL query -> the same query with products that pyoxigraph can work out.

Its decimals have 18 digits after the point, and a product that would need more is no number at all: 0.0123456789
squared is an error, and a rule that multiplies sides of boxes would be silent. So every product says what else to do:
the same in floating point. Short decimals are still multiplied exactly.
"""

from collections.abc import Sequence

from nesy.checking.query_text import Token, tokens

_DOUBLE = "<http://www.w3.org/2001/XMLSchema#double>"
_CLOSING = {"(": ")", "{": "}"}
_PRODUCTS = ("*", "/")


def safe_products(text: str) -> str:
    """Return the query in which `a * b` is `COALESCE(a * b, double(a) * b)`, wherever it stands in an expression."""
    query = tokens(text)
    if not query or not any(token.text == "*" for token in query):
        return text
    writer = _Writer(text, query)
    return text[: query[0].start] + writer.patterns(0, len(query))


class _Writer:
    """Writes parts of one query anew; a part is told by the places of its first token and of the one behind it."""

    def __init__(self, text: str, query: Sequence[Token]) -> None:
        self._text = text
        self._query = query

    def patterns(self, start: int, end: int) -> str:
        """Write what is no expression: a head, patterns, groups; paths keep their stars."""
        written, place = "", start
        in_head = False
        while place < end:
            token = self._query[place]
            if token.kind == "word":
                in_head = token.text == "SELECT" or (in_head and token.text not in ("WHERE", "FROM"))
            if token.text == "(" and (in_head or self._opens_expression(place)):
                after = self._match(place) + 1
                written += self._whole(place, after)
            else:
                in_head = in_head and token.text != "{"
                after = place + 1
                written += self._as_it_is(place, after)
            place = after
        return written

    def expression(self, start: int, end: int) -> str:
        """Write an expression, or several with commas or AS between them."""
        written, place = "", start
        while place < end:
            if self._query[place].text == "{":  # of EXISTS
                after = self._match(place) + 1
                written += self.patterns(place, after)
                place = after
                continue
            behind = self._operand(place, end)
            if behind is None:
                written += self._as_it_is(place, place + 1)
                place += 1
                continue
            chain, place = self._chain(place, behind, end)
            written += chain
        return written

    def _chain(self, start: int, after: int, end: int) -> tuple[str, int]:
        """Write `a * b / c ...`, and return what follows it."""
        written = self._whole(start, after)
        while after < end and self._query[after].text in _PRODUCTS:
            sign, begin = self._query[after].text, after + 1
            stop = self._operand(begin, end)
            if stop is None:
                break
            factor = self._whole(begin, stop)
            if sign == "*":
                written = f"COALESCE({written} * {factor}, {_DOUBLE}({written}) * {factor}) "
            else:
                written = f"({written} / {factor}) "
            after = stop
        return written, after

    def _operand(self, place: int, end: int) -> int | None:
        """Return what follows the operand that begins here: a variable, number, bracket or call; None if none does."""
        if place >= end:
            return None
        token = self._query[place]
        if token.kind in ("variable", "number"):
            return place + 1
        if token.text == "(":
            return self._match(place) + 1
        called = place + 1 < end and self._query[place + 1].text == "("
        if called and token.kind in ("word", "iri", "name") and token.text not in ("IN", "EXISTS"):
            return self._match(place + 1) + 1
        return None

    def _whole(self, start: int, after: int) -> str:
        """Write an operand with what is in its brackets."""
        opening = next((place for place in range(start, after) if self._query[place].text == "("), None)
        if opening is None:
            return self._as_it_is(start, after)
        inside = self.expression(opening + 1, after - 1)
        return self._as_it_is(start, opening + 1) + inside + self._as_it_is(after - 1, after)

    def _opens_expression(self, place: int) -> bool:
        """Tell whether the bracket here follows FILTER, BIND or HAVING, or the name of a function behind these."""
        before = self._query[place - 1] if place else None
        further = self._query[place - 2] if place > 1 else None
        if before is None:
            return False
        if before.text in ("FILTER", "BIND", "HAVING"):
            return True
        return further is not None and further.text in ("FILTER", "HAVING") and before.kind in ("word", "iri", "name")

    def _match(self, place: int) -> int:
        opening, depth = self._query[place].text, 0
        for position in range(place, len(self._query)):
            depth += {opening: 1, _CLOSING[opening]: -1}.get(self._query[position].text, 0)
            if depth == 0:
                return position
        raise ValueError(f"{opening} is not closed")

    def _as_it_is(self, start: int, after: int) -> str:
        """Return the text of these tokens, with the blanks and comments behind them."""
        end = self._query[after].start if after < len(self._query) else len(self._text)
        return self._text[self._query[start].start : end]
